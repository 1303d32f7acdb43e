//! The orders of the shop on Shopify. An order of the market is one line; a sale tells what else there is to it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::market::{Market, Order, OrderState};
use super::{at, data, gid, invalid, number};

/// What an order has beyond what the market knows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sale {
    /// The order.
    pub id: u64,
    /// Taken off the line by itself, VND.
    #[serde(default)]
    discount_vnd: i64,
    /// Taken off the line by a code, VND.
    #[serde(default)]
    code_vnd: i64,
    /// Pieces refunded or taken out of the order.
    #[serde(default)]
    removed: i64,
    /// Lines of other goods that come before it.
    #[serde(default)]
    others: u64,
}

/// The first figure behind a word of the query.
fn first(query: &str, word: &str) -> Option<usize> {
    let rest = query.split_once(&format!("{word}(first: "))?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A line as it was asked for: a field that the query does not name does not come.
fn line(query: &str, id: u64, sku: &str, order: &Order, sale: &Sale) -> Value {
    let full = order.unit_price_vnd * order.quantity;
    let money = |vnd: i64| json!({"shopMoney": {"amount": format!("{vnd}.0"), "currencyCode": "VND"}});
    let with_codes = query.contains("discountedTotalSet(withCodeDiscounts: true)");
    let codes = if with_codes { sale.code_vnd } else { 0 };
    let fields = [
        (" sku", "sku", json!(sku)),
        (" quantity", "quantity", json!(order.quantity)),
        ("currentQuantity", "currentQuantity", json!(order.quantity - sale.removed)),
        ("originalUnitPriceSet", "originalUnitPriceSet", money(order.unit_price_vnd)),
        ("discountedTotalSet", "discountedTotalSet", money(full - sale.discount_vnd - codes)),
    ];
    let mut line = Map::from_iter([("id".to_owned(), gid("LineItem", id).into())]);
    line.extend(
        fields
            .into_iter()
            .filter(|(word, ..)| query.contains(word))
            .map(|(_, key, value)| (key.to_owned(), value)),
    );
    Value::Object(line)
}

/// A part of an order's lines, from the one behind the cursor on.
fn lines(query: &str, order: &Order, sale: &Sale, after: &Value, size: usize) -> Value {
    let from: usize = after.as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let ours = line(query, order.id, &order.sku, order, sale);
    let others = (0..sale.others).map(|n| line(query, order.id * 1000 + n, "OTHER", order, &Sale::default()));
    let all: Vec<Value> = others.chain([ours]).collect();
    let nodes: Vec<&Value> = all.iter().skip(from).take(size).collect();
    let next = from + nodes.len();
    let page = json!({"hasNextPage": next < all.len(), "endCursor": next.to_string()});
    let mut part = Map::from_iter([("nodes".to_owned(), json!(nodes))]);
    if query.matches("pageInfo").count() > usize::from(query.contains(" orders(")) {
        part.insert("pageInfo".to_owned(), page);
    }
    Value::Object(part)
}

/// What a query would cost where an object is a point, and a list two and its entries.
fn cost(orders: usize, lines: usize) -> usize {
    2 + orders * (3 + lines * 3)
}

fn too_dear(points: usize) -> Option<HttpResponse> {
    let message = format!("Query cost is {points}, which exceeds the single query max cost limit (1000).");
    (points > 1000).then(|| invalid("MAX_COST_EXCEEDED", &message))
}

/// The further lines of one order.
pub(super) fn further(
    market: &Market,
    sales: &BTreeMap<u64, Sale>,
    query: &str,
    variables: &Value,
) -> HttpResponse {
    let Some(size) = first(query, "lineItems").filter(|size| *size <= 250) else {
        return invalid("argumentLiteralsIncompatible", "lineItems needs `first`, 250 at most");
    };
    if let Some(refusal) = too_dear(cost(1, size)) {
        return refusal;
    }
    let id = number(at(variables, "/id"), "Order");
    let found = market.orders.iter().find(|order| Some(order.id) == id).map(|order| {
        let sale = sales.get(&order.id).cloned().unwrap_or_default();
        let lines = lines(query, order, &sale, at(variables, "/after"), size);
        json!({"id": gid("Order", order.id), "lineItems": lines})
    });
    data("order", found.unwrap_or_default())
}

/// The orders that changed between two times.
pub(super) fn page(
    market: &Market,
    sales: &BTreeMap<u64, Sale>,
    query: &str,
    variables: &Value,
) -> HttpResponse {
    let asked = at(variables, "/query").as_str().unwrap_or_default();
    let bounds: Vec<_> = asked
        .split(['\'', '"'])
        .filter_map(|part| chrono::DateTime::parse_from_rfc3339(part).ok())
        .map(|at| crate::instant::Instant::from_utc(at.to_utc()))
        .collect();
    let [since, until] = bounds.as_slice() else {
        return invalid("argumentLiteralsIncompatible", "updated_at:>='…' AND updated_at:<='…'");
    };
    let sizes = first(query, "orders").zip(first(query, "lineItems"));
    let Some((size, line_size)) = sizes.filter(|(orders, lines)| *orders <= 250 && *lines <= 250) else {
        return invalid("argumentLiteralsIncompatible", "a list needs `first`, 250 at most");
    };
    if let Some(refusal) = too_dear(cost(size, line_size)) {
        return refusal;
    }
    let from: usize =
        at(variables, "/after").as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let all = market.changed(*since, *until);
    let nodes: Vec<Value> = all
        .iter()
        .skip(from)
        .take(size)
        .map(|order| {
            let (financial, fulfilment) = match order.state {
                OrderState::Placed => ("PAID", "UNFULFILLED"),
                OrderState::Shipping => ("PAID", "IN_PROGRESS"),
                OrderState::Completed => ("PAID", "FULFILLED"),
                OrderState::Cancelled => ("VOIDED", "UNFULFILLED"),
                OrderState::Returned => ("REFUNDED", "FULFILLED"),
            };
            let cancelled = (order.state == OrderState::Cancelled).then(|| order.updated_at.to_string());
            let sale = sales.get(&order.id).cloned().unwrap_or_default();
            json!({
                "id": gid("Order", order.id), "createdAt": order.placed_at.to_string(), "cancelledAt": cancelled,
                "displayFinancialStatus": financial, "displayFulfillmentStatus": fulfilment,
                "lineItems": lines(query, order, &sale, &Value::Null, line_size),
            })
        })
        .collect();
    let next = from + nodes.len();
    let page = json!({"hasNextPage": next < all.len(), "endCursor": next.to_string()});
    data("orders", json!({"pageInfo": page, "nodes": nodes}))
}
