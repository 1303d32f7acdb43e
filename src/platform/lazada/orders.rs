//! Orders. An order has no state there, each of its pieces has; nothing about the buyer is named here, so nothing is
//! read. Its pieces are asked for in one request a page, by a call that the guides name beside the one of the contract.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use super::reply::{rows, unreadable};
use super::request::Ask;
use crate::instant::Instant;
use crate::platform::read::{dong, text};
use crate::platform::state::{Failure, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// Orders a page: pieces are given of so many orders at once.
const PAGE: usize = 50;
/// The farthest that a list is read before it is begun anew behind its last order.
const OFFSET_MAX: usize = 5_000;

/// Where a page begins: behind this change, after so many orders.
pub(super) struct Place {
    since: Instant,
    offset: usize,
}

impl Place {
    pub(super) fn new(window: &OrderWindow, cursor: Option<&str>) -> Result<Self, Failure> {
        let Some(cursor) = cursor else { return Ok(Self { since: window.since, offset: 0 }) };
        let place = cursor.split_once('~').and_then(|(since, offset)| {
            let since = DateTime::parse_from_rfc3339(since).ok()?;
            Some(Self { since: Instant::from_utc(since.to_utc()), offset: offset.parse().ok()? })
        });
        place.ok_or_else(|| {
            Failure::permanent("lazada.cursor", "the place in the list of orders is unreadable")
        })
    }

    fn cursor(&self) -> String {
        format!("{}~{}", moment(self.since), self.offset)
    }

    pub(super) fn ask(&self, window: &OrderWindow) -> Ask {
        // Both ends are wide enough for their parts of seconds.
        Ask::get("/orders/get")
            .with("update_after", moment(self.since))
            .with("update_before", moment(window.until.plus(TimeDelta::milliseconds(999))))
            .with("sort_by", "updated_at")
            .with("sort_direction", "ASC")
            .with("offset", self.offset.to_string())
            .with("limit", PAGE.to_string())
    }
}

/// ISO 8601, in whole seconds.
fn moment(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Secs, false)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Piece {
    order_item_id: Value,
    sku: Value,
    item_price: Value,
    paid_price: Value,
    currency: Value,
    status: Value,
}

fn listed(data: &Value) -> Result<&[Value], Failure> {
    match data.get("orders") {
        Some(Value::Array(rows)) => Ok(rows),
        None | Some(Value::Null) if data.is_object() => Ok(&[]),
        _ => Err(unreadable(false)),
    }
}

/// The numbers of a page's orders as they are asked for; `None` where there are none.
pub(super) fn numbers(data: &Value) -> Result<Option<String>, Failure> {
    let rows = listed(data)?.iter();
    // Theirs are digits, and nothing else belongs into this list.
    let number = |row: &Value| row.get("order_id").and_then(text).filter(|id| digits(id));
    let all: Vec<String> = rows.filter_map(number).collect();
    Ok((!all.is_empty()).then(|| format!("[{}]", all.join(","))))
}

fn digits(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A page of orders, with the pieces that belong to them.
pub(super) fn page(at: &Place, data: &Value, lines: Option<&Value>) -> Result<OrderPage, Failure> {
    let all = listed(data)?;
    let mut pieces: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for row in lines
        .map_or(Ok(&[][..]), |lines| lines.as_array().map(Vec::as_slice).ok_or_else(|| unreadable(false)))?
    {
        if let Some(number) = row.get("order_id").and_then(text) {
            pieces.entry(number).or_default().extend(rows(row, "order_items"));
        }
    }
    let mut page = OrderPage { next_cursor: next(at, all)?, ..OrderPage::default() };
    for row in all {
        let number = row.get("order_id").and_then(text).filter(|id| digits(id));
        let order = number.clone().ok_or("it has no number").and_then(|number| {
            let pieces = pieces.get(&number).map(Vec::as_slice).unwrap_or_default();
            order(number, row, pieces)
        });
        match order {
            Ok(order) => page.orders.push(order),
            Err(why) => page.unread.push(format!("{}: {why}", number.as_deref().unwrap_or("?"))),
        }
    }
    Ok(page)
}

/// A full page has another behind it. What lies too deep is reached by a list that begins at the last change seen.
fn next(at: &Place, all: &[Value]) -> Result<Option<String>, Failure> {
    if all.len() < PAGE {
        return Ok(None);
    }
    let offset = at.offset.saturating_add(all.len());
    if offset <= OFFSET_MAX {
        return Ok(Some(Place { since: at.since, offset }.cursor()));
    }
    let since = all.last().and_then(|row| row.get("updated_at")).and_then(time);
    match since.filter(|since| *since > at.since) {
        Some(since) => Ok(Some(Place { since, offset: 0 }.cursor())),
        None => Err(unreadable(false)),
    }
}

/// A moment as they write it, `2026-11-21 12:00:00 +0700`, or as they want it written.
fn time(value: &Value) -> Option<Instant> {
    let text = value.as_str()?;
    let read = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z");
    let at = read.or_else(|_| DateTime::parse_from_rfc3339(text)).ok()?;
    Some(Instant::from_utc(at.to_utc()))
}

fn order(order_id: String, row: &Value, pieces: &[&Value]) -> Result<RemoteOrder, &'static str> {
    let mut lines: Vec<(OrderStatus, OrderLine)> = Vec::with_capacity(pieces.len());
    let mut words: Vec<String> = Vec::new();
    for piece in pieces {
        let Piece { order_item_id, sku, item_price, paid_price, currency, status: word } =
            Piece::deserialize(*piece).map_err(|_| "a line has another shape")?;
        if text(&currency).is_some_and(|currency| currency != "VND") {
            return Err("it was not paid in dong");
        }
        // The price before vouchers, some of which the platform pays.
        let price = dong(&item_price).or_else(|| dong(&paid_price));
        let (Some(line_id), Some(unit_price_vnd)) = (text(&order_item_id), price) else {
            return Err("a line has no number or price");
        };
        let word = text(&word).unwrap_or_default();
        let sku = text(&sku).unwrap_or_else(|| format!("#{line_id}"));
        lines.push((status(&word), OrderLine { line_id, sku, quantity: 1, unit_price_vnd }));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if lines.is_empty() {
        return Err("it has no lines");
    }
    let status = whole_status(&lines);
    // What is called off or comes back of an order that goes on is not sold.
    if !gone(status) {
        lines.retain(|(of_line, _)| !gone(*of_line));
    }
    Ok(RemoteOrder {
        order_id,
        placed_at: row.get("created_at").and_then(time),
        status,
        raw_status: words.join(","),
        lines: lines.into_iter().map(|(_, line)| line).collect(),
    })
}

fn gone(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Cancelled | OrderStatus::Returning | OrderStatus::Returned)
}

/// How far an order is: as its slowest piece that is neither called off nor on its way back; where none is left, as
/// those. A word nobody knows makes the whole unknown.
fn whole_status(lines: &[(OrderStatus, OrderLine)]) -> OrderStatus {
    use OrderStatus::{Cancelled, Completed, Open, Returned, Returning, Shipping, Unknown};
    let has = |wanted: OrderStatus| lines.iter().any(|(status, _)| *status == wanted);
    let order = [Unknown, Open, Shipping, Completed, Returning, Returned, Cancelled];
    order.into_iter().find(|status| has(*status)).unwrap_or(Unknown)
}

/// The words of the guides. What was lost or damaged on its way is paid for by the carrier or not at all: unknown.
fn status(word: &str) -> OrderStatus {
    match word {
        "unpaid"
        | "pending"
        | "packed"
        | "repacked"
        | "topack"
        | "toship"
        | "ready_to_ship"
        | "ready_to_ship_pending" => OrderStatus::Open,
        "shipped" | "shipping" => OrderStatus::Shipping,
        "delivered" | "confirmed" => OrderStatus::Completed,
        "canceled" => OrderStatus::Cancelled,
        "failed" | "failed_delivery" | "shipped_back" | "shipped_back_failed" => OrderStatus::Returning,
        "returned" | "shipped_back_success" => OrderStatus::Returned,
        _ => OrderStatus::Unknown,
    }
}
