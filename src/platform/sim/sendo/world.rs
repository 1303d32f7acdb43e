//! What the simulated Sendo knows, its tokens and its memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{self, Duration};

use chrono::TimeDelta;
use serde::{Deserialize as _, Serialize};
use serde_json::{Value, json};

use super::Options;
use super::orders::{Order, Page};
use super::products::Product;
use super::rules::Fault;
use crate::instant::Instant;
use crate::platform::sim::journal::Journal;

/// A refusal inside the envelope.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    pub(super) status_code: u16,
    pub(super) message: &'static str,
    pub(super) faults: Vec<Fault>,
}

impl Refusal {
    pub(super) fn new(status_code: u16, message: &'static str) -> Self {
        Self { status_code, message, faults: Vec::new() }
    }

    pub(super) fn of(faults: Vec<Fault>) -> Self {
        Self { status_code: 400, message: "Dữ liệu không hợp lệ", faults }
    }

    pub(super) fn one(property: &'static str, code: &'static str, message: &str) -> Self {
        Self::of(vec![Fault { property, code, message: message.to_owned() }])
    }
}

/// Everything.
pub(super) struct World {
    pub(super) options: Options,
    journal: Journal,
    tokens: HashMap<String, (String, Instant)>,
    logins: VecDeque<time::Instant>,
    pub(super) products: BTreeMap<i64, Product>,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) pages: HashMap<String, Page>,
}

impl World {
    pub(super) fn new(options: Options, journal: Journal, lines: &[Value]) -> Self {
        let mut products = BTreeMap::new();
        let mut orders = BTreeMap::new();
        for line in lines {
            if let Some(product) = line.get("product").and_then(|line| Product::deserialize(line).ok()) {
                products.insert(product.id, product);
            } else if let Some(order) = line.get("order").and_then(|line| Order::deserialize(line).ok()) {
                orders.insert(order.order_number.clone(), order);
            }
        }
        let pages = HashMap::new();
        Self { options, journal, tokens: HashMap::new(), logins: VecDeque::new(), products, orders, pages }
    }

    pub(super) fn now(&self) -> Instant {
        self.options.clock.now()
    }

    /// A change is on disk before it is answered.
    pub(super) fn keep(&mut self, kind: &str, record: &impl Serialize) {
        if let Err(error) = self.journal.write(&json!({ kind: record })) {
            tracing::error!(%error, "the simulator cannot write its journal");
        }
    }

    /// `None` when there were too many logins within the last second.
    pub(super) fn login(&mut self, body: &Value) -> Option<Result<Value, Refusal>> {
        let at = time::Instant::now();
        while self.logins.front().is_some_and(|first| at.duration_since(*first) >= Duration::from_secs(1)) {
            self.logins.pop_front();
        }
        if self.logins.len() >= self.options.logins_per_second {
            return None;
        }
        self.logins.push_back(at);
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        let known = self
            .options
            .shops
            .iter()
            .find(|shop| shop.shop_key == text("shop_key") && shop.secret_key == text("secret_key"));
        let Some(shop) = known else {
            return Some(Err(Refusal::new(400, "shop_key hoặc secret_key không đúng")));
        };
        let token = format!("sim-{:032x}", rand::random::<u128>());
        let expires = self.now().plus(TimeDelta::seconds(i64::from(self.options.token_seconds)));
        self.tokens.insert(token.clone(), (shop.shop_key.clone(), expires));
        Some(Ok(json!({ "token": token, "expires": expires })))
    }

    /// The shop of a token; `Err(true)` when it expired, `Err(false)` when there never was one.
    pub(super) fn shop_of(&self, token: &str) -> Result<String, bool> {
        match self.tokens.get(token) {
            Some((shop, expires)) if *expires > self.now() => Ok(shop.clone()),
            Some(_) => Err(true),
            None => Err(false),
        }
    }

    pub(super) fn expire_tokens(&mut self) {
        let end = self.now();
        self.tokens.values_mut().for_each(|(_, expires)| *expires = end);
    }
}
