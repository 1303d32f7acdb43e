//! Fixtures written by hand from the fields of the contract; none was recorded from a real shop.

mod orders;

use serde_json::{Value, json};

use super::*;
use crate::platform::state::{
    Answer, AttributeChoice, AttributeValue, Media, News, Offer, OrderStatus, OrderWindow, Outcome,
};

fn at(text: &str) -> Instant {
    Instant::from_utc(text.parse().unwrap())
}

fn now() -> Instant {
    at("2026-11-21T05:00:00Z")
}

fn credentials() -> Credentials {
    let base_url = "https://hopbang.example/shop/".to_owned();
    Credentials { base_url, ..Credentials::sample(&WOOCOMMERCE, now()) }
}

fn tea() -> ListingContent {
    match Op::samples(now()).into_iter().find(|op| matches!(op, Op::Upsert { .. })) {
        Some(Op::Upsert { content, .. }) => *content,
        _ => unreachable!(),
    }
}

fn upsert(id: Option<&str>, content: ListingContent, media: Media) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(content), media }
}

fn create() -> Op {
    upsert(None, tea(), Media::new())
}

fn find() -> Op {
    Op::FindBySku { sku: tea().sku }
}

fn review() -> Op {
    Op::Review { external_id: "794".into() }
}

fn pull(cursor: Option<&str>) -> Op {
    let window = OrderWindow { since: at("2026-11-20T17:00:00Z"), until: now() };
    Op::PullOrders { window, cursor: cursor.map(str::to_owned) }
}

fn build(op: &Op) -> (HttpSpec, Value) {
    let spec = WooCommerce.build(op, &[], &credentials(), now()).unwrap();
    let body = serde_json::from_slice(&spec.body).unwrap_or(Value::Null);
    (spec, body)
}

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() }
}

fn parse(op: &Op, status: u16, body: &str) -> Result<Answer, Failure> {
    match WooCommerce.parse(op, &[reply(status, body)], &Credentials::default())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("one request is enough"),
    }
}

fn refusal(code: &str, status: u16) -> String {
    json!({"code": code, "message": "Không được", "data": {"status": status}}).to_string()
}

fn row(status: &str) -> Value {
    json!({
        "id": 794, "sku": tea().sku, "type": "simple", "status": status, "regular_price": "180000", "price": "150000",
        "manage_stock": true, "stock_quantity": 40, "images": [{"id": 11, "src": "x"}, {"id": 12, "src": "y"}],
    })
}

#[test]
fn a_new_product_is_sent_as_the_contract_spells_it() {
    let (spec, body) = build(&create());
    let url = "https://hopbang.example/shop/wp-json/wc/v3/products";
    assert_eq!((spec.method, spec.url.as_str(), spec.write), (Method::Post, url, true));
    let pair = STANDARD.encode("consumer_key-very-secret:consumer_secret-very-secret");
    assert!(spec.headers.contains(&("authorization".into(), format!("Basic {pair}"))));
    assert_eq!(spec.secrets.len(), 3);
    let meta = |key: &str, value: &str| json!({"key": key, "value": value});
    let expected = json!({
        "name": "Chè Tân Cương 200 g", "type": "simple", "status": "publish", "sku": "TN-CHE-TANCUONG-200G",
        "description": tea().description_html, "regular_price": "180000", "manage_stock": true, "stock_quantity": 40,
        "categories": [{"id": 1001}], "weight": "0.25", "attributes": [],
        "images": [{"src": "https://ocop.example/img/1.jpg"}, {"src": "https://ocop.example/img/2.jpg"}],
        "meta_data": [
            meta("ocop_gtin", ""), meta("ocop_star", "4"), meta("ocop_certificate_number", "19-05503-7-2026"),
            meta("ocop_certificate_valid_until", "2029-06-30"),
            meta("ocop_certificate_url", "https://ocop.example/certificates/19-05503-7-2026.pdf"),
        ],
    });
    assert_eq!(body, expected);
}

