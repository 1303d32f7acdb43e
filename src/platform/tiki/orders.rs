//! Orders by the time of their last change. Nothing about the buyer is named here, so nothing is read.

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::catalog::number;
use super::plan::encoded;
use crate::instant::Instant;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// Orders a page: what the documents' examples ask for.
const PAGE: usize = 20;
/// Times are written without a zone, and no document says which it is: a platform of one country is taken to mean its own.
const ZONE: TimeDelta = TimeDelta::hours(7);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    status: Value,
    created_at: Value,
    items: Vec<Item>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Item {
    id: Value,
    product: Product,
    qty: Value,
    invoice: Invoice,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Product {
    id: Value,
    seller_product_code: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Invoice {
    price: Value,
    row_total: Value,
}

/// A page of the window, in whole seconds and wide enough for its parts of seconds. It begins as a time of UTC and ends as
/// one of Viet Nam, so that it holds the window whichever of them is meant; an order that is seen twice counts once.
pub(super) fn path(window: &OrderWindow, cursor: Option<&str>) -> Result<String, Failure> {
    let page = cursor.map_or(Ok(1), |cursor| number(cursor, "/cursor"))?;
    let until = window.until.unix_seconds();
    let part = window.until.unix_micros() > until.saturating_mul(1_000_000);
    let until = window.until.plus(TimeDelta::seconds(i64::from(part)));
    let (since, until) = (written(window.since, TimeDelta::zero()), written(until, ZONE));
    Ok(format!("orders?page={page}&limit={PAGE}&updated_from_date={since}&updated_to_date={until}"))
}

fn written(at: Instant, zone: TimeDelta) -> String {
    let local = at.utc().naive_utc().checked_add_signed(zone).unwrap_or_default();
    encoded(&local.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn instant(text: &str) -> Option<Instant> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(Instant::from_utc(local.checked_sub_signed(ZONE)?.and_utc()))
}

/// A page of orders; `None` where the body is none.
pub(super) fn page(body: &Value, cursor: Option<&str>) -> Option<OrderPage> {
    let rows = body.get("data")?.as_array()?;
    let asked: i64 = cursor.map_or(Some(1), |cursor| cursor.parse().ok())?;
    let last = body.pointer("/paging/last_page").and_then(whole);
    // Where it does not say how many pages there are, they follow while they are full.
    let more = last.map_or(rows.len() >= PAGE, |last| asked < last) && !rows.is_empty();
    let mut page =
        OrderPage { next_cursor: more.then(|| asked.saturating_add(1).to_string()), ..OrderPage::default() };
    for row in rows {
        let code = row.get("code").and_then(text).filter(|code| code.len() <= 64);
        match code.clone().ok_or("it has no code").and_then(|code| order(code, row)) {
            Ok(order) => page.orders.push(order),
            Err(why) => page.unread.push(format!("{}: {why}", code.as_deref().unwrap_or("?"))),
        }
    }
    Some(page)
}

fn order(order_id: String, row: &Value) -> Result<RemoteOrder, &'static str> {
    let Row { status: word, created_at, items } =
        Row::deserialize(row).map_err(|_| "the row has another shape")?;
    let raw_status = text(&word).unwrap_or_default();
    let lines: Option<Vec<_>> = items.iter().map(line).collect();
    Ok(RemoteOrder {
        order_id,
        placed_at: text(&created_at).and_then(|text| instant(&text)),
        status: status(&raw_status),
        raw_status,
        lines: lines.ok_or("a line has no number, quantity or price")?,
    })
}

/// A line; what it came to is divided by its pieces, since only the total is after discounts.
fn line(item: &Item) -> Option<OrderLine> {
    let quantity = whole(&item.qty).filter(|quantity| *quantity >= 0)?;
    let of_total = dong(&item.invoice.row_total).and_then(|total| {
        let half = quantity.checked_div(2)?;
        total.checked_add(half)?.checked_div(quantity)
    });
    let product = text(&item.product.id);
    // What the shop sells without a SKU is none of ours.
    let sku = text(&item.product.seller_product_code).or_else(|| product.map(|id| format!("#{id}")));
    Some(OrderLine {
        line_id: text(&item.id)?,
        sku: sku.unwrap_or_else(|| "#".to_owned()),
        quantity,
        unit_price_vnd: of_total.or_else(|| dong(&item.invoice.price))?,
    })
}

/// The states that the contract names. It does not say how an order came to be "closed", which may mean paid back:
/// it is not counted.
fn status(word: &str) -> OrderStatus {
    match word {
        "queueing" | "waiting_payment" | "paid" | "processing" | "picking" | "packaging"
        | "finished_packing" | "ready_to_ship" | "holded" | "payment_review" => OrderStatus::Open,
        "handover_to_partner" | "shipping" => OrderStatus::Shipping,
        "delivered" | "successful_delivery" | "complete" => OrderStatus::Completed,
        "canceled" => OrderStatus::Cancelled,
        "returned" => OrderStatus::Returned,
        _ => OrderStatus::Unknown,
    }
}
