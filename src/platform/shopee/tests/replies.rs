//! What replies mean.

use super::*;
use crate::platform::state::OrderStatus;

fn failed(op: &Op, status: u16, error: &str, message: &str) -> Failure {
    answer(op, &[reply(status, &json!({"error": error, "message": message, "request_id": "r-1"}))])
        .unwrap_err()
}

/// A create whose images are known and whose carriers are told, up to the answer to its write.
fn created(last: HttpReply) -> Result<Parsed, Failure> {
    let Op::Upsert { content, .. } = sample("upsert") else { panic!() };
    let media: Media = content.images.iter().map(|image| (image.clone(), "kept".to_owned())).collect();
    let op = Op::Upsert { external_id: None, content, media };
    let mut shop = credentials();
    shop.settings.insert(CHANNELS.to_owned(), "1".to_owned());
    Shopee.parse(&op, &[limits(), last], &shop)
}

#[test]
fn each_word_has_its_class() {
    let find = sample("find_by_sku");
    let auth = |refreshable| Class::Auth { refreshable };
    let limited = |seconds| Class::RateLimited { after: Some(std::time::Duration::from_secs(seconds)) };
    for (error, message, read, write) in [
        ("error_auth", "Invalid access_token.", auth(true), auth(true)),
        ("invalid_acceess_token", "", auth(true), auth(true)),
        ("error_auth", "No permission to current api.", Class::NeedsAction, Class::NeedsAction),
        ("error_auth", "Lack of location_id, please double check.", Class::NeedsAction, Class::NeedsAction),
        ("error_sign", "Wrong sign.", auth(false), auth(false)),
        ("error_partner_key_expired", "", auth(false), auth(false)),
        ("shop_no_linked", "", auth(false), auth(false)),
        ("partner_shop_no_link", "", auth(false), auth(false)),
        ("source_ip_undeclared", "", Class::NeedsAction, Class::NeedsAction),
        ("error_rate_limit", "", Class::RateLimited { after: None }, Class::RateLimited { after: None }),
        ("error_limit", "", limited(3600), limited(3600)),
        ("error_network", "", Class::Retryable, Class::Ambiguous),
        ("error_server", "", Class::Retryable, Class::Ambiguous),
        ("product.error_inner", "", Class::Retryable, Class::Ambiguous),
        ("error_system_busy", "", Class::Retryable, Class::Ambiguous),
        ("error_data", "data not exist", Class::Retryable, Class::Ambiguous),
        ("error_get_shop_fail", "", Class::Retryable, Class::Ambiguous),
        ("error_unlist_item_failed", "Please try later.", Class::Retryable, Class::Ambiguous),
        ("product.error_param", "Wrong parameters", Class::Permanent, Class::Permanent),
        ("error_invalid_language", "", Class::Permanent, Class::Permanent),
        ("error_reach_shop_item_limit", "", Class::Permanent, Class::Permanent),
        ("api_suspended", "", Class::Permanent, Class::Permanent),
        ("a_word_of_tomorrow", "", Class::Permanent, Class::Permanent),
        ("-", "", Class::Permanent, Class::Permanent),
    ] {
        let failure = failed(&find, 200, error, message);
        assert_eq!((failure.class, failure.request_id.as_deref()), (read, Some("r-1")), "{error} {message}");
        let body =
            json!({"error": error, "message": message, "response": {"item_id": 7, "item_status": "NORMAL"}});
        assert_eq!(created(reply(200, &body)).unwrap_err().class, write, "{error} {message}");
    }
    for (error, message, pointer) in [
        ("error_category_is_block", "", "/category"),
        ("error_duplicate", "", "/sku"),
        ("error_param", "item_sku already exists", "/sku"),
        ("error_param", "item_sku is too long", ""),
        ("error_param_item_name", "too long", "/name"),
        ("error_invalid_image", "", "/images"),
        ("error_param", "A mandatory attribute is missing", "/attributes"),
        ("error_param", "The price is out of range", "/price_vnd"),
    ] {
        let body = json!({"error": error, "message": message});
        let failure = created(reply(200, &body)).unwrap_err();
        assert_eq!(
            (failure.class, failure.fields[0].pointer.as_str()),
            (Class::Permanent, pointer),
            "{error}"
        );
    }
    // Where only the consent can be refused, no other token helps.
    for (error, message) in
        [("error_auth", "Invalid refresh_token."), ("error_param", "refresh_token expired")]
    {
        assert_eq!(failed(&Op::Login, 200, error, message).class, auth(false));
    }
    assert_eq!(failed(&Op::Login, 200, "error_server", "").class, Class::Retryable);
}

