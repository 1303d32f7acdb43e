//! A dossier as the rest of the program sees it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use crate::criteria::{self, CriteriaSet, Rubric, Scheme, Sheet};
use crate::db::Json;
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;

use super::forms::{CommuneReport, Registration};
use super::reason::Reason;
use super::state::{Kind, Stage, Status};
use super::store;

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
    /// By when whoever has it is to act; `None` while no clock runs.
    pub due_on: Option<NaiveDate>,
    /// Name of the round it is in.
    pub round_code: Option<String>,
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
            due_on: row.due_on,
            round_code: row.round_code,
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

    /// Refuses what comes too late for its scheme.
    ///
    /// # Errors
    /// `dossier.scheme_ended`.
    pub fn in_time(&self, now: Instant) -> Result<()> {
        let last = criteria::scheme(&self.scheme).and_then(|scheme| finish_by(scheme, self.kind));
        let Some(last) = last.filter(|last| now.date() > *last) else { return Ok(()) };
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

    /// Whether its due date has passed.
    pub fn overdue(&self, today: NaiveDate) -> bool {
        self.due_on.is_some_and(|due| due < today)
    }
}

/// The last day on which a dossier of a kind may be finished under a scheme; `None` while the scheme is in force
/// (Decision 26/2026/QĐ-TTg, article 11).
pub(super) fn finish_by(scheme: &Scheme, kind: Kind) -> Option<NaiveDate> {
    scheme.finish_by(|days| match kind {
        Kind::First => days.first,
        Kind::Upgrade => days.upgrade,
        Kind::Renewal => days.renewal,
    })
}

/// The criteria of a scheme.
pub(super) fn tree_of(rubric: Rubric, scheme: &str) -> Result<&'static CriteriaSet> {
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
