//! Products, images, categories, carriers.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::super::market::{Item, Market, State};
use super::{ATTRIBUTE, CATEGORY, Query, World, at, good, refused, request_id};

/// The place where the shop's stock lies, once a product is there.
const LOCATION: &str = "VNZ";
/// The carrier's channel that products may go by.
const CHANNEL: u64 = 50_021;

pub(super) fn upload(req: &HttpRequest, world: &World, body: &[u8]) -> HttpResponse {
    let kind = req.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    let whole = kind.starts_with("multipart/form-data; boundary=")
        && holds("name=\"image\"; filename=\"")
        && (holds("content-type: image/jpeg") || holds("content-type: image/png"));
    if !whole || body.len() > 10 * 1024 * 1024 {
        return refused("error_param", "The image is missing, too large or of another format");
    }
    if !holds("name=\"scene\"\r\n\r\nnormal\r\n") {
        return refused("error_param", "The scene of a product's image is normal");
    }
    let id = format!("vn-11134207-{}", uuid::Uuid::new_v4().simple());
    world.images.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
    let info = json!({"image_id": id, "image_url_list": []});
    let list = json!([{"id": 0, "error": "", "message": "", "image_info": info}]);
    good(json!({"image_info": info, "image_info_list": list}))
}

pub(super) fn tree(query: &Query) -> HttpResponse {
    if !matches!(query.of("language"), None | Some("vi" | "en")) {
        return refused("error_invalid_language", "Invalid language.");
    }
    let row = |id: u64, parent: u64, name: &str, children: bool| json!({"category_id": id, "parent_category_id": parent, "original_category_name": name, "display_category_name": name, "has_children": children});
    good(json!({"category_list": [
        row(100_001, 0, "Thực phẩm và đồ uống", true), row(100_002, 100_001, "Trà", false),
        row(100_003, 100_001, "Rượu", false),
    ]}))
}

fn is_leaf(category: Option<&str>) -> bool {
    category == Some(CATEGORY)
}

pub(super) fn attributes(query: &Query) -> HttpResponse {
    if !is_leaf(query.of("category_id_list")) {
        return refused("error_invalid_category", "Invalid category ID");
    }
    let vietnamese = |text: &str| json!([{"language": "vi", "value": text}]);
    good(json!({"list": [{"category_id": 100_002, "warning": "", "attribute_tree": [
        {"attribute_id": 100_037, "mandatory": true, "name": "Country of Origin", "multi_lang": vietnamese("Xuất xứ"),
            "attribute_info": {"input_type": 1},
            "attribute_value_list": [{"value_id": 1001, "name": "Vietnam", "multi_lang": vietnamese("Việt Nam")}]},
        {"attribute_id": 100_200, "mandatory": false, "name": "Flavour", "multi_lang": [],
            "attribute_info": {"input_type": 3}, "attribute_value_list": []},
    ]}]}))
}

pub(super) fn limits(query: &Query) -> HttpResponse {
    if !is_leaf(query.of("category_id")) {
        return refused("error_invalid_category", "Invalid category ID");
    }
    let limit = |min: f64, max: f64| json!({"min_limit": min, "max_limit": max});
    let count = |min: u32, max: u32| json!({"min_limit": min, "max_limit": max});
    good(json!({
        "price_limit": limit(1_000.0, 120_000_000.0), "stock_limit": count(5, 10_000_000),
        "item_name_length_limit": count(5, 100), "item_image_count_limit": count(1, 9),
        "item_description_length_limit": count(10, 2_000), "weight_limit": {"weight_mandatory": true},
        "dimension_limit": {"dimension_mandatory": false},
    }))
}

pub(super) fn channels() -> HttpResponse {
    let row = |id: u64, enabled: bool, behind: u64, kind: &str| json!({"logistics_channel_id": id, "logistics_channel_name": "…", "enabled": enabled, "fee_type": kind, "mask_channel_id": behind, "weight_limit": {"item_max_weight": 20.0, "item_min_weight": 0.0}});
    good(json!({"logistics_channel_list": [
        row(CHANNEL, true, 0, "SIZE_INPUT"), row(50_022, false, 0, "SIZE_INPUT"),
        row(50_023, true, CHANNEL, "SIZE_INPUT"), row(50_024, true, 0, "CUSTOM_PRICE"),
    ]}))
}

