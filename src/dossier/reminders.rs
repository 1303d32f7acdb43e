//! Reminders of due dates: notices to the producer and the offices of its place. The sweep runs at the start and with the
//! housekeeping; what it missed while the service was down it tells later, and nothing twice.

use chrono::Days;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::notice::{self, NewNotice};

use super::state::{self, Reminder};
use super::store::beside;
use super::{clock, store};

pub use beside::Reminded;

/// Days before the due date from which a dossier is reminded of.
pub const REMIND_DAYS: u64 = 3;
/// Dossiers the sweep takes at once.
const BATCH: i64 = 200;

/// Tells of each dossier that is due within three days or overdue, once each; sets clocks where there were none. At
/// most a batch: call it again until it returns 0.
///
/// # Errors
/// Faults of the database.
pub fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let actor = Actor::system("dossier.sweep");
    let begun = clock::start_missing(tx, &actor, BATCH, now)?;
    if begun > 0 {
        return Ok(begun);
    }
    let today = now.date();
    let soon = today.checked_add_days(Days::new(REMIND_DAYS)).unwrap_or(today);
    let mut told = 0;
    if let Some(yesterday) = today.pred_opt() {
        let overdue = beside::unreminded(tx.conn(), Reminder::Overdue, None, yesterday, BATCH)?;
        told += remind(tx, &actor, Reminder::Overdue, overdue, now)?;
    }
    let due_soon = beside::unreminded(tx.conn(), Reminder::DueSoon, Some(today), soon, BATCH)?;
    told += remind(tx, &actor, Reminder::DueSoon, due_soon, now)?;
    Ok(told)
}

fn remind(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: Reminder,
    rows: Vec<store::Dossier>,
    now: Instant,
) -> Result<usize> {
    let mut told = 0;
    for (row, due_on) in rows.into_iter().filter_map(|row| row.due_on.map(|due_on| (row, due_on))) {
        let reminded = Reminded { dossier_id: row.id, kind, due_on, reminded_at: now };
        beside::insert_reminder(tx, &reminded)?;
        let new = NewNotice {
            kind: match kind {
                Reminder::DueSoon => "dossier.due_soon",
                Reminder::Overdue => "dossier.overdue",
            },
            subject_id: row.id.as_str(),
            producer_id: row.producer_id,
            commune_code: Some(row.commune_code),
            province_code: row.province_code,
            text: state::reminder_text(&row.product_name, row.stage, due_on, now.date()),
            due_on: Some(due_on),
        };
        notice::tell(tx, new, now)?;
        let shown = serde_json::json!({ "kind": kind, "due_on": due_on });
        audit::record(tx, actor, "dossier.remind", row.id.as_str(), None::<&()>, Some(&shown), now);
        told += 1;
    }
    Ok(told)
}

/// The reminders of a dossier, the oldest first.
///
/// # Errors
/// Faults of the database.
pub fn reminders(conn: &mut Conn, id: DossierId) -> Result<Vec<Reminded>> {
    beside::reminders(conn, id)
}
