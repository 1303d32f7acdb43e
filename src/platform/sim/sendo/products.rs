//! Products of the simulated Sendo and their reviews.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Review;
use super::rules;
use super::world::{Refusal, World};

const PENDING: i64 = 1;
const APPROVED: i64 = 2;
const REJECTED: i64 = 3;

/// A product, with the body as it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Product {
    pub(super) id: i64,
    pub(super) shop_key: String,
    pub(super) status: i64,
    pub(super) reason: Option<String>,
    pub(super) reads: u32,
    pub(super) writes: u32,
    pub(super) body: Value,
}

impl Product {
    pub(super) fn sku(&self) -> &str {
        self.body.get("sku").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn number(&self, key: &str) -> i64 {
        self.body.get(key).and_then(Value::as_i64).unwrap_or_default()
    }

    pub(super) fn on_sale(&self) -> bool {
        self.status == APPROVED && self.body.get("stock_availability") == Some(&Value::Bool(true))
    }

    /// As the platform shows it.
    pub(super) fn shown(&self) -> Value {
        let mut shown = self.body.clone();
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("id".to_owned(), json!(self.id));
            fields.insert("product_status".to_owned(), json!(self.status));
            fields.insert("reason_comment".to_owned(), json!(self.reason));
        }
        shown
    }
}

/// What the seller changes in Sendo's own pages.
#[derive(Deserialize)]
pub(super) struct ByHand {
    sku: String,
    price_vnd: Option<i64>,
    stock: Option<i64>,
    name: Option<String>,
    /// `off` takes it off sale.
    state: Option<String>,
    #[serde(default)]
    gone: bool,
}

impl World {
    /// The seller changes a product, or deletes it; `false` where there is none.
    pub(super) fn by_hand(&mut self, change: &ByHand) -> bool {
        let found = self.products.values().find(|product| product.sku() == change.sku && product.status != 5);
        let Some(mut product) = found.cloned() else { return false };
        if let Some(fields) = product.body.as_object_mut() {
            let off = change.state.as_deref() == Some("off");
            let stock = change.stock.or(off.then_some(0));
            let changes = [
                ("price", change.price_vnd.map(|price| json!(price))),
                ("name", change.name.as_ref().map(|name| json!(name))),
                ("stock_quantity", stock.map(|stock| json!(stock))),
                ("stock_availability", stock.map(|stock| json!(stock > 0))),
            ];
            fields.extend(changes.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        }
        if change.gone {
            product.status = 5;
        }
        self.keep("product", &product);
        self.products.insert(product.id, product);
        true
    }

    /// `POST /api/partner/product`.
    pub(super) fn save_product(&mut self, shop: &str, body: Value) -> Result<Value, Refusal> {
        let faults = rules::product(&body);
        if !faults.is_empty() {
            return Err(Refusal::of(faults));
        }
        let id = body.get("id").and_then(Value::as_i64).unwrap_or_default();
        let sku = body.get("sku").and_then(Value::as_str).unwrap_or_default();
        if self
            .products
            .values()
            .any(|other| other.shop_key == shop && other.sku() == sku && other.id != id && other.status != 5)
        {
            return Err(Refusal::one("sku", "DUPLICATE", "SKU đã tồn tại trong gian hàng"));
        }
        let product = if id == 0 {
            let id = self.products.keys().next_back().map_or(7_001, |last| last + 1);
            let status = self.first_status();
            Product { id, shop_key: shop.to_owned(), status, reason: None, reads: 0, writes: 1, body }
        } else {
            let old = self
                .products
                .get(&id)
                .filter(|old| old.shop_key == shop)
                .ok_or(Refusal::new(404, "Không tìm thấy sản phẩm"))?;
            self.changed(old, body)?
        };
        self.keep("product", &product);
        let answer = json!({ "id": product.id, "product_status": product.status });
        self.products.insert(product.id, product);
        Ok(answer)
    }

    /// `POST /api/partner/product/update-by-field-mask`: of each entry what its mask names; all entries or none.
    pub(super) fn mask_products(&mut self, shop: &str, body: &Value) -> Result<Value, Refusal> {
        let entries = body.as_array().filter(|entries| !entries.is_empty());
        let entries = entries.ok_or(Refusal::new(400, "Cần một danh sách sản phẩm"))?;
        let mut changed = Vec::new();
        for entry in entries {
            let id = entry.get("id").and_then(Value::as_i64).unwrap_or_default();
            let old = self.products.get(&id).filter(|old| old.shop_key == shop);
            let old = old.ok_or(Refusal::new(404, "Không tìm thấy sản phẩm"))?;
            let mask: Option<Vec<&str>> = entry
                .get("field_mask")
                .and_then(Value::as_array)
                .map(|mask| mask.iter().filter_map(Value::as_str).collect());
            let Some(mask) = mask.filter(|mask| !mask.is_empty()) else {
                return Err(Refusal::one("field_mask", "REQUIRED", "field_mask là bắt buộc"));
            };
            let mut body = old.body.clone();
            let fields = body.as_object_mut().ok_or(Refusal::new(400, "JSON không hợp lệ"))?;
            for key in mask {
                match entry.get(key) {
                    Some(value) => fields.insert(key.to_owned(), value.clone()),
                    None => {
                        return Err(Refusal::one("field_mask", "INVALID", "field_mask nêu trường không có"));
                    }
                };
            }
            changed.push(self.changed(old, body)?);
        }
        let rows = changed.iter().map(|product| json!({"id": product.id, "product_status": product.status}));
        let answer = rows.collect();
        for product in changed {
            self.keep("product", &product);
            self.products.insert(product.id, product);
        }
        Ok(answer)
    }

    /// The product with another body, if it may have that.
    fn changed(&self, old: &Product, body: Value) -> Result<Product, Refusal> {
        if matches!(old.status, 1 | 4 | 5) {
            let message = "Không thể cập nhật sản phẩm ở trạng thái này";
            return Err(Refusal::one("product_status", "NOT_EDITABLE", message));
        }
        let faults = rules::product(&body);
        if !faults.is_empty() {
            return Err(Refusal::of(faults));
        }
        // What was refused is reviewed again; what was approved stays approved.
        let status = if old.status == REJECTED { self.first_status() } else { old.status };
        Ok(Product { status, reason: None, reads: 0, writes: old.writes + 1, body, ..old.clone() })
    }

    fn first_status(&self) -> i64 {
        if self.options.review == Review::Immediate { APPROVED } else { PENDING }
    }

    /// `POST /api/partner/product/search`: the token stands for a place in the list.
    pub(super) fn search_products(&self, shop: &str, body: &Value) -> Result<Value, Refusal> {
        let size = body.get("page_size").and_then(Value::as_u64).unwrap_or(10);
        let size = usize::try_from(size).ok().filter(|size| (1..=50).contains(size));
        let size = size.ok_or(Refusal::new(400, "page_size không hợp lệ"))?;
        let from = match body.get("token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => {
                let place = token.strip_prefix("products-").and_then(|place| place.parse::<usize>().ok());
                place.ok_or(Refusal::new(400, "token không hợp lệ"))?
            }
        };
        let own = || self.products.values().filter(|product| product.shop_key == shop);
        let rows: Vec<Value> = own().skip(from).take(size).map(Product::shown).collect();
        let next = from + rows.len();
        let next = (next < own().count()).then(|| format!("products-{next}"));
        Ok(json!({"data": rows, "next_token": next}))
    }

