//! Products, images, categories.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::PoisonError;

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::super::market::{Item, Market, State};
use super::{Query, WAREHOUSE, World, at, good, refused};

/// Leaf category where products may stand.
const LEAF: &str = "600002";
/// Its attribute that every product states.
const ORIGIN: &str = "100107";

pub(super) fn upload(req: &HttpRequest, world: &World, body: &[u8]) -> HttpResponse {
    let kind = req.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let holds = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    let whole = kind.starts_with("multipart/form-data; boundary=")
        && holds("name=\"data\"; filename=\"")
        && (holds("content-type: image/jpeg") || holds("content-type: image/png"));
    if !whole || body.len() > 5 * 1024 * 1024 {
        return refused(400, 12_052_048, "The image data is missing or too large");
    }
    let sides = picture(kind, body).and_then(|file| {
        image::ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?.into_dimensions().ok()
    });
    if !sides.is_some_and(|(width, height)| [width, height].iter().all(|side| (300..=4_000).contains(side))) {
        return refused(400, 12_052_050, "The image must have 300 to 4000 pixels on each side");
    }
    if !holds("name=\"use_case\"\r\n\r\nMAIN_IMAGE\r\n") {
        return refused(400, 12_052_049, "The image use_case is not valid");
    }
    let uri = format!("tos-sim/{}", uuid::Uuid::new_v4().simple());
    world.images.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.clone());
    good(json!({"uri": uri, "url": format!("https://cdn.example/{uri}"), "use_case": "MAIN_IMAGE"}))
}

/// The file of an upload.
fn picture<'b>(kind: &str, body: &'b [u8]) -> Option<&'b [u8]> {
    let find = |text: &str, from: usize| {
        let rest = body.get(from..)?;
        let at = rest.windows(text.len()).position(|window| window == text.as_bytes())?;
        Some(from + at)
    };
    let boundary = kind.strip_prefix("multipart/form-data; boundary=")?;
    let begin = find("\r\n\r\n", find("name=\"data\"; filename=\"", 0)?)? + 4;
    body.get(begin..find(&format!("\r\n--{boundary}"), begin)?)
}

pub(super) fn tree(query: &Query) -> HttpResponse {
    if query.get("category_version").map(String::as_str) != Some("v2") {
        return refused(400, 12_052_217, "The category version must be v2");
    }
    let row = |id: &str, parent: &str, name: &str, leaf: bool, may: &str| json!({"id": id, "parent_id": parent, "local_name": name, "is_leaf": leaf, "permission_statuses": [may]});
    good(json!({"categories": [
        row("600001", "0", "Thực phẩm & Đồ uống", false, "AVAILABLE"),
        row(LEAF, "600001", "Trà", true, "AVAILABLE"),
        row("600003", "600001", "Rượu", true, "INVITE_ONLY"),
    ]}))
}

pub(super) fn attributes(id: &str, query: &Query) -> HttpResponse {
    if query.get("category_version").map(String::as_str) != Some("v2") || id != LEAF {
        return refused(400, 12_052_217, "The category or its version is not valid");
    }
    good(json!({"attributes": [
        {"id": ORIGIN, "name": "Xuất xứ", "type": "PRODUCT_PROPERTY", "is_requried": true,
            "values": [{"id": "1000", "name": "Việt Nam"}]},
        {"id": "100200", "name": "Hương vị", "type": "PRODUCT_PROPERTY", "is_requried": false, "values": []},
        {"id": "100000", "name": "Màu sắc", "type": "SALES_PROPERTY", "values": []},
    ]}))
}

/// The id of a product's one SKU.
pub(super) fn sku_id(product: u64) -> String {
    format!("{product}9")
}

fn word(item: &Item) -> &'static str {
    match item.state {
        State::Draft => "DRAFT",
        State::Pending => "PENDING",
        State::Live => "ACTIVATE",
        State::Rejected => "FAILED",
        State::Off => "SELLER_DEACTIVATED",
    }
}

fn shown(item: &Item) -> Value {
    let price = item.price_vnd.to_string();
    json!({
        "id": item.id.to_string(), "title": item.name, "status": word(item),
        "skus": [{
            "id": sku_id(item.id), "seller_sku": item.sku,
            "price": {"currency": "VND", "tax_exclusive_price": price, "sale_price": price},
            "inventory": [{"warehouse_id": WAREHOUSE, "quantity": item.stock}],
        }],
    })
}

