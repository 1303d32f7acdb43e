//! What comes back.

use super::*;
use crate::platform::state::{ItemResult, OrderStatus};

#[test]
fn a_request_is_tracked_until_it_is_a_product_to_be_put_on_sale() {
    let taken = reply(200, &json!({"track_id": "c3", "state": "queuing"}));
    let Answer::Written { external_id, outcome, .. } = answer(&upsert(None), &[taken]).unwrap() else {
        panic!()
    };
    let id = format!("track/c3/{SKU}");
    assert_eq!((external_id, outcome), (Some(id.clone()), Outcome::Submitted { tracking: id.clone() }));
    assert_eq!(asked(&review(&id), &[]).0, "GET tracking/c3");

    let states = |state: &str| {
        let seen = reviewed(&id, &[tracked(state, "")]);
        assert!(!seen.editable && seen.external_id == id && seen.sku == SKU, "{state}");
        seen.outcome
    };
    for state in ["queuing", "processing"] {
        assert_eq!(states(state), Outcome::Submitted { tracking: id.clone() });
    }
    for state in ["drafted", "bot_awaiting_approve", "md_awaiting_approve", "awaiting_approve"] {
        assert_eq!(states(state), Outcome::PendingReview { external_id: id.clone() });
    }
    assert_eq!(states("APPROVED"), Outcome::Unknown { raw: "APPROVED".into() });
    assert_eq!(answer(&review(&id), &[tracked("deleted", "")]).unwrap_err().code, "product.gone");
    let lost = reply(404, &json!({"errors": ["track_id is invalid"]}));
    assert_eq!(answer(&review(&id), &[lost]).unwrap_err().code, "product.gone");

    let approved = tracked("approved", "");
    let (path, _, spec) = asked(&review(&id), std::slice::from_ref(&approved));
    assert!(path.starts_with(&format!("GET products/findBy?original_sku={SKU}")) && !spec.write, "{path}");
    let made = reviewed(&id, &[approved.clone(), found(&row(0))]);
    assert_eq!((made.external_id.as_str(), made.outcome, made.stock), ("7/new", Outcome::Withdrawn, Some(4)));
    let late = reviewed(&id, &[approved, none()]);
    assert_eq!(late.outcome, Outcome::Submitted { tracking: id }, "not to be found yet");

    assert_eq!(reviewed("7/new", &[reply(200, &row(0))]).external_id, "7/new");
    let live = reviewed("7/new", &[reply(200, &row(1))]);
    assert_eq!((live.external_id.as_str(), live.outcome), ("7", Outcome::Live { external_id: "7".into() }));
}

#[test]
fn a_rejection_tells_its_reasons_and_a_taken_sku_is_looked_up() {
    let refused = reviewed("track/c3/S", &[tracked("rejected", "Ảnh mờ")]);
    assert_eq!(
        (refused.outcome, refused.editable),
        (Outcome::Rejected { reasons: vec!["Ảnh mờ".into()] }, true)
    );
    let taken = json!({"errors": [{"code": 420, "data": null, "description": "Product code S is not unique",
        "msg": "Mã seller product không duy nhất"}], "message": "Mã seller product không duy nhất"});
    let taken = tracked("rejected", &taken.to_string());
    let mut other = row(0);
    other["original_sku"] = json!("S");
    let failure = answer(&review("track/c3/S"), &[taken.clone(), found(&other)]).unwrap_err();
    assert_eq!(failure.code, "product.gone", "it is there: the look-up binds it");
    let nowhere = reviewed("track/c3/S", &[taken, none()]);
    let reasons = vec!["Mã seller product không duy nhất".to_owned()];
    assert_eq!(nowhere.outcome, Outcome::Rejected { reasons });
}

