//! Orders: the search and its rows (17991120413337). Nothing about the buyer is read.

use chrono::{DateTime, TimeDelta};
use serde_json::Value;

use super::wire::{self, text, whole};
use crate::instant::Instant;
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// Rows of one page; the contract names 50 as the most for products, and none for orders.
const PAGE_SIZE: u32 = 50;
/// The window counts civil dates of the status change, at most three.
const WINDOW_DAYS: i64 = 3;

/// The search for a window; the cursor is Sendo's paging token, which stands above the filters.
pub(super) fn search<'a>(
    window: &OrderWindow,
    cursor: Option<&'a str>,
) -> Result<wire::OrderSearch<'a>, Failure> {
    let (from, last) = (window.since.date(), window.until.plus(TimeDelta::microseconds(-1)));
    let to = last.max(window.since).date();
    if (to - from).num_days() >= WINDOW_DAYS {
        return Err(Failure::permanent(
            "sendo.window_too_long",
            "Sendo searches at most three days of status changes",
        ));
    }
    Ok(wire::OrderSearch {
        page_size: PAGE_SIZE,
        order_status_date_from: from,
        order_status_date_to: to,
        token: cursor,
    })
}

/// A page of orders, with what of it could not be read; `None` where the result is not one. The contract does not name
/// the key of the rows, so the one list in the result is taken.
pub(super) fn page(result: &Value) -> Option<OrderPage> {
    let rows = match (result.get("data"), result) {
        (Some(Value::Array(rows)), _) => rows,
        (_, Value::Object(result)) => result.values().find_map(Value::as_array)?,
        _ => return None,
    };
    let (mut orders, mut unread) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match order(row) {
            Ok(order) => orders.push(order),
            Err(why) => unread.push(format!("{}: {why}", number(row).as_deref().unwrap_or("?"))),
        }
    }
    Some(OrderPage { orders, unread, next_cursor: result.get("next_token").and_then(text) })
}

/// The order's number, from a row that may not be one. Longer than any number would not be one.
fn number(row: &Value) -> Option<String> {
    row.pointer("/sales_order/order_number").and_then(text).filter(|number| number.len() <= 64)
}

/// An order, or why the row is none. One such row must not keep the others from being counted.
fn order(row: &Value) -> Result<RemoteOrder, &'static str> {
    let read: wire::OrderRow =
        serde_json::from_value(row.clone()).map_err(|_| "the row has another shape")?;
    let state = &read.sales_order.order_status;
    Ok(RemoteOrder {
        order_id: number(row).ok_or("it has no number")?,
        placed_at: whole(&read.sales_order.order_date_time_stamp).and_then(instant),
        status: status(state),
        raw_status: text(state).unwrap_or_default(),
        lines: read
            .sku_details
            .iter()
            .enumerate()
            .map(line)
            .collect::<Option<_>>()
            .ok_or("a line has no SKU, quantity or price")?,
    })
}

/// A line is known by its variant and SKU; its place in the row only tells two equal ones apart.
fn line((at, line): (usize, &wire::SkuDetail)) -> Option<OrderLine> {
    let sku = text(&line.sku)?;
    let line_id =
        text(&line.product_variant_id).filter(|id| id != "0").unwrap_or_else(|| format!("{sku}#{at}"));
    Some(OrderLine {
        line_id,
        sku,
        quantity: whole(&line.quantity).filter(|quantity| *quantity >= 0)?,
        unit_price_vnd: whole(&line.price).filter(|price| *price >= 0)?,
    })
}

/// Seconds or milliseconds since 1970: a value above 10^11 seconds lies beyond the year 5000.
pub(super) fn instant(stamp: i64) -> Option<Instant> {
    let at = if stamp > 100_000_000_000 {
        DateTime::from_timestamp_millis(stamp)
    } else {
        DateTime::from_timestamp(stamp, 0)
    };
    at.map(Instant::from_utc)
}

/// Order states as third-party code lists them. 10 "closed" is taken as settled after delivery.
fn status(state: &Value) -> OrderStatus {
    match whole(state) {
        // New, processing, delaying, delay, splitting, merging, waiting for Sendo.
        Some(2 | 3 | 11 | 12 | 14 | 19 | 23) => OrderStatus::Open,
        // Shipping, handed over.
        Some(6 | 7) => OrderStatus::Shipping,
        Some(8 | 10) => OrderStatus::Completed,
        Some(13) => OrderStatus::Cancelled,
        // Split: the parts are orders of their own.
        Some(15) => OrderStatus::Replaced,
        Some(21) => OrderStatus::Returning,
        Some(22) => OrderStatus::Returned,
        _ => OrderStatus::Unknown,
    }
}
