//! The queue: enqueue, lease, finish.

use chrono::Duration;
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::audit;
use crate::db::schema::{job_attempts, jobs};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{AttemptId, JobId};
use crate::instant::Instant;
use crate::text_enum;

text_enum! {
    /// Where a job is.
    #[schema(as = JobStatus)]
    pub enum Status {
        /// Waits for its time.
        Queued = "queued",
        /// A worker has it until the lease ends.
        Leased = "leased",
        /// Finished.
        Done = "done",
        /// Given up: a person decides.
        Dead = "dead",
    }
}

/// A job to be queued.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// What is to be done, e.g. `listing.push`.
    pub kind: &'static str,
    /// Jobs of one lane run one at a time, in the order they were queued.
    pub lane: &'a str,
    /// Not before.
    pub run_at: Instant,
}

/// A job of the queue.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// Its lane.
    pub lane: String,
    pub(super) payload: Json,
    /// Where it is.
    pub status: Status,
    /// Not before.
    pub run_at: Instant,
    /// Attempts so far.
    pub attempts: i32,
    leased_until: Option<Instant>,
    leased_by: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    created_at: Instant,
    /// When it was done or given up.
    pub finished_at: Option<Instant>,
}

impl Job {
    /// What the job is about.
    ///
    /// # Errors
    /// A payload of another shape: a fault of ours.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        self.payload.get()
    }
}

/// Queues a job in the transaction of the change that wants it.
///
/// # Errors
/// Faults of the database.
pub fn enqueue<P: Serialize>(tx: &mut Tx<'_>, job: &NewJob<'_>, payload: &P, now: Instant) -> Result<JobId> {
    let row = Job {
        id: JobId::new(),
        kind: job.kind.to_owned(),
        lane: job.lane.to_owned(),
        payload: Json::of(payload),
        status: Status::Queued,
        run_at: job.run_at,
        attempts: 0,
        leased_until: None,
        leased_by: None,
        last_error: None,
        created_at: now,
        finished_at: None,
    };
    diesel::insert_into(jobs::table).values(&row).execute(tx.conn())?;
    Ok(row.id)
}

/// Queues a job unless one of its kind waits or runs in its lane already.
///
/// # Errors
/// Faults of the database.
pub fn ensure<P: Serialize>(
    tx: &mut Tx<'_>,
    job: &NewJob<'_>,
    payload: &P,
    now: Instant,
) -> Result<Option<JobId>> {
    crate::db::dialect::lock(tx.conn(), job.lane)?;
    let there: Option<JobId> = jobs::table
        .filter(jobs::lane.eq(job.lane).and(jobs::kind.eq(job.kind)))
        .filter(jobs::status.eq_any([Status::Queued, Status::Leased]))
        .select(jobs::id)
        .first(tx.conn())
        .optional()?;
    match there {
        Some(_) => Ok(None),
        None => enqueue(tx, job, payload, now).map(Some),
    }
}

/// Lets the jobs of a kind that wait in a lane run now. `false` where none waits.
///
/// # Errors
/// Faults of the database.
pub fn hasten(tx: &mut Tx<'_>, kind: &str, lane: &str, now: Instant) -> Result<bool> {
    let waiting = jobs::table
        .filter(jobs::lane.eq(lane).and(jobs::kind.eq(kind)))
        .filter(jobs::status.eq(Status::Queued));
    diesel::update(waiting.filter(jobs::run_at.gt(now))).set(jobs::run_at.eq(now)).execute(tx.conn())?;
    let first: Option<JobId> = waiting.select(jobs::id).first(tx.conn()).optional()?;
    Ok(first.is_some())
}

/// Lets the job of this payload run at its new time, where it waits. `false` where none does.
///
/// # Errors
/// Faults of the database.
pub fn hasten_one<P: Serialize>(tx: &mut Tx<'_>, job: &NewJob<'_>, payload: &P) -> Result<bool> {
    let NewJob { kind, lane, run_at } = *job;
    let waiting = jobs::table
        .filter(jobs::lane.eq(lane).and(jobs::kind.eq(kind)))
        .filter(jobs::status.eq(Status::Queued))
        .filter(jobs::payload.eq(Json::of(payload)));
    diesel::update(waiting.clone().filter(jobs::run_at.gt(run_at)))
        .set(jobs::run_at.eq(run_at))
        .execute(tx.conn())?;
    let first: Option<JobId> = waiting.select(jobs::id).first(tx.conn()).optional()?;
    Ok(first.is_some())
}