    /// `GET /api/partner/product?id=` or `?sku=`; the id wins. Reading brings a review forward.
    pub(super) fn read_product(&mut self, shop: &str, id: Option<i64>, sku: Option<&str>) -> Value {
        let review = self.options.review;
        let wanted = |product: &&mut Product| {
            product.shop_key == shop
                && match (id, sku) {
                    (Some(id), _) => product.id == id,
                    (None, Some(sku)) => product.sku() == sku && product.status != 5,
                    (None, None) => false,
                }
        };
        let Some(product) = self.products.values_mut().find(wanted) else {
            return Value::Null;
        };
        let mut changed = None;
        if product.status == PENDING {
            product.reads += 1;
            if matches!(review, Review::AfterReads(reads) if product.reads >= reads) {
                product.status = APPROVED;
                changed = Some(product.clone());
            }
        }
        let shown = product.shown();
        if let Some(product) = changed {
            self.keep("product", &product);
        }
        shown
    }

    /// The price and stock call: all entries or none.
    pub(super) fn price_stock(&mut self, shop: &str, body: &Value) -> Result<Value, Refusal> {
        let entries = body
            .as_array()
            .filter(|entries| !entries.is_empty())
            .ok_or(Refusal::new(400, "Cần một danh sách sản phẩm"))?;
        let mut changed = Vec::new();
        for entry in entries {
            let faults = rules::offer(entry);
            if !faults.is_empty() {
                return Err(Refusal::of(faults));
            }
            let id = entry.get("product_id").and_then(Value::as_i64).unwrap_or_default();
            let found =
                self.products.get(&id).filter(|product| product.shop_key == shop && product.status != 5);
            let mut product = found.cloned().ok_or(Refusal::new(404, "Không tìm thấy sản phẩm"))?;
            if let Some(fields) = product.body.as_object_mut() {
                for key in ["price", "stock_quantity", "stock_availability"] {
                    if let Some(value) = entry.get(key) {
                        fields.insert(key.to_owned(), value.clone());
                    }
                }
            }
            changed.push(product);
        }
        for product in changed {
            self.keep("product", &product);
            self.products.insert(product.id, product);
        }
        Ok(json!(true))
    }

    /// Ends reviews, or gives a product the status of a cancelled or deleted one. Returns how many it touched.
    pub(super) fn review(
        &mut self,
        sku: Option<&str>,
        decision: &str,
        reason: Option<&str>,
    ) -> Option<usize> {
        let status = match decision {
            "approve" => APPROVED,
            "reject" => REJECTED,
            "cancel" => 4,
            "delete" => 5,
            _ => return None,
        };
        let ends_review = matches!(status, APPROVED | REJECTED);
        let touched: Vec<Product> = self
            .products
            .values_mut()
            .filter(|product| {
                sku.is_none_or(|sku| product.sku() == sku) && (!ends_review || product.status == PENDING)
            })
            .map(|product| {
                product.status = status;
                product.reason = reason.map(str::to_owned);
                product.clone()
            })
            .collect();
        touched.iter().for_each(|product| self.keep("product", product));
        Some(touched.len())
    }
}
