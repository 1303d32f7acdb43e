//! `/livez`, `/readyz`, `/metrics`, and the pages that explain error codes.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::error::{Code, Error, Result};

/// Whether the process runs.
#[get("/livez")]
pub(super) async fn livez() -> &'static str {
    "ok"
}

/// Whether it can serve: the database answers.
#[get("/readyz")]
pub(super) async fn readyz(app: web::Data<App>) -> Result<&'static str> {
    app.db.ping().await?;
    Ok("ok")
}

/// Measurements for Prometheus: with the token of the settings, or from this machine alone.
#[get("/metrics")]
pub(super) async fn metrics(req: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let allowed = match &app.config.metrics_token {
        Some(token) => {
            let given = req.headers().get(header::AUTHORIZATION).map(|v| v.as_bytes()).unwrap_or_default();
            given.ct_eq(format!("Bearer {}", token.0).as_bytes()).into()
        }
        None => from_here(&req, &app),
    };
    if !allowed {
        return Err(Error::new(Code::NotFound));
    }
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(crate::telemetry::render()))
}

/// Whether a caller sits at this machine. A proxy on it does too, but says that it forwards.
fn from_here(req: &HttpRequest, app: &App) -> bool {
    let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
    let direct = !forwarded.iter().any(|name| req.headers().contains_key(*name));
    direct && app.limits.address(req).is_loopback()
}

/// What a code means, in both languages.
#[get("/docs/errors/{code}")]
pub(super) async fn error_page(code: web::Path<String>) -> Result<HttpResponse> {
    let code =
        Code::ALL.iter().find(|c| c.as_str() == code.as_str()).ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{code}</title><style>body{{font:1.1rem/1.5 sans-serif;\
             max-width:40rem;margin:3rem auto;padding:0 1rem}}</style><h1><code>{code}</code></h1>\
             <p>HTTP {status}</p><p>{vi}</p><p lang=\"en\">{en}</p></html>",
            code = code.as_str(),
            status = code.status(),
            vi = code.vi(),
            en = code.en(),
        )))
}
