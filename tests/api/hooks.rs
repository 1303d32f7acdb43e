//! What platforms tell us by themselves, through the one inbound address: believed by its signature, known again when
//! it is repeated, and never more than a reason to look.

use ocop::db::schema::hook_deliveries;
use reqwest::Method;

use diesel::prelude::*;

use crate::conformance::{rows, stand::Stand};
use crate::support::client::send;
use crate::support::json;

const SKU: &str = "TC-200";

/// A call as the simulated platform signs it.
async fn signed(m: &Stand<'_>, topic: &str) -> (Vec<(String, String)>, String) {
    let made = m.tell("/__sim/hooks", json!({ "topic": topic })).await;
    let headers = made["headers"].as_object().unwrap().iter();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    (headers, made["body"].as_str().unwrap().to_owned())
}

async fn call(m: &Stand<'_>, path: &str, headers: &[(String, String)], body: &str) -> u16 {
    let request = m.nobody().request(Method::POST, path).body(body.to_owned());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    send(request).await.status
}

async fn kept(m: &Stand<'_>) -> i64 {
    m.rows(|conn| Ok(hook_deliveries::table.count().get_result(conn)?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_believed_by_its_signature_and_counted_once() {
    let m = Stand::new(&rows::SHOPIFY, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    let path = format!("/hooks/shopify/{}", m.shop());

    m.place(SKU, 3).await;
    let (headers, body) = signed(&m, "orders/create").await;
    // Nobody's word is taken: not an altered body, not another signature, not none.
    assert_eq!(call(&m, &path, &headers, &format!("{body} ")).await, 401);
    assert_eq!(call(&m, &path, &[], &body).await, 401);
    let forged: Vec<_> = headers.iter().map(|(name, _)| (name.clone(), "orders/create".to_owned())).collect();
    assert_eq!(call(&m, &path, &forged, &body).await, 401);
    assert_eq!(call(&m, "/hooks/shopify/shp_00000000000000000000000000", &headers, &body).await, 404);
    assert_eq!(call(&m, &path.replace("shopify", "sendo"), &headers, &body).await, 404, "another platform's");
    assert_eq!(call(&m, &path, &headers, &"x".repeat(300_000)).await, 413);
    assert_eq!(kept(&m).await, 0, "nothing of what is not believed is stored");
    m.work().await;
    assert_eq!(m.sold(&product).await, (0, 0, 0));

    assert_eq!(call(&m, &path, &headers, &body).await, 200);
    m.work().await;
    assert_eq!(m.sold(&product).await, (3, 750_000, 1), "the order is pulled at once");
    let pulls = m.calls(&rows::SHOPIFY.look_up).await;
    for _ in 0..3 {
        assert_eq!(call(&m, &path, &headers, &body).await, 200, "a repeat is understood");
    }
    m.work().await;
    assert_eq!((m.calls(&rows::SHOPIFY.look_up).await, kept(&m).await), (pulls, 1), "and does nothing");
    assert_eq!(m.sold(&product).await, (3, 750_000, 1));

    // A product that the seller changed there is looked at at once.
    m.tell("/__sim/products", json!({"sku": SKU, "price_vnd": 222_000})).await;
    let (headers, body) = signed(&m, "products/update").await;
    assert_eq!(call(&m, &path, &headers, &body).await, 200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["drift"]["theirs_vnd"], 222_000);

    // Nothing of the buyer in the call's body is kept.
    let stored: Vec<String> =
        m.rows(|conn| Ok(hook_deliveries::table.select(hook_deliveries::delivery).load(conn)?)).await;
    assert!(stored.iter().all(|name| !name.contains("Người")), "{stored:?}");
}
