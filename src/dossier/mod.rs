//! Dossiers (*hồ sơ*): a product's way to its stars, from the producer's draft over commune, province and council to
//! a decision (Decision 26/2026/QĐ-TTg, articles 5 to 8).
//!
//! The statuses and what leads from one to the next stand in [`state`]. A dossier keeps the criteria set of its
//! filing date for ever. Scoring and deciding belong to the nouns after this one; they move the dossier through
//! [`start_scoring`], [`set_agreed`], [`conclude`] and [`decide`].

pub mod state;
mod store;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::criteria::{self, CriteriaSet, Sheet};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;

pub use state::{Action, Decision, Kind, Stage, Status};

/// A dossier.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// Its id.
    pub id: DossierId,
    /// The product it is about.
    pub product_id: ProductId,
    /// The product's name as it was when the dossier was last submitted.
    pub product_name: String,
    /// Whose product.
    pub producer_id: ProducerId,
    /// The producer's name as it was when the dossier was last submitted.
    pub producer_name: String,
    /// Province of the producer.
    pub province_code: String,
    /// Commune of the producer.
    pub commune_code: String,
    /// What it asks for.
    pub kind: Kind,
    /// The scheme it is scored by, such as `qd26-2026`.
    pub scheme: String,
    /// The criteria set, 1 to 26.
    pub set_no: u8,
    /// Whose desk it is on.
    pub stage: Stage,
    /// Where it stands.
    pub status: Status,
    /// Form 02, and the case every sheet uses (set 26).
    pub self_sheet: Sheet,
    /// Total of the self-assessment.
    pub self_total: Option<Points>,
    /// What the secretary recorded where the members chose differently: an option, or that none is met.
    pub agreed_choices: Option<BTreeMap<String, Option<String>>>,
    /// The council's conclusion.
    pub conclusion: Option<Value>,
    /// The account that concluded and proposed the decision: it may not sign it.
    pub prepared_by: Option<AccountId>,
    /// First filed: the day that fixes the scheme.
    pub filed_at: Option<Instant>,
    /// Last submitted to the commune: its working days run from here.
    pub submitted_at: Option<Instant>,
    /// Forwarded by the commune.
    pub forwarded_at: Option<Instant>,
    /// Accepted by the province.
    pub accepted_at: Option<Instant>,
    /// Concluded by a council.
    pub concluded_at: Option<Instant>,
    /// Decided.
    pub decided_at: Option<Instant>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Dossier> for Dossier {
    type Error = Error;

    fn try_from(row: store::Dossier) -> Result<Self> {
        let tourism_case = row.tourism_case.map(u8::try_from).transpose().map_err(Error::internal)?;
        Ok(Self {
            self_sheet: Sheet { choices: row.self_choices.get()?, tourism_case },
            self_total: row.self_total.map(Points::from_hundredths),
            agreed_choices: row.agreed_choices.as_ref().map(Json::get).transpose()?,
            conclusion: row.conclusion.as_ref().map(Json::get).transpose()?,
            set_no: u8::try_from(row.set_no).map_err(Error::internal)?,
            id: row.id,
            product_id: row.product_id,
            product_name: row.product_name,
            producer_id: row.producer_id,
            producer_name: row.producer_name,
            province_code: row.province_code,
            commune_code: row.commune_code,
            kind: row.kind,
            scheme: row.scheme,
            stage: row.stage,
            status: row.status,
            prepared_by: row.prepared_by,
            filed_at: row.filed_at,
            submitted_at: row.submitted_at,
            forwarded_at: row.forwarded_at,
            accepted_at: row.accepted_at,
            concluded_at: row.concluded_at,
            decided_at: row.decided_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl Dossier {
    /// The criteria set it is scored by.
    ///
    /// # Errors
    /// A scheme or set this program does not know: a fault of ours.
    pub fn criteria_set(&self) -> Result<&'static CriteriaSet> {
        let set = criteria::find(&self.scheme, self.set_no);
        set.ok_or_else(|| Error::internal(format!("no criteria set {}/{}", self.scheme, self.set_no)))
    }
}

/// What the audit trail keeps of a dossier.
fn shown(row: &store::Dossier) -> Value {
    json!({
        "product_id": row.product_id, "kind": row.kind, "scheme": row.scheme, "set_no": row.set_no,
        "stage": row.stage, "status": row.status, "self_total": row.self_total.map(Points::from_hundredths),
        "prepared_by": row.prepared_by,
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
    let before = shown(&row);
    edit(&mut row)?;
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    audit::record(tx, actor, op, row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
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

/// A council takes the dossier on its agenda.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn start_scoring(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    change(tx, actor, "dossier.start_scoring", row, now, |row| {
        // A council of the centre scores afresh.
        (row.agreed_choices, row.conclusion, row.prepared_by) = (None, None, None);
        go(row, Action::Score)
    })
}

/// Records what the council agreed on where its members chose differently, checked by the caller against the criteria
/// set: an option, or that none is met. `version` is the one the client read.
///
/// # Errors
/// `request.not_found`, `request.stale`, `dossier.wrong_status`.
pub fn set_agreed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    choices: &BTreeMap<String, Option<String>>,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    fresh(&row, version)?;
    if row.status != Status::Scoring {
        return Err(state::wrong_status(row.status).into());
    }
    change(tx, actor, "dossier.set_agreed", row, now, |row| {
        row.agreed_choices = Some(Json::of(choices));
        Ok(())
    })
}

/// Makes a new version, because a sheet of the dossier was signed: a conclusion drawn at the same moment from the
/// sheets before it is refused as stale.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn note_signed_sheet(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    if row.status != Status::Scoring {
        return Err(state::wrong_status(row.status).into());
    }
    change(tx, actor, "dossier.sheet_signed", row, now, |_| Ok(()))
}

/// Records the council's conclusion. The actor becomes the one who prepared the decision.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn conclude(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    conclusion: &Value,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    change(tx, actor, "dossier.conclude", row, now, |row| {
        go(row, Action::Conclude)?;
        row.conclusion = Some(Json::of(conclusion));
        row.prepared_by = actor.account;
        row.concluded_at = Some(now);
        Ok(())
    })
}

/// Carries out a leader's decision. Whether the result allows it is the caller's to check.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`, `dossier.preparer_signs`.
pub fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    decision: Decision,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    if row.prepared_by.is_some() && row.prepared_by == actor.account {
        return Err(Error::new(Code::DossierPreparer));
    }
    change(tx, actor, "dossier.decide", row, now, |row| {
        go(row, decision.action())?;
        if row.status.is_final() {
            row.decided_at = Some(now);
        }
        Ok(())
    })
}
