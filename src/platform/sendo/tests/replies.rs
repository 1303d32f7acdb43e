//! What replies mean.

use super::*;

#[test]
fn a_token_is_read_in_each_form_of_its_end() {
    let expiry =
        |expires: Value| match success(&Op::Login, json!({"token": "abc", "expires": expires})).unwrap() {
            Answer::Token(grant) => {
                assert_eq!(grant.value.expose(), "abc");
                grant.expiry
            }
            other => panic!("{other:?}"),
        };
    let end = at("2026-11-21T13:00:00Z");
    assert_eq!(
        expiry(json!("2026-11-21T20:00:00.5+07:00")),
        Expiry::At(end.plus(TimeDelta::milliseconds(500)))
    );
    assert_eq!(expiry(json!(end.unix_seconds())), Expiry::At(end));
    assert_eq!(expiry(json!((end.unix_seconds() * 1_000))), Expiry::At(end));
    assert_eq!(expiry(json!(3600)), Expiry::In(Duration::from_secs(3600)));
    assert_eq!(expiry(json!("soon")), Expiry::In(Duration::from_secs(28_800)));
    assert_eq!(expiry(Value::Null), Expiry::In(Duration::from_secs(28_800)));
    let failure = success(&Op::Login, json!({"expires": 5})).unwrap_err();
    assert_eq!(failure.code, "sendo.unexpected_reply");
}

#[test]
fn a_look_up_finds_none_one_or_refuses_to_guess() {
    assert_eq!(success(&find(), Value::Null).unwrap(), Answer::Found(None));
    assert_eq!(success(&find(), json!([])).unwrap(), Answer::Found(None));
    let missing =
        json!({"result": null, "success": false, "error": {"message": "not found"}, "status_code": 404})
            .to_string();
    assert_eq!(parse(&find(), 200, &missing).unwrap(), Answer::Found(None));
    // A wrong path is 404 too; taking it for "there is none" would create a second product.
    assert_eq!(parse(&find(), 404, "<html>").unwrap_err().code, "http.not_found");
    let product = json!({"id": 7001, "sku": "TN-CHE-TANCUONG-200G", "price": 180000.0, "stock_quantity": "40", "stock_availability": true, "product_status": 2});
    for result in [product.clone(), json!([product.clone()])] {
        let Answer::Found(Some(found)) = success(&find(), result).unwrap() else { panic!() };
        assert_eq!(found.outcome, Outcome::Live { external_id: "7001".into() });
        assert_eq!(
            (found.price_vnd, found.stock, found.editable, found.raw_status.as_str()),
            (Some(180_000), Some(40), true, "2")
        );
    }
    let mut other = product.clone();
    other["sku"] = json!("ANOTHER");
    assert_eq!(success(&find(), other).unwrap_err().class, Class::Retryable);
    for odd in [json!({"sku": "TN-CHE-TANCUONG-200G"}), json!("x"), json!([product.clone(), product])] {
        assert_eq!(success(&find(), odd).unwrap_err().code, "sendo.unexpected_reply");
    }
}

#[test]
fn each_state_has_its_meaning_and_an_unknown_word_is_never_live() {
    let review = Op::Review { external_id: "7001".into() };
    let state = |status: Value, available: bool| {
        let product = json!({"id": 7001, "sku": "s", "product_status": status, "stock_availability": available, "reason_comment": "Ảnh mờ", "reason_code": "IMG"});
        match success(&review, product).unwrap() {
            Answer::Reviewed(product) => (product.outcome, product.editable),
            other => panic!("{other:?}"),
        }
    };
    let id = || "7001".to_owned();
    assert_eq!(state(json!(0), true), (Outcome::Draft { external_id: id() }, true));
    assert_eq!(state(json!(1), true), (Outcome::PendingReview { external_id: id() }, false));
    assert_eq!(state(json!(2), true), (Outcome::Live { external_id: id() }, true));
    assert_eq!(state(json!("2"), false), (Outcome::Withdrawn, true));
    assert_eq!(
        state(json!(3), true),
        (Outcome::Rejected { reasons: vec!["Ảnh mờ".into(), "IMG".into()] }, true)
    );
    assert_eq!(state(json!(4), true), (Outcome::Withdrawn, false));
    let deleted = json!({"id": 7001, "sku": "s", "product_status": 5});
    assert_eq!(success(&review, deleted).unwrap_err().code, "product.gone");
    for odd in [json!(6), json!(-2), json!("Live"), json!("approved"), json!(2.5), json!(true), Value::Null] {
        assert!(matches!(state(odd.clone(), true).0, Outcome::Unknown { .. }), "{odd}");
    }
    assert_eq!(success(&review, Value::Null).unwrap_err().code, "product.gone");
    let unnamed = json!({"id": 7001, "sku": "s", "status": 1});
    assert!(matches!(success(&review, unnamed).unwrap(), Answer::Reviewed(product) if !product.editable));
}

