//! Requests as the clients send them, and what answers mean.

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{Answer, Class, ParcelSeen, Stage};

const REFERENCE: &str = "01KB0000000000000000000000";

fn now() -> Instant {
    Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap())
}

fn parse(op: &Op, status: u16, body: &str) -> Result<Answer, Failure> {
    let reply = HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
    match MyVnpost.parse(op, &[reply], &Credentials::sample(&VNPOST, now()))? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("one request is enough"),
    }
}

fn build(op: &Op) -> HttpSpec {
    let mut credentials = Credentials::sample(&VNPOST, now());
    credentials.settings.insert("service".into(), "CTN009".into());
    MyVnpost.build(op, &[], &credentials, now()).unwrap()
}

fn create() -> Op {
    Op::Parcel(ParcelOp::Create(Box::new(Consignment::sample())))
}

fn read() -> Op {
    Op::Parcel(ParcelOp::Read { reference: REFERENCE.into(), number: None })
}

#[test]
fn requests_are_those_of_the_contract() {
    let login = build(&Op::Login);
    assert_eq!(login.url, "https://connect-my.vnpost.vn/customer-partner/GetAccessToken");
    let body: Value = serde_json::from_slice(&login.body).unwrap();
    assert_eq!(body["customerCode"], "customer_code");
    let spec = build(&create());
    assert_eq!(spec.url, "https://connect-my.vnpost.vn/customer-partner/CreateOrder");
    assert!(spec.headers.contains(&("token".to_owned(), "token-very-secret".to_owned())));
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    let order = &body["informationOrder"];
    assert_eq!((&order["saleOrderCode"], &order["weight"]), (&json!(REFERENCE), &json!("450")));
    assert_eq!(order["addonService"], json!([{"code": "GTG021", "propValue": "PROP0018:500000"}]));
    let shown = format!("{:?}", crate::platform::redact::request(&spec));
    assert!(!shown.contains("Người Nhận") && !shown.contains("0987654321") && !shown.contains("Hàng Bạc"));
    let url = build(&read()).url;
    assert_eq!(
        url,
        format!("https://connect-my.vnpost.vn/customer-partner/getOrder?type=2&code={REFERENCE}")
    );
    let known = ParcelOp::Read { reference: REFERENCE.into(), number: Some("CT7/VN".into()) };
    assert_eq!(
        build(&Op::Parcel(known)).url,
        "https://connect-my.vnpost.vn/customer-partner/getOrder?type=1&code=CT7%2FVN"
    );
    let cancel = build(&Op::Parcel(ParcelOp::Cancel { number: "EX1".into(), handle: Some("77".into()) }));
    assert_eq!(cancel.body, br#"{"OriginalId":"77"}"#);
}

#[test]
fn answers_are_read_and_odd_ones_are_no_success() {
    let token = |body: &str| match parse(&Op::Login, 200, body).unwrap() {
        Answer::Token(grant) => grant.value.expose().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!((token(r#"{"token":"abc"}"#), token(r#""abc""#)), ("abc".into(), "abc".into()));
    let error = r#"{"status":400,"error":"Bad Request","message":"Sai mật khẩu","path":"/"}"#;
    assert_eq!(parse(&Op::Login, 400, error).unwrap_err().class, Class::Auth { refreshable: false });

    let made = r#"{"originalID":"77","itemCode":"EX123VN","status":20,"saleOrderCode":"01KB0000000000000000000000","totalFee":30500}"#;
    let seen = |stage, code: &str| ParcelSeen {
        number: "EX123VN".into(),
        handle: Some("77".into()),
        stage,
        code: Some(code.into()),
        fee_vnd: Some(30_500),
    };
    assert_eq!(parse(&create(), 200, made), Ok(Answer::Parcel(Some(seen(Stage::Other, "20")))));
    for (code, stage) in [("90", Stage::Delivered), ("100", Stage::Returned), ("70", Stage::Other)] {
        let body = made.replace(":20,", &format!(":{code},"));
        for body in [body.clone(), format!("[{body}]"), format!(r#"{{"data":[{body}]}}"#)] {
            assert_eq!(parse(&read(), 200, &body), Ok(Answer::Parcel(Some(seen(stage, code)))), "{body}");
        }
    }
    for (status, body) in [(200, "[]"), (404, "")] {
        assert_eq!(parse(&read(), status, body), Ok(Answer::Parcel(None)));
    }
    for body in ["", "null", "<html></html>", "{}", r#"[{"saleOrderCode":"other","itemCode":"1"}]"#] {
        assert_eq!(parse(&read(), 200, body).unwrap_err().class, Class::Retryable, "{body}");
    }
    for (status, body, class) in [
        (200, "", Class::Ambiguous),
        (200, "<html></html>", Class::Ambiguous),
        (200, "{}", Class::Ambiguous),
        (500, "", Class::Ambiguous),
        (401, "", Class::Auth { refreshable: true }),
        (400, error, Class::Permanent),
        (200, error, Class::Permanent),
    ] {
        assert_eq!(parse(&create(), status, body).unwrap_err().class, class, "{status} {body}");
    }
    let cancel = Op::Parcel(ParcelOp::Cancel { number: "1".into(), handle: None });
    let row = |word: &str| format!(r#"[{{"type":"{word}","message":"m","originalId":"77"}}]"#);
    assert_eq!(parse(&cancel, 200, &row("SUCCESS")), Ok(Answer::Parcel(None)));
    assert_eq!(parse(&cancel, 200, &row("ERROR")).unwrap_err().class, Class::Permanent);
    assert_eq!(parse(&cancel, 200, "[]").unwrap_err().class, Class::Ambiguous);
}
