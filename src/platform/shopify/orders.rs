//! Orders: what is asked for and what the rows mean. Nothing about the buyer is read.

use serde_json::{Value, json};

use super::ask::{Ask, ask};
use super::reply::{body, text};
use crate::instant::Instant;
use crate::platform::read::{dong, whole};
use crate::platform::state::{HttpReply, OrderLine, OrderPage, OrderStatus, OrderWindow, RemoteOrder};

/// Orders a page, and lines that come with each. An object is a point and a line is three of them, so a page stays below
/// the 1,000 points of one query.
const ORDERS: u32 = 6;
const LINES: u32 = 50;
/// Further lines of one order.
const MORE_LINES: u32 = 250;

/// Of all discounts, those by a code are left out unless one asks for them.
const LINE: &str = "nodes { id sku quantity currentQuantity discountedTotalSet(withCodeDiscounts: true) { \
                    shopMoney { amount currencyCode } } } pageInfo { hasNextPage endCursor }";

/// The next request: the page itself, then the lines that did not come with it.
pub(super) fn next(window: &OrderWindow, cursor: Option<&str>, replies: &[HttpReply]) -> Ask {
    if let Some((order, after)) = left(replies) {
        let query = format!(
            "query OrderLines($id: ID!, $after: String) {{ order(id: $id) {{ id lineItems(first: {MORE_LINES}, \
             after: $after) {{ {LINE} }} }} }}"
        );
        return ask("OrderLines", query, json!({ "id": order, "after": after }));
    }
    let query = format!(
        "query Orders($query: String!, $after: String) {{ orders(first: {ORDERS}, after: $after, query: $query, \
         sortKey: UPDATED_AT) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ id createdAt cancelledAt \
         displayFinancialStatus displayFulfillmentStatus lineItems(first: {LINES}) {{ {LINE} }} }} }} }}"
    );
    let between = format!("updated_at:>='{}' AND updated_at:<='{}'", window.since, window.until);
    ask("Orders", query, json!({ "query": between, "after": cursor }))
}

fn rows<'v>(page: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    page.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The parts of an order's lines: what came with its row, then the replies about it alone, as they came.
fn parts<'v>(row: &'v Value, further: &'v [Value]) -> Vec<&'v Value> {
    let id = text(row, "/id");
    let rest = further.iter().filter_map(|reply| reply.pointer("/data/order"));
    let rest = rest.filter(|other| id.is_some() && text(other, "/id") == id);
    std::iter::once(row).chain(rest).filter_map(|row| row.get("lineItems")).collect()
}

/// Whether lines follow after the last part, and where they begin.
fn follows(parts: &[&Value]) -> Option<Option<String>> {
    let last = parts.last()?;
    let more = last.pointer("/pageInfo/hasNextPage") == Some(&Value::Bool(true));
    more.then(|| text(last, "/pageInfo/endCursor"))
}

/// The first order of a page whose lines are not all there, and the cursor behind those that are.
pub(super) fn left(replies: &[HttpReply]) -> Option<(String, String)> {
    let bodies: Vec<Value> = replies.iter().filter_map(body).collect();
    let (page, further) = bodies.split_first()?;
    rows(page, "/data/orders/nodes").find_map(|row| {
        let after = follows(&parts(row, further))??;
        Some((text(row, "/id")?, after))
    })
}

/// A page of orders with all their lines; `None` where the replies are none.
pub(super) fn page(replies: &[HttpReply]) -> Option<OrderPage> {
    let bodies: Vec<Value> = replies.iter().filter_map(body).collect();
    let (said, further) = bodies.split_first()?;
    said.pointer("/data/orders/nodes")?.as_array()?;
    let more = said.pointer("/data/orders/pageInfo/hasNextPage") == Some(&Value::Bool(true));
    let next_cursor = text(said, "/data/orders/pageInfo/endCursor").filter(|_| more);
    let mut page = OrderPage { next_cursor, ..OrderPage::default() };
    for row in rows(said, "/data/orders/nodes") {
        let id = text(row, "/id").unwrap_or_else(|| "?".to_owned());
        match order(row, &parts(row, further)) {
            Ok(order) => page.orders.push(order),
            Err(why) => page.unread.push(format!("{id}: {why}")),
        }
    }
    Some(page)
}

