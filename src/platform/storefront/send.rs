//! What is sent.

use serde_json::{Map, Value, json};

use super::{Dialect, number};
use crate::instant::Instant;
use crate::platform::read::{text, whole};
use crate::platform::state::{Class, Failure, FieldError, ListingContent, Media, Offer};

fn time(at: Instant) -> String {
    at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn of<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A variant's own part of the content. A barcode that we do not know is the seller's affair.
fn variant_content(dialect: &Dialect, content: &ListingContent) -> Map<String, Value> {
    let mut variant = of([("sku", json!(content.sku))]);
    if content.weight_g > 0 && dialect.grams {
        variant.extend(of([("grams", json!(content.weight_g))]));
    } else if content.weight_g > 0 {
        variant.extend(of([("weight", json!(content.weight_g)), ("weight_unit", json!("g"))]));
    }
    if let Some(gtin) = &content.gtin {
        variant.extend(of([("barcode", json!(gtin))]));
    }
    variant
}

/// The product's own part of the content. The certificate stands in the description.
fn product_content(dialect: &Dialect, content: &ListingContent) -> Map<String, Value> {
    let mut product =
        of([(dialect.name, json!(content.name)), (dialect.html, json!(content.description_html))]);
    if let Some(category) = &content.category {
        product.extend(of([("product_type", json!(category))]));
    }
    product
}

/// `POST products.json`.
pub(super) fn new_product(dialect: &Dialect, content: &ListingContent, now: Instant) -> Value {
    let mut variant = variant_content(dialect, content);
    variant.extend(of([
        ("price", json!(content.price_vnd)),
        ("inventory_management", json!(dialect.counted)),
        ("inventory_policy", json!("deny")),
        ("inventory_quantity", json!(content.stock)),
    ]));
    let mut product = product_content(dialect, content);
    let images: Vec<Value> = content.images.iter().map(|src| json!({ "src": src })).collect();
    product.extend(of([
        (dialect.published, json!(time(now))),
        ("images", json!(images)),
        ("variants", json!([variant])),
    ]));
    json!({ "product": product })
}

/// `PUT products/{id}.json`: without price and stock. All variants are named, so that none is lost, and the images that
/// are still there are named by their ids.
pub(super) fn changed_product(
    dialect: &Dialect,
    id: &str,
    content: &ListingContent,
    media: &Media,
    there: &Value,
    now: Instant,
) -> Result<Value, Failure> {
    let ours = variant(dialect, there, &content.sku)?;
    let ours = ours.get("id");
    let rows = |key: &str| there.get(key).and_then(Value::as_array).into_iter().flatten();
    let variants = rows("variants").map(|row| {
        let mut variant = of([("id", row.get("id").cloned().unwrap_or_default())]);
        if row.get("id") == ours {
            variant.extend(variant_content(dialect, content));
        }
        Value::Object(variant)
    });
    let kept: Vec<String> = rows("images").filter_map(|image| image.get("id").and_then(text)).collect();
    let images = content.images.iter().map(|src| match media.get(src).filter(|id| kept.contains(id)) {
        Some(id) => number(dialect, id, "/images").map(|id| json!({ "id": id })),
        None => Ok(json!({ "src": src })),
    });
    let mut product = product_content(dialect, content);
    product.extend(of([
        ("id", json!(number(dialect, id, "/external_id")?)),
        ("variants", Value::Array(variants.collect())),
        ("images", Value::Array(images.collect::<Result<_, _>>()?)),
    ]));
    let hidden = there.get(dialect.published).is_none_or(Value::is_null);
    if hidden {
        product.extend(of([(dialect.published, json!(time(now)))]));
    }
    // What is shown at the counter alone is put into the online shop as well.
    if there.get("published_scope").is_some_and(|scope| scope == "pos") {
        product.extend(of([("published_scope", json!("global"))]));
    }
    Ok(json!({ "product": product }))
}

/// `PUT products/{id}.json`: off sale in the online shop.
pub(super) fn unpublished(dialect: &Dialect, id: &str) -> Value {
    json!({ "product": of([("id", json!(id.parse::<u64>().unwrap_or_default())), (dialect.published, Value::Null)]) })
}

/// Our variant of a product: that of the SKU, or the only one.
pub(super) fn variant(dialect: &Dialect, product: &Value, sku: &str) -> Result<Value, Failure> {
    let rows = product.get("variants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = rows.iter().find(|row| row.get("sku").and_then(text).as_deref() == Some(sku));
    let found = match (named, rows) {
        (Some(row), _) | (None, [row]) => Some(row),
        _ => None,
    };
    found.cloned().ok_or_else(|| {
        let message = format!("no variant of the product on {} has the SKU {sku}", dialect.title);
        Failure::new(Class::NeedsAction, &format!("{}.no_variant", dialect.key), message)
    })
}

/// A price above nothing.
pub(super) fn check_price(offer: &Offer) -> Result<(), Failure> {
    if offer.price_vnd > 0 {
        return Ok(());
    }
    let message = format!("the price of {} is not above 0", offer.sku);
    let code = "price.not_positive".to_owned();
    let field = FieldError { pointer: "/price_vnd".to_owned(), code, message };
    Err(Failure::permanent("content.refused", "the price is not above 0").with_fields(vec![field]))
}

/// Whether the shop counts another stock than we want.
pub(super) fn stock_differs(dialect: &Dialect, variant: &Value, stock: u32) -> bool {
    let counted = variant.get("inventory_management").is_some_and(|word| word == dialect.counted);
    !counted || variant.get("inventory_quantity").and_then(whole) != Some(i64::from(stock))
}

/// `PUT variants/{id}.json`: the variant's id and what changes of it.
pub(super) fn offer(dialect: &Dialect, variant: &Value, offer: &Offer) -> Result<(u64, Value), Failure> {
    let id = variant.get("id").and_then(text).unwrap_or_default();
    let id = number(dialect, &id, "/sku")?;
    let mut body = of([("id", json!(id)), ("price", json!(offer.price_vnd))]);
    if variant.get("inventory_management").is_none_or(|word| word != dialect.counted) {
        body.extend(of([("inventory_management", json!(dialect.counted))]));
    }
    if !dialect.stock_by_place {
        body.extend(of([("inventory_quantity", json!(offer.stock))]));
    }
    Ok((id, json!({ "variant": body })))
}

/// `POST inventories/adjustorset.json`: sets what is in stock at a place. Pieces of open orders may count as being
/// there still; the documents do not say, and to offer too few is the smaller harm.
pub(super) fn adjustment(
    dialect: &Dialect,
    offer: &Offer,
    variant: &Value,
    place: &str,
) -> Result<Value, Failure> {
    let id = variant.get("id").and_then(text).unwrap_or_default();
    Ok(json!({ "inventory": {
        "location_id": number(dialect, place, "/credentials/location_id")?, "type": "set", "reason": "newproduct",
        "line_items": [{
            "product_id": number(dialect, &offer.external_id, "/external_id")?,
            "product_variant_id": number(dialect, &id, "/sku")?, "quantity": offer.stock,
        }],
    }}))
}

/// The shop's main place, where it has several; otherwise its only one.
pub(super) fn main_place(dialect: &Dialect, places: Option<&Value>) -> Result<String, Failure> {
    let rows = places.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let main = rows.iter().find(|row| row.get("is_primary").is_some_and(|main| main == true));
    let found = match (main, rows) {
        (Some(row), _) | (None, [row]) => row.get("id").and_then(text),
        _ => None,
    };
    found.ok_or_else(|| {
        let message = format!(
            "{} does not say which of the shop's places is the main one: set location_id",
            dialect.title
        );
        Failure::new(Class::NeedsAction, &format!("{}.place", dialect.key), message)
    })
}
