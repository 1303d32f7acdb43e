//! Dossiers (*hồ sơ*): a product's way to its stars, from the producer's draft over commune, province and council to
//! a decision (Decision 26/2026/QĐ-TTg, articles 5 to 8).
//!
//! The statuses and what leads from one to the next stand in [`state`]. A dossier keeps the criteria set of its
//! filing date for ever. Scoring and deciding belong to the nouns after this one; they move the dossier through
//! [`start_scoring`], [`set_agreed`], [`conclude`] and [`decide`].

pub mod deadline;
mod desk;
pub mod forms;
pub mod http;
mod prepare;
pub mod print;
mod scoring;
pub mod state;
#[cfg(test)]
mod state_test;
mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use serde_json::{Value, json};

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::criteria::{self, CriteriaSet, Rubric, Scheme, Sheet};
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx, dialect};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, PaperId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;
use crate::{producer, product};

use state::Belongs;

pub use desk::{accept, forward, report, return_for_completion, submit, withdraw};
pub use forms::{CommuneReport, Reason, Registration, RegistrationPatch};
pub use prepare::{assess, attach, create, detach, register, register_imported};
pub use scoring::{conclude, decide, note_signed_sheet, set_agreed, start_scoring};
pub use state::{Action, Decision, Kind, Stage, Status};
pub use store::{Document, Filter};

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
    /// Form 01.
    pub registration: Registration,
    /// Form 02, and the case every sheet uses (set 26).
    pub self_sheet: Sheet,
    /// Total of the self-assessment.
    pub self_total: Option<Points>,
    /// Form 03.
    pub commune_report: Option<CommuneReport>,
    /// Why it was last returned.
    pub return_reasons: Vec<Reason>,
    /// What the secretary recorded where the members chose differently: an option, or that none is met.
    pub agreed_choices: Option<BTreeMap<String, Option<String>>>,
    /// The council's conclusion.
    pub conclusion: Option<Value>,
    /// Who accepted it, put it on an agenda and concluded: they prepared the decision and may not sign it.
    pub prepared_by: Vec<AccountId>,
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
            registration: row.registration.get()?,
            commune_report: row.commune_report.as_ref().map(Json::get).transpose()?,
            return_reasons: row.return_reasons.as_ref().map(Json::get).transpose()?.unwrap_or_default(),
            self_sheet: Sheet { choices: row.self_choices.get()?, tourism_case, ..Sheet::default() },
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
            prepared_by: row.prepared_by.get()?,
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
    /// `dossier.no_criteria` for an older scheme, of which this program holds only the frame.
    pub fn criteria_set(&self) -> Result<&'static CriteriaSet> {
        tree_of(self.rubric()?, &self.scheme)
    }

    /// How it is scored: by the criteria of its set, or by parts where only the frame of its scheme is known.
    ///
    /// # Errors
    /// `dossier.no_criteria` for a scheme that is not known at all.
    pub fn rubric(&self) -> Result<Rubric> {
        let rubric = criteria::rubric(&self.scheme, self.set_no);
        rubric.ok_or_else(|| Error::new(Code::DossierNoCriteria))
    }

    /// The last day on which it may be finished under its scheme; `None` while the scheme is in force (Decision
    /// 26/2026/QĐ-TTg, article 11).
    pub fn finish_by(&self) -> Option<NaiveDate> {
        finish_by(criteria::scheme(&self.scheme)?, self.kind)
    }

    /// Refuses what comes too late for its scheme.
    ///
    /// # Errors
    /// `dossier.scheme_ended`.
    pub fn in_time(&self, now: Instant) -> Result<()> {
        let Some(last) = self.finish_by().filter(|last| now.date() > *last) else { return Ok(()) };
        Err(Error::told(
            Code::SchemeEnded,
            format!(
                "Hồ sơ theo {} phải xong trước hết ngày {} (Quyết định 26/2026/QĐ-TTg, điều 11); hãy trả lại để nộp theo bộ đang áp dụng.",
                self.scheme,
                last.format("%d/%m/%Y")
            ),
            format!(
                "Under {} it had to be finished by {last} (Decision 26/2026/QĐ-TTg, article 11); return it to be filed under the scheme in force.",
                self.scheme
            ),
        ))
    }

    /// The last day on which the commune is to answer; `None` while the dossier is not with it.
    pub fn due_on(&self) -> Option<NaiveDate> {
        let since = self.submitted_at.filter(|_| self.status == Status::Submitted)?;
        Some(deadline::working_days_after(since.date(), deadline::COMMUNE_DAYS))
    }
}

fn finish_by(scheme: &Scheme, kind: Kind) -> Option<NaiveDate> {
    scheme.finish_by(|days| match kind {
        Kind::First => days.first,
        Kind::Upgrade => days.upgrade,
        Kind::Renewal => days.renewal,
    })
}

fn tree_of(rubric: Rubric, scheme: &str) -> Result<&'static CriteriaSet> {
    rubric.tree().ok_or_else(|| {
        Error::told(
            Code::DossierNoCriteria,
            format!(
                "Ở đây {scheme} chỉ có khung, không có tiêu chí: phiếu tự chấm nộp bản giấy, hội đồng chấm điểm theo phần."
            ),
            format!(
                "Only the frame of {scheme} is known here, no criteria: the self-assessment is on paper, and the council gives points by part."
            ),
        )
    })
}

/// What the audit trail keeps of a dossier.
fn shown(row: &store::Dossier) -> Value {
    json!({
        "product_id": row.product_id, "kind": row.kind, "scheme": row.scheme, "set_no": row.set_no,
        "stage": row.stage, "status": row.status, "self_total": row.self_total.map(Points::from_hundredths),
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
    let before = shown(&row);
    edit(&mut row)?;
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
