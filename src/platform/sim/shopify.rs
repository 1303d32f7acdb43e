//! A shop on Shopify, as its documents describe the Admin GraphQL interface: one path, operations by name, two levels of
//! errors, points that run out.
//!
//! Controls: those of [`super::market`]; `POST /__sim/hooks` `{"topic"}` answers a signed webhook as Shopify would send
//! it.

use std::io;
use std::sync::Mutex;

use actix_web::web::{self, Bytes, Data, Json, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{Consents, sent_back};
use super::faults::{FaultBook, Voice};
use super::market::{self, Item, Market, OrderState, Review, Shared, State, lock};
use super::{SimHandle, server};
use crate::clock::Clock;
use crate::platform::sign;

/// The token that it knows.
pub const TOKEN: &str = "shpat-demo-access-token";
/// The app's secret, for webhooks.
pub const SECRET: &str = "shopify-demo-client-secret";
/// The app's id.
pub const CLIENT_ID: &str = "shopify-demo-client";
const LOCATION: &str = "gid://shopify/Location/1";

/// Starts the simulator; Shopify reviews nothing.
///
/// # Errors
/// When the port is taken.
pub fn start(port: u16, clock: Clock) -> io::Result<SimHandle> {
    let world: Shared = Data::new(Mutex::new(Market::new(clock, Review::None, 8000)));
    let consents: Data<Consents> = Data::default();
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
    server::launch("shopify", port, book, move |config| mount(config, &world, &consents))
}

fn mount(config: &mut ServiceConfig, world: &Shared, consents: &Data<Consents>) {
    Consents::control(config, consents);
    market::controls(config, world);
    config
        .route("/admin/api/{version}/graphql.json", web::post().to(graphql))
        .route("/admin/oauth/authorize", web::get().to(authorize))
        .route("/admin/oauth/access_token", web::post().to(token))
        .route("/__sim/hooks", web::post().to(hook));
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

fn broken(message: &str) -> HttpResponse {
    HttpResponse::Ok().json(
        json!({"errors": [{"message": message, "extensions": {"code": "argumentLiteralsIncompatible"}}]}),
    )
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

async fn graphql(req: HttpRequest, world: Shared, body: Bytes) -> HttpResponse {
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
            let found =
                market.items.iter().find(|item| at(&item.more, "/handle") == at(variables, "/handle"));
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
        "SetProduct" => set(&mut market, variables),
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
        "SetPrice" => {
            let variant = at(variables, "/variants/0");
            let price = at(variant, "/price")
                .as_str()
                .and_then(|price| price.parse::<i64>().ok())
                .filter(|p| *p >= 0);
            let Some(item) = number(at(variant, "/id"), "ProductVariant").and_then(|id| market.item(id))
            else {
                return refused(
                    "productVariantsBulkUpdate",
                    &["variants", "0", "id"],
                    "Product variant does not exist",
                );
            };
            let Some(price) =
                price.filter(|_| at(variables, "/productId") == gid("Product", item.id).as_str())
            else {
                return refused(
                    "productVariantsBulkUpdate",
                    &["variants", "0", "price"],
                    "Price is not valid",
                );
            };
            item.price_vnd = price;
            data(
                "productVariantsBulkUpdate",
                json!({"productVariants": [{"id": at(variant, "/id")}], "userErrors": []}),
            )
        }
        "SetStock" => {
            let input = at(variables, "/input");
            let one = at(input, "/quantities/0");
            let sound = at(input, "/name") == "available"
                && at(input, "/reason") == "correction"
                && at(input, "/ignoreCompareQuantity") == true
                && at(one, "/locationId") == LOCATION;
            let Some(item) =
                number(at(one, "/inventoryItemId"), "InventoryItem").and_then(|id| market.item(id))
            else {
                return refused(
                    "inventorySetQuantities",
                    &["input", "quantities"],
                    "Inventory item not found",
                );
            };
            match at(one, "/quantity").as_i64().filter(|quantity| sound && *quantity >= 0) {
                Some(quantity) => {
                    item.stock = quantity;
                    data(
                        "inventorySetQuantities",
                        json!({"inventoryAdjustmentGroup": {"id": "1"}, "userErrors": []}),
                    )
                }
                None => refused("inventorySetQuantities", &["input"], "The quantity is not valid"),
            }
        }
        "Orders" => orders(&market, variables),
        other => broken(&format!("no operation {other}")),
    }
}

/// Makes or changes by the identifier; lists that are given replace what was there.
fn set(market: &mut Market, variables: &Value) -> HttpResponse {
    const NAME: &str = "productSet";
    let (identifier, input) = (at(variables, "/identifier"), at(variables, "/input"));
    let title = at(input, "/title").as_str().unwrap_or_default();
    if title.is_empty() || title.chars().count() > 255 {
        return refused(NAME, &["input", "title"], "Title can't be blank or longer than 255");
    }
    let by_id = number(at(identifier, "/id"), "Product");
    let handle = at(identifier, "/handle").clone();
    let known = market
        .items
        .iter()
        .find(|item| Some(item.id) == by_id || (by_id.is_none() && *at(&item.more, "/handle") == handle))
        .map(|item| item.id);
    let id = match (known, by_id) {
        (Some(id), _) => id,
        (None, Some(_)) => return refused(NAME, &["input", "id"], "Product does not exist"),
        (None, None) => {
            let Some(sku) = at(input, "/variants/0/sku").as_str() else {
                return refused(NAME, &["input", "variants"], "A new product needs a variant");
            };
            match market.create(sku) {
                Some(item) => {
                    item.more = json!({ "handle": handle });
                    item.id
                }
                None => return refused(NAME, &["input", "handle"], "Handle has already been taken"),
            }
        }
    };
    let Some(item) = market.item(id) else { return broken("lost") };
    item.name = title.to_owned();
    at(input, "/descriptionHtml").as_str().unwrap_or_default().clone_into(&mut item.description);
    item.state = if at(input, "/status") == "ACTIVE" { State::Live } else { State::Off };
    if let Some(files) = at(input, "/files").as_array() {
        item.images =
            files.iter().filter_map(|f| at(f, "/originalSource").as_str()).map(str::to_owned).collect();
    }
    if known.is_some() {
        item.writes += 1;
    }
    if let Some(variant) = at(input, "/variants").as_array().and_then(|all| all.first()) {
        let price = at(variant, "/price").as_str().and_then(|price| price.parse::<i64>().ok());
        let quantity = at(variant, "/inventoryQuantities/0");
        let (Some(price), Some(stock)) = (price, at(quantity, "/quantity").as_i64()) else {
            return refused(NAME, &["input", "variants", "0", "price"], "Price and quantity must be given");
        };
        if at(quantity, "/locationId") != LOCATION || at(variant, "/inventoryItem/tracked") != true {
            return refused(NAME, &["input", "variants"], "The location is not known");
        }
        (item.price_vnd, item.stock) = (price, stock);
    }
    let shown = shown(item);
    data(NAME, json!({"product": shown, "userErrors": []}))
}

fn orders(market: &Market, variables: &Value) -> HttpResponse {
    let asked = at(variables, "/query").as_str().unwrap_or_default();
    let bounds: Vec<_> = asked
        .split(['\'', '"'])
        .filter_map(|part| chrono::DateTime::parse_from_rfc3339(part).ok())
        .map(|at| crate::instant::Instant::from_utc(at.to_utc()))
        .collect();
    let [since, until] = bounds.as_slice() else {
        return broken("updated_at:>='…' AND updated_at:<='…'");
    };
    let from: usize =
        at(variables, "/after").as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let all = market.changed(*since, *until);
    let nodes: Vec<Value> = all
        .iter()
        .skip(from)
        .take(25)
        .map(|order| {
            let (financial, fulfilment) = match order.state {
                OrderState::Placed => ("PAID", "UNFULFILLED"),
                OrderState::Shipping => ("PAID", "IN_PROGRESS"),
                OrderState::Completed => ("PAID", "FULFILLED"),
                OrderState::Cancelled => ("VOIDED", "UNFULFILLED"),
                OrderState::Returned => ("REFUNDED", "FULFILLED"),
            };
            let cancelled = (order.state == OrderState::Cancelled).then(|| order.updated_at.to_string());
            let money = json!({"amount": format!("{}.0", order.unit_price_vnd), "currencyCode": "VND"});
            json!({
                "id": gid("Order", order.id), "createdAt": order.placed_at.to_string(), "cancelledAt": cancelled,
                "displayFinancialStatus": financial, "displayFulfillmentStatus": fulfilment,
                "lineItems": {"nodes": [{
                    "id": gid("LineItem", order.id), "sku": order.sku, "currentQuantity": order.quantity,
                    "originalUnitPriceSet": {"shopMoney": money},
                }]},
            })
        })
        .collect();
    let next = from + nodes.len();
    let page = json!({"hasNextPage": next < all.len(), "endCursor": next.to_string()});
    data("orders", json!({"pageInfo": page, "nodes": nodes}))
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
