//! Products, images, categories, brands.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::super::market::{Item, Market, State};
use super::{Parameters, at, field, good, refused};

/// Leaf category where products may stand.
const LEAF: &str = "10000102";
/// Id of "No Brand" in this country.
const NO_BRAND: u64 = 30_768;
/// Its place among the brands: not on the first page.
const NO_BRAND_AT: usize = 230;
const BRANDS: usize = 260;

pub(super) fn upload(kind: &str, images: &mut BTreeSet<String>, body: &[u8]) -> HttpResponse {
    let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    let whole = kind.starts_with("multipart/form-data; boundary=")
        && holds("name=\"image\"; filename=\"")
        && (holds("content-type: image/jpeg") || holds("content-type: image/png"));
    if !whole || body.len() > 3 * 1024 * 1024 {
        return refused("301", "E301: the image is missing or too large");
    }
    let hash = uuid::Uuid::new_v4().simple().to_string();
    let url = format!("https://vn-live-02.slatic.net/p/{hash}.jpg");
    images.insert(url.clone());
    good(json!({"image": {"hash_code": hash, "url": url}}))
}

pub(super) fn tree() -> HttpResponse {
    good(json!([
        {"category_id": 10_000_100, "name": "Bách hóa", "leaf": false, "var": false, "children": [
            {"category_id": 10_000_101, "name": "Đồ uống", "leaf": false, "var": false, "children": [
                {"category_id": 10_000_102, "name": "Trà", "leaf": true, "var": false},
            ]},
            {"category_id": 10_000_103, "name": "Mật ong", "leaf": true, "var": false},
        ]},
    ]))
}

pub(super) fn attributes(given: &Parameters) -> HttpResponse {
    if given.get("primary_category_id").map(String::as_str) != Some(LEAF) {
        return refused("57", "E057: no attribute sets linked to that category");
    }
    let row = |name: &str, label: &str, kind: &str, must: u8, sale: u8, options: Value| json!({"name": name, "label": label, "attribute_type": kind, "is_mandatory": must, "is_sale_prop": sale, "input_type": "text", "options": options});
    let teas = json!([{"name": "Trà xanh", "en_name": "Green Tea", "id": 1}]);
    good(json!([
        row("name", "Tên", "normal", 1, 0, json!([])),
        row("brand", "Thương hiệu", "normal", 1, 0, json!([])),
        row("tea_type", "Loại trà", "normal", 1, 0, teas),
        row("flavor", "Hương vị", "normal", 0, 0, json!([])),
        row("color_family", "Màu", "sku", 0, 1, json!([])),
        row("package_content", "Trong hộp", "sku", 0, 0, json!([])),
        row("package_length", "Dài", "sku", 1, 0, json!([])),
    ]))
}

pub(super) fn brands(given: &Parameters) -> HttpResponse {
    let number = |name: &str| given.get(name).and_then(|text| text.parse::<usize>().ok());
    let (Some(start), Some(size)) = (number("startRow"), number("pageSize").filter(|size| *size <= 200))
    else {
        return refused("4001", "startRow or pageSize is not valid");
    };
    let row = |n: usize| match n {
        NO_BRAND_AT => json!({"brand_id": NO_BRAND, "name": "No Brand", "name_en": "No Brand"}),
        _ => json!({"brand_id": 100 + n, "name": format!("Brand {n}"), "name_en": format!("Brand {n}")}),
    };
    let rows: Vec<Value> = (start..BRANDS.min(start + size)).map(row).collect();
    good(json!({"module": rows, "total_record": BRANDS, "start_row": start, "page_size": size}))
}

fn sku_id(item: u64) -> u64 {
    item * 10 + 9
}

fn shown(item: &Item) -> Value {
    let (status, of_sku) = match item.state {
        State::Live => ("Active", "active"),
        State::Off => ("InActive", "inactive"),
        State::Pending | State::Draft => ("Pending QC", "active"),
        State::Rejected => ("Suspended", "active"),
    };
    let mut row = json!({
        "item_id": item.id, "status": status, "primary_category": item.category,
        "attributes": {"name": item.name, "description": item.description}, "images": item.images,
        "skus": [{
            "SkuId": sku_id(item.id), "SellerSku": item.sku, "ShopSku": format!("{}_VNAMZ", item.id),
            "Status": of_sku, "price": item.price_vnd, "quantity": item.stock,
        }],
    });
    if item.state == State::Rejected
        && let Some(fields) = row.as_object_mut()
    {
        fields.insert("subStatus".to_owned(), json!("Reject"));
        let reason = json!([{"violationDetail": item.reason, "suggestion": ""}]);
        fields.insert("rejectReason".to_owned(), reason);
    }
    row
}