#[test]
fn what_cannot_be_read_is_no_success() {
    let raw = |status, body: &str| HttpReply { status, headers: vec![], body: body.as_bytes().to_vec() };
    let find = sample("find_by_sku");
    for (status, body) in [
        (200, "<html><body>Bảo trì</body></html>"),
        (200, ""),
        (200, "[]"),
        (200, "{}"),
        (200, r#"{"error":""}"#),
        (200, r#"{"error":"","response":[]}"#),
        (200, r#"{"error":{},"response":{}}"#),
        (502, "<html>"),
        (500, ""),
    ] {
        assert_eq!(created(raw(status, body)).unwrap_err().class, Class::Ambiguous, "{status} {body}");
        assert_eq!(
            answer(&find, &[raw(status, body)]).unwrap_err().class,
            Class::Retryable,
            "{status} {body}"
        );
    }
    assert_eq!(created(good(json!({}))).unwrap_err().class, Class::Ambiguous, "a product without a number");
    assert!(matches!(failed(&find, 429, "x", "").class, Class::RateLimited { .. }));
    for body in
        [json!({"error": ""}), json!({"access_token": "a"}), json!({"access_token": "a", "expire_in": 0})]
    {
        assert_eq!(answer(&Op::Login, &[reply(200, &body)]).unwrap_err().class, Class::Retryable, "{body}");
    }
}

#[test]
fn a_product_is_found_by_exactly_its_sku() {
    let find = sample("find_by_sku");
    let ids = |ids: &[u64], total: u64, next: &str| {
        good(json!({"item_id_list": ids, "total_count": total, "next_offset": next}))
    };
    let listed = |rows: Vec<Value>| good(json!({ "item_list": rows }));
    let other = |id: u64, sku: &str, status: &str| {
        let mut row = row(status);
        (row["item_id"], row["item_sku"]) = (json!(id), json!(sku));
        row
    };
    const SKU: &str = "TN-CHE-TANCUONG-200G";
    let requests = walked(&find, &[ids(&[7], 1, ""), items("NORMAL")], &credentials());
    assert_eq!(requests[0].1["item_sku"], SKU);
    assert_eq!(
        (requests[1].0.as_str(), &requests[1].1["item_id_list"]),
        ("product/get_item_base_info", &json!("7"))
    );
    let Answer::Found(Some(found)) = answer(&find, &[ids(&[7], 1, ""), items("NORMAL")]).unwrap() else {
        panic!()
    };
    assert_eq!((found.price_vnd, found.stock, found.editable), (Some(180_000), Some(4), true));
    assert_eq!(found.outcome, Outcome::Live { external_id: "7".into() });

    let none = |replies: &[HttpReply]| answer(&find, replies) == Ok(Answer::Found(None));
    assert!(none(&[ids(&[], 0, "")]));
    assert!(none(&[good(json!({"total_count": 0}))]));
    assert!(none(&[reply(200, &json!({"error": "error_item_not_found", "message": "Product not found"}))]));
    assert!(none(&[ids(&[8], 1, ""), listed(vec![other(8, "TN-CHE-TANCUONG-200G-B", "NORMAL")])]));
    assert!(none(&[ids(&[8], 1, ""), listed(vec![other(8, SKU, "SELLER_DELETE")])]));
    // Page by page.
    let pages =
        [ids(&[8], 2, "p2"), listed(vec![other(8, "X", "NORMAL")]), ids(&[7], 2, "p3"), items("UNLIST")];
    let requests = walked(&find, &pages, &credentials());
    assert_eq!(requests[2].1["offset"], "p2");
    // Twice, with models, and deleted by Shopee: left to a person.
    let twice = [ids(&[7, 8], 2, ""), listed(vec![row("NORMAL"), other(8, SKU, "UNLIST")])];
    assert_eq!(answer(&find, &twice).unwrap_err().code, "product.twice");
    let mut models = row("NORMAL");
    models["has_model"] = json!(true);
    let failure = answer(&find, &[ids(&[7], 1, ""), listed(vec![models])]).unwrap_err();
    assert_eq!((failure.class, failure.code.as_str()), (Class::NeedsAction, "shopee.models"));
    let told = good(json!({"item_list": [{"item_id": 7, "item_status_details": []}]}));
    let Answer::Found(Some(deleted)) =
        answer(&find, &[ids(&[7], 1, ""), items("SHOPEE_DELETE"), told]).unwrap()
    else {
        panic!()
    };
    assert_eq!(deleted.outcome, Outcome::Rejected { reasons: vec!["SHOPEE_DELETE".into()] });
    assert!(!deleted.editable);
}

#[test]
fn reasons_are_asked_for_where_it_was_taken_down_and_unknown_words_are_never_live() {
    let review = sample("review");
    let outcome = |replies: &[HttpReply]| match answer(&review, replies).unwrap() {
        Answer::Reviewed(product) => product.outcome,
        other => panic!("{other:?}"),
    };
    assert_eq!(outcome(&[items("REVIEWING")]), Outcome::PendingReview { external_id: "7".into() });
    assert_eq!(outcome(&[items("UNLIST")]), Outcome::Withdrawn);
    assert_eq!(outcome(&[items("SOLD_OUT")]), Outcome::Unknown { raw: "SOLD_OUT".into() });
    let detail = json!({"violation_type": "Prohibited Listing", "violation_reason": "License", "suggestion": "Upload it"});
    let told = good(json!({"item_list": [{"item_id": 7, "item_status_details": [detail]}]}));
    let reasons = vec!["Prohibited Listing; License; Upload it".to_owned()];
    assert_eq!(outcome(&[items("BANNED"), told]), Outcome::Rejected { reasons });
    let untold = reply(200, &json!({"error": "error_param", "message": "item_status does not match"}));
    assert_eq!(outcome(&[items("BANNED"), untold]), Outcome::Rejected { reasons: vec!["BANNED".into()] });
    for gone in [
        items("SELLER_DELETE"),
        good(json!({"item_list": []})),
        reply(200, &json!({"error": "product.error_item_not_found"})),
    ] {
        assert_eq!(answer(&review, &[gone]).unwrap_err().code, "product.gone");
    }
}

#[test]
fn orders_bring_their_lines_and_nothing_about_a_buyer() {
    let pull = sample("pull_orders");
    let list = good(json!({"more": true, "next_cursor": "c2", "order_list": [
        {"order_sn": "A1"}, {"order_sn": "B2"}, {"order_sn": "C3"}, {"order_sn": "D4"}]}));
    let line = |quantity: i64, price: i64, model: &str| {
        json!({
            "item_id": 7, "item_sku": "S", "model_id": 0, "model_sku": model, "model_quantity_purchased": quantity,
            "model_original_price": 200_000, "model_discounted_price": price,
        })
    };
    let order = |number: &str, status: &str, currency: &str, lines: Vec<Value>| {
        json!({
            "order_sn": number, "order_status": status, "currency": currency, "create_time": 1_795_000_000,
            "item_list": lines, "buyer_username": "someone",
        })
    };
    let detail = good(json!({"order_list": [
        order("B2", "SHIPPED", "SGD", vec![line(1, 1, "")]),
        order("A1", "READY_TO_SHIP", "VND", vec![line(1, 180_000, ""), line(2, 180_000, ""), line(1, 200_000, "M")]),
        order("D4", "COMPLETED", "VND", vec![line(0, 180_000, "")]),
    ]}));
    let requests = walked(&pull, &[list.clone(), detail.clone()], &credentials());
    let ask = &requests[0].1;
    assert_eq!((&ask["time_range_field"], &ask["page_size"]), (&json!("update_time"), &json!("50")));
    let span = |name: &str| ask[name].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(span("time_to") - span("time_from"), 3600);
    assert_eq!(requests[1].1["order_sn_list"], "A1,B2,C3,D4");
    assert_eq!(requests[1].1["response_optional_fields"], "item_list");
    let Answer::Orders(page) = answer(&pull, &[list, detail]).unwrap() else { panic!() };
    assert_eq!((page.orders.len(), page.next_cursor.as_deref()), (1, Some("c2")));
    assert_eq!(
        page.unread,
        ["B2: it was not paid in dong", "C3: its details are missing", "D4: a line has no quantity"]
    );
    let lines: Vec<_> =
        page.orders[0].lines.iter().map(|l| (l.line_id.as_str(), l.sku.as_str(), l.quantity)).collect();
    assert_eq!(lines, [("7:0:180000", "S", 3), ("7:0:200000", "M", 1)]);

    let status = |word: &str| {
        let list = good(json!({"more": false, "next_cursor": "", "order_list": [{"order_sn": "A1"}]}));
        let detail = good(json!({"order_list": [order("A1", word, "VND", vec![line(1, 1, "")])]}));
        match answer(&pull, &[list, detail]).unwrap() {
            Answer::Orders(page) => page.orders[0].status,
            other => panic!("{other:?}"),
        }
    };
    for (words, wanted) in [
        (vec!["UNPAID", "READY_TO_SHIP", "PROCESSED", "IN_CANCEL", "INVOICE_PENDING"], OrderStatus::Open),
        (vec!["SHIPPED"], OrderStatus::Shipping),
        (vec!["COMPLETED"], OrderStatus::Completed),
        (vec!["CANCELLED"], OrderStatus::Cancelled),
        (vec!["TO_THE_MOON"], OrderStatus::Unknown),
    ] {
        assert!(words.iter().all(|word| status(word) == wanted), "{words:?}");
    }
    let empty = good(json!({"more": false, "order_list": []}));
    assert!(matches!(answer(&pull, &[empty]), Ok(Answer::Orders(page)) if page.orders.is_empty()));
    for odd in [json!({"more": true, "order_list": []}), json!({"order_list": []}), json!({"more": false})] {
        assert_eq!(answer(&pull, &[good(odd)]).unwrap_err().class, Class::Retryable);
    }
}
