//! Tiki, as its documents describe the Open API: products are asked for, tracked and reviewed; an approved one is off
//! sale until it is put up.
//!
//! Controls: those of [`super::market`], but a review ends requests: `POST /__sim/review`
//! `{"sku"?, "decision": "approve"|"reject", "reason"?}`. A product stands in the market once its request is approved.

mod goods;
mod orders;
mod requests;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::web::{self, Bytes, Data, Form, Json, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{Consents, sent_back};
use super::faults::{FaultBook, Voice};
use super::market::{self, Market, Review, Shared, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use requests::Desk;

/// The application that it knows.
pub const CLIENT_ID: &str = "1234567890123456";
/// Its secret.
pub const CLIENT_SECRET: &str = "tiki-demo-client-secret";
/// The first refresh token, for an application of a third party; each is good once.
pub const REFRESH_TOKEN: &str = "tiki-demo-refresh-token";
/// Seconds of a token's life; the documents name none.
const TOKEN_SECONDS: i64 = 3_600;

/// How it is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on loopback; 0 for any.
    pub port: u16,
    /// How reviews end.
    pub review: Review,
    /// Its clock.
    pub clock: Clock,
}

/// A refusal: the status and its sentences.
type Refusal = (u16, Vec<String>);

fn refusal(status: u16, sentence: &str) -> Refusal {
    (status, vec![sentence.to_owned()])
}

fn refuse((status, sentences): Refusal) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).json(json!({ "errors": sentences }))
}

fn not_signed_in() -> HttpResponse {
    refuse(refusal(401, "Unauthorized"))
}

/// What the routes share beside the market.
#[derive(Debug)]
struct World {
    desk: Mutex<Desk>,
    refresh: Mutex<String>,
}

type Beside = Data<World>;

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the simulator.
///
/// # Errors
/// When the port is taken.
pub fn start(options: Options) -> io::Result<SimHandle> {
    let Options { port, review, clock } = options;
    // Products come into the market when they are approved: nothing is reviewed there.
    let market: Shared = Data::new(Mutex::new(Market::new(clock, Review::None, 2_000_000)));
    let world: Beside = Data::new(World {
        desk: Mutex::new(Desk::new(review)),
        refresh: Mutex::new(REFRESH_TOKEN.to_owned()),
    });
    let consents: Data<Consents> = Data::default();
    let book = FaultBook::new(Voice {
        refusal: || refuse(refusal(422, "Your request body have invalid value")),
        token_expired: not_signed_in,
    });
    server::launch("tiki", port, book, move |config| mount(config, &market, &world, &consents))
}

fn mount(config: &mut ServiceConfig, market: &Shared, world: &Beside, consents: &Data<Consents>) {
    Consents::control(config, consents);
    config.app_data(world.clone()).route("/__sim/review", web::post().to(review));
    market::controls(config, market);
    let interface = web::scope("/integration/v2")
        .route("/products", web::get().to(products))
        .route("/products/findBy", web::get().to(find))
        .route("/products/updateSku", web::post().to(update_sku))
        .route("/products/{id}", web::get().to(product))
        .service(web::resource("/requests").route(web::get().to(newest)).route(web::post().to(create)))
        .route("/requests/updateProductInfo", web::post().to(change))
        .service(
            web::resource("/requests/{id}").route(web::get().to(request)).route(web::delete().to(delete)),
        )
        .route("/tracking/{track}", web::get().to(tracking))
        .route("/categories", web::get().to(categories))
        .route("/categories/{id}", web::get().to(category))
        .route("/orders", web::get().to(orders_page))
        .route("/orders/{code}", web::get().to(order))
        .default_service(web::to(|| async { refuse(refusal(404, "Not found")) }));
    config
        .route("/sc/oauth2/auth", web::get().to(authorize))
        .route("/sc/oauth2/token", web::post().to(token))
        .service(interface);
}

#[derive(Deserialize)]
struct Grant {
    grant_type: String,
    refresh_token: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    sim_answer: Option<String>,
}

/// The seller agrees, or not, and is sent back.
async fn authorize(market: Shared, consents: Data<Consents>, Query(page): Query<Page>) -> HttpResponse {
    let good = page.client_id == CLIENT_ID && page.response_type == "code" && page.state.len() >= 8;
    let Some(redirect) = consents.back(Some(&page.redirect_uri)).filter(|_| good) else {
        return HttpResponse::BadRequest().body("invalid_request");
    };
    if page.sim_answer.as_deref() == Some("no") {
        return sent_back(&redirect, &[("error", "access_denied"), ("state", &page.state)]);
    }
    let code = consents.issue(&redirect, lock(&market).now());
    sent_back(&redirect, &[("code", &code), ("scope", &page.scope), ("state", &page.state)])
}