pub(super) fn list(market: &Market, given: &Parameters) -> HttpResponse {
    let skus = given.get("sku_seller_list").map(|text| serde_json::from_str::<BTreeSet<String>>(text));
    let number = |name: &str, other: usize| given.get(name).map_or(Ok(other), |text| text.parse::<usize>());
    let (Ok(skus), Some("all")) = (skus.transpose(), given.get("filter").map(String::as_str)) else {
        return refused("5", "E005: filter or sku_seller_list is not valid");
    };
    let (Ok(offset @ 0..=10_000), Ok(limit @ 1..=50)) = (number("offset", 0), number("limit", 20)) else {
        return refused("5", "E005: offset or limit is not valid");
    };
    let fits = |item: &&Item| skus.as_ref().is_none_or(|skus| skus.contains(&item.sku));
    let total = market.items.iter().filter(fits).count();
    let rows: Vec<Value> = market.items.iter().filter(fits).skip(offset).take(limit).map(shown).collect();
    if rows.is_empty() { good(json!({})) } else { good(json!({"total_products": total, "products": rows})) }
}

fn missing() -> HttpResponse {
    refused("208", "E208: the item does not exist")
}

pub(super) fn show(market: &mut Market, given: &Parameters) -> HttpResponse {
    let id = given.get("item_id").and_then(|id| id.parse().ok());
    id.and_then(|id| market.look(id)).map_or_else(missing, |item| good(shown(item)))
}

/// Figures go as texts; at most two decimals.
fn decimal(row: &Value, name: &str) -> Option<f64> {
    let text = row.get(name)?.as_str()?;
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    text.parse().ok().filter(|figure| *figure > 0.0 && fraction.len() <= 2)
}

fn amount(row: &Value, name: &str) -> Option<i64> {
    row.get(name)?.as_str()?.parse().ok()
}

/// The one SKU of a payload; lists must be lists even of one.
fn sku(product: &Value) -> Option<&Value> {
    match at(product, "/Skus/Sku").as_array().map(Vec::as_slice) {
        Some([row]) => Some(row),
        _ => None,
    }
}

/// What is wrong with the contents; of a new product everything must be said.
fn wrong(product: &Value, images: &BTreeSet<String>, row: &Value, new: bool) -> Option<HttpResponse> {
    let Some(attributes) = at(product, "/Attributes").as_object() else {
        return Some(refused("1001", "The parameters are not in JSON format"));
    };
    let pictures = match at(product, "/Images/Image") {
        Value::Array(pictures) => pictures.as_slice(),
        _ => return Some(refused("1001", "The parameters are not in JSON format")),
    };
    if at(product, "/PrimaryCategory") != LEAF {
        return Some(field("PrimaryCategory", "The category is not a leaf category"));
    }
    let held = |picture: &Value| picture.as_str().is_some_and(|url| images.contains(url));
    if !(1..=8).contains(&pictures.len()) || !pictures.iter().all(held) {
        return Some(field("Images", "Only 1 to 8 images of Lazada are supported"));
    }
    let text = |name: &str| attributes.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("name").is_empty() {
        return Some(field("name", "The name is mandatory"));
    }
    if text("description").chars().count() > 25_000 || text("description").contains("<img") {
        return Some(field("description", "The description is too long or has foreign images"));
    }
    let brand = attributes.get("brand_id").and_then(Value::as_str);
    let known = brand.is_some_and(|brand| brand == NO_BRAND.to_string());
    if !known && (new || brand.is_some()) {
        return Some(refused("4142", "The brand does not exist in this country"));
    }
    if text("tea_type") != "Green Tea" {
        return Some(field("tea_type", "The attribute is mandatory"));
    }
    ["package_weight", "package_length", "package_width", "package_height"]
        .into_iter()
        .find(|name| decimal(row, name).is_none())
        .map(|name| field(name, "The figure is mandatory, with two decimals at most"))
}

