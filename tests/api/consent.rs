//! A shop is connected by its owner's click on the platform's own page: the whole way on each platform that offers it, and
//! everything that must not open a shop.

use chrono::Duration;
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::db::schema::{idempotency_keys, jobs, shop_consents, shops};
use reqwest::Method;

use crate::conformance::rows::{self, Row};
use crate::conformance::stand::Stand;
use crate::support::client::send;
use crate::support::{Value, json};

const SKU: &str = "TC-200";

macro_rules! platforms {
    ($($name:ident: $row:expr;)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn a_click_connects_the_shop() {
                super::connects(&$row).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn what_is_worth_nothing_opens_nothing() {
                super::refuses(&$row).await;
            }
        }
    )*};
}

platforms! {
    shopee: super::rows::SHOPEE;
    tiktok_shop: super::rows::TIKTOK_SHOP;
    lazada: super::rows::LAZADA;
    tiki: super::rows::TIKI;
    haravan: super::rows::HARAVAN;
    sapo: super::rows::SAPO;
    shopify: super::rows::SHOPIFY;
}

/// The codes that are kept, and how many jobs wait to exchange one.
async fn kept(m: &Stand<'_>) -> (Vec<String>, i64) {
    m.rows(|conn| {
        let codes = shop_consents::table.filter(shop_consents::code.is_not_null());
        let waiting = jobs::table.filter(jobs::kind.eq("shop.consent")).filter(jobs::status.eq("queued"));
        Ok((
            codes.select(shop_consents::code.assume_not_null()).load(conn)?,
            waiting.count().get_result(conn)?,
        ))
    })
    .await
}

async fn number(m: &Stand<'_>) -> Option<String> {
    m.rows(|conn| Ok(shops::table.order(shops::id).select(shops::platform_number).first(conn)?)).await
}

fn issue(shop: &Value) -> &str {
    shop["issue"]["code"].as_str().unwrap_or_default()
}

/// Consent, connected, a listing live; nothing secret anywhere on the way.
async fn connects(row: &Row) {
    let m = Stand::waiting(row, false).await;
    let shop = m.shown_shop().await;
    assert_eq!((&shop["status"], &shop["awaits_consent"]), (&json!("connecting"), &json!(true)), "{shop:#}");
    assert_eq!(issue(&shop), "shop.consent_needed");
    assert!(shop["issue"]["resolution"].as_str().unwrap().contains("/consent"), "{shop:#}");
    let english =
        m.coop().request(Method::GET, &format!("/shops/{}", m.shop())).header("accept-language", "en");
    let english = send(english).await.is(200).body;
    assert!(english["issue"]["detail"].as_str().unwrap().starts_with("The shop waits"), "{english:#}");
    // A listing may be prepared; nothing is sent for it.
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.work().await;
    assert_eq!(m.attempts(&listing).await.len(), 0);

    let query = m.agree("yes").await;
    let page = m.back(&query).await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    let text = page.body.as_str().unwrap();
    assert!(text.contains("Đã nhận sự đồng ý") && text.contains("consent was received"), "{text}");
    assert!(!text.contains("<script") && !text.contains("simcode"), "{text}");
    let (codes, waiting) = kept(&m).await;
    assert_eq!((codes.len(), waiting), (1, 1), "the code is kept until it is used");
    assert_eq!(issue(&m.shown_shop().await), "shop.consent_received");
    m.hides(codes).await;

    m.work().await;
    m.is_connected().await;
    assert_eq!(kept(&m).await, (vec![], 0), "the code is erased");
    m.settled(&listing).await;
    m.is_live(&listing).await;
    let numbered = ["shopee", "tiktok_shop", "lazada"].contains(&row.platform);
    assert_eq!(number(&m).await.is_some(), numbered, "the shop's number is known");

    // The same address again.
    let told = m.back(&query).await.is(400).body;
    assert!(told.as_str().unwrap().contains("không còn giá trị"), "{told}");
    m.work().await;
    m.is_connected().await;
    m.secrets(&listing).await;
}

