//! What platforms tell us by themselves, through the one inbound address: believed by its signature, known again when
//! it is repeated, and never more than a reason to look.

use ocop::db::schema::hook_deliveries;
use reqwest::Method;

use diesel::prelude::*;

use crate::conformance::{rows, stand::Stand};
use crate::support::client::send;
use crate::support::{Value, json};

const SKU: &str = "TC-200";

/// A call as the simulated platform signs it.
async fn signed(m: &Stand<'_>, topic: &str) -> (Vec<(String, String)>, String) {
    signed_as(m, json!({ "topic": topic })).await
}

async fn signed_as(m: &Stand<'_>, wanted: Value) -> (Vec<(String, String)>, String) {
    let made = m.tell("/__sim/hooks", wanted).await;
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

/// The shop of each delivery that is kept.
async fn told(m: &Stand<'_>) -> Vec<String> {
    let load = |conn: &mut ocop::db::Conn| {
        Ok(hook_deliveries::table
            .select(hook_deliveries::shop_id)
            .order(hook_deliveries::shop_id)
            .load(conn)?)
    };
    m.rows::<Vec<ocop::ids::ShopId>>(load).await.iter().map(ToString::to_string).collect()
}

/// A call of TikTok Shop about orders, as its simulator signs it; of its own shop where none is named.
async fn news(m: &Stand<'_>, shop: Option<&str>) -> (Vec<(String, String)>, String) {
    signed_as(m, json!({"type": 1, "data": {"order_id": "1"}, "shop_id": shop})).await
}

/// Gives the stand's shop other keys.
async fn keys(m: &Stand<'_>, change: &[(&str, &str)]) {
    let mut credentials = (rows::TIKTOK_SHOP.credentials)();
    for (name, value) in change {
        credentials[*name] = json!(value);
    }
    let path = format!("/shops/{}", m.shop());
    let etag = m.coop().get(&path).await.is(200).etag();
    m.coop().patch(&path, &etag, json!({ "credentials": credentials })).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_has_one_address_and_each_call_names_its_shop() {
    const ADDRESS: &str = "/hooks/tiktok_shop";
    let m = Stand::new(&rows::TIKTOK_SHOP, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    m.place(SKU, 3).await;
    // Their times are whole seconds and a pull's end is not in it: news comes after what it tells of.
    m.later(chrono::Duration::seconds(1)).await;
    assert_eq!(m.sold(&product).await, (0, 0, 0), "no pull is due yet");
    let (headers, body) = news(&m, None).await;

    // Nobody is told which shops there are: what nobody has is answered like what nobody signed.
    let refusal = async |headers: &[(String, String)], body: &str| {
        let request = m.nobody().request(Method::POST, ADDRESS).body(body.to_owned());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let refused = send(request).await.is(401).problem("hook.refused");
        let mut told = refused.body;
        told.as_object_mut().unwrap().retain(|name, _| name != "instance");
        told
    };
    let forged = refusal(&headers, &format!("{body} ")).await;
    let (stranger, about_a_stranger) = news(&m, Some("7494000000000000000")).await;
    let (nameless, about_nobody) = news(&m, Some("")).await;
    for (headers, body) in [
        (&vec![], &body),
        (&stranger, &about_a_stranger),
        (&nameless, &about_nobody),
        (&headers, &r#"{"shop_id": "7\u0000"}"#.to_owned()),
        (&headers, &"no json".to_owned()),
        (&headers, &String::new()),
    ] {
        assert_eq!(refusal(headers, body).await, forged, "{body}");
    }
    assert_eq!(call(&m, ADDRESS, &headers, &"x".repeat(300_000)).await, 413);
    for without in ["/hooks/shopify", "/hooks/sendo", "/hooks/nowhere"] {
        assert_eq!(call(&m, without, &headers, &body).await, 404, "{without} has no such address");
    }
    assert_eq!(kept(&m).await, 0, "nothing of what is not believed is stored");
    m.work().await;
    assert_eq!(m.sold(&product).await, (0, 0, 0));

    assert_eq!(call(&m, ADDRESS, &headers, &body).await, 200);
    m.work().await;
    assert_eq!(m.sold(&product).await, (3, 750_000, 1), "the order is pulled at once");
    // A repeat is known, at whichever address.
    for path in [ADDRESS.to_owned(), format!("{ADDRESS}/{}", m.shop())] {
        assert_eq!(call(&m, &path, &headers, &body).await, 200);
    }
    assert_eq!(told(&m).await, [m.shop()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_opens_nothing_without_the_keys() {
    const ADDRESS: &str = "/hooks/tiktok_shop";
    let m = Stand::new(&rows::TIKTOK_SHOP, false).await;
    let shop = m.coop().get(&format!("/shops/{}", m.shop())).await.is(200).body;
    // Another shop states the same number, of an application of its own.
    let mut credentials = (rows::TIKTOK_SHOP.credentials)();
    credentials["app_secret"] = json!("the secret of another application");
    let other = json!({
        "producer_id": shop["producer_id"], "platform": "tiktok_shop", "name": "Của người khác",
        "credentials": credentials,
    });
    m.coop().post("/shops", other).await.is(201);
    let (headers, body) = news(&m, None).await;
    assert_eq!(call(&m, ADDRESS, &headers, &body).await, 200);
    assert_eq!(told(&m).await, [m.shop()], "only whose keys verify it is told");

    // Keys of another application, another number, no number: the shop is not found any more.
    for change in [
        [("app_secret", "another secret"), ("shop_id", ocop::platform::sim::tiktok_shop::SHOP_ID)],
        [("app_key", ocop::platform::sim::tiktok_shop::APP_KEY), ("shop_id", "7494000000000000000")],
        [("app_key", ocop::platform::sim::tiktok_shop::APP_KEY), ("shop_id", "")],
    ] {
        keys(&m, &change).await;
        let (headers, body) = news(&m, None).await;
        assert_eq!(call(&m, ADDRESS, &headers, &body).await, 401, "{change:?}");
    }
    let number = " 7494000000000000000 ";
    keys(&m, &[("shop_id", number)]).await;
    let (headers, body) = news(&m, Some(number.trim())).await;
    assert_eq!(call(&m, ADDRESS, &headers, &body).await, 200, "its new number is known at once");

    let path = format!("/shops/{}", m.shop());
    let etag = m.coop().get(&path).await.is(200).etag();
    m.coop().delete(&path, &etag).await.is(204);
    let (headers, body) = news(&m, Some(number.trim())).await;
    assert_eq!(call(&m, ADDRESS, &headers, &body).await, 401, "a closed shop is none");
    assert_eq!(told(&m).await.len(), 2);
}

/// Sendo signs nothing: its news is believed by a secret word in its address, and never more than a reason to look.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_signs_is_believed_by_a_secret_address() {
    let m = Stand::new(&rows::SENDO, true).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.work().await;
    let path = format!("/hooks/sendo/{}", m.shop());
    let news = async |kind: &str, data: Value| signed_as(&m, json!({"type": kind, "data": data})).await;
    let id = m.listing(&listing).await["reported"]["external_id"].clone();
    let (headers, body) = news("PRODUCT.UPDATE", json!({"id": id, "product_status": 3})).await;
    let with = |word: &str| format!("{path}?token={word}");
    assert_eq!(call(&m, &with("tu-bi-mat-2026"), &headers, &body).await, 404, "no word was agreed");

    let shop = format!("/shops/{}", m.shop());
    let etag = m.coop().get(&shop).await.is(200).etag();
    let mut keys = (rows::SENDO.credentials)();
    keys["webhook_token"] = json!("tu-bi-mat-2026");
    m.coop().patch(&shop, &etag, json!({ "credentials": keys })).await.is(200);
    m.work().await;
    assert_eq!(call(&m, &path, &headers, &body).await, 401);
    assert_eq!(call(&m, &with("tu-bi-mat-2027"), &headers, &body).await, 401);
    let other = body.replace("demo-shop", "demo-shoq");
    assert_eq!(call(&m, &with("tu-bi-mat-2026"), &headers, &other).await, 401);
    assert_eq!(kept(&m).await, 0);

    m.decide(SKU, "reject", "Ảnh mờ").await;
    assert_eq!(m.listing(&listing).await["status"], "pending_review");
    assert_eq!(call(&m, &with("tu-bi-mat-2026"), &headers, &body).await, 200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "rejected", "it is looked at at once");
    m.describe(&product, "Ảnh mới, rõ hơn. ").await;
    m.settled(&listing).await;
    m.is_live(&listing).await;

    m.place(SKU, 3).await;
    let (headers, body) = news("SALESORDER.CREATE", json!({"order_number": "1"})).await;
    for _ in 0..2 {
        assert_eq!(call(&m, &with("tu-bi-mat-2026"), &headers, &body).await, 200);
        m.work().await;
        assert_eq!(m.sold(&product).await, (3, 750_000, 1), "the order is pulled, once");
    }
    m.hides(Vec::new()).await;
}
