//! Rows of certificates, and numbers without gaps.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{certificates, counters};
use crate::db::{Conn, Tx, dialect};
use crate::error::{Code, Error, Result};
use crate::ids::{CertificateId, DossierId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::within;

use super::state::{CENTRE, Status, Tier};

mod life;

pub use life::{Act, Authority, Check};
pub(super) use life::{
    acts, authority, check, checked, checks, first_ends, insert_act, insert_check, insert_reminder,
    save_authority, save_check, untold,
};

type Backend = <Conn as Connection>::Backend;

/// A certificate (*giấy chứng nhận*), as it was issued: names are those of its day.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificates, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// Its number, fit for addresses.
    pub number: String,
    /// Number of the decision.
    pub decision_number: Option<String>,
    /// Day of the decision; some old ones are not known.
    pub decided_on: Option<NaiveDate>,
    /// Year of evaluation; some old ones are not known.
    pub year: Option<i32>,
    /// Who decided, as on the paper.
    pub issuer: String,
    /// The signer's title.
    pub signer_title: Option<String>,
    /// The product.
    pub product_id: ProductId,
    /// Its name then.
    pub product_name: String,
    /// Its code.
    pub product_code: Option<String>,
    /// The producer.
    pub producer_id: ProducerId,
    /// Its name then.
    pub producer_name: String,
    /// Its address as on papers of before 1 July 2025.
    pub former_address: Option<String>,
    /// Province of the producer.
    pub province_code: String,
    /// Commune of the producer.
    pub commune_code: Option<String>,
    /// The dossier it came from; old ones have none.
    pub dossier_id: Option<DossierId>,
    /// The scheme it was scored by.
    pub scheme: String,
    /// 3 to 5.
    pub stars: i32,
    /// The council's mean in hundredths of a point.
    pub score: Option<i32>,
    /// Day of issue; some old ones are not known.
    pub issued_on: Option<NaiveDate>,
    /// First moment of validity.
    pub valid_from: Instant,
    /// First moment after it.
    pub valid_until: Instant,
    /// How it stands in the records.
    pub status: Status,
    /// The next certificate took its place.
    pub superseded_at: Option<Instant>,
    /// Taken back.
    pub revoked_at: Option<Instant>,
    /// Why.
    pub revoked_reason: Option<String>,
    /// Where an old one's data comes from.
    pub source: Option<String>,
    /// Who certified: a province's Chairman or the Minister.
    pub tier: Tier,
    /// The number on an old one's paper, as written there.
    pub former_number: Option<String>,
    /// Raised by each change.
    pub version: i32,
    /// Recorded.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

pub(super) fn by_number(conn: &mut Conn, number: &str) -> Result<Option<Certificate>> {
    let row = certificates::table.filter(certificates::number.eq(number)).select(Certificate::as_select());
    Ok(row.first(conn).optional()?)
}

/// Keeps others from the chain of a product until the end of the transaction.
pub(super) fn lock_chain(tx: &mut Tx<'_>, product: ProductId) -> Result<()> {
    Ok(dialect::lock(tx.conn(), product.as_str())?)
}

/// All certificates of a product in the order of validity.
pub(super) fn chain(conn: &mut Conn, product: ProductId) -> Result<Vec<Certificate>> {
    Ok(certificates::table
        .filter(certificates::product_id.eq(product))
        .order((certificates::valid_from.asc(), certificates::id.asc()))
        .select(Certificate::as_select())
        .load(conn)?)
}

/// Which of these products have ever been certified.
pub(super) fn certified(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<ProductId>> {
    let rows = certificates::table.filter(certificates::product_id.eq_any(products));
    Ok(rows.select(certificates::product_id).distinct().load(conn)?)
}

/// Certificates that are `valid` in the records although their time is over, the longest over first.
pub(super) fn due(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<Certificate>> {
    Ok(certificates::table
        .filter(certificates::status.eq(Status::Valid))
        .filter(certificates::valid_until.le(now))
        .order(certificates::valid_until.asc())
        .limit(limit)
        .select(Certificate::as_select())
        .load(conn)?)
}

/// Marks those of these certificates that are still `valid` in the records as lapsed; returns which.
pub(super) fn lapse(tx: &mut Tx<'_>, ids: &[CertificateId], now: Instant) -> Result<Vec<CertificateId>> {
    let valid = certificates::table
        .filter(certificates::id.eq_any(ids))
        .filter(certificates::status.eq(Status::Valid))
        .filter(certificates::valid_until.le(now));
    Ok(diesel::update(valid)
        .set((
            certificates::status.eq(Status::Lapsed),
            certificates::version.eq(certificates::version + 1),
            certificates::updated_at.eq(now),
        ))
        .returning(certificates::id)
        .get_results(tx.conn())?)
}

/// Which of these products have a certificate that is in force at a moment.
pub(super) fn starred(conn: &mut Conn, products: &[ProductId], now: Instant) -> Result<Vec<ProductId>> {
    Ok(certificates::table
        .filter(certificates::product_id.eq_any(products))
        .filter(certificates::valid_from.le(now))
        .filter(certificates::valid_until.gt(now))
        .filter(certificates::superseded_at.is_null().or(certificates::superseded_at.gt(now)))
        .filter(certificates::revoked_at.is_null().or(certificates::revoked_at.gt(now)))
        .select(certificates::product_id)
        .load(conn)?)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One product.
    pub product_id: Option<ProductId>,
    /// One producer.
    pub producer_id: Option<ProducerId>,
    /// One province.
    pub province_code: Option<String>,
    /// One commune.
    pub commune_code: Option<String>,
    /// One star.
    pub star: Option<i32>,
    /// How it stands in the records.
    pub status: Option<Status>,
}

/// The certificates somebody sees: those of its producer and place.
fn within(reach: &Reach) -> certificates::BoxedQuery<'static, Backend> {
    within!(certificates::table.into_boxed(), certificates, reach)
}

/// The newest first.
pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<CertificateId>,
) -> Result<Page<Certificate>> {
    let Filter { product_id, producer_id, province_code, commune_code, star, status } = filter.clone();
    let mut query = within(reach);
    if let Some(id) = product_id {
        query = query.filter(certificates::product_id.eq(id));
    }
    if let Some(id) = producer_id {
        query = query.filter(certificates::producer_id.eq(id));
    }
    if let Some(code) = province_code {
        query = query.filter(certificates::province_code.eq(code));
    }
    if let Some(code) = commune_code {
        query = query.filter(certificates::commune_code.eq(code));
    }
    if let Some(star) = star {
        query = query.filter(certificates::stars.eq(star));
    }
    if let Some(status) = status {
        query = query.filter(certificates::status.eq(status));
    }
    if let Some(after) = want.after {
        query = query.filter(certificates::id.lt(after));
    }
    let query = query.order(certificates::id.desc()).limit(want.fetch());
    let rows = query.select(Certificate::as_select()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// A certificate by its number, if it is within reach.
pub(super) fn within_by_number(conn: &mut Conn, reach: &Reach, number: &str) -> Result<Option<Certificate>> {
    let row = within(reach).filter(certificates::number.eq(number.to_owned()));
    Ok(row.select(Certificate::as_select()).first(conn).optional()?)
}

/// Most certificates that one decision's list shows.
const LISTED: i64 = 2000;

/// The certificates of a decision of a province, or of the Ministry.
pub(super) fn of_decision(conn: &mut Conn, authority: &str, number: &str) -> Result<Vec<Certificate>> {
    let decided = certificates::table.filter(certificates::decision_number.eq(number.to_owned()));
    let decided = match authority {
        CENTRE => decided.filter(certificates::tier.eq(Tier::Centre)).into_boxed(),
        province => decided
            .filter(certificates::tier.eq(Tier::Province))
            .filter(certificates::province_code.eq(province.to_owned()))
            .into_boxed(),
    };
    Ok(decided.order(certificates::id.asc()).limit(LISTED).select(Certificate::as_select()).load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Certificate) -> Result<()> {
    diesel::insert_into(certificates::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a certificate whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, row: &Certificate) -> Result<()> {
    let old = certificates::table
        .filter(certificates::id.eq(row.id))
        .filter(certificates::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// The next number of a series, from 1. A transaction that is undone gives its number back, so there are no gaps;
/// others that want the same series wait for its end.
pub(super) fn next_number(tx: &mut Tx<'_>, series: &str) -> Result<i64> {
    dialect::lock(tx.conn(), series)?;
    let row = counters::table.filter(counters::name.eq(series));
    let last: Option<i64> = row.select(counters::value).first(tx.conn()).optional()?;
    let next = last.unwrap_or(0) + 1;
    match last {
        Some(_) => diesel::update(row).set(counters::value.eq(next)).execute(tx.conn())?,
        None => diesel::insert_into(counters::table)
            .values((counters::name.eq(series), counters::value.eq(next)))
            .execute(tx.conn())?,
    };
    Ok(next)
}
