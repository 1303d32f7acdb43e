//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

mod replies;
mod requests;

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{Answer, Class, Media, Offer, Outcome, RemoteProduct, Token};

const SKU: &str = "TN-CHE-TANCUONG-200G";

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials =
        Credentials { base_url: "https://api.tiki.vn".to_owned(), ..Credentials::default() };
    credentials.settings.insert("client_id".to_owned(), "Aladdin".to_owned());
    credentials.secrets.insert("client_secret".to_owned(), Secret::new("open sesame"));
    let expires_at = now().plus(chrono::TimeDelta::hours(1));
    credentials.token = Some(Token { value: Secret::new("token-very-secret"), expires_at });
    credentials
}

fn sample(wanted: &str) -> Op {
    Op::samples(now()).into_iter().find(|op| op.name() == wanted).unwrap()
}

fn upsert(id: Option<&str>) -> Op {
    let Op::Upsert { content, .. } = sample("upsert") else { panic!() };
    Op::Upsert { external_id: id.map(str::to_owned), content, media: Media::new() }
}

fn review(id: &str) -> Op {
    Op::Review { external_id: id.to_owned() }
}

fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.to_string().into_bytes() }
}

fn asked(op: &Op, replies: &[HttpReply]) -> (String, Value, HttpSpec) {
    let spec = Tiki.build(op, replies, &credentials(), now()).unwrap();
    let path = spec.url.strip_prefix("https://api.tiki.vn/integration/v2/").unwrap_or(&spec.url);
    let body = serde_json::from_slice(&spec.body).unwrap_or_default();
    (format!("{} {path}", spec.method.as_str()), body, spec)
}

/// The answer after these replies, each but the last of which must ask for more.
fn answer(op: &Op, replies: &[HttpReply]) -> Result<Answer, Failure> {
    for n in 1..replies.len() {
        assert_eq!(Tiki.parse(op, &replies[..n], &credentials()), Ok(Parsed::More), "{n}");
    }
    match Tiki.parse(op, replies, &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

fn reviewed(id: &str, replies: &[HttpReply]) -> RemoteProduct {
    match answer(&review(id), replies).unwrap() {
        Answer::Reviewed(product) => product,
        other => panic!("{other:?}"),
    }
}

fn row(active: impl Into<Value>) -> Value {
    json!({
        "product_id": 7, "original_sku": SKU, "active": active.into(), "price": 180_000, "market_price": 200_000,
        "inventory": {"quantity": 4},
    })
}

fn found(row: &Value) -> HttpReply {
    reply(200, &json!({"data": [row], "paging": {"current_page": 1, "last_page": 1}}))
}

fn none() -> HttpReply {
    reply(200, &json!({"data": [], "paging": {"current_page": 1, "last_page": 1}}))
}

fn tracked(state: &str, reason: &str) -> HttpReply {
    reply(200, &json!({"track_id": "c3", "request_id": "112", "state": state, "reason": reason}))
}