#[test]
fn a_write_is_read_with_and_without_a_state() {
    let written = |result| success(&upsert(None, tea()), result);
    let expect =
        |outcome| Ok(Answer::Written { external_id: Some("7001".into()), outcome, media: Media::new() });
    assert_eq!(written(json!(7001)), expect(Outcome::Submitted { tracking: "7001".into() }));
    assert_eq!(written(json!({"id": "7001"})), expect(Outcome::Submitted { tracking: "7001".into() }));
    assert_eq!(
        written(json!({"id": 7001, "product_status": 1})),
        expect(Outcome::PendingReview { external_id: "7001".into() })
    );
    // Done, but unknown which: look it up.
    for result in [Value::Null, json!(0), json!({})] {
        assert_eq!(written(result).unwrap_err().class, Class::Ambiguous);
    }
    let update = success(&upsert(Some("7001"), tea()), Value::Null);
    assert_eq!(update, expect(Outcome::Submitted { tracking: "7001".into() }));
}

#[test]
fn orders_are_read_without_their_buyers() {
    let op = Op::samples(now()).into_iter().find(|op| matches!(op, Op::PullOrders { .. })).unwrap();
    let row = |status: Value| {
        json!({
            "sales_order": {"order_number": "S1", "order_status": status, "order_date_time_stamp": 1_795_237_200, "receiver_name": "Nguyễn Văn A", "receiver_phone": "0912345678"},
            "sku_details": [
                {"sku": "A", "product_variant_id": 11, "product_name": "x", "quantity": 2, "price": 180000.0},
                {"sku": "B", "product_variant_id": null, "quantity": "1", "price": "90000"}],
        })
    };
    let answer = success(&op, json!({"data": [row(json!(2))], "next_token": "n", "total": 1})).unwrap();
    assert!(!format!("{answer:?}").contains("Nguyễn") && !format!("{answer:?}").contains("0912"));
    let Answer::Orders(page) = answer else { panic!() };
    assert_eq!(page.next_cursor.as_deref(), Some("n"));
    let lines: Vec<_> = page.orders[0]
        .lines
        .iter()
        .map(|line| (line.line_id.as_str(), line.quantity, line.unit_price_vnd))
        .collect();
    assert_eq!(lines, [("11", 2, 180_000), ("B#1", 1, 90_000)]);
    assert_eq!(page.orders[0].placed_at.unwrap().unix_seconds(), 1_795_237_200);
    let status = |status| match success(&op, json!({"rows": [row(status)], "next_token": ""})).unwrap() {
        Answer::Orders(page) => {
            assert_eq!(page.next_cursor, None);
            page.orders[0].status
        }
        other => panic!("{other:?}"),
    };
    for (word, meaning) in [
        (json!(3), OrderStatus::Open),
        (json!(6), OrderStatus::Shipping),
        (json!(8), OrderStatus::Completed),
        (json!(13), OrderStatus::Cancelled),
        (json!(15), OrderStatus::Replaced),
        (json!(21), OrderStatus::Returning),
        (json!(22), OrderStatus::Returned),
        (json!(77), OrderStatus::Unknown),
        (json!("done"), OrderStatus::Unknown),
    ] {
        assert_eq!(status(word), meaning);
    }
    // What cannot be counted is not dropped silently, and keeps nothing else from being counted.
    let line = |quantity: i64| json!([{"sku": "A", "quantity": quantity, "price": 1}]);
    let rows = json!({"data": [
        {"sales_order": {"order_number": "S1"}, "sku_details": line(-1)}, row(json!(3)), "no order",
        {"sales_order": {"order_number": ""}, "sku_details": line(1)},
    ]});
    let Answer::Orders(page) = success(&op, rows).unwrap() else { panic!("no page of orders") };
    assert_eq!(page.orders.len(), 1);
    let unread =
        ["S1: a line has no SKU, quantity or price", "?: the row has another shape", "?: it has no number"];
    assert_eq!(page.unread, unread);
}

