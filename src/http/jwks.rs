//! `/.well-known/jwks.json`: the public keys of star tokens (RFC 7517, RFC 8037). Keys of access tokens are nobody
//! else's to check and stand in no list.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use serde_json::json;

use crate::app::App;

/// The keys that sign now, and those retired whose signatures may still be good. Who meets a token with another `kid`
/// asks again: a new key signs at once.
#[get("/.well-known/jwks.json")]
pub(super) async fn jwks(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type("application/jwk-set+json")
        .body(json!({ "keys": app.star_keys.public(app.clock.now()) }).to_string())
}
