//! Rows of the advisory team, its reviews and the tests it asked for.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{accounts, advisors, requested_tests, reviews};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, PaperId, ReviewId, TestId};
use crate::instant::Instant;

use super::super::state::{Recommendation, TestStatus};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = advisors, treat_none_as_default_value = false)]
pub(in super::super) struct Advisor {
    pub province_code: String,
    pub account_id: AccountId,
    pub office: Option<String>,
    pub unit: Option<String>,
    pub created_at: Instant,
}

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in super::super) struct Review {
    pub id: ReviewId,
    pub dossier_id: DossierId,
    pub account_id: AccountId,
    pub recommendation: Recommendation,
    pub opinion: String,
    pub visit: Option<Json>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// A test that was asked for.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = requested_tests, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Test {
    /// Its id.
    pub id: TestId,
    /// For which dossier.
    pub dossier_id: DossierId,
    /// Who asked.
    pub requested_by: AccountId,
    /// What is tested.
    pub what: String,
    /// By whom.
    pub laboratory: Option<String>,
    /// Until when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub status: TestStatus,
    /// What came out, or why it is not needed.
    pub result: Option<String>,
    /// The paper of the product that proves it.
    pub paper_id: Option<PaperId>,
    /// Raised by each change.
    pub version: i32,
    /// Asked.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// The team of a province with the people's names.
pub(in super::super) fn advisors(conn: &mut Conn, province: &str) -> Result<Vec<(Advisor, String)>> {
    Ok(advisors::table
        .inner_join(accounts::table.on(accounts::id.eq(advisors::account_id)))
        .filter(advisors::province_code.eq(province))
        .order((advisors::created_at.asc(), advisors::account_id.asc()))
        .select((Advisor::as_select(), accounts::full_name))
        .load(conn)?)
}

pub(in super::super) fn is_advisor(conn: &mut Conn, province: &str, account: AccountId) -> Result<bool> {
    let row = advisors::table.find((province, account)).select(advisors::account_id);
    Ok(row.first::<AccountId>(conn).optional()?.is_some())
}

pub(in super::super) fn insert_advisor(tx: &mut Tx<'_>, row: &Advisor) -> Result<()> {
    diesel::insert_into(advisors::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Takes somebody off a team; `false` who was not on it.
pub(in super::super) fn delete_advisor(tx: &mut Tx<'_>, province: &str, account: AccountId) -> Result<bool> {
    Ok(diesel::delete(advisors::table.find((province, account))).execute(tx.conn())? == 1)
}

/// The reviews of dossiers with their authors' names, the oldest first.
pub(in super::super) fn reviews(conn: &mut Conn, dossiers: &[DossierId]) -> Result<Vec<(Review, String)>> {
    Ok(reviews::table
        .inner_join(accounts::table.on(accounts::id.eq(reviews::account_id)))
        .filter(reviews::dossier_id.eq_any(dossiers))
        .order(reviews::id.asc())
        .select((Review::as_select(), accounts::full_name))
        .load(conn)?)
}

pub(in super::super) fn insert_review(tx: &mut Tx<'_>, row: &Review) -> Result<()> {
    diesel::insert_into(reviews::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a review whose version has been raised by one; refuses when somebody was faster.
pub(in super::super) fn save_review(tx: &mut Tx<'_>, row: &Review) -> Result<()> {
    let old = reviews::table.filter(reviews::id.eq(row.id)).filter(reviews::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// The tests asked for a dossier, the oldest first.
pub(in super::super) fn tests(conn: &mut Conn, dossier: DossierId) -> Result<Vec<Test>> {
    Ok(requested_tests::table
        .filter(requested_tests::dossier_id.eq(dossier))
        .order(requested_tests::id.asc())
        .select(Test::as_select())
        .load(conn)?)
}

/// How many tests of each of these dossiers have no result; dossiers without any are absent.
pub(in super::super) fn open_tests(
    conn: &mut Conn,
    dossiers: &[DossierId],
) -> Result<BTreeMap<DossierId, i64>> {
    let rows: Vec<(DossierId, i64)> = requested_tests::table
        .filter(requested_tests::dossier_id.eq_any(dossiers))
        .filter(requested_tests::status.eq(TestStatus::Open))
        .group_by(requested_tests::dossier_id)
        .select((requested_tests::dossier_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub(in super::super) fn insert_test(tx: &mut Tx<'_>, row: &Test) -> Result<()> {
    diesel::insert_into(requested_tests::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a test whose version has been raised by one; refuses when somebody was faster.
pub(in super::super) fn save_test(tx: &mut Tx<'_>, row: &Test) -> Result<()> {
    let old = requested_tests::table
        .filter(requested_tests::id.eq(row.id))
        .filter(requested_tests::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}
