//! Reminders of due dates. The sweep runs at the start and with the housekeeping; what it missed while the service was
//! down it tells later, and nothing twice.

use chrono::Days;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::notice::{self, NewNotice};

use super::state::Reminder;
use super::store::beside;
use super::{clock, store};

pub use beside::Reminded;

/// Days before the due date from which a dossier is reminded of.
pub const REMIND_DAYS: u64 = 3;
/// Dossiers the sweep takes at once.
const BATCH: i64 = 200;

/// Records a reminder and tells the people concerned for each dossier that is due within three days or overdue, once each; sets clocks where there
/// were none. At most a batch: call it again until it returns 0.
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
    for row in rows {
        let (id, Some(due_on)) = (row.id, row.due_on) else { continue };
        let new = NewNotice {
            kind: "dossier.due",
            subject_id: id.as_str(),
            producer_id: row.producer_id,
            commune_code: Some(row.commune_code),
            province_code: row.province_code,
            text: kind.words(&row.product_name, due_on),
            due_on: Some(due_on),
        };
        notice::tell(tx, new, now)?;
        let reminded = Reminded { dossier_id: id, kind, due_on, reminded_at: now };
        beside::insert_reminder(tx, &reminded)?;
        let shown = serde_json::json!({ "kind": kind, "due_on": due_on });
        audit::record(tx, actor, "dossier.remind", id.as_str(), None::<&()>, Some(&shown), now);
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
