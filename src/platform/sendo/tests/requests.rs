//! What is sent.

use super::*;

#[test]
fn login_sends_the_keys_in_the_body_and_nothing_else() {
    let (spec, body) = build(&Op::Login);
    assert_eq!((spec.method, spec.url.as_str()), (Method::Post, "https://open.sendo.vn/login"));
    assert_eq!(body, json!({"shop_key": "shop_key-very-secret", "secret_key": "secret_key-very-secret"}));
    assert!(!spec.write && spec.rate.per_host && spec.rate.per_second.unwrap() <= 5);
    assert_eq!(spec.secrets.len(), 2);
}

#[test]
fn a_new_product_is_sent_as_the_contract_spells_it() {
    let (spec, body) = build(&upsert(None, tea()));
    assert_eq!(
        (spec.method, spec.url.as_str(), spec.write),
        (Method::Post, "https://open.sendo.vn/api/partner/product", true)
    );
    assert!(spec.headers.contains(&("authorization".into(), "bearer token-very-secret".into())));
    assert_eq!(
        body,
        json!({
            "id": 0, "sku": "TN-CHE-TANCUONG-200G", "name": "Chè Tân Cương 200 g", "price": 180_000, "weight": 250,
            "stock_quantity": 40, "stock_availability": true, "cat_4_id": 1001, "description": tea().description_html,
            "avatar": {"picture_url": "https://ocop.example/img/1.jpg"},
            "pictures": [{"picture_url": "https://ocop.example/img/2.jpg"}],
            "certificate_file": [{
                "id": 0, "display_order": 1,
                "file_name": "Giấy chứng nhận OCOP 4 sao, số 19-05503-7-2026, hiệu lực đến 30/06/2029",
                "attachment_url": "https://ocop.example/certificates/19-05503-7-2026.pdf",
            }],
            "attributes": [], "is_config_variant": false, "variants": [],
        })
    );
}

#[test]
fn a_change_masks_what_the_product_says_and_never_price_or_stock() {
    let choice = AttributeChoice {
        id: "501".into(),
        name: "Loại trà".into(),
        values: vec![
            AttributeValue { id: Some("1".into()), value: "Trà xanh".into() },
            AttributeValue { id: None, value: "Nõn".into() },
        ],
    };
    let brand = AttributeChoice {
        id: BRAND.into(),
        name: "Thương hiệu".into(),
        values: vec![AttributeValue { id: Some("9001".into()), value: "Chè Thái Nguyên".into() }],
    };
    let content = ListingContent {
        stock: 0,
        images: vec![],
        certificate: None,
        attributes: vec![choice, brand],
        ..tea()
    };
    let (spec, body) = build(&upsert(Some("7001"), content.clone()));
    assert_eq!(spec.url, "https://open.sendo.vn/api/partner/product/update-by-field-mask");
    let [entry] = body.as_array().unwrap().as_slice() else { panic!("{body}") };
    let mut masked: Vec<&str> =
        entry["field_mask"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let mut keys: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
    keys.retain(|key| !["id", "field_mask"].contains(key));
    masked.sort_unstable();
    keys.sort_unstable();
    assert_eq!(masked, keys, "the mask names what is sent");
    for key in [
        "name",
        "description",
        "weight",
        "cat_4_id",
        "pictures",
        "certificate_file",
        "attributes",
        "brand_id",
    ] {
        assert!(masked.contains(&key), "{key}");
    }
    for key in ["price", "stock_quantity", "stock_availability", "sku", "avatar"] {
        assert!(!masked.contains(&key), "{key}");
    }
    assert_eq!(
        (&entry["id"], &entry["certificate_file"], &entry["brand_id"]),
        (&json!(7001), &json!([]), &json!(9001))
    );
    let (_, new) = build(&upsert(None, content));
    assert_eq!(
        (&new["id"], &new["stock_availability"], &new["brand_id"]),
        (&json!(0), &json!(false), &json!(9001))
    );
    assert_eq!(new["attributes"], entry["attributes"]);
    assert_eq!(
        entry["attributes"],
        json!([{"attribute_id": 501, "attribute_name": "Loại trà", "attribute_is_custom": false, "attribute_is_checkout": false,
            "attribute_values": [
                {"id": 1, "value": "Trà xanh", "is_selected": true, "is_custom": false},
                {"id": 0, "value": "Nõn", "is_selected": true, "is_custom": true}]}])
    );
}

#[test]
fn look_ups_encode_what_they_ask_for() {
    let (spec, _) = build(&Op::FindBySku { sku: "a b&id=1/é".into() });
    assert_eq!(spec.url, "https://open.sendo.vn/api/partner/product?sku=a+b%26id%3D1%2F%C3%A9");
    assert_eq!((spec.method, spec.write, spec.body.is_empty()), (Method::Get, false, true));
    assert_eq!(
        build(&Op::Review { external_id: "7001".into() }).0.url,
        "https://open.sendo.vn/api/partner/product?id=7001"
    );
    assert_eq!(build(&Op::Categories { parent: None }).0.url, "https://open.sendo.vn/api/partner/category/0");
    assert_eq!(
        build(&Op::Attributes { category: "1001".into() }).0.url,
        "https://open.sendo.vn/api/partner/category/attribute/1001"
    );
    for id in ["", "-1", "0", "7/../x", "+7", "7001?x=1", "99999999999999999999999"] {
        let failure =
            Sendo.build(&Op::Review { external_id: id.into() }, &[], &credentials(), now()).unwrap_err();
        assert_eq!((failure.class, failure.code.as_str()), (Class::Permanent, "sendo.id"), "{id}");
    }
}

#[test]
fn price_and_stock_go_apart_from_the_content_and_withdrawing_takes_the_stock() {
    let item = Offer { external_id: "7001".into(), sku: "s".into(), price_vnd: 185_000, stock: 3 };
    let (spec, body) = build(&Op::PriceStock { items: vec![item.clone()] });
    assert_eq!(spec.url, format!("https://open.sendo.vn{PRICE_STOCK_PATH_DEFAULT}"));
    assert_eq!(
        body,
        json!([{"product_id": 7001, "is_config_variant": false, "price": 185_000, "stock_quantity": 3, "stock_availability": true, "variants": []}])
    );
    let (spec, body) = build(&Op::Withdraw { external_id: "7001".into(), sku: "s".into() });
    assert!(spec.write);
    assert_eq!(
        body,
        json!([{"product_id": 7001, "is_config_variant": false, "stock_quantity": 0, "stock_availability": false, "variants": []}])
    );
    for items in [vec![], vec![Offer { price_vnd: 0, ..item }]] {
        assert_eq!(
            Sendo.build(&Op::PriceStock { items }, &[], &credentials(), now()).unwrap_err().class,
            Class::Permanent
        );
    }
}

#[test]
fn the_price_and_stock_path_is_a_setting_that_cannot_leave_the_host() {
    let op = Op::Withdraw { external_id: "7001".into(), sku: "s".into() };
    let with = |path: &str| {
        let mut credentials = credentials();
        credentials.settings.insert(PRICE_STOCK_PATH.into(), path.into());
        Sendo.build(&op, &[], &credentials, now()).map(|spec| spec.url)
    };
    assert_eq!(with("/api/partner/x").unwrap(), "https://open.sendo.vn/api/partner/x");
    for path in ["", "x", "//evil.example/x", "https://evil.example", ".evil.example/x", "/x?y", "/\\evil"] {
        assert_eq!(with(path).unwrap_err().class, Class::NeedsAction, "{path}");
    }
    let failure = parse(&op, 404, "<html>not found</html>").unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::NeedsAction, "sendo.price_stock_path"));
}

