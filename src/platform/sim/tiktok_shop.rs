//! TikTok Shop of one seller, as its documents describe version 202309: signed requests, an access token of a week, a
//! refresh token that changes with each use, images before products, an audit of what is listed.
//!
//! Nothing keeps a SKU from being there twice, as nothing says that the real one does.
//!
//! Controls: those of [`super::market`]; `POST /__sim/hooks` `{"type", "data", "shop_id"}` answers a signed webhook, of
//! this shop where none is named.

mod products;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use actix_web::web::{self, Bytes, Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{Consents, sent_back};
use super::faults::{FaultBook, Voice};
use super::market::{self, BUYER, Market, OrderState, Review, Shared, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use crate::instant::Instant;
use crate::platform::sign;

/// Key of the application that it knows.
pub const APP_KEY: &str = "demo-tts-app";
/// Its number as a service.
pub const SERVICE_ID: &str = "7300000000000000042";
/// Its secret.
pub const APP_SECRET: &str = "demo-tts-app-secret";
/// The refresh token that is good once.
pub const REFRESH: &str = "ttr-demo-refresh-token";
/// Number of the shop of the consent.
pub const SHOP_ID: &str = "7494726673780148744";
/// Its cipher.
pub const CIPHER: &str = "ROW_demo-shop-cipher";
/// The shop's sales warehouse.
pub const WAREHOUSE: &str = "7300000000000000001";
/// Life of an access token, seconds.
const TOKEN_SECONDS: i64 = 7 * 86_400;

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
    let market: Shared = Data::new(Mutex::new(Market::new(clock, review, 1_729_000_000_000_000_000)));
    let world = Data::new(World {
        market: market.clone(),
        refresh: Mutex::new(REFRESH.to_owned()),
        images: Mutex::default(),
    });
    let consents: Data<Consents> = Data::default();
    let book = FaultBook::new(Voice {
        refusal: || refused(200, 12_052_900, "The operation is not permitted"),
        token_expired: || refused(401, 105_002, "Expired credentials, please refresh the access_token"),
    });
    server::launch("tiktok", port, book, move |config: &mut ServiceConfig| {
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

fn good(data: Value) -> HttpResponse {
    HttpResponse::Ok()
        .json(json!({"code": 0, "message": "Success", "request_id": request_id(), "data": data}))
}

fn refused(status: u16, code: i64, message: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .json(json!({"code": code, "message": message, "request_id": request_id(), "data": {}}))
}

fn request_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

type Query = BTreeMap<String, String>;

async fn serve(req: HttpRequest, world: Data<World>, consents: Data<Consents>, body: Bytes) -> HttpResponse {
    let query: Query = url::form_urlencoded::parse(req.query_string().as_bytes()).into_owned().collect();
    let path = req.path();
    match path {
        "/oauth/authorize" | "/open/authorize" => return authorize(path, &world, &consents, &query),
        "/api/v2/token/get" => return token(&world, Some(&consents), &query),
        "/api/v2/token/refresh" => return token(&world, None, &query),
        _ => {}
    }
    if let Some(refusal) = turned_away(&req, &world, &query, &body) {
        return refusal;
    }
    if path == "/product/202309/images/upload" {
        return products::upload(&req, &world, &body);
    }
    let given: Value = match serde_json::from_slice(&body) {
        Ok(given) => given,
        Err(_) if body.is_empty() => Value::Null,
        Err(_) => return refused(400, 36_009_004, "Invalid request body"),
    };
    let mut market = lock(&world.market);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (req.method().as_str(), parts.as_slice()) {
        ("GET", ["authorization", "202309", "shops"]) => good(json!({"shops": [
            {"id": SHOP_ID, "name": "Chè Hảo Đạt", "region": "VN", "seller_type": "LOCAL", "cipher": CIPHER}
        ]})),
        ("GET", ["logistics", "202309", "warehouses"]) => good(json!({"warehouses": [
            {"id": "7300000000000000002", "type": "RETURN_WAREHOUSE", "is_default": true},
            {"id": WAREHOUSE, "type": "SALES_WAREHOUSE", "is_default": true},
        ]})),
        ("GET", ["product", "202309", "categories"]) => products::tree(&query),
        ("GET", ["product", "202309", "categories", id, "attributes"]) => products::attributes(id, &query),
        ("POST", ["product", "202502", "products", "search"]) => products::search(&market, &query, &given),
        ("POST", ["product", "202309", "products"]) => {
            let images = world.images.lock().unwrap_or_else(PoisonError::into_inner);
            products::create(&mut market, &images, &given)
        }
        ("POST", ["product", "202309", "products", "activate"]) => {
            products::switch(&mut market, &given, true)
        }
        ("POST", ["product", "202309", "products", "deactivate"]) => {
            products::switch(&mut market, &given, false)
        }
        ("GET", ["product", "202309", "products", id]) => products::show(&mut market, id),
        ("POST", ["product", "202309", "products", id, "partial_edit"]) => {
            let images = world.images.lock().unwrap_or_else(PoisonError::into_inner);
            products::edit(&mut market, &images, id, &given)
        }
        ("POST", ["product", "202309", "products", id, what @ ("prices" | "inventory"), "update"]) => {
            products::offer(&mut market, id, what, &given)
        }
        ("POST", ["order", "202309", "orders", "search"]) => orders(&market, &query, &given),
        _ => refused(404, 36_009_009, "Invalid path"),
    }
}

/// Why a request is not let in: application, time, signature, token and shop, in this order.
fn turned_away(req: &HttpRequest, world: &World, query: &Query, body: &[u8]) -> Option<HttpResponse> {
    let header =
        |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let market = lock(&world.market);
    let now = market.now().unix_seconds();
    let age =
        query.get("timestamp").filter(|text| text.len() == 10).and_then(|text| text.parse::<i64>().ok());
    if query.get("app_key").map(String::as_str) != Some(APP_KEY) {
        return Some(refused(400, 106_011, "Invalid app_key"));
    }
    if !age.is_some_and(|at| (now - 300..=now + 30).contains(&at)) {
        return Some(refused(400, 36_009_004, "Invalid timestamp"));
    }
    let mut signed = format!("{APP_SECRET}{}", req.path());
    for (name, value) in query.iter().filter(|(name, _)| *name != "sign" && *name != "access_token") {
        signed.push_str(name);
        signed.push_str(value);
    }
    let mut signed = signed.into_bytes();
    if !header("content-type").starts_with("multipart/form-data") {
        signed.extend_from_slice(body);
    }
    signed.extend_from_slice(APP_SECRET.as_bytes());
    if query.get("sign") != Some(&sign::hmac_hex(APP_SECRET, &[&signed])) {
        return Some(refused(401, 106_001, "Invalid signature"));
    }
    let token = header("x-tts-access-token");
    if !market.knows(token) {
        let known = token.starts_with("tta-");
        let code = if known { 105_002 } else { 105_001 };
        return Some(refused(401, code, "Expired credentials, please refresh the access_token"));
    }
    let no_shop = req.path().starts_with("/authorization/") || req.path() == "/product/202309/images/upload";
    match query.get("shop_cipher") {
        Some(_) if no_shop => Some(refused(400, 36_009_004, "shop_cipher is not expected here")),
        None if !no_shop => Some(refused(400, 106_013, "shop_cipher is missing")),
        Some(cipher) if cipher != CIPHER => Some(refused(403, 105_005, "The shop is not authorized")),
        _ => None,
    }
}

/// The seller agrees, or not, and is sent to the address registered with the application. Of the two pages one goes by
/// the application's key, the other, of sellers outside the US, by its number as a service.
fn authorize(path: &str, world: &World, consents: &Consents, query: &Query) -> HttpResponse {
    let of = |name: &str| query.get(name).map(String::as_str);
    let known = match path {
        "/open/authorize" => of("service_id") == Some(SERVICE_ID),
        _ => of("app_key") == Some(APP_KEY),
    };
    let Some(redirect) = consents.back(None).filter(|_| known) else {
        return HttpResponse::BadRequest().body("The application is not known, or has no redirect URL");
    };
    let state = of("state").unwrap_or_default();
    if of("sim_answer") == Some("no") {
        return sent_back(&redirect, &[("error", "access_denied"), ("state", state)]);
    }
    let code = consents.issue(&redirect, lock(&world.market).now());
    sent_back(&redirect, &[("app_key", APP_KEY), ("code", &code), ("locale", "vi-VN"), ("state", state)])
}

fn token(world: &World, consents: Option<&Consents>, query: &Query) -> HttpResponse {
    let of = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let grant = if consents.is_some() { "authorized_code" } else { "refresh_token" };
    if (of("app_key"), of("app_secret"), of("grant_type")) != (APP_KEY, APP_SECRET, grant) {
        return refused(200, 36_004_001, "Invalid app_key or app_secret");
    }
    let mut refresh = world.refresh.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(consents) = consents {
        let now = lock(&world.market).now();
        if consents.redeem(of("auth_code"), None, now).is_err() {
            return refused(200, 36_004_004, "Invalid authorization code");
        }
    } else if of("refresh_token") != refresh.as_str() {
        return refused(200, 36_004_004, "Invalid refresh token");
    }
    *refresh = format!("ttr-{}", uuid::Uuid::new_v4().simple());
    let mut market = lock(&world.market);
    let ends = market.now().unix_seconds() + TOKEN_SECONDS;
    good(json!({
        "access_token": market.token("tta", TOKEN_SECONDS), "access_token_expire_in": ends,
        "refresh_token": *refresh, "refresh_token_expire_in": ends + 365 * 86_400, "open_id": "demo",
        "seller_name": "Chè Hảo Đạt", "seller_base_region": "VN", "user_type": 0,
    }))
}

fn orders(market: &Market, query: &Query, given: &Value) -> HttpResponse {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let Some(size) = number("page_size").filter(|size| (1..=100).contains(size)) else {
        return refused(400, 36_009_004, "page_size must be between 1 and 100");
    };
    let moment = |name: &str| {
        let seconds = at(given, name).as_i64()?;
        DateTime::from_timestamp(seconds, 0).map(Instant::from_utc)
    };
    let (Some(since), Some(until)) = (moment("/update_time_ge"), moment("/update_time_lt")) else {
        return refused(400, 36_009_004, "update_time_ge and update_time_lt are missing");
    };
    let from = number("page_token").unwrap_or_default();
    let all: Vec<_> =
        market.changed(since, until).into_iter().filter(|order| order.updated_at < until).collect();
    let rows: Vec<Value> = all.iter().skip(from).take(size).map(|order| {
        // A return after delivery is told elsewhere: the order stays as it is.
        let status = match order.state {
            OrderState::Placed => "AWAITING_SHIPMENT",
            OrderState::Shipping => "IN_TRANSIT",
            OrderState::Completed | OrderState::Returned => "COMPLETED",
            OrderState::Cancelled => "CANCELLED",
        };
        let piece = |n: i64| json!({
            "id": format!("{}{n:03}", order.id), "product_id": order.item.to_string(),
            "sku_id": products::sku_id(order.item), "seller_sku": order.sku, "currency": "VND",
            "sale_price": order.unit_price_vnd.to_string(), "original_price": order.unit_price_vnd.to_string(),
            "display_status": status,
        });
        json!({
            "id": order.id.to_string(), "status": status, "create_time": order.placed_at.unix_seconds(),
            "update_time": order.updated_at.unix_seconds(), "recipient_address": {"name": BUYER},
            "payment": {"currency": "VND", "total_amount": (order.unit_price_vnd * order.quantity).to_string()},
            "line_items": (0..order.quantity).map(piece).collect::<Vec<_>>(),
        })
    }).collect();
    let next = from + rows.len();
    let token = if next < all.len() { next.to_string() } else { String::new() };
    good(json!({"orders": rows, "total_count": all.len(), "next_page_token": token}))
}

#[derive(Deserialize)]
struct News {
    r#type: i64,
    data: Value,
    shop_id: Option<String>,
}

async fn hook(Json(News { r#type, data, shop_id }): Json<News>) -> HttpResponse {
    let shop = shop_id.as_deref().unwrap_or(SHOP_ID);
    let body = json!({"type": r#type, "tts_notification_id": request_id(), "shop_id": shop, "data": data});
    let body = body.to_string();
    let signature = sign::hmac_hex(APP_SECRET, &[APP_KEY.as_bytes(), body.as_bytes()]);
    HttpResponse::Ok().json(json!({"headers": {"authorization": signature}, "body": body}))
}

#[cfg(test)]
mod tests;
