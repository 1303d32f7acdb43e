//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

use proptest::prelude::*;

use super::*;
use crate::platform::adapter::{Adapter as _, Parsed};
use crate::platform::shopify::Shopify;
use crate::platform::state::{Answer, Class, Credentials, Op, Secret};

fn pull() -> Op {
    let now = Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap());
    Op::samples(now).into_iter().find(|op| op.name() == "pull_orders").unwrap()
}

fn reply(body: &Value) -> HttpReply {
    HttpReply { status: 200, headers: vec![], body: body.to_string().into_bytes() }
}

fn row(id: u64, quantity: Value, current: Value, total: &str, currency: &str) -> Value {
    json!({
        "id": format!("gid://shopify/LineItem/{id}"), "sku": "S", "quantity": quantity, "currentQuantity": current,
        "discountedTotalSet": {"shopMoney": {"amount": total, "currencyCode": currency}},
    })
}

fn node(id: u64, lines: Vec<Value>, follows: Option<&str>) -> Value {
    json!({
        "id": format!("gid://shopify/Order/{id}"), "createdAt": "2026-11-27T04:00:00Z", "cancelledAt": null,
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "FULFILLED",
        "lineItems": {"nodes": lines, "pageInfo": {"hasNextPage": follows.is_some(), "endCursor": follows}},
    })
}

fn paged(nodes: &[Value]) -> HttpReply {
    reply(&json!({"data": {"orders": {"pageInfo": {"hasNextPage": true, "endCursor": "c"}, "nodes": nodes}}}))
}

