//! Evidence papers of a product.

use chrono::{Datelike as _, NaiveDate};

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{PaperId, ProductId};
use crate::instant::Instant;

use super::Stored;
use super::state::{self, PaperKind};
use super::store::files::{self as rows, Paper};
use super::stored::open_for_files;

/// A new paper as somebody wrote it.
#[derive(Clone, Debug)]
pub struct NewPaper {
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

impl NewPaper {
    /// The same with blanks trimmed.
    ///
    /// # Errors
    /// `request.invalid` with the name of each parameter.
    pub fn checked(self, today: NaiveDate) -> Result<Self> {
        let number = self.number.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        let paper = Self { title: self.title.trim().to_owned(), number, ..self };
        let mut errors = Vec::new();
        errors.extend(state::text_error("title", &paper.title, 1, 200));
        errors.extend(paper.number.as_deref().and_then(|n| state::text_error("number", n, 1, 100)));
        let mut wrong = |pointer: &str, vi: &str, en: &str| {
            errors.push(FieldError::new(pointer, "date.range", vi, en));
        };
        if paper.issued_on.is_some_and(|day| day > today || day.year() < 1945) {
            wrong(
                "issued_on",
                "Ngày cấp không sau hôm nay và từ năm 1945.",
                "It was issued between 1945 and today.",
            );
        }
        if paper.expires_on.is_some_and(|day| !(1945..=2200).contains(&day.year())) {
            wrong("expires_on", "Ngày hết hạn từ năm 1945 đến 2200.", "It ends between 1945 and 2200.");
        }
        if paper.issued_on.zip(paper.expires_on).is_some_and(|(from, until)| until < from) {
            wrong(
                "expires_on",
                "Ngày hết hạn không trước ngày cấp.",
                "It does not end before it was issued.",
            );
        }
        if errors.is_empty() { Ok(paper) } else { Err(Error::invalid(errors)) }
    }
}

/// The papers of a product, the oldest first, whoever asks: callers check the product's reach.
///
/// # Errors
/// Faults of the database.
pub fn papers(conn: &mut Conn, product: ProductId) -> Result<Vec<Paper>> {
    rows::papers(conn, product)
}

/// A paper of a product, whoever asks: callers check the product's reach.
///
/// # Errors
/// `request.not_found`.
pub fn paper(conn: &mut Conn, product: ProductId, id: PaperId) -> Result<Paper> {
    let found = rows::paper(conn, id)?.filter(|paper| paper.product_id == product);
    found.ok_or_else(|| Error::new(Code::NotFound))
}

fn shown_paper(paper: &Paper) -> serde_json::Value {
    serde_json::json!({
        "paper_id": paper.id, "kind": paper.kind, "title": paper.title, "number": paper.number,
        "issued_on": paper.issued_on, "expires_on": paper.expires_on, "sha256": paper.sha256,
    })
}

/// Adds a paper.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `product.wrong_status`, `product.too_many_papers`.
pub fn add_paper(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    (id, stored): (PaperId, &Stored),
    new: NewPaper,
    now: Instant,
) -> Result<Paper> {
    let product = open_for_files(tx, actor, product_id)?;
    if rows::count_papers(tx.conn(), product_id)? >= state::PAPERS_MAX {
        return Err(Error::new(Code::TooManyPapers));
    }
    let NewPaper { kind, title, number, issued_on, expires_on } = new;
    let paper = Paper {
        id,
        product_id,
        producer_id: product.producer_id,
        kind,
        title,
        number,
        issued_on,
        expires_on,
        content_type: stored.content.essence().to_owned(),
        object_key: stored.key.clone(),
        bytes: stored.bytes,
        sha256: stored.sha256.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    rows::insert_paper(tx, &paper)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.add_paper", subject, None::<&()>, Some(&shown_paper(&paper)), now);
    Ok(paper)
}

/// Takes a paper away.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `product.wrong_status`, `paper.in_use`.
pub fn remove_paper(
    tx: &mut Tx<'_>,
    actor: &Actor,
    product_id: ProductId,
    id: PaperId,
    version: i32,
    now: Instant,
) -> Result<()> {
    open_for_files(tx, actor, product_id)?;
    let paper = paper(tx.conn(), product_id, id)?;
    if paper.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    rows::delete_paper(tx, id)?;
    let subject = product_id.as_str();
    audit::record(tx, actor, "product.remove_paper", subject, Some(&shown_paper(&paper)), None::<&()>, now);
    Ok(())
}
