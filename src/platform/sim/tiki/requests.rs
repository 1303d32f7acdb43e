//! Requests for products and for changes of them: taken, tracked, reviewed.

use serde_json::{Value, json};

use super::goods::{self, attribute_faults};
use super::{Refusal, refusal};
use crate::platform::sim::market::{Item, Market, Review, State};

const INVENTORY_TYPES: [&str; 5] = ["cross_border", "instock", "backorder", "seller_backorder", "dropship"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Queued,
    Review,
    Approved,
    Rejected,
    Deleted,
}

#[derive(Clone, Debug)]
struct Request {
    track: String,
    id: String,
    sku: String,
    /// The product to be changed; `None` for a new one.
    product: Option<u64>,
    stage: Stage,
    reason: String,
    reads: u32,
    body: Value,
}

impl Request {
    fn state(&self) -> &'static str {
        match (self.stage, self.product) {
            (Stage::Queued, _) => "queuing",
            (Stage::Review, None) => "awaiting_approve",
            (Stage::Review, Some(_)) => "update_product_awaiting_approve",
            (Stage::Approved, None) => "approved",
            (Stage::Approved, Some(_)) => "update_product_approved",
            (Stage::Rejected, _) => "rejected",
            (Stage::Deleted, _) => "deleted",
        }
    }

    fn open(&self) -> bool {
        matches!(self.stage, Stage::Queued | Stage::Review)
    }
}

/// Where requests lie.
#[derive(Debug)]
pub(super) struct Desk {
    review: Review,
    requests: Vec<Request>,
}

fn text<'v>(body: &'v Value, key: &str) -> &'v str {
    body.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("https://") || text.starts_with("http://"))
}

fn addresses(body: &Value, key: &str) -> bool {
    body.get(key).is_none_or(|list| list.as_array().is_some_and(|all| all.iter().all(is_address)))
}

fn image_faults(body: &Value) -> Option<String> {
    let one = body.get("image").is_none_or(is_address);
    (!one || !addresses(body, "images")).then(|| "image is not a valid url".to_owned())
}

/// Everything wrong with a new product.
fn faults(body: &Value) -> Vec<String> {
    let mut faults: Vec<String> = ["name", "description"]
        .into_iter()
        .filter(|key| text(body, key).trim().is_empty())
        .map(|key| format!("{key} is required"))
        .collect();
    if !body.get("category_id").is_some_and(goods::is_primary) {
        faults.push("category_id is not a primary category".to_owned());
    }
    if body.get("market_price").and_then(Value::as_i64).is_none_or(|price| price <= 0) {
        faults.push("market_price should be > 0".to_owned());
    }
    faults.extend(attribute_faults(body.get("attributes").unwrap_or(&Value::Null), true));
    faults.extend(image_faults(body));
    if !addresses(body, "certificate_files") {
        faults.push("certificate_files should be urls".to_owned());
    }
    let options = body.get("option_attributes").and_then(Value::as_array);
    let variants = body.get("variants").and_then(Value::as_array);
    let (Some(0), Some([variant])) = (options.map(Vec::len), variants.map(Vec::as_slice)) else {
        faults.push("variants don't match with option_attributes".to_owned());
        return faults;
    };
    if text(variant, "sku").is_empty() {
        faults.push("variants should have sku".to_owned());
    }
    if variant.get("price").and_then(Value::as_i64).is_none_or(|price| price <= 0) {
        faults.push("variants should have price > 0".to_owned());
    }
    if !INVENTORY_TYPES.contains(&text(variant, "inventory_type")) {
        faults.push("inventory_type is not valid".to_owned());
    }
    if variant.get("quantity").and_then(Value::as_i64).is_none_or(|quantity| quantity < 0) {
        faults.push("quantity is not valid".to_owned());
    }
    faults
}

impl Desk {
    pub(super) fn new(review: Review) -> Self {
        Self { review, requests: Vec::new() }
    }

    fn take(&mut self, market: &mut Market, sku: String, product: Option<u64>, body: Value) -> Value {
        let track = uuid::Uuid::new_v4().simple().to_string();
        let id = format!("11214{:014}", market.id());
        let request = Request {
            track: track.clone(),
            id,
            sku,
            product,
            stage: Stage::Queued,
            reason: String::new(),
            reads: 0,
            body,
        };
        // The SKU is looked at when the request is worked on, so the answer is the same for one that exists.
        let taken = product.is_none()
            && (market.by_sku(&request.sku).is_some()
                || self.requests.iter().any(|r| r.product.is_none() && r.open() && r.sku == request.sku));
        self.requests.push(request);
        if let Some(request) = self.requests.last_mut() {
            if taken {
                request.stage = Stage::Rejected;
                let error = json!({
                    "code": 420, "data": null, "description": format!("Product code {} is not unique", request.sku),
                    "msg": "Mã seller product không duy nhất", "msg_eng": "Seller product code is not unique",
                });
                request.reason = json!({"errors": [error], "trace_id": null}).to_string();
            } else if self.review == Review::None {
                approve(request, market);
            }
        }
        json!({"track_id": track, "state": "queuing"})
    }

    pub(super) fn create(&mut self, market: &mut Market, body: Value) -> Result<Value, Refusal> {
        let faults = faults(&body);
        if !faults.is_empty() {
            return Err((422, faults));
        }
        let sku = body.pointer("/variants/0/sku").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(self.take(market, sku, None, body))
    }