fn orders(nodes: &[Value]) -> OrderPage {
    match Shopify.parse(&pull(), &[paged(nodes)], &Credentials::default()).unwrap() {
        Parsed::Done(Answer::Orders(page)) => page,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_stands_as_its_words_say_and_only_dong_count() {
    let with = |cancelled: Value, paid: &str, sent: &str, currency: &str| {
        let mut node = node(1, vec![row(2, json!(2), json!(2), "360000.0", currency)], None);
        (node["cancelledAt"], node["displayFinancialStatus"]) = (cancelled, json!(paid));
        node["displayFulfillmentStatus"] = json!(sent);
        node
    };
    let null = Value::Null;
    let page = orders(&[
        with(null.clone(), "PAID", "UNFULFILLED", "VND"),
        with(json!("2026-11-27T04:10:00Z"), "VOIDED", "UNFULFILLED", "VND"),
        with(null.clone(), "REFUNDED", "FULFILLED", "VND"),
        with(null.clone(), "PAID", "FULFILLED", "VND"),
        with(null.clone(), "PAID", "TELEPORTED", "VND"),
        with(null, "PAID", "FULFILLED", "USD"),
    ]);
    let statuses: Vec<_> = page.orders.iter().map(|order| order.status).collect();
    use OrderStatus::{Cancelled, Completed, Open, Returned, Unknown};
    assert_eq!(statuses, [Open, Cancelled, Returned, Completed, Unknown]);
    assert_eq!(page.unread, ["gid://shopify/Order/1: its currency is not VND"]);
    assert_eq!(page.next_cursor.as_deref(), Some("c"));
}

#[test]
fn a_line_is_worth_its_discounted_total_less_what_was_taken_out() {
    for (quantity, current, total, expected) in [
        (2, 2, "360000.0", vec![(2, 180_000)]),
        (3, 3, "275000.0", vec![(1, 91_666), (2, 91_667)]),
        (3, 2, "275000.0", vec![(1, 91_666), (1, 91_667)]),
        (3, 1, "100000", vec![(1, 33_333)]),
        (2, 1, "100001.0", vec![(1, 50_001)]),
        (2, 0, "100000.0", vec![(0, 0)]),
        (2, 2, "0.0", vec![(2, 0)]),
        (3, 3, "1.0", vec![(2, 0), (1, 1)]),
        (0, 0, "0.0", vec![(0, 0)]),
        (2, 2, "99999.5", vec![(2, 50_000)]),
        (2, 2, "9223372036854775807", vec![(1, 4_611_686_018_427_387_903), (1, 4_611_686_018_427_387_904)]),
    ] {
        let page = orders(&[node(1, vec![row(2, json!(quantity), json!(current), total, "VND")], None)]);
        let lines = &page.orders[0].lines;
        let read: Vec<_> = lines.iter().map(|line| (line.quantity, line.unit_price_vnd)).collect();
        assert_eq!(read, expected, "{current} of {quantity} for {total}");
        assert!(lines.iter().all(|line| line.line_id == "gid://shopify/LineItem/2" && line.sku == "S"));
    }
    let odd = [
        row(2, json!(1), json!(2), "1.0", "VND"),
        row(2, json!(-1), json!(-1), "1.0", "VND"),
        row(2, Value::Null, json!(1), "1.0", "VND"),
        row(2, json!(1), json!(1), "-5.0", "VND"),
        row(2, json!(1), json!(1), "much", "VND"),
    ];
    for line in odd {
        let page = orders(&[node(1, vec![line.clone()], None), node(3, vec![], None)]);
        assert_eq!((page.orders.len(), page.unread.len()), (1, 1), "{line}");
    }
}

proptest! {
    #[test]
    fn the_shares_come_to_the_whole(total in 0..=10_000_000_000i64, ordered in 1..=5_000i64, kept in 0..=5_000i64) {
        let left = kept.min(ordered);
        let parts: Vec<_> = shares(total, ordered, left).collect();
        let worth: i64 = parts.iter().map(|(pieces, price)| pieces * price).sum();
        prop_assert_eq!(parts.iter().map(|(pieces, _)| pieces).sum::<i64>(), left);
        prop_assert!((i128::from(worth) * i128::from(ordered) - i128::from(total) * i128::from(left)).abs() * 2 <= i128::from(ordered));
        prop_assert!(left < ordered || worth == total);
        prop_assert!(parts.len() <= 2 && parts.iter().all(|(pieces, price)| *pieces >= 0 && *price >= 0));
    }
}

#[test]
fn lines_that_did_not_come_are_asked_for_until_all_are_there() {
    let line = |id| row(id, json!(1), json!(1), "5.0", "VND");
    let first = paged(&[
        node(1, vec![line(1)], Some("a")),
        node(2, vec![line(9)], None),
        node(3, vec![line(5)], Some("x")),
    ]);
    let further = |id, lines, follows| reply(&json!({"data": {"order": node(id, lines, follows)}}));
    let replies = [
        first,
        further(1, vec![line(2)], Some("b")),
        further(1, vec![line(3)], None),
        further(3, vec![line(6)], None),
    ];
    let mut credentials = Credentials { base_url: "https://x.example".into(), ..Credentials::default() };
    credentials.secrets.insert("access_token".into(), Secret::new("t"));
    let now = Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap());
    for (n, id, after) in [(1, 1, "a"), (2, 1, "b"), (3, 3, "x")] {
        assert_eq!(Shopify.parse(&pull(), &replies[..n], &credentials), Ok(Parsed::More));
        let spec = Shopify.build(&pull(), &replies[..n], &credentials, now).unwrap();
        let body: Value = serde_json::from_slice(&spec.body).unwrap();
        assert!(!spec.write);
        assert_eq!(body["variables"], json!({"id": format!("gid://shopify/Order/{id}"), "after": after}));
    }
    let Ok(Parsed::Done(Answer::Orders(page))) = Shopify.parse(&pull(), &replies, &credentials) else {
        panic!()
    };
    let lines: Vec<Vec<&str>> = page
        .orders
        .iter()
        .map(|order| order.lines.iter().map(|line| line.line_id.rsplit('/').next().unwrap()).collect())
        .collect();
    assert_eq!(lines, [vec!["1", "2", "3"], vec!["9"], vec!["5", "6"]]);
    assert_eq!((page.next_cursor.as_deref(), page.unread.len()), (Some("c"), 0));

    let gone = [replies[0].clone(), reply(&json!({"data": {"order": null}}))];
    assert_eq!(Shopify.parse(&pull(), &gone, &credentials).unwrap_err().class, Class::Retryable);
    // More lines without a place where they begin, and an order that says nothing of its lines: named, never cut short.
    let mut blind = node(4, vec![line(1)], Some("a"));
    blind["lineItems"]["pageInfo"]["endCursor"] = Value::Null;
    let mut bare = node(5, vec![], None);
    bare["lineItems"] = Value::Null;
    let page = orders(&[blind, bare, node(6, vec![line(1)], None)]);
    assert_eq!((page.orders.len(), page.unread.len()), (1, 2), "{:?}", page.unread);
}
