//! Shops and listings against the simulated Sendo, and the orders that become sales figures.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use ocop::actor::{Actor, Role};
use ocop::certificate::{self, Legacy};
use ocop::clock::Clock;
use ocop::db::schema::{jobs, listings, sales, sales_totals};
use ocop::ids::{AccountId, CertificateId, ProducerId, ProductId};
use ocop::instant::Instant;
use ocop::jobs::{Retry, Worker};
use ocop::listing;
use ocop::platform::sim::{SimHandle, sendo};
use ocop::product::{self, Rated};
use ocop::values::{Points, Star};

use crate::support::app::first_day;
use crate::support::{Client, TestApp, Value, json};

/// A service whose Sendo is a simulator, a cooperative with a published tea of four stars, and its member.
struct Market {
    t: TestApp,
    sim: SimHandle,
    producer: ProducerId,
    product: ProductId,
    member: AccountId,
    officer: AccountId,
    worker: Worker,
}

const SKU: &str = "TC-200";

impl Market {
    async fn new(review: sendo::Review) -> Self {
        let clock = Clock::fixed(first_day());
        let mut options = sendo::Options::new(clock.clone());
        options.review = review;
        let sim = sendo::start(options).unwrap();
        let url = sim.base_url.clone();
        let t = TestApp::on_clock(clock, |config| {
            config.platform_hosts.insert("sendo".to_owned(), url);
        })
        .await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let member = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let officer = t.account("office", &[Role::ProvincialOfficer], Some("19"), None).await;
        let product = t.published(&t.signed_in(member), tea()).await;
        rate(&t, product, Some(t.app.clock.now().plus(Duration::days(30)))).await;
        let worker = Worker::new(
            t.app.db.clone(),
            t.app.clock.clone(),
            Arc::new(t.app.clone()),
            Retry::default(),
            t.app.wake.clone(),
        );
        Self { t, sim, producer, product, member, officer, worker }
    }

    /// The member, signed in now: the clock moves further than a session lasts.
    fn coop(&self) -> Client {
        self.t.signed_in(self.member)
    }

    /// Lets listings follow their products and runs every job that is due.
    async fn work(&self) {
        while listing::follow::follow(&self.t.app).await.unwrap() {}
        while self.worker.step().await.unwrap() {}
    }

    async fn later(&self, span: Duration) {
        self.t.app.clock.advance(span);
        self.work().await;
    }

    async fn simulator(&self, path: &str) -> Value {
        self.t.http.get(format!("{}{path}", self.sim.base_url)).send().await.unwrap().json().await.unwrap()
    }

