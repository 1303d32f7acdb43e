//! Certificates printed: the page, the QR code, the papers of offices.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, FieldError, Result};
use crate::http::file::{self, Keep};
use crate::http::{NoQuery, Path, Query};
use crate::print::File;
use crate::print::qr::Matrix;

use super::super::print::papers::{annex, expiry_notice};
use super::super::print::{Sheet, check_address, page};

/// How long others may keep what tells whether a certificate is valid, seconds.
pub(super) const KEEP: i64 = 30;
/// How long others may keep a code, which tells an address alone, seconds.
const KEEP_CODE: i64 = 3600;

/// The certificate of a number as it is printed, and how long that is true.
async fn sheet(app: &App, number: String, most: i64) -> Result<(Sheet, Keep)> {
    let (certificate, producer, acts) =
        app.db.read("certificate.get", move |conn| super::super::check(conn, &number)).await?;
    let now = app.clock.now();
    let standing = certificate.standing(now);
    let keep = Keep { most, until: certificate.life().changes_after(now), now };
    let check = check_address(&app.config.public_url, &certificate.number);
    Ok((Sheet { certificate, producer, acts, standing, check }, keep))
}

/// A certificate as a page of A4 to hang on a wall, with a QR code that leads to its check. One that is not valid now
/// says so across the page.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, description = "The page.", content(("application/pdf")))))]
#[get("/certificates/{number}.pdf")]
pub(super) async fn pdf(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
) -> Result<HttpResponse> {
    let (sheet, keep) = sheet(&app, number, KEEP).await?;
    let (tag, cache) = (file::tag_of(&sheet), keep.header());
    if let Some(same) = file::unchanged(&req, &tag, &cache) {
        return Ok(same);
    }
    Ok(file::shown(file::make(move || page(&sheet)).await?, &tag, cache))
}

/// The QR code of the address where a certificate is checked, for any size.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, description = "The code.", content(("image/svg+xml")))))]
#[get("/certificates/{number}/qr.svg")]
pub(super) async fn qr_svg(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
) -> Result<HttpResponse> {
    let (sheet, keep) = sheet(&app, number, KEEP_CODE).await?;
    let (tag, cache) = (file::tag_of(&("svg", &sheet.check)), keep.header());
    if let Some(same) = file::unchanged(&req, &tag, &cache) {
        return Ok(same);
    }
    let name = format!("QR {}.svg", sheet.certificate.number);
    let check = sheet.check;
    let bytes = file::make(move || Ok(Matrix::of(&check)?.svg().into_bytes())).await?;
    Ok(file::shown(File { content_type: "image/svg+xml", name, bytes }, &tag, cache))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SizeQuery {
    /// Pixels of a side.
    #[param(minimum = 100, maximum = 2000, default = 600)]
    size: Option<u32>,
}

/// The QR code of the address where a certificate is checked, in pixels.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001"), SizeQuery),
    responses((status = 200, description = "The code.", content(("image/png")))))]
#[get("/certificates/{number}/qr.png")]
pub(super) async fn qr_png(
    req: HttpRequest,
    app: web::Data<App>,
    Path(number): Path<String>,
    Query(query): Query<SizeQuery>,
) -> Result<HttpResponse> {
    let size = query.size.unwrap_or(600);
    if !(100..=2000).contains(&size) {
        let field = FieldError::new(
            "size",
            "size.range",
            "Nhận từ 100 đến 2000 điểm ảnh.",
            "Takes 100 to 2000 pixels.",
        );
        return Err(Error::invalid(vec![field]));
    }
    let (sheet, keep) = sheet(&app, number, KEEP_CODE).await?;
    let (tag, cache) = (file::tag_of(&("png", size, &sheet.check)), keep.header());
    if let Some(same) = file::unchanged(&req, &tag, &cache) {
        return Ok(same);
    }
    let name = format!("QR {}.png", sheet.certificate.number);
    let check = sheet.check;
    let bytes = file::make(move || Matrix::of(&check)?.png(size)).await?;
    Ok(file::shown(File { content_type: "image/png", name, bytes }, &tag, cache))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AnnexQuery {
    /// Number of the decision.
    #[param(example = "2890/QĐ-UBND")]
    decision_number: String,
    /// Whose: the authority's code as in `/authorities/{code}`, a province's or `TW` for the Ministry.
    #[param(example = "19")]
    authority: String,
    /// Day of the decision, where the number was used more than once.
    decided_on: Option<NaiveDate>,
}

/// The list annexed to a decision of a province or of the Ministry: every product it recognised. A province's for its own
/// staff and the country's, the Ministry's for the country's.
#[utoipa::path(tag = "certificates", params(AnnexQuery),
    responses((status = 200, description = "The list.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/certificates/annex.docx")]
pub(super) async fn annex_docx(
    req: HttpRequest,
    app: web::Data<App>,
    Query(query): Query<AnnexQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let AnnexQuery { decision_number, authority, decided_on } = query;
    let read = move |conn: &mut Conn| {
        super::super::decision(conn, &actor.reach, &authority, decision_number.trim(), decided_on)
    };
    let decision = app.db.read("certificate.annex", read).await?;
    Ok(file::saved(&req, file::make(move || annex(&decision)).await?))
}

/// The notice of the authority that certified to a producer that its certificate ends: for the producer and the officers
/// of its place.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, description = "The notice.",
        content(("application/vnd.openxmlformats-officedocument.wordprocessingml.document")))))]
#[get("/certificates/{number}/expiry-notice.docx")]
pub(super) async fn expiry_docx(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
    actor: Actor,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Conn| super::super::ending(conn, &actor.reach, &number);
    let ending = app.db.read("certificate.expiry_notice", read).await?;
    let now = app.clock.now();
    let make = move || expiry_notice(&ending, now);
    Ok(file::saved(&req, file::make(make).await?))
}
