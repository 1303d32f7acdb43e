//! Orders: a list of numbers by the time of their change, and details that are asked for field by field.

use actix_web::HttpResponse;
use chrono::DateTime;
use serde_json::{Value, json};

use super::super::market::{BUYER, Market, Order, OrderState};
use super::{Query, good, refused};
use crate::instant::Instant;

/// Longest window, seconds.
const WINDOW: i64 = 15 * 86_400;

fn number(order: &Order) -> String {
    format!("261121{:X}", order.id)
}

/// A return after delivery is told elsewhere: the order stays as it is.
fn word(state: OrderState) -> &'static str {
    match state {
        OrderState::Placed => "READY_TO_SHIP",
        OrderState::Shipping => "SHIPPED",
        OrderState::Completed | OrderState::Returned => "COMPLETED",
        OrderState::Cancelled => "CANCELLED",
    }
}

pub(super) fn list(market: &Market, query: &Query) -> HttpResponse {
    let Some(size) = query.number::<usize>("page_size").filter(|size| (1..=100).contains(size)) else {
        return refused("order.error_param", "page_size must be between 1 and 100");
    };
    if !matches!(query.of("time_range_field"), Some("update_time")) {
        return refused("order.error_param", "This simulator knows the time_range_field update_time");
    }
    let (Some(from), Some(to)) = (query.number::<i64>("time_from"), query.number::<i64>("time_to")) else {
        return refused("order.error_param", "time_from and time_to are missing");
    };
    if !(0..=WINDOW).contains(&(to - from)) {
        return refused("order.error_param", "The window is at most 15 days");
    }
    let moment = |seconds| DateTime::from_timestamp(seconds, 0).map(Instant::from_utc);
    let (Some(since), Some(until)) = (moment(from), moment(to)) else {
        return refused("order.error_param", "time_from and time_to are not times");
    };
    let skip = query.number::<usize>("cursor").unwrap_or_default();
    let all = market.changed(since, until);
    let rows: Vec<Value> =
        all.iter().skip(skip).take(size).map(|order| json!({"order_sn": number(order)})).collect();
    let next = skip + rows.len();
    let more = next < all.len();
    let cursor = if more { next.to_string() } else { String::new() };
    good(json!({"more": more, "next_cursor": cursor, "order_list": rows}))
}

pub(super) fn details(market: &Market, query: &Query) -> HttpResponse {
    let numbers: Vec<&str> = query.of("order_sn_list").unwrap_or_default().split(',').collect();
    if !(1..=50).contains(&numbers.len()) {
        return refused("order.error_param", "order_sn_list must be 1 to 50");
    }
    let wanted: Vec<&str> = query.of("response_optional_fields").unwrap_or_default().split(',').collect();
    let row = |order: &Order| {
        let mut row = json!({
            "order_sn": number(order), "region": "VN", "currency": "VND", "order_status": word(order.state),
            "create_time": order.placed_at.unix_seconds(), "update_time": order.updated_at.unix_seconds(),
            "message_to_seller": BUYER,
        });
        let items = json!([{
            "item_id": order.item, "item_name": "…", "item_sku": order.sku, "model_id": 0, "model_sku": "",
            "model_quantity_purchased": order.quantity, "model_original_price": order.unit_price_vnd,
            "model_discounted_price": order.unit_price_vnd,
        }]);
        for (field, value) in [("item_list", items), ("recipient_address", json!({"name": BUYER}))] {
            if let Some(row) = row.as_object_mut().filter(|_| wanted.contains(&field)) {
                row.insert(field.to_owned(), value);
            }
        }
        row
    };
    let orders = market.orders.iter().filter(|order| numbers.contains(&number(order).as_str()));
    good(json!({"order_list": orders.map(row).collect::<Vec<_>>()}))
}
