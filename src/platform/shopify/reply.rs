//! What Shopify's replies mean: two levels of errors, `errors` of the transport and the query, `userErrors` of the
//! business, both inside HTTP 200.

use std::time::Duration;

use serde_json::Value;

use super::{ask, orders};
use crate::platform::adapter::Parsed;
use crate::platform::listed::{self, listed};
use crate::platform::state::{
    Answer, Class, Failure, FieldError, HttpReply, ItemResult, Media, Op, Outcome, RemoteProduct,
};

pub(super) fn body(reply: &HttpReply) -> Option<Value> {
    serde_json::from_slice(&reply.body).ok()
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// The place of stock that a look has found.
pub(super) fn location(replies: &[HttpReply]) -> Option<String> {
    replies.iter().filter_map(body).find_map(|body| text(&body, "/data/locations/nodes/0/id"))
}

/// An article of a product: the variant and what is in stock of it.
pub(super) struct Article {
    /// `gid://shopify/ProductVariant/…`.
    pub variant: String,
    /// `gid://shopify/InventoryItem/…`.
    pub item: String,
}

/// Our variant of a product: that of the SKU, or the only one.
fn ours<'v>(product: &'v Value, sku: &str) -> Option<&'v Value> {
    let rows = product.pointer("/variants/nodes")?.as_array()?;
    let named = rows.iter().find(|row| text(row, "/sku").as_deref() == Some(sku));
    match (named, rows.as_slice()) {
        (Some(row), _) | (None, [row]) => Some(row),
        _ => None,
    }
}

/// Our article of the product that the replies show below `pointer`; `None` before there is one.
///
/// # Errors
/// `NeedsAction` where the product has several articles and none is ours.
pub(super) fn article(replies: &[HttpReply], pointer: &str, sku: &str) -> Result<Option<Article>, Failure> {
    let bodies = replies.iter().filter_map(body);
    let found = bodies.filter_map(|body| body.pointer(pointer).filter(|row| row.is_object()).cloned()).next();
    let Some(product) = found else { return Ok(None) };
    let article = ours(&product, sku)
        .and_then(|row| Some(Article { variant: text(row, "/id")?, item: text(row, "/inventoryItem/id")? }));
    article.map(Some).ok_or_else(|| {
        let message = format!("no variant of the product on Shopify has the SKU {sku}");
        Failure::new(Class::NeedsAction, "shopify.no_variant", message)
    })
}

/// Whether a mutation was answered.
pub(super) fn answered(replies: &[HttpReply], mutation: &str) -> bool {
    let pointer = format!("/data/{mutation}");
    replies.iter().filter_map(body).any(|body| body.pointer(&pointer).is_some())
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
                found(row, sku).ok_or_else(unreadable)?.map(|found| Parsed::Done(Answer::Found(Some(found))))
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
        Op::Upsert { external_id, content, .. } => {
            let details = mutation("productVariantsBulkUpdate");
            if details {
                user_errors(at("/data/productVariantsBulkUpdate")?, false)?;
            } else {
                user_errors(at("/data/productSet")?, external_id.is_none())?;
            }
            // What was sent before the details tells how the product stands.
            let mut said = replies.iter().rev().filter_map(self::body);
            let product = said.find_map(|body| body.pointer("/data/productSet/product").and_then(product));
            let RemoteProduct { external_id: id, outcome, .. } = product.ok_or_else(unreadable)?;
            if external_id.is_some() && !details && ask::has_details(content) {
                return Ok(Parsed::More);
            }
            done(Answer::Written { external_id: Some(id), outcome, media: Media::new() })
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
            // An order that is gone by the time its further lines are asked for is not among the next pull's.
            if body.pointer("/data/order").is_some_and(Value::is_null) {
                return Err(unreadable());
            }
            match orders::left(replies) {
                Some(_) => Ok(Parsed::More),
                None => done(Answer::Orders(orders::page(replies).ok_or_else(unreadable)?)),
            }
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
    let busy = fields.iter().any(|field| field.code == "IDEMPOTENCY_CONCURRENT_REQUEST");
    let message = fields.iter().map(|f| f.message.clone()).collect::<Vec<_>>().join("; ");
    if busy {
        // The same request is under way there: its end is not known yet.
        return Err(Failure::unknown_end(true, "shopify.under_way", message));
    }
    Err(Failure::permanent("shopify.refused", message).with_fields(fields))
}

/// A whole number of dong, as Shopify writes it: `"250000.00"`.
fn vnd(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
}

/// The product that stands under the handle of a SKU; `None` where the row is none.
///
/// # Errors
/// `NeedsAction` where it is a product of another SKU: to make ours by that handle would write over it.
fn found(row: &Value, sku: &str) -> Option<Result<RemoteProduct, Failure>> {
    let product = product_of(row, Some(sku))?;
    if product.sku == sku {
        return Some(Ok(product));
    }
    let (id, name, has) = (&product.external_id, product.name.as_deref().unwrap_or_default(), &product.sku);
    let message = format!(
        "the product {id} \"{name}\" in the shop has the handle of the SKU {sku}, but its own SKU is \"{has}\": \
         change its SKU or its handle there"
    );
    Some(Err(Failure::new(Class::NeedsAction, "shopify.handle_taken", message)))
}

fn product(row: &Value) -> Option<RemoteProduct> {
    product_of(row, None)
}

/// A product by its variant of this SKU, otherwise by its first.
fn product_of(row: &Value, sku: Option<&str>) -> Option<RemoteProduct> {
    let external_id = text(row, "/id")?;
    let raw_status = text(row, "/status")?;
    let first = || row.pointer("/variants/nodes/0");
    let variant = sku.and_then(|sku| ours(row, sku)).or_else(first)?;
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
