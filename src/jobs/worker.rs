//! The worker: a loop around one [`Worker::step`].

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Duration;
use futures_util::FutureExt as _;
use rand::Rng as _;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Result;

use super::{Job, Retry, finish, lease, lease_next, next_due, renew};

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

/// What is written with the end of an attempt, in one transaction.
pub type Closing = Box<dyn FnMut(&mut Tx<'_>) -> Result<()> + Send>;

/// An attempt that has ended, and what it leaves to be written: nothing of it is kept where the job was lost to another
/// worker meanwhile.
pub struct Ended {
    outcome: Outcome,
    closing: Option<Closing>,
}

impl Ended {
    /// An end that leaves something to be written.
    pub fn with(outcome: Outcome, closing: Option<Closing>) -> Self {
        Self { outcome, closing }
    }
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, closing: None }
    }
}

/// Does the jobs of a queue. It must bear being run twice for the same job.
pub trait Handler: Send + Sync + 'static {
    /// Runs one job.
    fn run<'a>(&'a self, job: &'a Job) -> Pin<Box<dyn Future<Output = Result<Ended>> + Send + 'a>>;
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

/// Up to half of [`LOOK`] less: workers that fell asleep together do not wake together.
fn look() -> std::time::Duration {
    LOOK.mul_f64(rand::rng().random_range(0.5..1.0))
}

/// Jobs that a worker does in one lane before it looks for the oldest of all again.
const STAY: usize = 16;
/// How long a worker sleeps when all that is due waits for its lane.
const BLOCKED: std::time::Duration = std::time::Duration::from_millis(100);

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
        let Some(job) = self.search().await? else { return Ok(false) };
        self.work(job, false).await?;
        Ok(true)
    }

    async fn search(&self) -> Result<Option<Job>> {
        let (name, retry, now) = (self.name.clone(), self.retry, self.clock.now());
        self.db.write("jobs.lease", move |tx| lease(tx, &name, LEASE, &retry, now)).await
    }

    /// Runs a job and records its end; takes the next one of its lane in the same transaction where `goes_on`.
    async fn work(&self, job: Job, goes_on: bool) -> Result<Option<Job>> {
        let started = self.clock.now();
        let Ended { outcome, mut closing } = match self.while_kept(&job).await {
            Ok(Some(ended)) => ended,
            Ok(None) => {
                tracing::warn!(job = %job.id, kind = job.kind, "a job went to another worker; this one let it go");
                return Ok(None);
            }
            Err(error) => {
                tracing::error!(job = %job.id, kind = job.kind, %error, cause = ?error.cause(), "a job failed");
                Outcome::Again { detail: error.to_string(), after: None }.into()
            }
        };
        let word = match &outcome {
            Outcome::Done(_) => "done",
            Outcome::Again { .. } => "again",
            Outcome::Wait { .. } => "waits",
            Outcome::Dead(_) => "dead",
        };
        metrics::counter!("ocop_jobs_total", "kind" => job.kind.clone(), "outcome" => word).increment(1);
        let (name, retry, done) = (self.name.clone(), self.retry, self.clock.now());
        let end = move |tx: &mut Tx<'_>| {
            if finish(tx, &job, &outcome, &retry, started, done)?
                && let Some(closing) = &mut closing
            {
                closing(tx)?;
            }
            if goes_on { lease_next(tx, &job.lane, &name, LEASE, done) } else { Ok(None) }
        };
        self.db.write("jobs.finish", end).await
    }

    /// Runs the job and renews its lease as long as it runs. A panic is a failed attempt; `None` when the lease was
    /// lost to another worker: the work is cut short, for the other does it now.
    async fn while_kept(&self, job: &Job) -> Result<Option<Ended>> {
        let mut running = AssertUnwindSafe(self.handler.run(job)).catch_unwind();
        loop {
            tokio::select! {
                ended = &mut running => {
                    let panicked = || Outcome::Again { detail: "the work panicked".to_owned(), after: None };
                    return ended.unwrap_or_else(|_| Ok(panicked().into())).map(Some);
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
            match self.turn(&stop).await {
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

    /// Searches for a job and stays in its lane for some more; `false` when there is none.
    async fn turn(&self, stop: &Stop) -> Result<bool> {
        let Some(mut job) = self.search().await? else { return Ok(false) };
        for left in (0..STAY).rev() {
            match self.work(job, left > 0 && !*stop.borrow()).await? {
                Some(next) => job = next,
                None => break,
            }
        }
        Ok(true)
    }

    async fn until_due(&self) -> std::time::Duration {
        let Some(due) = self.db.read("jobs.next_due", next_due).await.ok().flatten() else { return look() };
        match due.since(self.clock.now()).to_std() {
            // What is due already waits for its lane: other workers are there.
            Err(_) | Ok(std::time::Duration::ZERO) => BLOCKED,
            Ok(wait) => wait.clamp(std::time::Duration::from_millis(5), look()),
        }
    }
}
