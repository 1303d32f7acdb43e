//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

use super::*;
use crate::platform::state::{Answer, Media, Offer, OrderStatus, Outcome};

fn now() -> Instant {
    Instant::from_utc("2026-11-27T05:00:00Z".parse().unwrap())
}

fn credentials() -> Credentials {
    let mut credentials =
        Credentials { base_url: "https://hao-dat.myshopify.com".to_owned(), ..Credentials::default() };
    for (name, value) in [("access_token", "shpat-very-secret"), ("client_secret", "secret")] {
        credentials.secrets.insert(name.to_owned(), crate::platform::state::Secret::new(value));
    }
    credentials
}

fn sample(wanted: &str) -> Op {
    Op::samples(now()).into_iter().find(|op| op.name() == wanted).unwrap()
}

fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply { status, headers: vec![], body: body.to_string().into_bytes() }
}

fn asked(op: &Op, replies: &[HttpReply]) -> (Value, HttpSpec) {
    let spec = Shopify.build(op, replies, &credentials(), now()).unwrap();
    (serde_json::from_slice(&spec.body).unwrap(), spec)
}

fn answer(op: &Op, status: u16, body: &Value) -> Result<Answer, Failure> {
    match Shopify.parse(op, &[reply(status, body)], &credentials())? {
        Parsed::Done(answer) => Ok(answer),
        Parsed::More => panic!("there is more"),
    }
}

fn row(status: &str) -> Value {
    json!({
        "id": "gid://shopify/Product/7", "handle": "ocop-x", "title": "Chè", "status": status,
        "variants": {"nodes": [{
            "id": "gid://shopify/ProductVariant/8", "sku": "TN-CHE-TANCUONG-200G", "price": "180000.00",
            "inventoryQuantity": 4, "inventoryItem": {"id": "gid://shopify/InventoryItem/9"},
        }]},
    })
}

#[test]
fn handles_of_two_skus_are_two() {
    assert_eq!(handle("TN-CHE"), "ocop-tn-2dche");
    let skus = ["a-b", "a_b", "a b", "a/b", "ab", "a-2db"];
    let handles: std::collections::BTreeSet<_> = skus.iter().map(|sku| handle(sku)).collect();
    assert_eq!(handles.len(), skus.len(), "{handles:?}");
}

#[test]
fn a_product_is_made_by_its_handle_at_the_shops_place_and_changed_without_price_and_stock() {
    let create = sample("upsert");
    let (first, spec) = asked(&create, &[]);
    assert_eq!((&first["operationName"], spec.write), (&json!("Locations"), false));
    assert_eq!(spec.url, "https://hao-dat.myshopify.com/admin/api/2026-07/graphql.json");
    let place = reply(200, &json!({"data": {"locations": {"nodes": [{"id": "gid://shopify/Location/3"}]}}}));
    assert_eq!(Shopify.parse(&create, std::slice::from_ref(&place), &credentials()), Ok(Parsed::More));
    let (second, spec) = asked(&create, std::slice::from_ref(&place));
    assert!(
        spec.write
            && spec.headers.contains(&("x-shopify-access-token".to_owned(), "shpat-very-secret".to_owned()))
    );
    assert_eq!(second["variables"]["identifier"]["handle"], handle("TN-CHE-TANCUONG-200G"));
    let variant = &second["variables"]["input"]["variants"][0];
    assert_eq!((&variant["price"], &variant["sku"]), (&json!("180000"), &json!("TN-CHE-TANCUONG-200G")));
    assert_eq!(
        variant["inventoryQuantities"][0],
        json!({"locationId": "gid://shopify/Location/3", "name": "available", "quantity": 40})
    );

    let Op::Upsert { content, .. } = create else { panic!() };
    let change =
        Op::Upsert { external_id: Some("gid://shopify/Product/7".into()), content, media: Media::new() };
    let (body, _) = asked(&change, &[]);
    let input = &body["variables"]["input"];
    assert_eq!(body["variables"]["identifier"], json!({"id": "gid://shopify/Product/7"}));
    assert_eq!(
        (input.get("variants"), input.get("handle")),
        (None, None),
        "lists that are given are replaced"
    );
    assert!(input["descriptionHtml"].as_str().unwrap().contains("Tân Cương"));
}

