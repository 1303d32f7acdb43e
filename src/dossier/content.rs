//! What a dossier says at a moment: what is kept of each submission and compared with the next.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::{Conn, Json, Tx};
use crate::error::{Error, Result};
use crate::ids::{DossierId, PaperId};
use crate::instant::Instant;
use crate::product::{self, PaperKind};

use super::forms::Registration;
use super::store::{self, beside};
use super::{Dossier, documents};

/// A paper that stands by a criterion of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DossierPaper)]
pub struct Filed {
    /// The paper.
    pub paper_id: PaperId,
    /// The criterion's code.
    #[schema(example = "6.1")]
    pub criterion: String,
    /// What it is.
    pub kind: PaperKind,
    /// Title.
    pub title: String,
    /// Number on the paper.
    pub number: Option<String>,
    /// Issued.
    pub issued_on: Option<NaiveDate>,
    /// The last day it is good.
    pub expires_on: Option<NaiveDate>,
}

impl Filed {
    /// Whether the paper is good no more on a day.
    pub fn expired(&self, today: NaiveDate) -> bool {
        self.expires_on.is_some_and(|day| day < today)
    }
}

/// Everything that is filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The product's name.
    pub product_name: String,
    /// The producer's name.
    pub producer_name: String,
    /// The scheme.
    pub scheme: String,
    /// The criteria set.
    pub set_no: u8,
    /// Form 01.
    pub registration: Registration,
    /// Form 02.
    pub choices: BTreeMap<String, String>,
    /// The case declared.
    pub tourism_case: Option<u8>,
    /// Papers by criterion.
    pub documents: Vec<Filed>,
}

/// The papers of a dossier by criterion, with what stands on them.
///
/// # Errors
/// Faults of the database.
pub fn filed(conn: &mut Conn, dossier: &Dossier) -> Result<Vec<Filed>> {
    let rows = documents(conn, dossier.id)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let papers: BTreeMap<_, _> =
        product::papers(conn, dossier.product_id)?.into_iter().map(|paper| (paper.id, paper)).collect();
    let named = rows.into_iter().filter_map(|row| {
        let paper = papers.get(&row.paper_id)?;
        Some(Filed {
            paper_id: row.paper_id,
            criterion: row.criterion,
            kind: paper.kind,
            title: paper.title.clone(),
            number: paper.number.clone(),
            issued_on: paper.issued_on,
            expires_on: paper.expires_on,
        })
    });
    Ok(named.collect())
}

/// What a dossier says now.
///
/// # Errors
/// Faults of the database.
pub fn content(conn: &mut Conn, dossier: &Dossier) -> Result<Content> {
    Ok(Content {
        product_name: dossier.product_name.clone(),
        producer_name: dossier.producer_name.clone(),
        scheme: dossier.scheme.clone(),
        set_no: dossier.set_no,
        registration: dossier.registration.clone(),
        choices: dossier.self_sheet.choices.clone(),
        tourism_case: dossier.self_sheet.tourism_case,
        documents: filed(conn, dossier)?,
    })
}

/// Keeps what a dossier says as its next submission.
///
/// # Errors
/// Faults of the database.
pub(super) fn keep(tx: &mut Tx<'_>, row: &store::Dossier, now: Instant) -> Result<()> {
    let content = content(tx.conn(), &Dossier::try_from(row.clone())?)?;
    let last = beside::last_snapshots(tx.conn(), row.id, 1)?.first().map_or(0, |snapshot| snapshot.position);
    let snapshot = beside::Snapshot {
        dossier_id: row.id,
        position: last + 1,
        content: Json::of(&content),
        submitted_at: now,
    };
    beside::insert_snapshot(tx, &snapshot)
}

/// A submission as it was kept.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its number, from 1.
    pub number: i32,
    /// When.
    pub at: Instant,
    /// What was filed.
    pub content: Content,
}

impl TryFrom<beside::Snapshot> for Submission {
    type Error = Error;

    fn try_from(row: beside::Snapshot) -> Result<Self> {
        Ok(Self { number: row.position, at: row.submitted_at, content: row.content.get()? })
    }
}

/// The last submissions, the newest first.
pub(super) fn submissions(conn: &mut Conn, id: DossierId, limit: i64) -> Result<Vec<Submission>> {
    beside::last_snapshots(conn, id, limit)?.into_iter().map(Submission::try_from).collect()
}