/// Takes the next job that is due and whose lane is free, until `now + span`. A lease that has ended is free again:
/// its worker died. A job that has used up its tries that way is given up, or it would kill workers for ever.
///
/// # Errors
/// Faults of the database.
pub fn lease(
    tx: &mut Tx<'_>,
    worker: &str,
    span: Duration,
    retry: &super::Retry,
    now: Instant,
) -> Result<Option<Job>> {
    crate::db::dialect::lock(tx.conn(), "jobs.lease")?;
    loop {
        let Some(job) = due(tx.conn(), now)? else { return Ok(None) };
        if job.attempts >= retry.tries {
            give_up(tx, &job, now)?;
            continue;
        }
        return take(tx, job, worker, span, now).map(Some);
    }
}

/// Takes the next job of a lane that is due, for the worker that has just finished the one before it there: no other
/// can be in the lane, so nothing is searched.
///
/// # Errors
/// Faults of the database.
pub fn lease_next(
    tx: &mut Tx<'_>,
    lane: &str,
    worker: &str,
    span: Duration,
    now: Instant,
) -> Result<Option<Job>> {
    crate::db::dialect::lock(tx.conn(), "jobs.lease")?;
    let left_behind: Option<JobId> = jobs::table
        .filter(jobs::lane.eq(lane).and(jobs::status.eq(Status::Leased)))
        .select(jobs::id)
        .first(tx.conn())
        .optional()?;
    if left_behind.is_some() {
        // Somebody has it, or died with it: that is for the search, which keeps the order.
        return Ok(None);
    }
    let next = jobs::table
        .filter(jobs::lane.eq(lane).and(jobs::status.eq(Status::Queued)).and(jobs::run_at.le(now)))
        .order((jobs::run_at.asc(), jobs::id.asc()))
        .select(Job::as_select())
        .first(tx.conn())
        .optional()?;
    next.map(|job| take(tx, job, worker, span, now)).transpose()
}

fn take(tx: &mut Tx<'_>, mut job: Job, worker: &str, span: Duration, now: Instant) -> Result<Job> {
    job.status = Status::Leased;
    job.attempts += 1;
    job.leased_until = Some(now.plus(span));
    job.leased_by = Some(worker.to_owned());
    diesel::update(jobs::table.filter(jobs::id.eq(job.id)))
        .set((
            jobs::status.eq(job.status),
            jobs::attempts.eq(job.attempts),
            jobs::leased_until.eq(job.leased_until),
            jobs::leased_by.eq(&job.leased_by),
        ))
        .execute(tx.conn())?;
    Ok(job)
}

/// The next job that is due and whose lane is free.
fn due(conn: &mut Conn, now: Instant) -> Result<Option<Job>> {
    // As many as there are workers; the index tells the rest without a look at the rows.
    let busy: Vec<String> = jobs::table
        .filter(jobs::status.eq(Status::Leased).and(jobs::leased_until.ge(now)))
        .select(jobs::lane)
        .load(conn)?;
    let first = |conn: &mut Conn, query: jobs::BoxedQuery<'_, _, _>| -> Result<Option<(Instant, JobId)>> {
        let query = query.filter(jobs::lane.ne_all(&busy)).order((jobs::run_at.asc(), jobs::id.asc()));
        Ok(query.select((jobs::run_at, jobs::id)).first(conn).optional()?)
    };
    let queued = jobs::table.filter(jobs::status.eq(Status::Queued).and(jobs::run_at.le(now)));
    let left = jobs::table.filter(jobs::status.eq(Status::Leased).and(jobs::leased_until.lt(now)));
    let found = [first(conn, queued.into_boxed())?, first(conn, left.into_boxed())?];
    let Some((_, id)) = found.into_iter().flatten().min() else { return Ok(None) };
    Ok(Some(jobs::table.find(id).select(Job::as_select()).first(conn)?))
}

/// Ends a job whose workers died at each of its tries.
fn give_up(tx: &mut Tx<'_>, job: &Job, now: Instant) -> Result<()> {
    let detail = "its workers did not come back";
    diesel::update(jobs::table.filter(jobs::id.eq(job.id)))
        .set((
            jobs::status.eq(Status::Dead),
            jobs::leased_until.eq(None::<Instant>),
            jobs::leased_by.eq(None::<String>),
            jobs::last_error.eq(Some(detail)),
            jobs::finished_at.eq(Some(now)),
        ))
        .execute(tx.conn())?;
    note_attempt(tx, job, job.run_at, now, "dead", detail)
}

/// Keeps a job that is still running for another while; `false` when the lease was lost to another worker.
///
/// # Errors
/// Faults of the database.
pub fn renew(tx: &mut Tx<'_>, job: &Job, span: Duration, now: Instant) -> Result<bool> {
    let mine = jobs::table.filter(jobs::id.eq(job.id)).filter(jobs::leased_by.eq(&job.leased_by));
    Ok(diesel::update(mine).set(jobs::leased_until.eq(now.plus(span))).execute(tx.conn())? == 1)
}