#[test]
fn price_and_stock_go_by_two_calls_after_two_looks() {
    let offer = Offer {
        external_id: "gid://shopify/Product/7".into(),
        sku: "S".into(),
        price_vnd: 190_000,
        stock: 3,
    };
    let op = Op::PriceStock { items: vec![offer] };
    let replies = [
        reply(200, &json!({"data": {"product": row("ACTIVE")}})),
        reply(200, &json!({"data": {"locations": {"nodes": [{"id": "gid://shopify/Location/3"}]}}})),
        reply(
            200,
            &json!({"data": {"productVariantsBulkUpdate": {"productVariants": [], "userErrors": []}}}),
        ),
        reply(200, &json!({"data": {"inventorySetQuantities": {"userErrors": []}}})),
    ];
    let names = ["ReadProduct", "Locations", "SetPrice", "SetStock"];
    for (n, name) in names.into_iter().enumerate() {
        let (body, spec) = asked(&op, &replies[..n]);
        assert_eq!((&body["operationName"], spec.write), (&json!(name), n > 1));
        let more = Shopify.parse(&op, &replies[..=n], &credentials()).unwrap() == Parsed::More;
        assert_eq!(more, n < 3, "{name}");
    }
    let (price, _) = asked(&op, &replies[..2]);
    assert_eq!(
        price["variables"]["variants"][0],
        json!({"id": "gid://shopify/ProductVariant/8", "price": "190000"})
    );
    let (stock, _) = asked(&op, &replies[..3]);
    assert_eq!(stock["variables"]["input"]["quantities"][0]["quantity"], 3);
}

#[test]
fn both_levels_of_errors_are_read_and_an_unknown_word_is_never_live() {
    let review = Op::Review { external_id: "gid://shopify/Product/7".into() };
    let outcome =
        |status: &str| match answer(&review, 200, &json!({"data": {"product": row(status)}})).unwrap() {
            Answer::Reviewed(product) => (product.outcome, product.price_vnd, product.stock),
            other => panic!("{other:?}"),
        };
    let id = "gid://shopify/Product/7".to_owned();
    assert_eq!(outcome("ACTIVE"), (Outcome::Live { external_id: id }, Some(180_000), Some(4)));
    assert_eq!(outcome("DRAFT").0, Outcome::Withdrawn);
    assert_eq!(outcome("UNLISTED").0, Outcome::Unknown { raw: "UNLISTED".into() });
    assert_eq!(answer(&review, 200, &json!({"data": {"product": null}})).unwrap_err().code, "product.gone");

    let create = sample("upsert");
    let class = |status, body: &Value| answer(&create, status, body).unwrap_err().class;
    let throttled = json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": {
        "requestedQueryCost": 500, "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 100.0}}}});
    assert_eq!(class(200, &throttled), Class::RateLimited { after: Some(std::time::Duration::from_secs(4)) });
    let error = |code: &str| json!({"errors": [{"message": "x", "extensions": {"code": code}}]});
    assert_eq!(class(200, &error("ACCESS_DENIED")), Class::NeedsAction);
    assert_eq!(class(200, &error("INTERNAL_SERVER_ERROR")), Class::Ambiguous);
    assert_eq!(class(200, &error("undefinedField")), Class::Permanent);
    assert_eq!(class(401, &json!({})), Class::Auth { refreshable: true });
    assert_eq!(answer(&Op::Login, 401, &json!({})).unwrap_err().class, Class::Auth { refreshable: false });
    assert_eq!(class(402, &json!({})), Class::NeedsAction);
    assert_eq!(class(502, &json!({})), Class::Ambiguous);
    assert_eq!(class(200, &json!("<html>")), Class::Ambiguous);
    assert_eq!(
        class(200, &json!({"data": {"productSet": {"product": null, "userErrors": []}}})),
        Class::Ambiguous
    );
    let refused = json!({"data": {"productSet": {"product": null, "userErrors": [
        {"code": "INVALID", "field": ["input", "title"], "message": "Title is too long"}]}}});
    let failure = answer(&create, 200, &refused).unwrap_err();
    assert_eq!((failure.class, failure.fields[0].pointer.as_str()), (Class::Permanent, "/name"));
}

