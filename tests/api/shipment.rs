//! Shipments against the simulated carriers: a parcel goes out once whatever happens on the line, its lines become sales
//! when it is delivered and leave them when it comes back, and nothing of its receiver stays.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::db::Tx;
use ocop::db::schema::{audit_entries, idempotency_keys, jobs, platform_attempts, shipments};
use ocop::ids::{AccountId, ProducerId, ProductId};
use ocop::jobs::{Retry, Worker};
use ocop::platform::sim::{SimHandle, my_vnpost, viettel_post};
use reqwest::Method;

use crate::support::app::first_day;
use crate::support::client::send;
use crate::support::{Client, TestApp, Value, json};

pub const RECEIVER: [&str; 3] = ["Nguyễn Thị Người Nhận", "0987654321", "12 Hàng Bạc, Hoàn Kiếm, Hà Nội"];

/// A service, a carrier's simulator and a cooperative that is connected to it.
pub struct Post {
    pub t: TestApp,
    pub sim: SimHandle,
    pub platform: &'static str,
    pub producer: ProducerId,
    pub member: AccountId,
    pub product: ProductId,
    pub shop: String,
    pub worker: Worker,
}

impl Post {
    pub async fn new(platform: &'static str) -> Self {
        let clock = Clock::fixed(first_day());
        let sim = match platform {
            "viettel_post" => viettel_post::start(0, clock.clone()).unwrap(),
            _ => my_vnpost::start(0, clock.clone()).unwrap(),
        };
        let url = sim.base_url.clone();
        let t = TestApp::on_clock(clock, |config| {
            config.platform_hosts.insert(platform.to_owned(), url);
        })
        .await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let member = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let tea = json!({
            "name": "Trà búp Tân Cương", "criteria_set": 11, "price_vnd": 250_000, "unit": "hộp", "net_weight_g": 200,
            "sku": "TC-200", "description": "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang.",
        });
        let product = t.published(&t.signed_in(member), tea).await;
        let worker = Worker::new(
            t.app.db.clone(),
            t.app.clock.clone(),
            Arc::new(t.app.clone()),
            Retry::default(),
            t.app.wake.clone(),
        );
        let mut m = Self { t, sim, platform, producer, member, product, shop: String::new(), worker };
        m.shop = m.connect(None).await;
        m.work().await;
        let shop = m.coop().get(&format!("/shops/{}", m.shop)).await.is(200).body;
        assert_eq!(shop["status"], "connected", "{shop:#}");
        m
    }

    pub async fn connect(&self, password: Option<&str>) -> String {
        let mut credentials = json!({
            "sender_name": "HTX chè Hảo Đạt", "sender_phone": "0208000001",
            "sender_address": "Xóm Nam Tân, xã Tân Cương, Thái Nguyên",
        });
        if self.platform == "viettel_post" {
            credentials["username"] = json!(viettel_post::USERNAME);
            credentials["password"] = json!(password.unwrap_or(viettel_post::PASSWORD));
            credentials["webhook_token"] = json!(viettel_post::WEBHOOK_TOKEN);
        } else {
            credentials["username"] = json!(my_vnpost::USERNAME);
            credentials["password"] = json!(password.unwrap_or(my_vnpost::PASSWORD));
            credentials["customer_code"] = json!(my_vnpost::CUSTOMER);
            credentials["service"] = json!(my_vnpost::SERVICE);
        }
        let body = json!({
            "producer_id": self.producer, "platform": self.platform, "name": "Gửi hàng", "credentials": credentials,
        });
        self.coop().post("/shops", body).await.is(201).id()
    }

    pub fn coop(&self) -> Client {
        self.t.signed_in(self.member)
    }

    pub async fn work(&self) {
        while self.worker.step().await.unwrap() {}
    }

    pub async fn later(&self, span: Duration) {
        self.t.app.clock.advance(span);
        self.work().await;
    }

    pub fn body(&self) -> Value {
        json!({
            "shop_id": self.shop, "weight_g": 450, "cod_vnd": 500_000,
            "lines": [{"product_id": self.product, "quantity": 2, "value_vnd": 500_000}],
            "receiver": {"name": RECEIVER[0], "phone": RECEIVER[1], "address": RECEIVER[2]},
        })
    }

    pub async fn ship(&self) -> String {
        let made = self.coop().post("/shipments", self.body()).await.is(201);
        assert_eq!(
            (&made.body["status"], &made.body["platform"]),
            (&json!("sending"), &json!(self.platform))
        );
        made.id()
    }

