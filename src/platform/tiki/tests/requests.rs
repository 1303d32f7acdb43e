//! What is sent.

use super::*;
use crate::platform::call::permit;
use crate::platform::state::{OrderWindow, Severity};

#[test]
fn a_new_product_is_the_contracts_request() {
    let (path, body, spec) = asked(&upsert(None), &[]);
    assert_eq!((path.as_str(), spec.write), ("POST requests", true));
    assert!(spec.headers.contains(&("authorization".to_owned(), "Bearer token-very-secret".to_owned())));
    let images = [json!("https://ocop.example/img/1.jpg"), json!(["https://ocop.example/img/2.jpg"])];
    let description = body["description"].as_str().unwrap().to_owned();
    assert_eq!(
        body,
        json!({
            "category_id": 1001, "name": "Chè Tân Cương 200 g", "description": description, "market_price": 180_000,
            "attributes": {}, "image": images[0], "images": images[1], "option_attributes": [],
            "variants": [{"sku": SKU, "price": 180_000, "market_price": 180_000, "inventory_type": "dropship",
                "quantity": 40, "image": images[0], "images": images[1]}],
            "certificate_files": ["https://ocop.example/certificates/19-05503-7-2026.pdf"],
        })
    );
    let mut shop = credentials();
    shop.settings.insert(INVENTORY_TYPE.into(), "seller_backorder".into());
    let spec = Tiki.build(&upsert(None), &[], &shop, now()).unwrap();
    let body: Value = serde_json::from_slice(&spec.body).unwrap();
    assert_eq!(body["variants"][0]["inventory_type"], "seller_backorder");
    let wrong = BTreeMap::from([(INVENTORY_TYPE.to_owned(), "airship".to_owned())]);
    assert_eq!((Tiki.settings_errors(&wrong).len(), Tiki.settings_errors(&shop.settings)), (1, vec![]));
    // What was refused is asked for anew.
    assert_eq!(asked(&upsert(Some("track/c3/S")), &[]).0, "POST requests");
}

#[test]
fn attributes_go_by_their_codes() {
    let Op::Upsert { mut content, media, .. } = upsert(None) else { panic!() };
    content.attributes = serde_json::from_value(json!([
        {"id": "origin", "name": "Xuất xứ", "values": [{"id": null, "value": "Việt Nam"}]},
        {"id": "taste", "name": "Vị", "values": [{"id": null, "value": "chát"}, {"id": null, "value": "ngọt"}]},
    ]))
    .unwrap();
    let op = Op::Upsert { external_id: None, content, media };
    assert_eq!(asked(&op, &[]).1["attributes"], json!({"origin": "Việt Nam", "taste": "chát,ngọt"}));
}

#[test]
fn a_change_carries_neither_price_nor_stock_and_never_lowers_the_list_price() {
    let op = upsert(Some("7"));
    let (path, _, spec) = asked(&op, &[]);
    assert_eq!((path.as_str(), spec.write), ("GET products/7?include=inventory", false));
    let (path, body, spec) = asked(&op, &[reply(200, &row(1))]);
    assert_eq!((path.as_str(), spec.write), ("POST requests/updateProductInfo", true));
    assert_eq!((&body["product_id"], &body["market_price"]), (&json!(7), &json!(200_000)));
    assert!(body["description"].as_str().unwrap().contains("Tân Cương"));
    for field in ["price", "quantity", "variants", "active"] {
        assert_eq!(body.get(field), None, "{field}");
    }
    let mut low = row(1);
    low["market_price"] = json!(1_000);
    assert_eq!(asked(&op, &[reply(200, &low)]).1["market_price"], 180_000);
    let shown = Tiki.preview(&op, &credentials(), now()).unwrap();
    assert!(shown.write && shown.url.ends_with("/requests/updateProductInfo"));
}

#[test]
fn price_and_stock_go_by_sku_and_only_a_new_product_is_put_on_sale_with_them() {
    let op = |id: &str| Op::PriceStock {
        items: vec![Offer { external_id: id.into(), sku: SKU.into(), price_vnd: 190_000, stock: 3 }],
    };
    let (path, body, spec) = asked(&op("7"), &[]);
    assert_eq!((path.as_str(), spec.write), ("POST products/updateSku", true));
    assert_eq!(body, json!({"original_sku": SKU, "price": 190_000, "quantity": 3}));
    assert_eq!(asked(&op("7/restore/c3"), &[]).1.get("active"), None);
    assert_eq!(asked(&op("7/new"), &[]).1["active"], 1);
    let withdraw = Op::Withdraw { external_id: "7/update/c3".into(), sku: SKU.into() };
    assert_eq!(asked(&withdraw, &[]).1, json!({"original_sku": SKU, "active": 0}));
    for items in [vec![], vec![offer(), offer()]] {
        let failure = Tiki.build(&Op::PriceStock { items }, &[], &credentials(), now()).unwrap_err();
        assert_eq!(failure.class, Class::Permanent);
    }
}

