//! The paths of the simulated shops.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::orders::{self, Search};
use super::products::{self, Refusal};
use super::{Keys, PLACE, Shape};
use crate::platform::sim::faults::Voice;
use crate::platform::sim::market::{Market, Shared, lock};

pub(super) const VOICE: Voice = Voice {
    refusal: || refuse(&Refusal(422, json!({"base": ["Không xử lý được yêu cầu"]}))),
    token_expired: || refuse(&not_signed_in()),
};

fn not_signed_in() -> Refusal {
    Refusal(401, json!("[API] Invalid API key or access token"))
}

fn refuse(Refusal(status, errors): &Refusal) -> HttpResponse {
    let status = StatusCode::from_u16(*status).unwrap_or_default();
    HttpResponse::build(status).json(json!({ "errors": errors }))
}

/// What every request needs.
struct Shop {
    shape: &'static Shape,
    keys: Data<Keys>,
}

impl Shop {
    fn answer(
        &self,
        request: &HttpRequest,
        market: &Shared,
        status: StatusCode,
        run: impl FnOnce(&Shape, &mut Market) -> Result<Value, Refusal>,
    ) -> HttpResponse {
        if !(self.shape.signed_in)(request, &self.keys) {
            return refuse(&not_signed_in());
        }
        match run(self.shape, &mut lock(market)) {
            Ok(value) => HttpResponse::build(status).json(value),
            Err(refusal) => refuse(&refusal),
        }
    }

    fn read(
        &self,
        request: &HttpRequest,
        market: &Shared,
        run: impl FnOnce(&Shape, &mut Market) -> Result<Value, Refusal>,
    ) -> HttpResponse {
        self.answer(request, market, StatusCode::OK, run)
    }

    fn write(
        &self,
        request: &HttpRequest,
        market: &Shared,
        body: &Bytes,
        status: StatusCode,
        run: impl FnOnce(&Shape, &mut Market, &Value) -> Result<Value, Refusal>,
    ) -> HttpResponse {
        let json = request.headers().get("content-type").is_some_and(|kind| kind == "application/json");
        match serde_json::from_slice::<Value>(body) {
            Ok(body) if json => {
                self.answer(request, market, status, |shape, market| run(shape, market, &body))
            }
            _ => refuse(&Refusal(400, json!("Bad Request"))),
        }
    }
}

type Asked = Query<HashMap<String, String>>;

/// Mounts the paths of the interface.
pub(super) fn mount(config: &mut ServiceConfig, shape: &'static Shape, keys: &Data<Keys>) {
    let shop = Data::new(Shop { shape, keys: keys.clone() });
    let mut scope = web::scope(shape.prefix)
        .app_data(shop)
        .service(web::resource("/products.json").route(web::get().to(list)).route(web::post().to(create)))
        .service(web::resource("/products/{id}.json").route(web::get().to(read)).route(web::put().to(update)))
        .route("/variants/{id}.json", web::put().to(price))
        .route("/orders.json", web::get().to(orders));
    if shape.places {
        scope = scope
            .route("/locations.json", web::get().to(places))
            .route("/inventories/adjustorset.json", web::post().to(adjust));
    } else {
        scope = scope.route("/variants.json", web::get().to(variants));
    }
    config.service(scope.default_service(web::to(|| async { HttpResponse::NotFound().body("Not Found") })));
}

async fn list(request: HttpRequest, shop: Data<Shop>, market: Shared, asked: Asked) -> HttpResponse {
    shop.read(&request, &market, |shape, market| {
        // Only Haravan's documents know a filter by SKU here.
        let sku = asked.get("sku").filter(|_| shape.places);
        let now = market.now();
        let fits = |item: &&crate::platform::sim::market::Item| sku.is_none_or(|sku| *sku == item.sku);
        let number = |name: &str| asked.get(name).and_then(|text| text.parse::<usize>().ok());
        let (size, page) = (number("limit").unwrap_or(50).min(50), number("page").unwrap_or(1).max(1));
        let rows = market.items.iter().filter(fits).skip((page - 1) * size).take(size);
        let rows: Vec<Value> = rows.map(|item| products::shown(shape, item, now)).collect();
        Ok(json!({ "products": rows }))
    })
}

async fn variants(request: HttpRequest, shop: Data<Shop>, market: Shared, asked: Asked) -> HttpResponse {
    shop.read(&request, &market, |shape, market| {
        let sku = asked.get("sku");
        let fitting = market.items.iter().filter(|item| sku.is_none_or(|sku| *sku == item.sku)).take(50);
        let rows: Vec<Value> = fitting.map(|item| products::shown_variant(shape, item)).collect();
        Ok(json!({ "variants": rows }))
    })
}

async fn create(request: HttpRequest, shop: Data<Shop>, market: Shared, body: Bytes) -> HttpResponse {
    shop.write(&request, &market, &body, StatusCode::CREATED, products::create)
}

async fn read(request: HttpRequest, shop: Data<Shop>, market: Shared, id: Path<u64>) -> HttpResponse {
    shop.read(&request, &market, |shape, market| products::read(shape, market, *id))
}

async fn update(
    request: HttpRequest,
    shop: Data<Shop>,
    market: Shared,
    id: Path<u64>,
    body: Bytes,
) -> HttpResponse {
    let run = |shape: &Shape, market: &mut Market, body: &Value| products::update(shape, market, *id, body);
    shop.write(&request, &market, &body, StatusCode::OK, run)
}

async fn price(
    request: HttpRequest,
    shop: Data<Shop>,
    market: Shared,
    id: Path<u64>,
    body: Bytes,
) -> HttpResponse {
    let run = |shape: &Shape, market: &mut Market, body: &Value| products::price(shape, market, *id, body);
    shop.write(&request, &market, &body, StatusCode::OK, run)
}

async fn places(request: HttpRequest, shop: Data<Shop>, market: Shared) -> HttpResponse {
    shop.read(&request, &market, |_, _| {
        let place = |id: u64, main: bool| json!({"id": id, "name": "Kho", "is_primary": main});
        Ok(json!({"locations": [place(PLACE + 1, false), place(PLACE, true)]}))
    })
}

async fn adjust(request: HttpRequest, shop: Data<Shop>, market: Shared, body: Bytes) -> HttpResponse {
    shop.write(&request, &market, &body, StatusCode::CREATED, |_, market, body| {
        products::adjust(market, body)
    })
}

async fn orders(request: HttpRequest, shop: Data<Shop>, market: Shared, asked: Asked) -> HttpResponse {
    shop.read(&request, &market, |shape, market| {
        let word = |key: &str| asked.get(key).map(String::as_str);
        let number = |key: &str, otherwise| word(key).map_or(otherwise, |text| text.parse().unwrap_or(0));
        let search = Search {
            status: word("status"),
            since: word(shape.since),
            order: word("order"),
            limit: number("limit", 50),
            page: number("page", 1),
        };
        orders::page(shape, market, &search)
    })
}
