//! Orders, by the time of their last change, in Viet Nam's time.

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, refusal};
use crate::instant::Instant;
use crate::platform::sim::market::{BUYER, Market, Order, OrderState};

/// Most orders of a page.
const PAGE_MAX: usize = 50;

/// What may stand behind `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    page: Option<usize>,
    limit: Option<usize>,
    updated_from_date: Option<String>,
    updated_to_date: Option<String>,
}

fn moment(text: Option<&str>) -> Result<Option<Instant>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
    let local = local.map_err(|_| refusal(400, "date format is yyyy-MM-dd HH:mm:ss"))?;
    Ok(Some(Instant::from_utc((local - TimeDelta::hours(7)).and_utc())))
}

fn written(at: Instant) -> String {
    (at.utc() + TimeDelta::hours(7)).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn shown(order: &Order) -> Value {
    let status = match order.state {
        OrderState::Placed => "queueing",
        OrderState::Shipping => "shipping",
        OrderState::Completed => "successful_delivery",
        OrderState::Cancelled => "canceled",
        OrderState::Returned => "returned",
    };
    let (name, phone) = BUYER.rsplit_once(' ').unwrap_or((BUYER, ""));
    json!({
        "id": order.id, "code": order.id.to_string(), "fulfillment_type": "dropship", "status": status, "is_rma": null,
        "created_at": written(order.placed_at), "updated_at": written(order.updated_at),
        "items": [{
            "id": order.id + 500_000,
            "product": {"id": order.item, "type": "simple", "seller_product_code": order.sku},
            "qty": order.quantity,
            "invoice": {
                "price": order.unit_price_vnd, "quantity": order.quantity,
                "row_total": order.unit_price_vnd * order.quantity,
            },
        }],
        "shipping": {"address": {"full_name": name, "phone": phone, "street": "Số 1, phố Mô Phỏng"}},
        "customer": {"id": 16, "full_name": name},
    })
}

pub(super) fn page(market: &Market, asked: &Asked) -> Result<Value, Refusal> {
    let (page, limit) = (asked.page.unwrap_or(1), asked.limit.unwrap_or(20));
    if page == 0 || !(1..=PAGE_MAX).contains(&limit) {
        return Err(refusal(400, "page and limit are not valid"));
    }
    let since = moment(asked.updated_from_date.as_deref())?;
    let until = moment(asked.updated_to_date.as_deref())?.unwrap_or_else(|| market.now());
    let all = market.changed(since.unwrap_or_else(|| Instant::from_utc(chrono::DateTime::UNIX_EPOCH)), until);
    let rows: Vec<Value> = all.iter().rev().skip((page - 1) * limit).take(limit).map(shown).collect();
    let last = all.len().div_ceil(limit).max(1);
    let paging = json!({"total": all.len(), "current_page": page, "per_page": limit, "last_page": last});
    Ok(json!({"data": rows, "paging": paging}))
}

pub(super) fn one(market: &Market, code: u64) -> Result<Value, Refusal> {
    let order = market.orders.iter().find(|order| order.id == code);
    order.map(shown).ok_or_else(|| refusal(404, "Order not found"))
}
