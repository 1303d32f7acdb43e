//! Products that were approved, and the categories they stand in.

use serde_json::{Value, json};

use super::{Refusal, refusal};
use crate::platform::sim::market::{Item, Market, State};

/// Number, name, parent and whether products may stand there.
const CATEGORIES: [(u64, &str, u64, bool); 4] = [
    (1_001, "Bách hóa", 2, false),
    (1_840, "Đồ uống", 1_001, false),
    (1_846, "Trà", 1_840, true),
    (1_850, "Mật ong", 1_001, true),
];

/// Code, name and whether a product must state it; those of every category.
const ATTRIBUTES: [(&str, &str, bool); 4] = [
    ("origin", "Xuất xứ", true),
    ("brand", "Thương hiệu", true),
    ("brand_country", "Xuất xứ thương hiệu", false),
    ("product_top_features", "Đặc điểm nổi bật", false),
];

fn shown_category((id, name, parent, primary): &(u64, &str, u64, bool)) -> Value {
    json!({"id": id, "name": name, "parent": parent, "primary": u8::from(*primary)})
}

pub(super) fn categories(parent: Option<u64>) -> Value {
    let fitting = CATEGORIES.iter().filter(|category| parent.is_none_or(|parent| category.2 == parent));
    fitting.map(shown_category).collect()
}

pub(super) fn category(id: u64) -> Result<Value, Refusal> {
    let found = CATEGORIES.iter().find(|category| category.0 == id);
    let found = found.ok_or_else(|| refusal(404, &format!("Category not found id: {id}")))?;
    let attributes: Vec<Value> = ATTRIBUTES
        .iter()
        .zip(1_u64..)
        .map(|((code, name, required), id)| {
            json!({"id": id, "code": code, "display_name": name, "is_required": u8::from(*required)})
        })
        .collect();
    let mut shown = shown_category(found);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("attributes".to_owned(), json!(attributes));
    }
    Ok(shown)
}

/// What is wrong with the attributes of a product.
pub(super) fn attribute_faults(attributes: &Value, all: bool) -> Vec<String> {
    let Some(given) = attributes.as_object() else {
        return vec!["attributes should be an object".to_owned()];
    };
    let stated =
        |code: &str| given.get(code).is_some_and(|value| value.as_str().is_some_and(|v| !v.is_empty()));
    let missing = ATTRIBUTES.iter().filter(|(code, _, required)| all && *required && !stated(code));
    let unknown = given.keys().filter(|code| !ATTRIBUTES.iter().any(|known| known.0 == code.as_str()));
    missing
        .map(|(code, ..)| format!("attribute {code} is required"))
        .chain(unknown.map(|code| format!("Attribute {code} not found for category")))
        .collect()
}

pub(super) fn is_primary(category: &Value) -> bool {
    CATEGORIES.iter().any(|known| known.3 && category.as_u64() == Some(known.0))
}

pub(super) fn market_price(item: &Item) -> i64 {
    item.more.get("market_price").and_then(Value::as_i64).unwrap_or_default()
}

pub(super) fn shown(item: &Item) -> Value {
    let images: Vec<Value> = item
        .images
        .iter()
        .enumerate()
        .map(|(at, url)| json!({"id": at, "url": url, "position": at}))
        .collect();
    json!({
        "product_id": item.id, "sku": format!("29{:011}", item.id), "original_sku": item.sku, "name": item.name,
        "master_id": item.id + 1_000_000, "super_id": 0, "active": u8::from(item.state == State::Live),
        "is_hidden": false, "type": "simple", "entity_type": "seller_simple", "price": item.price_vnd,
        "market_price": market_price(item), "images": images,
        "categories": [{"id": item.category.as_deref().and_then(|id| id.parse::<u64>().ok()), "is_primary": true}],
        "inventory": {"inventory_type": "dropship", "quantity": item.stock},
    })
}

pub(super) fn found(market: &mut Market, sku: &str) -> Value {
    let rows: Vec<Value> = market.by_sku(sku).map(|item| shown(item)).into_iter().collect();
    json!({"paging": {"total": rows.len(), "current_page": 1, "per_page": 20, "last_page": 1}, "data": rows})
}

pub(super) fn list(market: &Market, page: usize, limit: usize) -> Value {
    let (page, limit, total) = (page.max(1), limit.clamp(1, 100), market.items.len());
    let rows: Vec<Value> = market.items.iter().skip((page - 1) * limit).take(limit).map(shown).collect();
    let last = total.div_ceil(limit).max(1);
    json!({
        "paging": {"total": total, "current_page": page, "per_page": limit, "last_page": last}, "data": rows,
    })
}

pub(super) fn read(market: &mut Market, id: u64) -> Result<Value, Refusal> {
    market.item(id).map(|item| shown(item)).ok_or_else(|| refusal(404, "Product not found"))
}

/// `POST /products/updateSku`: each of price, quantity and active may be given.
pub(super) fn update(market: &mut Market, body: &Value) -> Result<Value, Refusal> {
    let sku = body.get("original_sku").and_then(Value::as_str).unwrap_or_default();
    let item = market.by_sku(sku).ok_or_else(|| refusal(404, "Product not found"))?;
    let number = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| refusal(422, &format!("{key} is not valid"))),
    };
    let (price, quantity, active) = (number("price")?, number("quantity")?, number("active")?);
    if price.is_some_and(|price| price <= 0 || price.saturating_mul(10) < market_price(item)) {
        return Err(refusal(422, "Price is not valid because less than ten percent listing price"));
    }
    if quantity.is_some_and(|quantity| quantity < 0) || !matches!(active, None | Some(0 | 1)) {
        return Err(refusal(422, "quantity or active is not valid"));
    }
    item.price_vnd = price.unwrap_or(item.price_vnd);
    item.stock = quantity.unwrap_or(item.stock);
    match active {
        Some(1) => item.state = State::Live,
        Some(_) => item.state = State::Off,
        None => {}
    }
    Ok(json!({"state": "approved"}))
}
