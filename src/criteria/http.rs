//! `/criteria-sets`: public and the same for everybody until the program is replaced, so caches may keep them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::db::page::{Page, Want};
use crate::db::types::hex;
use crate::error::{Code, Error, Lang, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, language, page};
use crate::values::{Points, Star};

use super::{CriteriaSet, Exclusion, MissedFloor, NextStar, Preview, Problem, Scheme, Sheet, Step};

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list).service(read).service(try_sheet);
}

/// A scheme: one decision with its criteria sets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scheme)]
struct SchemeOut {
    /// Name in paths and records.
    #[schema(example = "qd26-2026")]
    id: &'static str,
    /// Number of the decision.
    #[schema(example = "26/2026/QĐ-TTg")]
    decision: &'static str,
    /// First day on which a dossier is filed under it.
    effective_from: NaiveDate,
    /// Last day on which anything may still be finished under it; `null` while it is in force.
    effective_to: Option<NaiveDate>,
    /// Points of a full sheet.
    total_max: u8,
    /// Its sets by number; empty where only the frame of the decision is known.
    sets: Vec<SetLine>,
}

/// A criteria set in the list of its scheme.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CriteriaSetLine)]
struct SetLine {
    /// Number, 1 to 26.
    set_no: u8,
    /// Short ASCII name.
    slug: &'static str,
    /// Name in Vietnamese.
    name_vi: &'static str,
    /// Name in English.
    name_en: &'static str,
    /// Roman number of its industry.
    industry: &'static str,
    /// Samples handed in with a dossier.
    requires_samples: u8,
}

impl From<&'static Scheme> for SchemeOut {
    fn from(scheme: &'static Scheme) -> Self {
        let line = |set: &'static CriteriaSet| SetLine {
            set_no: set.set_no,
            slug: &set.slug,
            name_vi: &set.name_vi,
            name_en: &set.name_en,
            industry: &set.group.code,
            requires_samples: set.requires_samples,
        };
        Self {
            id: &scheme.id,
            decision: &scheme.decision,
            effective_from: scheme.effective_from,
            effective_to: scheme.effective_to,
            total_max: scheme.total_max,
            sets: scheme.sets.iter().map(line).collect(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

fn cacheable(mut response: HttpResponse) -> HttpResponse {
    let hour = header::HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, hour);
    response
}

/// The schemes, the newest first, with their criteria sets.
#[utoipa::path(tag = "criteria-sets", params(ListQuery), responses((status = 200, body = List<SchemeOut>)))]
#[get("/criteria-sets")]
async fn list(req: HttpRequest, Query(q): Query<ListQuery>) -> Result<HttpResponse> {
    let want = Want::<usize>::of(q.limit, q.cursor.as_deref())?;
    let rest =
        super::schemes().iter().rev().enumerate().skip(want.after.map_or(0, |last| last.saturating_add(1)));
    let limit = usize::try_from(want.fetch()).unwrap_or_default();
    let rows = Page::cut(rest.take(limit).collect(), &want, |(place, _)| *place);
    Ok(cacheable(page(&req, rows.map(|(_, scheme)| SchemeOut::from(scheme)))?))
}

/// A set as it is answered.
struct Answer {
    json: String,
    /// Of the content.
    tag: String,
}

/// One criteria set with what follows from it.
#[derive(Serialize, ToSchema)]
#[schema(as = CriteriaSetOut)]
struct SetOut {
    #[serde(flatten)]
    set: &'static CriteriaSet,
    /// Grounds on which a dossier is out; a sheet names those that were found: `{"2.1-not_evaluated": "found"}`.
    exclusions: &'static [Exclusion],
}

static SETS: LazyLock<BTreeMap<(&str, u8), Answer>> = LazyLock::new(|| {
    let sets = super::schemes().iter().flat_map(|scheme| scheme.sets.iter().map(move |set| (scheme, set)));
    sets.filter_map(|(scheme, set)| {
        let json = serde_json::to_string(&SetOut { set, exclusions: set.exclusions() }).ok()?;
        let tag = hex(&Sha256::digest(&json)).get(..16)?.to_owned();
        Some(((&*scheme.id, set.set_no), Answer { json, tag }))
    })
    .collect()
});

/// One criteria set: parts, criteria, options with points, floors, notes and grounds for exclusion.
#[utoipa::path(tag = "criteria-sets",
    params(("scheme" = String, Path, example = "qd26-2026"), ("set" = u8, Path, minimum = 1, maximum = 26)),
    responses((status = 200, body = SetOut)))]
