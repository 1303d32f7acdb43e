//! Products of the simulated shops: what is taken, what is refused, how they are shown.

use serde_json::{Map, Value, json};

use super::{PLACE, Shape};
use crate::instant::Instant;
use crate::platform::sim::market::{Item, Market, State};

/// A refusal: HTTP status and what stands under `errors`.
pub(super) struct Refusal(pub(super) u16, pub(super) Value);

pub(super) fn wrong(field: &str, why: &str) -> Refusal {
    Refusal(422, json!({ field: [why] }))
}

pub(super) fn missing() -> Refusal {
    Refusal(404, json!("Not Found"))
}

/// The variant's id is the product's with a number before it.
const VARIANT: u64 = 5_000_000_000;

fn time(at: Instant) -> String {
    at.utc().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

fn part<'a>(body: &'a Value, key: &str) -> Result<&'a Map<String, Value>, Refusal> {
    body.get(key).and_then(Value::as_object).ok_or_else(|| Refusal(400, json!(format!("{key} is missing"))))
}

/// `POST products.json`.
pub(super) fn create(shape: &Shape, market: &mut Market, body: &Value) -> Result<Value, Refusal> {
    let product = part(body, "product")?;
    check(shape, product)?;
    if product.get(shape.name).is_none() {
        return Err(wrong(shape.name, "không được để trống"));
    }
    let variant = product.get("variants").and_then(|rows| rows.get(0)).cloned().unwrap_or_default();
    let images = images(market, product, &[])?;
    let sku = at(&variant, "sku").as_str().unwrap_or_default();
    let id = market.add(sku).map(|item| item.id).ok_or_else(missing)?;
    if let Some(item) = market.item(id) {
        item.more =
            json!({"published": true, "scope": "global", "counted": false, "images": [], "barcode": null});
    }
    set_variant(shape, market, id, &variant, true);
    set_product(shape, market, id, product, images);
    read(shape, market, id)
}

/// `PUT products/{id}.json`.
pub(super) fn update(shape: &Shape, market: &mut Market, id: u64, body: &Value) -> Result<Value, Refusal> {
    let product = part(body, "product")?;
    let kept = market.item(id).ok_or_else(missing)?;
    let kept = at(&kept.more, "images").as_array().cloned().unwrap_or_default();
    check(shape, product)?;
    if let Some(rows) = product.get("variants").and_then(Value::as_array) {
        // A variant that is not named is lost, and a product has at least one.
        let ours = rows.iter().find(|row| at(row, "id").as_u64() == Some(id + VARIANT));
        let ours = ours.ok_or_else(|| wrong("variants", "thiếu biến thể của sản phẩm"))?.clone();
        set_variant(shape, market, id, &ours, !shape.places);
    }
    let images = images(market, product, &kept)?;
    let content =
        product.keys().any(|key| !["id", "published_scope"].contains(&key.as_str()) && !is_time(shape, key));
    if content && let Some(item) = market.item(id) {
        item.writes += 1;
    }
    set_product(shape, market, id, product, images);
    read(shape, market, id)
}

/// `PUT variants/{id}.json`.
pub(super) fn price(shape: &Shape, market: &mut Market, id: u64, body: &Value) -> Result<Value, Refusal> {
    let variant = part(body, "variant")?;
    check_variant(shape, variant)?;
    let id = id.checked_sub(VARIANT).filter(|id| market.item(*id).is_some()).ok_or_else(missing)?;
    set_variant(shape, market, id, &Value::Object(variant.clone()), !shape.places);
    market.item(id).map(|item| json!({ "variant": shown_variant(shape, item) })).ok_or_else(missing)
}

