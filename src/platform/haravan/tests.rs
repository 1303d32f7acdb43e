//! Haravan's own words, the steps of its operations, and the shared mapper through them.

use serde_json::{Value, json};

use super::*;
use crate::platform::call::permit;
use crate::platform::state::{Answer, Class, Media, Method, OrderStatus, Outcome, Secret, Severity};
use crate::platform::storefront::fixtures::{
    at, build, find, now, parse, price, product, pull, raw, reply, review, tea, upsert, withdraw,
};

fn credentials() -> Credentials {
    Credentials::sample(&HARAVAN, now())
}

fn there(counted: &str) -> HttpReply {
    let mut body = product(json!({"published_at": "2026-11-01T00:00:00.5Z", "published_scope": "global"}));
    body["product"]["variants"][1]["inventory_management"] = json!(counted);
    reply(200, &body)
}

fn shown(published: Value, scope: &str) -> Value {
    product(json!({"published_at": published, "published_scope": scope}))
}

#[test]
fn a_new_product_is_sent_as_the_documents_spell_it() {
    let (spec, body) = build(&Haravan, &credentials(), &upsert(None, tea(), Media::new()), &[]);
    assert_eq!(
        (spec.method, spec.url.as_str()),
        (Method::Post, "https://apis.haravan.com/com/products.json")
    );
    assert!(
        spec.write
            && spec.headers.contains(&("authorization".into(), "Bearer access_token-very-secret".into()))
    );
    let expected = json!({"product": {
        "title": "Chè Tân Cương 200 g", "body_html": tea().description_html, "product_type": "1001",
        "published_at": "2026-11-21T05:00:00Z",
        "images": [{"src": "https://ocop.example/img/1.jpg"}, {"src": "https://ocop.example/img/2.jpg"}],
        "variants": [{
            "sku": "TN-CHE-TANCUONG-200G", "grams": 250, "price": 180_000, "inventory_management": "haravan",
            "inventory_policy": "deny", "inventory_quantity": 40,
        }],
    }});
    assert_eq!(body, expected);
}

#[test]
fn an_update_looks_first_and_keeps_what_is_the_sellers() {
    let media = Media::from([
        ("https://ocop.example/img/1.jpg".to_owned(), "11".to_owned()),
        ("https://ocop.example/img/2.jpg".to_owned(), "99".to_owned()),
    ]);
    let op = upsert(Some("7"), tea(), media);
    let (look, _) = build(&Haravan, &credentials(), &op, &[]);
    assert_eq!(
        (look.method, look.write, look.url.ends_with("/com/products/7.json")),
        (Method::Get, false, true)
    );
    assert_eq!(parse(&Haravan, &op, &[there("haravan")]), Ok(None));
    let (spec, body) = build(&Haravan, &credentials(), &op, &[there("haravan")]);
    assert_eq!((spec.method, spec.write), (Method::Put, true));
    let product = &body["product"];
    assert_eq!(product["variants"], json!([{"id": 70}, {"id": 71, "sku": tea().sku, "grams": 250}]));
    // What the shop does not have any more is fetched again.
    assert_eq!(product["images"], json!([{"id": 11}, {"src": "https://ocop.example/img/2.jpg"}]));
    assert!(product.get("published_at").is_none() && product.get("published_scope").is_none());
    let hidden = reply(200, &shown(Value::Null, "pos"));
    let (_, body) = build(&Haravan, &credentials(), &op, &[hidden]);
    assert_eq!(
        (&body["product"]["published_at"], &body["product"]["published_scope"]),
        (&json!("2026-11-21T05:00:00Z"), &json!("global"))
    );
    let Ok(Some(Answer::Written { outcome, media, .. })) = parse(&Haravan, &op, &[there(""), there("")])
    else {
        panic!()
    };
    assert_eq!(outcome, Outcome::Live { external_id: "7".into() });
    assert_eq!(media.values().collect::<Vec<_>>(), ["11", "12"], "in the order of their positions");
    let gone = parse(&Haravan, &op, &[reply(404, &json!({"errors": "Not Found"}))]).unwrap_err();
    assert_eq!(gone.code, "product.gone");
    let shown = Haravan.preview(&op, &credentials(), now()).unwrap();
    assert_eq!((shown.method, shown.body.is_empty()), (Method::Put, false));
}

