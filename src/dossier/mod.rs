//! Dossiers (*hồ sơ*): a product's way to its stars, from the producer's draft over commune, province and council to
//! a decision (Decision 26/2026/QĐ-TTg, articles 5 to 8).
//!
//! The statuses and what leads from one to the next stand in [`state`]. A dossier keeps the criteria set of its
//! filing date for ever. Scoring and deciding belong to the nouns after this one; they move the dossier through
//! [`start_scoring`], [`set_agreed`], [`conclude`] and [`decide`].

mod carry;
mod changes;
mod clock;
mod completeness;
mod content;
mod desk;
pub mod forms;
pub mod holidays;
pub mod http;
mod prepare;
pub mod print;
mod reason;
mod record;
mod reminders;
pub mod rounds;
mod samples;
mod scoring;
pub mod state;
#[cfg(test)]
mod state_test;
mod store;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx, dialect};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, PaperId, ProductId};
use crate::instant::Instant;
use crate::values::Points;
use crate::{producer, product};

use state::Belongs;

pub use carry::{Dropped, Origin, origin};
pub use changes::{Changes, ChoiceChange, FormChange, Report, changes};
pub use completeness::{Issue, Severity, completeness};
pub use content::{Filed, Submission, filed};
pub use desk::{accept, forward, report, return_for_completion, submit, withdraw};
pub use forms::{CommuneReport, Registration, RegistrationPatch};
pub use prepare::{assess, attach, create, detach, register, register_imported};
pub use reason::Reason;
pub use record::Dossier;
pub use reminders::{Reminded, reminders, sweep};
pub use samples::{Delivery, NewSamples, Samples, not_ready, receive, samples};
pub use scoring::{conclude, decide, note_signed_sheet, set_agreed, start_scoring};
pub use state::{Action, Decision, Kind, Reminder, Round, Stage, Status};
pub use store::{Document, Filter};

/// What the audit trail keeps of a dossier.
fn shown(row: &store::Dossier) -> Value {
    json!({
        "product_id": row.product_id, "kind": row.kind, "scheme": row.scheme, "set_no": row.set_no,
        "stage": row.stage, "status": row.status, "due_on": row.due_on, "round": row.round_code, "self_total": row.self_total.map(Points::from_hundredths),
        "prepared_by": row.prepared_by.get::<Value>().ok(),
    })
}

/// A dossier as far as somebody sees it.
///
/// # Errors
/// `request.not_found`.
pub fn find(conn: &mut Conn, reach: &Reach, id: DossierId) -> Result<Dossier> {
    row(conn, reach, id)?.try_into()
}

/// A dossier, whoever asks: for the program's own work and for checks that were made before.
///
/// # Errors
/// `request.not_found`.
pub fn any(conn: &mut Conn, id: DossierId) -> Result<Dossier> {
    find(conn, &Reach { all: true, ..Reach::default() }, id)
}

/// The dossier of a product that is not at its end, whoever asks.
///
/// # Errors
/// Faults of the database.
pub fn open_of(conn: &mut Conn, product: ProductId) -> Result<Option<Dossier>> {
    match store::open_of(conn, product)? {
        Some(id) => any(conn, id).map(Some),
        None => Ok(None),
    }
}

/// Dossiers somebody sees, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<DossierId>,
) -> Result<Page<Dossier>> {
    let Page { data, next } = store::list(conn, reach, filter, want)?;
    Ok(Page { data: all(data)?, next })
}

/// Dossiers somebody sees that have a due date, the earliest first.
///
/// # Errors
/// Faults of the database.
pub fn list_due(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<(NaiveDate, DossierId)>,
) -> Result<Page<Dossier>> {
    let Page { data, next } = store::list_due(conn, reach, filter, want)?;
    Ok(Page { data: all(data)?, next })
}

/// The round a dossier is in, and the one it came too late for.
///
/// # Errors
/// Faults of the database.
pub fn round_of(conn: &mut Conn, dossier: &Dossier) -> Result<Option<(Round, Option<Round>)>> {
    let Some(Ok(code)) = dossier.round_code.as_deref().map(str::parse::<state::RoundCode>) else {
        return Ok(None);
    };
    let round = rounds::round(conn, &code)?;
    let arrived = match code.office {
        state::Office::Province(_) => {
            dossier.forwarded_at.max(store::beside::last_submission(conn, dossier.id)?)
        }
        state::Office::Centre => None,
    };
    // Only what came in after a closing day went to a later round for it.
    let missed = match arrived {
        Some(at) => rounds::missed(conn, &code.office, at.date())?,
        None => None,
    };
    Ok(Some((round, missed)))
}

