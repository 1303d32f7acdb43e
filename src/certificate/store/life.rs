//! Rows of what happens to a certificate after its issue: acts, checks, reminders; and of authorities.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::page::{Page, Want};
use crate::db::schema::{
    authorities, certificate_acts, certificate_checks, certificate_reminders, certificates,
};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, ActId, CertificateId, CheckId};
use crate::instant::Instant;

use super::super::state::{ActKind, Reason, Status};
use super::Certificate;

/// How an authority writes its numbers, and who signs for it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = authorities)]
pub struct Authority {
    /// A province's code, or `TW` for the Ministry.
    pub code: String,
    /// Its name on decisions and certificates.
    pub name: String,
    /// Pattern of certificate numbers.
    pub certificate_pattern: String,
    /// Pattern of decision numbers.
    pub decision_pattern: String,
    /// The signer's title.
    pub signer_title: String,
    /// Raised by each change; 0 for what nobody has set.
    pub version: i32,
    /// First set.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

pub(in super::super) fn authority(conn: &mut Conn, code: &str) -> Result<Option<Authority>> {
    Ok(authorities::table.find(code).select(Authority::as_select()).first(conn).optional()?)
}

/// Writes an authority whose version has been raised by one; refuses when somebody was faster.
pub(in super::super) fn save_authority(tx: &mut Tx<'_>, row: &Authority) -> Result<()> {
    if row.version == 1 {
        diesel::insert_into(authorities::table).values(row).execute(tx.conn())?;
        return Ok(());
    }
    let old = authorities::table
        .filter(authorities::code.eq(&row.code))
        .filter(authorities::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// What an authority did to a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_acts, treat_none_as_default_value = false)]
pub struct Act {
    /// Its id.
    pub id: ActId,
    /// The certificate.
    pub certificate_id: CertificateId,
    /// What was done.
    pub kind: ActKind,
    /// The ground of a revocation.
    pub reason: Option<Reason>,
    /// What the authority says about it.
    pub note: String,
    /// Number of the decision.
    pub decision_number: String,
    /// Day of the conclusion a revocation rests on.
    pub concluded_on: Option<NaiveDate>,
    /// The end before an extension.
    pub old_until: Option<Instant>,
    /// The end after it.
    pub new_until: Option<Instant>,
    /// Who signed.
    pub account_id: AccountId,
    /// When.
    pub acted_at: Instant,
}

/// The acts on a certificate in their order.
pub(in super::super) fn acts(conn: &mut Conn, certificate: CertificateId) -> Result<Vec<Act>> {
    Ok(certificate_acts::table
        .filter(certificate_acts::certificate_id.eq(certificate))
        .order(certificate_acts::id.asc())
        .select(Act::as_select())
        .load(conn)?)
}

/// With which ends extended certificates were issued; those that were not are absent.
pub(in super::super) fn first_ends(
    conn: &mut Conn,
    certificates: &[CertificateId],
) -> Result<BTreeMap<CertificateId, Instant>> {
    let extensions = certificate_acts::table
        .filter(certificate_acts::certificate_id.eq_any(certificates))
        .filter(certificate_acts::kind.eq(ActKind::Extended));
    let rows: Vec<(CertificateId, Option<Instant>)> = extensions
        .order(certificate_acts::id.desc())
        .select((certificate_acts::certificate_id, certificate_acts::old_until))
        .load(conn)?;
    // The oldest comes last and stays.
    Ok(rows.into_iter().filter_map(|(id, until)| Some((id, until?))).collect())
}

pub(in super::super) fn insert_act(tx: &mut Tx<'_>, row: &Act) -> Result<()> {
    diesel::insert_into(certificate_acts::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// A check after certification (*hậu kiểm*).
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificate_checks, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The day.
    pub checked_on: NaiveDate,
    /// Who checked: people and their offices.
    pub checked_by: String,
    /// What was found: texts, none where all is in order.
    pub findings: Json,
    /// By when it is to be put right.
    pub remedy_by: Option<NaiveDate>,
    /// The day it was.
    pub remedied_on: Option<NaiveDate>,
    /// How.
    pub remedy_note: Option<String>,
    /// Who recorded it.
    pub account_id: AccountId,
    /// Raised by each change.
    pub version: i32,
    /// Recorded.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// The checks of a certificate, the newest first.
pub(in super::super) fn checks(
    conn: &mut Conn,
    certificate: CertificateId,
    want: &Want<CheckId>,
) -> Result<Page<Check>> {
    let mut query =
        certificate_checks::table.filter(certificate_checks::certificate_id.eq(certificate)).into_boxed();
    if let Some(after) = want.after {
        query = query.filter(certificate_checks::id.lt(after));
    }
    let query = query.order(certificate_checks::id.desc()).limit(want.fetch());
    let rows = query.select(Check::as_select()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

pub(in super::super) fn check(
    conn: &mut Conn,
    certificate: CertificateId,
    id: CheckId,
) -> Result<Option<Check>> {
    let row = certificate_checks::table.find(id).filter(certificate_checks::certificate_id.eq(certificate));
    Ok(row.select(Check::as_select()).first(conn).optional()?)
}

/// Whether an account recorded a check of a certificate.
pub(in super::super) fn checked(
    conn: &mut Conn,
    certificate: CertificateId,
    account: AccountId,
) -> Result<bool> {
    let rows = certificate_checks::table
        .filter(certificate_checks::certificate_id.eq(certificate))
        .filter(certificate_checks::account_id.eq(account));
    Ok(rows.select(certificate_checks::id).first::<CheckId>(conn).optional()?.is_some())
}

pub(in super::super) fn insert_check(tx: &mut Tx<'_>, row: &Check) -> Result<()> {
    diesel::insert_into(certificate_checks::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a check whose version has been raised by one; refuses when somebody was faster.
pub(in super::super) fn save_check(tx: &mut Tx<'_>, row: &Check) -> Result<()> {
    let old = certificate_checks::table
        .filter(certificate_checks::id.eq(row.id))
        .filter(certificate_checks::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// Certificates in force that end after `from` and not after `to` and whose people were not told so many days
/// before, those that end first first.
pub(in super::super) fn untold(
    conn: &mut Conn,
    (from, to): (Instant, Instant),
    days: i32,
    limit: i64,
) -> Result<Vec<Certificate>> {
    let told = certificate_reminders::table
        .filter(certificate_reminders::certificate_id.eq(certificates::id))
        .filter(certificate_reminders::days.eq(days))
        .filter(certificate_reminders::until.eq(certificates::valid_until))
        .select(certificate_reminders::days);
    Ok(certificates::table
        .filter(certificates::status.eq(Status::Valid))
        .filter(certificates::valid_until.gt(from))
        .filter(certificates::valid_until.le(to))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order(certificates::valid_until.asc())
        .limit(limit)
        .select(Certificate::as_select())
        .load(conn)?)
}

pub(in super::super) fn insert_reminder(
    tx: &mut Tx<'_>,
    certificate: &Certificate,
    days: i32,
    now: Instant,
) -> Result<()> {
    diesel::insert_into(certificate_reminders::table)
        .values((
            certificate_reminders::certificate_id.eq(certificate.id),
            certificate_reminders::days.eq(days),
            certificate_reminders::until.eq(certificate.valid_until),
            certificate_reminders::given_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}
