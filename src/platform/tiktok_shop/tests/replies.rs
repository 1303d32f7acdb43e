//! What the replies mean.

use super::*;
use crate::platform::state::{Expiry, OrderStatus, Outcome};

#[test]
fn a_state_is_what_they_name_it_and_an_unknown_word_is_never_live() {
    let seen = |status: &str| match answer(&sample("review"), &[good(product(status))]) {
        Ok(Answer::Reviewed(seen)) => seen,
        other => panic!("{other:?}"),
    };
    let id = "1729".to_owned();
    let live = seen("ACTIVATE");
    assert_eq!(live.outcome, Outcome::Live { external_id: id.clone() });
    assert_eq!(
        (live.price_vnd, live.stock, live.editable),
        (Some(180_000), Some(4), true),
        "a discount is no price"
    );
    assert_eq!(seen("PENDING").outcome, Outcome::PendingReview { external_id: id.clone() });
    assert!(!seen("PENDING").editable);
    assert_eq!(seen("DRAFT").outcome, Outcome::Draft { external_id: id });
    assert_eq!(seen("SELLER_DEACTIVATED").outcome, Outcome::Withdrawn);
    assert_eq!(seen("FAILED").outcome, Outcome::Rejected { reasons: vec![] });
    assert_eq!(seen("FREEZE").outcome, Outcome::Rejected { reasons: vec!["FREEZE".into()] });
    assert_eq!(seen("SOARING").outcome, Outcome::Unknown { raw: "SOARING".into() });
    assert!(!seen("SOARING").editable);
    let mut refused = product("FAILED");
    refused["audit_failed_reasons"] =
        json!([{"position": "Product Image", "reasons": ["Ảnh mờ"], "suggestions": ["Chụp lại"]}]);
    let Ok(Answer::Reviewed(refused)) = answer(&sample("review"), &[good(refused)]) else { panic!() };
    assert_eq!(
        refused.outcome,
        Outcome::Rejected { reasons: vec!["Product Image: Ảnh mờ; Chụp lại".into()] }
    );
    for gone in [
        good(product("DELETED")),
        reply(400, r#"{"code":12052023,"message":"The product does not exist","data":{}}"#),
        reply(404, "nothing here"),
    ] {
        assert_eq!(answer(&sample("review"), &[gone]).unwrap_err().code, "product.gone");
    }
}

#[test]
fn a_sku_is_found_once_or_a_person_decides() {
    let find = sample("find_by_sku");
    let found = |products: Value| match answer(&find, &[good(json!({ "products": products }))])? {
        Answer::Found(found) => Ok::<_, Failure>(found.map(|product| product.raw_status)),
        other => panic!("{other:?}"),
    };
    assert_eq!(found(json!([])), Ok(None));
    assert_eq!(found(json!(null)), Ok(None));
    assert_eq!(found(json!([product("DELETED"), product("PENDING")])), Ok(Some("PENDING".into())));
    let mut other = product("ACTIVATE");
    other["skus"][0]["seller_sku"] = json!("TN-CHE-TANCUONG-200");
    assert_eq!(found(json!([other])), Ok(None), "only the very same SKU is ours");
    let twice = found(json!([product("ACTIVATE"), product("ACTIVATE")])).unwrap_err();
    assert_eq!((twice.class, twice.code.as_str()), (Class::NeedsAction, "product.twice"));
    assert_eq!(found(json!("none")).unwrap_err().class, Class::Retryable);
}

#[test]
fn what_is_neither_on_sale_nor_on_its_way_there_is_not_taken_off() {
    let op = sample("withdraw");
    for status in ["ACTIVATE", "PENDING", "SOARING"] {
        let replies = [good(product(status))];
        let (path, _, body, spec) = asked(&op, &replies);
        assert_eq!((path.as_str(), spec.write), ("/product/202309/products/deactivate", true));
        assert_eq!(body, json!({"product_ids": ["7"]}));
        assert_eq!(answer(&op, &[replies[0].clone(), good(json!({"errors": []}))]), Ok(Answer::Withdrawn));
    }
    for status in ["SELLER_DEACTIVATED", "FAILED", "FREEZE"] {
        assert_eq!(answer(&op, &[good(product(status))]), Ok(Answer::Withdrawn));
    }
}

#[test]
fn each_code_has_its_class() {
    let create = upsert(None, kept());
    let fails = |op: &Op, status: u16, code: i64, message: &str| {
        let body = json!({"code": code, "message": message, "request_id": "r-9", "data": null});
        answer(op, &[reply(status, &body.to_string())]).unwrap_err()
    };
    for (status, code, class) in [
        (200, 36_009_002, Class::RateLimited { after: None }),
        (429, 0, Class::RateLimited { after: None }),
        (200, 36_009_007, Class::Ambiguous),
        (400, 36_009_004, Class::Ambiguous),
        (401, 105_002, Class::Auth { refreshable: true }),
        (200, 105_001, Class::Auth { refreshable: true }),
        (200, 105_005, Class::NeedsAction),
        (200, 106_013, Class::NeedsAction),
        (200, 36_009_033, Class::NeedsAction),
        (401, 106_001, Class::Auth { refreshable: false }),
        (200, 36_004_004, Class::Auth { refreshable: false }),
        (400, 12_052_217, Class::Permanent),
        (200, 77, Class::Permanent),
        (503, 77, Class::Ambiguous),
    ] {
        assert_eq!(fails(&create, status, code, "x").class, class, "{status} {code}");
    }
    assert_eq!(fails(&sample("review"), 200, 36_009_007, "x").class, Class::Retryable);
    assert_eq!(fails(&create, 401, 105_002, "x").code, "auth.token_expired");
    assert_eq!(fails(&create, 200, 77, "x").request_id.as_deref(), Some("r-9"));
    for (message, pointer) in [
        ("The product title is too short", "/name"),
        ("seller_sku already exists", "/sku"),
        ("seller_sku has a space", ""),
        ("Price out of range", "/price_vnd"),
        ("something else", ""),
    ] {
        assert_eq!(fails(&create, 400, 12_052_001, message).fields[0].pointer, pointer, "{message}");
    }
    assert_eq!(fails(&create, 400, 12_052_217, "x").fields[0].pointer, "/category");
    for (status, body, class) in [
        (200, "<html>busy</html>", Class::Ambiguous),
        (200, "", Class::Ambiguous),
        (200, r#"{"message":"Success"}"#, Class::Ambiguous),
        (200, r#"{"code":"ok","data":{"product_id":"1"}}"#, Class::Ambiguous),
        (200, r#"{"code":0,"data":{}}"#, Class::Ambiguous),
        (500, r#"{"code":0,"data":{"product_id":"1"}}"#, Class::Ambiguous),
        (502, "bad gateway", Class::Ambiguous),
        (429, "slow down", Class::RateLimited { after: None }),
    ] {
        assert_eq!(answer(&create, &[reply(status, body)]).unwrap_err().class, class, "{status} {body}");
    }
    // An image that did not arrive has made nothing.
    let upload = upsert(None, Media::new());
    assert_eq!(answer(&upload, &[reply(200, "")]).unwrap_err().class, Class::Retryable);
}

#[test]
fn a_login_brings_both_tokens_or_says_that_the_consent_is_over() {
    let login = |reply: HttpReply| TiktokShop.parse(&Op::Login, &[reply], &credentials());
    let body = |end: i64| {
        good(
            json!({"access_token": "a", "access_token_expire_in": end, "refresh_token": "r2", "refresh_token_expire_in": end}),
        )
    };
    let Ok(Parsed::Done(Answer::Token(grant))) = login(body(1_796_360_400)) else { panic!() };
    assert_eq!((grant.value.expose(), grant.refresh.unwrap().expose()), ("a", "r2"));
    let end = Instant::from_utc(chrono::DateTime::from_timestamp(1_796_360_400, 0).unwrap());
    assert_eq!(grant.expiry, Expiry::At(end));
    let Ok(Parsed::Done(Answer::Token(grant))) = login(body(604_800)) else { panic!() };
    assert_eq!(grant.expiry, Expiry::In(std::time::Duration::from_secs(604_800)));
    for code in [36_004_004, 105_002, 36_004_001] {
        let body = json!({"code": code, "message": "no", "data": {}}).to_string();
        assert_eq!(login(reply(200, &body)).unwrap_err().class, Class::Auth { refreshable: false }, "{code}");
    }
    assert_eq!(login(good(json!({"access_token": "a"}))).unwrap_err().class, Class::Retryable);
    assert_eq!(login(reply(500, "")).unwrap_err().class, Class::Retryable);
}

#[test]
fn pieces_are_counted_to_lines() {
    let piece = |sku: &str, price: &str, state: &str| {
        json!({"id": "x", "sku_id": sku, "seller_sku": format!("S{sku}"), "sale_price": price, "display_status": state,
            "buyer_note": "0912345678"})
    };
    let order = |id: &str, status: &str, pieces: Vec<Value>, currency: &str| {
        json!({"id": id, "status": status, "create_time": 1_795_750_000, "recipient_address": {"name": "Nguyễn"},
            "payment": {"currency": currency}, "line_items": pieces})
    };
    let data = json!({"next_page_token": "p2", "orders": [
        order("1", "IN_TRANSIT", vec![piece("7", "180000", "IN_TRANSIT"), piece("8", "90000", "IN_TRANSIT"),
            piece("7", "180000", "IN_TRANSIT"), piece("7", "150000", "IN_TRANSIT"), piece("8", "90000", "CANCELLED")], "VND"),
        order("2", "CANCELLED", vec![piece("7", "180000", "CANCELLED")], "VND"),
        order("3", "COMPLETED", vec![piece("7", "5.5", "")], "USD"),
        order("4", "COMPLETED", vec![json!({"sale_price": "1"})], "VND"),
        json!({"status": "COMPLETED"}),
    ]});
    let Ok(Answer::Orders(page)) = answer(&sample("pull_orders"), &[good(data)]) else { panic!() };
    let lines: Vec<_> = page.orders[0]
        .lines
        .iter()
        .map(|line| (line.line_id.as_str(), line.sku.as_str(), line.quantity, line.unit_price_vnd))
        .collect();
    assert_eq!(
        lines,
        [("7:150000", "S7", 1, 150_000), ("7:180000", "S7", 2, 180_000), ("8:90000", "S8", 1, 90_000)]
    );
    assert_eq!(
        (page.orders[0].status, page.orders[1].status),
        (OrderStatus::Shipping, OrderStatus::Cancelled)
    );
    assert_eq!(page.orders[1].lines[0].quantity, 1);
    assert_eq!((page.orders.len(), page.unread.len(), page.next_cursor.as_deref()), (2, 3, Some("p2")));
    assert!(!format!("{page:?}").contains("Nguyễn"));
    let status = |word: &str| match answer(
        &sample("pull_orders"),
        &[good(json!({"orders": [order("1", word, vec![], "VND")]}))],
    ) {
        Ok(Answer::Orders(page)) => page.orders[0].status,
        other => panic!("{other:?}"),
    };
    for (word, wanted) in [
        ("UNPAID", OrderStatus::Open),
        ("ON_HOLD", OrderStatus::Open),
        ("AWAITING_SHIPMENT", OrderStatus::Open),
        ("AWAITING_COLLECTION", OrderStatus::Open),
        ("PARTIALLY_SHIPPING", OrderStatus::Shipping),
        ("DELIVERED", OrderStatus::Completed),
        ("COMPLETED", OrderStatus::Completed),
        ("TELEPORTED", OrderStatus::Unknown),
    ] {
        assert_eq!(status(word), wanted, "{word}");
    }
    let Ok(Answer::Orders(none)) = answer(&sample("pull_orders"), &[good(json!({"total_count": 0}))]) else {
        panic!()
    };
    assert_eq!((none.orders.len(), none.next_cursor), (0, None));
}

#[test]
fn categories_and_attributes_are_those_a_product_may_use() {
    let row = |id: &str, parent: &str, leaf: bool, may: &str| json!({"id": id, "parent_id": parent, "local_name": format!("N{id}"), "is_leaf": leaf, "permission_statuses": [may]});
    let tree = good(
        json!({"categories": [row("1", "0", false, "AVAILABLE"), row("2", "1", true, "AVAILABLE"), row("3", "1", true, "INVITE_ONLY")]}),
    );
    let children = |parent: Option<&str>| match answer(
        &Op::Categories { parent: parent.map(str::to_owned) },
        std::slice::from_ref(&tree),
    ) {
        Ok(Answer::Categories(all)) => {
            all.into_iter().map(|category| (category.id, category.leaf)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(children(None), [("1".into(), false)]);
    assert_eq!(children(Some("1")), [("2".into(), true), ("3".into(), false)]);
    let data = json!({"attributes": [
        {"id": "5", "name": "Xuất xứ", "type": "PRODUCT_PROPERTY", "is_requried": true, "values": [{"id": "9", "name": "Việt Nam"}]},
        {"id": "6", "name": "Màu", "type": "SALES_PROPERTY"},
    ]});
    let Ok(Answer::Attributes(all)) = answer(&sample("attributes"), &[good(data)]) else { panic!() };
    assert_eq!((all.len(), all[0].required, all[0].values.len()), (1, true, 1));
}
