//! What can be seen of the queue without changing it.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::jobs;
use crate::error::Result;
use crate::ids::JobId;
use crate::instant::Instant;

use super::queue::{Job, Status};

/// The jobs of a kind in a lane that are not done, given up ones too.
///
/// # Errors
/// Faults of the database.
pub fn undone(conn: &mut Conn, kind: &str, lane: &str) -> Result<Vec<Job>> {
    let open = jobs::table.filter(jobs::lane.eq(lane).and(jobs::kind.eq(kind)));
    Ok(open.filter(jobs::status.ne(Status::Done)).select(Job::as_select()).load(conn)?)
}

/// The jobs of a kind in a lane whose time has come, in their order.
///
/// # Errors
/// Faults of the database.
pub fn due_in(conn: &mut Conn, kind: &str, lane: &str, now: Instant, limit: i64) -> Result<Vec<Job>> {
    Ok(jobs::table
        .filter(jobs::lane.eq(lane).and(jobs::kind.eq(kind)))
        .filter(jobs::status.eq(Status::Queued).and(jobs::run_at.le(now)))
        .order((jobs::run_at.asc(), jobs::id.asc()))
        .limit(limit)
        .select(Job::as_select())
        .load(conn)?)
}

/// Whether a job like this one waits in its lane, besides it.
///
/// # Errors
/// Faults of the database.
pub fn waits_again(conn: &mut Conn, job: &Job) -> Result<bool> {
    let again: Option<JobId> = jobs::table
        .filter(jobs::lane.eq(&job.lane).and(jobs::kind.eq(&job.kind)))
        .filter(jobs::status.eq(Status::Queued).and(jobs::id.ne(job.id)))
        .filter(jobs::payload.eq(&job.payload))
        .select(jobs::id)
        .first(conn)
        .optional()?;
    Ok(again.is_some())
}

/// When the next queued or leased job is due, or `None` when the queue is empty.
///
/// # Errors
/// Faults of the database.
pub fn next_due(conn: &mut Conn) -> Result<Option<Instant>> {
    let queued: Option<Instant> = jobs::table
        .filter(jobs::status.eq(Status::Queued))
        .select(diesel::dsl::min(jobs::run_at))
        .first(conn)?;
    let leased: Option<Option<Instant>> = jobs::table
        .filter(jobs::status.eq(Status::Leased))
        .select(diesel::dsl::min(jobs::leased_until))
        .first(conn)
        .optional()?;
    Ok([queued, leased.flatten()].into_iter().flatten().min())
}

/// The jobs that were given up, the newest first: a person decides.
///
/// # Errors
/// Faults of the database.
pub fn given_up(conn: &mut Conn, limit: i64) -> Result<Vec<Job>> {
    Ok(jobs::table
        .filter(jobs::status.eq(Status::Dead))
        .order((jobs::run_at.desc(), jobs::id.desc()))
        .limit(limit)
        .select(Job::as_select())
        .load(conn)?)
}
