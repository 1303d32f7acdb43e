//! A service, a platform's simulator, and a shop of a cooperative on it.

mod consent;

use std::io::{self, Cursor};
use std::sync::{Arc, Mutex, OnceLock};

use chrono::Duration;
use diesel::prelude::*;
use image::{ImageFormat, Rgb, RgbImage};
use ocop::actor::Role;
use ocop::clock::Clock;
use ocop::ids::AccountId;
use ocop::jobs::{Retry, Worker};
use ocop::listing::{self, Line};
use ocop::platform::sim::SimHandle;
use ocop::platform::sim::market::BUYER;
use ocop::platform::state::{Answer, Descriptor, ListingContent, Media, Op, SITE};

use super::rows::{Request, Row, There};
use crate::support::app::first_day;
use crate::support::client::{self, send};
use crate::support::{Client, TestApp, Value, json};

/// What buyers see of an offer.
#[derive(Debug, PartialEq, Eq)]
pub struct Offer {
    pub price_vnd: i64,
    pub stock: i64,
    pub live: bool,
}

pub struct Stand<'a> {
    pub row: &'a Row,
    t: TestApp,
    sim: SimHandle,
    producer: ocop::ids::ProducerId,
    member: AccountId,
    worker: Worker,
    shop: String,
    log: &'static Log,
    /// The states that were given out.
    states: Mutex<Vec<String>>,
}

const DESCRIPTION: &str = "Búp chè một tôm hai lá, hái sớm khi còn sương, sao tay trên chảo gang. ";

impl<'a> Stand<'a> {
    /// With a shop that is connected by its keys.
    pub async fn new(row: &'a Row, by_hand: bool) -> Self {
        let mut m = Self::bare(row, by_hand).await;
        m.shop = m.open((row.credentials)(), None).await.is(201).id();
        m.work().await;
        m.is_connected().await;
        m
    }

    /// With a shop whose calls are given up after a second.
    pub async fn hasty(row: &'a Row) -> Self {
        let mut m = Self::of(row, false, Some(std::time::Duration::from_secs(1))).await;
        m.shop = m.open((row.credentials)(), None).await.is(201).id();
        m.work().await;
        m.is_connected().await;
        m
    }

    async fn bare(row: &'a Row, by_hand: bool) -> Self {
        Self::of(row, by_hand, None).await
    }

    async fn of(row: &'a Row, by_hand: bool, patience: Option<std::time::Duration>) -> Self {
        let log = Log::begin();
        let clock = Clock::fixed(first_day());
        let sim = (row.launch)(clock.clone(), by_hand && row.reviews);
        let platform = ocop::platform::descriptor(row.platform).unwrap();
        let own_host = platform.auth.iter().any(|field| field.name == SITE);
        let url = sim.base_url.clone();
        let t = TestApp::on_clock(clock, |config| {
            // The pace that spares real platforms would be most of the tests' time.
            config.platform_rate = None;
            config.platform_timeout = patience.unwrap_or(config.platform_timeout);
            if !own_host {
                config.platform_hosts.insert(row.platform.to_owned(), url);
            }
        })
        .await;
        let producer = t.producer("Hợp tác xã chè Hảo Đạt", "05503").await;
        let member = t.account("coop", &[Role::ProducerMember], None, Some(producer)).await;
        let worker = Worker::new(
            t.app.db.clone(),
            t.app.clock.clone(),
            Arc::new(t.app.clone()),
            Retry::default(),
            t.app.wake.clone(),
        );
        let m = Self {
            row,
            t,
            sim,
            producer,
            member,
            worker,
            shop: String::new(),
            log,
            states: Mutex::default(),
        };
        if row.consent.is_some() {
            let redirect = format!("{}/api/v1/hooks/{}/consent", m.t.app.config.public_url, row.platform);
            m.tell("/__sim/consent", json!({ "redirect": redirect })).await;
        }
        m
    }

    /// Opens a shop with these credentials.
    pub async fn open(&self, mut credentials: Value, consent: Option<bool>) -> client::Answer {
        if self.platform().auth.iter().any(|field| field.name == SITE) {
            credentials[SITE] = json!(self.sim.base_url);
        }
        let mut body = json!({
            "producer_id": self.producer, "platform": self.row.platform, "name": "Chè Hảo Đạt",
            "credentials": credentials,
        });
        if let Some(consent) = consent {
            body["consent"] = json!(consent);
        }
        self.coop().post("/shops", body).await
    }

    /// The shop as the API shows it.
    pub async fn shown_shop(&self) -> Value {
        self.coop().get(&format!("/shops/{}", self.shop)).await.is(200).body
    }

