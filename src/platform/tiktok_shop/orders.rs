//! Orders. Each piece is a line of its own there; nothing about the buyer is named here, so nothing is read.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::unreadable;
use crate::instant::Instant;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    status: Value,
    create_time: Value,
    payment: Payment,
    line_items: Vec<Piece>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Payment {
    currency: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Piece {
    sku_id: Value,
    seller_sku: Value,
    sale_price: Value,
    /// The state of this piece alone, known from client libraries.
    display_status: Value,
}

/// The window in whole seconds, wide enough for its parts of seconds.
pub(super) fn body(window: &OrderWindow) -> Value {
    let until = window.until.unix_seconds();
    let part = window.until.unix_micros() > until.saturating_mul(1_000_000);
    json!({
        "update_time_ge": window.since.unix_seconds(), "update_time_lt": until.saturating_add(i64::from(part)),
    })
}

/// A page of orders.
pub(super) fn page(data: &Value) -> Result<OrderPage, Failure> {
    let rows: &[Value] = match data.get("orders") {
        Some(Value::Array(rows)) => rows,
        // A window without orders has no list.
        None | Some(Value::Null) if data.is_object() => &[],
        _ => return Err(unreadable(false)),
    };
    let mut page =
        OrderPage { next_cursor: data.get("next_page_token").and_then(text), ..OrderPage::default() };
    for row in rows {
        let number = row.get("id").and_then(text);
        match number.clone().ok_or("it has no number").and_then(|number| order(number, row)) {
            Ok(order) => page.orders.push(order),
            Err(why) => page.unread.push(format!("{}: {why}", number.as_deref().unwrap_or("?"))),
        }
    }
    Ok(page)
}

fn order(order_id: String, row: &Value) -> Result<RemoteOrder, &'static str> {
    let Row { status: word, create_time, payment, line_items } =
        Row::deserialize(row).map_err(|_| "the row has another shape")?;
    if text(&payment.currency).is_some_and(|currency| currency != "VND") {
        return Err("it was not paid in dong");
    }
    let raw_status = text(&word).unwrap_or_default();
    let status = status(&raw_status);
    let mut lines: BTreeMap<(String, i64), OrderLine> = BTreeMap::new();
    for piece in line_items {
        // What is called off of an order that goes on is not sold.
        if piece.display_status == "CANCELLED" && status != OrderStatus::Cancelled {
            continue;
        }
        let (Some(id), Some(price)) = (text(&piece.sku_id), dong(&piece.sale_price)) else {
            return Err("a line has no SKU's id or price");
        };
        let line = lines.entry((id.clone(), price)).or_insert_with(|| OrderLine {
            // The price of a piece that was sold does not change, so this stays the same.
            line_id: format!("{id}:{price}"),
            sku: text(&piece.seller_sku).unwrap_or_else(|| format!("#{id}")),
            quantity: 0,
            unit_price_vnd: price,
        });
        line.quantity = line.quantity.saturating_add(1);
    }
    let placed = whole(&create_time).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(RemoteOrder {
        order_id,
        placed_at: placed.map(Instant::from_utc),
        status,
        raw_status,
        lines: lines.into_values().collect(),
    })
}

/// The states that the contract names.
fn status(word: &str) -> OrderStatus {
    match word {
        "UNPAID" | "ON_HOLD" | "AWAITING_SHIPMENT" | "AWAITING_COLLECTION" => OrderStatus::Open,
        "PARTIALLY_SHIPPING" | "IN_TRANSIT" => OrderStatus::Shipping,
        "DELIVERED" | "COMPLETED" => OrderStatus::Completed,
        "CANCELLED" => OrderStatus::Cancelled,
        _ => OrderStatus::Unknown,
    }
}
