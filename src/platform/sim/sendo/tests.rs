//! The adapter through the one client against this simulator: the journey, each fault, a restart.

mod journey;
mod refusals;

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::*;
use crate::instant::Instant;
use crate::platform::adapter::Adapter as _;
use crate::platform::call::{Attempt, NoImages, call, preview};
use crate::platform::sendo::Sendo;
use crate::platform::sim::{Fault, FaultKind};
use crate::platform::state::{
    Answer, Class, Credentials, Failure, ListingContent, Media, Offer, Op, OrderStatus, OrderWindow, Outcome,
    Secret, Severity, Token,
};
use crate::platform::transport::{Settings, Transport};

/// Stands at 21 November 2026, noon in Viet Nam, until a test moves it.
fn clock() -> Clock {
    Clock::fixed(Instant::from_utc("2026-11-21T05:00:00Z".parse().unwrap()))
}

/// A shop that talks to a simulator, with a client of short patience.
struct Shopkeeper {
    sim: SimHandle,
    transport: Transport,
    /// Gives up soon: for faults that do not answer.
    hasty: Transport,
    clock: Clock,
    credentials: Credentials,
    attempts: Vec<Attempt>,
}

impl Shopkeeper {
    fn options(clock: &Clock) -> Options {
        Options { logins_per_second: 1_000, ..Options::new(clock.clone()) }
    }

    fn at(options: Options, clock: Clock) -> Self {
        let sim = start(options).unwrap();
        let patience = |total_timeout| {
            let settings = Settings {
                allow_loopback: true,
                per_second: std::num::NonZeroU32::new(10_000),
                silence: Duration::ZERO,
                total_timeout,
                ..Settings::default()
            };
            Transport::new(&settings).unwrap()
        };
        let (transport, hasty) = (patience(Duration::from_secs(20)), patience(Duration::from_millis(700)));
        let mut credentials = Credentials { base_url: sim.base_url.clone(), ..Credentials::default() };
        credentials.secrets.insert("shop_key".into(), Secret::new("demo-shop"));
        credentials.secrets.insert("secret_key".into(), Secret::new("demo-secret"));
        Self { sim, transport, hasty, clock, credentials, attempts: Vec::new() }
    }

    fn new() -> Self {
        let clock = clock();
        Self::at(Self::options(&clock), clock)
    }

    async fn ready() -> Self {
        let mut keeper = Self::new();
        keeper.login().await;
        keeper
    }

    async fn run(&mut self, op: &Op) -> Result<Answer, Failure> {
        let (attempts, result) =
            call(&self.transport, &NoImages, &Sendo, "shp_1", op, &self.credentials, self.clock.now()).await;
        self.attempts.extend(attempts);
        result
    }

    async fn login(&mut self) {
        let Answer::Token(grant) = self.run(&Op::Login).await.unwrap() else { panic!() };
        let expires_at = grant.expires_at(self.clock.now());
        self.credentials.token = Some(Token { value: grant.value, expires_at });
    }

    async fn create(&mut self, content: ListingContent) -> Result<String, Failure> {
        match self.run(&upsert(None, content)).await? {
            Answer::Written { external_id: Some(id), .. } => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    async fn find(&mut self) -> Option<crate::platform::state::RemoteProduct> {
        match self.run(&Op::FindBySku { sku: tea().sku }).await.unwrap() {
            Answer::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let client = reqwest::Client::new();
        let reply =
            client.request(method, format!("{}{path}", self.sim.base_url)).json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.control(reqwest::Method::POST, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.control(reqwest::Method::GET, path, json!(null)).await
    }

    async fn order(&self, fault: &Fault) {
        self.post("/__sim/faults", serde_json::to_value(fault).unwrap()).await;
    }
}

fn tea() -> ListingContent {
    match Op::samples(Instant::from_utc(DateTime::UNIX_EPOCH))
        .into_iter()
        .find(|op| matches!(op, Op::Upsert { .. }))
    {
        Some(Op::Upsert { content, .. }) => *content,
        _ => unreachable!(),
    }
}

fn upsert(id: Option<&str>, content: ListingContent) -> Op {
    Op::Upsert { external_id: id.map(str::to_owned), content: Box::new(content), media: Media::new() }
}
