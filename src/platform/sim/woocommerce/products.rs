//! Products of the simulated shop: what is taken, what is refused, how they are shown.

use serde_json::{Map, Value, json};

use crate::platform::sim::market::{Item, Market, State};

/// Categories: id, parent, name.
pub(super) const CATEGORIES: &[(u64, u64, &str)] =
    &[(15, 0, "Chưa phân loại"), (16, 0, "Chè, trà"), (17, 16, "Chè búp khô"), (18, 0, "Miến, bún khô")];

/// A refusal: HTTP status, code, message, what stands in `data` beside the status.
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str, pub(super) String, pub(super) Value);

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self(status, code, message.to_owned(), json!({}))
    }

    pub(super) fn shown(&self) -> Value {
        let mut data = self.3.clone();
        if let Some(data) = data.as_object_mut() {
            data.insert("status".to_owned(), json!(self.0));
        }
        json!({"code": self.1, "message": self.2, "data": data})
    }
}

fn invalid(parameter: &str, why: &str) -> Refusal {
    let data = json!({"params": {parameter: why}});
    Refusal(400, "rest_invalid_param", format!("Tham số không hợp lệ: {parameter}"), data)
}

fn no_such_product(status: u16) -> Refusal {
    Refusal::new(status, "woocommerce_rest_product_invalid_id", "ID không hợp lệ.")
}

/// Fields whose change is no change of the contents.
const OFFER: &[&str] =
    &["id", "regular_price", "sale_price", "manage_stock", "stock_quantity", "stock_status", "status"];

/// `POST /products`.
pub(super) fn create(market: &mut Market, body: &Map<String, Value>) -> Result<Value, Refusal> {
    check(body)?;
    if body.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
        return Err(invalid("name", "name là bắt buộc"));
    }
    // The real shop takes products without a SKU; the market of simulators knows its products by them.
    let sku = body.get("sku").and_then(Value::as_str).filter(|sku| !sku.is_empty());
    let sku = sku.ok_or_else(|| invalid("sku", "sku là bắt buộc ở trình mô phỏng"))?;
    unique(market, sku, None)?;
    let images = images(market, body, &[])?;
    let id = market.create(sku).map(|item| item.id).ok_or_else(|| no_such_product(400))?;
    write(market, id, body, images)
}

/// `PUT /products/{id}`.
pub(super) fn update(market: &mut Market, id: u64, body: &Map<String, Value>) -> Result<Value, Refusal> {
    check(body)?;
    let item = market.item(id).ok_or_else(|| no_such_product(400))?;
    let kept = more(item, "images").as_array().cloned().unwrap_or_default();
    if let Some(sku) = body.get("sku").and_then(Value::as_str) {
        unique(market, sku, Some(id))?;
    }
    let images = images(market, body, &kept)?;
    let content = body.keys().any(|key| !OFFER.contains(&key.as_str()));
    if content && let Some(item) = market.item(id) {
        item.writes += 1;
    }
    write(market, id, body, images)
}

/// `GET /products/{id}`.
pub(super) fn read(market: &mut Market, id: u64) -> Result<Value, Refusal> {
    market.look(id).map(shown).ok_or_else(|| no_such_product(404))
}

/// `DELETE /products/{id}?force=true`.
pub(super) fn delete(market: &mut Market, id: u64) -> Result<Value, Refusal> {
    let gone = read(market, id)?;
    market.items.retain(|item| item.id != id);
    Ok(gone)
}

