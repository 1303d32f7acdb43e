//! `/places`: public, and the same for hours, so caches may keep the answers.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::db::page::{Page, Want};
use crate::error::{Code, Error, Result};
use crate::http::{Body, List, NoQuery, Path, Query, Reply, Write, cached, cached_page};

use super::state::{NewRural, Standing};
use super::{Commune, CommuneKind, Extent, FormerKind, FormerUnit, Hit, Province, Succession, places};

/// Seconds that caches may keep the tables of places.
const KEPT: u32 = 3600;
/// Seconds that caches may keep a commune with its statuses.
const STATUS_KEPT: u32 = 60;

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config
        .service(list_provinces)
        .service(search_communes)
        .service(read_commune)
        .service(search_former)
        .service(record_status);
}

/// A province or city since 1 July 2025.
#[derive(Serialize, ToSchema)]
#[schema(as = Province)]
struct ProvinceOut {
    #[schema(example = "19")]
    code: &'static str,
    /// `Tỉnh` or `Thành phố`.
    r#type: &'static str,
    #[schema(example = "Thái Nguyên")]
    name: &'static str,
}

impl From<&'static Province> for ProvinceOut {
    fn from(p: &'static Province) -> Self {
        Self { code: p.code, r#type: p.kind, name: p.name }
    }
}

/// A commune, ward or special zone since 1 July 2025.
#[derive(Serialize, ToSchema)]
#[schema(as = Commune)]
struct CommuneOut {
    #[schema(example = "05503")]
    code: &'static str,
    r#type: CommuneKind,
    /// Name without its type; not unique.
    #[schema(example = "Tân Cương")]
    name: &'static str,
    /// Type and name.
    #[schema(example = "Xã Tân Cương")]
    full_name: String,
    #[schema(example = "19")]
    province_code: &'static str,
    /// Type and name of the province.
    #[schema(example = "Tỉnh Thái Nguyên")]
    province: String,
    /// Degrees north, WGS 84.
    latitude: Option<f64>,
    /// Degrees east, WGS 84.
    longitude: Option<f64>,
    area_km2: Option<f64>,
}

impl From<&'static Commune> for CommuneOut {
    fn from(c: &'static Commune) -> Self {
        let province = places().province(c.province_code);
        Self {
            code: c.code,
            r#type: c.kind,
            name: c.name,
            full_name: c.full_name(),
            province_code: c.province_code,
            province: province.map(|p| format!("{} {}", p.kind, p.name)).unwrap_or_default(),
            latitude: c.latitude,
            longitude: c.longitude,
            area_km2: c.area_km2,
        }
    }
}

/// A unit as it was before 1 July 2025.
#[derive(Serialize, ToSchema)]
#[schema(as = FormerUnit)]
struct FormerOut {
    #[schema(example = "05659")]
    code: &'static str,
    r#type: FormerKind,
    #[schema(example = "Hóa Thượng")]
    name: &'static str,
    /// Type and name.
    #[schema(example = "Thị trấn Hóa Thượng")]
    full_name: String,
    district_code: &'static str,
    #[schema(example = "Huyện Đồng Hỷ")]
    district: &'static str,
    /// Code of then: not always a province of today.
    province_code: &'static str,
    #[schema(example = "Tỉnh Thái Nguyên")]
    province: &'static str,
}

impl From<&'static FormerUnit> for FormerOut {
    fn from(f: &'static FormerUnit) -> Self {
        Self {
            code: f.code,
            r#type: f.kind,
            name: f.name,
            full_name: f.full_name(),
            district_code: f.district_code,
            district: f.district,
            province_code: f.province_code,
            province: f.province,
        }
    }
}

/// A commune found.
#[derive(Serialize, ToSchema)]
#[schema(as = CommuneHit)]
struct HitOut {
    #[serde(flatten)]
    commune: CommuneOut,
    /// The former unit whose name matched, where the commune's own did not.
    matched_former: Option<FormerOut>,
}

impl From<Hit<'static>> for HitOut {
    fn from(hit: Hit<'static>) -> Self {
        Self { commune: hit.commune.into(), matched_former: hit.former.map(FormerOut::from) }
    }
}

/// A unit that went into a commune.
#[derive(Serialize, ToSchema)]
#[schema(as = Predecessor)]
struct PredecessorOut {
    #[serde(flatten)]
    former: FormerOut,
    /// Whether all of it went there.
    extent: Extent,
    /// Whether this commune is the usual successor of a divided unit.
    likely: bool,
}

impl From<Succession<'static>> for PredecessorOut {
    fn from(s: Succession<'static>) -> Self {
        Self { former: s.former.into(), extent: s.extent, likely: s.likely }
    }
}

/// A commune that a former unit went to.
#[derive(Serialize, ToSchema)]
#[schema(as = Successor)]
struct SuccessorOut {
    #[serde(flatten)]
    commune: CommuneOut,
    /// Whether all of the unit went there.
    extent: Extent,
    /// The usual successor of a divided unit: a hint for the person who decides.
    likely: bool,
}

impl From<Succession<'static>> for SuccessorOut {
    fn from(s: Succession<'static>) -> Self {
        Self { commune: s.commune.into(), extent: s.extent, likely: s.likely }
    }
}

/// A former unit found, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = FormerHit)]
struct FormerHitOut {
    #[serde(flatten)]
    former: FormerOut,
    /// More than one: the unit was divided.
    successors: Vec<SuccessorOut>,
}

impl From<&'static FormerUnit> for FormerHitOut {
    fn from(f: &'static FormerUnit) -> Self {
        let successors = places().successors(f.code).into_iter().map(SuccessorOut::from).collect();
        Self { former: f.into(), successors }
    }
}

