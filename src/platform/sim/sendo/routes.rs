//! The paths of the simulated Sendo.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::web::{self, Bytes, Data, Json, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::{ATTRIBUTES, BRANDS, CATEGORIES};
use super::orders::Order;
use super::products::{ByHand, Product};
use super::world::{Refusal, World};
use crate::platform::sim::faults::Voice;

pub(super) const VOICE: Voice = Voice {
    refusal: || refuse(&Refusal::new(400, "Hệ thống đang bận, vui lòng thử lại")),
    token_expired: expired,
};

type Shared = Data<Mutex<World>>;

fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Mounts Sendo's paths and this simulator's controls.
pub(super) fn mount(config: &mut ServiceConfig, world: &Shared, price_stock_path: &str) {
    config
        .app_data(world.clone())
        .route("/login", web::post().to(login))
        .service(
            web::resource("/api/partner/product")
                .route(web::post().to(save_product))
                .route(web::get().to(read_product)),
        )
        .route("/api/partner/product/search", web::post().to(search_products))
        .route("/api/partner/product/update-by-field-mask", web::post().to(mask_products))
        .route(price_stock_path, web::post().to(price_stock))
        .route("/api/partner/category/attribute/{id}", web::get().to(attributes))
        .route("/api/partner/category/brand/{id}", web::get().to(brands))
        .route("/api/partner/category/{parent}", web::get().to(categories))
        .route("/api/partner/salesorder/search", web::post().to(search_orders))
        .route("/api/partner/salesorder/{number}", web::get().to(read_order))
        .service(
            web::resource("/__sim/products")
                .route(web::get().to(all_products))
                .route(web::post().to(by_hand)),
        )
        .service(
            web::resource("/__sim/orders")
                .route(web::get().to(all_orders))
                .route(web::post().to(change_order)),
        )
        .route("/__sim/review", web::post().to(review))
        .route("/__sim/hooks", web::post().to(hook))
        .route("/__sim/tokens/expire", web::post().to(expire_tokens));
}

fn succeed(result: &Value) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "result": result, "success": true, "error": null, "status_code": 200 }))
}

/// Refusals come inside HTTP 200.
fn refuse(refusal: &Refusal) -> HttpResponse {
    let details: Vec<Value> = refusal
        .faults
        .iter()
        .map(|fault| json!({ "property_name": fault.property, "message": fault.message, "value": null, "code": fault.code }))
        .collect();
    let error = json!({ "message": refusal.message, "details": null, "error_details": details });
    HttpResponse::Ok()
        .json(json!({ "result": null, "success": false, "error": error, "status_code": refusal.status_code }))
}

fn answer(result: Result<Value, Refusal>) -> HttpResponse {
    match result {
        Ok(result) => succeed(&result),
        Err(refusal) => refuse(&refusal),
    }
}

fn expired() -> HttpResponse {
    HttpResponse::Unauthorized().json(json!({ "exp": "token expired" }))
}

/// The token of the request; empty without one.
fn token(request: &HttpRequest) -> &str {
    let header =
        request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    parts.map_or("", |(_, token)| token)
}

/// Runs for the shop of the request's token, with the body read as JSON.
fn for_shop(
    world: &Shared,
    request: &HttpRequest,
    body: &Bytes,
    run: impl FnOnce(&mut World, &str, Value) -> Result<Value, Refusal>,
) -> HttpResponse {
    let mut world = lock(world);
    let shop = match world.shop_of(token(request)) {
        Ok(shop) => shop,
        Err(true) => return expired(),
        Err(false) => return HttpResponse::Unauthorized().json(json!({ "message": "Unauthorized" })),
    };
    match if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) } {
        Ok(body) => answer(run(&mut world, &shop, body)),
        Err(_) => refuse(&Refusal::new(400, "JSON không hợp lệ")),
    }
}

async fn login(world: Shared, body: Bytes) -> HttpResponse {
    let Ok(body) = serde_json::from_slice(&body) else {
        return refuse(&Refusal::new(400, "JSON không hợp lệ"));
    };
    match lock(&world).login(&body) {
        Some(result) => answer(result),
        None => HttpResponse::TooManyRequests()
            .insert_header(("retry-after", "1"))
            .json(json!({ "message": "API rate limit exceeded" })),
    }
}

async fn save_product(world: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    for_shop(&world, &request, &body, |world, shop, body| world.save_product(shop, body))
}

#[derive(Deserialize)]
struct Wanted {
    id: Option<i64>,
    sku: Option<String>,
}

async fn read_product(world: Shared, request: HttpRequest, wanted: Query<Wanted>) -> HttpResponse {
    for_shop(&world, &request, &Bytes::new(), |world, shop, _| {
        Ok(world.read_product(shop, wanted.id, wanted.sku.as_deref()))
    })
}