    pub async fn shipment(&self, id: &str) -> Value {
        self.coop().get(&format!("/shipments/{id}")).await.is(200).body
    }

    pub async fn parcels(&self) -> Vec<Value> {
        let url = format!("{}/__sim/parcels", self.sim.base_url);
        self.t.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// How often the carrier was called there.
    pub async fn calls(&self, path: &str) -> u64 {
        let url = format!("{}/__sim/requests", self.sim.base_url);
        let counts: Value = self.t.http.get(url).send().await.unwrap().json().await.unwrap();
        let fitting = counts.as_object().unwrap().iter().filter(|(name, _)| name.contains(path));
        fitting.map(|(_, count)| count.as_u64().unwrap()).sum()
    }

    pub async fn tell(&self, path: &str, body: Value) -> Value {
        let answer =
            self.t.http.post(format!("{}{path}", self.sim.base_url)).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    pub async fn fault(&self, kind: &str, path: &str) {
        self.tell("/__sim/faults", json!({"kind": kind, "path": path, "delay_ms": 10})).await;
    }

    /// The carrier moves a parcel; where it sends webhooks, ours takes it.
    pub async fn moves(&self, shipment: &Value, code: i64) {
        let told =
            self.tell("/__sim/parcels", json!({"reference": shipment["reference"], "code": code})).await;
        if !told["webhook"].is_null() {
            assert_eq!(self.hook(&told["webhook"]).await, 200);
        }
        self.later(Duration::hours(13)).await;
    }

    pub async fn hook(&self, body: &Value) -> u16 {
        let path = format!("/hooks/{}/{}", self.platform, self.shop);
        send(self.t.anonymous().request(Method::POST, &path).json(body)).await.status
    }

    /// Pieces, revenue, orders and platform of the figures.
    pub async fn sales(&self) -> Vec<(i64, i64, i64, String)> {
        let body = self.coop().get("/sales").await.is(200).body;
        let n = |row: &Value, name: &str| row[name].as_i64().unwrap();
        body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let platform = row["platform"].as_str().unwrap().to_owned();
                (n(row, "quantity"), n(row, "revenue_vnd"), n(row, "orders"), platform)
            })
            .collect()
    }

    /// Nothing of the receiver is anywhere: not in a text, not in the database's own files.
    pub async fn nothing_of_the_receiver(&self) {
        let (sealed, texts) = self
            .t
            .app
            .db
            .read("test.grep", |conn| {
                let sealed: Vec<Option<String>> = shipments::table.select(shipments::receiver).load(conn)?;
                let mut texts: Vec<String> = jobs::table.select(jobs::payload).load(conn)?;
                texts
                    .extend(platform_attempts::table.select(platform_attempts::detail).load::<String>(conn)?);
                let issues: Vec<Option<String>> = shipments::table.select(shipments::issue).load(conn)?;
                texts.extend(issues.into_iter().flatten());
                let after: Vec<Option<String>> =
                    audit_entries::table.select(audit_entries::after).load(conn)?;
                texts.extend(after.into_iter().flatten());
                let kept: Vec<Option<String>> =
                    idempotency_keys::table.select(idempotency_keys::body.nullable()).load(conn)?;
                texts.extend(kept.into_iter().flatten());
                Ok((sealed, texts))
            })
            .await
            .unwrap();
        assert!(sealed.iter().all(Option::is_none), "a receiver is still there");
        for text in texts {
            for part in ["Người Nhận", "0987654321", "Hàng Bạc"] {
                assert!(!text.contains(part), "{part} in {text}");
            }
        }
        for entry in std::fs::read_dir(&self.t.app.config.data_dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                for part in ["Người Nhận", "0987654321", "Hàng Bạc"] {
                    let found = bytes.windows(part.len()).any(|window| window == part.as_bytes());
                    assert!(!found, "{part} in {}", path.display());
                }
            }
        }
    }
}

/// The carrier delivers a parcel; who cannot wait asks, where the carrier does not tell by itself.
async fn delivers(m: &Post, id: &str, shipment: &Value, code: i64) {
    let refresh = format!("/shipments/{id}/refresh");
    if m.platform == "viettel_post" {
        m.moves(shipment, code).await;
        m.coop().post(&refresh, json!({})).await.is(409).problem("shipment.tells_itself");
        return;
    }
    m.tell("/__sim/parcels", json!({"reference": shipment["reference"], "code": code})).await;
    m.work().await;
    assert_eq!(m.shipment(id).await["status"], "accepted", "nobody asked yet");
    m.coop().post(&refresh, json!({})).await.is(202);
    m.work().await;
}

