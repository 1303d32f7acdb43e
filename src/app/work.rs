//! What the workers do: one arm for each kind of job, and the housekeeping of every process.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::error::Result;
use crate::ids::{ProducerId, ProductId};
use crate::jobs::{self, Ended, Handler, Job, Outcome, Stop};
use crate::{certificate, dossier, listing, sales, shipment};

use super::App;

/// How long a platform's delivery is known again.
const HOOKS_KEPT: chrono::Duration = chrono::Duration::days(7);
/// How long calls to platforms, and jobs after their end, are kept.
const ATTEMPTS_KEPT: chrono::Duration = chrono::Duration::days(30);
/// How often listings look for changes that another process made.
const LOOK: Duration = Duration::from_secs(5);

/// Turns of [`follow_others`] between two readings of the signing keys: two seconds.
const KEYS_EVERY: u32 = 4;

/// Does jobs by their kind.
impl Handler for App {
    fn run<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = Result<Ended>> + Send + 'a>> {
        Box::pin(async move {
            if job.kind == listing::PUSH {
                return listing::push::push(self, job).await;
            }
            let outcome = match job.kind.as_str() {
                listing::mapping::REMAP => listing::mapping::remap(self, job).await,
                listing::mapping::CATEGORIES => listing::mapping::read_categories(self, job).await,
                listing::mapping::ATTRIBUTES => listing::mapping::read_attributes(self, job).await,
                listing::shop::CHECK => listing::shop::check(self, job).await,
                listing::consent::EXCHANGE => listing::consent::exchange(self, job).await,
                listing::shop::PRODUCTS => listing::shop::walk(self, job).await,
                listing::shop::ORDERS => sales::orders::pull(self, job).await,
                listing::shop::PARCEL => shipment::told(self, job).await,
                shipment::CARRY => shipment::carry(self, job).await,
                other => Ok(Outcome::Dead(format!("no work is known by the name {other:?}"))),
            };
            outcome.map(Ended::from)
        })
    }
}

impl App {
    /// One round of housekeeping: records what time has ended and forgets what is kept no longer. Each part is tried,
    /// whatever becomes of the others.
    ///
    /// # Errors
    /// The first fault of the database.
    pub async fn tidy(&self) -> Result<()> {
        self.limits.forget();
        let ended = self.end_certificates().await;
        let reminded = self.remind_of_certificates().await.and(self.remind_of_dossiers().await);
        let now = self.clock.now();
        let forgotten = self.db.write("app.forget_old", move |tx| {
            crate::http::forget_old(tx, now)?;
            crate::account::forget_old(tx, now)?;
            listing::hook::forget(tx, now.plus(-HOOKS_KEPT))?;
            listing::consent::forget(tx, now)?;
            listing::forget_attempts(tx, now.plus(-ATTEMPTS_KEPT)).map(|_| ())
        });
        let forgotten = forgotten.await;
        let jobs = self.forget_jobs().await;
        let pulls = self.db.write("shop.keep_pulling", move |tx| listing::shop::keep_pulling(tx, now)).await;
        if pulls.as_ref().is_ok_and(|begun| *begun > 0) {
            self.wake.notify_one();
        }
        let walks = self.db.write("shop.keep_walking", move |tx| listing::shop::keep_walking(tx, now)).await;
        if walks.as_ref().is_ok_and(|begun| *begun > 0) {
            self.wake.notify_one();
        }
        let trees =
            self.db.write("category.keep_trees", move |tx| listing::mapping::keep_trees(tx, now)).await;
        if trees.as_ref().is_ok_and(|begun| *begun > 0) {
            self.wake.notify_one();
        }
        let parcels = self.db.write("shipment.keep", move |tx| shipment::keep_carrying(tx, now)).await;
        if parcels.as_ref().is_ok_and(|begun| *begun > 0) {
            self.wake.notify_one();
        }
        let compared = self.compare_listings().await;
        ended
            .and(reminded)
            .and(forgotten)
            .and(jobs)
            .and(pulls.map(|_| ()))
            .and(walks.map(|_| ()))
            .and(trees.map(|_| ()))
            .and(parcels.map(|_| ()))
            .and(compared)
    }

    async fn compare_listings(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            if self.db.write("listing.compare", move |tx| listing::follow::compare(tx, now)).await? == 0 {
                return Ok(());
            }
            self.wake.notify_one();
        }
    }

    async fn forget_jobs(&self) -> Result<()> {
        loop {
            let before = self.clock.now().plus(-ATTEMPTS_KEPT);
            if self.db.write("jobs.forget", move |tx| jobs::forget(tx, before)).await? == 0 {
                return Ok(());
            }
        }
    }

    async fn remind_of_certificates(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            if self.db.write("certificate.remind", move |tx| certificate::remind(tx, now)).await? == 0 {
                return Ok(());
            }
        }
    }

    async fn remind_of_dossiers(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            if self.db.write("dossier.sweep", move |tx| dossier::sweep(tx, now)).await? == 0 {
                return Ok(());
            }
        }
    }

    async fn end_certificates(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            if self.db.write("certificate.sweep", move |tx| certificate::sweep(tx, now)).await? == 0 {
                return Ok(());
            }
        }
    }
}

/// Housekeeping at the start and every ten minutes.
pub(super) async fn housekeeping(app: App, mut stop: Stop) {
    while !*stop.borrow() {
        if let Err(error) = app.tidy().await {
            tracing::warn!(%error, cause = ?error.cause(), "housekeeping is not done");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Twice a second hears of what other processes have committed, so that caches forget it, and folds measurements;
/// now and then reads the signing keys, which another process may have rotated.
pub(super) async fn follow_others(app: App, mut stop: Stop) {
    for turn in 0_u32.. {
        if *stop.borrow() {
            break;
        }
        if turn % KEYS_EVERY == 0 {
            for read in [app.keys.follow(&app).await, app.star_keys.follow(&app).await] {
                if let Err(error) = read {
                    tracing::warn!(%error, cause = ?error.cause(), "the signing keys could not be read");
                }
            }
        }
        if let Err(error) = app.catalogue.changes.follow(&app.db).await {
            tracing::warn!(%error, cause = ?error.cause(), "the event log could not be read");
        }
        crate::telemetry::upkeep();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Lets listings follow their products: at once after a change in this process, otherwise within seconds.
pub(super) async fn follow_products(app: App, mut stop: Stop) {
    let changed = Arc::new(Notify::new());
    let bell = changed.clone();
    app.db.after_commit(Box::new(move |subjects| {
        if subjects
            .iter()
            .any(|subject| subject.starts_with(ProductId::PREFIX) || subject.starts_with(ProducerId::PREFIX))
        {
            bell.notify_one();
        }
    }));
    while !*stop.borrow() {
        match listing::follow::follow(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, cause = ?error.cause(), "listings cannot follow their products")
            }
        }
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}