    #[track_caller]
    pub fn is_connected(&self) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        async move {
            let shop = self.shown_shop().await;
            assert!(shop["status"] == "connected" && shop["awaits_consent"] == false, "{at}: {shop:#}");
        }
    }

    /// Somebody without an account.
    pub fn nobody(&self) -> Client {
        self.t.anonymous()
    }

    /// The shop's id.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// Reads rows as they are.
    pub async fn rows<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut ocop::db::Conn) -> ocop::error::Result<T> + Send + 'static,
    ) -> T {
        self.t.app.db.read("test.rows", read).await.unwrap()
    }

    pub fn platform(&self) -> &'static Descriptor {
        ocop::platform::descriptor(self.row.platform).unwrap()
    }

    /// The member, signed in now: the clock moves further than a session lasts.
    pub fn coop(&self) -> Client {
        self.t.signed_in(self.member)
    }

    /// The shop's line to its platform.
    pub async fn line(&self) -> Line {
        let opened = Line::open(&self.t.app, self.shop.parse().unwrap()).await.unwrap();
        opened.unwrap_or_else(|_| panic!("the shop's line is shut"))
    }

    /// Lets listings follow their products and runs every job that is due.
    pub async fn work(&self) {
        while listing::follow::follow(&self.t.app).await.unwrap() {}
        while self.worker.step().await.unwrap() {}
    }

    pub async fn later(&self, span: Duration) {
        self.t.app.clock.advance(span);
        self.work().await;
    }

    /// After this time what nobody looked at is compared.
    pub async fn compare(&self, after: Duration) {
        self.t.app.clock.advance(after);
        let now = self.t.app.clock.now();
        self.t.app.db.write("test.compare", move |tx| listing::follow::compare(tx, now)).await.unwrap();
        while self.worker.step().await.unwrap() {}
    }

    /// Moves the clock and does nothing.
    pub fn passes(&self, span: Duration) {
        self.t.app.clock.advance(span);
    }

    /// Walks through what stands in the shop, if that is due.
    pub async fn walk(&self) {
        let now = self.t.app.clock.now();
        let keep = move |tx: &mut ocop::db::Tx<'_>| listing::shop::keep_walking(tx, now);
        self.t.app.db.write("test.walk", keep).await.unwrap();
        while self.worker.step().await.unwrap() {}
    }

    /// The shop's orphans.
    pub async fn orphans(&self, query: &str) -> Vec<Value> {
        let body = self.coop().get(&format!("/shops/{}/orphans{query}", self.shop)).await.is(200).body;
        body["data"].as_array().unwrap().clone()
    }

    /// How many products the platform has.
    pub async fn made(&self) -> usize {
        let all = self.ask("/__sim/products").await;
        all.as_array().unwrap().iter().filter(|row| self.row.controls.stands(row)).count()
    }

    /// Makes a product there as a person would, past our listings: what this listing says under another SKU and name.
    pub async fn made_by_hand(&self, like: &str, sku: &str, price_vnd: i64) {
        let like = like.parse::<ocop::ids::ListingId>().unwrap();
        let desired = self
            .rows(move |conn| {
                use ocop::db::schema::listings::dsl as listings;
                Ok(listings::listings.find(like).select(listings::desired).first::<String>(conn)?)
            })
            .await;
        let mut content: ListingContent = serde_json::from_str(&desired).unwrap();
        content.name = format!("Bán tay: chè búp Tân Cương loại đặc biệt {sku}");
        (content.sku, content.price_vnd, content.stock) = (sku.to_owned(), price_vnd, 7);
        let op = Op::Upsert { external_id: None, content: Box::new(content), media: Media::new() };
        let made = self.line().await.call(None, &op).await.unwrap();
        assert!(matches!(made, Ok(Answer::Written { .. })), "{made:?}");
        if self.row.reviews {
            self.tell("/__sim/review", json!({"decision": "approve"})).await;
        }
    }

    /// A published product with four stars and an image.
    pub async fn product(&self, sku: &str) -> String {
        let body = json!({
            "name": format!("Trà búp Tân Cương loại đặc biệt {sku}"), "criteria_set": 11, "price_vnd": 250_000,
            "unit": "hộp", "net_weight_g": 200, "sku": sku, "description": DESCRIPTION.repeat(3),
        });
        let id = self.t.published(&self.coop(), body).await;
        let until = self.t.app.clock.now().plus(Duration::days(300));
        crate::listing::rate(&self.t, id, Some(until)).await;
        let request = self.coop().request(reqwest::Method::POST, &format!("/products/{id}/images"));
        send(request.header("content-type", "image/jpeg").body(picture())).await.is(201);
        id.to_string()
    }

    /// Takes a product's star.
    pub async fn take_star(&self, product: &str) {
        crate::listing::rate(&self.t, product.parse().unwrap(), None).await;
    }

    /// Gives the product's description another beginning.
    pub async fn describe(&self, product: &str, beginning: &str) {
        let path = format!("/products/{product}");
        let etag = self.coop().get(&path).await.is(200).etag();
        let body = json!({"description": format!("{beginning}{}", DESCRIPTION.repeat(3))});
        self.coop().patch(&path, &etag, body).await.is(200);
    }

    pub async fn offer(&self, product: &str, stock: u32) -> String {
        let mut settings = (self.row.settings)();
        settings["stock"] = json!(stock);
        let body = json!({"product_id": product, "shop_id": self.shop, "settings": settings});
        self.coop().post("/listings", body).await.is(201).id()
    }

    pub async fn settings(&self, listing: &str, settings: Value) {
        let path = format!("/listings/{listing}");
        let etag = self.coop().get(&path).await.is(200).etag();
        self.coop().patch(&path, &etag, json!({ "settings": settings })).await.is(200);
    }

    pub async fn listing(&self, id: &str) -> Value {
        self.coop().get(&format!("/listings/{id}")).await.is(200).body
    }

    #[track_caller]
    pub fn is_live(&self, id: &str) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        async move {
            let seen = self.listing(id).await;
            let live = seen["status"] == "live" && seen["in_step"] == true;
            assert!(live, "{at}: {seen:#}\n{:#?}", self.attempts(id).await);
        }
    }

    /// Works and waits until the listing is in step, reviews approved; not for ever.
    pub async fn settled(&self, id: &str) {
        self.work().await;
        for _ in 0..6 {
            if self.listing(id).await["in_step"] == true {
                return;
            }
            if self.row.reviews {
                self.tell("/__sim/review", json!({"decision": "approve"})).await;
            }
            self.later(Duration::minutes(3)).await;
        }
    }

    pub async fn attempts(&self, id: &str) -> Vec<Value> {
        let seen = self.coop().get(&format!("/listings/{id}/attempts")).await.is(200).body;
        seen["data"].as_array().unwrap().clone()
    }

    /// Pieces, revenue and orders that count for a product.
    pub async fn sold(&self, product: &str) -> (i64, i64, i64) {
        let figures = self.coop().get(&format!("/sales?product_id={product}")).await.is(200).body;
        let rows = figures["data"].as_array().unwrap();
        let sum = |key: &str| rows.iter().map(|row| row[key].as_i64().unwrap()).sum();
        (sum("quantity"), sum("revenue_vnd"), sum("orders"))
    }

    async fn ask(&self, path: &str) -> Value {
        self.t.http.get(format!("{}{path}", self.sim.base_url)).send().await.unwrap().json().await.unwrap()
    }

    /// Works one of the simulator's controls.
    pub async fn tell(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sim.base_url);
        let answer = self.t.http.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path} {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    pub async fn forget_faults(&self) {
        self.t.http.delete(format!("{}/__sim/faults", self.sim.base_url)).send().await.unwrap();
    }

    pub async fn decide(&self, sku: &str, decision: &str, reason: &str) {
        self.tell("/__sim/review", json!({"sku": sku, "decision": decision, "reason": reason})).await;
    }

    pub async fn place(&self, sku: &str, quantity: i64) -> Value {
        let placed = self.tell("/__sim/orders", json!({"sku": sku, "quantity": quantity})).await;
        self.row.controls.number(&placed)
    }

    pub async fn advance(&self, number: &Value, state: &str) {
        self.tell("/__sim/orders", self.row.controls.advance(number, state)).await;
    }

    /// The one product of a SKU.
    pub async fn there(&self, sku: &str) -> There {
        let all = self.ask("/__sim/products").await;
        let there = all.as_array().unwrap().iter().filter(|row| self.row.controls.stands(row));
        let mut found = there.map(|row| self.row.controls.product(row));
        let first = found.find(|product| product.sku == sku).unwrap_or_else(|| panic!("{sku} is not there"));
        assert!(found.all(|product| product.sku != sku), "{sku} is there twice: {all:#}");
        first
    }

    pub async fn shown(&self, sku: &str) -> Offer {
        let There { price_vnd, stock, live, .. } = self.there(sku).await;
        Offer { price_vnd, stock, live }
    }

    /// How often a kind of request came in.
    pub async fn calls(&self, request: &Request) -> u64 {
        let counts = self.ask("/__sim/requests").await;
        let wanted = format!("{} {}", request.method, request.path);
        let fitting = counts.as_object().unwrap().iter().filter(|(name, _)| name.starts_with(&wanted));
        fitting.map(|(_, count)| count.as_u64().unwrap()).sum()
    }

    /// Nothing secret and nothing of a buyer is in what is shown, stored or logged.
    pub async fn secrets(&self, listing: &str) {
        let mut seen = Vec::new();
        let preview = self.coop().post(&format!("/listings/{listing}/preview"), json!({})).await.is(200).body;
        assert!(preview["request"]["body"].as_str().unwrap().contains("Tân Cương"), "{preview:#}");
        assert!(!self.attempts(listing).await.is_empty());
        seen.extend([preview.to_string(), format!("{:?}", self.attempts(listing).await)]);
        self.hides(seen).await;
    }

    /// Nothing secret is in these texts, nor in what is shown, stored or logged.
    pub async fn hides(&self, mut seen: Vec<String>) {
        seen.push(self.log.text());
        for path in ["/shops", "/listings", "/sales"] {
            seen.push(self.coop().get(path).await.is(200).body.to_string());
        }
        let rows = self.t.app.db.read("test.rows", |conn| {
            use ocop::db::schema::{
                audit_entries, idempotency_keys, job_attempts, jobs, listings, platform_attempts,
                shop_consents, shops,
            };
            let mut rows: Vec<String> =
                platform_attempts::table.select(platform_attempts::detail).load(conn)?;
            rows.extend(jobs::table.select(jobs::payload).load::<String>(conn)?);
            rows.extend(idempotency_keys::table.select(idempotency_keys::body).load::<String>(conn)?);
            let audits = audit_entries::table.filter(audit_entries::after.is_not_null());
            rows.extend(audits.select(audit_entries::after.assume_not_null()).load::<String>(conn)?);
            let reports = listings::table.filter(listings::reported.is_not_null());
            rows.extend(reports.select(listings::reported.assume_not_null()).load::<String>(conn)?);
            let of_jobs = jobs::table.filter(jobs::last_error.is_not_null());
            rows.extend(of_jobs.select(jobs::last_error.assume_not_null()).load::<String>(conn)?);
            rows.extend(job_attempts::table.select(job_attempts::detail).load::<String>(conn)?);
            rows.extend(listings::table.select(listings::issues).load::<String>(conn)?);
            rows.extend(shops::table.select(shops::credentials).load::<String>(conn)?);
            let tokens = shops::table.filter(shops::token.is_not_null());
            rows.extend(tokens.select(shops::token.assume_not_null()).load::<String>(conn)?);
            let errors = shops::table.filter(shops::last_error.is_not_null());
            rows.extend(errors.select(shops::last_error.assume_not_null()).load::<String>(conn)?);
            rows.extend(shop_consents::table.select(shop_consents::state_hash).load::<String>(conn)?);
            let codes = shop_consents::table.filter(shop_consents::code.is_not_null());
            rows.extend(codes.select(shop_consents::code.assume_not_null()).load::<String>(conn)?);
            Ok(rows)
        });
        seen.extend(rows.await.unwrap());
        let credentials = (self.row.credentials)();
        let secret = self.platform().auth.iter().filter(|field| field.secret);
        let secrets = secret.filter_map(|field| credentials[field.name].as_str());
        let (name, phone) = BUYER.rsplit_once(' ').unwrap();
        let states = self.states.lock().unwrap().clone();
        let hidden = secrets.chain([name, phone, "simcode-"]).chain(self.row.hidden.iter().copied());
        let hidden: Vec<&str> = hidden.chain(states.iter().map(String::as_str)).collect();
        for text in &seen {
            for hidden in &hidden {
                assert!(!text.contains(hidden), "{hidden} in {text}");
            }
        }
    }
}

/// A picture that every platform takes.
pub fn picture() -> Vec<u8> {
    let mut image = Cursor::new(Vec::new());
    RgbImage::from_pixel(960, 960, Rgb([20, 120, 40])).write_to(&mut image, ImageFormat::Jpeg).unwrap();
    image.into_inner()
}

/// What the program logs from now on, of all tests of this process together.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn begin() -> &'static Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Self(Arc::default());
            let to = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter("ocop=trace,reqwest=trace")
                .with_writer(move || to.clone())
                .finish();
            tracing::subscriber::set_global_default(subscriber).unwrap();
            log
        })
    }

    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        assert!(text.contains("ocop"), "nothing is logged");
        text
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
