//! Shops whose address or settings cannot be: who gave them is told so in words that say what to do, and nothing else
//! waits for it.

use std::sync::Arc;

use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::ids::{AccountId, ProducerId};
use ocop::jobs::{Retry, Worker};
use ocop::platform::sim::woocommerce;

use crate::support::app::first_day;
use crate::support::client::send;
use crate::support::{Answer, TestApp, Value, json};

struct Coop {
    t: TestApp,
    producer: ProducerId,
    member: AccountId,
    worker: Worker,
}

impl Coop {
    async fn new() -> Self {
        let t = TestApp::on_clock(Clock::fixed(first_day()), |_| {}).await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let member = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let (app, retry) = (Arc::new(t.app.clone()), Retry::default());
        let worker = Worker::new(t.app.db.clone(), t.app.clock.clone(), app, retry, t.app.wake.clone());
        Self { t, producer, member, worker }
    }

    async fn work(&self) {
        while self.worker.step().await.unwrap() {}
    }

    /// Connects a shop, told in this language.
    async fn connect(&self, lang: &str, platform: &str, credentials: Value) -> Answer {
        let body = json!({
            "producer_id": self.producer, "platform": platform, "name": "Gian hàng", "credentials": credentials,
        });
        let request = self.t.signed_in(self.member).request(reqwest::Method::POST, "/shops");
        send(request.header("accept-language", lang).json(&body)).await
    }

    /// A shop as its cooperative reads it in this language.
    async fn shop(&self, lang: &str, id: &str) -> Value {
        let request = self.t.signed_in(self.member).request(reqwest::Method::GET, &format!("/shops/{id}"));
        send(request.header("accept-language", lang)).await.is(200).body
    }
}

fn keys(address: &str) -> Value {
    json!({
        "base_url": address, "consumer_key": "ck_demo_key_of_the_shop", "consumer_secret": "cs_demo_secret_of_the_shop",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_public_is_told_to_the_cooperative_and_other_shops_go_on() {
    let m = Coop::new().await;
    let sim = woocommerce::start(woocommerce::Options::new(m.t.app.clock.clone())).unwrap();
    let mut private = Vec::new();
    for address in ["https://10.0.0.1", "https://169.254.169.254/shop", "https://[fd00::1]"] {
        private.push(m.connect("vi", "woocommerce", keys(address)).await.is(201).id());
    }
    let good = m.connect("vi", "woocommerce", keys(&sim.base_url)).await.is(201).id();
    m.work().await;
    for id in &private {
        let (vi, en) = (m.shop("vi", id).await, m.shop("en", id).await);
        assert_eq!((&vi["status"], &vi["issue"]["severity"]), (&json!("broken"), &json!("error")), "{vi:#}");
        assert_eq!(vi["issue"]["code"], "transport.private_address");
        assert_eq!(vi["issue"]["pointer"], "/credentials/base_url");
        for (shop, what, remedy) in [
            (&vi, "mạng nội bộ", "Sửa địa chỉ gian hàng"),
            (&en, "private network", "Correct the shop's address"),
        ] {
            let text = |name: &str| shop["issue"][name].as_str().unwrap().to_owned();
            assert!(text("detail").contains(what) && text("resolution").contains(remedy), "{shop:#}");
        }
    }
    assert_eq!(m.shop("vi", &good).await["status"], "connected", "the queue goes on");

    // Corrected, it connects.
    let coop = m.t.signed_in(m.member);
    let path = format!("/shops/{}", private[0]);
    let etag = coop.get(&path).await.is(200).etag();
    coop.patch(&path, &etag, json!({"credentials": keys(&sim.base_url)})).await.is(200);
    m.work().await;
    let mended = m.shop("vi", &private[0]).await;
    assert_eq!((&mended["status"], &mended["issue"]), (&json!("connected"), &Value::Null), "{mended:#}");
}

/// As when a certificate ends: the shop is connected, and then its address cannot be called any more.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_fails_later_is_told_on_the_shop_until_it_answers_again() {
    let m = Coop::new().await;
    let sim = woocommerce::start(woocommerce::Options::new(m.t.app.clock.clone())).unwrap();
    let id = m.connect("vi", "woocommerce", keys(&sim.base_url)).await.is(201).id();
    m.work().await;
    assert_eq!(m.shop("vi", &id).await["status"], "connected");
    let mut config = m.t.app.config.clone();
    config.platform_hosts.insert("woocommerce".to_owned(), "https://10.0.0.1".to_owned());
    let app = ocop::app::App::open(config, m.t.app.clock.clone()).await.unwrap();
    let (db, clock, wake) = (app.db.clone(), app.clock.clone(), app.wake.clone());
    let elsewhere = Worker::new(db, clock, Arc::new(app), Retry::default(), wake);
    m.t.app.clock.advance(chrono::Duration::hours(1));
    while elsewhere.step().await.unwrap() {}
    let told = m.shop("vi", &id).await;
    assert_eq!(
        (&told["status"], &told["issue"]["pointer"]),
        (&json!("connected"), &json!("/credentials/base_url"))
    );
    m.t.app.clock.advance(chrono::Duration::hours(1));
    m.work().await;
    assert_eq!(m.shop("vi", &id).await["issue"], Value::Null, "it answers again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_cannot_be_is_refused_in_the_language_of_who_gave_it() {
    let m = Coop::new().await;
    let given = |setting: &str, value: &str| match setting {
        "partner_id" => {
            json!({"partner_id": value, "partner_key": "k", "shop_id": "1", "refresh_token": "r"})
        }
        "package_size" => {
            json!({"app_key": "a", "app_secret": "s", "refresh_token": "r", "package_size": value})
        }
        "inventory_type" => json!({"client_id": "a", "client_secret": "s", "inventory_type": value}),
        _ => json!({ "profile": value }),
    };
    for (platform, setting, value, vi, en) in [
        ("shopee", "partner_id", "x1", "Chỉ gồm chữ số", "Digits only"),
        ("tiktok_shop", "package_size", "20x12", "dài x rộng x cao", "length x width x height"),
        ("lazada", "package_size", "big", "dài x rộng x cao", "length x width x height"),
        ("tiki", "inventory_type", "airship", "Mô hình kho", "One of"),
        ("voso", "profile", "{", "Hồ sơ giao diện", "The profile of the interface"),
    ] {
        for (lang, told, other) in [("vi", vi, en), ("en", en, vi)] {
            let answer = m.connect(lang, platform, given(setting, value)).await.is(422);
            let errors = answer.body["errors"].as_array().unwrap();
            assert_eq!(errors.len(), 1, "{platform} {:#}", answer.body);
            let (pointer, text) = (&errors[0]["pointer"], errors[0].to_string());
            assert_eq!(pointer, &format!("/credentials/{setting}"));
            assert!(text.contains(told) && !text.contains(other), "{platform} {lang}: {text}");
        }
    }
}