#[test]
fn each_failure_has_its_class() {
    let create = upsert(None, tea());
    let refused = |code: u16| {
        json!({"result": null, "success": false, "error": {"message": "no"}, "status_code": code}).to_string()
    };
    let class = |op: &Op, status: u16, body: &str| parse(op, status, body).unwrap_err().class;
    let auth = |refreshable| Class::Auth { refreshable };
    for body in
        ["", "  \n", "<html>bảo trì</html>", "[]", "null", "{}", r#"{"success":"yes"}"#, r#"{"result":1"#]
    {
        assert_eq!(class(&create, 200, body), Class::Ambiguous, "{body}");
        assert_eq!(class(&find(), 200, body), Class::Retryable, "{body}");
    }
    for status in [200, 401, 403] {
        assert_eq!(class(&find(), status, r#"{"exp":"token expired"}"#), auth(true));
    }
    assert_eq!(class(&find(), 401, r#"{"message":"Unauthorized"}"#), auth(true));
    assert_eq!(class(&find(), 200, &refused(401)), auth(true));
    assert_eq!(class(&Op::Login, 200, &refused(400)), auth(false));
    assert_eq!(class(&Op::Login, 401, "{}"), auth(false));
    assert_eq!(class(&Op::Login, 429, "{}"), Class::RateLimited { after: None });
    assert_eq!(class(&Op::Login, 500, ""), Class::Retryable);
    assert_eq!(class(&Op::Login, 200, ""), Class::Retryable);
    assert_eq!(class(&create, 403, ""), Class::NeedsAction);
    assert_eq!(class(&create, 302, ""), Class::NeedsAction);
    assert_eq!(class(&create, 429, ""), Class::RateLimited { after: None });
    assert_eq!(class(&create, 200, &refused(429)), Class::RateLimited { after: None });
    assert_eq!(class(&create, 500, "<html>"), Class::Ambiguous);
    assert_eq!(class(&create, 200, &refused(500)), Class::Ambiguous);
    assert_eq!(class(&find(), 502, "<html>"), Class::Retryable);
    assert_eq!(class(&create, 200, &refused(400)), Class::Permanent);
    assert_eq!(class(&create, 200, &refused(404)), Class::Permanent);
    // Success that the status denies is not success.
    assert_eq!(class(&create, 500, r#"{"success":true,"result":7}"#), Class::Ambiguous);
    assert_eq!(class(&create, 400, r#"{"success":true,"result":7}"#), Class::Permanent);
}

#[test]
fn refused_properties_are_led_back_to_our_fields() {
    let details: Vec<Value> = [
        "sku",
        "[0].Stock_Availability",
        "cat_4_id",
        "avatar.picture_url",
        "attributes[1].attribute_id",
        "shop",
    ]
    .iter()
    .map(|property| json!({"property_name": property, "message": "sai", "value": 1, "code": "INVALID"}))
    .collect();
    let body = json!({"success": false, "error": {"message": "Dữ liệu không hợp lệ", "details": "x", "error_details": details}, "status_code": 400});
    let failure = parse(&upsert(None, tea()), 200, &body.to_string()).unwrap_err();
    assert_eq!(failure.message, "Dữ liệu không hợp lệ: x");
    let pointers: Vec<_> = failure.fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/sku", "/stock", "/category", "/images", "/attributes", ""]);
    let issues = failure.issues();
    assert_eq!(
        (issues.len(), issues[0].detail.vi.as_ref(), issues[0].code.as_str()),
        (6, "Sàn không chấp nhận: sai", "INVALID")
    );
}

#[test]
fn categories_and_attributes_are_read() {
    let rows = json!([{"id": 1001, "name": "Trà lá", "parent_id": 100, "level": 4}, {"id": 1, "name": "Thực phẩm", "parent_id": 0, "level": 1}]);
    let Answer::Categories(found) = success(&Op::Categories { parent: None }, rows).unwrap() else {
        panic!()
    };
    assert_eq!(
        (found[0].leaf, found[0].parent.as_deref(), found[1].leaf, found[1].parent.as_deref()),
        (true, Some("100"), false, None)
    );
    let op = Op::Attributes { category: "1001".into() };
    assert!(success(&op, json!({"id": 1})).is_err());
}

#[test]
fn what_a_change_brought_is_read_from_its_entry_or_asked_for() {
    let change = upsert(Some("7001"), tea());
    let written = |result: Value| match success(&change, result).unwrap() {
        Answer::Written { external_id, outcome, .. } => (external_id.unwrap(), outcome),
        other => panic!("{other:?}"),
    };
    let live = Outcome::Live { external_id: "7001".into() };
    let rows = json!([{"id": 7000, "product_status": 3}, {"id": 7001, "product_status": 2}]);
    assert_eq!(written(rows), ("7001".to_owned(), live));
    let asked = Outcome::Submitted { tracking: "7001".into() };
    for nothing in [json!(true), json!(null), json!(1), json!([]), json!([{"id": 7000, "product_status": 3}])]
    {
        assert_eq!(written(nothing.clone()), ("7001".to_owned(), asked.clone()), "{nothing}");
    }
}

#[test]
fn brands_are_one_more_attribute_where_a_category_has_any() {
    let op = Op::Attributes { category: "1001".into() };
    let reply = |result: Value| {
        let body = json!({"result": result, "success": true, "error": null, "status_code": 200});
        HttpReply { status: 200, headers: vec![], body: body.to_string().into_bytes() }
    };
    let attributes = reply(json!({"id": 1001, "attribute": [
        {"id": 501, "name": "Loại trà", "is_required": true, "attribute_values": [{"id": 1, "value": "Trà xanh"}]},
    ]}));
    let one = std::slice::from_ref(&attributes);
    assert!(matches!(Sendo.parse(&op, one, &credentials()), Ok(Parsed::More)));
    let next = Sendo.build(&op, one, &credentials(), now()).unwrap();
    assert_eq!(next.url, "https://open.sendo.vn/api/partner/category/brand/1001");
    let read = |brands: HttpReply| match Sendo.parse(&op, &[attributes.clone(), brands], &credentials()) {
        Ok(Parsed::Done(Answer::Attributes(all))) => all,
        other => panic!("{other:?}"),
    };
    let all = read(reply(json!([{"external_id": 9001, "name": "Chè Thái Nguyên"}, {"name": "no id"}])));
    assert!(all[0].required && all[0].values == [("1".to_owned(), "Trà xanh".to_owned())]);
    assert_eq!((all.len(), all[1].id.as_str(), all[1].required), (2, BRAND, false));
    assert_eq!(all[1].values, [("9001".to_owned(), "Chè Thái Nguyên".to_owned())]);
    assert_eq!(read(reply(json!([]))).len(), 1);
    let none =
        json!({"result": null, "success": false, "error": {"message": "không có"}, "status_code": 404});
    let none = HttpReply { status: 200, headers: vec![], body: none.to_string().into_bytes() };
    assert_eq!(read(none).len(), 1);
    let busy = HttpReply { status: 503, headers: vec![], body: vec![] };
    let failure = Sendo.parse(&op, &[attributes.clone(), busy], &credentials()).unwrap_err();
    assert_eq!(failure.class, Class::Retryable, "a list that may be there is asked for again");
}

#[test]
fn news_is_believed_by_the_secret_of_its_address_and_the_key_of_its_shop() {
    let body = |key: &str, kind: &str| {
        json!({"type": kind, "store_id": 1, "shop_key": key, "data": {"id": 7001, "product_status": 3}})
            .to_string()
    };
    let mut agreed = credentials();
    agreed.secrets.insert(HOOK_TOKEN.into(), Secret::new("a-word-of-ours"));
    let read = |query: &str, body: &str| {
        let call = HookCall { url: "https://ocop.example", query, headers: &[], body: body.as_bytes() };
        Sendo.hook(&call, &agreed, now()).map(|hook| hook.news)
    };
    let (key, token) = ("shop_key-very-secret", "token=a-word-of-ours");
    for (kind, news) in [
        ("SALESORDER.CREATE", News::Orders),
        ("PRODUCT.UPDATE", News::Products(vec!["7001".into()])),
        ("PRODUCT.CREATE", News::Products(vec!["7001".into()])),
        ("SHOP.CLOSED", News::Nothing),
    ] {
        assert_eq!(read(token, &body(key, kind)), Ok(news), "{kind}");
    }
    let good = body(key, "SALESORDER.CREATE");
    for (query, body) in [
        ("", good.as_str()),
        ("token=", &good),
        ("token=another", &good),
        (token, &body("another", "SALESORDER.CREATE")),
        (token, "{}"),
        (token, "no json"),
    ] {
        assert_eq!(read(query, body), Err(HookRefused::Forged), "{query} {body}");
    }
    let call = HookCall { url: "https://ocop.example", query: "token=", headers: &[], body: good.as_bytes() };
    assert_eq!(
        Sendo.hook(&call, &credentials(), now()),
        Err(HookRefused::Unsupported),
        "no secret was agreed"
    );
}