/// `POST /products/batch`: each product succeeds or fails for itself. `partial` refuses the last change.
pub(super) fn batch(market: &mut Market, body: &Map<String, Value>, partial: bool) -> Result<Value, Refusal> {
    let list = |key: &str| body.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let (creates, updates, deletes) = (list("create"), list("update"), list("delete"));
    if creates.len() + updates.len() + deletes.len() > 100 {
        let message = "Không thể xử lý nhiều hơn 100 đối tượng.";
        return Err(Refusal::new(413, "woocommerce_rest_request_entity_too_large", message));
    }
    let id_of = |row: &Value| row.get("id").unwrap_or(row).as_u64().unwrap_or_default();
    let told = |id: u64, result: Result<Value, Refusal>| {
        result.unwrap_or_else(|refusal| json!({"id": id, "error": refusal.shown()}))
    };
    let empty = Map::new();
    let of = |row: &Value| row.as_object().unwrap_or(&empty).clone();
    let create: Vec<_> = creates.iter().map(|row| told(0, create(market, &of(row)))).collect();
    let good = if partial { updates.len().saturating_sub(1) } else { updates.len() };
    let refused = || Err(Refusal::new(400, "rest_invalid_param", "Tham số không hợp lệ."));
    let changed = |(at, row): (usize, &Value)| {
        told(id_of(row), if at < good { update(market, id_of(row), &of(row)) } else { refused() })
    };
    let update: Vec<_> = updates.iter().enumerate().map(changed).collect();
    let delete: Vec<_> = deletes.iter().map(|row| told(id_of(row), delete(market, id_of(row)))).collect();
    Ok(json!({"create": create, "update": update, "delete": delete}))
}

fn unique(market: &mut Market, sku: &str, own: Option<u64>) -> Result<(), Refusal> {
    match market.by_sku(sku).map(|item| item.id).filter(|id| Some(*id) != own) {
        None => Ok(()),
        Some(id) => {
            let message = "SKU không hợp lệ hoặc bị trùng.".to_owned();
            Err(Refusal(400, "product_invalid_sku", message, json!({"resource_id": id})))
        }
    }
}

/// Types and words, as the schema of the contract has them.
fn check(body: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in body {
        let sound = match key.as_str() {
            "name" | "sku" | "description" | "short_description" => value.is_string(),
            "regular_price" | "sale_price" | "weight" => value
                .as_str()
                .is_some_and(|text| text.is_empty() || text.parse::<f64>().is_ok_and(|number| number >= 0.0)),
            "manage_stock" => value.is_boolean(),
            "stock_quantity" => value.is_null() || value.is_i64() || value.is_u64(),
            "type" => ["simple", "grouped", "external", "variable"].iter().any(|word| value == word),
            "status" => ["draft", "pending", "private", "publish"].iter().any(|word| value == word),
            "stock_status" => ["instock", "outofstock", "onbackorder"].iter().any(|word| value == word),
            "categories" => value.as_array().is_some_and(|rows| {
                rows.iter().all(|row| CATEGORIES.iter().any(|(id, _, _)| row["id"] == *id))
            }),
            "attributes" => value
                .as_array()
                .is_some_and(|rows| rows.iter().all(|row| row["name"].is_string() || row["id"].is_u64())),
            "images" | "tags" | "meta_data" => value.is_array(),
            // The real one passes over what it does not know; a word misspelt by us must not pass.
            "id" | "dimensions" => true,
            _ => false,
        };
        if !sound {
            return Err(invalid(key, "giá trị không hợp lệ"));
        }
    }
    Ok(())
}

/// Whether WordPress fetches an image from an address: it judges its kind by the ending of the path.
fn fetchable(src: &str) -> bool {
    let path = src.split('?').next().unwrap_or_default().to_lowercase();
    let kinds = [".jpg", ".jpeg", ".jpe", ".gif", ".png", ".webp"];
    ["https://", "http://"].iter().any(|scheme| src.starts_with(scheme))
        && kinds.iter().any(|kind| path.ends_with(kind))
}

