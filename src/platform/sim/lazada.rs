//! A shop on Lazada in Viet Nam, as the documents of its Open Platform describe it: every call signed over its path and
//! all its parameters, answers that are always HTTP 200, images before products, a quality check, one row for each piece
//! of an order.
//!
//! Where the documents read are silent it is strict: a refresh token is good once, a deleted product is not found.
//!
//! Controls: those of [`super::market`]; `POST /__sim/hooks` `{"message_type", "data"}` answers a signed push.

mod orders;
mod products;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

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

/// Key of the application that it knows.
pub const APP_KEY: &str = "demo-lazada-app";
/// Its secret.
pub const APP_SECRET: &str = "demo-lazada-app-secret";
/// The seller's number.
pub const SELLER_ID: &str = "1234567";
/// The refresh token that is good once.
pub const REFRESH: &str = "lzr-demo-refresh-token";
/// Life of an access token, seconds: that of an online application.
const TOKEN_SECONDS: i64 = 30 * 86_400;
/// How far a request's time may be off, milliseconds.
const DRIFT: i64 = 7_200_000;

/// What the market has not.
#[derive(Debug)]
struct World {
    market: Shared,
    refresh: Mutex<String>,
    images: Mutex<BTreeSet<String>>,
    reviews: bool,
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock, review: Review) -> io::Result<SimHandle> {
    let market: Shared = Data::new(Mutex::new(Market::new(clock, review, 2_096_962_000)));
    let world = Data::new(World {
        market: market.clone(),
        refresh: Mutex::new(REFRESH.to_owned()),
        images: Mutex::default(),
        reviews: review != Review::None,
    });
    let consents: Data<Consents> = Data::default();
    let book = FaultBook::new(Voice {
        refusal: || refused("4143", "This attribute is not valid for the category"),
        token_expired: || refused("IllegalAccessToken", "The specified access token is invalid or expired"),
    });
    server::launch("lazada", port, book, move |config: &mut ServiceConfig| {
        market::controls(config, &market);
        Consents::control(config, &consents);
        config
            .app_data(world.clone())
            .route("/__sim/hooks", web::post().to(hook))
            .service(web::resource("/{path:.*}").to(serve));
    })
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn request_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn good(data: Value) -> HttpResponse {
    HttpResponse::Ok().json(json!({"code": "0", "request_id": request_id(), "data": data}))
}

fn refused(code: &str, message: &str) -> HttpResponse {
    HttpResponse::Ok()
        .json(json!({"code": code, "type": "ISV", "message": message, "request_id": request_id()}))
}

/// A refusal that names the field.
fn field(name: &str, message: &str) -> HttpResponse {
    let detail = json!([{"field": name, "message": message}]);
    HttpResponse::Ok().json(json!({
        "code": "501", "type": "ISP", "message": "E501: the request failed", "request_id": request_id(), "detail": detail,
    }))
}

type Parameters = BTreeMap<String, String>;

async fn serve(req: HttpRequest, world: Data<World>, consents: Data<Consents>, body: Bytes) -> HttpResponse {
    let mut given: Parameters =
        url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned().collect();
    let kind = req.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        given.extend(url::form_urlencoded::parse(&body).into_owned());
    }
    let path = req.path();
    if path == "/oauth/authorize" {
        return authorize(&world, &consents, &given);
    }
    if let Some(refusal) = unsigned(&world, path, &given) {
        return refusal;
    }
    if path == "/auth/token/refresh" {
        return token(&world, None, &given);
    }
    if path == "/auth/token/create" {
        return token(&world, Some(&consents), &given);
    }
    if !lock(&world.market).knows(given.get("access_token").map(String::as_str).unwrap_or_default()) {
        return refused("IllegalAccessToken", "The specified access token is invalid or expired");
    }
    let images = || world.images.lock().unwrap_or_else(PoisonError::into_inner);
    let mut market = lock(&world.market);
    match (req.method().as_str(), path) {
        ("POST", "/image/upload") => products::upload(kind, &mut images(), &body),
        ("GET", "/category/tree/get") => products::tree(),
        ("GET", "/category/attributes/get") => products::attributes(&given),
        ("GET", "/category/brands/query") => products::brands(&given),
        ("GET", "/products/get") => products::list(&market, &given),
        ("GET", "/product/item/get") => products::show(&mut market, &given),
        ("POST", "/product/create") => products::create(&mut market, &images(), &payload(&given, "payload")),
        ("POST", "/product/update") => products::update(&mut market, &images(), &payload(&given, "payload")),
        ("POST", "/product/price_quantity/update") => {
            products::offer(&mut market, world.reviews, &payload(&given, "payload"))
        }
        ("POST", "/product/deactivate") => {
            products::deactivate(&mut market, &payload(&given, "apiRequestBody"))
        }
        ("GET", "/orders/get") => orders::list(&market, &given),
        ("GET", "/orders/items/get") => orders::items(&market, &given),
        _ => refused("InvalidApiPath", "The specified API path is not valid"),
    }
}