fn word(item: &Item) -> &'static str {
    match item.state {
        State::Pending => "REVIEWING",
        State::Live => "NORMAL",
        State::Rejected => "BANNED",
        State::Draft | State::Off => "UNLIST",
    }
}

pub(super) fn search(market: &Market, query: &Query) -> HttpResponse {
    let Some(size) = query.number::<usize>("page_size").filter(|size| (1..=100).contains(size)) else {
        return refused("product.error_param", "invalid field PageSize");
    };
    let Some(sku) = query.of("item_sku").filter(|sku| !sku.is_empty()) else {
        return refused("error_param", "request must set one of [item_name,attribute_status]");
    };
    let states: Vec<&str> = query.all("item_status").collect();
    let skip = query.number::<usize>("offset").unwrap_or_default();
    let sku = sku.to_lowercase();
    // Similar ones are found, too.
    let fits = |item: &&Item| {
        item.sku.to_lowercase().contains(&sku) && (states.is_empty() || states.contains(&word(item)))
    };
    let all: Vec<u64> = market.items.iter().filter(fits).map(|item| item.id).collect();
    let page: Vec<u64> = all.iter().copied().skip(skip).take(size).collect();
    let next = skip + page.len();
    let offset = if next < all.len() { next.to_string() } else { String::new() };
    good(json!({"item_id_list": page, "total_count": all.len(), "next_offset": offset}))
}

pub(super) fn list(market: &Market, query: &Query) -> HttpResponse {
    let Some(size) = query.number::<usize>("page_size").filter(|size| (1..=100).contains(size)) else {
        return refused("product.error_param", "invalid field PageSize");
    };
    let states: Vec<&str> = query.all("item_status").collect();
    let Some(skip) = query.number::<usize>("offset").filter(|_| !states.is_empty()) else {
        return refused("product.error_param", "offset and item_status are required");
    };
    let all: Vec<&Item> = market.items.iter().filter(|item| states.contains(&word(item))).collect();
    let row = |item: &&Item| json!({"item_id": item.id, "item_status": word(item)});
    let page: Vec<Value> = all.iter().skip(skip).take(size).map(row).collect();
    let next = skip + page.len();
    let mut told = json!({"item": page, "total_count": all.len(), "has_next_page": next < all.len()});
    if next < all.len()
        && let Some(fields) = told.as_object_mut()
    {
        fields.insert("next_offset".to_owned(), json!(next));
    }
    good(told)
}

pub(super) fn base_info(market: &mut Market, query: &Query) -> HttpResponse {
    let Some(ids) = query.ids("item_id_list") else {
        return refused("product.error_param", "item_id_list must be 1 to 50 numbers");
    };
    let row = |item: &Item| {
        json!({
            "item_id": item.id, "item_name": item.name, "item_sku": item.sku, "item_status": word(item),
            "category_id": at(&item.more, "/category_id"), "has_model": false,
            "price_info": [{
                "currency": "VND", "original_price": item.price_vnd, "current_price": item.price_vnd,
            }],
            "stock_info_v2": {
                "summary_info": {"total_reserved_stock": 0, "total_available_stock": item.stock},
                "seller_stock": [{"location_id": LOCATION, "stock": item.stock, "if_saleable": true}],
            },
        })
    };
    let rows: Vec<Value> = ids.iter().filter_map(|id| market.look(*id).map(row)).collect();
    if rows.is_empty() {
        return refused("product.error_item_not_found", "Product not found");
    }
    good(json!({ "item_list": rows }))
}

pub(super) fn violations(market: &Market, query: &Query) -> HttpResponse {
    let Some(ids) = query.ids("item_id_list") else {
        return refused("error_param", "The item_id_list is required");
    };
    let row = |id: &u64| match market.items.iter().find(|item| item.id == *id) {
        Some(item) if item.state == State::Rejected => json!({
            "item_id": id, "item_status": "BANNED", "deboost": false,
            "item_status_details": [{
                "violation_type": "Inappropriate Image", "violation_reason": item.reason, "suggestion": "",
            }],
        }),
        _ => json!({"item_id": id, "fail_error": "error_param", "fail_message": "Invalid request item_id"}),
    };
    good(json!({"item_list": ids.iter().map(row).collect::<Vec<_>>()}))
}