/// Nothing but a good state of this platform's shop, in its time, is taken; and each refusal says what to do.
async fn refuses(row: &Row) {
    let m = Stand::waiting(row, false).await;
    let nothing = async |query: &str, why: &str| {
        let told = m.back(query).await.is(400);
        assert!(told.body.as_str().unwrap().contains("không còn giá trị"), "{why}: {}", told.body);
        assert_eq!(kept(&m).await, (vec![], 0), "{why}");
    };
    let query = m.agree("yes").await;
    let without = |name: &str| {
        let pairs = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
        pairs.collect::<Vec<_>>().join("&")
    };
    let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap();
    let forged: String = state.chars().rev().collect();
    nothing("", "an empty query").await;
    nothing(&without("state"), "no state").await;
    nothing(&query.replace(state, &forged), "a state that was never given out").await;
    nothing(&query.replace(state, &state[1..]), "a part of it").await;
    nothing(&format!("{query}&state={state}"), "a parameter twice").await;
    nothing(&format!("{query}&more={}", "x".repeat(2_000)), "too long").await;
    nothing(&query.replace("code=", "code=%00"), "a NUL").await;
    let other = if row.platform == "lazada" { "tiki" } else { "lazada" };
    let elsewhere = m.nobody().get(&format!("/hooks/{other}/consent?{query}")).await;
    assert_eq!(elsewhere.status, 400, "a state of another platform's shop");
    m.nobody().get(&format!("/hooks/sendo/consent?{query}")).await.is(404);
    m.nobody().get(&format!("/hooks/nowhere/consent?{query}")).await.is(404);
    let head = m.nobody().request(Method::HEAD, &format!("/hooks/{}/consent?{query}", row.platform));
    assert_eq!(send(head).await.status, 200, "a look uses nothing up");
    if ["sapo", "shopify"].contains(&row.platform) {
        nothing(&without("hmac"), "not signed").await;
        nothing(&query.replace("code=simcode", "code=simcodf"), "signed for something else").await;
    }
    assert_eq!(kept(&m).await, (vec![], 0));

    // An earlier question ends with the next, and each after a quarter of an hour.
    let later = m.agree("yes").await;
    nothing(&query, "replaced by a later one").await;
    m.passes(Duration::minutes(15));
    nothing(&later, "after its end").await;

    // The owner says no.
    let no = m.agree("no").await;
    let told = m.back(&no).await.is(400).body;
    assert!(told.as_str().unwrap().contains("chưa đồng ý"), "{told}");
    let shop = m.shown_shop().await;
    assert_eq!((issue(&shop), &shop["awaits_consent"]), ("shop.consent_failed", &json!(true)), "{shop:#}");
    nothing(&no, "an answer is given once").await;

    // A code that comes too late for the platform is refused, and the owner is asked again.
    let stale = m.agree("yes").await;
    m.back(&stale).await.is(200);
    m.later(Duration::minutes(11)).await;
    let shop = m.shown_shop().await;
    assert_eq!((issue(&shop), &shop["awaits_consent"]), ("shop.consent_failed", &json!(true)), "{shop:#}");
    assert_eq!(kept(&m).await, (vec![], 0), "a code that was refused is erased");
    assert_eq!(m.back(&m.agree("yes").await).await.status, 200);
    m.work().await;
    m.is_connected().await;
    m.hides(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_callbacks_at_once_one_is_taken() {
    let m = Stand::waiting(&rows::TIKTOK_SHOP, false).await;
    let query = m.agree("yes").await;
    let (a, b, c) = tokio::join!(m.back(&query), m.back(&query), m.back(&query));
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400]);
    assert_eq!(kept(&m).await.1, 1);
    tokio::join!(m.work(), m.work());
    m.is_connected().await;
    assert_eq!(m.calls(&rows::request("GET", "/api/v2/token/get")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_loses_no_consent() {
    let m = Stand::waiting(&rows::SHOPEE, false).await;
    // Between the callback and the exchange: the next process does it.
    m.back(&m.agree("yes").await).await.is(200);
    m.restarted().await;
    m.is_connected().await;

    // The platform took the code and its answer was lost: the code is used, and the owner is asked again.
    let m = Stand::waiting(&rows::SHOPEE, false).await;
    m.back(&m.agree("yes").await).await.is(200);
    let fault = json!({"kind": "cut_after_write", "method": "POST", "path": "/api/v2/auth/token/get"});
    m.tell("/__sim/faults", fault).await;
    m.work().await;
    m.later(Duration::minutes(2)).await;
    let shop = m.shown_shop().await;
    assert_eq!((issue(&shop), &shop["awaits_consent"]), ("shop.consent_failed", &json!(true)), "{shop:#}");
    assert_eq!(kept(&m).await, (vec![], 0));
    m.back(&m.agree("yes").await).await.is(200);
    m.work().await;
    m.is_connected().await;

    // It was busy and had not taken it: the same code goes again.
    let m = Stand::waiting(&rows::SHOPEE, false).await;
    m.back(&m.agree("yes").await).await.is(200);
    let fault = json!({"kind": "server_error", "method": "POST", "path": "/api/v2/auth/token/get"});
    m.tell("/__sim/faults", fault).await;
    m.work().await;
    assert_eq!(kept(&m).await.0.len(), 1);
    m.later(Duration::minutes(2)).await;
    m.is_connected().await;

    // It never answers: after half an hour nothing of the code is left, and the shop says so.
    let m = Stand::waiting(&rows::SHOPEE, false).await;
    m.back(&m.agree("yes").await).await.is(200);
    m.passes(Duration::minutes(31));
    m.tidy().await;
    assert_eq!(kept(&m).await.0.len(), 0);
    m.work().await;
    let shop = m.shown_shop().await;
    assert_eq!((issue(&shop), &shop["awaits_consent"]), ("shop.consent_failed", &json!(true)), "{shop:#}");
    m.passes(Duration::days(2));
    m.tidy().await;
    let left: i64 = m.rows(|conn| Ok(shop_consents::table.count().get_result(conn)?)).await;
    assert_eq!(left, 0, "old questions are forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_withdrawn_is_given_again() {
    let m = Stand::consented(&rows::TIKTOK_SHOP, false).await;
    let product = m.product(SKU).await;
    let listing = m.offer(&product, 40).await;
    m.settled(&listing).await;
    m.is_live(&listing).await;
    // The platform gives another shop the tokens: those of the first are worth nothing any more.
    let second = m.open(rows::TIKTOK_SHOP.consent.unwrap()(), None).await.is(201).id();
    assert_eq!(m.back(&m.asked_of(&second, "yes").await).await.status, 200);
    m.work().await;
    m.tell("/__sim/tokens/expire", json!({})).await;
    m.settings(&listing, json!({"price_vnd": 199_000})).await;
    m.work().await;
    let shop = m.shown_shop().await;
    assert_eq!((&shop["status"], issue(&shop)), (&json!("broken"), "shop.credentials_refused"), "{shop:#}");
    assert!(
        shop["issue"]["resolution"].as_str().unwrap().contains("/consent"),
        "the remedy is named: {shop:#}"
    );
    assert_eq!(shop["awaits_consent"], true);

    assert_eq!(m.back(&m.agree("yes").await).await.status, 200);
    m.work().await;
    m.is_connected().await;
    m.settled(&listing).await;
    m.is_live(&listing).await;
    assert_eq!(m.shown(SKU).await.price_vnd, 199_000);
    m.secrets(&listing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_shops_consent_is_not_taken() {
    let m = Stand::waiting(&rows::SHOPEE, false).await;
    let mut keys = rows::SHOPEE.consent.unwrap()();
    keys["shop_id"] = json!("999");
    let other = m.open(keys, None).await.is(201);
    assert_eq!(other.body["awaits_consent"], true, "a number alone is no token");
    let told = m.back(&m.asked_of(&other.id(), "yes").await).await.is(400).body;
    assert!(told.as_str().unwrap().contains("gian hàng khác"), "{told}");
    assert_eq!(kept(&m).await, (vec![], 0));
    let shop = m.coop().get(&format!("/shops/{}", other.id())).await.is(200).body;
    assert_eq!(issue(&shop), "shop.consent_failed");
    // A main account of several shops.
    let query = m.agree("yes").await.replace("shop_id=", "main_account_id=");
    let told = m.back(&query).await.is(400).body;
    assert!(told.as_str().unwrap().contains("tài khoản của gian hàng"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_of_the_application_are_told_and_put_right() {
    let m = Stand::waiting(&rows::TIKTOK_SHOP, false).await;
    let path = format!("/shops/{}", m.shop());
    let change = async |secret: &str| {
        let mut keys = rows::TIKTOK_SHOP.consent.unwrap()();
        keys["app_secret"] = json!(secret);
        let etag = m.coop().get(&path).await.is(200).etag();
        m.coop().patch(&path, &etag, json!({ "credentials": keys })).await.is(200).body
    };
    let shop = change("not-the-secret").await;
    assert_eq!((&shop["awaits_consent"], issue(&shop)), (&json!(true), "shop.consent_needed"), "{shop:#}");
    m.back(&m.agree("yes").await).await.is(200);
    m.work().await;
    let shop = m.shown_shop().await;
    assert_eq!((issue(&shop), &shop["awaits_consent"]), ("shop.consent_failed", &json!(true)), "{shop:#}");

    // The keys are put right between the question and its answer: the code goes with the new ones.
    let query = m.agree("yes").await;
    change(ocop::platform::sim::tiktok_shop::APP_SECRET).await;
    m.back(&query).await.is(200);
    m.work().await;
    m.is_connected().await;

    // Another setting with the same keys leaves the consent; other keys of the application do not.
    let mut keys = rows::TIKTOK_SHOP.consent.unwrap()();
    keys["warehouse_id"] = json!(ocop::platform::sim::tiktok_shop::WAREHOUSE);
    let etag = m.coop().get(&path).await.is(200).etag();
    m.coop().patch(&path, &etag, json!({ "credentials": keys })).await.is(200);
    m.work().await;
    m.is_connected().await;
    assert!(number(&m).await.is_some(), "what the consent said of the shop is kept");
    assert_eq!(change("another-secret").await["awaits_consent"], true);

    // A pause changes nothing of it.
    for paused in [true, false] {
        let etag = m.coop().get(&path).await.is(200).etag();
        m.coop().patch(&path, &etag, json!({ "paused": paused })).await.is(200);
        m.work().await;
    }
    let shop = m.shown_shop().await;
    assert_eq!((&shop["status"], &shop["awaits_consent"]), (&json!("connecting"), &json!(true)), "{shop:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_shop_is_connected_when_it_goes_on() {
    let m = Stand::waiting(&rows::HARAVAN, false).await;
    let path = format!("/shops/{}", m.shop());
    let pause = async |paused: bool| {
        let etag = m.coop().get(&path).await.is(200).etag();
        m.coop().patch(&path, &etag, json!({ "paused": paused })).await.is(200);
    };
    pause(true).await;
    m.back(&m.agree("yes").await).await.is(200);
    m.work().await;
    assert_eq!(m.shown_shop().await["status"], "paused");
    pause(false).await;
    m.work().await;
    m.is_connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_shops_own_people_ask_and_only_where_there_is_a_page() {
    let m = Stand::waiting(&rows::HARAVAN, false).await;
    let path = format!("/shops/{}/consent", m.shop());
    m.nobody().post(&path, json!({})).await.is(401);
    m.somebody("other", Role::ProducerMember).await.post(&path, json!({})).await.is(404);
    m.somebody("office", Role::ProvincialOfficer).await.post(&path, json!({})).await.is(403);
    m.coop().post(&format!("{path}?dry_run=true"), json!({})).await.is(400);
    m.coop().post("/shops/shp_00000000000000000000000000/consent", json!({})).await.is(404);

    // A repeat with the same key gets the same address; what is kept of it is sealed.
    let asked = async || {
        let request =
            m.coop().request(Method::POST, &path).header("idempotency-key", "once").json(&json!({}));
        send(request).await.is(201).body
    };
    let (first, second) = (asked().await, asked().await);
    assert_eq!(first, second);
    let page = first["url"].as_str().unwrap();
    let query = m.clicked(page, "yes").await;
    let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).unwrap().to_owned();
    let stored: Vec<String> =
        m.rows(|conn| Ok(idempotency_keys::table.select(idempotency_keys::body).load(conn)?)).await;
    assert!(
        stored.iter().all(|body| !body.contains(&state)) && stored.iter().any(|body| body.starts_with("v1."))
    );
    m.back(&query).await.is(200);
    m.work().await;
    m.is_connected().await;

    // Without the application's keys there is nobody to send the owner to.
    let by_hand = m.open((rows::HARAVAN.credentials)(), None).await.is(201).id();
    let refused = m.coop().post(&format!("/shops/{by_hand}/consent"), json!({})).await.is(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/credentials/app_secret", "{:#}", refused.body);
    let keyless = m.open(json!({}), None).await.is(422).body;
    assert!(keyless.to_string().contains("/credentials/app_key"), "{keyless:#}");
    let mut both = rows::HARAVAN.consent.unwrap()();
    both["access_token"] = json!("demo-token-of-the-shop");
    let refused = m.open(both, Some(true)).await.is(422).body;
    assert!(refused.to_string().contains("credential.brought"), "{refused:#}");

    // A closed shop asks nobody, and a question that was put is worth nothing any more.
    let query = m.agree("yes").await;
    let shop = format!("/shops/{}", m.shop());
    let etag = m.coop().get(&shop).await.is(200).etag();
    m.coop().delete(&shop, &etag).await.is(204);
    m.back(&query).await.is(400);
    m.coop().post(&path, json!({})).await.is(409).problem("shop.closed");

    let m = Stand::new(&rows::WOOCOMMERCE, false).await;
    let path = format!("/shops/{}/consent", m.shop());
    m.coop().post(&path, json!({})).await.is(409).problem("shop.no_consent");
    let refused = m.open((rows::WOOCOMMERCE.credentials)(), Some(true)).await.is(422).body;
    assert!(refused.to_string().contains("/consent"), "{refused:#}");
}
