//! `/dossiers/{id}/submit` and the other verbs from desk to desk.

use actix_web::{HttpRequest, HttpResponse, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Write};
use crate::ids::DossierId;

use super::super::{CommuneReport, Reason};
use super::{DossierOut, run};

/// File it with the commune, or again after completion.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/submit")]
pub(super) async fn submit(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    run(write, &req, "dossier.submit", move |tx, actor, now| super::super::submit(tx, actor, id, now)).await
}

/// Write form 03, the commune's report.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("If-Match" = String, Header)),
    request_body = CommuneReport, responses((status = 200, body = DossierOut)))]
#[put("/dossiers/{id}/commune-report")]
pub(super) async fn report(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<CommuneReport>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    run(write, &req, "dossier.report", move |tx, actor, now| {
        super::super::report(tx, actor, id, version, &input, now)
    })
    .await
}

/// Send it on to the province.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/forward")]
pub(super) async fn forward(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    run(write, &req, "dossier.forward", move |tx, actor, now| super::super::forward(tx, actor, id, now)).await
}

/// What is to be completed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnIn {
    #[schema(min_items = 1, max_items = 50)]
    reasons: Vec<Reason>,
}

/// Return it to the producer for completion.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = ReturnIn,
    responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/return")]
pub(super) async fn give_back(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<ReturnIn>,
) -> Result<HttpResponse> {
    run(write, &req, "dossier.return", move |tx, actor, now| {
        super::super::return_for_completion(tx, actor, id, &input.reasons, now)
    })
    .await
}

/// Take it in for a council.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/accept")]
pub(super) async fn accept(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    run(write, &req, "dossier.accept", move |tx, actor, now| super::super::accept(tx, actor, id, now)).await
}

/// Take it back.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/withdraw")]
pub(super) async fn withdraw(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    run(write, &req, "dossier.withdraw", move |tx, actor, now| super::super::withdraw(tx, actor, id, now))
        .await
}
