//! `/hooks`: where platforms tell us that something changed.

use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::Path;
use crate::ids::ShopId;
use crate::listing::hook;
use crate::platform::state::HookCall;

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(receive).service(verify).service(receive_for_app);
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
    let body = bytes(body).await?;
    let about = format!("{platform}/{id}");
    answer(&req, &app, &about, &body, async |call| hook::receive(&app, &platform, id, call).await).await
}

/// A call from a platform that sends the events of all shops of an application to one address. The shop is found by
/// its own number, as the shop's settings state it and the call names it; the rest is as with an address for each shop.
/// A shop that nobody has is answered like a wrong signature.
#[utoipa::path(tag = "shops", params(("platform" = String, Path)),
    request_body(content(("application/json"))), responses((status = 200, description = "Understood.")))]
#[post("/hooks/{platform}")]
async fn receive_for_app(
    req: HttpRequest,
    app: web::Data<App>,
    Path(platform): Path<String>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let body = bytes(body).await?;
    answer(&req, &app, &platform, &body, async |call| hook::receive_for_app(&app, &platform, call).await)
        .await
}

async fn bytes(body: web::Payload) -> Result<web::Bytes> {
    let body = body.to_bytes_limited(BODY_MAX).await.map_err(|_| Error::new(Code::TooLarge))?;
    body.map_err(|_| Error::new(Code::BadRequest))
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
    let about = format!("{platform}/{id}");
    answer(&req, &app, &about, &[], async |call| hook::receive(&app, &platform, id, call).await).await
}

/// Hands a call to whom `take` says; `about` is the end of its address.
async fn answer(
    req: &HttpRequest,
    app: &App,
    about: &str,
    body: &[u8],
    take: impl AsyncFnOnce(HookCall<'_>) -> Result<Option<String>>,
) -> Result<HttpResponse> {
    let text =
        |value: &actix_web::http::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<_> =
        req.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let url = format!("{}/api/v1/hooks/{about}", app.config.public_url);
    let call = HookCall { url: &url, query: req.query_string(), headers: &headers, body };
    Ok(match take(call).await? {
        Some(text) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text),
        None => HttpResponse::Ok().finish(),
    })
}