/// Records an attempt and where the job stands after it; an attempt that only waits is not kept. Does nothing and
/// returns `false` when the lease was lost to another worker.
///
/// # Errors
/// Faults of the database.
pub fn finish(
    tx: &mut Tx<'_>,
    job: &Job,
    outcome: &super::Outcome,
    retry: &super::Retry,
    started: Instant,
    now: Instant,
) -> Result<bool> {
    use super::Outcome;
    let (status, run_at, word, detail) = match outcome {
        Outcome::Done(detail) => (Status::Done, job.run_at, "done", detail),
        Outcome::Dead(detail) => (Status::Dead, job.run_at, "dead", detail),
        Outcome::Again { detail, after } if job.attempts < retry.tries => {
            (Status::Queued, now.plus(super::delay(retry, job.attempts, *after)), "again", detail)
        }
        Outcome::Again { detail, .. } => (Status::Dead, job.run_at, "dead", detail),
        Outcome::Wait { after, detail } => (Status::Queued, now.plus(*after), "waits", detail),
    };
    let finished = matches!(status, Status::Done | Status::Dead).then_some(now);
    // Waiting (for a review, for a pause to end) is no failure: it does not use up the tries.
    let attempts = if matches!(outcome, Outcome::Wait { .. }) { job.attempts - 1 } else { job.attempts };
    let error = (word != "done").then_some(detail.as_str());
    let changed =
        diesel::update(jobs::table.filter(jobs::id.eq(job.id)).filter(jobs::leased_by.eq(&job.leased_by)))
            .set((
                jobs::status.eq(status),
                jobs::run_at.eq(run_at),
                jobs::attempts.eq(attempts),
                jobs::leased_until.eq(None::<Instant>),
                jobs::leased_by.eq(None::<String>),
                jobs::last_error.eq(error),
                jobs::finished_at.eq(finished),
            ))
            .execute(tx.conn())?;
    // A job that only waits is looked at every few seconds for ever: its attempts would tell nothing.
    if changed > 0 && !matches!(outcome, Outcome::Wait { .. }) {
        note_attempt(tx, job, started, now, word, detail)?;
    }
    Ok(changed > 0)
}

fn note_attempt(
    tx: &mut Tx<'_>,
    job: &Job,
    started: Instant,
    now: Instant,
    word: &str,
    detail: &str,
) -> Result<()> {
    diesel::insert_into(job_attempts::table)
        .values((
            job_attempts::id.eq(AttemptId::new()),
            job_attempts::job_id.eq(job.id),
            job_attempts::lane.eq(&job.lane),
            job_attempts::started_at.eq(started),
            job_attempts::finished_at.eq(now),
            job_attempts::outcome.eq(word),
            job_attempts::detail.eq(detail),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Jobs and attempts that one call of [`forget`] takes.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// Removes jobs, done or dead, and attempts that ended before a moment; at most a batch. Call it again until it
/// returns 0.
///
/// # Errors
/// Faults of the database.
pub fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    let old: Vec<JobId> = jobs::table
        .filter(jobs::finished_at.lt(before))
        .limit(FORGOTTEN_AT_ONCE)
        .select(jobs::id)
        .load(tx.conn())?;
    diesel::delete(job_attempts::table.filter(job_attempts::job_id.eq_any(&old))).execute(tx.conn())?;
    diesel::delete(jobs::table.filter(jobs::id.eq_any(&old))).execute(tx.conn())?;
    // A job that goes on for ever leaves its old failures behind.
    let attempts: Vec<AttemptId> = job_attempts::table
        .filter(job_attempts::finished_at.lt(before))
        .limit(FORGOTTEN_AT_ONCE)
        .select(job_attempts::id)
        .load(tx.conn())?;
    diesel::delete(job_attempts::table.filter(job_attempts::id.eq_any(&attempts))).execute(tx.conn())?;
    Ok(old.len() + attempts.len())
}

/// Puts a job that was given up back into the queue: replay by hand. `false` where there is none of this id.
///
/// # Errors
/// Faults of the database.
pub fn requeue(tx: &mut Tx<'_>, actor: &Actor, id: JobId, now: Instant) -> Result<bool> {
    let changed = diesel::update(jobs::table.filter(jobs::id.eq(id)).filter(jobs::status.eq(Status::Dead)))
        .set((
            jobs::status.eq(Status::Queued),
            jobs::run_at.eq(now),
            jobs::attempts.eq(0),
            jobs::finished_at.eq(None::<Instant>),
        ))
        .execute(tx.conn())?;
    if changed == 1 {
        audit::record(tx, actor, "job.replay", id.as_str(), None::<&()>, None::<&()>, now);
    }
    Ok(changed == 1)
}
