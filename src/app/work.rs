//! What the workers do: one arm for each kind of job, and the housekeeping of every process.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::error::Result;
use crate::jobs::{Handler, Job, Outcome, Stop};

use super::App;

/// Does jobs by their kind.
impl Handler for App {
    fn run<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 'a>> {
        Box::pin(async move { Ok(Outcome::Dead(format!("no work is known by the name {:?}", job.kind))) })
    }
}

/// Forgets what is kept no longer, every ten minutes.
pub(super) async fn housekeeping(app: App, mut stop: Stop) {
    while !*stop.borrow() {
        app.limits.forget();
        let now = app.clock.now();
        let swept = app.db.write("http.forget_old", move |tx| crate::http::forget_old(tx, now)).await;
        if let Err(error) = swept {
            tracing::warn!(%error, cause = ?error.cause(), "old answers could not be forgotten");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Hears of what other processes have committed, twice a second: caches forget it.
pub(super) async fn follow_others(app: App, mut stop: Stop) {
    while !*stop.borrow() {
        if let Err(error) = app.catalogue.changes.follow(&app.db).await {
            tracing::warn!(%error, cause = ?error.cause(), "the event log could not be read");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            _ = stop.changed() => {}
        }
    }
}
