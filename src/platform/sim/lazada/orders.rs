//! Orders and their pieces.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};

use super::super::market::{BUYER, Market, Order, OrderState};
use super::{Parameters, good, refused};
use crate::instant::Instant;

fn word(order: &Order) -> &'static str {
    match order.state {
        OrderState::Placed => "pending",
        OrderState::Shipping => "shipped",
        OrderState::Completed => "delivered",
        OrderState::Cancelled => "canceled",
        OrderState::Returned => "returned",
    }
}

fn written(at: Instant) -> String {
    let zone = FixedOffset::east_opt(7 * 3_600);
    zone.map(|zone| at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %z").to_string())
        .unwrap_or_default()
}

pub(super) fn list(market: &Market, given: &Parameters) -> HttpResponse {
    let moment = |name: &str| {
        let at = DateTime::parse_from_rfc3339(given.get(name)?).ok()?;
        Some(Instant::from_utc(at.to_utc()))
    };
    let (Some(since), Some(until)) = (moment("update_after"), moment("update_before")) else {
        return refused("14", "E014: either update_after or created_after is mandatory, in ISO 8601");
    };
    let sorted = (given.get("sort_by").map(String::as_str), given.get("sort_direction").map(String::as_str));
    if sorted != (Some("updated_at"), Some("ASC")) {
        return refused("36", "E036: the order of the list is not known here");
    }
    let number = |name: &str| given.get(name).and_then(|text| text.parse::<usize>().ok());
    let (Some(offset), Some(limit)) = (number("offset"), number("limit")) else {
        return refused("19", "E019: limit or offset is not a number");
    };
    if offset > 5_000 || !(1..=100).contains(&limit) {
        return refused("19", "E019: limit is at most 100 and offset at most 5000");
    }
    let all = market.changed(since, until);
    let rows: Vec<Value> = all
        .iter()
        .skip(offset)
        .take(limit)
        .map(|order| {
            json!({
                "order_id": order.id, "order_number": order.id, "statuses": [word(order)],
                "created_at": written(order.placed_at), "updated_at": written(order.updated_at),
                "items_count": order.quantity, "price": (order.unit_price_vnd * order.quantity).to_string(),
                "customer_first_name": BUYER, "address_shipping": {"first_name": BUYER, "phone": BUYER},
            })
        })
        .collect();
    good(json!({"count": rows.len(), "countTotal": all.len(), "orders": rows}))
}

pub(super) fn items(market: &Market, given: &Parameters) -> HttpResponse {
    let ids = given.get("order_ids").and_then(|text| serde_json::from_str::<BTreeSet<u64>>(text).ok());
    let Some(ids) = ids.filter(|ids| (1..=50).contains(&ids.len())) else {
        return refused("37", "E037: order_ids is a list of 1 to 50 numbers in square brackets");
    };
    let rows: Vec<Value> = market
        .orders
        .iter()
        .filter(|order| ids.contains(&order.id))
        .map(|order| {
            let piece = |n: i64| {
                json!({
                    "order_item_id": format!("{}{n:03}", order.id), "order_id": order.id, "sku": order.sku,
                    "item_price": format!("{}.00", order.unit_price_vnd), "currency": "VND",
                    "paid_price": order.unit_price_vnd - 1_000, "status": word(order), "buyer_id": BUYER,
                })
            };
            let pieces: Vec<Value> = (0..order.quantity).map(piece).collect();
            json!({"order_id": order.id, "order_number": order.id, "order_items": pieces})
        })
        .collect();
    good(json!(rows))
}