/// `POST inventories/adjustorset.json`.
pub(super) fn adjust(market: &mut Market, body: &Value) -> Result<Value, Refusal> {
    let inventory = Value::Object(part(body, "inventory")?.clone());
    if at(&inventory, "location_id") != PLACE {
        return Err(wrong("location_id", "địa điểm không tồn tại"));
    }
    for row in at(&inventory, "line_items").as_array().into_iter().flatten() {
        let (product, variant) = (at(row, "product_id").as_u64(), at(row, "product_variant_id").as_u64());
        let quantity = at(row, "quantity").as_i64().ok_or_else(|| wrong("quantity", "không hợp lệ"))?;
        let fits = product.map(|id| id + VARIANT) == variant;
        let item = product
            .filter(|_| fits)
            .and_then(|id| market.item(id))
            .ok_or_else(|| wrong("product_id", "không tồn tại"))?;
        if at(&item.more, "counted") != true {
            return Err(wrong("inventory_management", "sản phẩm không quản lý tồn kho"));
        }
        match at(&inventory, "type").as_str() {
            Some("set") => item.stock = quantity,
            Some("adjust") | None => item.stock += quantity,
            _ => return Err(wrong("type", "adjust hoặc set")),
        }
    }
    Ok(json!({"inventory": {"id": market.id(), "location_id": PLACE}}))
}

/// `GET products/{id}.json`.
pub(super) fn read(shape: &Shape, market: &mut Market, id: u64) -> Result<Value, Refusal> {
    let now = market.now();
    market.look(id).map(|item| json!({ "product": shown(shape, item, now) })).ok_or_else(missing)
}

fn is_time(shape: &Shape, key: &str) -> bool {
    key == format!("published_{}", shape.times)
}

/// Words and types, as the contract has them. The real ones pass over what they do not know; a word misspelt by us must
/// not pass.
fn check(shape: &Shape, product: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in product {
        let sound = match key.as_str() {
            "variants" => {
                let rows = value.as_array().filter(|rows| (1..=100).contains(&rows.len()));
                let rows = rows.ok_or_else(|| wrong(key, "từ 1 đến 100 biến thể"))?;
                for row in rows {
                    check_variant(shape, row.as_object().ok_or_else(|| wrong(key, "không hợp lệ"))?)?;
                }
                true
            }
            "images" => value.as_array().is_some_and(|rows| rows.len() <= 250),
            "published_scope" => shape.places && ["web", "pos", "global"].iter().any(|word| value == word),
            "vendor" | "product_type" | "tags" => value.is_string(),
            "id" => value.is_u64(),
            key if key == shape.name => value.as_str().is_some_and(|name| !name.trim().is_empty()),
            key if key == shape.html => value.is_string(),
            key if is_time(shape, key) => value.is_null() || value.is_string(),
            _ => false,
        };
        if !sound {
            return Err(wrong(key, "không hợp lệ"));
        }
    }
    Ok(())
}

fn check_variant(shape: &Shape, variant: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in variant {
        let sound = match key.as_str() {
            "id" => value.is_u64(),
            "sku" | "barcode" => value.is_string(),
            "price" => value.as_f64().is_some_and(|price| price >= 0.0),
            "grams" => shape.grams && value.is_u64(),
            "weight" => !shape.grams && value.is_u64(),
            "weight_unit" => !shape.grams && ["g", "kg"].iter().any(|word| value == word),
            "inventory_management" => value == "" || value == shape.counted,
            "inventory_policy" => value == "deny" || value == "continue",
            "inventory_quantity" => value.is_i64() || value.is_u64(),
            _ => false,
        };
        if !sound {
            return Err(wrong(&format!("variants.{key}"), "không hợp lệ"));
        }
    }
    Ok(())
}

/// Stock of a shop with places is taken with a new product alone.
fn set_variant(shape: &Shape, market: &mut Market, id: u64, variant: &Value, stock: bool) {
    let Some(item) = market.item(id) else { return };
    if let Some(sku) = at(variant, "sku").as_str() {
        item.sku = sku.to_owned();
    }
    item.price_vnd = at(variant, "price").as_i64().unwrap_or(item.price_vnd);
    let weight = at(variant, if shape.grams { "grams" } else { "weight" }).as_u64();
    item.weight_g = weight.and_then(|grams| u32::try_from(grams).ok()).unwrap_or(item.weight_g);
    if stock {
        item.stock = at(variant, "inventory_quantity").as_i64().unwrap_or(item.stock);
    }
    if let Some(more) = item.more.as_object_mut() {
        if let Some(word) = at(variant, "inventory_management").as_str() {
            more.insert("counted".to_owned(), json!(word == shape.counted));
        }
        if let Some(barcode) = variant.get("barcode") {
            more.insert("barcode".to_owned(), barcode.clone());
        }
    }
}