#[test]
fn the_price_goes_to_the_variant_and_the_stock_to_a_place() {
    let places =
        reply(200, &json!({"locations": [{"id": 1, "is_primary": false}, {"id": 2, "is_primary": true}]}));
    let priced = reply(200, &json!({"variant": {"id": 71, "price": 190_000.0, "inventory_quantity": 40}}));
    let set = reply(201, &json!({"inventory": {"id": 5}}));
    let op = price(190_000, 3);
    let mut replies = vec![there("haravan")];
    let mut urls = Vec::new();
    for next in [places.clone(), priced.clone(), set] {
        let (spec, body) = build(&Haravan, &credentials(), &op, &replies);
        urls.push((
            spec.method.as_str(),
            spec.url.replace("https://apis.haravan.com/com/", ""),
            spec.write,
            body,
        ));
        assert_eq!(parse(&Haravan, &op, &replies), Ok(None));
        replies.push(next);
    }
    let line = json!({"product_id": 7, "product_variant_id": 71, "quantity": 3});
    let inventory =
        json!({"inventory": {"location_id": 2, "type": "set", "reason": "newproduct", "line_items": [line]}});
    let expected = [
        ("GET", "locations.json".to_owned(), false, Value::Null),
        ("PUT", "variants/71.json".to_owned(), true, json!({"variant": {"id": 71, "price": 190_000}})),
        ("POST", "inventories/adjustorset.json".to_owned(), true, inventory),
    ];
    assert_eq!(urls, expected);
    assert!(
        matches!(parse(&Haravan, &op, &replies), Ok(Some(Answer::Items(items))) if items[0].result.is_ok())
    );
    // The stock that is there already needs no call, and a place that is set no look.
    let same = price(190_000, 40);
    let done = parse(&Haravan, &same, &[there("haravan"), priced.clone()]);
    assert!(matches!(done, Ok(Some(Answer::Items(_)))), "{done:?}");
    let mut placed = credentials();
    placed.settings.insert(LOCATION.into(), "9".into());
    let (spec, body) = build(&Haravan, &placed, &op, &[there("")]);
    assert!(spec.url.ends_with("variants/71.json"));
    assert_eq!(body["variant"]["inventory_management"], "haravan", "the shop begins to count");
    let (_, body) = build(&Haravan, &placed, &op, &[there(""), priced]);
    assert_eq!(body["inventory"]["location_id"], 9);
    let several = reply(200, &json!({"locations": [{"id": 1}, {"id": 2}]}));
    let other = reply(200, &json!({"variant": {"id": 71, "price": 190_000}}));
    let lost = Haravan.build(&op, &[there("haravan"), several, other], &credentials(), now()).unwrap_err();
    assert_eq!((lost.class, lost.code.as_str()), (Class::NeedsAction, "haravan.place"));
    let wrong = reply(200, &json!({"variant": {"id": 71, "price": 1}}));
    assert_eq!(parse(&Haravan, &op, &[there("haravan"), wrong]).unwrap_err().class, Class::Ambiguous);
}

#[test]
fn a_search_finds_none_one_or_a_matter_for_a_person() {
    let (spec, _) = build(&Haravan, &credentials(), &find(), &[]);
    assert!(spec.url.ends_with("/com/products.json?sku=TN-CHE-TANCUONG-200G"));
    let list = |rows: Vec<Value>| reply(200, &json!({ "products": rows }));
    assert_eq!(parse(&Haravan, &find(), &[list(vec![])]), Ok(Some(Answer::Found(None))));
    let one = shown(json!("2026-11-01T00:00:00Z"), "web")["product"].clone();
    let Ok(Some(Answer::Found(Some(found)))) = parse(&Haravan, &find(), &[list(vec![one.clone()])]) else {
        panic!()
    };
    assert_eq!((found.external_id.as_str(), found.price_vnd, found.stock), ("7", Some(180_000), None));
    let twice = parse(&Haravan, &find(), &[list(vec![one.clone(), one])]).unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "haravan.sku_twice"));
    let other = json!({"id": 8, "published_at": null, "variants": [{"id": 80, "sku": "X"}]});
    assert_eq!(parse(&Haravan, &find(), &[list(vec![other])]), Ok(Some(Answer::Found(None))));
}

