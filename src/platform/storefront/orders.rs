//! Orders: the search and its rows. Nothing about the buyer is read.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Value;

use super::{Dialect, number};
use crate::instant::Instant;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// The search for what changed since the window's start; the cursor is the number of the page. The end is not asked
/// for: an order that changes meanwhile would leave the window and move another one past the page that is read next.
pub(super) fn search(
    dialect: &Dialect,
    window: &OrderWindow,
    cursor: Option<&str>,
) -> Result<String, Failure> {
    let page = cursor.map_or(Ok(1), |cursor| number(dialect, cursor, "/cursor"))?;
    let since = window.since.utc().format("%Y-%m-%dT%H:%M:%SZ");
    let Dialect { orders, changed_since, page: size, .. } = dialect;
    Ok(format!("orders.json?{orders}&{changed_since}={since}&limit={size}&page={page}"))
}

/// A page of orders; `None` where it is none.
pub(super) fn page(dialect: &Dialect, rows: &Value, cursor: Option<&str>) -> Option<OrderPage> {
    let rows = rows.as_array()?;
    let (mut orders, mut unread) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match order(dialect, row) {
            Ok(order) => orders.push(order),
            Err(why) => unread.push(format!("{}: {why}", order_id(row).as_deref().unwrap_or("?"))),
        }
    }
    let page: u64 = cursor.map_or(Some(1), |cursor| cursor.parse().ok())?;
    let next = (rows.len() >= dialect.page).then(|| page.saturating_add(1).to_string());
    Some(OrderPage { orders, unread, next_cursor: next })
}

fn order_id(row: &Value) -> Option<String> {
    row.get("id").and_then(text).filter(|number| number.len() <= 64)
}

/// An order, or why the row is none. One such row must not keep the others from being counted.
fn order(dialect: &Dialect, row: &Value) -> Result<RemoteOrder, &'static str> {
    let lines = row.get("line_items").and_then(Value::as_array).ok_or("it has no lines")?;
    let back = refunded(row);
    let lines: Option<Vec<_>> = lines.iter().map(|row| line(row, &back)).collect();
    let placed_at = row.get(dialect.created).and_then(Value::as_str).and_then(instant);
    let (status, raw_status) = status(dialect, row);
    Ok(RemoteOrder {
        order_id: order_id(row).ok_or("it has no number")?,
        placed_at,
        status,
        raw_status,
        lines: lines.ok_or("a line has no id, quantity or price")?,
    })
}

/// Pieces that came back or were paid back, by line.
fn refunded(row: &Value) -> BTreeMap<String, i64> {
    let mut back = BTreeMap::new();
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for refund in list(row, "refunds") {
        for item in list(&refund, "refund_line_items") {
            let line = item.get("line_item_id").and_then(text);
            let pieces = item.get("quantity").and_then(whole).filter(|pieces| *pieces > 0);
            if let (Some(line), Some(pieces)) = (line, pieces) {
                let sum: &mut i64 = back.entry(line).or_default();
                *sum = sum.saturating_add(pieces);
            }
        }
    }
    back
}

/// A line. `price` is that of one piece before the line's discount.
fn line(row: &Value, back: &BTreeMap<String, i64>) -> Option<OrderLine> {
    let line_id = row.get("id").and_then(text)?;
    let quantity = row.get("quantity").and_then(whole).filter(|quantity| *quantity >= 0)?;
    let price = row.get("price").and_then(dong)?;
    let discount = row.get("total_discount").and_then(dong).unwrap_or_default();
    let paid = price.checked_mul(quantity)?.saturating_sub(discount).max(0);
    let unit = paid.checked_add(quantity.checked_div(2)?)?.checked_div(quantity).unwrap_or(price);
    // What the shop sells without a SKU is none of ours.
    let sku = row
        .get("sku")
        .and_then(text)
        .or_else(|| row.get("variant_id").and_then(text).map(|id| format!("#{id}")));
    Some(OrderLine {
        sku: sku.unwrap_or_else(|| "#".to_owned()),
        quantity: quantity.saturating_sub(back.get(&line_id).copied().unwrap_or_default()).max(0),
        unit_price_vnd: unit,
        line_id,
    })
}

/// A time with a zone; without one it is UTC, as in the documents' examples.
fn instant(text: &str) -> Option<Instant> {
    let zoned = DateTime::parse_from_rfc3339(text).ok();
    let zoned = zoned.or_else(|| DateTime::parse_from_rfc3339(&format!("{text}Z")).ok())?;
    Some(Instant::from_utc(zoned.to_utc()))
}

/// How far an order is, by four marks of it. A word that is not known is not counted, unless the order was called off.
fn status(dialect: &Dialect, row: &Value) -> (OrderStatus, String) {
    let word = |key: &str| row.get(key).and_then(text).unwrap_or_default();
    let dated = |key: &str| row.get(key).is_some_and(|time| !time.is_null());
    let (paid, sent) = (word("financial_status"), word("fulfillment_status"));
    let cancelled =
        dated(dialect.cancelled) || word("cancelled_status") == "cancelled" || word("status") == "cancelled";
    let closed = dated(dialect.closed) || word("closed_status") == "closed" || word("status") == "closed";
    let status = match (paid.as_str(), sent.as_str()) {
        _ if cancelled => OrderStatus::Cancelled,
        ("voided", _) | (_, "restocked") => OrderStatus::Cancelled,
        ("refunded", _) => OrderStatus::Returned,
        ("" | "pending" | "authorized" | "partially_paid" | "paid" | "partially_refunded", sent) => {
            match sent {
                "" | "partial" | "notfulfilled" | "unfulfilled" | "unshipped" | "fulfilled" | "shipped"
                    if closed =>
                {
                    OrderStatus::Completed
                }
                "fulfilled" | "shipped" => OrderStatus::Shipping,
                "" | "partial" | "notfulfilled" | "unfulfilled" | "unshipped" => OrderStatus::Open,
                _ => OrderStatus::Unknown,
            }
        }
        _ => OrderStatus::Unknown,
    };
    let mark = if cancelled {
        "/cancelled"
    } else if closed {
        "/closed"
    } else {
        ""
    };
    (status, format!("{paid}/{sent}{mark}"))
}
