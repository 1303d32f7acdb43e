//! The advisory team's work on a dossier: reviews with site visits, and the tests it asks for. The council reads them
//! with the dossier; a test without a result is told at the agenda and bars nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::dossier::{self, Dossier, Stage, Status};
use crate::error::{Code, Error, FieldError, Result};
use crate::http::Patch;
use crate::ids::{AccountId, DossierId, PaperId, ReviewId, TestId};
use crate::instant::Instant;
use crate::product;
use crate::product::state::text_error;

use super::state::review::{LINE_MAX, TEXT_MAX};
use super::state::{Recommendation, TestStatus, Visit};
use super::store::reviews as store;

/// Most tests asked for a dossier.
const TESTS_MAX: usize = 50;

/// What an advisor wrote about a dossier.
#[derive(Clone, Debug)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// About which dossier.
    pub dossier_id: DossierId,
    /// Whose.
    pub account_id: AccountId,
    /// The author's name.
    pub full_name: String,
    /// What it recommends.
    pub recommendation: Recommendation,
    /// Why.
    pub opinion: String,
    /// What was seen where the product is made.
    pub visit: Option<Visit>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<(store::Review, String)> for Review {
    type Error = Error;

    fn try_from((row, full_name): (store::Review, String)) -> Result<Self> {
        let store::Review {
            id,
            dossier_id,
            account_id,
            recommendation,
            opinion,
            visit,
            version,
            created_at,
            updated_at,
        } = row;
        let visit = visit.as_ref().map(Json::get).transpose()?;
        Ok(Self {
            id,
            dossier_id,
            account_id,
            full_name,
            recommendation,
            opinion,
            visit,
            version,
            created_at,
            updated_at,
        })
    }
}

/// What an advisor writes.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// What it recommends.
    pub recommendation: Recommendation,
    /// Why.
    pub opinion: String,
    /// What was seen where the product is made.
    pub visit: Option<Visit>,
}

impl NewReview {
    fn checked(&self, today: NaiveDate) -> Result<()> {
        let mut errors: Vec<_> =
            text_error("/opinion", self.opinion.trim(), 1, TEXT_MAX).into_iter().collect();
        errors.extend(self.visit.iter().flat_map(|visit| visit.errors(today)));
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
    }
}

/// A test that was asked for.
pub type RequestedTest = store::Test;

/// A test to ask for.
#[derive(Clone, Debug)]
pub struct NewTest {
    /// What is tested.
    pub what: String,
    /// By whom.
    pub laboratory: Option<String>,
    /// Until when.
    pub due_on: NaiveDate,
}

/// What changes of a requested test.
#[derive(Clone, Debug, Default)]
pub struct TestPatch {
    /// By whom.
    pub laboratory: Patch<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// Where it stands.
    pub status: Option<TestStatus>,
    /// What came out, or why it is not needed.
    pub result: Patch<String>,
    /// The paper of the product that proves it.
    pub paper_id: Patch<PaperId>,
}

/// A dossier for somebody who may read what advisors write about it: everybody who sees it, but its own producer.
fn readable(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Dossier> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    let reader = actor.reach.producer != Some(dossier.producer_id);
    if reader { Ok(dossier) } else { Err(Error::new(Code::Forbidden)) }
}

/// A dossier that an advisor may review now: accepted by its province and not concluded, and not of its own producer.
fn reviewed(tx: &mut Tx<'_>, actor: &Actor, id: DossierId) -> Result<(Dossier, AccountId)> {
    let dossier = dossier::find(tx.conn(), &actor.reach, id)?;
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    if !store::is_advisor(tx.conn(), &dossier.province_code, account)? {
        return Err(Error::new(Code::AdvisorOnly));
    }
    if actor.reach.producer == Some(dossier.producer_id) {
        return Err(Error::new(Code::DossierOwn));
    }
    let open =
        matches!(dossier.status, Status::Accepted | Status::Scoring) && dossier.stage == Stage::Province;
    if !open {
        return Err(dossier::state::wrong_status(dossier.status).into());
    }
    Ok((dossier, account))
}