#[test]
fn what_is_published_is_live_and_an_unknown_word_never() {
    let outcome = |body: Value| match parse(&Haravan, &review(), &[reply(200, &body)]).unwrap() {
        Some(Answer::Reviewed(product)) => product.outcome,
        other => panic!("{other:?}"),
    };
    let time = || json!("2026-11-01T00:00:00Z");
    assert!(matches!(outcome(shown(time(), "web")), Outcome::Live { .. }));
    assert!(matches!(outcome(shown(time(), "global")), Outcome::Live { .. }));
    assert_eq!(outcome(shown(time(), "pos")), Outcome::Withdrawn);
    assert_eq!(outcome(shown(Value::Null, "web")), Outcome::Withdrawn);
    assert!(matches!(outcome(shown(time(), "moon")), Outcome::Unknown { .. }));
    assert!(matches!(outcome(product(json!({}))), Outcome::Unknown { .. }));
    let (spec, body) = build(&Haravan, &credentials(), &withdraw(), &[]);
    assert_eq!((spec.method, body), (Method::Put, json!({"product": {"id": 7, "published_at": null}})));
    let off = parse(&Haravan, &withdraw(), &[reply(200, &shown(Value::Null, "pos"))]);
    assert_eq!(off, Ok(Some(Answer::Withdrawn)));
    let on = parse(&Haravan, &withdraw(), &[reply(200, &shown(time(), "web"))]).unwrap_err();
    assert_eq!((on.class, on.code.as_str()), (Class::NeedsAction, "haravan.not_hidden"));
}

#[test]
fn orders_are_read_without_their_buyers() {
    let (spec, _) = build(&Haravan, &credentials(), &pull(), &[]);
    let url = "https://apis.haravan.com/com/orders.json?status=any&order=created_at%20asc\
               &updated_at_min=2026-11-20T17:00:00Z&limit=50&page=1";
    assert_eq!(spec.url, url);
    let order = |own: Value| {
        let mut order = json!({
            "id": 5, "financial_status": "pending", "fulfillment_status": "notfulfilled", "cancelled_at": null, "closed_at": null,
            "created_at": "2026-11-21T04:30:00.062Z", "customer": {"first_name": "Nguyễn Văn A", "phone": "0912345678"},
            "line_items": [
                {"id": 51, "sku": "A", "quantity": 3, "price": 200_000.0, "total_discount": 60_000.0},
                {"id": 52, "sku": null, "variant_id": 9, "quantity": 1, "price": 1_000.0}],
        });
        for (key, value) in own.as_object().unwrap() {
            order[key] = value.clone();
        }
        order
    };
    let page = |rows: Vec<Value>| match parse(&Haravan, &pull(), &[reply(200, &json!({ "orders": rows }))])
        .unwrap()
    {
        Some(Answer::Orders(page)) => page,
        other => panic!("{other:?}"),
    };
    let read = page(vec![order(json!({}))]);
    assert!(!format!("{read:?}").contains("Nguyễn") && !format!("{read:?}").contains("0912"));
    let first = &read.orders[0];
    assert_eq!((first.status, first.placed_at), (OrderStatus::Open, Some(at("2026-11-21T04:30:00.062Z"))));
    let lines: Vec<_> = first
        .lines
        .iter()
        .map(|l| (l.line_id.as_str(), l.sku.as_str(), l.quantity, l.unit_price_vnd))
        .collect();
    assert_eq!(lines, [("51", "A", 3, 180_000), ("52", "#9", 1, 1_000)]);
    let back = json!({"refunds": [{"refund_line_items": [{"line_item_id": 51, "quantity": 2}]}]});
    assert_eq!(page(vec![order(back)]).orders[0].lines[0].quantity, 1, "what came back is not sold");
    for (marks, status) in [
        (json!({"fulfillment_status": "fulfilled"}), OrderStatus::Shipping),
        (
            json!({"fulfillment_status": "fulfilled", "closed_at": "2026-11-21T04:50:00Z"}),
            OrderStatus::Completed,
        ),
        (json!({"cancelled_at": "2026-11-21T04:50:00Z"}), OrderStatus::Cancelled),
        (json!({"cancelled_status": "cancelled"}), OrderStatus::Cancelled),
        (json!({"financial_status": "voided"}), OrderStatus::Cancelled),
        (json!({"financial_status": "refunded"}), OrderStatus::Returned),
        (json!({"fulfillment_status": "lost"}), OrderStatus::Unknown),
        (json!({"financial_status": "barter"}), OrderStatus::Unknown),
    ] {
        assert_eq!(page(vec![order(marks.clone())]).orders[0].status, status, "{marks}");
    }
    let bad = page(vec![json!({"id": 1}), order(json!({})), json!({"line_items": []})]);
    assert_eq!(bad.unread, ["1: it has no lines", "?: it has no number"]);
    assert_eq!(page(vec![order(json!({})); 50]).next_cursor.as_deref(), Some("2"));
}

