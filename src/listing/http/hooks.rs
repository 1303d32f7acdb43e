//! `/hooks`: where platforms tell us that something changed.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::Path;
use crate::ids::ShopId;
use crate::listing::hook;
use crate::platform::state::HookCall;

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(receive).service(verify);
}

/// Most bytes of a call: what platforms send is far smaller.
const BODY_MAX: usize = 256 * 1024;

/// A call from a platform about a shop. Give the platform this address; its signature is checked on the bytes of the
/// body. A call only makes us look: repeats and reordered calls do no harm.
#[utoipa::path(tag = "shops", params(("platform" = String, Path), ("id" = ShopId, Path)),
    request_body(content(("application/json"))), responses((status = 200, description = "Understood.")))]
#[post("/hooks/{platform}/{id}")]
async fn receive(
    req: HttpRequest,
    app: web::Data<App>,
    Path((platform, id)): Path<(String, ShopId)>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let body = body.to_bytes_limited(BODY_MAX).await.map_err(|_| Error::new(Code::TooLarge))?;
    let body = body.map_err(|_| Error::new(Code::BadRequest))?;
    answer(&req, &app, &platform, id, &body).await
}

/// A platform asks whether the address is ours before it sends anything.
#[utoipa::path(tag = "shops", params(("platform" = String, Path), ("id" = ShopId, Path)),
    responses((status = 200, description = "The text that proves it.")))]
#[get("/hooks/{platform}/{id}")]
async fn verify(
    req: HttpRequest,
    app: web::Data<App>,
    Path((platform, id)): Path<(String, ShopId)>,
) -> Result<HttpResponse> {
    answer(&req, &app, &platform, id, &[]).await
}

async fn answer(
    req: &HttpRequest,
    app: &App,
    platform: &str,
    id: ShopId,
    body: &[u8],
) -> Result<HttpResponse> {
    let text =
        |value: &actix_web::http::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        req.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let url = format!("{}/api/v1/hooks/{platform}/{id}", app.config.public_url);
    let call = HookCall { url: &url, query: req.query_string(), headers: &headers, body };
    let proof = hook::receive(app, platform, id, call).await?;
    Ok(match proof {
        Some(text) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text),
        None => HttpResponse::Ok().finish(),
    })
}
