//! The paths of the simulated shop.

use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Options;
use super::products::{self, CATEGORIES, Refusal};
use crate::instant::Instant;
use crate::platform::sim::faults::{Voice, is_partial};
use crate::platform::sim::market::{BUYER, Market, Order, OrderState, Shared, lock};

pub(super) const VOICE: Voice = Voice {
    refusal: || refuse(&Refusal::new(400, "woocommerce_rest_invalid_request", "Yêu cầu không hợp lệ.")),
    token_expired: || refuse(&not_signed_in()),
};

fn not_signed_in() -> Refusal {
    Refusal::new(401, "woocommerce_rest_authentication_error", "Consumer key is invalid.")
}

fn refuse(refusal: &Refusal) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(refusal.0).unwrap_or_default();
    HttpResponse::build(status).json(refusal.shown())
}

/// Mounts the paths of the interface.
pub(super) fn mount(config: &mut ServiceConfig, options: &Data<Options>) {
    let scope = web::scope("/wp-json/wc/v3")
        .service(web::resource("/products").route(web::get().to(list)).route(web::post().to(create)))
        .route("/products/categories", web::get().to(categories))
        .route("/products/batch", web::post().to(batch))
        .service(
            web::resource("/products/{id}")
                .route(web::get().to(read))
                .route(web::put().to(update))
                .route(web::delete().to(delete)),
        )
        .route("/orders", web::get().to(orders))
        .default_service(web::to(|| async { refuse(&no_route()) }));
    config.app_data(options.clone()).service(scope);
}

fn no_route() -> Refusal {
    Refusal::new(404, "rest_no_route", "Không tìm thấy đường dẫn phù hợp với URL và phương thức yêu cầu.")
}

/// Whether the request has the good keys.
fn signed_in(request: &HttpRequest, options: &Options) -> bool {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let pair =
        header.and_then(|value| value.strip_prefix("Basic ")).and_then(|pair| STANDARD.decode(pair).ok());
    pair.is_some_and(|pair| {
        pair == format!("{}:{}", options.consumer_key, options.consumer_secret).into_bytes()
    })
}

fn answer(result: Result<Value, Refusal>) -> HttpResponse {
    match result {
        Ok(value) => HttpResponse::Ok().json(value),
        Err(refusal) => refuse(&refusal),
    }
}

fn reading(
    request: &HttpRequest,
    options: &Options,
    market: &Shared,
    run: impl FnOnce(&mut Market) -> Result<Value, Refusal>,
) -> HttpResponse {
    if signed_in(request, options) { answer(run(&mut lock(market))) } else { refuse(&not_signed_in()) }
}

fn writing(
    request: &HttpRequest,
    options: &Options,
    market: &Shared,
    body: &Bytes,
    run: impl FnOnce(&mut Market, &Map<String, Value>) -> Result<Value, Refusal>,
) -> HttpResponse {
    let json = request.headers().get("content-type").is_some_and(|kind| kind == "application/json");
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(body)) if json => reading(request, options, market, |market| run(market, &body)),
        _ => refuse(&Refusal::new(400, "rest_invalid_json", "Nội dung JSON không hợp lệ.")),
    }
}

#[derive(Deserialize)]
struct Wanted {
    sku: Option<String>,
    parent: Option<u64>,
    modified_after: Option<String>,
    dates_are_gmt: Option<bool>,
    per_page: Option<usize>,
    page: Option<usize>,
}

/// One page of rows, with the headers that count them.
fn paged(rows: &[Value], wanted: &Wanted) -> HttpResponse {
    let (size, page) = (wanted.per_page.unwrap_or(10), wanted.page.unwrap_or(1));
    if !(1..=100).contains(&size) || page < 1 {
        let data = json!({"params": {"per_page": "per_page phải từ 1 đến 100"}});
        return refuse(&Refusal(
            400,
            "rest_invalid_param",
            "Tham số không hợp lệ: per_page".to_owned(),
            data,
        ));
    }
    let shown: Vec<_> = rows.iter().skip((page - 1) * size).take(size).collect();
    HttpResponse::Ok()
        .insert_header(("x-wp-total", rows.len().to_string()))
        .insert_header(("x-wp-totalpages", rows.len().div_ceil(size).to_string()))
        .json(shown)
}

