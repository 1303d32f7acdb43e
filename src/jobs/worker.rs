//! The worker: a loop around one [`Worker::step`].

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Duration;
use futures_util::FutureExt as _;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;

use super::{Job, Retry, finish, lease, next_due, renew};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Finished; the text says what was done, without secrets.
    Done(String),
    /// Failed in a way that may pass.
    Again {
        /// Why.
        detail: String,
        /// What the other side asked for.
        after: Option<Duration>,
    },
    /// Not a failure: something outside has to happen first (a review).
    Wait {
        /// For what.
        detail: String,
        /// Look again after.
        after: Duration,
    },
    /// Failed for good: a person decides.
    Dead(String),
}

/// Does the jobs of a queue. It must bear being run twice for the same job.
pub trait Handler: Send + Sync + 'static {
    /// Runs one job.
    fn run<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 'a>>;
}

/// Tells workers to end after their current job.
pub type Stop = watch::Receiver<bool>;

/// Takes jobs from the queue and runs them.
pub struct Worker {
    db: Db,
    clock: Clock,
    name: String,
    handler: Arc<dyn Handler>,
    retry: Retry,
    wake: Arc<Notify>,
}

/// How long a job is kept without a sign of life: what a dead worker held is free again after it.
const LEASE: Duration = Duration::seconds(15);
/// How often a running job gives its sign of life.
const PULSE: std::time::Duration = std::time::Duration::from_secs(4);
/// The longest a worker sleeps without looking, for jobs queued by other processes.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

impl Worker {
    /// A worker; `wake` is notified when a job is queued in this process.
    pub fn new(db: Db, clock: Clock, handler: Arc<dyn Handler>, retry: Retry, wake: Arc<Notify>) -> Self {
        let name = crate::ids::RequestId::new().to_string();
        Self { db, clock, name, handler, retry, wake }
    }

    /// Runs one job that is due; `false` when there is none.
    ///
    /// # Errors
    /// Faults of the database; a job's own failure is an attempt, not an error.
    pub async fn step(&self) -> Result<bool> {
        let (name, retry, now) = (self.name.clone(), self.retry, self.clock.now());
        let taken = self.db.write("jobs.lease", move |tx| lease(tx, &name, LEASE, &retry, now));
        let Some(job) = taken.await? else { return Ok(false) };
        let outcome = match self.while_kept(&job).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => {
                tracing::warn!(job = %job.id, kind = job.kind, "a job went to another worker; this one let it go");
                return Ok(true);
            }
            Err(error) => {
                tracing::error!(job = %job.id, kind = job.kind, %error, cause = ?error.cause(), "a job failed");
                Outcome::Again { detail: error.to_string(), after: None }
            }
        };
        let word = match &outcome {
            Outcome::Done(_) => "done",
            Outcome::Again { .. } => "again",
            Outcome::Wait { .. } => "waits",
            Outcome::Dead(_) => "dead",
        };
        metrics::counter!("ocop_jobs_total", "kind" => job.kind.clone(), "outcome" => word).increment(1);
        let done = self.clock.now();
        self.db.write("jobs.finish", move |tx| finish(tx, &job, &outcome, &retry, now, done)).await?;
        Ok(true)
    }

    /// Runs the job and renews its lease as long as it runs. A panic is a failed attempt; `None` when the lease was
    /// lost to another worker: the work is cut short, for the other does it now.
    async fn while_kept(&self, job: &Job) -> Result<Option<Outcome>> {
        let mut running = AssertUnwindSafe(self.handler.run(job)).catch_unwind();
        loop {
            tokio::select! {
                outcome = &mut running => {
                    let panicked = || Outcome::Again { detail: "the work panicked".to_owned(), after: None };
                    return outcome.unwrap_or_else(|_| Ok(panicked())).map(Some);
                }
                () = tokio::time::sleep(PULSE) => {
                    let (job, now) = (job.clone(), self.clock.now());
                    if !self.db.write("jobs.renew", move |tx| renew(tx, &job, LEASE, now)).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Runs jobs until told to stop; the current one is finished first.
    pub async fn run(self, mut stop: Stop) {
        while !*stop.borrow() {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, cause = ?error.cause(), "the queue could not be read"),
            }
            let wait = self.until_due().await;
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    }

    async fn until_due(&self) -> std::time::Duration {
        let due = self.db.read("jobs.next_due", next_due).await.ok().flatten();
        let wait = due.map(|at| at.since(self.clock.now())).and_then(|span| span.to_std().ok());
        wait.unwrap_or(LOOK).clamp(std::time::Duration::from_millis(5), LOOK)
    }
}