async fn search_products(world: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    for_shop(&world, &request, &body, |world, shop, body| world.search_products(shop, &body))
}

async fn mask_products(world: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    for_shop(&world, &request, &body, |world, shop, body| world.mask_products(shop, &body))
}

async fn price_stock(world: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    for_shop(&world, &request, &body, |world, shop, body| world.price_stock(shop, &body))
}

async fn categories(world: Shared, request: HttpRequest, parent: Path<i64>) -> HttpResponse {
    for_shop(&world, &request, &Bytes::new(), |_, _, _| {
        let children = CATEGORIES.iter().filter(|category| category.parent == *parent);
        let row = |id: i64, name: &str, parent_id: i64, level: i64| json!({ "id": id, "name": name, "parent_id": parent_id, "level": level });
        Ok(children
            .map(|category| row(category.id, category.name, category.parent, category.level))
            .collect())
    })
}

async fn attributes(world: Shared, request: HttpRequest, id: Path<i64>) -> HttpResponse {
    for_shop(&world, &request, &Bytes::new(), |_, _, _| {
        let category = CATEGORIES
            .iter()
            .find(|category| category.id == *id)
            .ok_or(Refusal::new(404, "Không tìm thấy ngành hàng"))?;
        let rows: Vec<Value> = ATTRIBUTES
            .iter()
            .filter(|attribute| attribute.category == category.id)
            .map(|attribute| {
                let values: Vec<Value> =
                    attribute.values.iter().map(|(id, value)| json!({ "id": id, "value": value, "is_selected": false })).collect();
                json!({
                    "id": attribute.id, "control_type": "ComboBox", "name": attribute.name, "is_required": attribute.required,
                    "is_checkout": false, "attribute_values": values,
                })
            })
            .collect();
        Ok(json!({
            "id": category.id, "name": category.name, "parent_id": category.parent, "level": category.level,
            "is_config_variant": false, "is_self_shipping": false, "attribute": rows,
        }))
    })
}

async fn brands(world: Shared, request: HttpRequest, id: Path<i64>) -> HttpResponse {
    for_shop(&world, &request, &Bytes::new(), |_, _, _| {
        let own = BRANDS.iter().filter(|(_, category, _)| *category == *id);
        let row = |(brand, _, name): &(i64, i64, &str)| json!({"external_id": brand, "name": name, "is_required_certificate_file": false, "senmall_description": null});
        Ok(own.map(row).collect())
    })
}

async fn search_orders(world: Shared, request: HttpRequest, body: Bytes) -> HttpResponse {
    for_shop(&world, &request, &body, |world, shop, body| world.search_orders(shop, &body))
}

async fn read_order(world: Shared, request: HttpRequest, number: Path<String>) -> HttpResponse {
    for_shop(&world, &request, &Bytes::new(), |world, shop, _| {
        world
            .orders
            .get(number.as_str())
            .filter(|order| order.shop_key == shop)
            .map(Order::shown)
            .ok_or(Refusal::new(404, "Không tìm thấy đơn hàng"))
    })
}

async fn all_products(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(lock(&world).products.values().collect::<Vec<&Product>>())
}

async fn by_hand(world: Shared, Json(change): Json<ByHand>) -> HttpResponse {
    if lock(&world).by_hand(&change) { HttpResponse::NoContent() } else { HttpResponse::NotFound() }.finish()
}

async fn all_orders(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(lock(&world).orders.values().map(Order::shown).collect::<Vec<_>>())
}

async fn change_order(world: Shared, body: Json<Value>) -> HttpResponse {
    match lock(&world).change_order(&body) {
        Ok(order) => HttpResponse::Created().json(order),
        Err(reason) => HttpResponse::UnprocessableEntity().body(reason),
    }
}

#[derive(Deserialize)]
struct Decision {
    sku: Option<String>,
    decision: String,
    reason: Option<String>,
}

async fn review(world: Shared, decision: Json<Decision>) -> HttpResponse {
    match lock(&world).review(decision.sku.as_deref(), &decision.decision, decision.reason.as_deref()) {
        Some(touched) => HttpResponse::Ok().json(json!({ "touched": touched })),
        None => HttpResponse::UnprocessableEntity().body("decision is approve, reject, cancel or delete"),
    }
}

async fn expire_tokens(world: Shared) -> HttpResponse {
    lock(&world).expire_tokens();
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "type")]
    kind: String,
    data: Value,
}

/// A call as Sendo would send it for the first shop: nothing is signed.
async fn hook(world: Shared, Json(Push { kind, data }): Json<Push>) -> HttpResponse {
    let shop_key = lock(&world).options.shops.first().map(|shop| shop.shop_key.clone());
    let body = json!({"type": kind, "store_id": 808_516, "shop_key": shop_key, "data": data}).to_string();
    HttpResponse::Ok().json(json!({"headers": {"content-type": "application/json"}, "body": body}))
}