fn offer() -> Offer {
    Offer { external_id: "7".into(), sku: SKU.into(), price_vnd: 190_000, stock: 3 }
}

#[test]
fn a_request_is_taken_back_when_it_has_a_number() {
    let op = Op::Withdraw { external_id: "track/c3/S".into(), sku: "S".into() };
    assert_eq!(asked(&op, &[]).0, "GET tracking/c3");
    let (path, _, spec) = asked(&op, &[tracked("awaiting_approve", "")]);
    assert_eq!((path.as_str(), spec.write), ("DELETE requests/112", true));
    assert_eq!(asked(&op, &[tracked("approved", "")]).1, json!({"original_sku": "S", "active": 0}));
    let queued = reply(200, &json!({"track_id": "c3", "state": "queuing", "reason": ""}));
    assert_eq!(answer(&op, &[queued]).unwrap_err().class, Class::Retryable);
    assert_eq!(answer(&op, &[tracked("rejected", "x")]), Ok(Answer::Withdrawn));
    let deleted = reply(200, &json!({"request_id": "112", "state": "deleted"}));
    assert_eq!(answer(&op, &[tracked("drafted", ""), deleted]), Ok(Answer::Withdrawn));
    let odd = answer(&op, &[tracked("drafted", ""), reply(200, &json!({"state": "melted"}))]);
    assert_eq!(odd.unwrap_err().class, Class::Ambiguous);
    let other = Op::Withdraw { external_id: "request/9/S".into(), sku: "S".into() };
    assert_eq!(asked(&other, &[]).0, "GET requests/9");
}

/// The pair is the example of RFC 7617: the contract has no vector of its own.
#[test]
fn keys_go_as_basic_and_nothing_secret_stays_in_sight() {
    let spec = Tiki.build(&Op::Login, &[], &credentials(), now()).unwrap();
    assert_eq!(spec.url, "https://api.tiki.vn/sc/oauth2/token");
    let basic = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned();
    assert!(spec.headers.contains(&("authorization".to_owned(), basic)));
    assert_eq!((spec.body.as_slice(), spec.write), (&b"grant_type=client_credentials"[..], false));
    assert!(spec.secrets.iter().any(|secret| secret.expose() == "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    let mut third_party = credentials();
    third_party.secrets.insert("refresh_token".into(), Secret::new("r-1"));
    let spec = Tiki.build(&Op::Login, &[], &third_party, now()).unwrap();
    assert_eq!(spec.body, b"grant_type=refresh_token&client_id=Aladdin&refresh_token=r-1");
    assert!(spec.secrets.iter().any(|secret| secret.expose() == "r-1"));
    let tired = Credentials { token: None, ..credentials() };
    let of_a_shop = |op: &Op| !matches!(op, Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop);
    for op in Op::samples(now()).into_iter().filter(of_a_shop) {
        match Tiki.build(&op, &[], &tired, now()) {
            Ok(_) => assert_eq!(op, Op::Login),
            Err(failure) => assert_eq!(failure.class, Class::Auth { refreshable: true }, "{op:?}"),
        }
    }
}

#[test]
fn orders_are_asked_for_in_whole_seconds_whatever_zone_is_meant() {
    let at = |text: &str| Instant::from_utc(text.parse().unwrap());
    let window = OrderWindow { since: at("2026-11-27T04:00:00.9Z"), until: at("2026-11-27T17:00:00.1Z") };
    let pull = |cursor: Option<&str>| Op::PullOrders { window, cursor: cursor.map(str::to_owned) };
    assert_eq!(
        asked(&pull(None), &[]).0,
        "GET orders?page=1&limit=20&updated_from_date=2026-11-27%2004%3A00%3A00\
         &updated_to_date=2026-11-28%2000%3A00%3A01"
    );
    assert!(asked(&pull(Some("3")), &[]).0.starts_with("GET orders?page=3&"));
    assert_eq!(Tiki.build(&pull(Some("x")), &[], &credentials(), now()).unwrap_err().class, Class::Permanent);
}

#[test]
fn what_breaks_a_rule_is_not_sent() {
    let Op::Upsert { content, .. } = upsert(None) else { panic!() };
    let codes = |content: &ListingContent| -> Vec<String> {
        let issues = Tiki.issues(content, now());
        issues.into_iter().filter(|i| i.severity == Severity::Error).map(|issue| issue.code).collect()
    };
    assert_eq!(codes(&content), Vec::<String>::new());
    let mut bad = ListingContent {
        sku: String::new(),
        description_html: " ".into(),
        category: Some("trà".into()),
        ..*content
    };
    bad.attributes =
        serde_json::from_value(json!([{"id": "origin", "name": "Xuất xứ", "values": []}])).unwrap();
    assert_eq!(codes(&bad), ["sku.missing", "description.missing", "category.missing", "attribute.unknown"]);
    let op = Op::Upsert { external_id: None, content: Box::new(bad), media: Media::new() };
    let failure = permit(&Tiki, &op, now()).unwrap_err();
    assert_eq!((failure.class, failure.fields.len()), (Class::Permanent, 4));
}
