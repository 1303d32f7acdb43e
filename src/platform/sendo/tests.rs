//! Fixtures written by hand from the fields of the contract; none was recorded from a real shop.

mod checks;
mod replies;
mod requests;

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::*;
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, CertificateContent, Expiry, Media, News, Offer, OrderStatus,
    OrderWindow, Outcome, Secret,
};

fn at(text: &str) -> Instant {
    Instant::from_utc(text.parse().unwrap())
}

fn now() -> Instant {
    at("2026-11-21T05:00:00Z")
}

fn credentials() -> Credentials {
    Credentials::sample(&SENDO, now())
}

fn tea() -> ListingContent {
    match Op::samples(now()).into_iter().find(|op| matches!(op, Op::Upsert { .. })) {
        Some(Op::Upsert { content, .. }) => *content,
        _ => unreachable!(),
    }
}

fn upsert(external_id: Option<&str>, content: ListingContent) -> Op {
    Op::Upsert {
        external_id: external_id.map(str::to_owned),
        content: Box::new(content),
        media: Media::new(),
    }
}

fn find() -> Op {
    Op::FindBySku { sku: "TN-CHE-TANCUONG-200G".into() }
}

fn build(op: &Op) -> (HttpSpec, Value) {
    let spec = Sendo.build(op, &[], &credentials(), now()).unwrap();
    let body = serde_json::from_slice(&spec.body).unwrap_or(Value::Null);
    (spec, body)
}

fn parse(op: &Op, status: u16, body: &str) -> Result<Answer, Failure> {
    let reply = HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() };
    match Sendo.parse(op, &[reply], &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("one request is enough"),
    }
}

fn success(op: &Op, result: Value) -> Result<Answer, Failure> {
    parse(op, 200, &json!({"result": result, "success": true, "error": null, "status_code": 200}).to_string())
}