fn write(item: &mut Item, product: &Value, row: &Value) {
    let text = |pointer: &str| at(product, pointer).as_str().unwrap_or_default().to_owned();
    item.name = text("/Attributes/name");
    item.description = text("/Attributes/description");
    item.category = Some(text("/PrimaryCategory"));
    let pictures = at(product, "/Images/Image").as_array().map(Vec::as_slice).unwrap_or_default();
    item.images = pictures.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    item.price_vnd = amount(row, "price").unwrap_or(item.price_vnd);
    item.stock = amount(row, "quantity").unwrap_or(item.stock);
}

pub(super) fn create(market: &mut Market, images: &BTreeSet<String>, product: &Value) -> HttpResponse {
    let Some(row) = sku(product) else {
        return refused("1001", "The parameters are not in JSON format");
    };
    if let Some(refusal) = wrong(product, images, row, true) {
        return refusal;
    }
    let Some(name) = at(row, "/SellerSku").as_str().filter(|name| !name.is_empty()) else {
        return field("SellerSku", "The SellerSku is mandatory");
    };
    if amount(row, "price").is_none_or(|price| price <= 0) {
        return field("price", "The price is not valid");
    }
    if amount(row, "quantity").is_none_or(|quantity| quantity < 0) {
        return field("quantity", "The quantity is not valid");
    }
    let Some(item) = market.create(name) else {
        return refused("4135", "Insert sku outer id relation failed, outerId already exists");
    };
    write(item, product, row);
    let list =
        json!([{"seller_sku": name, "sku_id": sku_id(item.id), "shop_sku": format!("{}_VNAMZ", item.id)}]);
    good(json!({"item_id": item.id, "sku_list": list}))
}

/// The product that a payload names by its numbers, written as texts or numbers.
fn named<'m>(market: &'m mut Market, item: &Value, sku: &Value) -> Option<&'m mut Item> {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let item = market.item(number(item)?)?;
    (number(sku) == Some(sku_id(item.id))).then_some(item)
}

pub(super) fn update(market: &mut Market, images: &BTreeSet<String>, product: &Value) -> HttpResponse {
    let Some(row) = sku(product) else {
        return refused("1001", "The parameters are not in JSON format");
    };
    let Some(item) = named(market, at(product, "/ItemId"), at(row, "/SkuId")) else { return missing() };
    if let Some(refusal) = wrong(product, images, row, false) {
        return refusal;
    }
    write(item, product, row);
    let id = item.id;
    match at(row, "/Status").as_str().unwrap_or("active") {
        "active" => market.hand_in(id),
        "inactive" => item.state = State::Off,
        _ => return field("Status", "The status is not valid"),
    }
    good(json!({"item_id": id}))
}

pub(super) fn offer(market: &mut Market, reviews: bool, product: &Value) -> HttpResponse {
    let Some(row) = sku(product) else {
        return refused("1001", "The parameters are not in JSON format");
    };
    let Some(item) = named(market, at(row, "/ItemId"), at(row, "/SkuId")) else { return missing() };
    if at(row, "/SellerSku") != item.sku.as_str() {
        return field("SellerSku", "The SellerSku is not that of the SkuId");
    }
    let several = at(row, "/MultiWarehouseInventories/MultiWarehouseInventory/0");
    let place = if several.is_object() { several } else { row };
    let Some(stock) = amount(place, "Quantity").filter(|stock| *stock >= 0) else {
        return field("Quantity", "negative sellable on channel inventory");
    };
    let Some(price) = amount(row, "Price").filter(|price| *price > 0) else {
        return field("Price", "The price is not valid");
    };
    // A price that changes by more than 80 % is looked at first.
    let far = (price - item.price_vnd).abs() * 10 > item.price_vnd * 8;
    if far && reviews && item.state == State::Live {
        (item.state, item.reads) = (State::Pending, 0);
    }
    (item.price_vnd, item.stock) = (price, stock);
    good(json!({}))
}

pub(super) fn deactivate(market: &mut Market, product: &Value) -> HttpResponse {
    let Some([sku]) = at(product, "/Skus/SkuId").as_array().map(Vec::as_slice) else {
        return refused("1001", "The parameters are not in JSON format");
    };
    let Some(item) = named(market, at(product, "/ItemId"), sku) else { return missing() };
    item.state = State::Off;
    good(json!({}))
}
