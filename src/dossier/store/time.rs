//! Rows of rounds and of the days that were added to the calendar.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{holidays, rounds};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;

use super::super::state::{DayKind, Tier};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rounds, primary_key(code), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in crate::dossier) struct Round {
    pub code: String,
    pub tier: Tier,
    pub province_code: Option<String>,
    pub year: i32,
    pub number: i32,
    pub closes_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// The rounds of some years that were moved or added.
pub(in crate::dossier) fn rounds_of(conn: &mut Conn, from: i32, to: i32) -> Result<Vec<Round>> {
    Ok(rounds::table
        .filter(rounds::year.between(from, to))
        .order((rounds::closes_on.asc(), rounds::code.asc()))
        .select(Round::as_select())
        .load(conn)?)
}

pub(in crate::dossier) fn round(conn: &mut Conn, code: &str) -> Result<Option<Round>> {
    Ok(rounds::table.find(code).select(Round::as_select()).first(conn).optional()?)
}

pub(in crate::dossier) fn insert_round(tx: &mut Tx<'_>, row: &Round) -> Result<()> {
    diesel::insert_into(rounds::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a round whose version has been raised by one; refuses when somebody was faster.
pub(in crate::dossier) fn save_round(tx: &mut Tx<'_>, row: &Round) -> Result<()> {
    let old = rounds::table.filter(rounds::code.eq(&row.code)).filter(rounds::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// A day that was added to the calendar.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = holidays, treat_none_as_default_value = false)]
pub struct Holiday {
    /// The day.
    pub day: NaiveDate,
    /// What it is.
    pub kind: DayKind,
    /// Why.
    pub name: String,
    /// Raised by each change.
    pub version: i32,
    /// Added.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// Days that were added, from the first on.
pub(in crate::dossier) fn holidays(conn: &mut Conn) -> Result<Vec<Holiday>> {
    Ok(holidays::table.order(holidays::day.asc()).select(Holiday::as_select()).load(conn)?)
}

pub(in crate::dossier) fn holiday(conn: &mut Conn, day: NaiveDate) -> Result<Option<Holiday>> {
    Ok(holidays::table.find(day).select(Holiday::as_select()).first(conn).optional()?)
}

pub(in crate::dossier) fn insert_holiday(tx: &mut Tx<'_>, row: &Holiday) -> Result<()> {
    diesel::insert_into(holidays::table).values(row).execute(tx.conn())?;
    Ok(())
}

pub(in crate::dossier) fn delete_holiday(tx: &mut Tx<'_>, day: NaiveDate) -> Result<()> {
    diesel::delete(holidays::table.find(day)).execute(tx.conn())?;
    Ok(())
}
