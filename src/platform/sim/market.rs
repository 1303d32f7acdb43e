//! What the simulated marketplaces have in common: goods with a review, orders, tokens that end, and the controls that
//! move them. A simulator brings its own paths, words, checks and signatures; what it takes it puts in here.
//!
//! Controls, the same everywhere:
//! - `GET /__sim/products`, `GET /__sim/orders`: all there is;
//! - `POST /__sim/review` `{"sku"?, "decision": "approve"|"reject", "reason"?}`: ends reviews (all without a SKU);
//! - `POST /__sim/orders` `{"sku", "quantity"}` places an order and answers its `id`; `{"id", "status"}` moves one on, by
//!   the words of [`OrderState`];
//! - `POST /__sim/products` `{"sku", "price_vnd"?, "stock"?, "name"?, "state"?, "gone"?}`: the seller changes a product by hand, or
//!   deletes it;
//! - `POST /__sim/tokens/expire`: ends every access token.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::instant::Instant;

/// When a review ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    /// There is none.
    None,
    /// After the product was read so often while pending.
    AfterReads(u32),
    /// By `POST /__sim/review` alone.
    ByHand,
}

/// How things stand with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept, not handed in.
    Draft,
    /// Under review.
    Pending,
    /// On sale.
    Live,
    /// Refused by the review.
    Rejected,
    /// Not on sale.
    Off,
}

/// A product. `more` holds what only one platform knows.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// The platform's id.
    pub id: u64,
    /// The seller's SKU.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Price, VND.
    pub price_vnd: i64,
    /// Pieces.
    pub stock: i64,
    /// Grams.
    pub weight_g: u32,
    /// Images, as the platform names them.
    pub images: Vec<String>,
    /// Its category.
    pub category: Option<String>,
    /// How it stands.
    pub state: State,
    /// Why it was refused.
    pub reason: Option<String>,
    /// How often its contents were written.
    pub writes: u32,
    /// How often it was read while pending.
    pub reads: u32,
    /// What only one platform knows.
    pub more: Value,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Placed.
    Placed,
    /// On its way.
    Shipping,
    /// Delivered for good.
    Completed,
    /// Called off.
    Cancelled,
    /// Came back.
    Returned,
}

/// An order of one line. Its buyer exists only so that tests see that nothing of it is kept.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// The platform's number.
    pub id: u64,
    /// When it was placed.
    pub placed_at: Instant,
    /// When it changed last.
    pub updated_at: Instant,
    /// How far it is.
    pub state: OrderState,
    /// The seller's SKU.
    pub sku: String,
    /// The product's id.
    pub item: u64,
    /// Pieces.
    pub quantity: i64,
    /// Price of a piece, VND.
    pub unit_price_vnd: i64,
}

/// The buyer of every order.
pub const BUYER: &str = "Nguyễn Thị Người Mua 0912345678";

/// A simulated marketplace of one shop.
#[derive(Debug)]
pub struct Market {
    clock: Clock,
    review: Review,
    next: u64,
    tokens: Vec<(String, Instant)>,
    /// Its products.
    pub items: Vec<Item>,
    /// Its orders, in the order in which they were placed.
    pub orders: Vec<Order>,
}

/// A market that the routes of its simulator share.
pub type Shared = Data<Mutex<Market>>;