/// The dossiers of these ids, whoever asks, in no order: for agendas.
///
/// # Errors
/// Faults of the database.
pub fn many(conn: &mut Conn, ids: &[DossierId]) -> Result<Vec<Dossier>> {
    all(store::many(conn, ids)?)
}

fn all(rows: Vec<store::Dossier>) -> Result<Vec<Dossier>> {
    rows.into_iter().map(Dossier::try_from).collect()
}

/// The papers of a dossier by criterion.
///
/// # Errors
/// Faults of the database.
pub fn documents(conn: &mut Conn, id: DossierId) -> Result<Vec<Document>> {
    store::documents(conn, id)
}

/// What the forms of a dossier are printed from, as far as somebody sees the dossier.
///
/// # Errors
/// `request.not_found`.
pub fn papers(conn: &mut Conn, reach: &Reach, id: DossierId) -> Result<print::Papers> {
    let dossier = find(conn, reach, id)?;
    let producer = producer::any(conn, dossier.producer_id)?;
    let private = reach.covers(dossier.producer_id, &dossier.commune_code, &dossier.province_code);
    Ok(print::Papers {
        product: product::any(conn, dossier.product_id)?,
        papers: product::papers(conn, dossier.product_id)?,
        evidence: store::documents(conn, id)?,
        producer,
        private,
        dossier,
    })
}

/// Waits for whoever is signing, agreeing, concluding, deciding or declaring a conflict on a dossier. Take it before
/// anything is read.
///
/// # Errors
/// Faults of the database.
pub fn lock(tx: &mut Tx<'_>, id: DossierId) -> Result<()> {
    Ok(dialect::lock(tx.conn(), &format!("dossier:{id}"))?)
}

/// A paper that a dossier names, for whoever sees the dossier: also the council, which does not see the product.
///
/// # Errors
/// `request.not_found`.
pub fn document(conn: &mut Conn, reach: &Reach, id: DossierId, paper: PaperId) -> Result<product::Paper> {
    let dossier = row(conn, reach, id)?;
    if !store::documents(conn, id)?.iter().any(|document| document.paper_id == paper) {
        return Err(Error::new(Code::NotFound));
    }
    product::paper(conn, dossier.product_id, paper)
}

fn row(conn: &mut Conn, reach: &Reach, id: DossierId) -> Result<store::Dossier> {
    store::find(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// Changes a dossier that was read before: a new version, and an entry in the trail.
fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    mut row: store::Dossier,
    now: Instant,
    edit: impl FnOnce(&mut store::Dossier) -> Result<()>,
) -> Result<Dossier> {
    let (before, at) = (shown(&row), (row.status, row.stage));
    edit(&mut row)?;
    clock::follow(tx.conn(), at, &mut row, now)?;
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    audit::record(tx, actor, op, row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
}

/// Whose a dossier is.
fn belongs(row: &store::Dossier) -> Belongs<'_> {
    Belongs { producer: row.producer_id, commune: &row.commune_code, province: &row.province_code }
}

/// Notes that the actor had a hand in preparing the decision.
fn prepared(row: &mut store::Dossier, actor: &Actor) -> Result<()> {
    let mut accounts: Vec<AccountId> = row.prepared_by.get()?;
    accounts.extend(actor.account.filter(|account| !accounts.contains(account)));
    row.prepared_by = Json::of(&accounts);
    Ok(())
}

/// Moves a dossier by an action of the table.
fn go(row: &mut store::Dossier, action: Action) -> Result<()> {
    (row.status, row.stage) = state::next(row.status, row.stage, action)?;
    Ok(())
}

/// Whether the version a client read is the one that stands.
fn fresh(row: &store::Dossier, version: i32) -> Result<()> {
    if row.version == version { Ok(()) } else { Err(Error::new(Code::PreconditionFailed)) }
}
