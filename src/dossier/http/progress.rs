//! What a dossier lacks, what changed in it, and its samples.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Lang, Result};
use crate::http::{Body, NoQuery, Path, Query, Reply, Write, content_tag, language};
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::values::Points;

use super::super::{Changes, ChoiceChange, FormChange, Issue, NewSamples, Reason, Report, Severity};
use super::run;
use super::view::{DocumentOut, DossierOut};

/// What a dossier lacks.
#[derive(Serialize, ToSchema)]
#[schema(as = Completeness)]
struct CompletenessOut {
    /// Whether it can be filed as it is.
    complete: bool,
    /// What it lacks, the gravest first.
    issues: Vec<IssueOut>,
}

/// Something a dossier lacks.
#[derive(Serialize, ToSchema)]
#[schema(as = CompletenessIssue)]
struct IssueOut {
    /// JSON pointer into the dossier, its producer or its product.
    #[schema(example = "/registration/labour")]
    pointer: String,
    /// Stable code.
    code: String,
    severity: Severity,
    /// What is missing and what to do.
    detail: String,
    /// The rule that asks for it.
    rule: String,
}

/// What is missing in a dossier, and why; filing refuses what is blocking here.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = CompletenessOut)))]
#[get("/dossiers/{id}/completeness")]
pub(super) async fn completeness(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let (lang, now) = (language(&req), app.clock.now());
    let issues = app
        .db
        .read("dossier.completeness", move |conn| super::super::completeness(conn, &actor.reach, id, now))
        .await?;
    let told = |Issue { field, severity, rule }: Issue| IssueOut {
        detail: field.text.get(lang).to_owned(),
        pointer: field.pointer,
        code: field.code.to_owned(),
        severity,
        rule: rule.get(lang).to_owned(),
    };
    let complete = issues.iter().all(|issue| issue.severity != Severity::Blocking);
    let out = CompletenessOut { complete, issues: issues.into_iter().map(told).collect() };
    Ok(tagged(Reply::ok(&out)?).respond(&req))
}

fn tagged(reply: Reply) -> Reply {
    let tag = content_tag(&reply.body);
    reply.etag(tag)
}

/// What changed in a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierChanges)]
struct ReportOut {
    /// The submission it is compared with; `null` where there is none.
    since: Option<SinceOut>,
    /// What changed since; `null` where there is nothing to compare with.
    changes: Option<ChangesOut>,
    /// Why it was last returned.
    reasons: Vec<TouchedOut>,
    /// For an upgrade or renewal: what is different from the dossier it began from.
    against_origin: Option<OriginChangesOut>,
}

/// A submission.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierSubmission)]
struct SinceOut {
    /// Its number, from 1.
    submission: i32,
    submitted_at: Instant,
}

/// A reason of a return, and whether it was followed.
#[derive(Serialize, ToSchema)]
#[schema(as = ReturnReasonState)]
struct TouchedOut {
    #[serde(flatten)]
    reason: Reason,
    /// Whether something changed there since.
    changed: bool,
}

/// What is different from the dossier before.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierOriginChanges)]
struct OriginChangesOut {
    /// The dossier before.
    dossier_id: DossierId,
    changes: ChangesOut,
}

/// The difference of two states of a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangeSet)]
struct ChangesOut {
    /// Whether nothing changed.
    none: bool,
    /// Fields of the forms, and names.
    forms: Vec<FormChangeOut>,
    /// Choices by criterion.
    choices: Vec<ChoiceChangeOut>,
    /// Papers that came to a criterion.
    documents_added: Vec<DocumentOut>,
    /// Papers that left one.
    documents_removed: Vec<DocumentOut>,
}

/// A field that reads differently.
#[derive(Serialize, ToSchema)]
#[schema(as = FormChange)]
struct FormChangeOut {
    /// JSON pointer into the dossier.
    #[schema(example = "/registration/plan")]
    pointer: String,
    /// What stood there.
    before: Value,
    /// What stands there.
    after: Value,
}

/// A criterion where another option is chosen.
#[derive(Serialize, ToSchema)]
#[schema(as = ChoiceChange)]
struct ChoiceChangeOut {
    #[schema(example = "1.1")]
    criterion: String,
    /// Its name.
    label: String,
    /// The option before.
    before: Option<String>,
    /// The option now.
    after: Option<String>,
    /// Points before; `null` where the criteria set of that time is not held here.
    points_before: Option<Points>,
    /// Points now.
    points_after: Option<Points>,
}

fn changes_out(id: DossierId, changes: Changes, lang: Lang, today: NaiveDate) -> ChangesOut {
    let none = changes.is_empty();
    let Changes { forms, choices, documents_added, documents_removed } = changes;
    let form = |FormChange { pointer, before, after }: FormChange| FormChangeOut { pointer, before, after };
    let choice = |c: ChoiceChange| ChoiceChangeOut {
        label: c.label.get(lang).to_owned(),
        criterion: c.criterion,
        before: c.before,
        after: c.after,
        points_before: c.points_before,
        points_after: c.points_after,
    };
    let papers = |papers: Vec<_>| papers.into_iter().map(|p| DocumentOut::of(id, p, today)).collect();
    ChangesOut {
        none,
        forms: forms.into_iter().map(form).collect(),
        choices: choices.into_iter().map(choice).collect(),
        documents_added: papers(documents_added),
        documents_removed: papers(documents_removed),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// Number of the submission to compare with; without it the last one while the producer completes the dossier,
    /// otherwise the one before.
    #[param(minimum = 1)]
    since: Option<i32>,
}

/// Only what changed: since the last submission, and against the dossier an upgrade or renewal began from.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ChangesQuery), responses((status = 200, body = ReportOut)))]
#[get("/dossiers/{id}/changes")]
pub(super) async fn what_changed(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    Query(q): Query<ChangesQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let (lang, today) = (language(&req), app.clock.now().date());
    let ChangesQuery { since } = q;
    let report = app
        .db
        .read("dossier.changes", move |conn| super::super::changes(conn, &actor.reach, id, since))
        .await?;
    let Report { since, changes, reasons, origin } = report;
    let out = ReportOut {
        since: since.map(|s| SinceOut { submission: s.number, submitted_at: s.at }),
        changes: changes.map(|changes| changes_out(id, changes, lang, today)),
        reasons: reasons.into_iter().map(|(reason, changed)| TouchedOut { reason, changed }).collect(),
        against_origin: origin.map(|(dossier_id, changes)| OriginChangesOut {
            dossier_id,
            changes: changes_out(id, changes, lang, today),
        }),
    };
    Ok(tagged(Reply::ok(&out)?).respond(&req))
}

/// Samples that came in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SamplesIn {
    /// The day.
    received_on: NaiveDate,
    /// How many.
    #[schema(minimum = 1, maximum = 1000, example = 5)]
    count: i32,
    /// In what state, and whatever else is to be said.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// Record samples that the province's office received; what comes in several times is added up.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = SamplesIn,
    responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/samples")]
pub(super) async fn samples(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<SamplesIn>,
) -> Result<HttpResponse> {
    let SamplesIn { received_on, count, note } = input;
    let new = NewSamples { received_on, count, note };
    run(write, &req, "dossier.samples", move |tx, actor, now| super::super::receive(tx, actor, id, &new, now))
        .await
}
