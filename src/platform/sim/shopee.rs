//! A shop on Shopee, as its documents describe version 2 of the Open Platform: signed requests whose body is not signed, an
//! access token of four hours, a refresh token that is good once, images before products, a review.
//!
//! Nothing keeps a SKU from being there twice, as nothing says that the real one does.
//!
//! Controls: those of [`super::market`]; `POST /__sim/hooks` `{"url", "code", "data"}` answers a signed push message as
//! Shopee would send it to this address.

mod orders;
mod products;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{Consents, sent_back};
use super::faults::{FaultBook, Voice};
use super::market::{self, Market, Review, Shared, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use crate::platform::sign;

/// Number of the partner that it knows.
pub const PARTNER_ID: u64 = 1_001_141;
/// The partner's key.
pub const PARTNER_KEY: &str = "demo-partner-key-of-shopee";
/// Number of the shop.
pub const SHOP_ID: u64 = 600_000;
/// The refresh token that is good once.
pub const REFRESH: &str = "shopee-refresh-demo";
/// Leaf category where products may stand.
pub const CATEGORY: &str = "100002";
/// Its attribute that every product states, and a value of it.
pub const ATTRIBUTE: (&str, &str) = ("100037", "1001");
/// Life of an access token, seconds.
const TOKEN_SECONDS: i64 = 4 * 3600;
/// How old a signed request may be, seconds.
const STALE: i64 = 300;

/// What the market has not.
#[derive(Debug)]
struct World {
    market: Shared,
    refresh: Mutex<String>,
    images: Mutex<BTreeSet<String>>,
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock, review: Review) -> io::Result<SimHandle> {
    let market: Shared = Data::new(Mutex::new(Market::new(clock, review, 3_400_133_000)));
    let refresh = Mutex::new(REFRESH.to_owned());
    let world = Data::new(World { market: market.clone(), refresh, images: Mutex::default() });
    let consents: Data<Consents> = Data::default();
    let book = FaultBook::new(Voice {
        refusal: || refused("error_param", "The operation is not permitted"),
        token_expired: || answered(403, "invalid_acceess_token", "Invalid access_token."),
    });
    server::launch("shopee", port, book, move |config: &mut ServiceConfig| {
        market::controls(config, &market);
        Consents::control(config, &consents);
        config
            .app_data(world.clone())
            .route("/__sim/hooks", web::post().to(hook))
            .service(web::resource("/api/v2/{path:.*}").to(serve));
    })
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn request_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn good(response: Value) -> HttpResponse {
    let request_id = request_id();
    HttpResponse::Ok().json(json!({
        "error": "", "message": "", "warning": "", "request_id": request_id, "response": response,
    }))
}

fn answered(status: u16, error: &str, message: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or_default())
        .json(json!({"error": error, "message": message, "request_id": request_id()}))
}

/// Most refusals come inside HTTP 200.
fn refused(error: &str, message: &str) -> HttpResponse {
    answered(200, error, message)
}

/// The query; of a name that is there twice every value.
#[derive(Debug)]
struct Query(Vec<(String, String)>);

impl Query {
    fn of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.of(name)?.parse().ok()
    }

    /// Numbers with commas, at most 50.
    fn ids(&self, name: &str) -> Option<Vec<u64>> {
        let ids: Vec<u64> = self.of(name)?.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        (1..=50).contains(&ids.len()).then_some(ids)
    }
}

async fn serve(req: HttpRequest, world: Data<World>, consents: Data<Consents>, body: Bytes) -> HttpResponse {
    let pairs = url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned().collect();
    let query = Query(pairs);
    let call = req.path().trim_start_matches("/api/v2/");
    let public = call.starts_with("auth/") || call == AUTHORIZE || call == "media_space/upload_image";
    if let Some(refusal) = turned_away(&req, &world, &query, public) {
        return refusal;
    }
    if call == AUTHORIZE {
        return authorize(&world, &consents, &query);
    }
    if call == "media_space/upload_image" {
        return products::upload(&req, &world, &body);
    }
    let given: Value = match serde_json::from_slice(&body) {
        Ok(given) => given,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => return refused("error_param", "The body is not JSON"),
    };
    if call == "auth/access_token/get" {
        return token(&world, None, &given);
    }
    if call == "auth/token/get" {
        return token(&world, Some(&consents), &given);
    }
    let mut market = lock(&world.market);
    match (req.method().as_str(), call) {
        ("GET", "product/get_category") => products::tree(&query),
        ("GET", "product/get_attribute_tree") => products::attributes(&query),
        ("GET", "product/get_item_limit") => products::limits(&query),
        ("GET", "product/search_item") => products::search(&market, &query),
        ("GET", "product/get_item_list") => products::list(&market, &query),
        ("GET", "product/get_item_base_info") => products::base_info(&mut market, &query),
        ("GET", "product/get_item_violation_info") => products::violations(&market, &query),
        ("GET", "logistics/get_channel_list") => products::channels(),
        ("POST", "product/add_item") => products::add(&mut market, &images(&world), &given),
        ("POST", "product/update_item") => products::update(&mut market, &images(&world), &given),
        ("POST", "product/update_price") => products::price(&mut market, &given),
        ("POST", "product/update_stock") => products::stock(&mut market, &given),
        ("POST", "product/unlist_item") => products::unlist(&mut market, &given),
        ("GET", "order/get_order_list") => orders::list(&market, &query),
        ("GET", "order/get_order_detail") => orders::details(&market, &query),
        _ => answered(404, "error_not_found", "Invalid path"),
    }
}

