//! Requests as the documents show them, and what answers mean.

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{Answer, Class, News, ParcelSeen, Secret, Stage};

fn now() -> Instant {
    Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

fn credentials() -> Credentials {
    Credentials::sample(&VIETTEL_POST, now())
}

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn create() -> Op {
    Op::Parcel(ParcelOp::Create(Box::new(Consignment::sample())))
}

fn class(op: &Op, status: u16, body: &str) -> Class {
    ViettelPost.parse(op, &[reply(status, body)], &credentials()).unwrap_err().class
}

#[test]
fn logging_in_takes_two_steps() {
    let (keys, op) = (credentials(), Op::Login);
    let first = ViettelPost.build(&op, &[], &keys, now()).unwrap();
    assert_eq!(first.url, "https://partner.viettelpost.vn/v2/user/Login");
    let body: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(body, json!({"USERNAME": "username", "PASSWORD": "password-very-secret"}));
    let passing = reply(200, r#"{"status":200,"error":false,"message":"OK","data":{"token":"passing"}}"#);
    let replies = [passing.clone()];
    assert_eq!(ViettelPost.parse(&op, &replies, &keys), Ok(Parsed::More));
    let second = ViettelPost.build(&op, &replies, &keys, now()).unwrap();
    assert_eq!(second.url, "https://partner.viettelpost.vn/v2/user/ownerconnect");
    assert!(second.headers.contains(&("Token".to_owned(), "passing".to_owned())));
    assert!(second.secrets.contains(&Secret::new("passing")));
    let lasting =
        r#"{"status":200,"error":false,"message":"OK","data":{"token":"lasting","expired":1800086400000}}"#;
    let done = ViettelPost.parse(&op, &[passing, reply(200, lasting)], &keys).unwrap();
    let Parsed::Done(Answer::Token(grant)) = done else { panic!("no token") };
    assert_eq!(grant.value.expose(), "lasting");
    assert_eq!(grant.expires_at(now()).unix_seconds(), 1_800_086_400);
    let wrong = r#"{"status":201,"error":true,"message":"Tài khoản không đúng","data":null}"#;
    assert_eq!(class(&op, 200, wrong), Class::Auth { refreshable: false });
}

#[test]
fn a_consignment_carries_our_number_and_hides_its_receiver() {
    let spec = ViettelPost.build(&create(), &[], &credentials(), now()).unwrap();
    assert_eq!(spec.url, "https://partner.viettelpost.vn/v2/order/createOrderNlp");
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert_eq!(body["ORDER_NUMBER"], "01KB0000000000000000000000");
    assert_eq!((&body["PRODUCT_WEIGHT"], &body["MONEY_COLLECTION"]), (&json!(450), &json!(500_000)));
    assert_eq!((&body["PRODUCT_TYPE"], &body["ORDER_SERVICE"]), (&json!("HH"), &json!("VCN")));
    assert_eq!(body["PRODUCT_NAME"], "2 x Trà búp Tân Cương");
    let shown = format!("{:?}", crate::platform::redact::request(&spec));
    for hidden in ["Người Nhận", "0987654321", "Hàng Bạc", "token-very-secret"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn success_is_what_the_envelope_says() {
    let made = r#"{"status":200,"error":false,"message":"OK","data":{"ORDER_NUMBER":"10345381626","MONEY_TOTAL_FEE":22000}}"#;
    let seen = ParcelSeen {
        number: "10345381626".into(),
        handle: None,
        stage: Stage::Other,
        code: None,
        fee_vnd: Some(22_000),
    };
    let done = ViettelPost.parse(&create(), &[reply(200, made)], &credentials()).unwrap();
    assert_eq!(done, Parsed::Done(Answer::Parcel(Some(seen))));
    for (status, body, expected) in [
        (200, r#"{"status":205,"error":true,"message":"Địa chỉ nhận không hợp lệ"}"#, Class::Permanent),
        (200, r#"{"status":202,"error":true,"message":"Token invalid"}"#, Class::Auth { refreshable: true }),
        (200, r#"{"status":500,"error":true,"message":"x"}"#, Class::Ambiguous),
        (200, r#"{"status":200,"error":false,"data":{}}"#, Class::Ambiguous),
        (200, r#"{"status":206,"error":false,"message":"chờ"}"#, Class::Ambiguous),
        (200, "<html>bảo trì</html>", Class::Ambiguous),
        (200, "", Class::Ambiguous),
        (502, "", Class::Ambiguous),
        (429, "", Class::RateLimited { after: None }),
    ] {
        assert_eq!(class(&create(), status, body), expected, "{status} {body}");
    }
    let cancel = Op::Parcel(ParcelOp::Cancel { number: "1".into(), handle: None });
    let spec = ViettelPost.build(&cancel, &[], &credentials(), now()).unwrap();
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert_eq!((&body["TYPE"], &body["ORDER_NUMBER"]), (&json!(4), &json!("1")));
    let ok = r#"{"status":200,"error":false,"message":"OK","data":null}"#;
    let done = ViettelPost.parse(&cancel, &[reply(200, ok)], &credentials());
    assert_eq!(done, Ok(Parsed::Done(Answer::Parcel(None))));
}

#[test]
fn a_call_is_believed_by_its_token() {
    let body = |token: &str, status: i64| {
        json!({"DATA": {
            "ORDER_NUMBER": "10345381626", "ORDER_REFERENCE": "01KB", "ORDER_STATUS": status, "STATUS_NAME": "x",
            "ORDER_STATUSDATE": "27/11/2026 9:5:3", "MONEY_COLLECTION": 500_000, "MONEY_TOTAL": 22_000,
            "RECEIVER_FULLNAME": "Nguyễn Thị Người Nhận",
        }, "TOKEN": token})
        .to_string()
    };
    let hook = |body: &str| {
        let call = HookCall { url: "", query: "", headers: &[], body: body.as_bytes() };
        ViettelPost.hook(&call, &credentials(), now())
    };
    for (code, stage) in [
        (501, Stage::Delivered),
        (503, Stage::Lost),
        (504, Stage::Returned),
        (505, Stage::Moving),
        (102, Stage::Other),
    ] {
        let News::Parcel(news) = hook(&body("webhook_token-very-secret", code)).unwrap().news else {
            panic!("no parcel")
        };
        assert_eq!((news.seen.stage, news.seen.code), (stage, Some(code.to_string())));
        assert_eq!((news.reference.as_str(), news.cod_vnd), ("01KB", Some(500_000)));
        assert_eq!(news.seen.fee_vnd, Some(22_000));
        assert_eq!(news.at.unwrap().to_string(), "2026-11-27T02:05:03.000000Z");
    }
    assert_eq!(hook(&body("other", 501)), Err(HookRefused::Forged));
    assert_eq!(hook("{}"), Err(HookRefused::Forged));
}

#[test]
fn what_is_on_its_way_back_is_not_delivered() {
    let stage = |code: i64, returning: Value| {
        let body = json!({"DATA": {
            "ORDER_NUMBER": "10345381626", "ORDER_REFERENCE": "01KB", "ORDER_STATUS": code, "IS_RETURNING": returning,
        }, "TOKEN": "webhook_token-very-secret"})
        .to_string();
        let call = HookCall { url: "", query: "", headers: &[], body: body.as_bytes() };
        match ViettelPost.hook(&call, &credentials(), now()).unwrap().news {
            News::Parcel(news) => news.seen.stage,
            other => panic!("{other:?}"),
        }
    };
    for yes in [json!(true), json!("true"), json!("True"), json!(1), json!("1")] {
        assert_eq!(stage(501, yes.clone()), Stage::Moving, "{yes}");
        assert_eq!(stage(200, yes.clone()), Stage::Moving, "{yes}");
        assert_eq!(stage(504, yes.clone()), Stage::Returned, "{yes}");
        assert_eq!(stage(503, yes.clone()), Stage::Lost, "{yes}");
    }
    for no in [json!(false), json!("false"), json!(0), json!(null), json!("")] {
        assert_eq!(stage(501, no.clone()), Stage::Delivered, "{no}");
        assert_eq!(stage(200, no.clone()), Stage::Other, "{no}");
    }
}
