//! What replies mean. The HTTP status speaks; a refusal carries `errors`, a text or an object of fields.

use serde_json::Value;

use super::{Dialect, orders, send};
use crate::platform::adapter::Parsed;
use crate::platform::listed::{self, listed};
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Class, Failure, FieldError, HttpReply, ItemResult, ListingContent, Media, Offer, Op, Outcome,
    ProductPage, RemoteProduct,
};

fn unexpected(dialect: &Dialect, write: bool, what: &str) -> Failure {
    let message = format!("{} reported success but {what}", dialect.title);
    Failure::unknown_end(write, &format!("{}.unexpected_reply", dialect.key), message)
}

/// What the reply to an operation's only or last request means.
pub(super) fn answer(dialect: &Dialect, op: &Op, reply: &HttpReply) -> Result<Answer, Failure> {
    let write = op.is_write();
    let wrong = |what: &str| unexpected(dialect, write, what).with_status(reply.status);
    let list = |key: &str| {
        let rows = read(dialect, op, write, reply)?.get_mut(key).map(Value::take);
        rows.filter(Value::is_array).ok_or_else(|| wrong(&format!("sent no {key}")))
    };
    let product = |sku: &str, id: Option<&str>| {
        let body = read(dialect, op, write, reply)?;
        let body = body.get("product").ok_or_else(|| wrong("sent no product"))?;
        let remote = remote(dialect, body, sku).ok_or_else(|| wrong("sent no product"))?;
        if id.is_some_and(|id| id != remote.external_id) {
            return Err(wrong("sent another product"));
        }
        Ok::<_, Failure>((remote, body.clone()))
    };
    match op {
        Op::Login => list("products").map(|_| Answer::KeysGood),
        Op::FindBySku { sku } if dialect.products_by_sku => {
            let rows = list("products")?;
            let fits = |row: &&Value| {
                let variants = row.get("variants").and_then(Value::as_array).into_iter().flatten();
                variants.into_iter().any(|variant| variant.get("sku").and_then(text).as_deref() == Some(sku))
            };
            let fitting: Vec<&Value> = rows.as_array().into_iter().flatten().filter(fits).collect();
            match fitting.as_slice() {
                [] => Ok(Answer::Found(None)),
                [one] => {
                    let found = remote(dialect, one, sku).ok_or_else(|| wrong("sent no product"))?;
                    Ok(Answer::Found(Some(found)))
                }
                _ => Err(twice(dialect)),
            }
        }
        Op::FindBySku { sku } => Ok(Answer::Found(Some(product(sku, None)?.0))),
        // Which SKU it is under is not asked: the caller knows its id.
        Op::Review { external_id } => Ok(Answer::Reviewed(product("", Some(external_id))?.0)),
        Op::Upsert { external_id, content, media: _ } => {
            let (remote, body) = product(&content.sku, external_id.as_deref())?;
            let (id, outcome) = (remote.external_id, remote.outcome);
            Ok(Answer::Written { external_id: Some(id), outcome, media: kept(content, &body) })
        }
        Op::Withdraw { external_id, sku } => match product(sku, Some(external_id))?.0.outcome {
            Outcome::Withdrawn => Ok(Answer::Withdrawn),
            Outcome::Live { .. } => {
                let message = format!("{} did not hide the product: hide it there by hand", dialect.title);
                Err(Failure::new(Class::NeedsAction, &format!("{}.not_hidden", dialect.key), message))
            }
            _ => Err(wrong("does not say whether the product is hidden")),
        },
        Op::Products { cursor } => products(dialect, &list("products")?, cursor.as_deref())
            .map(Answer::Products)
            .ok_or_else(|| wrong("sent no products")),
        Op::PullOrders { cursor, .. } => orders::page(dialect, &list("orders")?, cursor.as_deref())
            .map(Answer::Orders)
            .ok_or_else(|| wrong("sent no orders")),
        Op::PriceStock { .. }
        | Op::Categories { .. }
        | Op::Attributes { .. }
        | Op::Parcel(_)
        | Op::Consent { .. }
        | Op::ConsentedShop => Err(wrong("nothing of the kind was asked")),
    }
}