/// The images after a write: those with an address are fetched and get a number, those with a number must be there.
fn images(
    market: &mut Market,
    body: &Map<String, Value>,
    kept: &[Value],
) -> Result<Option<Vec<Value>>, Refusal> {
    let Some(rows) = body.get("images").and_then(Value::as_array) else { return Ok(None) };
    let mut images = Vec::new();
    for row in rows {
        let image = match (row["id"].as_u64(), row["src"].as_str()) {
            (Some(id), _) => kept.iter().find(|image| image["id"] == id).cloned().ok_or_else(|| {
                let message = format!("#{id} là ID hình ảnh không hợp lệ.");
                Refusal::new(400, "woocommerce_product_invalid_image_id", &message)
            })?,
            (None, Some(src)) if fetchable(src) => {
                json!({"id": market.id(), "src": src})
            }
            _ => {
                let message = "Lỗi tải ảnh: địa chỉ không hợp lệ.";
                return Err(Refusal::new(400, "woocommerce_product_image_upload_error", message));
            }
        };
        images.push(image);
    }
    Ok(Some(images))
}

fn write(
    market: &mut Market,
    id: u64,
    body: &Map<String, Value>,
    images: Option<Vec<Value>>,
) -> Result<Value, Refusal> {
    let item = market.item(id).ok_or_else(|| no_such_product(400))?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    item.sku = text("sku").unwrap_or_else(|| item.sku.clone());
    item.name = text("name").unwrap_or_else(|| item.name.clone());
    item.description = text("description").unwrap_or_else(|| item.description.clone());
    let price = text("regular_price").and_then(|price| price.parse().ok());
    item.price_vnd = price.unwrap_or(item.price_vnd);
    item.stock = body.get("stock_quantity").and_then(Value::as_i64).unwrap_or(item.stock);
    let grams = text("weight")
        .and_then(|kilos| kilos.parse::<f64>().ok())
        .map(|kilos| format!("{:.0}", kilos * 1000.0));
    item.weight_g = grams.and_then(|grams| grams.parse().ok()).unwrap_or(item.weight_g);
    let category = body.get("categories").and_then(|rows| rows.get(0)).map(|row| row["id"].to_string());
    item.category = category.or(item.category.take());
    if item.more.is_null() {
        item.more = json!({});
    }
    if let Some(more) = item.more.as_object_mut() {
        if let Some(images) = images {
            let sources = images.iter().filter_map(|image| image["src"].as_str());
            item.images = sources.map(str::to_owned).collect();
            more.insert("images".to_owned(), Value::Array(images));
        }
        for key in ["meta_data", "attributes", "manage_stock"] {
            if let Some(value) = body.get(key) {
                more.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(status) = body.get("status") {
            more.insert("off".to_owned(), status.clone());
        }
    }
    match body.get("status").and_then(Value::as_str) {
        Some("publish") => item.state = State::Live,
        Some("pending") => item.state = State::Pending,
        Some(_) => item.state = State::Off,
        None => {}
    }
    Ok(shown(item))
}

/// What only this shop knows of a product.
fn more<'a>(item: &'a Item, key: &str) -> &'a Value {
    item.more.get(key).unwrap_or(&Value::Null)
}

/// As the shop shows it.
pub(super) fn shown(item: &Item) -> Value {
    let status = match item.state {
        State::Live => "publish",
        State::Pending => "pending",
        State::Off if *more(item, "off") == "private" => "private",
        State::Draft | State::Rejected | State::Off => "draft",
    };
    let managed = *more(item, "manage_stock") == true;
    json!({
        "id": item.id, "name": item.name, "slug": item.sku.to_lowercase(), "type": "simple", "status": status,
        "catalog_visibility": "visible", "description": item.description, "short_description": "", "sku": item.sku,
        "price": item.price_vnd.to_string(), "regular_price": item.price_vnd.to_string(), "sale_price": "",
        "manage_stock": managed, "stock_quantity": if managed { json!(item.stock) } else { Value::Null },
        "stock_status": if item.stock > 0 { "instock" } else { "outofstock" },
        "weight": item.weight_g.to_string(), "categories": item.category.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
        "images": more(item, "images"), "attributes": more(item, "attributes"), "meta_data": more(item, "meta_data"),
    })
}