#[test]
fn orders_count_what_was_not_taken_out_and_only_dong() {
    let node = |cancelled: Value, paid: &str, sent: &str, currency: &str| {
        json!({
            "id": "gid://shopify/Order/1", "createdAt": "2026-11-27T04:00:00Z", "cancelledAt": cancelled,
            "displayFinancialStatus": paid, "displayFulfillmentStatus": sent,
            "lineItems": {"nodes": [{"id": "gid://shopify/LineItem/2", "sku": "S", "currentQuantity": 2,
                "originalUnitPriceSet": {"shopMoney": {"amount": "180000.0", "currencyCode": currency}}}]},
        })
    };
    let null = Value::Null;
    let body = json!({"data": {"orders": {"pageInfo": {"hasNextPage": true, "endCursor": "c"}, "nodes": [
        node(null.clone(), "PAID", "UNFULFILLED", "VND"), node(json!("2026-11-27T04:10:00Z"), "VOIDED", "UNFULFILLED", "VND"),
        node(null.clone(), "REFUNDED", "FULFILLED", "VND"), node(null.clone(), "PAID", "FULFILLED", "VND"),
        node(null.clone(), "PAID", "TELEPORTED", "VND"), node(null, "PAID", "FULFILLED", "USD"),
    ]}}});
    let Answer::Orders(page) = answer(&sample("pull_orders"), 200, &body).unwrap() else { panic!() };
    let statuses: Vec<_> = page.orders.iter().map(|order| order.status).collect();
    use OrderStatus::{Cancelled, Completed, Open, Returned, Unknown};
    assert_eq!(statuses, [Open, Cancelled, Returned, Completed, Unknown]);
    assert_eq!(
        (page.unread.len(), page.next_cursor.as_deref()),
        (1, Some("c")),
        "dollars are no figure of ours"
    );
    assert_eq!((page.orders[0].lines[0].quantity, page.orders[0].lines[0].unit_price_vnd), (2, 180_000));
}

/// The vector of the contract: the same algorithm as WooCommerce's, secret `secret`, body `{"id":1}`.
#[test]
fn a_webhook_is_believed_by_its_signature_over_the_raw_body() {
    let headers = |signature: &str, topic: &str| {
        vec![
            ("x-shopify-hmac-sha256".to_owned(), signature.to_owned()),
            ("x-shopify-topic".to_owned(), topic.to_owned()),
            ("x-shopify-webhook-id".to_owned(), "d-1".to_owned()),
        ]
    };
    let hook = |signature: &str, topic: &str, body: &str| {
        let headers = headers(signature, topic);
        let call = HookCall { url: "", query: "", headers: &headers, body: body.as_bytes() };
        Shopify.hook(&call, &credentials(), now())
    };
    let good = "A971iWIMgT8Zj9A9eWfikrFj7wQ16/Qwcc4OlRl2PLc=";
    assert_eq!(
        hook(good, "orders/updated", r#"{"id":1}"#),
        Ok(Hook { delivery: "d-1".into(), news: News::Orders })
    );
    let product = News::Products(vec!["gid://shopify/Product/1".into()]);
    assert_eq!(hook(good, "products/update", r#"{"id":1}"#).unwrap().news, product);
    assert_eq!(hook(good, "orders/updated", r#"{"id": 1}"#), Err(HookRefused::Forged), "a space more");
    assert_eq!(hook("", "orders/updated", r#"{"id":1}"#), Err(HookRefused::Forged));
}
