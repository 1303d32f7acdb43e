//! The proposed profiles, and what happens to a wrong one. Fixtures are ours: no partner's document is public.

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{Answer, Media, Offer, OrderStatus, Outcome};

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials =
        Credentials { base_url: "https://doi-tac.example/api".to_owned(), ..Credentials::default() };
    credentials.settings.insert("client_id".to_owned(), "ocop".to_owned());
    credentials.secrets.insert("client_secret".to_owned(), Secret::new("kept-secret"));
    credentials.token = Some(crate::platform::state::Token {
        value: Secret::new("token-1"),
        expires_at: now().plus(chrono::Duration::hours(1)),
    });
    credentials
}

fn tea() -> ListingContent {
    match Op::samples(now()).into_iter().find(|op| matches!(op, Op::Upsert { .. })) {
        Some(Op::Upsert { content, .. }) => *content,
        _ => panic!("no sample"),
    }
}

fn upsert(id: Option<&str>) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(tea()), media: Media::new() }
}

fn parse(partner: &Partner, op: &Op, status: u16, body: &Value) -> Result<Answer, Failure> {
    let reply = HttpReply { status, headers: vec![], body: body.to_string().into_bytes() };
    match partner.parse(op, &[reply], &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("one request is enough"),
    }
}

#[test]
fn the_proposed_profiles_can_be_used_and_a_wrong_one_says_where() {
    for partner in [&C_THAI_NGUYEN, &VOSO, &BUUDIEN] {
        assert_eq!(partner.descriptor().key, partner.key);
        assert!(partner.settings_errors(&BTreeMap::new()).is_empty(), "{}", partner.key);
    }
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut profile: Value = serde_json::from_str(C_THAI_NGUYEN.proposed).unwrap();
        change(&mut profile);
        let settings = BTreeMap::from([(PROFILE.to_owned(), profile.to_string())]);
        C_THAI_NGUYEN.settings_errors(&settings).into_iter().map(|error| error.text.en).collect::<String>()
    };
    assert!(broken(&|_| {}).is_empty());
    assert!(broken(&|p| p["find"]["path"] = json!("//evil/{sku}")).contains("one slash"));
    assert!(broken(&|p| p["find"]["path"] = json!("/products")).contains("{sku}"));
    assert!(broken(&|p| p["read"]["path"] = json!("/products/{buyer}")).contains("buyer"));
    assert!(broken(&|p| p["create"]["body"]["title"] = json!("$phone")).contains("$phone"));
    assert!(broken(&|p| p["create"]["method"] = json!("BREW")).contains("BREW"));
    assert!(broken(&|p| p["suprise"] = json!(1)).contains("suprise"));
    assert!(broken(&|p| p["statuses"]["live"] = json!("sold")).contains("sold"));
}

