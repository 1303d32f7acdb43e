//! What Shopify's replies mean: two levels of errors, `errors` of the transport and the query, `userErrors` of the
//! business, both inside HTTP 200.

use std::time::Duration;

use serde_json::Value;

use crate::instant::Instant;
use crate::platform::adapter::Parsed;
use crate::platform::listed::{self, listed};
use crate::platform::state::{
    Answer, Class, Failure, FieldError, HttpReply, ItemResult, Media, Op, OrderLine, OrderPage, OrderStatus,
    Outcome, RemoteOrder, RemoteProduct,
};

fn body(reply: &HttpReply) -> Option<Value> {
    serde_json::from_slice(&reply.body).ok()
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// The place of stock that a look has found.
pub(super) fn location(replies: &[HttpReply]) -> Option<String> {
    replies.iter().filter_map(body).find_map(|body| text(&body, "/data/locations/nodes/0/id"))
}

/// The variant and the article of a product that was read.
pub(super) fn variant(replies: &[HttpReply]) -> Option<(String, String)> {
    replies.iter().filter_map(body).find_map(|body| {
        let first = body.pointer("/data/product/variants/nodes/0")?;
        Some((text(first, "/id")?, text(first, "/inventoryItem/id")?))
    })
}

/// Whether the price was set.
pub(super) fn priced(replies: &[HttpReply]) -> bool {
    replies.iter().filter_map(body).any(|body| body.pointer("/data/productVariantsBulkUpdate").is_some())
}

pub(super) fn parsed(op: &Op, replies: &[HttpReply]) -> Result<Parsed, Failure> {
    let Some(reply) = replies.last() else {
        return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
    };
    let said = body(reply);
    // A look before a write changes nothing: only what carries a mutation leaves its end unknown.
    let mutation =
        |name: &str| said.as_ref().is_some_and(|body| body.pointer(&format!("/data/{name}")).is_some());
    let looks = said.as_ref().is_some_and(|body| {
        ["/data/locations", "/data/product"].iter().any(|pointer| body.pointer(pointer).is_some())
    });
    let write = op.is_write() && !looks;
    if let Some(failure) = reply.status_failure(write) {
        let class = match reply.status {
            // The token lasts: it is tried once more by itself before a person is asked for another.
            401 => Class::Auth { refreshable: !matches!(op, Op::Login) },
            402 | 423 => Class::NeedsAction,
            _ => failure.class,
        };
        return Err(Failure { class, ..failure });
    }
    let unreadable = || {
        Failure::unknown_end(write, "shopify.unreadable", "the answer is not as documented")
            .with_status(reply.status)
    };
    let body = said.as_ref().ok_or_else(unreadable)?;
    if let Some(failure) = query_errors(body, write) {
        return Err(failure.with_status(reply.status));
    }
    let done = |answer| Ok(Parsed::Done(answer));
    let at = |pointer: &str| body.pointer(pointer).ok_or_else(unreadable);
    let gone = || Failure::permanent("product.gone", "Shopify does not know the product");
    match op {
        Op::Login => at("/data/shop/name").and_then(|_| done(Answer::KeysGood)),
        Op::FindBySku { sku } => match at("/data/productByIdentifier")? {
            Value::Null => done(Answer::Found(None)),
            row => {
                let found = product(row).ok_or_else(unreadable)?;
                done(Answer::Found(Some(found).filter(|found| found.sku == *sku)))
            }
        },
        Op::Review { .. } => match at("/data/product")? {
            Value::Null => Err(gone()),
            row => done(Answer::Reviewed(product(row).ok_or_else(unreadable)?)),
        },
        Op::Upsert { .. } if mutation("locations") => {
            location(replies).map(|_| Parsed::More).ok_or_else(|| {
                Failure::new(Class::NeedsAction, "shopify.no_location", "the shop has no place of stock")
            })
        }
        Op::Upsert { external_id, .. } => {
            user_errors(at("/data/productSet")?, external_id.is_none())?;
            let RemoteProduct { external_id, outcome, .. } =
                product(at("/data/productSet/product")?).ok_or_else(unreadable)?;
            done(Answer::Written { external_id: Some(external_id), outcome, media: Media::new() })
        }
        Op::PriceStock { items } => {
            if body.pointer("/data/product") == Some(&Value::Null) {
                return Err(gone());
            }
            if mutation("product") || mutation("locations") {
                return Ok(Parsed::More);
            }
            if mutation("productVariantsBulkUpdate") {
                user_errors(at("/data/productVariantsBulkUpdate")?, false)?;
                return Ok(Parsed::More);
            }
            user_errors(at("/data/inventorySetQuantities")?, false)?;
            let item = |sku: &String| ItemResult { sku: sku.clone(), result: Ok(()) };
            done(Answer::Items(items.iter().map(|offer| item(&offer.sku)).collect()))
        }
        Op::Withdraw { .. } => {
            let update = at("/data/productUpdate")?;
            match user_errors(update, false) {
                Err(failure) if failure.message.contains("does not exist") => done(Answer::Withdrawn),
                Err(failure) => Err(failure),
                Ok(()) => at("/data/productUpdate/product/id").and_then(|_| done(Answer::Withdrawn)),
            }
        }
        Op::Products { .. } => {
            let nodes = at("/data/products/nodes")?.as_array().ok_or_else(unreadable)?;
            let more = body.pointer("/data/products/pageInfo/hasNextPage") == Some(&Value::Bool(true));
            let next = text(body, "/data/products/pageInfo/endCursor").filter(|_| more);
            let read = nodes
                .iter()
                .map(|row| product(row).map(|seen| listed(seen, row, "/title", "/updatedAt")).ok_or(()));
            done(Answer::Products(listed::page(read, next)))
        }
        Op::PullOrders { .. } => {
            let nodes = at("/data/orders/nodes")?.as_array().ok_or_else(unreadable)?;
            let more = body.pointer("/data/orders/pageInfo/hasNextPage") == Some(&Value::Bool(true));
            let next_cursor = text(body, "/data/orders/pageInfo/endCursor").filter(|_| more);
            let mut page = OrderPage { next_cursor, ..OrderPage::default() };
            for node in nodes {
                match order(node) {
                    Some(order) => page.orders.push(order),
                    None => page.unread.push(text(node, "/id").unwrap_or_else(|| "?".to_owned())),
                }
            }
            done(Answer::Orders(page))
        }
        Op::Categories { .. }
        | Op::Attributes { .. }
        | Op::Parcel(_)
        | Op::Consent { .. }
        | Op::ConsentedShop => Err(unreadable()),
    }
}

/// What the query itself met.
fn query_errors(body: &Value, write: bool) -> Option<Failure> {
    let errors = body.get("errors")?.as_array().filter(|errors| !errors.is_empty())?;
    let code = |error: &Value| text(error, "/extensions/code").unwrap_or_default();
    let message = errors.iter().filter_map(|e| text(e, "/message")).collect::<Vec<_>>().join("; ");
    if errors.iter().any(|error| code(error) == "THROTTLED") {
        let cost = |name: &str| body.pointer(&format!("/extensions/cost/{name}")).and_then(Value::as_f64);
        let needed = cost("requestedQueryCost").unwrap_or(0.0)
            - cost("throttleStatus/currentlyAvailable").unwrap_or(0.0);
        let rate = cost("throttleStatus/restoreRate").filter(|rate| *rate > 0.0);
        let after = rate.and_then(|rate| Duration::try_from_secs_f64((needed / rate).clamp(1.0, 600.0)).ok());
        return Some(Failure::new(Class::RateLimited { after }, "shopify.throttled", message));
    }
    if errors.iter().any(|error| code(error) == "ACCESS_DENIED") {
        return Some(Failure::new(Class::NeedsAction, "shopify.access_denied", message));
    }
    if errors.iter().any(|error| code(error) == "INTERNAL_SERVER_ERROR") {
        return Some(Failure::unknown_end(write, "shopify.internal", message));
    }
    Some(Failure::permanent("shopify.query", message))
}

/// What the business refuses.
fn user_errors(mutation: &Value, creates: bool) -> Result<(), Failure> {
    let errors = mutation.get("userErrors").and_then(Value::as_array);
    let Some(errors) = errors.filter(|errors| !errors.is_empty()) else { return Ok(()) };
    let field = |error: &Value| {
        let path = error.get("field").and_then(Value::as_array).into_iter().flatten();
        let words: Vec<_> = path.filter_map(Value::as_str).filter(|word| *word != "input").collect();
        let pointer = match words.as_slice() {
            ["title"] => "/name".to_owned(),
            ["descriptionHtml"] => "/description_html".to_owned(),
            ["handle"] if creates => "/sku".to_owned(),
            ["files", ..] => "/images".to_owned(),
            ["category"] => "/category".to_owned(),
            words if words.contains(&"price") => "/price_vnd".to_owned(),
            words if words.contains(&"barcode") => "/gtin".to_owned(),
            _ => String::new(),
        };
        let code = text(error, "/code").unwrap_or_else(|| "shopify.refused".to_owned());
        FieldError { pointer, code, message: text(error, "/message").unwrap_or_default() }
    };
    let fields: Vec<_> = errors.iter().map(field).collect();
    let message = fields.iter().map(|f| f.message.clone()).collect::<Vec<_>>().join("; ");
    Err(Failure::permanent("shopify.refused", message).with_fields(fields))
}

/// A whole number of dong, as Shopify writes it: `"250000.00"`.
fn vnd(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
}

fn product(row: &Value) -> Option<RemoteProduct> {
    let external_id = text(row, "/id")?;
    let raw_status = text(row, "/status")?;
    let variant = row.pointer("/variants/nodes/0")?;
    let outcome = match raw_status.as_str() {
        "ACTIVE" => Outcome::Live { external_id: external_id.clone() },
        "DRAFT" | "ARCHIVED" => Outcome::Withdrawn,
        other => Outcome::Unknown { raw: other.to_owned() },
    };
    Some(RemoteProduct {
        sku: text(variant, "/sku").unwrap_or_default(),
        name: text(row, "/title"),
        price_vnd: text(variant, "/price").and_then(|price| vnd(&price)),
        stock: variant.get("inventoryQuantity").and_then(Value::as_i64),
        editable: !matches!(outcome, Outcome::Unknown { .. }),
        outcome,
        raw_status,
        external_id,
    })
}

fn order(node: &Value) -> Option<RemoteOrder> {
    let placed = chrono::DateTime::parse_from_rfc3339(&text(node, "/createdAt")?).ok()?;
    let (paid, sent) = (text(node, "/displayFinancialStatus"), text(node, "/displayFulfillmentStatus")?);
    let paid = paid.unwrap_or_default();
    let status = match (text(node, "/cancelledAt").is_some(), paid.as_str(), sent.as_str()) {
        (true, _, _) => OrderStatus::Cancelled,
        (_, "REFUNDED" | "VOIDED", _) => OrderStatus::Returned,
        (_, _, "UNFULFILLED" | "OPEN" | "SCHEDULED" | "ON_HOLD" | "PENDING_FULFILLMENT") => OrderStatus::Open,
        (_, _, "IN_PROGRESS" | "PARTIALLY_FULFILLED") => OrderStatus::Shipping,
        (_, _, "FULFILLED") => OrderStatus::Completed,
        _ => OrderStatus::Unknown,
    };
    let line = |line: &Value| {
        let money = line.pointer("/originalUnitPriceSet/shopMoney")?;
        // Another currency is no figure of ours.
        (text(money, "/currencyCode")? == "VND").then_some(())?;
        Some(OrderLine {
            line_id: text(line, "/id")?,
            sku: text(line, "/sku").unwrap_or_default(),
            // Without what was refunded or taken out of the order.
            quantity: line.get("currentQuantity")?.as_i64()?,
            unit_price_vnd: vnd(&text(money, "/amount")?)?,
        })
    };
    Some(RemoteOrder {
        order_id: text(node, "/id")?,
        placed_at: Some(Instant::from_utc(placed.to_utc())),
        status,
        raw_status: format!("{paid}/{sent}"),
        lines: node.pointer("/lineItems/nodes")?.as_array()?.iter().map(line).collect::<Option<_>>()?,
    })
}
