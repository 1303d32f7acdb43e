//! Star tokens: `/certificates/{number}/star-token`, and the keys to check them with.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::{NoQuery, Path, Query, Reply, content_tag};
use crate::instant::Instant;

use super::super::token::{self, Claims};

/// A signed statement that a product bears a star now.
#[derive(Serialize, ToSchema)]
#[schema(as = StarToken)]
struct TokenOut {
    /// Compact JWS: `alg` `EdDSA`, `typ` `ocop-star+jwt`, `kid` of a key in `/.well-known/jwks.json`.
    token: String,
    /// The token is good before this moment; ask for another in time.
    expires_at: Instant,
    /// What the token says, to read.
    claims: Claims,
}

/// A star token: whoever has it proves the star offline for a day at most, with the keys at `/.well-known/jwks.json`
/// (RFC 7517, RFC 8037). Check the signature, `typ` `ocop-star+jwt`, `iss`, `aud` `ocop-star` and `exp`.
#[utoipa::path(tag = "certificates", params(("number" = String, Path, example = "OCOP-19-2026-000001")),
    responses((status = 200, body = TokenOut)))]
#[get("/certificates/{number}/star-token")]
pub(super) async fn star_token(
    req: HttpRequest,
    app: web::Data<App>,
    _: Query<NoQuery>,
    Path(number): Path<String>,
) -> Result<HttpResponse> {
    let (certificate, producer, _) =
        app.db.read("certificate.get", move |conn| super::super::check(conn, &number)).await?;
    let now = app.clock.now();
    let claims = token::claims(&certificate, &producer, &app.config.public_url, now)?;
    let expires_at = DateTime::<Utc>::from_timestamp(claims.exp, 0).map_or(now, Instant::from_utc);
    let token = app.star_keys.sign(&claims)?;
    let reply = Reply::ok(&TokenOut { token, expires_at, claims })?;
    let tag = content_tag(&reply.body);
    let mut response = reply.etag(tag).respond(&req);
    // A kept token is given again only after we were asked: a revocation is seen at once.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    Ok(response)
}