/// A commune's new-rural-area status (*nông thôn mới*) from a date on.
#[derive(Serialize, ToSchema)]
#[schema(as = CommuneStatus)]
struct StatusOut {
    status: NewRural,
    since: NaiveDate,
    /// Of the 19 criteria.
    #[schema(minimum = 0, maximum = 19)]
    criteria_met: u8,
    /// Number of the decision.
    decision: Option<String>,
}

impl From<Standing> for StatusOut {
    fn from(s: Standing) -> Self {
        let Standing { status, criteria_met, since, decision } = s;
        Self { status, since, criteria_met, decision }
    }
}

/// A commune with what it was made of and its statuses.
#[derive(Serialize, ToSchema)]
#[schema(as = CommuneDetail)]
struct DetailOut {
    #[serde(flatten)]
    commune: CommuneOut,
    /// By former code.
    predecessors: Vec<PredecessorOut>,
    /// The latest first; empty when nothing was recorded.
    statuses: Vec<StatusOut>,
}

fn detail(commune: &'static Commune, standings: Vec<Standing>) -> DetailOut {
    DetailOut {
        commune: commune.into(),
        predecessors: places().predecessors(commune.code).into_iter().map(PredecessorOut::from).collect(),
        statuses: standings.into_iter().rev().map(StatusOut::from).collect(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProvinceQuery {
    /// Rows per page; by default all provinces.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CommuneQuery {
    /// Code of a province.
    #[param(example = "19")]
    province_code: Option<String>,
    /// Name of today or of before 1 July 2025, or a code; accents and case do not matter.
    #[param(max_length = 200, example = "tan cuong")]
    q: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FormerQuery {
    /// Former name or code; behind a comma the district or province.
    #[param(max_length = 200, example = "Hóa Thượng, Đồng Hỷ")]
    q: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of rows that are all in memory and never change their order: the key is the position.
fn cut<T, U: From<T>>(rows: impl IntoIterator<Item = T>, want: &Want<usize>) -> Page<U> {
    let from = want.after.map_or(0, |at| at.saturating_add(1));
    let fetch = usize::try_from(want.fetch()).unwrap_or_default();
    let rows = rows.into_iter().enumerate().skip(from).take(fetch).collect();
    Page::cut(rows, want, |(at, _)| *at).map(|(_, row)| U::from(row))
}

/// The provinces by code.
#[utoipa::path(tag = "places", params(ProvinceQuery), responses((status = 200, body = List<ProvinceOut>)))]
#[get("/places/provinces")]
async fn list_provinces(req: HttpRequest, Query(q): Query<ProvinceQuery>) -> Result<HttpResponse> {
    let want = Want::of(q.limit.or(Some(crate::db::page::MAX)), q.cursor.as_deref())?;
    cached_page(&req, cut::<_, ProvinceOut>(places().provinces(), &want), KEPT)
}

/// Communes by name: the best match first.
#[utoipa::path(tag = "places", params(CommuneQuery), responses((status = 200, body = List<HitOut>)))]
#[get("/places/communes")]
async fn search_communes(req: HttpRequest, Query(q): Query<CommuneQuery>) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let hits = places().communes(q.province_code.as_deref(), q.q.as_deref().unwrap_or_default());
    cached_page(&req, cut::<_, HitOut>(hits, &want), KEPT)
}

/// A commune, what it was made of, and its new-rural-area statuses.
#[utoipa::path(tag = "places", params(("code" = String, Path, example = "05503")),
    responses((status = 200, body = DetailOut)))]
#[get("/places/communes/{code}")]
async fn read_commune(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(code): Path<String>,
) -> Result<HttpResponse> {
    let commune = places().commune(&code).ok_or_else(|| Error::new(Code::NotFound))?;
    let standings = app.db.read("place.commune", |conn| super::standings(conn, commune.code)).await?;
    cached(&req, &detail(commune, standings), STATUS_KEPT)
}

/// Units of before 1 July 2025 by name, and the communes they went to.
#[utoipa::path(tag = "places", params(FormerQuery), responses((status = 200, body = List<FormerHitOut>)))]
#[get("/places/former")]
async fn search_former(req: HttpRequest, Query(q): Query<FormerQuery>) -> Result<HttpResponse> {
    let want = Want::of(q.limit, q.cursor.as_deref())?;
    let units = places().former(q.q.as_deref().unwrap_or_default());
    cached_page(&req, cut::<_, FormerHitOut>(units, &want), KEPT)
}

/// A new status of a commune.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatusIn {
    status: NewRural,
    /// The day of the decision or count; not before the last one.
    since: NaiveDate,
    /// Of the 19 criteria.
    #[schema(minimum = 0, maximum = 19)]
    criteria_met: u8,
    /// Number of the decision; needed to recognise or revoke.
    #[schema(max_length = 100)]
    decision: Option<String>,
}

/// Record a commune's new-rural-area status.
#[utoipa::path(tag = "places", params(("code" = String, Path, example = "05503")), request_body = StatusIn,
    responses((status = 201, body = DetailOut)))]
#[post("/places/communes/{code}/statuses")]
async fn record_status(
    write: Write,
    _: Query<NoQuery>,
    Path(code): Path<String>,
    Body(input): Body<StatusIn>,
) -> Result<HttpResponse> {
    let commune = places().commune(&code).ok_or_else(|| Error::new(Code::NotFound))?;
    let StatusIn { status, since, criteria_met, decision } = input;
    let standing = Standing { status, criteria_met, since, decision };
    write
        .run("place.status", move |tx, actor, now| {
            let standings = super::record_standing(tx, actor, commune.code, standing.clone(), now)?;
            Reply::created(format!("/api/v1/places/communes/{}", commune.code), &detail(commune, standings))
        })
        .await
}