/// The market behind its lock.
pub fn lock(market: &Shared) -> MutexGuard<'_, Market> {
    market.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Market {
    /// An empty market whose ids begin behind `first`.
    pub fn new(clock: Clock, review: Review, first: u64) -> Self {
        Self { clock, review, next: first, tokens: Vec::new(), items: Vec::new(), orders: Vec::new() }
    }

    /// The time.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The next id.
    pub fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A new access token of this life.
    pub fn token(&mut self, prefix: &str, seconds: i64) -> String {
        let token = format!("{prefix}-{}", uuid::Uuid::new_v4().simple());
        self.tokens.push((token.clone(), self.clock.now().plus(TimeDelta::seconds(seconds))));
        token
    }

    /// Whether an access token is one of ours and has not ended.
    pub fn knows(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.tokens.iter().any(|(known, until)| known == token && *until > now)
    }

    /// Ends a token, for those that are good once. Whether it was good.
    pub fn spend(&mut self, token: &str) -> bool {
        let good = self.knows(token);
        self.tokens.retain(|(known, _)| known != token);
        good
    }

    /// The product of a SKU.
    pub fn by_sku(&mut self, sku: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.sku == sku)
    }

    /// The product of an id.
    pub fn item(&mut self, id: u64) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// Puts a product in; it is under review, or live where there is none. `None` where the SKU is taken.
    pub fn create(&mut self, sku: &str) -> Option<&mut Item> {
        if self.by_sku(sku).is_some() {
            return None;
        }
        self.add(sku)
    }

    /// Puts a product in whatever the SKU: for platforms to which it is no key.
    pub fn add(&mut self, sku: &str) -> Option<&mut Item> {
        let id = self.id();
        self.items.push(Item {
            id,
            sku: sku.to_owned(),
            name: String::new(),
            description: String::new(),
            price_vnd: 0,
            stock: 0,
            weight_g: 0,
            images: Vec::new(),
            category: None,
            state: State::Draft,
            reason: None,
            writes: 0,
            reads: 0,
            more: Value::Null,
        });
        self.hand_in(id);
        self.items.last_mut()
    }

    /// Hands a product's new contents in for review.
    pub fn hand_in(&mut self, id: u64) {
        let state = if self.review == Review::None { State::Live } else { State::Pending };
        if let Some(item) = self.item(id) {
            (item.state, item.reason, item.reads) = (state, None, 0);
            item.writes += 1;
        }
    }

    /// A look at a product from outside; enough of them end its review.
    pub fn look(&mut self, id: u64) -> Option<&Item> {
        let review = self.review;
        let item = self.item(id)?;
        if item.state == State::Pending {
            item.reads += 1;
            if matches!(review, Review::AfterReads(reads) if item.reads >= reads) {
                item.state = State::Live;
            }
        }
        Some(item)
    }

    /// Orders that changed from `since` to `until`, the earliest change first.
    pub fn changed(&self, since: Instant, until: Instant) -> Vec<Order> {
        let mut orders: Vec<Order> =
            self.orders.iter().filter(|o| since <= o.updated_at && o.updated_at <= until).cloned().collect();
        orders.sort_by_key(|order| (order.updated_at, order.id));
        orders
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    sku: Option<String>,
    decision: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Trade {
    Place { sku: String, quantity: i64 },
    Move { id: u64, status: OrderState },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHand {
    sku: String,
    price_vnd: Option<i64>,
    stock: Option<i64>,
    name: Option<String>,
    state: Option<State>,
    #[serde(default)]
    gone: bool,
}

fn missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

async fn review(market: Shared, Json(decision): Json<Decision>) -> HttpResponse {
    let Decision { sku, decision, reason } = decision;
    let state = if decision == "approve" { State::Live } else { State::Rejected };
    let mut market = lock(&market);
    let chosen =
        |item: &&mut Item| item.state == State::Pending && sku.as_ref().is_none_or(|sku| *sku == item.sku);
    for item in market.items.iter_mut().filter(chosen) {
        (item.state, item.reason) = (state, reason.clone());
    }
    HttpResponse::NoContent().finish()
}

async fn trade(market: Shared, Json(trade): Json<Trade>) -> HttpResponse {
    let mut market = lock(&market);
    let now = market.now();
    match trade {
        Trade::Place { sku, quantity } => {
            let Some(item) = market.by_sku(&sku) else { return missing() };
            item.stock -= quantity;
            let (item, unit_price_vnd) = (item.id, item.price_vnd);
            let id = market.id();
            let state = OrderState::Placed;
            market.orders.push(Order {
                id,
                placed_at: now,
                updated_at: now,
                state,
                sku,
                item,
                quantity,
                unit_price_vnd,
            });
            HttpResponse::Ok().json(json!({ "id": id }))
        }
        Trade::Move { id, status } => {
            let Some(order) = market.orders.iter_mut().find(|order| order.id == id) else { return missing() };
            (order.state, order.updated_at) = (status, now);
            HttpResponse::Ok().json(json!({ "id": id }))
        }
    }
}

async fn by_hand(market: Shared, Json(change): Json<ByHand>) -> HttpResponse {
    let ByHand { sku, price_vnd, stock, name, state, gone } = change;
    let mut market = lock(&market);
    if gone {
        market.items.retain(|item| item.sku != sku);
        return HttpResponse::NoContent().finish();
    }
    let Some(item) = market.by_sku(&sku) else { return missing() };
    item.price_vnd = price_vnd.unwrap_or(item.price_vnd);
    item.stock = stock.unwrap_or(item.stock);
    item.state = state.unwrap_or(item.state);
    item.name = name.unwrap_or_else(|| item.name.clone());
    HttpResponse::NoContent().finish()
}

/// Mounts the controls.
pub(super) fn controls(config: &mut ServiceConfig, market: &Shared) {
    config
        .app_data(market.clone())
        .service(
            web::resource("/__sim/products")
                .route(web::get().to(|market: Shared| async move { Json(lock(&market).items.clone()) }))
                .route(web::post().to(by_hand)),
        )
        .service(
            web::resource("/__sim/orders")
                .route(web::get().to(|market: Shared| async move { Json(lock(&market).orders.clone()) }))
                .route(web::post().to(trade)),
        )
        .route("/__sim/review", web::post().to(review))
        .route(
            "/__sim/tokens/expire",
            web::post().to(|market: Shared| async move {
                lock(&market).tokens.clear();
                HttpResponse::NoContent().finish()
            }),
        );
}
