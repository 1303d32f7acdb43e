//! Fixtures written by hand from the documented fields; none was recorded from a real shop.

use proptest::prelude::*;

use super::*;
use crate::platform::state::{Answer, Media, Offer, Outcome};

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

proptest! {
    #[test]
    fn two_skus_never_share_a_handle_and_shopify_keeps_it_as_it_is(a in "[ -~À-ỹ]{1,12}|[abAB-]{1,4}", b in "[ -~]{1,12}|[abAB-]{1,4}") {
        let (one, other) = (ask::handle(&a), ask::handle(&b));
        prop_assert_eq!(a == b, one == other);
        let words: Vec<&str> = one.split('-').collect();
        let kept = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        prop_assert!(words.iter().all(kept), "{}", one);
        prop_assert!(ask::handle(&a.repeat(40)).len() <= 255);
    }
}

#[test]
fn handles_of_two_skus_are_two() {
    assert!(ask::handle("TN-CHE").starts_with("ocop-tn-che-"), "{}", ask::handle("TN-CHE"));
    let long = "x".repeat(200);
    let longer = format!("{long}y");
    let skus =
        ["AB-1", "ab-1", "a-b", "a_b", "a b", "a/b", "ab", "a-2db", "-ab", "ab-", "", "-", &long, &longer];
    let handles: std::collections::BTreeSet<_> = skus.iter().map(|sku| ask::handle(sku)).collect();
    assert_eq!(handles.len(), skus.len(), "{handles:?}");
    // Nor does a SKU that looks like another one's handle.
    let own = ask::handle("AB-1").trim_start_matches("ocop-").to_owned();
    assert_ne!(ask::handle(&own), ask::handle("AB-1"));
}

#[test]
fn a_product_of_another_sku_under_our_handle_is_an_error_and_never_none() {
    let found = |sku: &str, row: Value| {
        let body = json!({"data": {"productByIdentifier": row}});
        match answer(&Op::FindBySku { sku: sku.into() }, 200, &body) {
            Ok(Answer::Found(found)) => Ok(found.map(|found| (found.sku, found.price_vnd))),
            Ok(other) => panic!("{other:?}"),
            Err(failure) => Err((failure.class, failure.code)),
        }
    };
    let ours = "TN-CHE-TANCUONG-200G";
    assert_eq!(found(ours, Value::Null), Ok(None));
    assert_eq!(found(ours, row("ACTIVE")), Ok(Some((ours.into(), Some(180_000)))));
    let taken = Err((Class::NeedsAction, "shopify.handle_taken".to_owned()));
    assert_eq!(found("tn-che-tancuong-200g", row("ACTIVE")), taken);
    // Where the owner added variants, ours is the one that has our SKU.
    let mut several = row("ACTIVE");
    let more = json!({"id": "gid://shopify/ProductVariant/1", "sku": "OTHER", "price": "1.00"});
    several["variants"]["nodes"].as_array_mut().unwrap().insert(0, more);
    assert_eq!(found(ours, several.clone()), Ok(Some((ours.into(), Some(180_000)))));
    assert_eq!(found("THIRD", several.clone()), taken);
    several["variants"]["nodes"][1]["sku"] = Value::Null;
    let offer =
        Offer { external_id: "gid://shopify/Product/7".into(), sku: ours.into(), price_vnd: 1, stock: 1 };
    let seen = reply(200, &json!({"data": {"product": several}}));
    let none =
        Shopify.build(&Op::PriceStock { items: vec![offer] }, &[seen], &credentials(), now()).unwrap_err();
    assert_eq!((none.class, none.code.as_str()), (Class::NeedsAction, "shopify.no_variant"));
}

