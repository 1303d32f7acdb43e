//! A shop that talks to a simulator through the one client, for the tests of simulators on [`super::market`].

use std::time::Duration;

use serde_json::Value;

use super::{Fault, SimHandle};
use crate::clock::Clock;
use crate::instant::Instant;
use crate::platform::adapter::Adapter;
use crate::platform::call::{Attempt, Image, Images, call};
use crate::platform::state::{
    Answer, Credentials, Failure, ListingContent, Media, Offer, Op, OrderPage, OrderStatus, OrderWindow,
    Outcome, RemoteProduct, Secret, Token,
};
use crate::platform::transport::{Settings, Transport};

/// Stands at 21 November 2026, noon in Viet Nam, until a test moves it.
pub(super) fn clock() -> Clock {
    Clock::fixed(Instant::from_utc("2026-11-21T05:00:00Z".parse().unwrap()))
}

pub(super) struct Keeper {
    pub(super) sim: SimHandle,
    adapter: &'static dyn Adapter,
    transport: Transport,
    pub(super) clock: Clock,
    pub(super) credentials: Credentials,
    pub(super) attempts: Vec<Attempt>,
}

/// Every image there is, of the same bytes.
struct Pictures;

impl Images for Pictures {
    async fn load(&self, _: &str) -> Result<Image, Failure> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let green = image::RgbImage::from_pixel(400, 300, image::Rgb([20, 120, 40]));
        green.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        Ok(Image { name: "tea.jpg".to_owned(), content_type: "image/jpeg", bytes: bytes.into_inner() })
    }
}

impl Keeper {
    /// With these secrets; gives up soon where it is `hasty`.
    pub(super) fn new(
        platform: &str,
        sim: SimHandle,
        clock: Clock,
        secrets: &[(&str, &str)],
        hasty: bool,
    ) -> Self {
        let total_timeout = Duration::from_millis(if hasty { 700 } else { 20_000 });
        let settings = Settings {
            allow_loopback: true,
            per_second: None,
            silence: Duration::ZERO,
            total_timeout,
            ..Settings::default()
        };
        let mut credentials = Credentials { base_url: sim.base_url.clone(), ..Credentials::default() };
        for (name, secret) in secrets {
            credentials.secrets.insert((*name).to_owned(), Secret::new(*secret));
        }
        Self {
            sim,
            adapter: crate::platform::adapter(platform).unwrap(),
            transport: Transport::new(&settings).unwrap(),
            clock,
            credentials,
            attempts: Vec::new(),
        }
    }

    pub(super) async fn run(&mut self, op: &Op) -> Result<Answer, Failure> {
        let now = self.clock.now();
        let (attempts, result) =
            call(&self.transport, &Pictures, self.adapter, "shp_1", op, &self.credentials, now).await;
        self.attempts.extend(attempts);
        result
    }

    /// Logs in and keeps both tokens, as a shop's line does.
    pub(super) async fn log_in(&mut self) {
        let Answer::Token(grant) = self.run(&Op::Login).await.unwrap() else { panic!() };
        let expires_at = grant.expires_at(self.clock.now());
        self.credentials.token = Some(Token { value: grant.value, expires_at });
        if let Some(refresh) = grant.refresh {
            self.credentials.secrets.insert("refresh_token".to_owned(), refresh);
        }
    }

    /// What became of a product.
    pub(super) async fn outcome(&mut self, id: &str) -> Outcome {
        match self.run(&Op::Review { external_id: id.to_owned() }).await.unwrap() {
            Answer::Reviewed(product) => product.outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Creates or updates; the id, the state and what became of the images.
    pub(super) async fn send(
        &mut self,
        id: Option<&str>,
        content: ListingContent,
        media: Media,
    ) -> Result<(String, Outcome, Media), Failure> {
        let op = Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(content), media };
        match self.run(&op).await? {
            Answer::Written { external_id: Some(id), outcome, media } => Ok((id, outcome, media)),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn find(&mut self, sku: &str) -> Option<RemoteProduct> {
        match self.run(&Op::FindBySku { sku: sku.to_owned() }).await.unwrap() {
            Answer::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }

    /// A page of the orders that changed within an hour.
    pub(super) async fn orders(&mut self, cursor: Option<String>) -> OrderPage {
        let now = self.clock.now();
        let window = OrderWindow { since: now.plus(chrono::TimeDelta::hours(-1)), until: now };
        match self.run(&Op::PullOrders { window, cursor }).await.unwrap() {
            Answer::Orders(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// Somebody buys the tea; the order goes through every state that platforms tell.
    pub(super) async fn sells(&mut self, quantity: i64, unit_price_vnd: i64) {
        let bought = serde_json::json!({"sku": tea().sku, "quantity": quantity});
        let placed = self.post("/__sim/orders", bought).await;
        let page = self.orders(None).await;
        let (order, line) = (&page.orders[0], &page.orders[0].lines[0]);
        let told = (order.status, line.quantity, line.unit_price_vnd);
        assert_eq!(told, (OrderStatus::Open, quantity, unit_price_vnd));
        for (word, status) in [
            ("shipping", OrderStatus::Shipping),
            ("completed", OrderStatus::Completed),
            ("returned", OrderStatus::Returned),
            ("cancelled", OrderStatus::Cancelled),
        ] {
            self.post("/__sim/orders", serde_json::json!({"id": placed["id"], "status": word})).await;
            assert_eq!(self.orders(None).await.orders[0].status, status);
        }
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sim.base_url);
        let reply = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let reply = reqwest::Client::new().get(format!("{}{path}", self.sim.base_url)).send().await.unwrap();
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
    }

    pub(super) async fn order(&self, fault: &Fault) {
        self.post("/__sim/faults", serde_json::to_value(fault).unwrap()).await;
    }

    /// Nothing recorded along the way shows a secret or the buyer.
    pub(super) fn hides(&self) {
        let (name, phone) = super::market::BUYER.rsplit_once(' ').unwrap();
        let replies = self.attempts.iter().filter(|attempt| attempt.op != "pull_orders");
        let recorded = format!("{:?} {:?}", replies.collect::<Vec<_>>(), self.credentials);
        for secret in self.credentials.secrets.values().map(Secret::expose).chain([name, phone]) {
            assert!(!recorded.contains(secret), "{secret}");
        }
    }
}

/// Another price and stock of the tea.
pub(super) fn offer(id: &str, price_vnd: i64, stock: u32) -> Op {
    Op::PriceStock { items: vec![Offer { external_id: id.to_owned(), sku: tea().sku, price_vnd, stock }] }
}

/// A tea that the rules of every platform take.
pub(super) fn tea() -> ListingContent {
    let epoch = Instant::from_utc(chrono::DateTime::UNIX_EPOCH);
    match Op::samples(epoch).into_iter().find(|op| matches!(op, Op::Upsert { .. })) {
        Some(Op::Upsert { content, .. }) => *content,
        _ => unreachable!(),
    }
}

/// What a browser is sent back with from the page of a shop's owner's consent.
pub(super) async fn clicked(page: &str) -> std::collections::BTreeMap<String, String> {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answered = browser.get(page).send().await.unwrap();
    assert_eq!(answered.status(), 302, "{page}");
    let to = url::Url::parse(answered.headers()["location"].to_str().unwrap()).unwrap();
    to.query_pairs().into_owned().collect()
}
