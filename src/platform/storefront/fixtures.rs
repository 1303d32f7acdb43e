//! What the tests of both adapters share. Fixtures are written by hand from the fields of the documents; none was recorded
//! from a real shop.

use serde_json::{Value, json};

use crate::instant::Instant;
use crate::platform::adapter::{Adapter, Parsed};
use crate::platform::state::{
    Answer, Credentials, Failure, HttpReply, HttpSpec, ListingContent, Media, Offer, Op, OrderWindow,
};

pub(crate) fn at(text: &str) -> Instant {
    Instant::from_utc(text.parse().unwrap())
}

pub(crate) fn now() -> Instant {
    at("2026-11-21T05:00:00Z")
}

pub(crate) fn tea() -> ListingContent {
    match Op::samples(now()).into_iter().find(|op| matches!(op, Op::Upsert { .. })) {
        Some(Op::Upsert { content, .. }) => *content,
        _ => unreachable!(),
    }
}

pub(crate) fn upsert(id: Option<&str>, content: ListingContent, media: Media) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(content), media }
}

pub(crate) fn find() -> Op {
    Op::FindBySku { sku: tea().sku }
}

pub(crate) fn review() -> Op {
    Op::Review { external_id: "7".into() }
}

pub(crate) fn withdraw() -> Op {
    Op::Withdraw { external_id: "7".into(), sku: tea().sku }
}

pub(crate) fn price(price_vnd: i64, stock: u32) -> Op {
    Op::PriceStock { items: vec![Offer { external_id: "7".into(), sku: tea().sku, price_vnd, stock }] }
}

pub(crate) fn pull() -> Op {
    Op::PullOrders { window: OrderWindow { since: at("2026-11-20T17:00:00Z"), until: now() }, cursor: None }
}

pub(crate) fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.to_string().into_bytes() }
}

pub(crate) fn raw(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() }
}

pub(crate) fn build(
    adapter: &dyn Adapter,
    credentials: &Credentials,
    op: &Op,
    replies: &[HttpReply],
) -> (HttpSpec, Value) {
    let spec = adapter.build(op, replies, credentials, now()).unwrap();
    let body = serde_json::from_slice(&spec.body).unwrap_or(Value::Null);
    (spec, body)
}

pub(crate) fn parse(
    adapter: &dyn Adapter,
    op: &Op,
    replies: &[HttpReply],
) -> Result<Option<Answer>, Failure> {
    adapter.parse(op, replies, &Credentials::default()).map(|parsed| match parsed {
        Parsed::Done(answer) => Some(answer),
        Parsed::More => None,
    })
}

/// A product with our variant and one of the seller's, in words that the two share; the caller adds its own.
pub(crate) fn product(own: Value) -> Value {
    let mut product = json!({
        "id": 7, "images": [{"id": 12, "position": 2}, {"id": 11, "position": 1}],
        "variants": [
            {"id": 70, "sku": "OTHER", "price": 90_000.0, "inventory_quantity": 1},
            {"id": 71, "sku": tea().sku, "price": 180_000.0, "inventory_quantity": 40},
        ],
    });
    for (key, value) in own.as_object().unwrap() {
        product[key] = value.clone();
    }
    json!({ "product": product })
}
