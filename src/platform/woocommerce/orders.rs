//! Orders: the search and its rows. Nothing about the buyer is read.

use chrono::{NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use super::wire;
use crate::instant::Instant;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Failure, HttpReply, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder,
};

/// The search for what changed since the window's start; the cursor is the number of the page. The contract names no
/// end, so orders that changed later come along: seen twice, they count once. Times are asked for and given in UTC:
/// those without "gmt" are in the shop's own zone.
pub(super) fn search(window: &OrderWindow, cursor: Option<&str>) -> Result<String, Failure> {
    let page = cursor.map_or(Ok(1), |cursor| super::number(cursor, "/cursor"))?;
    // "After" leaves out the moment itself.
    let since = window.since.plus(TimeDelta::seconds(-1)).utc().format("%Y-%m-%dT%H:%M:%S");
    let size = super::PAGE;
    Ok(format!(
        "orders?modified_after={since}&dates_are_gmt=true&orderby=date&order=asc&per_page={size}&page={page}"
    ))
}

/// A page of orders; `None` where the body is none.
pub(super) fn page(body: &Value, reply: &HttpReply, cursor: Option<&str>) -> Option<OrderPage> {
    let rows = body.as_array()?;
    let (mut orders, mut unread) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match order(row) {
            Ok(order) => orders.push(order),
            Err(why) => {
                let number = row.get("id").and_then(text).filter(|number| number.len() <= 64);
                unread.push(format!("{}: {why}", number.as_deref().unwrap_or("?")));
            }
        }
    }
    let page: u64 = cursor.map_or(Some(1), |cursor| cursor.parse().ok())?;
    let more = more(reply, page, rows.len());
    Some(OrderPage { orders, unread, next_cursor: more.then(|| page.saturating_add(1).to_string()) })
}

/// Whether pages follow: by the header, or, where a host took it away, while pages are full.
pub(super) fn more(reply: &HttpReply, page: u64, rows: usize) -> bool {
    let pages = reply.header("x-wp-totalpages").and_then(|pages| pages.trim().parse::<u64>().ok());
    rows > 0 && pages.map_or(rows >= super::PAGE, |pages| page < pages)
}

/// An order, or why the row is none. One such row must not keep the others from being counted.
fn order(row: &Value) -> Result<RemoteOrder, &'static str> {
    let read = serde_json::from_value::<wire::Order>(row.clone());
    let read = read.map_err(|_| "the row has another shape")?;
    let lines: Option<Vec<_>> = read.line_items.iter().map(line).collect();
    Ok(RemoteOrder {
        order_id: text(&read.id).filter(|number| number.len() <= 64).ok_or("it has no number")?,
        placed_at: text(&read.date_created_gmt).and_then(|text| instant(&text)),
        status: status(read.status.as_str().unwrap_or_default()),
        raw_status: text(&read.status).unwrap_or_default(),
        lines: lines.ok_or("a line has no id, quantity or price")?,
    })
}

/// A line. `total` is what was paid for all its pieces after discounts; `price` may be a fraction of it.
fn line(line: &wire::Line) -> Option<OrderLine> {
    let quantity = whole(&line.quantity).filter(|quantity| *quantity >= 0)?;
    let of_total = dong(&line.total).and_then(|total| {
        let half = quantity.checked_div(2)?;
        total.checked_add(half)?.checked_div(quantity)
    });
    // What the shop sells without a SKU is none of ours.
    let sku = text(&line.sku).or_else(|| text(&line.product_id).map(|id| format!("#{id}")));
    Some(OrderLine {
        line_id: text(&line.id)?,
        sku: sku.unwrap_or_else(|| "#".to_owned()),
        quantity,
        unit_price_vnd: of_total.or_else(|| dong(&line.price))?,
    })
}

/// A time without a zone, in UTC.
fn instant(text: &str) -> Option<Instant> {
    let time: NaiveDateTime = text.trim_end_matches('Z').parse().ok()?;
    Some(Instant::from_utc(time.and_local_timezone(Utc).single()?))
}

/// The states that the contract names; shops may add words of their own, which are not counted.
fn status(word: &str) -> OrderStatus {
    match word {
        "pending" | "processing" | "on-hold" => OrderStatus::Open,
        "completed" => OrderStatus::Completed,
        "cancelled" | "failed" | "trash" => OrderStatus::Cancelled,
        "refunded" => OrderStatus::Returned,
        _ => OrderStatus::Unknown,
    }
}
