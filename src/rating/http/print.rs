//! Score sheets and minutes as documents.

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::http::{NoQuery, Path, Query, file};
use crate::ids::{DossierId, SessionId, SheetId};

use super::super::print;

/// One's own newest score sheet to be signed on paper; a draft says that it is one.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)),
    responses((status = 200, description = "The sheet.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/dossiers/{id}/sheets/mine.docx")]
pub(super) async fn own_docx(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| super::super::own_paper(conn, &actor, id);
    let paper = app.db.read("rating.sheet", read).await?;
    Ok(file::saved(&req, file::make(move || print::sheet(&paper)).await?))
}

/// A signed score sheet: for staff and for the council.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("sheet_id" = SheetId, Path)),
    responses((status = 200, description = "The sheet.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/dossiers/{id}/sheets/{sheet_id}.docx")]
pub(super) async fn sheet_docx(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, sheet)): Path<(DossierId, SheetId)>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| super::super::sheet_paper(conn, &actor, id, sheet);
    let paper = app.db.read("rating.sheets", read).await?;
    Ok(file::saved(&req, file::make(move || print::sheet(&paper)).await?))
}

/// The minutes of a session: members and attendance, the agenda, each dossier's totals with deviations and their
/// reasons, the agreed sheets, the conclusions.
#[utoipa::path(tag = "councils", params(("id" = SessionId, Path)),
    responses((status = 200, description = "The minutes.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/sessions/{id}/minutes.docx")]
pub(super) async fn minutes_docx(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<SessionId>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| super::super::minutes(conn, &actor, id);
    let minutes = app.db.read("session.minutes", read).await?;
    Ok(file::saved(&req, file::make(move || print::minutes(&minutes)).await?))
}