async fn list(
    request: HttpRequest,
    options: Data<Options>,
    market: Shared,
    wanted: Query<Wanted>,
) -> HttpResponse {
    if !signed_in(&request, &options) {
        return refuse(&not_signed_in());
    }
    let mut market = lock(&market);
    let fits = |sku: &str| wanted.sku.as_deref().is_none_or(|list| list.split(',').any(|one| one == sku));
    let found: Vec<u64> = market.items.iter().filter(|item| fits(&item.sku)).map(|item| item.id).collect();
    let rows: Vec<Value> = found.into_iter().filter_map(|id| market.look(id).map(products::shown)).collect();
    paged(&rows, &wanted)
}

async fn read(request: HttpRequest, options: Data<Options>, market: Shared, id: Path<u64>) -> HttpResponse {
    reading(&request, &options, &market, |market| products::read(market, *id))
}

async fn create(request: HttpRequest, options: Data<Options>, market: Shared, body: Bytes) -> HttpResponse {
    let made = writing(&request, &options, &market, &body, products::create);
    if made.status().is_success() {
        let (_, body) = made.into_parts();
        return HttpResponse::Created().content_type("application/json; charset=UTF-8").body(body);
    }
    made
}

async fn update(
    request: HttpRequest,
    options: Data<Options>,
    market: Shared,
    id: Path<u64>,
    body: Bytes,
) -> HttpResponse {
    writing(&request, &options, &market, &body, |market, body| products::update(market, *id, body))
}

async fn delete(request: HttpRequest, options: Data<Options>, market: Shared, id: Path<u64>) -> HttpResponse {
    if request.query_string() != "force=true" {
        return refuse(&Refusal::new(501, "woocommerce_rest_trash_not_supported", "Cần force=true."));
    }
    reading(&request, &options, &market, |market| products::delete(market, *id))
}

async fn batch(request: HttpRequest, options: Data<Options>, market: Shared, body: Bytes) -> HttpResponse {
    let partial = is_partial(&request);
    writing(&request, &options, &market, &body, |market, body| products::batch(market, body, partial))
}

async fn categories(request: HttpRequest, options: Data<Options>, wanted: Query<Wanted>) -> HttpResponse {
    if !signed_in(&request, &options) {
        return refuse(&not_signed_in());
    }
    let children =
        CATEGORIES.iter().filter(|(_, parent, _)| wanted.parent.is_none_or(|wanted| wanted == *parent));
    let rows: Vec<_> =
        children.map(|(id, parent, name)| json!({"id": id, "parent": parent, "name": name})).collect();
    paged(&rows, &wanted)
}

async fn orders(
    request: HttpRequest,
    options: Data<Options>,
    market: Shared,
    wanted: Query<Wanted>,
) -> HttpResponse {
    if !signed_in(&request, &options) {
        return refuse(&not_signed_in());
    }
    let market = lock(&market);
    let after = match wanted.modified_after.as_deref().map(str::parse::<NaiveDateTime>) {
        None => None,
        // Without the word the time would be in the shop's own zone.
        Some(Ok(time)) if wanted.dates_are_gmt == Some(true) => time.and_local_timezone(Utc).single(),
        Some(_) => {
            let data = json!({"params": {"modified_after": "Ngày không hợp lệ."}});
            return refuse(&Refusal(400, "rest_invalid_param", "Tham số không hợp lệ".to_owned(), data));
        }
    };
    let changed = |order: &&Order| after.is_none_or(|after| order.updated_at > Instant::from_utc(after));
    let rows: Vec<Value> = market.orders.iter().filter(changed).map(shown).collect();
    paged(&rows, &wanted)
}

/// An order as the shop shows it, buyer included: whoever reads it must leave that out.
fn shown(order: &Order) -> Value {
    let status = match order.state {
        OrderState::Placed | OrderState::Shipping => "processing",
        OrderState::Completed => "completed",
        OrderState::Cancelled => "cancelled",
        OrderState::Returned => "refunded",
    };
    let time = |at: Instant| at.utc().format("%Y-%m-%dT%H:%M:%S").to_string();
    let total = order.unit_price_vnd * order.quantity;
    json!({
        "id": order.id, "number": order.id.to_string(), "status": status, "currency": "VND",
        "date_created_gmt": time(order.placed_at), "date_modified_gmt": time(order.updated_at), "total": total.to_string(),
        "billing": {"first_name": BUYER, "phone": BUYER, "email": "nguoi.mua@example.vn"},
        "line_items": [{
            "id": order.id + 1_000_000, "name": order.sku, "product_id": order.item, "variation_id": 0,
            "quantity": order.quantity, "subtotal": total.to_string(), "total": total.to_string(), "sku": order.sku,
            "price": order.unit_price_vnd,
        }],
    })
}