/// What is wrong with what is said of a product; of a new one everything must be said.
fn wrong(given: &Value, images: &BTreeSet<String>, new: bool) -> Option<(&'static str, &'static str)> {
    let said = |name: &str| new || given.get(name).is_some();
    let length = |name: &str| at(given, name).as_str().map_or(0, |text| text.chars().count());
    if said("item_name") && !(5..=100).contains(&length("/item_name")) {
        return Some(("error_param_item_name", "The item_name must have 5 to 100 characters"));
    }
    if said("description") && !(10..=2_000).contains(&length("/description")) {
        return Some(("error_param", "The description must have 10 to 2000 characters"));
    }
    if said("category_id") && *at(given, "/category_id") != 100_002 {
        return Some(("error_category_is_block", "The category is not one for this shop"));
    }
    if said("weight") && !at(given, "/weight").as_f64().is_some_and(|weight| weight > 0.0) {
        return Some(("error_param", "The weight must be above 0"));
    }
    let pictures = at(given, "/image/image_id_list").as_array().map(Vec::as_slice).unwrap_or_default();
    let held = |picture: &Value| picture.as_str().is_some_and(|id| images.contains(id));
    if said("image") && (!(1..=9).contains(&pictures.len()) || !pictures.iter().all(held)) {
        return Some(("error_invalid_image", "The image_id_list must be 1 to 9 uploaded images"));
    }
    let stated = at(given, "/attribute_list").as_array().into_iter().flatten().any(|attribute| {
        let values = at(attribute, "/attribute_value_list").as_array().into_iter().flatten();
        let is = |number: &Value, id: &str| number.as_u64().is_some_and(|number| id.parse() == Ok(number));
        let stated = |value: &Value| is(at(value, "/value_id"), ATTRIBUTE.1);
        is(at(attribute, "/attribute_id"), ATTRIBUTE.0) && values.into_iter().any(stated)
    });
    if said("attribute_list") && !stated {
        return Some(("error_param", "A mandatory attribute is missing"));
    }
    let gtin = |text: &str| {
        text == "00" || (8..=14).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if given.get("gtin_code").is_some_and(|code| !code.as_str().is_some_and(gtin)) {
        return Some(("error_param", "The gtin_code is not valid"));
    }
    None
}

fn amount(price: &Value) -> Option<i64> {
    price.as_i64().filter(|price| (1_000..=120_000_000).contains(price))
}

fn write(item: &mut Item, given: &Value) {
    let text = |name: &str| at(given, name).as_str().map(str::to_owned);
    item.name = text("/item_name").unwrap_or_else(|| item.name.clone());
    item.description = text("/description").unwrap_or_else(|| item.description.clone());
    item.sku = text("/item_sku").unwrap_or_else(|| item.sku.clone());
    if let Some(pictures) = at(given, "/image/image_id_list").as_array() {
        item.images = pictures.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    item.more = given.clone();
}

pub(super) fn add(market: &mut Market, images: &BTreeSet<String>, given: &Value) -> HttpResponse {
    if let Some((error, message)) = wrong(given, images, true) {
        return refused(error, message);
    }
    let mut carriers = at(given, "/logistic_info").as_array().into_iter().flatten();
    if !carriers.any(|row| *at(row, "/logistic_id") == CHANNEL && *at(row, "/enabled") == true) {
        return refused("error_param", "Please enable at least one logistic channel of the shop");
    }
    if *at(given, "/brand/brand_id") != 0 {
        return refused("error_invalid_brand", "The brand is not one of the category");
    }
    let stock = at(given, "/seller_stock/0/stock").as_i64().filter(|stock| (5..=10_000_000).contains(stock));
    let (Some(price), Some(stock)) = (amount(at(given, "/original_price")), stock) else {
        return refused("error_param", "The price or the stock is out of its limits");
    };
    let sku = at(given, "/item_sku").as_str().unwrap_or_default();
    let off = match at(given, "/item_status").as_str() {
        None | Some("NORMAL") => false,
        Some("UNLIST") => true,
        Some(_) => return refused("error_param", "The item_status is NORMAL or UNLIST"),
    };
    let Some(item) = market.add(sku) else { return refused("error_inner", "System error") };
    (item.price_vnd, item.stock) = (price, stock);
    if off {
        item.state = State::Off;
    }
    write(item, given);
    // The documents' example has no `error` and dashes for texts.
    HttpResponse::Ok().json(json!({
        "message": "-", "warning": "-", "request_id": request_id(),
        "response": {"item_id": item.id, "item_name": item.name, "item_status": word(item)},
    }))
}

fn known<'m>(market: &'m mut Market, given: &Value) -> Option<&'m mut Item> {
    market.item(at(given, "/item_id").as_u64()?)
}