    async fn tell(&self, path: &str, body: Value) -> Value {
        let answer =
            self.t.http.post(format!("{}{path}", self.sim.base_url)).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    async fn products(&self) -> Vec<Value> {
        self.simulator("/__sim/products").await.as_array().unwrap().clone()
    }

    /// How often one of the platform's paths was called.
    async fn calls(&self, path: &str) -> u64 {
        let counts = self.simulator("/__sim/requests").await;
        counts
            .as_object()
            .unwrap()
            .iter()
            .filter(|(k, _)| k.contains(path))
            .map(|(_, n)| n.as_u64().unwrap())
            .sum()
    }

    async fn connect(&self, secret: &str) -> String {
        let body = json!({
            "producer_id": self.producer, "platform": "sendo", "name": "Chè Hảo Đạt",
            "credentials": {"shop_key": "demo-shop", "secret_key": secret},
        });
        let made = self.coop().post("/shops", body).await.is(201);
        assert_eq!(made.body["status"], "connecting");
        assert!(made.body["warning"].as_str().unwrap().contains("15/4/2025"));
        made.id()
    }

    async fn offer(&self, shop: &str) -> String {
        let body = json!({
            "product_id": self.product, "shop_id": shop, "settings": {"category": "1001", "stock": 40},
        });
        self.coop().post("/listings", body).await.is(201).id()
    }

    async fn listing(&self, id: &str) -> Value {
        self.coop().get(&format!("/listings/{id}")).await.is(200).body
    }

    /// A listing that is live in a connected shop.
    async fn live(&self) -> (String, String) {
        let shop = self.connect("demo-secret").await;
        let listing = self.offer(&shop).await;
        self.work().await;
        let seen = self.listing(&listing).await;
        assert_eq!(seen["status"], "live", "{seen:#}");
        (shop, listing)
    }
}

fn tea() -> Value {
    json!({
        "name": "Trà búp Tân Cương", "criteria_set": 11, "price_vnd": 250_000, "unit": "hộp", "net_weight_g": 200,
        "sku": SKU, "description": "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang. ".repeat(3),
    })
}

/// Gives a product four stars until a moment, or takes them.
pub async fn rate(t: &TestApp, id: ProductId, until: Option<Instant>) {
    let now = t.app.clock.now();
    let rated = until.map(|until| Rated {
        certificate_id: CertificateId::new(),
        certificate_number: "12/2026/GCN".to_owned(),
        star: Star::new(4).unwrap(),
        score: Some(Points::from_hundredths(8450)),
        from: now,
        until,
    });
    t.app.db.write("test.rating", move |tx| product::set_rating(tx, id, rated.clone(), now)).await.unwrap();
}

async fn totals_hold(t: &TestApp) {
    t.app
        .db
        .read("test.totals", |conn| {
            let figures: Vec<(i64, i64, i64)> = sales::table
                .filter(sales::counts.eq(true))
                .select((sales::quantity, sales::revenue_vnd, sales::orders))
                .load(conn)?;
            let totals: Vec<(i64, i64, i64)> = sales_totals::table
                .select((sales_totals::quantity, sales_totals::revenue_vnd, sales_totals::orders))
                .load(conn)?;
            let sum = |rows: &[(i64, i64, i64)]| {
                rows.iter().fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
            };
            assert_eq!(sum(&figures), sum(&totals));
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_goes_from_the_shop_to_the_sales_figures() {
    let m = Market::new(sendo::Review::ByHand).await;
    let shop = m.connect("demo-secret").await;
    let listing = m.offer(&shop).await;
    m.work().await;
    assert_eq!(m.coop().get(&format!("/shops/{shop}")).await.is(200).body["status"], "connected");
    let pending = m.listing(&listing).await;
    assert_eq!((&pending["status"], &pending["in_step"]), (&json!("pending_review"), &json!(false)));
    assert_eq!(pending["desired"]["star"], 4);

    m.tell("/__sim/review", json!({"decision": "approve"})).await;
    m.later(Duration::minutes(1)).await;
    let live = m.listing(&listing).await;
    assert_eq!((&live["status"], &live["in_step"]), (&json!("live"), &json!(true)), "{live:#}");
    assert_eq!(live["reported"]["certificate_number"], "12/2026/GCN");
    let there = m.products().await;
    assert_eq!(there.len(), 1);
    let text = there[0].to_string();
    assert!(text.contains("OCOP 4 sao") && text.contains("/api/v1/certificates/12%2F2026%2FGCN\""), "{text}");

    let order = m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 3})).await;
    let number = order["sales_order"]["order_number"].clone();
    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 1})).await;
    m.coop().post(&format!("/shops/{shop}/pull-orders"), json!({})).await.is(202);
    m.work().await;
    let figures = m.coop().get(&format!("/sales?product_id={}", m.product)).await.is(200).body;
    assert_eq!(figures["data"].as_array().unwrap().len(), 1, "{figures:#}");
    let figure = |body: &Value| {
        let row = &body["data"][0];
        (
            row["quantity"].as_i64().unwrap(),
            row["revenue_vnd"].as_i64().unwrap(),
            row["orders"].as_i64().unwrap(),
        )
    };
    assert_eq!(figure(&figures), (4, 1_000_000, 2));
    assert_eq!(figures["data"][0]["source"], "platform");

    let declared = json!({
        "product_id": m.product, "channel": "online", "platform": "sendo", "month": "2026-11-01", "quantity": 1,
        "revenue_vnd": 1,
    });
    m.coop().post("/sales", declared).await.is(409).problem("sale.counted_by_platform");
    let path = format!("/sales/{}", figures["data"][0]["id"].as_str().unwrap());
    m.coop().delete(&path, "\"1\"").await.is(409).problem("sale.not_declared");

    // Seen again, nothing is counted twice; called off, it is taken back. The shop pulls by itself.
    m.later(Duration::minutes(11)).await;
    m.tell("/__sim/orders", json!({"order_number": number, "status": 13})).await;
    m.later(Duration::minutes(11)).await;
    let figures = m.coop().get(&format!("/sales?product_id={}", m.product)).await.is(200).body;
    assert_eq!(figure(&figures), (1, 250_000, 1));
    totals_hold(&m.t).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unchanged_is_not_sent_and_a_price_goes_alone() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (_, listing) = m.live().await;
    let path = format!("/listings/{listing}");
    let writes = m.calls("POST /api/partner/product").await;
    m.coop().post(&format!("{path}/sync"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.calls("POST /api/partner/product").await, writes);

    let product = format!("/products/{}", m.product);
    let etag = m.coop().get(&product).await.etag();
    m.coop().patch(&product, &etag, json!({"price_vnd": 260_000})).await.is(200);
    m.work().await;
    assert_eq!(m.products().await[0]["body"]["price"], 260_000, "the listing follows its product");

    let etag = m.coop().get(&path).await.etag();
    let patch = json!({"settings": {"price_vnd": 199_000, "stock": 12}});
    m.coop().patch(&path, "\"0\"", patch.clone()).await.is(412);
    let changed = m.coop().patch(&path, &etag, patch).await.is(200);
    assert_eq!((&changed.body["in_step"], &changed.body["desired"]["revision"]), (&json!(false), &json!(4)));
    m.work().await;
    let there = m.products().await;
    let body = &there[0]["body"];
    assert_eq!((&body["price"], &body["stock_quantity"]), (&json!(199_000), &json!(12)), "{there:#?}");
    assert_eq!(there[0]["writes"], 1, "the content was not sent again");
    assert_eq!(m.listing(&listing).await["in_step"], true);

    m.coop().post(&format!("{product}/unpublish"), json!({})).await.is(200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn", "what is not published is not sold");
    m.coop().post(&format!("{path}/sync"), json!({})).await.is(409).problem("listing.product_not_published");
    m.coop().post(&format!("{product}/publish"), json!({})).await.is(200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "live");

    m.coop().post(&format!("{path}/withdraw"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");
    assert_eq!(m.products().await[0]["body"]["stock_availability"], false);
    m.coop().post(&format!("{path}/sync"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "live");
    assert_eq!(m.products().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_that_ends_or_is_taken_leaves_the_platform() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (_, listing) = m.live().await;
    let shows_star = |there: &[Value]| there[0]["body"].to_string().contains("OCOP 4 sao");
    assert!(shows_star(&m.products().await));
    rate(&m.t, m.product, None).await;
    m.work().await;
    assert!(!shows_star(&m.products().await));
    rate(&m.t, m.product, Some(m.t.app.clock.now().plus(Duration::days(5)))).await;
    m.work().await;
    assert!(shows_star(&m.products().await));
    // Nobody tells the product; the certificate's time is over.
    m.later(Duration::days(5)).await;
    assert!(!shows_star(&m.products().await));
    let seen = m.listing(&listing).await;
    assert_eq!(
        (&seen["desired"]["star"], &seen["reported"]["certificate_number"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(seen["in_step"], true);
    assert!(!listing::follow::follow(&m.t.app).await.unwrap(), "nothing is left to be followed");
}

/// Lets the jobs of a kind that are queued die, as after many failures.
async fn die(t: &TestApp, kind: &'static str) {
    let kill = move |tx: &mut ocop::db::Tx<'_>| {
        let queued = jobs::table.filter(jobs::kind.eq(kind)).filter(jobs::status.eq("queued"));
        Ok(diesel::update(queued).set(jobs::status.eq("dead")).execute(tx.conn())?)
    };
    assert_eq!(t.app.db.write("test.die", kill).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_leaves_the_platform_also_after_its_push_died() {
    let shows_star = |there: &[Value]| there[0]["body"].to_string().contains("OCOP 4 sao");
    for taken in [true, false] {
        let m = Market::new(sendo::Review::Immediate).await;
        m.live().await;
        if taken {
            rate(&m.t, m.product, None).await;
        } else {
            m.t.app.clock.advance(Duration::days(30));
        }
        while listing::follow::follow(&m.t.app).await.unwrap() {}
        die(&m.t, listing::PUSH).await;
        m.work().await;
        assert!(shows_star(&m.products().await), "taken: {taken}");
        m.later(Duration::minutes(61)).await;
        assert!(!shows_star(&m.products().await), "taken: {taken}");
        assert!(!listing::follow::follow(&m.t.app).await.unwrap(), "nothing is left to be followed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_keeps_no_star_up_and_nothing_on_sale_that_is_withdrawn() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, listing) = m.live().await;
    let path = format!("/shops/{shop}");
    let etag = m.coop().get(&path).await.etag();
    m.coop().patch(&path, &etag, json!({"paused": true})).await.is(200);
    rate(&m.t, m.product, None).await;
    m.work().await;
    assert!(!m.products().await[0]["body"].to_string().contains("OCOP 4 sao"));
    assert_eq!(m.listing(&listing).await["status"], "live");
    m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.products().await[0]["body"]["stock_availability"], false);
    assert_eq!(m.coop().get(&path).await.body["status"], "paused");
    m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn", "nothing is offered from a paused shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_in_step_sends_nothing_and_what_was_left_behind_goes_out() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, listing) = m.live().await;
    let path = format!("/shops/{shop}/sync");
    let before = m.simulator("/__sim/requests").await;
    let seen = m.coop().post(&path, json!({})).await.is(202).body;
    assert_eq!(seen, json!({"looked_at": 1, "queued": 0, "more": false}));
    m.work().await;
    assert_eq!(m.simulator("/__sim/requests").await, before, "nothing is sent");

    // A push that was given up for good.
    let etag = m.coop().get(&format!("/listings/{listing}")).await.etag();
    let change = json!({"settings": {"price_vnd": 199_000, "stock": 40, "category": "1001"}});
    m.coop().patch(&format!("/listings/{listing}"), &etag, change).await.is(200);
    die(&m.t, listing::PUSH).await;
    m.work().await;
    assert_ne!(m.products().await[0]["body"]["price"], 199_000);
    let seen = m.coop().post(&path, json!({})).await.is(202).body;
    assert_eq!(seen, json!({"looked_at": 1, "queued": 1, "more": false}));
    m.work().await;
    assert_eq!(m.products().await[0]["body"]["price"], 199_000);

    m.t.signed_in(m.officer).post(&path, json!({})).await.is(403).problem("auth.forbidden");
    let other = m.t.producer("Hợp tác xã miến Việt Cường", "05503").await;
    let stranger = m.t.actor("stranger", &[Role::ProducerMember], None, Some(other)).await;
    stranger.post(&path, json!({})).await.is(404).problem("request.not_found");
    m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    m.work().await;
    let etag = m.coop().get(&format!("/shops/{shop}")).await.etag();
    m.coop().delete(&format!("/shops/{shop}"), &etag).await.is(204);
    m.coop().post(&path, json!({})).await.is(409).problem("shop.closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_producers_products_leave_the_platform_until_it_takes_part_again() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (_, listing) = m.live().await;
    let (province, producer) = (m.t.province().await, format!("/producers/{}", m.producer));
    let reason = json!({"note": "Kết luận kiểm tra an toàn thực phẩm"});
    province.post(&format!("{producer}/suspend"), reason.clone()).await.is(200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");
    assert_eq!(m.products().await[0]["body"]["stock_availability"], false);
    m.coop()
        .post(&format!("/listings/{listing}/sync"), json!({}))
        .await
        .is(409)
        .problem("listing.product_not_published");
    province.post(&format!("{producer}/reinstate"), json!({})).await.is(200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "live");
    assert_eq!(m.products().await.len(), 1);
    province.post(&format!("{producer}/dissolve"), reason).await.is(200);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificates_address_on_the_platform_leads_to_it() {
    let m = Market::new(sendo::Review::Immediate).await;
    rate(&m.t, m.product, None).await;
    let (product, now) = (m.product, m.t.app.clock.now());
    let register = move |tx: &mut ocop::db::Tx<'_>| {
        let legacy = Legacy {
            product_id: product,
            scheme: "qd148-2023".to_owned(),
            star: Star::new(4).unwrap(),
            score: None,
            year: Some(2025),
            decision: None,
            decided_on: "2025-06-30".parse().ok(),
            issuer: "UBND huyện Đồng Hỷ".to_owned(),
            source: None,
        };
        certificate::register_legacy(tx, &Actor::system("test"), &legacy, now)
    };
    let made = m.t.app.db.write("test.legacy", register).await.unwrap();
    m.live().await;
    let there = m.products().await;
    let url = there[0]["body"]["certificate_file"][0]["attachment_url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("{}/api/v1", m.t.app.config.public_url)).unwrap();
    let found = m.t.anonymous().get(path).await.is(200);
    assert_eq!(found.body["number"], made.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_with_an_unknown_end_leaves_one_product() {
    for kind in ["cut_after_write", "server_error_after_write", "server_error", "cut"] {
        let m = Market::new(sendo::Review::Immediate).await;
        let shop = m.connect("demo-secret").await;
        m.work().await;
        let fault = json!({"kind": kind, "path": "/api/partner/product", "method": "POST"});
        m.tell("/__sim/faults", fault).await;
        let listing = m.offer(&shop).await;
        m.work().await;
        let seen = m.listing(&listing).await;
        assert_eq!(seen["status"], "none", "{kind}");
        assert_eq!(seen["issues"][1]["code"], "platform.unreachable", "{kind}: {seen:#}");
        m.later(Duration::minutes(1)).await;
        let seen = m.listing(&listing).await;
        assert_eq!((&seen["status"], &seen["in_step"]), (&json!("live"), &json!(true)), "{kind}: {seen:#}");
        assert_eq!(m.products().await.len(), 1, "{kind}");
        assert_eq!(seen["issues"].as_array().unwrap().len(), 1, "only the missing image is left: {seen:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_send_and_record_leaves_one_product() {
    let m = Market::new(sendo::Review::AfterReads(2)).await;
    let shop = m.connect("demo-secret").await;
    let listing = m.offer(&shop).await;
    m.work().await;
    assert_eq!(m.products().await.len(), 1);
    // As if the process had died before it could record what the platform answered.
    m.t.app
        .db
        .write("test.forget", |tx| {
            diesel::update(listings::table)
                .set((
                    listings::external_id.eq(None::<String>),
                    listings::sent_hash.eq(None::<String>),
                    listings::sent_offer_hash.eq(None::<String>),
                    listings::reported_state.eq("none"),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .await
        .unwrap();
    for _ in 0..4 {
        m.later(Duration::minutes(2)).await;
    }
    let seen = m.listing(&listing).await;
    assert_eq!((&seen["status"], &seen["in_step"]), (&json!("live"), &json!(true)), "{seen:#}");
    assert_eq!(m.products().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refreshed_once_and_a_busy_platform_is_waited_for() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (_, listing) = m.live().await;
    let logins = m.calls("/login").await;
    m.tell("/__sim/tokens/expire", json!({})).await;
    for _ in 0..2 {
        m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
        m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
        m.work().await;
    }
    m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.calls("/login").await, logins + 1);
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");

    let fault = json!({"kind": "too_many_requests", "retry_after": 30});
    m.tell("/__sim/faults", fault).await;
    m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn");
    m.later(Duration::seconds(29)).await;
    assert_eq!(m.listing(&listing).await["status"], "withdrawn", "the shop rests as long as it was asked to");
    m.later(Duration::seconds(2)).await;
    assert_eq!(m.listing(&listing).await["status"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_go_on_after_the_platform_was_down_for_a_day() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, _) = m.live().await;
    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 2})).await;
    m.tell("/__sim/faults", json!({"kind": "server_error", "times": 0})).await;
    for _ in 0..36 {
        m.later(Duration::minutes(40)).await;
    }
    let resting = m.coop().get(&format!("/shops/{shop}")).await.is(200).body;
    assert_eq!(
        (&resting["status"], &resting["issue"]["code"]),
        (&json!("connected"), &json!("platform.unreachable"))
    );
    m.t.http.delete(format!("{}/__sim/faults", m.sim.base_url)).send().await.unwrap();
    m.later(Duration::hours(2)).await;
    let figures = m.coop().get("/sales").await.is(200).body;
    assert_eq!(figures["data"][0]["quantity"], 2, "{figures:#}");
    assert_eq!(m.coop().get(&format!("/shops/{shop}")).await.body["issue"], Value::Null);
}

/// Pieces in the province's summary, and the figures behind them.
async fn reported(m: &Market) -> (i64, usize) {
    let province = m.t.signed_in(m.officer);
    let summary = province.get("/reports/summary").await.is(200).body;
    let ids = summary["sales"]["ids_url"].as_str().unwrap();
    let ids = province.get(ids.trim_start_matches("/api/v1")).await.is(200).body;
    (summary["sales"]["quantity"].as_i64().unwrap(), ids["data"].as_array().unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_orders_count_is_counted_once_whoever_told_it_before() {
    let m = Market::new(sendo::Review::Immediate).await;
    m.live().await;
    let online = |month: &str, platform: &str, quantity: i64| {
        json!({
            "product_id": m.product, "channel": "online", "platform": platform, "month": month,
            "quantity": quantity, "revenue_vnd": quantity * 1000,
        })
    };
    let declared = m.coop().post("/sales", online("2026-11-01", "sendo", 7)).await.is(201);
    m.coop().post("/sales", online("2026-11-01", "other", 1)).await.is(201);
    m.coop().post("/sales", online("2026-10-01", "sendo", 1)).await.is(201);
    assert_eq!(declared.body["counts"], true);
    assert_eq!(reported(&m).await, (9, 3));

    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 3})).await;
    m.later(Duration::minutes(11)).await;
    assert_eq!(reported(&m).await, (5, 3));
    totals_hold(&m.t).await;
    let path = format!("/sales/{}", declared.id());
    let kept = m.coop().get(&path).await.is(200);
    assert_eq!((&kept.body["quantity"], &kept.body["counts"]), (&json!(7), &json!(false)));
    let figures = m.coop().get("/sales").await.is(200).body;
    assert_eq!(figures["data"].as_array().unwrap().len(), 4, "it stays visible");

    // Corrected or taken back, it changes no total.
    let changed = m.coop().patch(&path, &kept.etag(), json!({"quantity": 8})).await.is(200);
    assert_eq!(reported(&m).await, (5, 3));
    m.coop().delete(&path, &changed.etag()).await.is(204);
    assert_eq!(reported(&m).await, (5, 3));
    totals_hold(&m.t).await;
    // The other way round it is refused.
    m.coop()
        .post("/sales", online("2026-11-01", "sendo", 7))
        .await
        .is(409)
        .problem("sale.counted_by_platform");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_declared_at_the_moment_orders_are_counted_is_counted_once() {
    for _ in 0..3 {
        let m = Market::new(sendo::Review::Immediate).await;
        m.live().await;
        m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 3})).await;
        m.t.app.clock.advance(Duration::minutes(11));
        let figure = json!({
            "product_id": m.product, "channel": "online", "platform": "sendo", "month": "2026-11-01",
            "quantity": 7, "revenue_vnd": 7000,
        });
        let coop = m.coop();
        let ((), declared) = tokio::join!(m.work(), coop.post("/sales", figure));
        assert!([201, 409].contains(&declared.status), "{:#}", declared.body);
        assert_eq!(reported(&m).await, (3, 1));
        totals_hold(&m.t).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_of_orders_that_died_begins_again() {
    let m = Market::new(sendo::Review::Immediate).await;
    m.live().await;
    m.t.app.tidy().await.unwrap();
    die(&m.t, listing::shop::ORDERS).await;
    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 2})).await;
    m.later(Duration::minutes(11)).await;
    assert_eq!(m.coop().get("/sales").await.is(200).body["data"], json!([]));
    m.t.app.tidy().await.unwrap();
    m.t.app.tidy().await.unwrap();
    m.work().await;
    assert_eq!(m.coop().get("/sales").await.is(200).body["data"][0]["quantity"], 2);
    die(&m.t, listing::shop::ORDERS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_read_is_named_and_keeps_no_other_from_being_counted() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, _) = m.live().await;
    let order = |number: &str, garbled: Value| json!({"sku": SKU, "quantity": 1, "order_number": number, "garbled": garbled});
    m.tell("/__sim/orders", order("BAD1", json!("nhiều"))).await;
    m.tell("/__sim/orders", order("BAD2", json!(2_000_000_000))).await;
    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 2, "order_number": "GOOD"})).await;
    m.later(Duration::minutes(11)).await;
    let figures = m.coop().get("/sales").await.is(200).body;
    assert_eq!((&figures["data"][0]["quantity"], &figures["data"][0]["orders"]), (&json!(2), &json!(1)));
    let path = format!("/shops/{shop}");
    let told = m.coop().get(&path).await.is(200).body;
    assert_eq!(
        (&told["status"], &told["issue"]["code"]),
        (&json!("connected"), &json!("shop.orders_unread"))
    );
    let detail = told["issue"]["detail"].as_str().unwrap();
    assert!(detail.contains("BAD1") && detail.contains("BAD2") && !detail.contains("GOOD"), "{detail}");
    assert_eq!(told["orders_until"], json!(m.t.app.clock.now()));
    // Days later they are in no window any more.
    m.later(Duration::days(6)).await;
    m.later(Duration::minutes(11)).await;
    assert_eq!(m.coop().get(&path).await.body["issue"], Value::Null);
    totals_hold(&m.t).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_may_name_the_path_that_the_contract_does_not() {
    let m = Market::new(sendo::Review::Immediate).await;
    let described = m.coop().get("/platforms/sendo").await.is(200).body;
    let fields = described["credentials"].as_array().unwrap();
    let optional: Vec<_> = fields.iter().filter(|f| f["optional"] == true).collect();
    assert_eq!((&optional[0]["name"], &optional[0]["secret"]), (&json!("price_stock_path"), &json!(false)));
    let body = json!({
        "producer_id": m.producer, "platform": "sendo", "name": "Chè Hảo Đạt",
        "credentials": {"shop_key": "demo-shop", "secret_key": "demo-secret", "price_stock_path": "/api/partner/gia-ton-kho"},
    });
    let shop = m.coop().post("/shops", body).await.is(201).id();
    let listing = m.offer(&shop).await;
    m.work().await;
    m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    m.work().await;
    assert_eq!(m.calls("/api/partner/gia-ton-kho").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_name_their_fields_and_right_ones_let_everything_go_on() {
    let m = Market::new(sendo::Review::Immediate).await;
    let shop = m.connect("wrong-secret").await;
    let listing = m.offer(&shop).await;
    m.work().await;
    let broken = m.coop().get(&format!("/shops/{shop}")).await.is(200);
    assert_eq!(broken.body["status"], "broken");
    let issue = &broken.body["issue"];
    assert_eq!(issue["pointer"], "/credentials");
    assert!(issue["resolution"].as_str().unwrap().contains("secret_key"), "{issue:#}");
    let seen = m.listing(&listing).await;
    assert_eq!(seen["issues"][0]["code"], "shop.credentials_refused", "{seen:#}");
    m.coop()
        .post(&format!("/shops/{shop}/pull-orders"), json!({}))
        .await
        .is(409)
        .problem("shop.not_connected");

    let path = format!("/shops/{shop}");
    let keys = json!({"credentials": {"shop_key": "demo-shop", "secret_key": ""}});
    let refused = m.coop().patch(&path, &broken.etag(), keys).await.is(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/credentials/secret_key");
    let keys = json!({"credentials": {"shop_key": "demo-shop", "secret_key": "demo-secret"}});
    m.coop().patch(&path, &broken.etag(), keys).await.is(200);
    m.work().await;
    assert_eq!(m.coop().get(&path).await.body["status"], "connected");
    assert_eq!(m.listing(&listing).await["status"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_and_put_right() {
    let m = Market::new(sendo::Review::ByHand).await;
    let shop = m.connect("demo-secret").await;
    let body = json!({"product_id": m.product, "shop_id": shop, "settings": {"stock": 5}});
    let made = m.coop().post("/listings", body.clone()).await.is(201);
    m.coop().post("/listings", body).await.is(409).problem("listing.exists");
    let path = format!("/listings/{}", made.id());
    m.work().await;
    let seen = m.coop().get(&format!("{path}/issues")).await.is(200).body;
    let codes: Vec<_> = seen["data"].as_array().unwrap().iter().map(|i| i["code"].clone()).collect();
    assert!(codes.contains(&json!("category.missing")), "{seen:#}");
    assert_eq!(m.products().await.len(), 0, "nothing was sent");
    let preview = m.coop().post(&format!("{path}/preview"), json!({})).await.is(200).body;
    assert!(preview["request"].is_null() && !preview["issues"].as_array().unwrap().is_empty());

    let etag = m.coop().get(&path).await.etag();
    m.coop().patch(&path, &etag, json!({"settings": {"category": "1001"}})).await.is(200);
    m.work().await;
    m.tell("/__sim/review", json!({"decision": "reject", "reason": "Ảnh mờ"})).await;
    m.later(Duration::minutes(1)).await;
    let seen = m.coop().get(&path).await;
    assert_eq!(seen.body["status"], "rejected");
    assert!(seen.body["issues"].to_string().contains("Ảnh mờ"), "{:#}", seen.body);
    m.coop().patch(&path, &seen.etag(), json!({"settings": {"stock": 6, "category": "1002"}})).await.is(200);
    m.work().await;
    m.tell("/__sim/review", json!({"decision": "approve"})).await;
    m.later(Duration::minutes(1)).await;
    assert_eq!(m.coop().get(&path).await.body["status"], "live");
    assert_eq!(m.products().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_seen_nowhere() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, listing) = m.live().await;
    m.tell("/__sim/orders", json!({"sku": SKU, "quantity": 1})).await;
    m.coop().post(&format!("/shops/{shop}/pull-orders"), json!({})).await.is(202);
    m.work().await;
    let attempts = m.coop().get(&format!("/listings/{listing}/attempts")).await.is(200).body;
    let ops: Vec<_> = attempts["data"].as_array().unwrap().iter().map(|a| a["op"].clone()).collect();
    assert_eq!(ops, ["upsert", "find_by_sku"], "the newest first");
    let mut seen = vec![
        attempts.to_string(),
        m.coop().post(&format!("/listings/{listing}/preview"), json!({})).await.is(200).body.to_string(),
        m.coop().get("/shops").await.is(200).body.to_string(),
        m.coop().get("/listings").await.is(200).body.to_string(),
    ];
    assert!(
        seen[1].contains("***") && seen[1].contains("bearer ***") | seen[1].contains("\"***\""),
        "{}",
        seen[1]
    );
    let rows: Vec<String> = m
        .t
        .app
        .db
        .read("test.rows", |conn| {
            use ocop::db::schema::{audit_entries, idempotency_keys, jobs, platform_attempts, shops};
            let mut rows: Vec<String> =
                platform_attempts::table.select(platform_attempts::detail).load(conn)?;
            rows.extend(jobs::table.select(jobs::payload).load::<String>(conn)?);
            rows.extend(idempotency_keys::table.select(idempotency_keys::body).load::<String>(conn)?);
            rows.extend(
                audit_entries::table.select(audit_entries::after.assume_not_null()).load::<String>(conn)?,
            );
            rows.extend(shops::table.select(shops::credentials).load::<String>(conn)?);
            rows.extend(shops::table.select(shops::token.assume_not_null()).load::<String>(conn)?);
            Ok(rows)
        })
        .await
        .unwrap();
    assert!(rows.len() > 8);
    seen.extend(rows);
    for text in &seen {
        for secret in ["demo-secret", "demo-shop", "sim-", "0900000000", "Người nhận mô phỏng"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shops_are_paused_closed_and_seen_within_reach() {
    let m = Market::new(sendo::Review::Immediate).await;
    let (shop, listing) = m.live().await;
    let other_producer = m.t.producer("Hợp tác xã miến Việt Cường", "05692").await;
    let other = m.t.actor("other", &[Role::ProducerMember], None, Some(other_producer)).await;
    other.get(&format!("/shops/{shop}")).await.is(404);
    other.get(&format!("/listings/{listing}")).await.is(404);
    other.post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(404);
    assert_eq!(other.get("/listings").await.is(200).body["data"], json!([]));
    let province = m.t.province().await;
    assert_eq!(province.get("/listings?status=live").await.is(200).body["data"][0]["id"], listing.as_str());
    assert_eq!(province.get("/listings?platform=tiki").await.is(200).body["data"], json!([]));
    province.post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(403);

    let path = format!("/shops/{shop}");
    let etag = m.coop().get(&path).await.etag();
    let paused = m.coop().patch(&path, &etag, json!({"paused": true})).await.is(200);
    assert_eq!(paused.body["status"], "paused");
    let at = m.coop().get(&format!("/listings/{listing}")).await.etag();
    m.coop().patch(&format!("/listings/{listing}"), &at, json!({"settings": {"stock": 7}})).await.is(200);
    m.work().await;
    assert_eq!(m.products().await[0]["body"]["stock_quantity"], 40, "nothing is sent from a paused shop");
    m.coop().delete(&path, &paused.etag()).await.is(409).problem("shop.has_listings");
    // Nor while the keys are tried again.
    let resumed = m.coop().patch(&path, &paused.etag(), json!({"paused": false})).await.is(200);
    assert_eq!(resumed.body["status"], "connecting");
    m.coop().delete(&path, &resumed.etag()).await.is(409).problem("shop.has_listings");
    m.work().await;
    assert_eq!(m.products().await[0]["body"]["stock_quantity"], 7);
    m.coop().post(&format!("/listings/{listing}/withdraw"), json!({})).await.is(202);
    m.work().await;
    let etag = m.coop().get(&path).await.etag();
    m.coop().delete(&path, &etag).await.is(204);
    assert_eq!(m.coop().get(&path).await.body["status"], "closed");
    m.coop().post(&format!("/listings/{listing}/sync"), json!({})).await.is(409).problem("shop.closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn platforms_say_the_truth_about_themselves() {
    let t = TestApp::new().await;
    let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
    let coop = t.actor("coop", &[Role::ProducerMember], None, Some(producer)).await;
    t.anonymous().get("/platforms").await.is(401);
    let all = coop.get("/platforms").await.is(200).body;
    assert!(all["data"].as_array().unwrap().len() >= 15);
    let sendo = coop.get("/platforms/sendo").await.is(200).body;
    assert_eq!(sendo["status"], "closed");
    assert!(sendo["note"].as_str().unwrap().contains("15/4/2025"));
    coop.get("/platforms/nowhere").await.is(404);
    let shop = |platform: &str, keys: Value| json!({"producer_id": producer, "platform": platform, "name": "x", "credentials": keys});
    let keys = json!({"shop_key": "a", "secret_key": "b"});
    coop.post("/shops", shop("sendo", keys.clone())).await.is(409).problem("platform.closed");
    coop.post("/shops", shop("google_merchant", keys.clone()))
        .await
        .is(409)
        .problem("platform.not_available");
    let by_hand = coop.post("/shops", shop("voso", json!({}))).await.is(201).body;
    assert!(by_hand["warning"].as_str().unwrap().contains("thỏa thuận"), "{by_hand:#}");
    let wrong = |address: &str| json!({"base_url": address, "client_id": "a", "client_secret": "b"});
    for address in [
        "http://voso.example",
        "https://voso.example/?x=1",
        "https://u@voso.example",
        "file:///etc/passwd",
        "voso",
    ] {
        let refused = coop.post("/shops", shop("voso", wrong(address))).await.is(422);
        assert!(refused.body.to_string().contains("/credentials/base_url"), "{address}: {:#}", refused.body);
    }
    let profile = json!({"base_url": "https://voso.example", "profile": "{}"});
    let refused = coop.post("/shops", shop("voso", profile)).await.is(422);
    assert!(refused.body.to_string().contains("/credentials/profile"), "{:#}", refused.body);
    coop.post("/shops", shop("nowhere", keys.clone())).await.is(422);
    t.province().await.post("/shops", shop("sendo", keys)).await.is(403);
}