#[test]
fn requests_carry_the_product_and_each_way_of_showing_who_calls() {
    let spec = C_THAI_NGUYEN.build(&upsert(None), &[], &credentials(), now()).unwrap();
    assert_eq!((spec.method, spec.url.as_str()), (Method::Post, "https://doi-tac.example/api/v1/products"));
    assert!(spec.headers.contains(&("x-api-key".to_owned(), "kept-secret".to_owned())));
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert_eq!((&body["price"], &body["ocop"]["star"]), (&json!(180_000), &json!(4)));
    assert_eq!(body["ocop"]["certificate"], "19-05503-7-2026");
    assert_eq!(body["images"].as_array().unwrap().len(), 2);

    let without = ListingContent { certificate: None, ..tea() };
    let op = Op::Upsert { external_id: Some("7/8".into()), content: Box::new(without), media: Media::new() };
    let spec = VOSO.build(&op, &[], &credentials(), now()).unwrap();
    assert_eq!(spec.url, "https://doi-tac.example/api/v1/products/7%2F8", "an id stays one segment");
    assert!(spec.headers.contains(&("authorization".to_owned(), "Bearer token-1".to_owned())));
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert_eq!(body["ocop"]["star"], Value::Null, "no star without a certificate");
    assert_eq!((body.get("price"), body.get("quantity")), (None, None), "price and stock go apart");

    let offer = Offer { external_id: "7".into(), sku: "S".into(), price_vnd: 190_000, stock: 3 };
    let spec = BUUDIEN.build(&Op::PriceStock { items: vec![offer] }, &[], &credentials(), now()).unwrap();
    assert_eq!(spec.body, br#"{"price":190000,"quantity":3}"#);
    let time = now().unix_seconds().to_string();
    let parts: [&[u8]; 4] = [b"PATCH", b"/v1/products/7/offer", time.as_bytes(), &spec.body];
    let signature = sign::hmac_hex("kept-secret", &parts);
    assert!(spec.headers.contains(&("x-signature".to_owned(), signature)));

    let nowhere = Credentials { base_url: String::new(), ..credentials() };
    let failure = BUUDIEN.build(&upsert(None), &[], &nowhere, now()).unwrap_err();
    assert_eq!(failure.class, Class::NeedsAction);
}

#[test]
fn answers_mean_what_the_profile_says_and_nothing_else() {
    let row = |status: &str| json!({"data": {"id": 7, "sku": "S", "status": status, "price": 180_000.0, "quantity": "4"}});
    let review = Op::Review { external_id: "7".into() };
    let outcome = |status: &str| match parse(&C_THAI_NGUYEN, &review, 200, &row(status)).unwrap() {
        Answer::Reviewed(product) => (product.outcome, product.price_vnd, product.stock),
        other => panic!("{other:?}"),
    };
    assert_eq!(outcome("live"), (Outcome::Live { external_id: "7".into() }, Some(180_000), Some(4)));
    assert_eq!(outcome("sparkling").0, Outcome::Unknown { raw: "sparkling".into() });

    // Voso's envelope says whether it worked; its HTTP status alone does not.
    let failure = parse(&VOSO, &upsert(None), 200, &row("live")).unwrap_err();
    assert_eq!(failure.class, Class::Permanent);
    let class = |status, body: &Value| parse(&BUUDIEN, &upsert(None), status, body).unwrap_err().class;
    assert_eq!(class(200, &json!("<html>")), Class::Ambiguous, "a write whose answer says nothing");
    assert_eq!(class(502, &json!({})), Class::Ambiguous);
    assert_eq!(class(401, &json!({})), Class::Auth { refreshable: true }, "the keys are tried by themselves");
    let refused = parse(&BUUDIEN, &Op::Login, 401, &json!({})).unwrap_err();
    assert_eq!(refused.class, Class::Auth { refreshable: false }, "a lasting key is refused");
    let taken = parse(&BUUDIEN, &upsert(None), 409, &json!({"error": {"code": "x", "message": "SKU đã có"}}))
        .unwrap_err();
    assert_eq!((taken.fields[0].pointer.as_str(), taken.message.as_str()), ("/sku", "SKU đã có"));
    let gone = parse(&BUUDIEN, &upsert(Some("7")), 404, &json!({})).unwrap_err();
    assert_eq!(gone.code, "product.gone");
    assert_eq!(
        parse(&BUUDIEN, &Op::FindBySku { sku: "S".into() }, 404, &json!({})).unwrap(),
        Answer::Found(None)
    );
    let other = json!({"data": [{"id": 9, "sku": "S-2", "status": "live"}]});
    let found = parse(&BUUDIEN, &Op::FindBySku { sku: "S".into() }, 200, &other).unwrap();
    assert_eq!(found, Answer::Found(None), "another SKU is not ours");

    let pull = Op::samples(now()).into_iter().find(|op| matches!(op, Op::PullOrders { .. })).unwrap();
    let lines = json!([{"id": "1", "sku": "S", "quantity": 2, "price": 180_000}]);
    let page = json!({"data": [
        {"id": "11", "status": "completed", "placed_at": "2026-11-27T04:00:00Z", "lines": lines},
        {"id": "12", "status": "teleported", "lines": lines},
        {"id": "13", "status": "placed", "lines": [{"id": "1", "sku": "S", "quantity": "many", "price": 1}]},
    ], "next_cursor": "50"});
    let Answer::Orders(page) = parse(&BUUDIEN, &pull, 200, &page).unwrap() else { panic!() };
    let statuses: Vec<_> = page.orders.iter().map(|order| order.status).collect();
    assert_eq!(statuses, [OrderStatus::Completed, OrderStatus::Unknown]);
    assert_eq!((page.unread, page.next_cursor), (vec!["13".to_owned()], Some("50".to_owned())));
}