#[get("/criteria-sets/{scheme}/{set}")]
async fn read(
    req: HttpRequest,
    _: Query<NoQuery>,
    Path((scheme, set)): Path<(String, u8)>,
) -> Result<HttpResponse> {
    let Answer { json, tag } = SETS.get(&(&*scheme, set)).ok_or_else(|| Error::new(Code::NotFound))?;
    let reply = Reply { status: 200, etag: Some(tag.clone()), location: None, body: json.clone() };
    Ok(cacheable(reply.respond(&req)))
}

/// Choices to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoicesIn {
    /// Code of a leaf to the id of the option chosen; a leaf that is absent has none and counts 0. The id of a ground for
    /// exclusion stands with `found` where it was found.
    #[schema(example = json!({"1.1": "1.1-3"}))]
    choices: BTreeMap<String, String>,
    /// The case declared, for a set with cases (set 26).
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2)]
    tourism_case: Option<u8>,
}

impl From<ChoicesIn> for Sheet {
    fn from(ChoicesIn { choices, tourism_case }: ChoicesIn) -> Self {
        Self { choices, tourism_case, ..Self::default() }
    }
}

/// What a sheet alone would bring.
#[derive(Serialize, ToSchema)]
#[schema(as = Preview)]
pub struct PreviewOut {
    /// Sum of all points.
    total: Points,
    /// Points by part.
    #[schema(example = json!({"A": 33.0, "B": 21.0, "C": 30.0}))]
    parts: BTreeMap<String, Points>,
    /// The star by points alone.
    band_star: Star,
    /// The star with the floors met; `null` where the evaluation stops or the dossier is out.
    star: Option<Star>,
    /// The floors that lower the star.
    missed_floors: Vec<MissedFloor>,
    /// The criterion that stops the evaluation.
    stopped_by: Option<String>,
    /// Grounds for exclusion that were found.
    excluded_by: Vec<String>,
    /// What would bring the next star.
    next_star: Option<NextStarOut>,
    /// What is not answered yet.
    problems: Vec<ProblemOut>,
}

/// What would bring the next star.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NextStar)]
pub struct NextStarOut {
    /// The star above the one reached.
    star: Star,
    /// Points missing to its band, rounded up; 0 where only floors are missed.
    points_missing: Points,
    /// The floors to meet for it. Meeting them raises the total as well.
    missed_floors: Vec<MissedFloor>,
    /// The way there with the fewest points: better options, criterion by criterion. Empty where floors are not known, or
    /// no options lead there.
    steps: Vec<Step>,
}

impl NextStarOut {
    /// The next star with the way there.
    pub fn of(next: NextStar, steps: Vec<Step>) -> Self {
        let NextStar { star, points_missing, missed_floors } = next;
        Self { star, points_missing, missed_floors, steps }
    }
}

/// Something open on a sheet.
#[derive(Serialize, ToSchema)]
#[schema(as = SheetProblem)]
struct ProblemOut {
    /// JSON pointer to the choice.
    #[schema(example = "/choices/5.2")]
    pointer: String,
    /// Stable code.
    #[schema(example = "criteria.unanswered")]
    code: &'static str,
    /// What it means.
    detail: String,
}

impl PreviewOut {
    /// A preview told in one language.
    pub fn told(preview: Preview, lang: Lang) -> Self {
        let Preview {
            total,
            parts,
            band_star,
            star,
            missed_floors,
            stopped_by,
            excluded_by,
            next_star,
            steps,
            problems,
        } = preview;
        let problem = |problem: Problem| {
            let Problem { pointer, code, vi, en } = problem;
            let detail = if lang == Lang::Vi { vi } else { en };
            ProblemOut { pointer, code: code.as_str(), detail }
        };
        let problems = problems.into_iter().map(problem).collect();
        let next_star = next_star.map(|next| NextStarOut::of(next, steps));
        Self { total, parts, band_star, star, missed_floors, stopped_by, excluded_by, next_star, problems }
    }
}

/// Try a sheet: points, star, missed floors and what would bring the next star. Nothing is stored.
#[utoipa::path(tag = "criteria-sets",
    params(("scheme" = String, Path, example = "qd26-2026"), ("set" = u8, Path, minimum = 1, maximum = 26)),
    request_body = ChoicesIn, responses((status = 200, body = PreviewOut)))]
#[post("/criteria-sets/{scheme}/{set}/preview")]
async fn try_sheet(
    req: HttpRequest,
    _: Query<NoQuery>,
    Path((scheme, set)): Path<(String, u8)>,
    Body(input): Body<ChoicesIn>,
) -> Result<HttpResponse> {
    let set = super::find(&scheme, set).ok_or_else(|| Error::new(Code::NotFound))?;
    let found = set.preview(&input.into()).map_err(super::refused)?;
    Ok(Reply::ok(&PreviewOut::told(found, language(&req)))?.respond(&req))
}