#[test]
fn a_change_is_tracked_beside_its_product() {
    let taken = reply(200, &json!({"track_id": "d4", "state": "queuing"}));
    let written = |id: &str, active: u8| {
        let replies = [reply(200, &row(active)), taken.clone()];
        match answer(&upsert(Some(id)), &replies).unwrap() {
            Answer::Written { external_id, .. } => external_id.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((written("7", 1), written("7", 0)), ("7/update/d4".into(), "7/restore/d4".into()));
    assert_eq!(written("7/new", 0), "7/restore/d4");
    assert_eq!(written("7/restore/a", 1), "7/restore/d4");
    let gone = [reply(404, &json!({"errors": ["Product not found"]}))];
    assert_eq!(answer(&upsert(Some("7")), &gone).unwrap_err().code, "product.gone");

    let pending = reviewed("7/update/d4", &[tracked("update_product_awaiting_approve", "")]);
    assert_eq!(pending.outcome, Outcome::PendingReview { external_id: "7/update/d4".into() });
    let refused = reviewed("7/update/d4", &[tracked("rejected", "Ảnh mờ")]);
    assert_eq!(refused.external_id, "7/update/d4", "the next look says the same");
    let after = |id: &str, active: u8| {
        let seen = reviewed(id, &[tracked("update_product_approved", ""), reply(200, &row(active))]);
        (seen.external_id, seen.outcome)
    };
    assert_eq!(after("7/update/d4", 1), ("7".into(), Outcome::Live { external_id: "7".into() }));
    assert_eq!(after("7/update/d4", 0), ("7".into(), Outcome::Withdrawn), "taken off by hand");
    assert_eq!(after("7/restore/d4", 0), ("7/new".into(), Outcome::Withdrawn), "to be put on sale");
}

#[test]
fn a_look_up_finds_the_product_or_the_request_for_it() {
    let find = sample("find_by_sku");
    let Answer::Found(Some(product)) = answer(&find, &[found(&row("1"))]).unwrap() else { panic!() };
    assert_eq!(
        (product.external_id.as_str(), product.price_vnd, product.stock),
        ("7", Some(180_000), Some(4))
    );
    assert_eq!(product.outcome, Outcome::Live { external_id: "7".into() });
    let mut hidden = row(1);
    hidden["is_hidden"] = json!(true);
    let Answer::Found(Some(product)) = answer(&find, &[found(&hidden)]).unwrap() else { panic!() };
    assert_eq!((product.outcome, product.raw_status.as_str()), (Outcome::Withdrawn, "hidden"));
    let mut odd = row(3);
    let Answer::Found(Some(product)) = answer(&find, &[found(&odd)]).unwrap() else { panic!() };
    assert_eq!(product.outcome, Outcome::Unknown { raw: "3".into() });
    // A row that does not repeat the SKU is taken at its word, another SKU is not.
    odd.as_object_mut().unwrap().remove("original_sku");
    assert!(matches!(answer(&find, &[found(&odd)]), Ok(Answer::Found(Some(_)))));
    odd["original_sku"] = json!("OTHER");
    assert_eq!(answer(&find, &[found(&odd)]).unwrap_err().class, Class::Retryable);

    assert!(asked(&find, &[none()]).0.starts_with("GET requests?include=products"));
    let list = |state: &str, sku: &str| {
        reply(
            200,
            &json!({"data": [{"request_id": "112", "state": state, "products": [{"original_sku": sku}]}]}),
        )
    };
    let open = answer(&find, &[none(), list("awaiting_approve", SKU)]).unwrap();
    let Answer::Found(Some(product)) = open else { panic!("{open:?}") };
    assert_eq!(product.external_id, format!("request/112/{SKU}"));
    for ended in ["approved", "rejected", "deleted", "teleported"] {
        assert_eq!(answer(&find, &[none(), list(ended, SKU)]), Ok(Answer::Found(None)), "{ended}");
    }
    let no_list = reply(405, &json!({"errors": ["Method not allowed"]}));
    assert_eq!(answer(&find, &[none(), no_list]), Ok(Answer::Found(None)));
    assert_eq!(answer(&find, &[none(), reply(500, &json!({}))]).unwrap_err().class, Class::Retryable);
    assert_eq!(answer(&find, &[none(), list("awaiting_approve", "OTHER")]), Ok(Answer::Found(None)));
    let missing = reply(404, &json!({"errors": ["Product not found"]}));
    assert_eq!(answer(&find, &[missing, list("deleted", SKU)]), Ok(Answer::Found(None)));
    let path = HttpReply { status: 404, headers: vec![], body: b"<html>".to_vec() };
    assert_eq!(answer(&find, &[path]).unwrap_err().code, "http.not_found", "a mistaken path is no answer");
}

#[test]
fn refusals_have_their_classes_and_places() {
    let op = upsert(None);
    let told = |status: u16, sentence: &str| {
        answer(&op, &[reply(status, &json!({"errors": [sentence]}))]).unwrap_err()
    };
    for (sentence, pointer) in [
        ("variants should have price > 0", "/price_vnd"),
        ("Attributes not found for category_id in payload", "/attributes"),
        ("category_id is not primary", "/category"),
        ("Image does not match product name", "/images"),
        ("Product code S is not unique", "/sku"),
        ("sku is not valid", ""),
    ] {
        let failure = told(422, sentence);
        assert_eq!(
            (failure.class, failure.fields[0].pointer.as_str()),
            (Class::Permanent, pointer),
            "{sentence}"
        );
    }
    for (status, class) in [
        (400, Class::Permanent),
        (401, Class::Auth { refreshable: true }),
        (403, Class::NeedsAction),
        (405, Class::Permanent),
        (406, Class::Permanent),
        (429, Class::RateLimited { after: None }),
        (500, Class::Ambiguous),
        (503, Class::Ambiguous),
        (200, Class::Permanent),
    ] {
        assert_eq!(told(status, "x").class, class, "{status}");
    }
    let raw = |body: &[u8]| answer(&op, &[HttpReply { status: 200, headers: vec![], body: body.to_vec() }]);
    for body in
        [&b""[..], b"<html></html>", b"null", b"\"ok\"", b"{}", br#"{"track_id":"c3","state":"lost"}"#]
    {
        assert_eq!(raw(body).unwrap_err().class, Class::Ambiguous, "{:?}", String::from_utf8_lossy(body));
    }
    let read = answer(&review("7"), &[reply(500, &json!({"errors": ["x"]}))]).unwrap_err();
    assert_eq!(read.class, Class::Retryable);
}

#[test]
fn price_stock_and_sale_are_done_when_it_says_so() {
    let price = sample("price_stock");
    let done = reply(200, &json!({"state": "approved"}));
    let item = ItemResult { sku: SKU.into(), result: Ok(()) };
    assert_eq!(answer(&price, std::slice::from_ref(&done)), Ok(Answer::Items(vec![item])));
    assert_eq!(answer(&sample("withdraw"), &[done]), Ok(Answer::Withdrawn));
    let odd = reply(200, &json!({"state": "queuing"}));
    assert_eq!(answer(&price, &[odd]).unwrap_err().class, Class::Ambiguous);
    let low = json!({"errors": ["Price is not valid because less than ten percent listing price"]});
    let failure = answer(&price, &[reply(422, &low)]).unwrap_err();
    assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, "/price_vnd"));
    let gone = reply(404, &json!({"errors": ["Product not found"]}));
    assert_eq!(answer(&price, &[gone]).unwrap_err().code, "product.gone");
}

#[test]
fn a_token_is_taken_with_its_life_and_keys_can_be_refused() {
    let body =
        json!({"access_token": "t", "expires_in": 3600, "refresh_token": "r-2", "token_type": "bearer"});
    let Answer::Token(grant) = answer(&Op::Login, &[reply(200, &body)]).unwrap() else { panic!() };
    assert_eq!(grant.expires_at(now()), now().plus(chrono::TimeDelta::hours(1)));
    assert_eq!(grant.refresh.as_ref().map(Secret::expose), Some("r-2"));
    for (status, error) in [(401, "invalid_client"), (400, "invalid_grant")] {
        let failure = answer(&Op::Login, &[reply(status, &json!({ "error": error }))]).unwrap_err();
        assert_eq!(failure.class, Class::Auth { refreshable: false });
    }
    assert_eq!(answer(&Op::Login, &[reply(503, &json!({}))]).unwrap_err().class, Class::Retryable);
    assert_eq!(answer(&Op::Login, &[reply(200, &json!({}))]).unwrap_err().class, Class::Retryable);
}

#[test]
fn orders_are_read_without_their_buyers() {
    let order = |status: &str, quantity: Value| {
        json!({
            "code": "929231617", "status": status, "created_at": "2026-11-27 11:30:00",
            "shipping": {"address": {"full_name": "Người Mua"}},
            "items": [{"id": 25, "qty": quantity, "invoice": {"price": 190_000, "row_total": 540_001},
                "product": {"id": 7, "seller_product_code": SKU}}],
        })
    };
    let page = |rows: Vec<Value>, last: Value| {
        let body = json!({"data": rows, "paging": {"current_page": 1, "last_page": last}});
        match answer(&sample("pull_orders"), &[reply(200, &body)]).unwrap() {
            Answer::Orders(page) => page,
            other => panic!("{other:?}"),
        }
    };
    use OrderStatus::{Cancelled, Completed, Open, Returned, Shipping, Unknown};
    for (word, status) in [
        ("queueing", Open),
        ("waiting_payment", Open),
        ("paid", Open),
        ("processing", Open),
        ("picking", Open),
        ("packaging", Open),
        ("finished_packing", Open),
        ("ready_to_ship", Open),
        ("holded", Open),
        ("payment_review", Open),
        ("handover_to_partner", Shipping),
        ("shipping", Shipping),
        ("delivered", Completed),
        ("successful_delivery", Completed),
        ("complete", Completed),
        ("canceled", Cancelled),
        ("returned", Returned),
        ("closed", Unknown),
        ("teleported", Unknown),
    ] {
        assert_eq!(page(vec![order(word, json!(3))], json!(1)).orders[0].status, status, "{word}");
    }
    let read = page(vec![order("queueing", json!("3")), order("queueing", json!("many"))], json!(2));
    assert_eq!((read.unread.len(), read.next_cursor.as_deref()), (1, Some("2")));
    let line = &read.orders[0].lines[0];
    assert_eq!((line.line_id.as_str(), line.quantity, line.unit_price_vnd), ("25", 3, 180_000));
    let placed = Instant::from_utc("2026-11-27T04:30:00Z".parse().unwrap());
    assert_eq!(read.orders[0].placed_at, Some(placed));
    assert!(!format!("{read:?}").contains("Người Mua"));
    assert_eq!(page(vec![order("paid", json!(1))], json!(null)).next_cursor, None, "the page was not full");
    let none = answer(&sample("pull_orders"), &[reply(200, &json!({}))]).unwrap_err();
    assert_eq!(none.class, Class::Retryable);
}

#[test]
fn categories_come_as_list_or_pages_and_attributes_by_code() {
    let root = Op::Categories { parent: None };
    assert_eq!(asked(&root, &[]).0, "GET categories?lang=vi&parent=2");
    let list = json!([{"id": 1846, "name": "Trà", "parent": 2, "primary": 1}, {"id": 9, "name": "X", "parent": 2, "primary": 0}]);
    let Answer::Categories(all) = answer(&root, &[reply(200, &list)]).unwrap() else { panic!() };
    assert_eq!((all.len(), all[0].leaf, all[1].leaf), (2, true, false));
    let page = |n: u8| {
        let row = json!({"id": n, "name": "Trà", "is_primary": true});
        reply(200, &json!({"data": [row], "paging": {"current_page": n, "last_page": 2}}))
    };
    let under = Op::Categories { parent: Some("9".into()) };
    assert_eq!(asked(&under, &[page(1)]).0, "GET categories?lang=vi&parent=9&page=2");
    let Answer::Categories(all) = answer(&under, &[page(1), page(2)]).unwrap() else { panic!() };
    assert_eq!((all.len(), all[1].parent.as_deref()), (2, Some("9")));

    let of = Op::Attributes { category: "1846".into() };
    assert_eq!(asked(&of, &[]).0, "GET categories/1846");
    let body = json!({"id": 1846, "attributes": [
        {"id": 560, "code": "origin", "display_name": null, "is_required": 1},
        {"id": 498, "code": "brand", "display_name": "Thương hiệu", "is_required": 0}]});
    let Answer::Attributes(all) = answer(&of, &[reply(200, &body)]).unwrap() else { panic!() };
    assert_eq!((all[0].id.as_str(), all[0].name.as_str(), all[0].required), ("origin", "origin", true));
    assert_eq!((all[1].name.as_str(), all[1].required), ("Thương hiệu", false));
}