/// The reviews of a dossier, the oldest first.
///
/// # Errors
/// `request.not_found`, `auth.forbidden` for the producer's own people.
pub fn reviews(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Vec<Review>> {
    readable(conn, actor, id)?;
    store::reviews(conn, &[id])?.into_iter().map(Review::try_from).collect()
}

fn shown(row: &store::Review) -> Value {
    json!({ "dossier_id": row.dossier_id, "recommendation": row.recommendation, "opinion": row.opinion })
}

/// Reviews a dossier; each advisor has one review of it.
///
/// # Errors
/// `request.not_found`, `review.advisors_only`, `dossier.own`, `dossier.wrong_status`, `review.exists`,
/// `request.invalid`.
pub fn review(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    new: &NewReview,
    now: Instant,
) -> Result<Review> {
    let (_, account) = reviewed(tx, actor, id)?;
    new.checked(now.date())?;
    if store::reviews(tx.conn(), &[id])?.iter().any(|(row, _)| row.account_id == account) {
        return Err(Error::new(Code::ReviewExists));
    }
    let row = store::Review {
        id: ReviewId::new(),
        dossier_id: id,
        account_id: account,
        recommendation: new.recommendation,
        opinion: new.opinion.trim().to_owned(),
        visit: new.visit.as_ref().map(Json::of),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_review(tx, &row)?;
    audit::record(tx, actor, "review.create", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    let name = crate::account::get(tx.conn(), account)?.full_name;
    (row, name).try_into()
}

/// An advisor writes its review anew.
///
/// # Errors
/// `request.not_found`, `review.advisors_only`, `review.author_only`, `dossier.own`, `dossier.wrong_status`,
/// `request.stale`, `request.invalid`.
pub fn revise(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, review): (DossierId, ReviewId),
    version: i32,
    new: &NewReview,
    now: Instant,
) -> Result<Review> {
    let (_, account) = reviewed(tx, actor, id)?;
    let found = store::reviews(tx.conn(), &[id])?.into_iter().find(|(row, _)| row.id == review);
    let (mut row, name) = found.ok_or_else(|| Error::new(Code::NotFound))?;
    if row.account_id != account {
        return Err(Error::new(Code::ReviewAuthor));
    }
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    new.checked(now.date())?;
    let before = shown(&row);
    row.recommendation = new.recommendation;
    row.opinion = new.opinion.trim().to_owned();
    row.visit = new.visit.as_ref().map(Json::of);
    row.version += 1;
    row.updated_at = now;
    store::save_review(tx, &row)?;
    audit::record(tx, actor, "review.update", row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    (row, name).try_into()
}

/// The tests asked for a dossier, the oldest first.
///
/// # Errors
/// `request.not_found`, `auth.forbidden` for the producer's own people.
pub fn tests(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Vec<RequestedTest>> {
    readable(conn, actor, id)?;
    store::tests(conn, id)
}

/// How many tests of each of these dossiers are without a result; dossiers without any are absent.
///
/// # Errors
/// Faults of the database.
pub fn open_tests(conn: &mut Conn, dossiers: &[DossierId]) -> Result<BTreeMap<DossierId, i64>> {
    store::open_tests(conn, dossiers)
}

fn shown_test(row: &RequestedTest) -> Value {
    json!({
        "dossier_id": row.dossier_id, "what": row.what, "laboratory": row.laboratory, "due_on": row.due_on,
        "status": row.status, "result": row.result, "paper_id": row.paper_id,
    })
}

/// Asks for a test.
///
/// # Errors
/// `request.not_found`, `review.advisors_only`, `dossier.own`, `dossier.wrong_status`, `request.invalid`.
pub fn request_test(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    new: &NewTest,
    now: Instant,
) -> Result<RequestedTest> {
    let (_, account) = reviewed(tx, actor, id)?;
    let NewTest { what, laboratory, due_on } = new;
    let mut errors: Vec<_> = text_error("/what", what.trim(), 1, TEXT_MAX).into_iter().collect();
    errors.extend(line("/laboratory", laboratory.as_deref()));
    errors.extend(due_error(*due_on, now.date()));
    if store::tests(tx.conn(), id)?.len() >= TESTS_MAX {
        errors.push(FieldError::new(
            "/what",
            "test.too_many",
            format!("Một hồ sơ có nhiều nhất {TESTS_MAX} yêu cầu kiểm nghiệm."),
            format!("A dossier has {TESTS_MAX} requested tests at most."),
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let row = RequestedTest {
        id: TestId::new(),
        dossier_id: id,
        requested_by: account,
        what: what.trim().to_owned(),
        laboratory: laboratory.as_deref().map(|text| text.trim().to_owned()),
        due_on: *due_on,
        status: TestStatus::Open,
        result: None,
        paper_id: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_test(tx, &row)?;
    audit::record(tx, actor, "test.request", row.id.as_str(), None::<&()>, Some(&shown_test(&row)), now);
    Ok(row)
}

fn line(pointer: &str, text: Option<&str>) -> Option<FieldError> {
    text.and_then(|text| text_error(pointer, text.trim(), 1, LINE_MAX))
}

fn due_error(due: NaiveDate, today: NaiveDate) -> Option<FieldError> {
    let fits = (0..=366).contains(&(due - today).num_days());
    (!fits).then(|| {
        FieldError::new(
            "/due_on",
            "test.due",
            "Hạn trả kết quả từ hôm nay đến một năm sau.",
            "A test is due between today and a year from now.",
        )
    })
}

/// Notes what became of a test: its result with the paper, another date, or that it is not needed any more.
///
/// # Errors
/// `request.not_found`, `review.advisors_only`, `dossier.own`, `dossier.wrong_status`, `test.wrong_status`,
/// `request.stale`, `request.invalid`.
pub fn update_test(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, test): (DossierId, TestId),
    version: i32,
    patch: &TestPatch,
    now: Instant,
) -> Result<RequestedTest> {
    let (dossier, _) = reviewed(tx, actor, id)?;
    let found = store::tests(tx.conn(), id)?.into_iter().find(|row| row.id == test);
    let mut row = found.ok_or_else(|| Error::new(Code::NotFound))?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if row.status != TestStatus::Open {
        return Err(Error::new(Code::TestState));
    }
    let before = shown_test(&row);
    let TestPatch { laboratory, due_on, status, result, paper_id } = patch.clone();
    let mut errors = Vec::new();
    row.laboratory = laboratory.apply(row.laboratory).map(|text| text.trim().to_owned());
    errors.extend(line("/laboratory", row.laboratory.as_deref()));
    if let Some(due) = due_on {
        errors.extend(due_error(due, now.date()));
        row.due_on = due;
    }
    row.result = result.apply(row.result).map(|text| text.trim().to_owned());
    errors.extend(row.result.as_deref().and_then(|text| text_error("/result", text, 1, TEXT_MAX)));
    row.paper_id = paper_id.apply(row.paper_id);
    if let Some(paper) = row.paper_id {
        errors.extend(paper_error(tx.conn(), &dossier, paper)?);
    }
    row.status = status.unwrap_or(row.status);
    if row.status != TestStatus::Open && row.result.is_none() {
        errors.push(FieldError::new(
            "/result",
            "test.result_missing",
            "Cần ghi kết quả, hoặc lý do hủy.",
            "Write the result, or why it is cancelled.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    row.version += 1;
    row.updated_at = now;
    store::save_test(tx, &row)?;
    audit::record(tx, actor, "test.update", row.id.as_str(), Some(&before), Some(&shown_test(&row)), now);
    Ok(row)
}

fn paper_error(conn: &mut Conn, dossier: &Dossier, paper: PaperId) -> Result<Option<FieldError>> {
    match product::paper(conn, dossier.product_id, paper) {
        Ok(_) => Ok(None),
        Err(e) if e.code() == Code::NotFound => Ok(Some(FieldError::new(
            "/paper_id",
            "paper.unknown",
            "Sản phẩm không có giấy tờ này.",
            "The product has no such paper.",
        ))),
        Err(e) => Err(e),
    }
}