/// The product of a payload; nothing where it is no such JSON.
fn payload(given: &Parameters, name: &str) -> Value {
    let text = given.get(name).map(String::as_str).unwrap_or_default();
    let mut body: Value = serde_json::from_str(text).unwrap_or_default();
    body.pointer_mut("/Request/Product").map(Value::take).unwrap_or_default()
}

/// Why a request is not let in: application, time and signature, in this order.
fn unsigned(world: &World, path: &str, given: &Parameters) -> Option<HttpResponse> {
    let of = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    if of("app_key") != APP_KEY {
        return Some(refused("IllegalAppKey", "The specified app key is not valid"));
    }
    let now = lock(&world.market).now().unix_micros() / 1_000;
    let time =
        Some(of("timestamp")).filter(|text| text.len() == 13).and_then(|text| text.parse::<i64>().ok());
    if time.is_none_or(|time| (time - now).abs() >= DRIFT) {
        return Some(refused("IllegalTimestamp", "The specified timestamp is not valid"));
    }
    let mut signed = path.to_owned();
    for (name, value) in given.iter().filter(|(name, _)| *name != "sign") {
        signed += name;
        signed += value;
    }
    let signature = sign::hmac_hex(APP_SECRET, &[signed.as_bytes()]).to_uppercase();
    if of("sign_method") != "sha256" || of("sign") != signature {
        return Some(refused(
            "IncompleteSignature",
            "The request signature does not conform to the standard",
        ));
    }
    None
}

/// The seller agrees, or not, and is sent back.
fn authorize(world: &World, consents: &Consents, given: &Parameters) -> HttpResponse {
    let of = |name: &str| given.get(name).map(String::as_str);
    if of("client_id") != Some(APP_KEY) || of("response_type") != Some("code") {
        return HttpResponse::BadRequest().body("appkey not exists");
    }
    let Some(redirect) = of("redirect_uri").and_then(|said| consents.back(Some(said))) else {
        return HttpResponse::BadRequest().body("redirect uri is not the one of the application");
    };
    let state = of("state").unwrap_or_default();
    if of("sim_answer") == Some("no") {
        return sent_back(&redirect, &[("error", "access_denied"), ("state", state)]);
    }
    let code = consents.issue(&redirect, lock(&world.market).now());
    sent_back(&redirect, &[("code", &code), ("state", state)])
}

fn token(world: &World, consents: Option<&Consents>, given: &Parameters) -> HttpResponse {
    let mut refresh = world.refresh.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(consents) = consents {
        let now = lock(&world.market).now();
        if consents.redeem(given.get("code").map(String::as_str).unwrap_or_default(), None, now).is_err() {
            return refused("InvalidCode", "Invalid authorization code");
        }
    } else if given.get("refresh_token") != Some(&*refresh) {
        return refused("IllegalRefreshToken", "The specified refresh token is invalid or expired");
    }
    *refresh = format!("lzr-{}", uuid::Uuid::new_v4().simple());
    let access = lock(&world.market).token("lza", TOKEN_SECONDS);
    HttpResponse::Ok().json(json!({
        "code": "0", "request_id": request_id(), "access_token": access, "expires_in": TOKEN_SECONDS,
        "refresh_token": *refresh, "refresh_expires_in": 180 * 86_400, "country": "vn",
        "account_platform": "seller_center", "account": "shop@example.vn",
        "country_user_info": [{"country": "vn", "user_id": "200160000001", "seller_id": SELLER_ID, "short_code": "VN1"}],
    }))
}

#[derive(Deserialize)]
struct Push {
    message_type: i64,
    data: Value,
}

async fn hook(Json(Push { message_type, data }): Json<Push>) -> HttpResponse {
    let body = json!({
        "seller_id": SELLER_ID, "message_type": message_type, "data": data, "timestamp": 1_795_755_600_000_i64,
        "site": "lazada_vn",
    })
    .to_string();
    let signature = sign::hmac_hex(APP_SECRET, &[APP_KEY.as_bytes(), body.as_bytes()]);
    HttpResponse::Ok().json(json!({"headers": {"authorization": signature}, "body": body}))
}

#[cfg(test)]
mod tests;