#[test]
fn an_update_leaves_price_and_stock_and_names_the_images_that_are_there() {
    let media = Media::from([("https://ocop.example/img/1.jpg".to_owned(), "11".to_owned())]);
    let choice = |id: &str| AttributeChoice {
        id: id.into(),
        name: "Xuất xứ".into(),
        values: vec![AttributeValue { id: None, value: "Thái Nguyên".into() }],
    };
    let content = ListingContent {
        certificate: None,
        weight_g: 0,
        attributes: vec![choice("3"), choice("origin")],
        ..tea()
    };
    let op = upsert(Some("794"), content, media);
    let (spec, body) = build(&op);
    assert_eq!((spec.method, spec.url.ends_with("/wp-json/wc/v3/products/794")), (Method::Put, true));
    for left_out in ["regular_price", "stock_quantity", "manage_stock", "weight"] {
        assert!(body.get(left_out).is_none(), "{left_out}");
    }
    assert_eq!(body["images"], json!([{"id": 11}, {"src": "https://ocop.example/img/2.jpg"}]));
    assert_eq!(body["meta_data"][1], json!({"key": "ocop_star", "value": ""}));
    let plain = json!({"name": "Xuất xứ", "visible": true, "options": ["Thái Nguyên"]});
    assert_eq!(body["attributes"][1], plain);
    assert_eq!(body["attributes"][0]["id"], 3);
    // The shop does not know the image any more: once more, by address.
    let lost = reply(400, &refusal("woocommerce_product_invalid_image_id", 400));
    assert_eq!(
        WooCommerce.parse(&op, std::slice::from_ref(&lost), &Credentials::default()),
        Ok(Parsed::More)
    );
    let again = WooCommerce.build(&op, std::slice::from_ref(&lost), &credentials(), now()).unwrap();
    let body: Value = serde_json::from_slice(&again.body).unwrap();
    assert_eq!(body["images"][0], json!({"src": "https://ocop.example/img/1.jpg"}));
    let failure = WooCommerce.parse(&op, &[lost.clone(), lost], &Credentials::default()).unwrap_err();
    assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, "/images"));
}

#[test]
fn weights_are_told_in_the_shops_unit() {
    let weight = |grams, unit: &str| {
        let mut credentials = credentials();
        credentials.settings.insert(WEIGHT_UNIT.into(), unit.into());
        let op = upsert(None, ListingContent { weight_g: grams, ..tea() }, Media::new());
        let spec = WooCommerce.build(&op, &[], &credentials, now())?;
        Ok::<_, Failure>(serde_json::from_slice::<Value>(&spec.body).unwrap()["weight"].clone())
    };
    for (grams, unit, text) in [
        (250, "kg", "0.25"),
        (1_000, "kg", "1"),
        (12_345, "kg", "12.345"),
        (5, "kg", "0.005"),
        (250, "g", "250"),
    ] {
        assert_eq!(weight(grams, unit), Ok(json!(text)));
    }
    assert_eq!(weight(250, "lbs").unwrap_err().class, Class::NeedsAction);
}

