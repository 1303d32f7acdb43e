//! A shop's line to its platform: keys unsealed for as long as a job needs them, a token that is refreshed once, and
//! a record of every call without secrets.
//!
//! Jobs of one shop run one at a time (their lane), so one token serves them all and is refreshed by one alone.

mod consent;
mod images;
mod keys;

use chrono::Duration;

use crate::app::App;
use crate::db::{Json, Tx};
use crate::error::{Error, Result};
use crate::ids::{AttemptId, ListingId, ShopId};
use crate::instant::Instant;
use crate::jobs::Outcome;
use crate::platform::adapter::Adapter;
use crate::platform::call::call;
use crate::platform::redact::ShownRequest;
use crate::platform::state::{Answer, Class, Credentials, Failure, Issue, Op, Token, TokenGrant};

use super::state::{self, ShopStatus};
use super::store;
use super::trouble::{ORDERS_UNREAD, orders_unread, refused_keys, unreachable};

use images::StoredImages;
use keys::REFRESH;

pub(super) use keys::{by_hand, opened_keys, seal, unseal};

/// A shop's line, open for one job.
pub struct Line {
    app: App,
    pub(super) shop: store::Shop,
    adapter: &'static dyn Adapter,
    credentials: Credentials,
    attempts: Vec<store::Attempt>,
    logged_in: bool,
}

/// Why a shop is not called now.
pub enum Shut {
    /// Not while it is as it is: there is nothing to do.
    Stays(&'static str),
    /// The platform refused its keys.
    Broken(Box<Issue>),
    /// Not before it has rested.
    Rests(Duration),
}

impl Shut {
    /// How a job ends before a shut door.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Stays(why) => Outcome::Done(why.to_owned()),
            Self::Broken(_) => Outcome::Done("the shop's keys are refused".to_owned()),
            Self::Rests(after) => Outcome::Wait { detail: "the shop rests".to_owned(), after },
        }
    }
}

impl Line {
    /// Opens a shop's line.
    ///
    /// # Errors
    /// Faults of the database or the vault. Whether the shop may be called now is the inner result.
    pub async fn open(app: &App, id: ShopId) -> Result<std::result::Result<Self, Shut>> {
        let shop = app.db.read("shop.open", move |conn| store::any_shop(conn, id)).await?;
        let Some(shop) = shop else { return Ok(Err(Shut::Stays("there is no such shop"))) };
        Self::open_for(app, shop, false)
    }

    /// Opens the line of a shop that was read; a paused shop's, too, where something is to be taken down: pausing must
    /// not keep a star up that has ended.
    pub(super) fn open_for(
        app: &App,
        shop: store::Shop,
        take_down: bool,
    ) -> Result<std::result::Result<Self, Shut>> {
        if shop.assisted {
            return Ok(Err(Shut::Stays("the shop is served by hand")));
        }
        match shop.status {
            ShopStatus::Connected | ShopStatus::Connecting if shop.waits() => {
                return Ok(Err(Shut::Stays("the shop waits for its owner's consent")));
            }
            ShopStatus::Connected | ShopStatus::Connecting => {}
            ShopStatus::Paused if take_down => {}
            ShopStatus::Paused => return Ok(Err(Shut::Stays("the shop is paused"))),
            ShopStatus::Broken => {
                let issue = shop.last_error.map(|e| e.get::<Issue>()).transpose()?;
                return Ok(Err(issue.map_or(Shut::Stays("broken"), |issue| Shut::Broken(Box::new(issue)))));
            }
            ShopStatus::Closed => return Ok(Err(Shut::Stays("the shop is closed"))),
        }
        Self::opened(app, shop)
    }

    fn opened(app: &App, shop: store::Shop) -> Result<std::result::Result<Self, Shut>> {
        let now = app.clock.now();
        if let Some(until) = shop.rest_until.filter(|until| *until > now) {
            return Ok(Err(Shut::Rests(until.since(now))));
        }
        let Some(adapter) = crate::platform::adapter(&shop.platform) else {
            return Ok(Err(Shut::Stays("there is no adapter for this platform")));
        };
        let credentials = unseal(app, &shop, adapter.descriptor())?;
        Ok(Ok(Self { app: app.clone(), shop, adapter, credentials, attempts: Vec::new(), logged_in: false }))
    }