/// How it goes on after a look at the product, at the shop's places, after the price or after the stock.
pub(super) fn offer_step(
    dialect: &Dialect,
    op: &Op,
    items: &[Offer],
    replies: &[HttpReply],
) -> Result<Parsed, Failure> {
    let (Some(item), Some((last, before))) = (items.first(), replies.split_last()) else {
        return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
    };
    let Some(first) = before.first() else {
        let there = product(dialect, op, last)?;
        return send::variant(dialect, &there, &item.sku).map(|_| Parsed::More);
    };
    let body = read(dialect, op, true, last)?;
    if body.get("locations").is_some_and(Value::is_array) {
        return Ok(Parsed::More);
    }
    let there = product(dialect, op, first)?;
    let old = send::variant(dialect, &there, &item.sku)?;
    let done = || Parsed::Done(Answer::Items(vec![ItemResult { sku: item.sku.clone(), result: Ok(()) }]));
    if let Some(variant) = body.get("variant") {
        if variant.get("id") != old.get("id") || variant.get("price").and_then(dong) != Some(item.price_vnd) {
            return Err(unexpected(dialect, true, "the variant has another price"));
        }
        if dialect.stock_by_place {
            let adjusts = send::stock_differs(dialect, &old, item.stock);
            return Ok(if adjusts { Parsed::More } else { done() });
        }
        let stock = variant.get("inventory_quantity").and_then(whole);
        let untouched = stock.is_some() && stock == old.get("inventory_quantity").and_then(whole);
        if untouched && stock != Some(i64::from(item.stock)) {
            let message =
                format!("{} took the price and left the stock as it was: set the stock there", dialect.title);
            return Err(Failure::new(
                Class::NeedsAction,
                &format!("{}.stock_not_taken", dialect.key),
                message,
            ));
        }
        return Ok(done());
    }
    // The documents show no reply to an adjustment of the stock; it is one after the price was taken.
    let priced = before.iter().any(|reply| body_of(reply, "variant").is_some());
    if dialect.stock_by_place && priced {
        Ok(done())
    } else {
        Err(unexpected(dialect, true, "sent no variant"))
    }
}

/// The product that a step before the write looked at.
pub(super) fn product(dialect: &Dialect, op: &Op, reply: &HttpReply) -> Result<Value, Failure> {
    let mut body = read(dialect, op, false, reply)?;
    let found = body.get_mut("product").map(Value::take).filter(|product| product.get("variants").is_some());
    found.ok_or_else(|| unexpected(dialect, false, "sent no product"))
}

/// The product whose variant has this SKU; `None` where there is none.
pub(super) fn product_of_variant(
    dialect: &Dialect,
    op: &Op,
    reply: &HttpReply,
    sku: &str,
) -> Result<Option<String>, Failure> {
    let body = read(dialect, op, false, reply)?;
    let rows = body.get("variants").and_then(Value::as_array);
    let rows = rows.ok_or_else(|| unexpected(dialect, false, "sent no variants"))?;
    let fitting = rows.iter().filter(|row| row.get("sku").and_then(text).as_deref() == Some(sku));
    let mut products: Vec<Option<String>> = fitting.map(|row| row.get("product_id").and_then(text)).collect();
    products.sort();
    products.dedup();
    match products.as_slice() {
        [] => Ok(None),
        [Some(one)] => Ok(Some(one.clone())),
        [None] => Err(unexpected(dialect, false, "sent a variant of no product")),
        _ => Err(twice(dialect)),
    }
}

/// A part of a successful reply.
pub(super) fn body_of(reply: &HttpReply, key: &str) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(&reply.body).ok().filter(|_| reply.status < 300)?;
    body.get_mut(key).map(Value::take)
}

fn twice(dialect: &Dialect) -> Failure {
    let message = "several products of the shop have this SKU";
    Failure::new(Class::NeedsAction, &format!("{}.sku_twice", dialect.key), message)
}

/// A product as we know it; `None` where it has no id or no variant of ours.
fn remote(dialect: &Dialect, body: &Value, sku: &str) -> Option<RemoteProduct> {
    let external_id = body.get("id").and_then(text)?;
    let variants = body.get("variants").and_then(Value::as_array)?;
    let named = variants.iter().find(|row| row.get("sku").and_then(text).as_deref() == Some(sku));
    let variant = named.or(variants.first())?;
    let outcome = match (body.get(dialect.published), body.get("published_scope").and_then(text).as_deref()) {
        (None, _) => Outcome::Unknown { raw: format!("no {}", dialect.published) },
        (Some(Value::Null), _) | (_, Some("pos")) => Outcome::Withdrawn,
        (Some(Value::String(_)), None | Some("web" | "global")) => {
            Outcome::Live { external_id: external_id.clone() }
        }
        (_, scope) => Outcome::Unknown { raw: scope.unwrap_or("?").chars().take(100).collect() },
    };
    let counted = variant.get("inventory_management").and_then(text).is_some();
    Some(RemoteProduct {
        raw_status: if outcome == Outcome::Withdrawn { "unpublished" } else { "published" }.to_owned(),
        external_id,
        sku: variant.get("sku").and_then(text).unwrap_or_default(),
        outcome,
        editable: true,
        name: body.get(dialect.name).and_then(text),
        price_vnd: variant.get("price").and_then(dong),
        stock: variant.get("inventory_quantity").and_then(whole).filter(|_| counted),
    })
}

