//! Papers of a dossier.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::http::{Body, NoQuery, Path, Query, Write};
use crate::ids::{DossierId, PaperId};

use super::{DossierOut, run};

/// A paper for a criterion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentIn {
    /// A paper of the product.
    paper_id: PaperId,
    /// Code of a leaf of the criteria set.
    #[schema(example = "6.1")]
    criterion: String,
}

/// Attach a paper of the product to a criterion.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = DocumentIn,
    responses((status = 200, body = DossierOut)))]
#[post("/dossiers/{id}/documents")]
pub(super) async fn attach(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<DocumentIn>,
) -> Result<HttpResponse> {
    let DocumentIn { paper_id, criterion } = input;
    run(write, &req, "dossier.attach", move |tx, actor, now| {
        super::super::attach(tx, actor, id, paper_id, &criterion, now)
    })
    .await
}

/// Take a paper away from a criterion.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("paper_id" = PaperId, Path),
    ("criterion" = String, Path, example = "6.1"), ("If-Match" = String, Header)),
    responses((status = 200, body = DossierOut)))]
#[delete("/dossiers/{id}/documents/{paper_id}/{criterion}")]
pub(super) async fn detach(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path((id, paper_id, criterion)): Path<(DossierId, PaperId, String)>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    run(write, &req, "dossier.detach", move |tx, actor, now| {
        super::super::detach(tx, actor, id, version, paper_id, &criterion, now)
    })
    .await
}

/// The file of a paper that the dossier names, for whoever sees the dossier: the council that scores it, too.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("paper_id" = PaperId, Path)),
    responses((status = 200, description = "The file.",
        content(("application/pdf"), ("image/jpeg"), ("image/png"), ("image/webp")))))]
#[get("/dossiers/{id}/documents/{paper_id}")]
pub(super) async fn document_file(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, paper_id)): Path<(DossierId, PaperId)>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| super::super::document(conn, &actor.reach, id, paper_id);
    let paper = app.db.read("dossier.document_file", read).await?;
    crate::product::http::serve_paper(&req, &app, &paper).await
}
