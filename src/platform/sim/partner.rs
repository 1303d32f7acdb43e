//! A partner's interface as the proposed profiles describe it: three ways to show who calls, one shape of bodies.
//!
//! Controls: those of [`super::market`].

use std::io;
use std::sync::Mutex;

use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{FaultBook, Voice};
use super::market::{self, Item, Market, OrderState, Review, Shared, State, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use crate::instant::Instant;
use crate::platform::sign;

/// How callers show who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `X-Api-Key`, as in the profile of C-Thái Nguyên.
    ApiKey,
    /// OAuth client credentials and an envelope with `success`, as in that of Voso.
    OauthClient,
    /// A signature over method, path, time and body, as in that of Buudien.vn.
    Hmac,
}

/// How the simulator behaves.
#[derive(Clone)]
pub struct Options {
    /// Port on loopback; 0 takes a free one.
    pub port: u16,
    /// How callers show who they are.
    pub auth: Auth,
    /// When a review ends.
    pub review: Review,
    /// The time.
    pub clock: Clock,
}

/// The partner id that it knows.
pub const CLIENT_ID: &str = "ocop-demo";
/// The secret that belongs to it.
pub const CLIENT_SECRET: &str = "partner-demo-secret";
/// Life of a token, seconds.
const TOKEN_SECONDS: i64 = 3600;
/// How far a signed time may be from ours, seconds.
const SKEW: i64 = 300;

struct Rules {
    auth: Auth,
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(options: Options) -> io::Result<SimHandle> {
    let Options { port, auth, review, clock } = options;
    let world: Shared = Data::new(Mutex::new(Market::new(clock, review, 5000)));
    let rules = Data::new(Rules { auth });
    let book = FaultBook::new(Voice {
        refusal: || refuse(422, "busy", "Hệ thống đang bận"),
        token_expired: || refuse(401, "token_expired", "Mã truy cập đã hết hạn"),
    });
    server::launch("partner", port, book, move |config| mount(config, &world, &rules))
}

fn mount(config: &mut ServiceConfig, world: &Shared, rules: &Data<Rules>) {
    market::controls(config, world);
    config
        .app_data(rules.clone())
        .route("/oauth/token", web::post().to(token))
        .service(web::resource("/v1/products").route(web::get().to(find)).route(web::post().to(create)))
        .service(
            web::resource("/v1/products/{id}")
                .route(web::get().to(read))
                .route(web::put().to(update))
                .route(web::delete().to(withdraw)),
        )
        .route("/v1/products/{id}/offer", web::patch().to(offer))
        .route("/v1/orders", web::get().to(orders));
}

/// Status, code and text of a refusal.
struct Refusal(u16, &'static str, String);

impl Refusal {
    fn answer(&self) -> HttpResponse {
        refuse(self.0, self.1, &self.2)
    }
}

fn refuse(status: u16, code: &str, message: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .json(json!({ "success": false, "error": { "code": code, "message": message } }))
}

fn succeed(status: u16, data: Value) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).json(json!({ "success": true, "data": data }))
}

fn header<'r>(req: &'r HttpRequest, name: &str) -> &'r str {
    req.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Refuses whoever does not show that it is the partner.
fn admit(req: &HttpRequest, rules: &Rules, market: &Market, body: &[u8]) -> Result<(), Refusal> {
    let known = match rules.auth {
        Auth::ApiKey => header(req, "x-api-key") == CLIENT_SECRET,
        Auth::OauthClient => {
            let token = header(req, "authorization").strip_prefix("Bearer ").unwrap_or_default();
            if !market.knows(token) {
                return Err(Refusal(401, "token_expired", "Mã truy cập không còn giá trị".to_owned()));
            }
            true
        }
        Auth::Hmac => {
            let time = header(req, "x-timestamp");
            let apart = time.parse::<i64>().map_or(i64::MAX, |at| (at - market.now().unix_seconds()).abs());
            let path = req.uri().path_and_query().map_or("", |path| path.as_str());
            let parts = [req.method().as_str().as_bytes(), path.as_bytes(), time.as_bytes(), body];
            let signed = header(req, "x-signature") == sign::hmac_hex(CLIENT_SECRET, &parts);
            header(req, "x-partner-id") == CLIENT_ID && apart <= SKEW && signed
        }
    };
    if known { Ok(()) } else { Err(Refusal(401, "not_known", "Không nhận ra đối tác".to_owned())) }
}

#[derive(Deserialize)]
struct Grant {
    grant_type: String,
}

async fn token(req: HttpRequest, world: Shared, form: web::Form<Grant>) -> HttpResponse {
    let both = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    if form.grant_type != "client_credentials" || header(&req, "authorization") != both {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let token = lock(&world).token("partner", TOKEN_SECONDS);
    HttpResponse::Ok()
        .json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS }))
}