pub(super) fn search(market: &Market, query: &Query, given: &Value) -> HttpResponse {
    let size = query.get("page_size").and_then(|text| text.parse::<u32>().ok());
    if !size.is_some_and(|size| (1..=100).contains(&size)) {
        return refused(400, 36_009_004, "page_size must be between 1 and 100");
    }
    let skus: BTreeSet<&str> =
        at(given, "/seller_skus").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let status = at(given, "/status").as_str().unwrap_or("ALL");
    let fits = |item: &&Item| {
        (skus.is_empty() || skus.contains(item.sku.as_str())) && (status == "ALL" || status == word(item))
    };
    let size = usize::try_from(size.unwrap_or(100)).unwrap_or(100);
    let from = query.get("page_token").and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let total = market.items.iter().filter(fits).count();
    let rows: Vec<Value> = market.items.iter().filter(fits).skip(from).take(size).map(shown).collect();
    let next = from + rows.len();
    let token = if next < total { next.to_string() } else { String::new() };
    good(json!({"total_count": total, "products": rows, "next_page_token": token}))
}

fn missing() -> HttpResponse {
    refused(400, 12_052_023, "The product does not exist")
}

fn known<'m>(market: &'m mut Market, id: &str) -> Option<&'m mut Item> {
    market.item(id.parse().ok()?)
}

pub(super) fn show(market: &mut Market, id: &str) -> HttpResponse {
    let Some(item) = id.parse().ok().and_then(|id| market.look(id)) else { return missing() };
    let mut row = shown(item);
    if let (Some(fields), Some(reason)) = (row.as_object_mut(), &item.reason) {
        let reasons = json!([{"position": "Product", "reasons": [reason], "suggestions": []}]);
        fields.insert("audit_failed_reasons".to_owned(), reasons);
    }
    good(row)
}

/// What is wrong with what is said of a product; of a new one everything must be said.
fn wrong(given: &Value, images: &BTreeSet<String>, new: bool) -> Option<(i64, &'static str)> {
    let said = |name: &str| new || given.get(name).is_some();
    let title = at(given, "/title").as_str().unwrap_or_default();
    if said("title") && !(25..=255).contains(&title.chars().count()) {
        return Some((12_052_004, "The product title must have 25 to 255 characters"));
    }
    let description = at(given, "/description").as_str();
    if said("description")
        && !description.is_some_and(|text| text.chars().count() <= 10_000 && !text.contains("<img"))
    {
        return Some((12_052_005, "The product description is too long or has images from elsewhere"));
    }
    if said("category_id") && (at(given, "/category_id") != LEAF || at(given, "/category_version") != "v2") {
        return Some((
            12_052_217,
            "The category_id is not a leaf of category_version v2 that the shop may use",
        ));
    }
    let pictures = at(given, "/main_images").as_array().map(Vec::as_slice).unwrap_or_default();
    let held = |picture: &Value| at(picture, "/uri").as_str().is_some_and(|uri| images.contains(uri));
    if said("main_images") && (!(1..=9).contains(&pictures.len()) || !pictures.iter().all(held)) {
        return Some((12_052_006, "main_images must be 1 to 9 uploaded images"));
    }
    let weight = at(given, "/package_weight/value").as_str().and_then(|text| text.parse::<f64>().ok());
    let heavy = weight.is_some_and(|weight| weight > 0.0) && at(given, "/package_weight/unit") == "KILOGRAM";
    if said("package_weight") && !heavy {
        return Some((12_052_007, "package_weight is not valid"));
    }
    let side = |name: &str| {
        let text = at(given, &format!("/package_dimensions/{name}")).as_str();
        text.and_then(|text| text.parse::<u32>().ok()).is_some_and(|side| side > 0)
    };
    let boxed = ["length", "width", "height"].into_iter().all(side)
        && at(given, "/package_dimensions/unit") == "CENTIMETER";
    if given.get("package_dimensions").is_some() && !boxed {
        return Some((12_052_017, "package_dimensions is not valid"));
    }
    let stated = at(given, "/product_attributes").as_array().into_iter().flatten().any(|attribute| {
        let values = at(attribute, "/values").as_array().map(Vec::as_slice).unwrap_or_default();
        at(attribute, "/id") == ORIGIN && values.iter().any(|value| at(value, "/id") == "1000")
    });
    if said("product_attributes") && !stated {
        return Some((12_052_008, "A required product attribute is missing"));
    }
    None
}

fn amount(price: &Value) -> Option<i64> {
    let amount = at(price, "/amount").as_str()?.parse().ok()?;
    (at(price, "/currency") == "VND" && (1..=180_000_000).contains(&amount)).then_some(amount)
}

fn quantity(inventory: &Value) -> Option<i64> {
    let [place] = inventory.as_array()?.as_slice() else { return None };
    let quantity = at(place, "/quantity").as_i64().filter(|quantity| (0..=99_999).contains(quantity))?;
    (at(place, "/warehouse_id") == WAREHOUSE).then_some(quantity)
}