#[test]
fn the_other_requests_are_those_of_the_contract() {
    let url = |op: &Op| {
        let spec = build(op).0;
        (spec.method, spec.url.replace("https://hopbang.example/shop/wp-json/wc/v3/", ""), spec.write)
    };
    assert_eq!(url(&Op::Login), (Method::Get, "products?per_page=1".into(), false));
    let sku = Op::FindBySku { sku: "a b&c".into() };
    assert_eq!(url(&sku), (Method::Get, "products?sku=a+b%26c&per_page=100".into(), false));
    assert_eq!(url(&review()), (Method::Get, "products/794".into(), false));
    let since = "modified_after=2026-11-20T16:59:59&dates_are_gmt=true&orderby=date&order=asc&per_page=100";
    assert_eq!(url(&pull(None)), (Method::Get, format!("orders?{since}&page=1"), false));
    assert_eq!(url(&pull(Some("3"))).1, format!("orders?{since}&page=3"));
    let categories = Op::Categories { parent: Some("16".into()) };
    assert_eq!(url(&categories).1, "products/categories?parent=16&per_page=100&page=1");
    let withdraw = Op::Withdraw { external_id: "794".into(), sku: tea().sku };
    assert_eq!(url(&withdraw), (Method::Put, "products/794".into(), true));
    assert_eq!(build(&withdraw).1, json!({"status": "draft"}));
    let item = Offer { external_id: "794".into(), sku: "s".into(), price_vnd: 190_000, stock: 3 };
    let one = Op::PriceStock { items: vec![item.clone()] };
    assert_eq!(url(&one).1, "products/794");
    assert_eq!(build(&one).1, json!({"regular_price": "190000", "manage_stock": true, "stock_quantity": 3}));
    let two = Op::PriceStock { items: vec![item.clone(), Offer { external_id: "7".into(), ..item.clone() }] };
    assert_eq!(url(&two), (Method::Post, "products/batch".into(), true));
    assert_eq!(build(&two).1["update"][1]["id"], 7);
    for items in [
        vec![],
        vec![Offer { price_vnd: 0, ..item.clone() }],
        vec![Offer { external_id: "../x".into(), ..item }],
    ] {
        let refused = WooCommerce.build(&Op::PriceStock { items }, &[], &credentials(), now()).unwrap_err();
        assert_eq!(refused.class, Class::Permanent);
    }
    let keyless = Credentials { secrets: Default::default(), ..credentials() };
    assert_eq!(WooCommerce.build(&find(), &[], &keyless, now()).unwrap_err().class, Class::NeedsAction);
}

#[test]
fn a_search_finds_none_one_or_a_matter_for_a_person() {
    assert_eq!(parse(&find(), 200, "[]"), Ok(Answer::Found(None)));
    let Answer::Found(Some(found)) = parse(&find(), 200, &json!([row("publish")]).to_string()).unwrap()
    else {
        panic!()
    };
    assert_eq!((found.external_id.as_str(), found.price_vnd, found.stock), ("794", Some(180_000), Some(40)));
    let mut other = row("publish");
    other["sku"] = json!("OTHER");
    assert_eq!(parse(&find(), 200, &json!([other]).to_string()), Ok(Answer::Found(None)));
    let twice = parse(&find(), 200, &json!([row("publish"), row("draft")]).to_string()).unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "woocommerce.sku_twice"));
    let mut variation = row("publish");
    variation["type"] = json!("variation");
    let part = parse(&find(), 200, &json!([variation]).to_string()).unwrap_err();
    assert_eq!(part.code, "woocommerce.sku_of_variation");
}

#[test]
fn each_state_has_its_meaning_and_an_unknown_word_is_never_live() {
    let id = || "794".to_owned();
    for (word, outcome) in [
        ("publish", Outcome::Live { external_id: id() }),
        ("pending", Outcome::PendingReview { external_id: id() }),
        ("draft", Outcome::Withdrawn),
        ("private", Outcome::Withdrawn),
        ("trash", Outcome::Withdrawn),
        ("future", Outcome::Unknown { raw: "future".into() }),
        ("", Outcome::Unknown { raw: String::new() }),
    ] {
        let Answer::Reviewed(seen) = parse(&review(), 200, &row(word).to_string()).unwrap() else { panic!() };
        assert_eq!((seen.outcome, seen.editable), (outcome, word != "trash"), "{word}");
    }
    let media = Media::from([
        ("https://ocop.example/img/1.jpg".to_owned(), "11".to_owned()),
        ("https://ocop.example/img/2.jpg".to_owned(), "12".to_owned()),
    ]);
    let outcome = Outcome::Live { external_id: id() };
    let written = Answer::Written { external_id: Some(id()), outcome, media };
    assert_eq!(parse(&create(), 201, &row("publish").to_string()), Ok(written));
    let withdraw = Op::Withdraw { external_id: id(), sku: tea().sku };
    assert_eq!(parse(&withdraw, 200, &row("draft").to_string()), Ok(Answer::Withdrawn));
    assert_eq!(parse(&withdraw, 200, &row("publish").to_string()).unwrap_err().class, Class::Ambiguous);
}