fn missing() -> HttpResponse {
    refused("product.error_item_not_found", "Item_id is not found.")
}

pub(super) fn update(market: &mut Market, images: &BTreeSet<String>, given: &Value) -> HttpResponse {
    let Some(item) = known(market, given) else { return missing() };
    if item.state == State::Pending {
        return refused(
            "error_item_uneditable",
            "Can't edit this item. item status can not support editing.",
        );
    }
    if given.get("original_price").is_some() || given.get("seller_stock").is_some() {
        return refused("error_param", "Price and stock have calls of their own");
    }
    if let Some((error, message)) = wrong(given, images, false) {
        return refused(error, message);
    }
    write(item, given);
    let (id, off) = (item.id, item.state == State::Off);
    if off {
        // It stays off sale until it is put back.
        item.writes += 1;
    } else {
        market.hand_in(id);
    }
    good(json!({ "item_id": id }))
}

/// The one entry of a list for the product without models.
fn one<'v>(given: &'v Value, list: &str) -> Option<&'v Value> {
    let [row] = at(given, list).as_array()?.as_slice() else { return None };
    (*at(row, "/model_id") == 0).then_some(row)
}

fn failed(reason: &str) -> HttpResponse {
    good(json!({"success_list": [], "failure_list": [{"model_id": 0, "failed_reason": reason}]}))
}

pub(super) fn price(market: &mut Market, given: &Value) -> HttpResponse {
    let Some(item) = known(market, given) else { return missing() };
    let Some(row) = one(given, "/price_list") else { return refused("error_param", "Wrong model_id.") };
    let Some(price) = amount(at(row, "/original_price")) else {
        return failed("The price is out of its limits");
    };
    item.price_vnd = price;
    good(json!({"success_list": [{"model_id": 0, "original_price": price}], "failure_list": []}))
}

pub(super) fn stock(market: &mut Market, given: &Value) -> HttpResponse {
    let Some(item) = known(market, given) else { return missing() };
    let Some(row) = one(given, "/stock_list") else { return refused("error_param", "Wrong model_id.") };
    if *at(row, "/seller_stock/0/location_id") != LOCATION {
        return refused("error_param", "Can not update item with different stock structure.");
    }
    let stock = at(row, "/seller_stock/0/stock").as_i64().filter(|stock| (0..=10_000_000).contains(stock));
    let Some(stock) = stock else { return failed("The stock is out of its limits") };
    item.stock = stock;
    let done = json!([{"model_id": 0, "location_id": LOCATION, "stock": stock}]);
    good(json!({"success_list": done, "failure_list": []}))
}

pub(super) fn unlist(market: &mut Market, given: &Value) -> HttpResponse {
    let list = at(given, "/item_list").as_array().map(Vec::as_slice).unwrap_or_default();
    if !(1..=50).contains(&list.len()) {
        return refused("product.error_param", "item_list must be 1 to 50");
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for row in list {
        let (id, off) = (at(row, "/item_id"), at(row, "/unlist").as_bool());
        let item = id.as_u64().and_then(|id| market.item(id));
        match (item, off) {
            (Some(item), Some(true)) if matches!(item.state, State::Live | State::Off) => {
                item.state = State::Off;
                done.push(json!({"item_id": id, "unlist": true}));
            }
            (Some(item), Some(false)) if item.state == State::Off => {
                let number = item.id;
                market.hand_in(number);
                done.push(json!({"item_id": id, "unlist": false}));
            }
            _ => failed.push(json!({
                "item_id": id, "failed_reason": "Banned and Reviewing Products cannot be delisted",
            })),
        }
    }
    good(json!({"success_list": done, "failure_list": failed}))
}