    pub(super) fn change(&mut self, market: &mut Market, body: Value) -> Result<Value, Refusal> {
        let item = body.get("product_id").and_then(Value::as_u64).and_then(|id| market.item(id));
        let (id, sku) = item
            .map(|item| (item.id, item.sku.clone()))
            .ok_or_else(|| refusal(404, "product_id not found"))?;
        let known = |key: &String| {
            ["product_id", "name", "description", "market_price", "attributes", "image", "images"]
                .contains(&key.as_str())
        };
        let mut faults: Vec<String> = image_faults(&body).into_iter().collect();
        if let Some(odd) = body.as_object().and_then(|fields| fields.keys().find(|key| !known(key))) {
            faults.push(format!("{odd} cannot be changed"));
        }
        faults.extend(body.get("attributes").map(|a| attribute_faults(a, false)).unwrap_or_default());
        if body.get("market_price").is_some_and(|price| price.as_i64().is_none_or(|price| price <= 0)) {
            faults.push("market_price should be > 0".to_owned());
        }
        if faults.is_empty() { Ok(self.take(market, sku, Some(id), body)) } else { Err((422, faults)) }
    }

    /// A look from outside: work on the queue goes on, and enough looks end a review.
    fn look(&mut self, market: &mut Market, fits: impl Fn(&Request) -> bool) -> Option<&Request> {
        let review = self.review;
        let request = self.requests.iter_mut().find(|request| fits(request))?;
        match request.stage {
            Stage::Queued if request.reads > 0 => request.stage = Stage::Review,
            Stage::Review if matches!(review, Review::AfterReads(reads) if request.reads >= reads) => {
                approve(request, market);
            }
            _ => {}
        }
        request.reads += 1;
        Some(request)
    }

    pub(super) fn tracking(&mut self, market: &mut Market, track: &str) -> Result<Value, Refusal> {
        let request = self.look(market, |request| request.track == track);
        let request = request.ok_or_else(|| refusal(404, "track_id is invalid"))?;
        // A request's number is told once Tiki has worked on it.
        let id = (request.stage != Stage::Queued).then_some(&request.id);
        Ok(json!({"track_id": track, "request_id": id, "state": request.state(), "reason": request.reason}))
    }

    pub(super) fn request(&mut self, market: &mut Market, id: &str) -> Result<Value, Refusal> {
        let request = self.look(market, |request| request.id == id);
        request.map(|request| shown(request, true)).ok_or_else(|| refusal(404, "Request not found"))
    }

    pub(super) fn newest(&self, page: usize, limit: usize, products: bool) -> Value {
        let all = self.requests.len();
        let skip = page.saturating_sub(1).saturating_mul(limit);
        let rows: Vec<Value> = self
            .requests
            .iter()
            .rev()
            .skip(skip)
            .take(limit)
            .map(|request| shown(request, products))
            .collect();
        let last = all.div_ceil(limit.max(1));
        json!({"data": rows, "paging": {"total": all, "current_page": page, "per_page": limit, "last_page": last}})
    }

    pub(super) fn delete(&mut self, id: &str) -> Result<Value, Refusal> {
        let request = self.requests.iter_mut().find(|request| request.id == id);
        let request = request.ok_or_else(|| refusal(404, "Request not found"))?;
        if !request.open() {
            return Err(refusal(422, "The request has ended"));
        }
        request.stage = Stage::Deleted;
        Ok(json!({"request_id": id, "state": "deleted"}))
    }

    /// Ends reviews by hand; `reason` where they are refused.
    pub(super) fn decide(&mut self, market: &mut Market, sku: Option<&str>, reason: Option<&str>) {
        let fits = |request: &&mut Request| request.open() && sku.is_none_or(|sku| sku == request.sku);
        for request in self.requests.iter_mut().filter(fits) {
            match reason {
                None => approve(request, market),
                Some(reason) => {
                    request.stage = Stage::Rejected;
                    reason.clone_into(&mut request.reason);
                }
            }
        }
    }
}

fn shown(request: &Request, products: bool) -> Value {
    let variant = request.body.pointer("/variants/0").cloned().unwrap_or_default();
    let product = json!({
        "product_id": request.product, "original_sku": request.sku, "name": text(&request.body, "name"),
        "price": variant.get("price"), "active": 0,
    });
    let products = if products { json!([product]) } else { json!([]) };
    let kind = if request.product.is_some() { "update_product" } else { "create_product" };
    let reasons = if request.reason.is_empty() { Value::Null } else { json!([request.reason]) };
    json!({"request_id": request.id, "state": request.state(), "kind": kind, "reasons": reasons, "products": products})
}

/// Puts what was approved into the market: a new product off sale, a change into its product.
fn approve(request: &mut Request, market: &mut Market) {
    let item = match request.product {
        Some(id) => market.item(id),
        None => market.create(&request.sku),
    };
    let Some(item) = item else { return };
    request.stage = Stage::Approved;
    if request.product.is_none() {
        let variant = request.body.pointer("/variants/0").cloned().unwrap_or_default();
        let number = |key: &str| variant.get(key).and_then(Value::as_i64).unwrap_or_default();
        (item.price_vnd, item.stock, item.state) = (number("price"), number("quantity"), State::Off);
        item.category = request.body.get("category_id").and_then(Value::as_u64).map(|id| id.to_string());
    } else {
        item.writes += 1;
    }
    fill(item, &request.body);
}

fn fill(item: &mut Item, body: &Value) {
    for (key, into) in [("name", &mut item.name), ("description", &mut item.description)] {
        if let Some(text) = body.get(key).and_then(Value::as_str) {
            text.clone_into(into);
        }
    }
    if let Some(first) = body.get("image").and_then(Value::as_str) {
        let rest =
            body.get("images").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        item.images = std::iter::once(first).chain(rest).map(str::to_owned).collect();
    }
    let of = |key: &str| body.get(key).cloned().or_else(|| item.more.get(key).cloned());
    item.more = json!({
        "market_price": of("market_price"), "attributes": of("attributes"), "certificate_files": of("certificate_files"),
    });
}