fn write(item: &mut Item, given: &Value) {
    let text = |name: &str| at(given, name).as_str().map(str::to_owned);
    item.name = text("/title").unwrap_or_else(|| item.name.clone());
    item.description = text("/description").unwrap_or_else(|| item.description.clone());
    item.category = text("/category_id").or_else(|| item.category.clone());
    if let Some(pictures) = at(given, "/main_images").as_array() {
        item.images = pictures.iter().filter_map(|row| at(row, "/uri").as_str()).map(str::to_owned).collect();
    }
}

pub(super) fn create(market: &mut Market, images: &BTreeSet<String>, given: &Value) -> HttpResponse {
    if let Some((code, message)) = wrong(given, images, true) {
        return refused(400, code, message);
    }
    if !matches!(at(given, "/save_mode").as_str(), None | Some("LISTING")) {
        return refused(400, 36_009_004, "save_mode is not known here");
    }
    let skus = at(given, "/skus").as_array().map(Vec::as_slice).unwrap_or_default();
    let [row] = skus else { return refused(400, 12_052_009, "One entry of skus is expected") };
    let sku = at(row, "/seller_sku").as_str().unwrap_or_default();
    if sku.is_empty() || sku.chars().count() > 50 || sku.contains(' ') {
        return refused(400, 12_052_010, "seller_sku is not valid");
    }
    let (Some(price), Some(stock)) = (amount(at(row, "/price")), quantity(at(row, "/inventory"))) else {
        return refused(400, 12_052_011, "The price or the inventory of the SKU is not valid");
    };
    let Some(item) = market.add(sku) else { return refused(500, 36_009_003, "Internal error") };
    (item.price_vnd, item.stock) = (price, stock);
    write(item, given);
    let id = item.id;
    good(json!({
        "product_id": id.to_string(), "skus": [{"id": sku_id(id), "seller_sku": sku}], "warnings": [],
    }))
}

pub(super) fn edit(market: &mut Market, images: &BTreeSet<String>, id: &str, given: &Value) -> HttpResponse {
    let Some(item) = known(market, id) else { return missing() };
    if item.state == State::Pending {
        return refused(400, 12_052_012, "The product is under review");
    }
    if given.get("skus").is_some() {
        return refused(400, 12_052_013, "skus would replace price and inventory");
    }
    if let Some((code, message)) = wrong(given, images, false) {
        return refused(400, code, message);
    }
    write(item, given);
    let (id, off) = (item.id, item.state == State::Off);
    if off {
        // It stays off sale until it is activated.
        item.writes += 1;
    } else {
        market.hand_in(id);
    }
    good(json!({"product_id": id.to_string(), "skus": [{"id": sku_id(id)}], "warnings": []}))
}

pub(super) fn switch(market: &mut Market, given: &Value, on: bool) -> HttpResponse {
    let ids = at(given, "/product_ids").as_array().map(Vec::as_slice).unwrap_or_default();
    if !(1..=20).contains(&ids.len()) {
        return refused(400, 36_009_004, "product_ids must be 1 to 20");
    }
    let mut errors = Vec::new();
    for id in ids.iter().filter_map(Value::as_str) {
        match known(market, id) {
            Some(item) if on && item.state == State::Off => {
                let id = item.id;
                market.hand_in(id);
            }
            Some(item) if !on && matches!(item.state, State::Live | State::Pending) => item.state = State::Off,
            _ => errors.push(json!({
                "code": 12_052_014, "message": "The product is not in a state for this", "detail": {"product_id": id},
            })),
        }
    }
    good(json!({ "errors": errors }))
}

pub(super) fn offer(market: &mut Market, id: &str, what: &str, given: &Value) -> HttpResponse {
    let Some(item) = known(market, id) else { return missing() };
    let [row] = at(given, "/skus").as_array().map(Vec::as_slice).unwrap_or_default() else {
        return refused(400, 12_052_009, "One entry of skus is expected");
    };
    let ours = at(row, "/id") == sku_id(item.id).as_str();
    let new = if what == "prices" { amount(at(row, "/price")) } else { quantity(at(row, "/inventory")) };
    match (new.filter(|_| ours), what) {
        (Some(price), "prices") => item.price_vnd = price,
        (Some(stock), _) => item.stock = stock,
        (None, "prices") => return refused(400, 12_052_011, "The price of the SKU is not valid"),
        (None, _) => {
            let detail = json!({"sku_id": at(row, "/id"), "extra_errors": [
                {"code": 12_052_016, "message": "The quantity or the warehouse is not valid"},
            ]});
            return good(
                json!({"errors": [{"code": 12_052_015, "message": "Inventory update failed", "detail": detail}]}),
            );
        }
    }
    good(json!({"errors": []}))
}