/// The images after a write: those with an address are fetched and get a number, those with a number must be there.
fn images(
    market: &mut Market,
    product: &Map<String, Value>,
    kept: &[Value],
) -> Result<Option<Vec<Value>>, Refusal> {
    let Some(rows) = product.get("images").and_then(Value::as_array) else { return Ok(None) };
    let mut images = Vec::new();
    for row in rows {
        images.push(match (at(row, "id").as_u64(), at(row, "src").as_str()) {
            (Some(id), _) => {
                let there = kept.iter().find(|image| at(image, "id") == id).cloned();
                there.ok_or_else(|| wrong("images", "ảnh không tồn tại"))?
            }
            (None, Some(src)) if src.starts_with("https://") || src.starts_with("http://") => {
                json!({"id": market.id(), "src": src})
            }
            _ => return Err(wrong("images", "địa chỉ ảnh không hợp lệ")),
        });
    }
    Ok(Some(images))
}

fn set_product(
    shape: &Shape,
    market: &mut Market,
    id: u64,
    product: &Map<String, Value>,
    images: Option<Vec<Value>>,
) {
    let Some(item) = market.item(id) else { return };
    let text = |key: &str| product.get(key).and_then(Value::as_str).map(str::to_owned);
    item.name = text(shape.name).unwrap_or_else(|| item.name.clone());
    item.description = text(shape.html).unwrap_or_else(|| item.description.clone());
    item.category = text("product_type").or(item.category.take());
    let published = product.iter().find(|(key, _)| is_time(shape, key)).map(|(_, time)| !time.is_null());
    if let Some(more) = item.more.as_object_mut() {
        if let Some(images) = images {
            let sources = images.iter().filter_map(|image| at(image, "src").as_str());
            item.images = sources.map(str::to_owned).collect();
            more.insert("images".to_owned(), Value::Array(images));
        }
        if let Some(scope) = product.get("published_scope") {
            more.insert("scope".to_owned(), scope.clone());
        }
    }
    match published {
        Some(true) => item.state = State::Live,
        Some(false) => item.state = State::Off,
        None => {}
    }
}

pub(super) fn shown_variant(shape: &Shape, item: &Item) -> Value {
    let counted = at(&item.more, "counted") == true;
    json!({
        "id": item.id + VARIANT, "product_id": item.id, "sku": item.sku, "price": item.price_vnd, "position": 1,
        "compare_at_price": 0, "barcode": at(&item.more, "barcode"), "title": "Default Title", "grams": item.weight_g,
        "inventory_management": if counted { json!(shape.counted) } else { Value::Null }, "inventory_policy": "deny",
        "inventory_quantity": item.stock,
    })
}

pub(super) fn shown(shape: &Shape, item: &Item, now: Instant) -> Value {
    let images = at(&item.more, "images").as_array().cloned().unwrap_or_default();
    let images = images.into_iter().zip(1..).map(|(mut image, position)| {
        if let Some(image) = image.as_object_mut() {
            image.insert("position".to_owned(), json!(position));
        }
        image
    });
    let live = item.state == State::Live;
    let mut product = json!({
        "id": item.id, shape.name: item.name, shape.html: item.description, "vendor": null, "tags": null,
        "product_type": item.category, "images": images.collect::<Vec<_>>(), "variants": [shown_variant(shape, item)],
        format!("published_{}", shape.times): if live { json!(time(now)) } else { Value::Null },
    });
    if shape.places
        && let Some(product) = product.as_object_mut()
    {
        product.insert("published_scope".to_owned(), at(&item.more, "scope").clone());
    }
    product
}