#[test]
fn each_failure_has_its_class() {
    let create = upsert(None, tea(), Media::new());
    let class =
        |op: &Op, status: u16, body: &str| parse(&Haravan, op, &[raw(status, body)]).unwrap_err().class;
    for body in ["", "<html>bảo trì</html>", "null", "[]", "{}", r#"{"product":{}}"#] {
        assert_eq!(class(&create, 200, body), Class::Ambiguous, "{body}");
        assert_eq!(class(&find(), 200, body), Class::Retryable, "{body}");
        assert_eq!(class(&Op::Login, 200, body), Class::Retryable, "{body}");
        // A look before a write changed nothing.
        assert_eq!(class(&price(1, 1), 200, body), Class::Retryable, "{body}");
    }
    let errors = r#"{"errors":"no"}"#;
    assert_eq!(class(&create, 200, errors), Class::Permanent);
    assert_eq!(class(&create, 422, "<html>"), Class::Permanent);
    assert_eq!(class(&find(), 401, errors), Class::Auth { refreshable: true });
    assert_eq!(class(&Op::Login, 401, errors), Class::Auth { refreshable: false });
    for status in [301, 402, 403, 423] {
        assert_eq!(class(&create, status, errors), Class::NeedsAction, "{status}");
    }
    assert_eq!(class(&create, 500, ""), Class::Ambiguous);
    assert_eq!(class(&find(), 503, ""), Class::Retryable);
    let busy = HttpReply { headers: vec![("retry-after".into(), "2.0".into())], ..raw(429, errors) };
    let after = Some(std::time::Duration::from_secs(2));
    assert_eq!(parse(&Haravan, &find(), &[busy]).unwrap_err().class, Class::RateLimited { after });
    let fields = r#"{"errors":{"title":["trống"],"variants[0].price":["sai"],"vendor":["x"]}}"#;
    let failure = parse(&Haravan, &create, &[raw(422, fields)]).unwrap_err();
    let pointers: Vec<_> = failure.fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/price_vnd", ""]);
}

#[test]
fn calls_are_believed_by_their_signature_and_a_challenge_by_its_token() {
    let mut credentials = credentials();
    credentials.secrets.insert("app_secret".into(), Secret::new("app-secret"));
    credentials.secrets.insert("verify_token".into(), Secret::new("agreed"));
    let hook = |topic: &str, body: &[u8], query: &str, credentials: &Credentials| {
        let headers = [
            ("x-haravan-topic", topic),
            ("x-haravan-hmacsha256", "SpI1Q3PR77Kp+JarUidGk2CjN7PQnb6G1SSSe0EsJds="),
        ];
        let headers: Vec<_> = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Haravan
            .hook(&HookCall { url: "", query, headers: &headers, body }, credentials, now())
            .map(|hook| hook.news)
    };
    let body = br#"{"id":123}"#;
    assert_eq!(hook("orders/create", body, "", &credentials), Ok(News::Orders));
    assert_eq!(hook("products/update", body, "", &credentials), Ok(News::Products(vec!["123".into()])));
    assert_eq!(hook("app/uninstalled", body, "", &credentials), Ok(News::Shop));
    assert_eq!(hook("orders/create", br#"{"id":124}"#, "", &credentials), Err(HookRefused::Forged));
    assert_eq!(hook("orders/create", body, "", &self::credentials()), Err(HookRefused::Forged));
    let asked = |token: &str| format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=4%2B2");
    assert_eq!(hook("", b"", &asked("agreed"), &credentials), Ok(News::Challenge("4+2".into())));
    assert_eq!(hook("", b"", &asked("other"), &credentials), Err(HookRefused::Forged));
}

#[test]
fn each_rule_is_checked_before_sending() {
    let many = vec!["https://ocop.example/1.jpg".to_owned(); 251];
    let issues = Haravan.issues(&ListingContent { images: many, ..tea() }, now());
    assert_eq!(
        (issues.len(), issues[0].code.as_str(), issues[0].severity),
        (1, "images.too_many", Severity::Error)
    );
    let free = upsert(None, ListingContent { price_vnd: 0, ..tea() }, Media::new());
    assert_eq!(permit(&Haravan, &free, now()).unwrap_err().fields[0].pointer, "/price_vnd");
    assert_eq!(Haravan.build(&price(0, 1), &[], &credentials(), now()).unwrap_err().class, Class::Permanent);
}
