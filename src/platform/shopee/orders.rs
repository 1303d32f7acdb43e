//! Orders: their numbers first, then what counts of them. Nothing about the buyer is asked for or named here.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

use super::reply::{at, rows, unreadable};
use super::send::Ask;
use crate::instant::Instant;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// Orders a page: as many as one call for their details takes.
const PAGE: &str = "50";

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    order_status: Value,
    create_time: Value,
    currency: Value,
    item_list: Vec<Line>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    item_id: Value,
    item_sku: Value,
    model_id: Value,
    model_sku: Value,
    model_quantity_purchased: Value,
    model_original_price: Value,
    model_discounted_price: Value,
}

/// Numbers of the orders that changed in the window: whole seconds, wide enough for its parts of seconds.
pub(super) fn list(window: &OrderWindow, cursor: Option<&str>) -> Ask {
    let until = window.until.unix_seconds();
    let part = i64::from(window.until.unix_micros() > until.saturating_mul(1_000_000));
    let ask = Ask::get("order/get_order_list")
        .with("time_range_field", "update_time")
        .with("time_from", window.since.unix_seconds().to_string())
        .with("time_to", until.saturating_add(part).to_string())
        .with("page_size", PAGE);
    match cursor {
        Some(cursor) => ask.with("cursor", cursor),
        None => ask,
    }
}

/// The numbers of a page and where the next one begins.
pub(super) fn numbers(response: &Value) -> Result<(Vec<String>, Option<String>), Failure> {
    let list = response.get("order_list").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let numbers = list.iter().map(|row| at(row, "/order_sn")).collect::<Option<_>>();
    let more = response.get("more").and_then(Value::as_bool).ok_or_else(|| unreadable(false))?;
    let next = if more { Some(at(response, "/next_cursor").ok_or_else(|| unreadable(false))?) } else { None };
    Ok((numbers.ok_or_else(|| unreadable(false))?, next))
}

/// What is bought in these orders.
pub(super) fn details(numbers: &[String]) -> Ask {
    Ask::get("order/get_order_detail")
        .with("order_sn_list", numbers.join(","))
        .with("response_optional_fields", "item_list")
}

/// A page of orders. One that was named and is not told of is unread.
pub(super) fn page(numbers: &[String], details: &Value, next_cursor: Option<String>) -> OrderPage {
    let mut page = OrderPage { next_cursor, ..OrderPage::default() };
    for number in numbers {
        let row = rows(details, "order_list").find(|row| at(row, "/order_sn").as_ref() == Some(number));
        match row.ok_or("its details are missing").and_then(|row| order(number, row)) {
            Ok(order) => page.orders.push(order),
            Err(why) => page.unread.push(format!("{number}: {why}")),
        }
    }
    page
}

fn order(number: &str, row: &Value) -> Result<RemoteOrder, &'static str> {
    let Row { order_status, create_time, currency, item_list } =
        Row::deserialize(row).map_err(|_| "the row has another shape")?;
    if text(&currency).is_some_and(|currency| currency != "VND") {
        return Err("it was not paid in dong");
    }
    let raw_status = text(&order_status).ok_or("it has no status")?;
    // An article may stand in several lines, as when some of it were in a promotion.
    let mut lines: BTreeMap<(String, i64), OrderLine> = BTreeMap::new();
    for line in item_list {
        let item = text(&line.item_id).ok_or("a line has no product")?;
        let price = dong(&line.model_discounted_price).or_else(|| dong(&line.model_original_price));
        let price = price.ok_or("a line has no price")?;
        let quantity = whole(&line.model_quantity_purchased).filter(|quantity| *quantity > 0);
        let quantity = quantity.ok_or("a line has no quantity")?;
        let model = text(&line.model_id).unwrap_or_else(|| "0".to_owned());
        let id = format!("{item}:{model}");
        let sku = text(&line.model_sku).or_else(|| text(&line.item_sku));
        let sold = lines.entry((id.clone(), price)).or_insert_with(|| OrderLine {
            // The price at which a piece was sold does not change, so this stays the same.
            line_id: format!("{id}:{price}"),
            sku: sku.unwrap_or_else(|| format!("#{item}")),
            quantity: 0,
            unit_price_vnd: price,
        });
        sold.quantity = sold.quantity.saturating_add(quantity);
    }
    let placed = whole(&create_time).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(RemoteOrder {
        order_id: number.to_owned(),
        placed_at: placed.map(Instant::from_utc),
        status: status(&raw_status),
        raw_status,
        lines: lines.into_values().collect(),
    })
}

/// The states that the contract names. A buyer who asks to cancel has not cancelled.
fn status(word: &str) -> OrderStatus {
    match word {
        "UNPAID" | "READY_TO_SHIP" | "PROCESSED" | "IN_CANCEL" | "INVOICE_PENDING" => OrderStatus::Open,
        "SHIPPED" => OrderStatus::Shipping,
        "COMPLETED" => OrderStatus::Completed,
        "CANCELLED" => OrderStatus::Cancelled,
        _ => OrderStatus::Unknown,
    }
}
