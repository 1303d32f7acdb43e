//! The forms of a dossier as documents.

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::http::{NoQuery, Path, Query, file};
use crate::ids::DossierId;

use super::super::print::{Form, form};

/// Form 01 (registration), 02 (self-assessment) or 03 (the commune's report) to be signed and filed, laid out by Decree
/// 30/2020/NĐ-CP.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("form" = String, Path, example = "01")),
    responses((status = 200, description = "The form.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/dossiers/{id}/forms/{form}.docx")]
pub(super) async fn form_docx(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path((id, number)): Path<(DossierId, String)>,
) -> Result<HttpResponse> {
    let which = Form::of(&number).ok_or_else(|| Error::new(Code::NotFound))?;
    let read = move |conn: &mut Conn| super::super::papers(conn, &actor.reach, id);
    let papers = app.db.read("dossier.form", read).await?;
    let now = app.clock.now();
    Ok(file::saved(&req, file::make(move || form(which, &papers, now)).await?))
}