#[test]
fn versions_before_the_new_way_to_set_a_stock_are_refused() {
    let wrong = |version: &str| {
        let settings = BTreeMap::from([(VERSION.to_owned(), version.to_owned())]);
        let errors = Shopify.settings_errors(&settings);
        let with = Credentials { settings, ..credentials() };
        assert_eq!(errors.is_empty(), Shopify.build(&Op::Login, &[], &with, now()).is_ok(), "{version}");
        errors.into_iter().next().map(|error| {
            assert!(
                error.text.vi.contains("trở lên") && error.text.en.contains("or later"),
                "{}",
                error.text.vi
            );
            error.name
        })
    };
    for good in ["2026-04", "2026-07", " 2027-01 ", ""] {
        assert_eq!(wrong(good), None, "{good}");
    }
    for bad in ["2026-01", "2025-10", "2026-05", "unstable", "2026", "99999-01", "2026-07/../x"] {
        assert_eq!(wrong(bad), Some(VERSION), "{bad}");
    }
    assert_eq!(Shopify.settings_errors(&BTreeMap::new()), []);
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
    assert_eq!(second["variables"]["identifier"]["handle"], ask::handle("TN-CHE-TANCUONG-200G"));
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

    let set = reply(200, &json!({"data": {"productSet": {"product": row("ACTIVE"), "userErrors": []}}}));
    assert_eq!(Shopify.parse(&change, std::slice::from_ref(&set), &credentials()), Ok(Parsed::More));
    let (body, spec) = asked(&change, std::slice::from_ref(&set));
    assert!(spec.write);
    assert_eq!(
        body["variables"],
        json!({"productId": "gid://shopify/Product/7", "variants": [{
            "id": "gid://shopify/ProductVariant/8",
            "inventoryItem": {"measurement": {"weight": {"value": 250, "unit": "GRAMS"}}},
        }]}),
        "no price, no stock, and no barcode where we know none"
    );
    let updated = |errors: Value| {
        reply(
            200,
            &json!({"data": {"productVariantsBulkUpdate": {"productVariants": [], "userErrors": errors}}}),
        )
    };
    let end = |last: HttpReply| Shopify.parse(&change, &[set.clone(), last], &credentials());
    let Ok(Parsed::Done(Answer::Written { external_id, outcome, .. })) = end(updated(json!([]))) else {
        panic!()
    };
    let id = "gid://shopify/Product/7".to_owned();
    assert_eq!((external_id, outcome), (Some(id.clone()), Outcome::Live { external_id: id }));
    let bad =
        json!([{"code": "INVALID", "field": ["variants", "0", "barcode"], "message": "Barcode is invalid"}]);
    assert_eq!(end(updated(bad)).unwrap_err().fields[0].pointer, "/gtin");
    assert_eq!(end(reply(502, &json!({}))).unwrap_err().class, Class::Ambiguous);
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
    assert_eq!(
        stock["variables"]["input"],
        json!({"name": "available", "reason": "correction", "quantities": [{
            "inventoryItemId": "gid://shopify/InventoryItem/9", "locationId": "gid://shopify/Location/3",
            "quantity": 3, "changeFromQuantity": null,
        }]})
    );
    assert!(stock["query"].as_str().unwrap().contains(") @idempotent(key: $key) {"), "{}", stock["query"]);

    // The same request has the same key; another figure, or the same one later, has another.
    let key = |op: &Op, at: Instant| {
        let spec = Shopify.build(op, &replies[..3], &credentials(), at).unwrap();
        let body: Value = serde_json::from_slice(&spec.body).unwrap();
        body["variables"]["key"].as_str().unwrap().to_owned()
    };
    let Op::PriceStock { items } = &op else { panic!() };
    let other = Op::PriceStock { items: vec![Offer { stock: 4, ..items[0].clone() }] };
    let later = now().plus(chrono::TimeDelta::microseconds(1));
    assert_eq!(key(&op, now()), key(&op, now()));
    let keys = std::collections::BTreeSet::from([key(&op, now()), key(&other, now()), key(&op, later)]);
    assert_eq!((keys.len(), keys.iter().all(|key| key.len() == 32)), (3, true));

    let under_way = json!({"data": {"inventorySetQuantities": {"userErrors": [
        {"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "field": null, "message": "in progress"}]}}});
    assert_eq!(answer(&op, 200, &under_way).unwrap_err().class, Class::Ambiguous);
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
