//! The owner's consent to an application: its page, and the exchange of its code for the shop's token.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Form, Query, ServiceConfig};
use serde_json::json;

use super::{Keys, Shape};
use crate::platform::sign;
use crate::platform::sim::consent::{Consents, sent_back};
use crate::platform::sim::market::{Shared, lock};

type Parameters = BTreeMap<String, String>;

struct Desk {
    shape: &'static Shape,
    keys: Data<Keys>,
}

pub(super) fn mount(config: &mut ServiceConfig, shape: &'static Shape, keys: &Data<Keys>) {
    let [page, exchange] = shape.consent;
    config
        .app_data(Data::new(Desk { shape, keys: keys.clone() }))
        .route(page, web::get().to(authorize))
        .route(exchange, web::post().to(token));
}

/// The owner agrees, or not, and is sent back.
async fn authorize(
    desk: Data<Desk>,
    market: Shared,
    consents: Data<Consents>,
    Query(given): Query<Parameters>,
) -> HttpResponse {
    let of = |name: &str| given.get(name).map(String::as_str);
    let good = of("client_id") == Some(desk.keys.key.as_str())
        && of("scope").is_some_and(|scope| scope.contains("write_products"));
    let Some(redirect) = of("redirect_uri").and_then(|said| consents.back(Some(said))).filter(|_| good)
    else {
        return HttpResponse::BadRequest().body("invalid_request");
    };
    let state = of("state").unwrap_or_default();
    let no = of("sim_answer") == Some("no");
    let now = lock(&market).now();
    let code = if no { "access_denied".to_owned() } else { consents.issue(&redirect, now) };
    let name = if no { "error" } else { "code" };
    let time = now.unix_seconds().to_string();
    let mut back = vec![(name, code.as_str()), ("state", state)];
    if desk.shape.signs {
        back.extend([("store", "chehaodat.mysapo.net"), ("timestamp", &time)]);
        back.sort_unstable();
        let text: Vec<String> = back.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let hmac = sign::hmac_hex(&desk.keys.secret, &[text.join("&").as_bytes()]);
        back.push(("hmac", &hmac));
        return sent_back(&redirect, &back);
    }
    sent_back(&redirect, &back)
}

/// The shop's token, which lasts.
async fn token(
    desk: Data<Desk>,
    market: Shared,
    consents: Data<Consents>,
    Form(given): Form<Parameters>,
) -> HttpResponse {
    let of = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    if (of("client_id"), of("client_secret")) != (desk.keys.key.as_str(), desk.keys.secret.as_str()) {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_client"}));
    }
    let redirect = (!desk.shape.signs).then(|| of("redirect_uri"));
    if !desk.shape.signs && of("grant_type") != "authorization_code" {
        return HttpResponse::BadRequest().json(json!({"error": "unsupported_grant_type"}));
    }
    if consents.redeem(of("code"), redirect, lock(&market).now()).is_err() {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
    }
    HttpResponse::Ok().json(json!({"access_token": desk.keys.token, "token_type": "Bearer"}))
}