async fn journey(platform: &'static str, delivered: i64, returned: i64, other: i64) {
    let m = Post::new(platform).await;
    let id = m.ship().await;
    m.work().await;
    let seen = m.shipment(&id).await;
    let there = m.parcels().await;
    assert_eq!(there.len(), 1);
    assert_eq!(seen["status"], "accepted", "{seen:#}");
    assert_eq!((&seen["carrier_number"], &seen["reference"]), (&there[0]["number"], &there[0]["reference"]));
    assert_eq!((&seen["fee_vnd"], &seen["value_vnd"]), (&there[0]["fee_vnd"], &json!(500_000)));
    assert_eq!(there[0]["receiver"], json!(RECEIVER), "it is passed through whole");
    assert_eq!(there[0]["cod_vnd"], 500_000);

    m.moves(&seen, other).await;
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["carrier_status"]), (&json!("accepted"), &json!(other.to_string())));
    assert!(m.sales().await.is_empty(), "nothing is sold before it is delivered");
    delivers(&m, &id, &seen, delivered).await;
    assert_eq!(m.shipment(&id).await["status"], "delivered");
    let sold = vec![(2, 500_000, 1, platform.to_owned())];
    assert_eq!(m.sales().await, sold);
    m.moves(&seen, delivered).await;
    assert_eq!(m.sales().await, sold, "a repeat counts once");
    m.nothing_of_the_receiver().await;

    let looks: Vec<String> =
        m.t.app
            .db
            .read("test.looks", |conn| {
                let looks = platform_attempts::table.filter(platform_attempts::op.eq("read_parcel"));
                Ok(looks.select(platform_attempts::detail).load(conn)?)
            })
            .await
            .unwrap();
    assert_eq!(looks.is_empty(), platform == "viettel_post");
    let by_number = looks.iter().all(|look| look.contains("getOrder?type=1&code="));
    assert!(by_number, "a known parcel is asked for by its number: {looks:?}");

    let list = |query: &str| format!("/shipments?platform={platform}&{query}");
    let rows = m.coop().get(&list("status=delivered")).await.is(200).body;
    assert_eq!(rows["data"][0]["id"], json!(id));
    assert_eq!(m.coop().get(&list("status=failed")).await.is(200).body["data"], json!([]));
    let late = m.coop().post(&format!("/shipments/{id}/cancel"), json!({})).await.is(409);
    late.problem("shipment.too_late");

    m.moves(&seen, returned).await;
    assert_eq!(m.shipment(&id).await["status"], "returned");
    assert_eq!(m.sales().await, [(0, 0, 0, platform.to_owned())], "what came back is not sold");
    assert_eq!(m.parcels().await.len(), 1);
    m.nothing_of_the_receiver().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_goes_by_viettel_post_and_is_a_sale_when_delivered() {
    journey("viettel_post", 501, 504, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_goes_by_vnpost_and_is_a_sale_when_delivered() {
    journey("vnpost", 90, 100, 70).await;
}

const CREATE: [(&str, &str); 2] =
    [("viettel_post", "/order/createOrderNlp"), ("vnpost", "/customer-partner/CreateOrder")];

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_end_leaves_one_consignment_at_vnpost() {
    let (platform, path) = CREATE[1];
    let m = Post::new(platform).await;
    let kinds =
        ["cut_after_write", "server_error_after_write", "cut", "server_error", "too_many_requests", "html"];
    for (done, kind) in kinds.into_iter().enumerate() {
        m.fault(kind, path).await;
        let id = m.ship().await;
        m.work().await;
        m.later(Duration::minutes(2)).await;
        m.later(Duration::minutes(20)).await;
        let seen = m.shipment(&id).await;
        assert_eq!(seen["status"], "accepted", "{kind}: {seen:#}");
        assert_eq!(m.parcels().await.len(), done + 1, "{kind}");
    }
    m.tell("/__sim/tokens/expire", json!({})).await;
    let id = m.ship().await;
    m.work().await;
    assert_eq!(m.shipment(&id).await["status"], "accepted", "a token that ended is got anew");
    m.nothing_of_the_receiver().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_end_at_viettel_post_is_never_sent_again_and_comes_back_by_its_webhook() {
    let (platform, path) = CREATE[0];
    let m = Post::new(platform).await;
    m.fault("cut_after_write", path).await;
    let id = m.ship().await;
    m.work().await;
    for _ in 0..3 {
        m.later(Duration::hours(3)).await;
        m.t.app.tidy().await.unwrap();
        m.work().await;
    }
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["issue"]["code"]), (&json!("unsure"), &json!("shipment.unsure")));
    assert_eq!(m.parcels().await.len(), 1);
    m.coop().post(&format!("/shipments/{id}/cancel"), json!({})).await.is(409).problem("shipment.unsure");
    m.nothing_of_the_receiver().await;
    m.moves(&seen, 200).await;
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["issue"]), (&json!("accepted"), &json!(null)), "{seen:#}");
    let parcel = &m.parcels().await[0];
    assert_eq!((&seen["carrier_number"], &seen["fee_vnd"]), (&parcel["number"], &parcel["fee_vnd"]));

    // What did not arrive is sent later.
    m.fault("too_many_requests", path).await;
    let id = m.ship().await;
    m.work().await;
    m.later(Duration::minutes(5)).await;
    assert_eq!(m.shipment(&id).await["status"], "accepted");
    assert_eq!(m.parcels().await.len(), 2);
    m.fault("token_expired", path).await;
    m.ship().await;
    m.work().await;
    assert_eq!(m.parcels().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_believed_by_its_token_and_only_about_our_parcel() {
    let m = Post::new("viettel_post").await;
    let id = m.ship().await;
    m.work().await;
    let seen = m.shipment(&id).await;
    let moved = json!({"reference": seen["reference"], "code": 501});
    let told = m.tell("/__sim/parcels", moved).await["webhook"].clone();
    let mut forged = told.clone();
    forged["TOKEN"] = json!("guessed");
    assert_eq!(m.hook(&forged).await, 401);
    for (name, value) in
        [("ORDER_NUMBER", json!("1")), ("MONEY_COLLECTION", json!(1)), ("ORDER_REFERENCE", json!("X"))]
    {
        let mut other = told.clone();
        other["DATA"][name] = value;
        assert_eq!(m.hook(&other).await, 200);
    }
    m.work().await;
    assert_eq!(m.shipment(&id).await["status"], "accepted");
    // What is handed over on the way back is no sale.
    let mut back = told.clone();
    back["DATA"]["IS_RETURNING"] = json!(true);
    assert_eq!(m.hook(&back).await, 200);
    m.work().await;
    assert_eq!((&m.shipment(&id).await["status"], m.sales().await.len()), (&json!("in_transit"), 0));
    assert_eq!(m.hook(&told).await, 200);
    assert_eq!(m.hook(&told).await, 200);
    m.work().await;
    assert_eq!(m.shipment(&id).await["status"], "delivered");
    // An older word that arrives later changes nothing.
    let mut older = told.clone();
    older["DATA"]["ORDER_STATUS"] = json!(505);
    older["DATA"]["ORDER_STATUSDATE"] = json!("01/11/2026 08:00:00");
    assert_eq!(m.hook(&older).await, 200);
    m.work().await;
    assert_eq!(m.shipment(&id).await["carrier_status"], "501");
    assert_eq!(m.sales().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipment_is_called_off_before_and_after_it_was_sent() {
    for (platform, _) in CREATE {
        let m = Post::new(platform).await;
        let id = m.ship().await;
        let path = format!("/shipments/{id}/cancel");
        let off = m.coop().post(&path, json!({})).await.is(202);
        assert_eq!(off.body["status"], "cancelled", "nothing was sent yet");
        m.work().await;
        assert!(m.parcels().await.is_empty());
        m.nothing_of_the_receiver().await;

        let id = m.ship().await;
        m.work().await;
        let path = format!("/shipments/{id}/cancel");
        let off = m.coop().post(&path, json!({})).await.is(202);
        assert_eq!((&off.body["status"], &off.body["cancel_requested"]), (&json!("accepted"), &json!(true)));
        m.work().await;
        assert_eq!(m.shipment(&id).await["status"], "cancelled");
        assert_eq!(m.parcels().await[0]["cancelled"], true);
        assert_eq!(m.coop().post(&path, json!({})).await.is(202).body["status"], "cancelled");
    }
    let m = Post::new("vnpost").await;
    let id = m.ship().await;
    m.work().await;
    let seen = m.shipment(&id).await;
    m.tell("/__sim/parcels", json!({"reference": seen["reference"], "code": 70})).await;
    m.coop().post(&format!("/shipments/{id}/cancel"), json!({})).await.is(202);
    m.work().await;
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["cancel_requested"]), (&json!("accepted"), &json!(false)));
    assert_eq!(seen["issue"]["code"], "vnpost.not_cancelled", "{seen:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_parcel_is_asked_about_or_called_off_and_the_others_wait() {
    const READ: &str = "/customer-partner/getOrder";
    let m = Post::new("vnpost").await;
    let ids = [m.ship().await, m.ship().await, m.ship().await];
    m.work().await;
    let refresh = async |id: &str| {
        let before = m.calls(READ).await;
        m.coop().post(&format!("/shipments/{id}/refresh"), json!({})).await.is(202);
        m.work().await;
        m.calls(READ).await - before
    };
    assert_eq!((refresh(&ids[0]).await, refresh(&ids[0]).await, refresh(&ids[2]).await), (1, 1, 1));

    // Its work was given up after faults of ours: asking for it, or calling it off, begins it anew.
    let gave_up = async |id: &str| {
        let of = format!("%{id}%");
        let write = move |tx: &mut Tx<'_>| {
            let of = jobs::table.filter(jobs::payload.like(&of));
            Ok(diesel::update(of).set(jobs::status.eq("dead")).execute(tx.conn())?)
        };
        assert_eq!(m.t.app.db.write("test.gave_up", write).await.unwrap(), 1);
    };
    gave_up(&ids[0]).await;
    assert_eq!(refresh(&ids[0]).await, 1);
    gave_up(&ids[1]).await;
    m.coop().post(&format!("/shipments/{}/cancel", ids[1]), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.shipment(&ids[1]).await["status"], "cancelled");

    // Whatever was asked for, each is followed once.
    let before = m.calls(READ).await;
    m.later(Duration::minutes(31)).await;
    assert_eq!(m.calls(READ).await - before, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_told_and_a_repeat_makes_nothing() {
    let m = Post::new("viettel_post").await;
    let mut body = m.body();
    body["weight_g"] = json!(0);
    body["receiver"]["phone"] = json!("09x");
    let refused = m.coop().post("/shipments", body).await.is(422);
    let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/weight_g", "/receiver/phone"]);

    let other = m.t.producer("Hợp tác xã khác", "05503").await;
    let stranger = m.t.actor("other", &[Role::ProducerMember], None, Some(other)).await;
    stranger.post("/shipments", m.body()).await.is(404);
    let tea = json!({"name": "Chè khác", "criteria_set": 11, "price_vnd": 1000, "unit": "hộp", "net_weight_g": 10,
        "description": "Chè của hợp tác xã khác, hái sớm khi còn sương và sao tay."});
    let theirs = m.t.published(&stranger, tea).await;
    let mut body = m.body();
    body["lines"][0]["product_id"] = json!(theirs);
    let refused = m.coop().post("/shipments", body).await.is(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/lines/0/product_id");
    let listing = json!({"product_id": m.product, "shop_id": m.shop, "settings": {"stock": 1}});
    let refused = m.coop().post("/listings", listing).await.is(422);
    assert_eq!(refused.body["errors"][0]["code"], "shop_id.carrier");

    let again = || {
        let request = m.coop().request(Method::POST, "/shipments").header("idempotency-key", "parcel-1");
        send(request.json(&m.body()))
    };
    let (first, second) = (again().await.is(201).id(), again().await.is(201).id());
    assert_eq!(first, second);
    m.work().await;
    assert_eq!(m.parcels().await.len(), 1);
    stranger.get(&format!("/shipments/{first}")).await.is(404);
    assert_eq!(stranger.get("/shipments").await.is(200).body["data"], json!([]));

    // The carrier refuses a phone; its words quote it, ours do not.
    let mut body = m.body();
    body["receiver"]["phone"] = json!("+84987654321");
    let id = m.coop().post("/shipments", body).await.is(201).id();
    m.work().await;
    let seen = m.shipment(&id).await;
    assert_eq!((&seen["status"], &seen["issue"]["code"]), (&json!("failed"), &json!("viettel_post.refused")));
    assert!(!seen.to_string().contains("84987654321"), "{seen:#}");
    m.nothing_of_the_receiver().await;
    assert_eq!(m.parcels().await.len(), 1);
}