    /// The platform's adapter.
    pub fn adapter(&self) -> &'static dyn Adapter {
        self.adapter
    }

    /// The shop.
    pub fn shop_id(&self) -> ShopId {
        self.shop.id
    }

    /// When the shop was connected, and up to when its orders are known.
    pub fn orders_known(&self) -> (Instant, Option<Instant>) {
        (self.shop.created_at, self.shop.orders_cursor)
    }

    /// Runs one operation. Without a good token it logs in first; when the platform refuses the token, it logs in
    /// once more and tries again.
    pub async fn call(
        &mut self,
        listing: Option<ListingId>,
        op: &Op,
    ) -> Result<std::result::Result<Answer, Failure>> {
        let first = self.once(listing, op).await;
        let Err(Failure { class: Class::Auth { refreshable: true }, .. }) = &first else { return Ok(first) };
        if self.logged_in {
            // The token is fresh and refused all the same: logging in again would not help.
            return Ok(
                first.map_err(|failure| Failure { class: Class::Auth { refreshable: false }, ..failure })
            );
        }
        if let Err(failure) = self.log_in().await? {
            return Ok(Err(failure));
        }
        Ok(self.once(listing, op).await)
    }

    /// Logs in and keeps the token.
    pub async fn log_in(&mut self) -> Result<std::result::Result<(), Failure>> {
        let now = self.app.clock.now();
        let grant: TokenGrant = match self.once(None, &Op::Login).await {
            Ok(Answer::Token(grant)) => grant,
            Ok(Answer::KeysGood) => {
                self.logged_in = true;
                return Ok(Ok(()));
            }
            Ok(_) => return Err(Error::internal("a login that brought no token")),
            Err(failure) => return Ok(Err(failure)),
        };
        self.logged_in = true;
        let until = grant.expires_at(now);
        // A platform that gives no new refresh token goes on taking the old one.
        if let Some(refresh) = grant.refresh {
            self.credentials.secrets.insert(REFRESH.to_owned(), refresh);
        }
        let refresh = self.credentials.secrets.get(REFRESH).map(|secret| secret.expose().to_owned());
        let sealed = keys::sealed_token(&self.app, self.shop.id, &grant.value, until, refresh)?;
        self.credentials.token = Some(Token { value: grant.value, expires_at: until });
        let (id, keys) = (self.shop.id, self.shop.credentials.clone());
        (self.shop.token, self.shop.token_expires_at) = (Some(sealed.clone()), Some(until));
        self.app.db.write("shop.token", move |tx| store::keep_token(tx, id, &keys, &sealed, until)).await?;
        Ok(Ok(()))
    }

    async fn once(&mut self, listing: Option<ListingId>, op: &Op) -> std::result::Result<Answer, Failure> {
        let now = self.app.clock.now();
        let key = self.shop.id.to_string();
        let images = StoredImages(&self.app);
        let (attempts, result) =
            call(&self.app.transport, &images, self.adapter, &key, op, &self.credentials, now).await;
        for attempt in attempts {
            let failure = attempt.failure.as_ref();
            if attempt.request.is_none() && failure.is_some_and(|f| matches!(f.class, Class::Auth { .. })) {
                // Nothing was sent: the token had ended before.
                continue;
            }
            // Orders and parcels carry buyers: nothing of them is kept, not even masked.
            let parcel = matches!(op, Op::Parcel(_));
            // Pages of products are long and are read again the next night.
            let pages = matches!(op, Op::PullOrders { .. } | Op::Products { .. });
            let reply = attempt.reply.filter(|_| !parcel && !pages);
            let request = attempt
                .request
                .map(|shown| ShownRequest { body: if parcel { String::new() } else { shown.body }, ..shown });
            self.attempts.push(store::Attempt {
                id: AttemptId::new(),
                shop_id: self.shop.id,
                listing_id: listing,
                at: now,
                took_ms: i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX),
                op: attempt.op.to_owned(),
                outcome: failure.map_or("done", |f| class_word(f.class)).to_owned(),
                code: failure.map(|f| f.code.clone()),
                detail: Json::of(&serde_json::json!({
                    "request": request, "reply": reply, "message": failure.map(|f| f.message.clone()),
                })),
            });
        }
        result
    }

    /// The calls since the last time, to be stored with what they brought.
    pub(super) fn take_attempts(&mut self) -> Vec<store::Attempt> {
        std::mem::take(&mut self.attempts)
    }

    /// Records that the last call was about these listings, too.
    pub(super) fn shared_by(&mut self, listings: &[ListingId]) {
        let Some(last) = self.attempts.last().cloned() else { return };
        let with = last.listing_id.map(|id| format!("sent in one call with {id}"));
        let detail = Json::of(&serde_json::json!({"request": null, "reply": null, "message": with}));
        self.attempts.extend(listings.iter().map(|id| store::Attempt {
            id: AttemptId::new(),
            listing_id: Some(*id),
            detail: detail.clone(),
            ..last.clone()
        }));
    }

    /// Stores the calls and that the platform answers. The inner part of a job's own write.
    pub fn note_success(&mut self) -> Note {
        let failures = std::mem::take(&mut self.shop.failures);
        Note { shop: self.shop.id, attempts: self.take_attempts(), answered: failures > 0 }
    }

    /// Notes on the shop which orders of a pull could not be read, or that there are none any more.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn note_orders(&mut self, unread: &[String]) -> Result<()> {
        let told = self.shop.last_error.as_ref().map(Json::get::<Issue>).transpose()?;
        let told = told.filter(|issue| issue.code == ORDERS_UNREAD);
        let now = (!unread.is_empty()).then(|| orders_unread(unread));
        if now == told {
            return Ok(());
        }
        if !unread.is_empty() {
            tracing::warn!(shop = %self.shop.id, orders = unread.join("; "), "orders could not be read");
        }
        let (id, issue) = (self.shop.id, now.as_ref().map(Json::of));
        self.shop.last_error.clone_from(&issue);
        let write = move |tx: &mut Tx<'_>| store::note_failures(tx, id, 0, None, issue.as_ref());
        self.app.db.write("shop.orders_unread", write).await
    }

    /// Stores a failure and tells how the job ends: by its class the shop rests, breaks, or goes on.
    pub async fn fail(&mut self, failure: &Failure) -> Result<Outcome> {
        let now = self.app.clock.now();
        let attempts = self.take_attempts();
        let mut shop = self.shop.clone();
        let detail = failure.to_string();
        let outcome = match failure.class {
            Class::RateLimited { after } => {
                let asked = after.and_then(|d| Duration::from_std(d).ok()).unwrap_or(Duration::seconds(30));
                shop.rest_until = Some(now.plus(asked));
                Outcome::Wait { detail, after: asked }
            }
            Class::Retryable | Class::Ambiguous | Class::Auth { refreshable: true } => {
                shop.failures += 1;
                shop.last_error = Some(Json::of(&unreachable(failure)));
                // After a write with an unknown end the platform gets time to finish it before we look.
                let quiet = matches!(failure.class, Class::Ambiguous).then(|| Duration::seconds(15));
                match state::rest_after(shop.failures) {
                    Some(rest) => {
                        shop.rest_until = Some(now.plus(rest));
                        Outcome::Wait { detail, after: rest.max(quiet.unwrap_or(rest)) }
                    }
                    None => Outcome::Again { detail, after: quiet },
                }
            }
            Class::Auth { refreshable: false } => {
                self.attempts = attempts;
                self.break_off(&refused_keys(failure, self.adapter.descriptor()), false).await?;
                return Ok(Outcome::Dead(detail));
            }
            Class::Permanent | Class::NeedsAction => {
                // No matter of one product or one pull: the shop says it until a call succeeds.
                if let Some(issue) = failure.address_issue() {
                    shop.failures += 1;
                    shop.last_error = Some(Json::of(&issue));
                }
                Outcome::Dead(detail)
            }
        };
        let id = shop.id;
        let changed = (shop.failures, shop.rest_until) != (self.shop.failures, self.shop.rest_until);
        (self.shop.failures, self.shop.rest_until) = (shop.failures, shop.rest_until);
        self.app
            .db
            .write("shop.failed", move |tx| {
                store::insert_attempts(tx, &attempts)?;
                if changed {
                    store::note_failures(tx, id, shop.failures, shop.rest_until, shop.last_error.as_ref())?;
                }
                Ok(())
            })
            .await?;
        Ok(outcome)
    }

    /// The platform refuses the keys: nothing is sent until a person gives others. A token that is not to blame may be
    /// `kept`: a consent is not asked for again because a setting is missing.
    pub(super) async fn break_off(&mut self, issue: &Issue, kept: bool) -> Result<()> {
        let (attempts, now) = (self.take_attempts(), self.app.clock.now());
        let (id, keys, seen) = (self.shop.id, self.shop.credentials.clone(), self.shop.status);
        let broken = store::Connection {
            status: ShopStatus::Broken,
            token: kept.then(|| self.shop.token.clone()).flatten(),
            token_expires_at: kept.then_some(self.shop.token_expires_at).flatten(),
            last_error: Some(Json::of(issue)),
            failures: 0,
            rest_until: None,
            checked_at: Some(now),
        };
        self.app
            .db
            .write("shop.broken", move |tx| {
                store::insert_attempts(tx, &attempts)?;
                store::note_connection(tx, id, &keys, seen, &broken)?;
                Ok(())
            })
            .await
    }
}

/// What a job's own write stores of its calls.
#[derive(Clone)]
pub struct Note {
    shop: ShopId,
    attempts: Vec<store::Attempt>,
    answered: bool,
}

impl Note {
    /// Whether there is nothing to store.
    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty() && !self.answered
    }

    /// Stores them.
    ///
    /// # Errors
    /// Faults of the database.
    pub fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        store::insert_attempts(tx, &self.attempts)?;
        if self.answered {
            store::note_failures(tx, self.shop, 0, None, None)?;
        }
        Ok(())
    }
}

fn class_word(class: Class) -> &'static str {
    match class {
        Class::Retryable => "retryable",
        Class::RateLimited { .. } => "rate_limited",
        Class::Auth { .. } => "auth",
        Class::Permanent => "permanent",
        Class::NeedsAction => "needs_action",
        Class::Ambiguous => "ambiguous",
    }
}
