//! Orders of the simulated Sendo: placed by a control call, found by the search of the contract.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::world::{Refusal, World};
use crate::instant::Instant;

/// An order of one product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) order_number: String,
    pub(super) shop_key: String,
    status: i64,
    placed_at: Instant,
    status_at: Instant,
    product_id: i64,
    sku: String,
    name: String,
    quantity: i64,
    price: i64,
    /// What stands in the row in place of the quantity.
    #[serde(default)]
    garbled: Option<Value>,
}

impl Order {
    /// As the platform shows it, buyer included: whoever reads it must leave that out.
    pub(super) fn shown(&self) -> Value {
        let total = self.price * self.quantity;
        json!({
            "sales_order": {
                "order_number": self.order_number, "order_status": self.status, "payment_status": 1, "payment_method": 1,
                "sub_total": total, "total_amount": total, "order_date_time_stamp": self.placed_at.unix_seconds(), "shipping_fee": 0,
                "receiver_name": "Người nhận mô phỏng", "receiver_phone": "0900000000", "receiver_address": "Số 1, phố Mô Phỏng",
            },
            "sku_details": [{
                "sku": self.sku, "product_variant_id": self.product_id, "product_name": self.name,
                "quantity": self.garbled.clone().unwrap_or(json!(self.quantity)), "price": self.price,
            }],
        })
    }
}

/// What a paging token stands for.
#[derive(Clone, Debug)]
pub(super) struct Page {
    shop_key: String,
    from: NaiveDate,
    to: NaiveDate,
    by_status: bool,
    offset: usize,
    size: usize,
}

/// The contract's widest window of status dates, in civil days.
const WINDOW_DAYS: i64 = 3;

impl World {
    /// `POST /__sim/orders`: places an order or moves one on.
    pub(super) fn change_order(&mut self, body: &Value) -> Result<Value, &'static str> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        let status = body.get("status").and_then(Value::as_i64);
        let number = text("order_number");
        let order = match number.and_then(|number| self.orders.get(number)) {
            Some(old) => {
                Order { status: status.ok_or("status is missing")?, status_at: self.now(), ..old.clone() }
            }
            None => self.place(text("sku").ok_or("sku is missing")?, body, number, status.unwrap_or(2))?,
        };
        self.keep("order", &order);
        let shown = order.shown();
        self.orders.insert(order.order_number.clone(), order);
        Ok(shown)
    }

    fn place(
        &mut self,
        sku: &str,
        body: &Value,
        number: Option<&str>,
        status: i64,
    ) -> Result<Order, &'static str> {
        let quantity = body.get("quantity").and_then(Value::as_i64).unwrap_or(1);
        let now = self.now();
        let number = number.map_or_else(|| format!("SIM{:06}", self.orders.len() + 1), str::to_owned);
        let product = self
            .products
            .values_mut()
            .find(|product| product.sku() == sku && product.on_sale())
            .ok_or("the product is not on sale")?;
        let left = product.number("stock_quantity") - quantity;
        if quantity < 1 || left < 0 {
            return Err("there is not enough stock");
        }
        if let Some(fields) = product.body.as_object_mut() {
            fields.insert("stock_quantity".to_owned(), json!(left));
            fields.insert("stock_availability".to_owned(), json!(left > 0));
        }
        let product = product.clone();
        self.keep("product", &product);
        Ok(Order {
            order_number: number,
            shop_key: product.shop_key.clone(),
            status,
            placed_at: now,
            status_at: now,
            product_id: product.id,
            sku: sku.to_owned(),
            name: product.body.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            quantity,
            price: product.number("price"),
            garbled: body.get("garbled").cloned(),
        })
    }

    /// `POST /api/partner/salesorder/search`.
    pub(super) fn search_orders(&mut self, shop: &str, body: &Value) -> Result<Value, Refusal> {
        let page = match body.get("token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            Some(token) => self
                .pages
                .get(token)
                .filter(|page| page.shop_key == shop)
                .cloned()
                .ok_or(Refusal::new(400, "token không hợp lệ"))?,
            None => self.first_page(shop, body)?,
        };
        let within = |order: &&Order| {
            let day = if page.by_status { order.status_at } else { order.placed_at }.date();
            order.shop_key == shop && (page.from..=page.to).contains(&day)
        };
        let found: Vec<Value> = self
            .orders
            .values()
            .filter(within)
            .skip(page.offset)
            .take(page.size + 1)
            .map(Order::shown)
            .collect();
        let more = found.len() > page.size;
        let next = more.then(|| {
            let token = format!("page-{:x}", rand::random::<u64>());
            self.pages.insert(token.clone(), Page { offset: page.offset + page.size, ..page.clone() });
            token
        });
        let rows: Vec<Value> = found.into_iter().take(page.size).collect();
        Ok(json!({ "data": rows, "next_token": next }))
    }

    fn first_page(&self, shop: &str, body: &Value) -> Result<Page, Refusal> {
        let size = body.get("page_size").and_then(Value::as_u64).unwrap_or(10);
        let size = usize::try_from(size)
            .ok()
            .filter(|size| (1..=50).contains(size))
            .ok_or(Refusal::new(400, "page_size từ 1 đến 50"))?;
        let date = |key: &str| match body.get(key).and_then(Value::as_str) {
            None => Ok(None),
            Some(text) => NaiveDate::parse_from_str(text, "%Y/%m/%d")
                .map(Some)
                .map_err(|_| Refusal::new(400, "Ngày phải có dạng yyyy/MM/dd")),
        };
        let by_status = (date("order_status_date_from")?, date("order_status_date_to")?);
        let by_date = (date("order_date_from")?, date("order_date_to")?);
        let today = self.now().date();
        let (from, to, by_status) = match (by_status, by_date) {
            ((Some(from), Some(to)), _) if (to - from).num_days() < WINDOW_DAYS => (from, to, true),
            ((Some(_), Some(_)), _) => return Err(Refusal::new(400, "Khoảng ngày trạng thái tối đa 3 ngày")),
            (_, (Some(from), Some(to))) => (from, to, false),
            _ => (today - TimeDelta::days(7), today, false),
        };
        Ok(Page { shop_key: shop.to_owned(), from, to, by_status, offset: 0, size })
    }
}
