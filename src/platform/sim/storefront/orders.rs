//! Orders of the simulated shops.

use chrono::DateTime;
use serde_json::{Value, json};

use super::Shape;
use super::products::{Refusal, wrong};
use crate::instant::Instant;
use crate::platform::sim::market::{BUYER, Market, Order, OrderState};

/// What is searched for.
pub(super) struct Search<'a> {
    pub(super) status: Option<&'a str>,
    pub(super) since: Option<&'a str>,
    pub(super) order: Option<&'a str>,
    pub(super) limit: usize,
    pub(super) page: usize,
}

/// `GET orders.json`: open orders alone, unless all are wanted; the newest first, unless told otherwise.
pub(super) fn page(shape: &Shape, market: &Market, search: &Search<'_>) -> Result<Value, Refusal> {
    let Search { status, since, order, limit, page } = search;
    if !(1..=shape.page_max).contains(limit) || *page < 1 {
        return Err(wrong("limit", "không hợp lệ"));
    }
    let since = since
        .map(DateTime::parse_from_rfc3339)
        .transpose()
        .map_err(|_| wrong(shape.since, "không hợp lệ"))?;
    let since = since.map(|at| Instant::from_utc(at.to_utc()));
    let open = |order: &&Order| {
        *status == Some("any") || matches!(order.state, OrderState::Placed | OrderState::Shipping)
    };
    let changed = |order: &&Order| since.is_none_or(|since| order.updated_at >= since);
    let mut rows: Vec<&Order> = market.orders.iter().filter(open).filter(changed).collect();
    match *order {
        None => rows.reverse(),
        Some("created_at asc") if shape.places => {}
        Some(_) => return Err(wrong("order", "không hợp lệ")),
    }
    let rows: Vec<Value> =
        rows.into_iter().skip((page - 1) * limit).take(*limit).map(|order| shown(shape, order)).collect();
    Ok(json!({ "orders": rows }))
}

/// An order as the shop shows it, buyer included: whoever reads it must leave that out.
fn shown(shape: &Shape, order: &Order) -> Value {
    let (paid, sent) = match order.state {
        OrderState::Placed => ("pending", Value::Null),
        OrderState::Shipping => ("pending", json!("fulfilled")),
        OrderState::Completed => ("paid", json!("fulfilled")),
        OrderState::Cancelled => ("pending", Value::Null),
        OrderState::Returned => ("refunded", json!("fulfilled")),
    };
    let time = |at: Instant| at.utc().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let when =
        |state: OrderState| if order.state == state { json!(time(order.updated_at)) } else { Value::Null };
    let key = |name: &str| format!("{name}_{}", shape.times);
    json!({
        "id": order.id, "name": format!("#{}", order.id), "currency": "VND", "email": "nguoi.mua@example.vn",
        "billing_address": {"name": BUYER, "phone": BUYER}, "customer": {"first_name": BUYER},
        "financial_status": paid, "fulfillment_status": sent, key("created"): time(order.placed_at),
        key("cancelled"): when(OrderState::Cancelled), key("closed"): when(OrderState::Completed), "refunds": [],
        "line_items": [{
            "id": order.id + 7_000_000, "product_id": order.item, "sku": order.sku, "quantity": order.quantity,
            "price": order.unit_price_vnd, "total_discount": 0,
        }],
    })
}
