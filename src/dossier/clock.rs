//! The clocks of a dossier: by when the office that has it is to act.
//!
//! | it is | due |
//! |---|---|
//! | with the commune | 15 working days after it was filed (Decision 26/2026/QĐ-TTg, articles 5 to 8) |
//! | with the province, not accepted | 15 working days after it arrived: the law names no clock here, so the commune's is taken (our reading) |
//! | accepted, scored, concluded by the province | the end of its round |
//! | a renewal | 45 days after the complete dossier was filed, whoever has it (article 8) |
//! | with the centre | the end of the centre's round |
//! | of a scheme that was replaced | the days the transition gives (article 11) |
//! | with the producer, or decided | none |

use chrono::{Days, NaiveDate};

use crate::actor::Actor;
use crate::audit;
use crate::criteria;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;

use super::record::finish_by;
use super::rounds;
use super::state::{Calendar, Kind, Office, RENEWAL_DECIDED, Round, Stage, Status};
use super::store::{self, beside, time};

/// Working days in which a commune answers a dossier; the province's office has as many to accept it.
pub const OFFICE_DAYS: u32 = 15;

/// The calendar of working days as it stands.
pub(super) fn calendar(conn: &mut Conn) -> Result<Calendar> {
    Ok(Calendar::with(time::holidays(conn)?.into_iter().map(|holiday| (holiday.day, holiday.kind))))
}

/// The day a dossier came to the province complete: its forwarding, or its last completion after that.
pub(super) fn arrived(conn: &mut Conn, row: &store::Dossier) -> Result<Option<Instant>> {
    Ok(row.forwarded_at.max(beside::last_submission(conn, row.id)?))
}

/// By when a renewal is decided.
fn renewal_due(conn: &mut Conn, row: &store::Dossier) -> Result<Option<NaiveDate>> {
    if row.kind != Kind::Renewal {
        return Ok(None);
    }
    let filed = beside::last_submission(conn, row.id)?.or(row.submitted_at);
    Ok(filed.and_then(|at| at.date().checked_add_days(Days::new(RENEWAL_DECIDED))))
}

/// By when a dossier of a replaced scheme is finished.
fn transition_due(row: &store::Dossier) -> Option<NaiveDate> {
    finish_by(criteria::scheme(&row.scheme)?, row.kind)
}

/// The end of an office's working days for a dossier it checks.
fn checked_by(conn: &mut Conn, row: &store::Dossier, calendar: &Calendar) -> Result<Option<NaiveDate>> {
    let since = match row.status {
        Status::Submitted => row.submitted_at,
        _ => arrived(conn, row)?,
    };
    let end = since.map(|at| calendar.after(at.date(), OFFICE_DAYS));
    Ok(end.into_iter().chain(renewal_due(conn, row)?).chain(transition_due(row)).min())
}

/// By when a province decides on what it accepted into a round.
fn decided_by(conn: &mut Conn, row: &store::Dossier, round: &Round) -> Result<NaiveDate> {
    let other = renewal_due(conn, row)?.or_else(|| transition_due(row));
    Ok(other.unwrap_or(round.ends_on))
}

/// Sets the clock of a dossier that moved.
pub(super) fn follow(
    conn: &mut Conn,
    before: (Status, Stage),
    row: &mut store::Dossier,
    now: Instant,
) -> Result<()> {
    match (row.status, row.stage) {
        at if at == before => {}
        (Status::Submitted | Status::Forwarded, _) => {
            let calendar = calendar(conn)?;
            row.due_on = checked_by(conn, row, &calendar)?;
            row.round_code = None;
        }
        (Status::Accepted, _) => {
            // The time the province's office takes costs the producer no round.
            let arrived = if before.0 == Status::Forwarded { arrived(conn, row)? } else { None };
            let office = Office::Province(row.province_code.clone());
            let round = rounds::next(conn, &office, arrived.unwrap_or(now).date())?;
            row.due_on = Some(decided_by(conn, row, &round)?);
            row.round_code = Some(round.code.to_string());
        }
        (Status::Referred, _) => {
            let round = rounds::next(conn, &Office::Centre, now.date())?;
            row.due_on = Some(round.ends_on);
            row.round_code = Some(round.code.to_string());
        }
        (Status::Scoring, _) | (Status::Concluded, Stage::Centre) => {}
        (Status::Concluded, _) if before.1 != Stage::Centre => {}
        (Status::Returned, _) => (row.due_on, row.round_code) = (None, None),
        _ => row.due_on = None,
    }
    Ok(())
}

/// Writes another due date to a dossier that did not move.
fn reschedule(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut row: store::Dossier,
    due_on: Option<NaiveDate>,
    now: Instant,
) -> Result<()> {
    if row.due_on == due_on {
        return Ok(());
    }
    let shown = |day: Option<NaiveDate>| serde_json::json!({ "due_on": day });
    let before = shown(row.due_on);
    row.due_on = due_on;
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row).map_err(|e| match e.code() {
        // Nobody who adds a day has read this dossier.
        Code::PreconditionFailed => Error::new(Code::Conflict),
        _ => e,
    })?;
    audit::record(tx, actor, "dossier.reschedule", row.id.as_str(), Some(&before), Some(&shown(due_on)), now);
    Ok(())
}

/// Counts again the working days that run over a day whose nature changed.
pub(super) fn day_changed(tx: &mut Tx<'_>, actor: &Actor, day: NaiveDate, now: Instant) -> Result<()> {
    let calendar = calendar(tx.conn())?;
    for row in store::counting_over(tx.conn(), day)? {
        let due = checked_by(tx.conn(), &row, &calendar)?;
        reschedule(tx, actor, row, due, now)?;
    }
    Ok(())
}

/// Moves the due dates of the dossiers of a round that was moved.
pub(super) fn round_moved(tx: &mut Tx<'_>, actor: &Actor, round: &Round, now: Instant) -> Result<()> {
    for row in store::open_in_round(tx.conn(), &round.code.to_string())? {
        let due = match row.stage {
            // One that came back from the centre has no clock.
            _ if row.due_on.is_none() => continue,
            Stage::Centre => round.ends_on,
            _ => decided_by(tx.conn(), &row, round)?,
        };
        reschedule(tx, actor, row, Some(due), now)?;
    }
    Ok(())
}

/// Sets the clocks of dossiers that lay with an office before there were any; at most a batch. Returns how many.
pub(super) fn start_missing(tx: &mut Tx<'_>, actor: &Actor, limit: i64, now: Instant) -> Result<usize> {
    let rows = store::without_clock(tx.conn(), limit)?;
    let found = rows.len();
    for mut row in rows {
        let (status, stage) = (row.status, row.stage);
        // As if it had just come from the desk before.
        let from = if status == Status::Accepted { Status::Forwarded } else { Status::Draft };
        follow(tx.conn(), (from, stage), &mut row, now)?;
        let due = row.due_on.take();
        // Without any date there is nothing to count from: it is to be looked at today.
        reschedule(tx, actor, row, due.or(Some(now.date())), now)?;
    }
    Ok(found)
}