fn images(world: &World) -> BTreeSet<String> {
    world.images.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Why a request is not let in: partner, time, signature, token and shop, in this order.
fn turned_away(req: &HttpRequest, world: &World, query: &Query, public: bool) -> Option<HttpResponse> {
    let market = lock(&world.market);
    let now = market.now().unix_seconds();
    if query.number("partner_id") != Some(PARTNER_ID) {
        return Some(answered(403, "error_param", "Invalid partner_id."));
    }
    let timestamp = query.number::<i64>("timestamp").filter(|at| (now - at).abs() <= STALE);
    let Some(timestamp) = timestamp else {
        return Some(answered(403, "error_param", "Invalid timestamp"));
    };
    let token = query.of("access_token").unwrap_or_default();
    let shop = query.of("shop_id").unwrap_or_default();
    let of_shop = if public { String::new() } else { format!("{token}{shop}") };
    let signed = format!("{PARTNER_ID}{}{timestamp}{of_shop}", req.path());
    if query.of("sign") != Some(sign::hmac_hex(PARTNER_KEY, &[signed.as_bytes()]).as_str()) {
        return Some(answered(403, "error_sign", "Wrong sign."));
    }
    if public {
        return None;
    }
    if !market.knows(token) {
        return Some(answered(403, "invalid_acceess_token", "Invalid access_token."));
    }
    (query.number("shop_id") != Some(SHOP_ID))
        .then(|| answered(403, "shop_no_linked", "The shop is not linked to the partner."))
}

const AUTHORIZE: &str = "shop/auth_partner";

/// The seller agrees, or not, and is sent back with the number of the shop.
fn authorize(world: &World, consents: &Consents, query: &Query) -> HttpResponse {
    let Some(redirect) = query.of("redirect").and_then(|said| consents.back(Some(said))) else {
        return answered(400, "error_param", "Invalid redirect.");
    };
    if query.of("sim_answer") == Some("no") {
        return sent_back(&redirect, &[("error", "access_denied")]);
    }
    let code = consents.issue(&redirect, lock(&world.market).now());
    sent_back(&redirect, &[("code", &code), ("shop_id", &SHOP_ID.to_string())])
}

/// The reply has no `response`: its fields stand at the top.
fn token(world: &World, consents: Option<&Consents>, given: &Value) -> HttpResponse {
    if *at(given, "/partner_id") != PARTNER_ID || *at(given, "/shop_id") != SHOP_ID {
        return refused("error_param", "Wrong partner_id or shop_id");
    }
    let mut refresh = world.refresh.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(consents) = consents {
        let now = lock(&world.market).now();
        if consents.redeem(at(given, "/code").as_str().unwrap_or_default(), None, now).is_err() {
            return refused("error_auth", "Invalid code.");
        }
    } else if *at(given, "/refresh_token") != refresh.as_str() {
        return refused("error_auth", "Invalid refresh_token.");
    }
    *refresh = format!("shopee-refresh-{}", uuid::Uuid::new_v4().simple());
    let access = lock(&world.market).token("shopee-access", TOKEN_SECONDS);
    HttpResponse::Ok().json(json!({
        "error": "", "message": "", "request_id": request_id(), "access_token": access,
        "refresh_token": *refresh, "expire_in": TOKEN_SECONDS, "partner_id": PARTNER_ID, "shop_id": SHOP_ID,
    }))
}

#[derive(Deserialize)]
struct Push {
    url: String,
    code: i64,
    data: Value,
    shop_id: Option<u64>,
}

async fn hook(world: Data<World>, Json(Push { url, code, data, shop_id }): Json<Push>) -> HttpResponse {
    let timestamp = lock(&world.market).now().unix_seconds();
    let shop_id = shop_id.unwrap_or(SHOP_ID);
    let body = json!({"code": code, "shop_id": shop_id, "timestamp": timestamp, "data": data}).to_string();
    let signature = sign::hmac_hex(PARTNER_KEY, &[url.as_bytes(), b"|", body.as_bytes()]);
    let headers: BTreeMap<&str, String> = BTreeMap::from([("authorization", signature)]);
    HttpResponse::Ok().json(json!({"headers": headers, "body": body}))
}

#[cfg(test)]
mod tests;
