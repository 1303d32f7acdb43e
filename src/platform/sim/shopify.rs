//! A shop on Shopify, as its documents describe the Admin GraphQL interface: one path, operations by name, two levels of
//! errors, points that run out.
//!
//! Controls: those of [`super::market`];
//! - `POST /__sim/hooks` `{"topic"}` answers a signed webhook as Shopify would send it;
//! - `POST /__sim/sales` `{"id", "discount_vnd"?, "code_vnd"?, "removed"?, "others"?}` gives an order discounts, pieces that
//!   were refunded or taken out, and lines of other goods before its own;
//! - `POST /__sim/skus` `{"sku", "becomes"}`: the seller gives a product another SKU by hand.

mod goods;
mod orders;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::web::{self, Bytes, Data, Json, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{Consents, sent_back};
use super::faults::{FaultBook, Voice};
use super::market::{self, Item, Market, Review, Shared, State, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use crate::instant::Instant;
use crate::platform::sign;

/// The token that it knows.
pub const TOKEN: &str = "shpat-demo-access-token";
/// The app's secret, for webhooks.
pub const SECRET: &str = "shopify-demo-client-secret";
/// The app's id.
pub const CLIENT_ID: &str = "shopify-demo-client";
const LOCATION: &str = "gid://shopify/Location/1";

/// Keys of the last day: when they came, and with what.
type Keys = BTreeMap<String, (Instant, Value)>;

/// What only this shop knows.
#[derive(Debug, Default)]
struct Extras {
    keys: Keys,
    sales: BTreeMap<u64, orders::Sale>,
}

type SharedExtras = Data<Mutex<Extras>>;

/// Starts the simulator; Shopify reviews nothing.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock) -> io::Result<SimHandle> {
    let world: Shared = Data::new(Mutex::new(Market::new(clock, Review::None, 8000)));
    let consents: Data<Consents> = Data::default();
    let extras = SharedExtras::default();
    let book = FaultBook::new(Voice {
        refusal: || {
            HttpResponse::Ok().json(
                json!({"errors": [{"message": "Field error", "extensions": {"code": "undefinedField"}}]}),
            )
        },
        token_expired: || {
            HttpResponse::Unauthorized().json(json!({"errors": "[API] Invalid API key or access token"}))
        },
    });
    server::launch("shopify", port, book, move |config| mount(config, &world, &extras, &consents))
}

fn mount(config: &mut ServiceConfig, world: &Shared, extras: &SharedExtras, consents: &Data<Consents>) {
    Consents::control(config, consents);
    market::controls(config, world);
    config
        .app_data(extras.clone())
        .route("/__sim/sales", web::post().to(sale))
        .route("/__sim/skus", web::post().to(rename))
        .route("/admin/api/{version}/graphql.json", web::post().to(graphql))
        .route("/admin/oauth/authorize", web::get().to(authorize))
        .route("/admin/oauth/access_token", web::post().to(token))
        .route("/__sim/hooks", web::post().to(hook));
}

fn open(extras: &SharedExtras) -> MutexGuard<'_, Extras> {
    extras.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn sale(extras: SharedExtras, Json(sale): Json<orders::Sale>) -> HttpResponse {
    open(&extras).sales.insert(sale.id, sale);
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Rename {
    sku: String,
    becomes: String,
}

async fn rename(world: Shared, Json(Rename { sku, becomes }): Json<Rename>) -> HttpResponse {
    match lock(&world).by_sku(&sku) {
        Some(item) => item.sku = becomes,
        None => return HttpResponse::NotFound().finish(),
    }
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Page {
    client_id: String,
    scope: String,
    redirect_uri: String,
    state: String,
    sim_answer: Option<String>,
}

/// The owner agrees, or not, and is sent back with a signature over all that is sent.
async fn authorize(world: Shared, consents: Data<Consents>, Query(page): Query<Page>) -> HttpResponse {
    let good = page.client_id == CLIENT_ID && page.scope.contains("write_products");
    let Some(redirect) = consents.back(Some(&page.redirect_uri)).filter(|_| good) else {
        return HttpResponse::BadRequest().body("invalid_request");
    };
    let now = lock(&world).now();
    let (time, state) = (now.unix_seconds().to_string(), page.state.as_str());
    let code = consents.issue(&redirect, now);
    let answer =
        if page.sim_answer.as_deref() == Some("no") { ("error", "access_denied") } else { ("code", &*code) };
    let mut back = vec![answer, ("shop", "chehaodat.myshopify.com"), ("state", state), ("timestamp", &time)];
    back.sort_unstable();
    let text: Vec<String> = back.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let hmac = sign::hmac_hex(SECRET, &[text.join("&").as_bytes()]);
    back.insert(1, ("hmac", &hmac));
    sent_back(&redirect, &back)
}

#[derive(Deserialize)]
struct Exchange {
    client_id: String,
    client_secret: String,
    code: String,
}

async fn token(world: Shared, consents: Data<Consents>, Json(given): Json<Exchange>) -> HttpResponse {
    let keys = (given.client_id.as_str(), given.client_secret.as_str()) == (CLIENT_ID, SECRET);
    if !keys || consents.redeem(&given.code, None, lock(&world).now()).is_err() {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_request"}));
    }
    HttpResponse::Ok().json(json!({"access_token": TOKEN, "scope": "write_products,write_inventory"}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Call {
    operation_name: String,
    query: String,
    variables: Value,
}

fn data(name: &str, value: Value) -> HttpResponse {
    let cost = json!({"requestedQueryCost": 10, "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 1990, "restoreRate": 100}});
    HttpResponse::Ok().json(json!({"data": {name: value}, "extensions": {"cost": cost}}))
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// What the query itself meets.
fn invalid(code: &str, message: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({"errors": [{"message": message, "extensions": {"code": code}}]}))
}

fn broken(message: &str) -> HttpResponse {
    invalid("argumentLiteralsIncompatible", message)
}

/// A handle as Shopify keeps it: lower-case letters, digits and single hyphens.
fn handle_of(given: &Value) -> Value {
    let given = given.as_str().unwrap_or_default().to_lowercase();
    let words = given.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    Value::String(words.collect::<Vec<_>>().join("-"))
}

fn refused(name: &str, field: &[&str], message: &str) -> HttpResponse {
    data(
        name,
        json!({"product": null, "userErrors": [{"code": "INVALID", "field": field, "message": message}]}),
    )
}

fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

fn number(gid: &Value, kind: &str) -> Option<u64> {
    gid.as_str()?.strip_prefix(&format!("gid://shopify/{kind}/"))?.parse().ok()
}

fn shown(item: &Item) -> Value {
    json!({
        "id": gid("Product", item.id), "handle": at(&item.more, "/handle"), "title": item.name,
        "status": if item.state == State::Live { "ACTIVE" } else { "DRAFT" },
        "variants": {"nodes": [{
            "id": gid("ProductVariant", item.id), "sku": item.sku, "price": format!("{}.00", item.price_vnd),
            "inventoryQuantity": item.stock, "inventoryItem": {"id": gid("InventoryItem", item.id)},
        }]},
    })
}

/// Whether a version of the interface is of a quarter, and one that this simulator speaks as.
fn speaks(version: &str) -> bool {
    let quarter = version.split_once('-').map(|(_, month)| ["01", "04", "07", "10"].contains(&month));
    quarter == Some(true) && version >= "2026-04"
}

async fn graphql(req: HttpRequest, world: Shared, extras: SharedExtras, body: Bytes) -> HttpResponse {
    if !req.match_info().get("version").is_some_and(speaks) {
        return HttpResponse::NotFound().json(json!({"errors": "Not Found"}));
    }
    let token = req.headers().get("x-shopify-access-token").and_then(|v| v.to_str().ok());
    if token != Some(TOKEN) {
        return HttpResponse::Unauthorized().json(json!({"errors": "[API] Invalid API key or access token"}));
    }
    let Ok(Call { operation_name, query, variables: given }) = serde_json::from_slice::<Call>(&body) else {
        return HttpResponse::BadRequest().json(json!({"errors": "not a GraphQL request"}));
    };
    if !query.contains(&format!(" {operation_name}"))
        || query.matches('{').count() != query.matches('}').count()
    {
        return broken("the query does not parse");
    }
    let variables = &given;
    let mut market = lock(&world);
    match operation_name.as_str() {
        "Shop" => data("shop", json!({"name": "Chè Hảo Đạt"})),
        "Locations" => data("locations", json!({"nodes": [{"id": LOCATION}]})),
        "FindProduct" => {
            let handle = handle_of(at(variables, "/handle"));
            let found = market.items.iter().find(|item| at(&item.more, "/handle") == &handle);
            data("productByIdentifier", found.map(shown).unwrap_or_default())
        }
        "Products" => {
            let from = at(variables, "/after").as_str().and_then(|cursor| cursor.parse::<usize>().ok());
            let from = from.unwrap_or_default();
            let nodes: Vec<Value> = market.items.iter().skip(from).take(25).map(shown).collect();
            let next = from + nodes.len();
            let page = json!({"hasNextPage": next < market.items.len(), "endCursor": next.to_string()});
            data("products", json!({"pageInfo": page, "nodes": nodes}))
        }
        "ReadProduct" => {
            let found = number(at(variables, "/id"), "Product").and_then(|id| market.look(id)).map(shown);
            data("product", found.unwrap_or_default())
        }
        "SetProduct" => goods::set(&mut market, variables),
        "SetPrice" | "SetDetails" => goods::variants(&mut market, variables),
        "SetStock" => goods::stock(&mut market, &mut open(&extras).keys, &query, variables),
        "Orders" => orders::page(&market, &open(&extras).sales, &query, variables),
        "OrderLines" => orders::further(&market, &open(&extras).sales, &query, variables),
        "HideProduct" => {
            let product = at(variables, "/product");
            let Some(item) = number(at(product, "/id"), "Product").and_then(|id| market.item(id)) else {
                return refused("productUpdate", &["id"], "Product does not exist");
            };
            if at(product, "/status") != "DRAFT" {
                return broken("status");
            }
            item.state = State::Off;
            data("productUpdate", json!({"product": shown(item), "userErrors": []}))
        }
        other => broken(&format!("no operation {other}")),
    }
}

#[derive(Deserialize)]
struct Topic {
    topic: String,
}

async fn hook(Json(Topic { topic }): Json<Topic>) -> HttpResponse {
    let body = json!({"id": 8001, "customer": market::BUYER}).to_string();
    HttpResponse::Ok().json(json!({
        "headers": {
            "x-shopify-topic": topic, "x-shopify-webhook-id": uuid::Uuid::new_v4().to_string(),
            "x-shopify-hmac-sha256": sign::hmac_base64(SECRET, &[body.as_bytes()]),
        },
        "body": body,
    }))
}

#[cfg(test)]
mod tests;
