//! What the simulated carriers have in common: parcels that move by their carrier's codes, tokens that end, and the
//! controls that move them.
//!
//! Controls, the same everywhere:
//! - `GET /__sim/parcels`: all there is;
//! - `POST /__sim/parcels` `{"reference", "code"}` moves a parcel; answers the webhook that the carrier would send, and
//!   sends it where an address is known;
//! - `POST /__sim/webhook` `{"url"}`: where webhooks go;
//! - `POST /__sim/tokens/expire`: ends every token.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::instant::Instant;

/// A parcel. The receiver is here because a carrier has it; nobody else may.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Parcel {
    /// The carrier's number.
    pub number: String,
    /// What the carrier calls it beside its number.
    pub handle: String,
    /// The sender's order number.
    pub reference: String,
    /// The carrier's code of its state.
    pub code: i64,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Grams.
    pub weight_g: i64,
    /// Cash to be collected, VND.
    pub cod_vnd: i64,
    /// Price of the carriage, VND.
    pub fee_vnd: i64,
    /// Who receives it: name, phone, address.
    pub receiver: [String; 3],
    /// When it changed last.
    pub changed_at: Instant,
}

/// A simulated carrier.
pub(super) struct Depot {
    clock: Clock,
    next: u64,
    tokens: Vec<(String, Instant)>,
    webhook: Option<String>,
    /// Its parcels.
    pub parcels: Vec<Parcel>,
}

pub(super) type Shared = Data<Mutex<Depot>>;

pub(super) fn lock(depot: &Shared) -> MutexGuard<'_, Depot> {
    depot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Depot {
    pub(super) fn new(clock: Clock, first: u64) -> Shared {
        let (tokens, parcels) = (Vec::new(), Vec::new());
        Data::new(Mutex::new(Self { clock, next: first, tokens, webhook: None, parcels }))
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn token(&mut self, prefix: &str, seconds: i64) -> String {
        let token = format!("{prefix}-{}", uuid::Uuid::new_v4().simple());
        self.tokens.push((token.clone(), self.clock.now().plus(TimeDelta::seconds(seconds))));
        token
    }

    pub(super) fn knows(&self, token: &str) -> bool {
        let now = self.clock.now();
        self.tokens.iter().any(|(known, until)| known == token && *until > now)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    reference: String,
    code: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    url: String,
}

/// Mounts the controls. `webhook` writes what the carrier would send about a parcel; `None` where it sends nothing.
pub(super) fn controls(config: &mut ServiceConfig, depot: &Shared, webhook: fn(&Parcel) -> Option<Value>) {
    let move_on = move |depot: Shared, Json(Move { reference, code }): Json<Move>| async move {
        let (body, target) = {
            let mut depot = lock(&depot);
            let now = depot.now();
            let target = depot.webhook.clone();
            let Some(parcel) = depot.parcels.iter_mut().find(|parcel| parcel.reference == reference) else {
                return HttpResponse::NotFound().finish();
            };
            (parcel.code, parcel.changed_at) = (code, now);
            (webhook(parcel), target)
        };
        let sent = match (&body, target) {
            (Some(body), Some(url)) => Some(send(&url, body).await),
            _ => None,
        };
        HttpResponse::Ok().json(json!({ "webhook": body, "answered": sent.flatten() }))
    };
    config
        .app_data(depot.clone())
        .service(
            web::resource("/__sim/parcels")
                .route(web::get().to(|depot: Shared| async move { Json(lock(&depot).parcels.clone()) }))
                .route(web::post().to(move_on)),
        )
        .route(
            "/__sim/webhook",
            web::post().to(|depot: Shared, Json(Target { url }): Json<Target>| async move {
                lock(&depot).webhook = Some(url);
                HttpResponse::NoContent().finish()
            }),
        )
        .route(
            "/__sim/tokens/expire",
            web::post().to(|depot: Shared| async move {
                lock(&depot).tokens.clear();
                HttpResponse::NoContent().finish()
            }),
        );
}

/// Sends a webhook; the status it was answered with.
async fn send(url: &str, body: &Value) -> Option<u16> {
    let http = reqwest::Client::builder().no_proxy().build().ok()?;
    Some(http.post(url).json(body).send().await.ok()?.status().as_u16())
}