/// A page of the products that stand in the shop; `None` where it is none.
fn products(dialect: &Dialect, rows: &Value, cursor: Option<&str>) -> Option<ProductPage> {
    let rows = rows.as_array()?;
    let page: u64 = cursor.map_or(Some(1), |cursor| cursor.parse().ok())?;
    let next = (rows.len() >= super::PRODUCTS).then(|| page.saturating_add(1).to_string());
    let title = format!("/{}", dialect.name);
    let changed = if dialect.created.ends_with("_on") { "/modified_on" } else { "/updated_at" };
    let read = rows
        .iter()
        .map(|row| remote(dialect, row, "").map(|seen| listed(seen, row, &title, changed)).ok_or(()));
    Some(listed::page(read, next))
}

/// What the shop calls the images that were sent, in their order; nothing where it kept another number of them.
fn kept(content: &ListingContent, body: &Value) -> Media {
    let mut rows: Vec<&Value> = body.get("images").and_then(Value::as_array).into_iter().flatten().collect();
    if rows.len() != content.images.len() {
        return Media::new();
    }
    rows.sort_by_key(|row| row.get("position").and_then(whole).unwrap_or(i64::MAX));
    let pairs = content.images.iter().zip(rows);
    pairs.filter_map(|(ours, theirs)| Some((ours.clone(), theirs.get("id").and_then(text)?))).collect()
}

/// The body of a success.
fn read(dialect: &Dialect, op: &Op, write: bool, reply: &HttpReply) -> Result<Value, Failure> {
    let body = serde_json::from_slice::<Value>(&reply.body).ok().filter(Value::is_object);
    let errors =
        body.as_ref().and_then(|body| body.get("errors")).filter(|errors| !errors.is_null()).cloned();
    let Some(failure) = reply.status_failure(write) else {
        return match (body, errors) {
            (Some(body), None) => Ok(body),
            (Some(_), Some(errors)) => Err(refused(dialect, reply.status, &errors)),
            (None, _) => {
                let message =
                    format!("{} answered with something that is not the documented JSON", dialect.title);
                let failure = Failure::unknown_end(write, &format!("{}.not_json", dialect.key), message);
                Err(failure.with_status(reply.status))
            }
        };
    };
    let bound = matches!(
        op,
        Op::Review { .. }
            | Op::Withdraw { .. }
            | Op::PriceStock { .. }
            | Op::Upsert { external_id: Some(_), .. }
    );
    let told = |failure: Failure| match &errors {
        Some(errors) => Failure { message: words(errors).join("; ").chars().take(500).collect(), ..failure },
        None => failure,
    };
    match reply.status {
        404 if bound && errors.is_some() => Err(Failure { code: "product.gone".to_owned(), ..told(failure) }),
        404 if dialect.own_host && body.is_none() => {
            let message = format!("there is no {} shop at this address: check the address", dialect.title);
            let class = Class::NeedsAction;
            Err(Failure::new(class, &format!("{}.no_interface", dialect.key), message).with_status(404))
        }
        401 => {
            let class = Class::Auth { refreshable: !matches!(op, Op::Login) };
            Err(Failure { class, code: format!("{}.keys_refused", dialect.key), ..told(failure) })
        }
        // The shop's plan has ended, or it is locked.
        402 | 423 => Err(Failure { class: Class::NeedsAction, ..told(failure) }),
        400 | 406 | 422 => {
            let errors = errors.unwrap_or_else(|| Value::from("the request was refused"));
            Err(Failure { request_id: failure.request_id, ..refused(dialect, reply.status, &errors) })
        }
        _ => Err(told(failure)),
    }
}

/// The sentences of a refusal.
fn words(errors: &Value) -> Vec<String> {
    match errors {
        Value::String(text) => vec![text.clone()],
        Value::Array(rows) => rows.iter().flat_map(words).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(field, why)| words(why).into_iter().map(move |why| format!("{field}: {why}")))
            .collect(),
        other => vec![other.to_string()],
    }
}

fn refused(dialect: &Dialect, status: u16, errors: &Value) -> Failure {
    let fields = errors.as_object().into_iter().flatten().map(|(field, why)| FieldError {
        pointer: pointer(dialect, field).to_owned(),
        code: field.chars().take(100).collect(),
        message: words(why).join("; ").chars().take(500).collect(),
    });
    Failure::permanent(&format!("{}.refused", dialect.key), words(errors).join("; "))
        .with_fields(fields.take(50).collect())
        .with_status(status)
}

/// Where a refused field stands in our content; empty where it is none of ours.
fn pointer(dialect: &Dialect, field: &str) -> &'static str {
    let word = field.rsplit(['.', ']']).find(|part| !part.is_empty()).unwrap_or_default();
    match word.split('[').next().unwrap_or_default() {
        "sku" => "/sku",
        "price" => "/price_vnd",
        "grams" | "weight" => "/weight_g",
        "inventory_quantity" => "/stock",
        "product_type" => "/category",
        "barcode" => "/gtin",
        "images" | "image" | "src" => "/images",
        name if name == dialect.name => "/name",
        html if html == dialect.html => "/description_html",
        _ => "",
    }
}