#[test]
fn orders_are_searched_by_civil_dates_of_at_most_three_days() {
    let pull = |since: &str, until: &str, cursor: Option<&str>| Op::PullOrders {
        window: OrderWindow { since: at(since), until: at(until) },
        cursor: cursor.map(str::to_owned),
    };
    // 17:00 UTC is midnight in Viet Nam; the end is not part of the window.
    let (_, body) = build(&pull("2026-11-18T17:00:00Z", "2026-11-20T17:00:00Z", None));
    assert_eq!(
        body,
        json!({"page_size": 50, "order_status_date_from": "2026/11/19", "order_status_date_to": "2026/11/20"})
    );
    let (_, body) = build(&pull("2026-11-18T16:59:59Z", "2026-11-20T16:59:59Z", Some("next")));
    assert_eq!(body["order_status_date_from"], "2026/11/18");
    assert_eq!(body["token"], "next");
    let failure = Sendo
        .build(&pull("2026-11-18T16:59:59Z", "2026-11-20T17:00:01Z", None), &[], &credentials(), now())
        .unwrap_err();
    assert_eq!(failure.code, "sendo.window_too_long");
}

#[test]
fn every_window_of_the_documented_length_can_be_asked_for() {
    let max = TimeDelta::hours(i64::from(SENDO.limits.order_window_hours.unwrap()));
    for minutes in (0..2 * 24 * 60).step_by(7) {
        let since = now().plus(TimeDelta::minutes(minutes));
        let window = OrderWindow { since, until: since.plus(max) };
        assert!(
            Sendo.build(&Op::PullOrders { window, cursor: None }, &[], &credentials(), now()).is_ok(),
            "{since}"
        );
    }
}

#[test]
fn without_a_good_token_nothing_is_built_but_the_login() {
    let tired = Credentials { token: None, ..credentials() };
    let of_a_shop = |op: &Op| !matches!(op, Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop);
    for op in Op::samples(now()).into_iter().filter(of_a_shop) {
        match Sendo.build(&op, &[], &tired, now()) {
            Ok(_) => assert_eq!(op, Op::Login),
            Err(failure) => assert_eq!(failure.class, Class::Auth { refreshable: true }, "{op:?}"),
        }
    }
    let keyless = Credentials { secrets: Default::default(), ..credentials() };
    assert_eq!(Sendo.build(&Op::Login, &[], &keyless, now()).unwrap_err().class, Class::NeedsAction);
}