fn shown(item: &Item) -> Value {
    let status = match item.state {
        State::Draft => "draft",
        State::Pending => "pending",
        State::Live => "live",
        State::Rejected => "rejected",
        State::Off => "off",
    };
    json!({
        "id": item.id.to_string(), "sku": item.sku, "title": item.name, "status": status, "price": item.price_vnd,
        "quantity": item.stock, "reason": item.reason,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ocop {
    star: Option<u8>,
    certificate: Option<String>,
    valid_until: Option<String>,
    check: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    sku: String,
    title: String,
    description_html: String,
    price: Option<i64>,
    quantity: Option<i64>,
    weight_grams: u32,
    images: Vec<String>,
    barcode: Option<String>,
    ocop: Ocop,
}

fn take(item: &mut Item, product: Product) {
    let Product { sku, title, description_html, price, quantity, weight_grams, images, barcode, ocop } =
        product;
    (item.sku, item.name, item.description) = (sku, title, description_html);
    item.price_vnd = price.unwrap_or(item.price_vnd);
    item.stock = quantity.unwrap_or(item.stock);
    (item.weight_g, item.images) = (weight_grams, images);
    let Ocop { star, certificate, valid_until, check } = ocop;
    item.more = json!({
        "barcode": barcode, "star": star, "certificate": certificate, "valid_until": valid_until, "check": check,
    });
}

fn product(body: &[u8], new: bool) -> Result<Product, Refusal> {
    let product: Product =
        serde_json::from_slice(body).map_err(|error| Refusal(422, "invalid", error.to_string()))?;
    let bad = product.title.trim().is_empty()
        || product.images.is_empty()
        || (new && (product.price.is_none_or(|price| price <= 0) || product.quantity.is_none()));
    if bad {
        Err(Refusal(422, "incomplete", "Thiếu tên, hình ảnh, giá hoặc số lượng".to_owned()))
    } else {
        Ok(product)
    }
}

async fn create(req: HttpRequest, world: Shared, rules: Data<Rules>, body: Bytes) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &body) {
        return refused.answer();
    }
    let product = match product(&body, true) {
        Ok(product) => product,
        Err(refused) => return refused.answer(),
    };
    let sku = product.sku.clone();
    let Some(item) = market.create(&sku) else { return refuse(409, "sku.taken", "SKU đã có") };
    take(item, product);
    let shown = shown(item);
    succeed(201, shown)
}

async fn update(
    req: HttpRequest,
    world: Shared,
    rules: Data<Rules>,
    id: Path<u64>,
    body: Bytes,
) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &body) {
        return refused.answer();
    }
    let product = match product(&body, false) {
        Ok(product) => product,
        Err(refused) => return refused.answer(),
    };
    let Some(item) = market.item(*id) else { return refuse(404, "not_found", "Không có sản phẩm") };
    if item.state == State::Pending {
        return refuse(422, "under_review", "Sản phẩm đang duyệt");
    }
    take(item, product);
    market.hand_in(*id);
    match market.item(*id) {
        Some(item) => succeed(200, shown(item)),
        None => refuse(404, "not_found", "Không có sản phẩm"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    price: i64,
    quantity: i64,
}

async fn offer(
    req: HttpRequest,
    world: Shared,
    rules: Data<Rules>,
    id: Path<u64>,
    body: Bytes,
) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &body) {
        return refused.answer();
    }
    let Ok(Offer { price, quantity }) = serde_json::from_slice(&body) else {
        return refuse(422, "invalid", "Giá và số lượng là số nguyên");
    };
    match market.item(*id) {
        Some(item) if price > 0 && quantity >= 0 => {
            (item.price_vnd, item.stock) = (price, quantity);
            succeed(200, shown(item))
        }
        Some(_) => refuse(422, "invalid", "Giá hoặc số lượng không đúng"),
        None => refuse(404, "not_found", "Không có sản phẩm"),
    }
}

async fn read(req: HttpRequest, world: Shared, rules: Data<Rules>, id: Path<u64>) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &[]) {
        return refused.answer();
    }
    match market.look(*id) {
        Some(item) => succeed(200, shown(item)),
        None => refuse(404, "not_found", "Không có sản phẩm"),
    }
}

async fn withdraw(req: HttpRequest, world: Shared, rules: Data<Rules>, id: Path<u64>) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &[]) {
        return refused.answer();
    }
    match market.item(*id) {
        Some(item) => {
            item.state = State::Off;
            HttpResponse::NoContent().finish()
        }
        None => refuse(404, "not_found", "Không có sản phẩm"),
    }
}

#[derive(Deserialize)]
struct BySku {
    sku: String,
}

async fn find(req: HttpRequest, world: Shared, rules: Data<Rules>, query: Query<BySku>) -> HttpResponse {
    let mut market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &[]) {
        return refused.answer();
    }
    let found: Vec<Value> = market.by_sku(&query.sku).map(|item| shown(item)).into_iter().collect();
    succeed(200, found.into())
}

#[derive(Deserialize)]
struct Between {
    updated_from: String,
    updated_to: String,
    #[serde(default)]
    cursor: String,
}

/// Orders a page.
const PAGE: usize = 50;

async fn orders(req: HttpRequest, world: Shared, rules: Data<Rules>, query: Query<Between>) -> HttpResponse {
    let market = lock(&world);
    if let Err(refused) = admit(&req, &rules, &market, &[]) {
        return refused.answer();
    }
    let at = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| Instant::from_utc(at.to_utc()));
    let (Some(since), Some(until)) = (at(&query.updated_from), at(&query.updated_to)) else {
        return refuse(422, "invalid", "Thời gian theo RFC 3339");
    };
    let from: usize = query.cursor.parse().unwrap_or_default();
    let all = market.changed(since, until);
    let rows: Vec<Value> = all
        .iter()
        .skip(from)
        .take(PAGE)
        .map(|order| {
            let status = match order.state {
                OrderState::Placed => "placed",
                OrderState::Shipping => "shipping",
                OrderState::Completed => "completed",
                OrderState::Cancelled => "cancelled",
                OrderState::Returned => "returned",
            };
            json!({
                "id": order.id.to_string(), "status": status, "placed_at": order.placed_at.to_string(),
                "customer": market::BUYER,
                "lines": [{ "id": "1", "sku": order.sku, "quantity": order.quantity, "price": order.unit_price_vnd }],
            })
        })
        .collect();
    let next = (all.len() > from + PAGE).then(|| (from + PAGE).to_string());
    HttpResponse::Ok().json(json!({ "success": true, "data": rows, "next_cursor": next }))
}