#[test]
fn a_batch_succeeds_and_fails_product_by_product() {
    let item = |id: &str| Offer { external_id: id.into(), sku: id.into(), price_vnd: 1_000, stock: 3 };
    let op = Op::PriceStock { items: vec![item("7"), item("8"), item("9"), item("10")] };
    let error = |code: &str| json!({"code": code, "message": "x", "data": {"status": 400}});
    let body = json!({"update": [
        {"id": 8, "error": error("woocommerce_rest_product_invalid_id")}, {"id": 7, "sku": "7"},
        {"id": 9, "error": error("rest_invalid_param")},
    ]});
    let Answer::Items(items) = parse(&op, 200, &body.to_string()).unwrap() else { panic!() };
    let codes: Vec<_> =
        items.iter().map(|item| item.result.as_ref().err().map(|failure| failure.code.as_str())).collect();
    let expected =
        [None, Some("product.gone"), Some("woocommerce.refused"), Some("woocommerce.unexpected_reply")];
    assert_eq!(codes, expected);
    assert_eq!(parse(&op, 200, "{}").unwrap_err().class, Class::Ambiguous);
}

#[test]
fn each_failure_has_its_class() {
    let class = |op: &Op, status: u16, body: &str| parse(op, status, body).unwrap_err().class;
    let auth = |refreshable| Class::Auth { refreshable };
    for body in ["", " ", "<html>bảo trì</html>", "null", "{}", "[{}]", "7", r#"{"id":0}"#, r#"{"code":"x"}"#]
    {
        assert_eq!(class(&create(), 200, body), Class::Ambiguous, "{body}");
        assert_eq!(class(&review(), 200, body), Class::Retryable, "{body}");
    }
    for body in ["", "<html>", "null", "{}"] {
        assert_eq!(class(&find(), 200, body), Class::Retryable, "{body}");
        assert_eq!(class(&pull(None), 200, body), Class::Retryable, "{body}");
        assert_eq!(class(&Op::Login, 200, body), Class::Retryable, "{body}");
    }
    let keys = refusal("woocommerce_rest_authentication_error", 401);
    assert_eq!(class(&find(), 401, &keys), auth(true));
    assert_eq!(class(&Op::Login, 401, &keys), auth(false));
    assert_eq!(class(&Op::Login, 401, "<html>"), auth(false));
    for status in [401, 403] {
        assert_eq!(
            class(&create(), status, &refusal("woocommerce_rest_cannot_create", status)),
            Class::NeedsAction
        );
    }
    assert_eq!(class(&Op::Login, 403, "<html>firewall</html>"), Class::NeedsAction);
    for body in ["<html>not found</html>".to_owned(), refusal("rest_no_route", 404)] {
        assert_eq!(class(&find(), 404, &body), Class::NeedsAction, "{body}");
    }
    assert_eq!(class(&create(), 301, ""), Class::NeedsAction);
    assert_eq!(class(&create(), 429, "busy"), Class::RateLimited { after: None });
    assert_eq!(class(&create(), 500, &refusal("internal_server_error", 500)), Class::Ambiguous);
    assert_eq!(class(&find(), 503, "<html>"), Class::Retryable);
    let gone = refusal("woocommerce_rest_product_invalid_id", 404);
    assert_eq!(parse(&review(), 404, &gone).unwrap_err().code, "product.gone");
    let image = |message: &str| {
        json!({"code": "woocommerce_product_image_upload_error", "message": message, "data": {"status": 400}})
            .to_string()
    };
    assert_eq!(class(&create(), 400, &image("cURL error 28: Operation timed out")), Class::Ambiguous);
    assert_eq!(class(&create(), 400, &image("Loại tệp không được phép")), Class::Permanent);
    let params = json!({"code": "rest_invalid_param", "message": "x", "data": {"status": 400, "params": {
        "regular_price": "sai", "categories[0]": "sai", "downloads": "sai"}}});
    let failure = parse(&create(), 400, &params.to_string()).unwrap_err();
    let mut pointers: Vec<_> = failure.fields.iter().map(|field| field.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!((failure.class, pointers), (Class::Permanent, vec!["", "/category", "/price_vnd"]));
    let sku = parse(&create(), 400, &refusal("product_invalid_sku", 400)).unwrap_err();
    assert_eq!((sku.class, sku.fields[0].pointer.as_str()), (Class::Permanent, "/sku"));
}