/// An order, or why the row is none. One such row must not keep the others from being counted.
fn order(row: &Value, parts: &[&Value]) -> Result<RemoteOrder, &'static str> {
    let order_id = text(row, "/id").ok_or("it has no number")?;
    let placed = text(row, "/createdAt").and_then(|at| chrono::DateTime::parse_from_rfc3339(&at).ok());
    if parts.is_empty() || follows(parts).is_some() {
        return Err("not all its lines came");
    }
    let (paid, sent) = (text(row, "/displayFinancialStatus"), text(row, "/displayFulfillmentStatus"));
    let (paid, sent) = (paid.unwrap_or_default(), sent.ok_or("it has no status")?);
    let mut lines = Vec::new();
    for part in parts {
        for row in part.get("nodes").and_then(Value::as_array).ok_or("it has no lines")? {
            lines.extend(line(row)?);
        }
    }
    Ok(RemoteOrder {
        order_id,
        placed_at: Some(Instant::from_utc(placed.ok_or("it has no time")?.to_utc())),
        status: status(text(row, "/cancelledAt").is_some(), &paid, &sent),
        raw_status: format!("{paid}/{sent}"),
        lines,
    })
}

fn status(cancelled: bool, paid: &str, sent: &str) -> OrderStatus {
    match (cancelled, paid, sent) {
        (true, _, _) => OrderStatus::Cancelled,
        (_, "REFUNDED" | "VOIDED", _) => OrderStatus::Returned,
        (_, _, "UNFULFILLED" | "OPEN" | "SCHEDULED" | "ON_HOLD" | "PENDING_FULFILLMENT") => OrderStatus::Open,
        (_, _, "IN_PROGRESS" | "PARTIALLY_FULFILLED") => OrderStatus::Shipping,
        (_, _, "FULFILLED") => OrderStatus::Completed,
        _ => OrderStatus::Unknown,
    }
}

/// A line: its total after discounts is that of all pieces that were ordered, of which some may have been refunded or
/// taken out since. What is left of it in proportion, rounded to the dong, is shared among the pieces that are left. It
/// need not divide by them: then some pieces cost a dong more, and the line has two parts under its one id.
fn line(row: &Value) -> Result<Vec<OrderLine>, &'static str> {
    let money = row.pointer("/discountedTotalSet/shopMoney").ok_or("a line has no total")?;
    if text(money, "/currencyCode").as_deref() != Some("VND") {
        return Err("its currency is not VND");
    }
    let total = money.get("amount").and_then(dong).ok_or("a line has no total")?;
    let pieces = |key: &str| row.get(key).and_then(whole).filter(|pieces| *pieces >= 0);
    let ordered = pieces("quantity").ok_or("a line has no quantity")?;
    let left = pieces("currentQuantity").filter(|left| *left <= ordered).ok_or("a line has no quantity")?;
    let line_id = text(row, "/id").ok_or("a line has no id")?;
    // What the shop sells without a SKU is none of ours.
    let sku = text(row, "/sku").unwrap_or_default();
    Ok(shares(total, ordered, left)
        .map(|(quantity, unit_price_vnd)| OrderLine {
            line_id: line_id.clone(),
            sku: sku.clone(),
            quantity,
            unit_price_vnd,
        })
        .collect())
}

/// Pieces and their price, so that together they come to `total` × `left` ÷ `ordered`, rounded to the nearest dong.
fn shares(total: i64, ordered: i64, left: i64) -> impl Iterator<Item = (i64, i64)> {
    let worth = i128::from(total) * i128::from(left) + i128::from(ordered) / 2;
    // No more than `total`, since no more pieces are left than were ordered.
    let worth = worth.checked_div(i128::from(ordered)).and_then(|worth| i64::try_from(worth).ok());
    let worth = worth.unwrap_or_default();
    let (unit, dearer) =
        (worth.checked_div(left).unwrap_or_default(), worth.checked_rem(left).unwrap_or_default());
    let cheaper = (left.saturating_sub(dearer), unit);
    // A line without pieces is still a line of the order.
    [cheaper, (dearer, unit.saturating_add(1))]
        .into_iter()
        .enumerate()
        .filter(|(part, (pieces, _))| *part == 0 || *pieces > 0)
        .map(|(_, share)| share)
}

#[cfg(test)]
mod tests;