async fn token(
    req: HttpRequest,
    market: Shared,
    world: Beside,
    consents: Data<Consents>,
    Form(grant): Form<Grant>,
) -> HttpResponse {
    let header = req.headers().get("authorization").and_then(|value| value.to_str().ok());
    let pair =
        header.and_then(|value| value.strip_prefix("Basic ")).and_then(|pair| STANDARD.decode(pair).ok());
    if pair != Some(format!("{CLIENT_ID}:{CLIENT_SECRET}").into_bytes()) {
        return HttpResponse::Unauthorized().json(json!({"error": "invalid_client"}));
    }
    let mut market = lock(&market);
    let mut answer =
        json!({"token_type": "bearer", "scope": "product order inventory", "expires_in": TOKEN_SECONDS});
    match grant.grant_type.as_str() {
        "client_credentials" => {}
        kind @ ("refresh_token" | "authorization_code") => {
            let mut known = held(&world.refresh);
            let good = if kind == "refresh_token" {
                grant.refresh_token.as_deref() == Some(known.as_str())
            } else {
                let redirect = Some(grant.redirect_uri.as_deref().unwrap_or_default());
                consents.redeem(grant.code.as_deref().unwrap_or_default(), redirect, market.now()).is_ok()
            };
            if !good {
                return HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
            }
            *known = format!("tkrt-{}", uuid::Uuid::new_v4().simple());
            if let Some(fields) = answer.as_object_mut() {
                fields.insert("refresh_token".to_owned(), json!(*known));
            }
        }
        _ => return HttpResponse::BadRequest().json(json!({"error": "unsupported_grant_type"})),
    }
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("access_token".to_owned(), json!(market.token("tkat", TOKEN_SECONDS)));
    }
    HttpResponse::Ok().json(answer)
}

/// A request with a good token.
fn authorized(
    req: &HttpRequest,
    market: &Shared,
    run: impl FnOnce(&mut Market) -> Result<Value, Refusal>,
) -> HttpResponse {
    let header = req.headers().get("authorization").and_then(|value| value.to_str().ok());
    let mut market = lock(market);
    match header.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) if market.knows(token) => {
            run(&mut market).map_or_else(refuse, |v| HttpResponse::Ok().json(v))
        }
        _ => not_signed_in(),
    }
}

fn read(body: &Bytes) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| refusal(400, "The body is not a JSON object"))
}

#[derive(Deserialize)]
struct BySku {
    original_sku: String,
}

async fn find(req: HttpRequest, market: Shared, Query(asked): Query<BySku>) -> HttpResponse {
    authorized(&req, &market, |market| Ok(goods::found(market, &asked.original_sku)))
}

async fn product(req: HttpRequest, market: Shared, id: Path<u64>) -> HttpResponse {
    authorized(&req, &market, |market| goods::read(market, *id))
}

async fn products(req: HttpRequest, market: Shared, Query(asked): Query<Listing>) -> HttpResponse {
    authorized(&req, &market, |market| {
        Ok(goods::list(market, asked.page.unwrap_or(1), asked.limit.unwrap_or(20)))
    })
}

async fn update_sku(req: HttpRequest, market: Shared, body: Bytes) -> HttpResponse {
    authorized(&req, &market, |market| goods::update(market, &read(&body)?))
}

async fn create(req: HttpRequest, market: Shared, world: Beside, body: Bytes) -> HttpResponse {
    authorized(&req, &market, |market| held(&world.desk).create(market, read(&body)?))
}

async fn change(req: HttpRequest, market: Shared, world: Beside, body: Bytes) -> HttpResponse {
    authorized(&req, &market, |market| held(&world.desk).change(market, read(&body)?))
}

#[derive(Deserialize)]
struct Listing {
    include: Option<String>,
    page: Option<usize>,
    limit: Option<usize>,
}

async fn newest(
    req: HttpRequest,
    market: Shared,
    world: Beside,
    Query(asked): Query<Listing>,
) -> HttpResponse {
    authorized(&req, &market, |_| {
        let products = asked.include.as_deref() == Some("products");
        Ok(held(&world.desk).newest(asked.page.unwrap_or(1), asked.limit.unwrap_or(20), products))
    })
}

async fn request(req: HttpRequest, market: Shared, world: Beside, id: Path<String>) -> HttpResponse {
    authorized(&req, &market, |market| held(&world.desk).request(market, &id))
}

async fn delete(req: HttpRequest, market: Shared, world: Beside, id: Path<String>) -> HttpResponse {
    authorized(&req, &market, |_| held(&world.desk).delete(&id))
}

async fn tracking(req: HttpRequest, market: Shared, world: Beside, track: Path<String>) -> HttpResponse {
    authorized(&req, &market, |market| held(&world.desk).tracking(market, &track))
}

#[derive(Deserialize)]
struct Children {
    parent: Option<u64>,
}

async fn categories(req: HttpRequest, market: Shared, Query(asked): Query<Children>) -> HttpResponse {
    authorized(&req, &market, |_| Ok(goods::categories(asked.parent)))
}

async fn category(req: HttpRequest, market: Shared, id: Path<u64>) -> HttpResponse {
    authorized(&req, &market, |_| goods::category(*id))
}

async fn orders_page(req: HttpRequest, market: Shared, Query(asked): Query<orders::Asked>) -> HttpResponse {
    authorized(&req, &market, |market| orders::page(market, &asked))
}

async fn order(req: HttpRequest, market: Shared, code: Path<u64>) -> HttpResponse {
    authorized(&req, &market, |market| orders::one(market, *code))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    sku: Option<String>,
    decision: String,
    reason: Option<String>,
}

async fn review(market: Shared, world: Beside, Json(decision): Json<Decision>) -> HttpResponse {
    let Decision { sku, decision, reason } = decision;
    let reason = (decision != "approve").then(|| reason.unwrap_or_default());
    let mut market = lock(&market);
    held(&world.desk).decide(&mut market, sku.as_deref(), reason.as_deref());
    HttpResponse::NoContent().finish()
}

#[cfg(test)]
mod tests;
