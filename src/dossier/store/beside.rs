//! What comes with a dossier: where it began from, what was filed, samples, reminders.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{dossier_origins, dossier_reminders, dossier_samples, dossier_snapshots, dossiers};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{AccountId, DossierId};
use crate::instant::Instant;

use super::super::state::Reminder;
use super::Dossier;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_origins, treat_none_as_default_value = false)]
pub(in crate::dossier) struct Origin {
    pub dossier_id: DossierId,
    pub previous_id: Option<DossierId>,
    pub dropped: Json,
}

pub(in crate::dossier) fn origin(conn: &mut Conn, id: DossierId) -> Result<Option<Origin>> {
    Ok(dossier_origins::table.find(id).select(Origin::as_select()).first(conn).optional()?)
}

pub(in crate::dossier) fn insert_origin(tx: &mut Tx<'_>, row: &Origin) -> Result<()> {
    diesel::insert_into(dossier_origins::table).values(row).execute(tx.conn())?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_snapshots, treat_none_as_default_value = false)]
pub(in crate::dossier) struct Snapshot {
    pub dossier_id: DossierId,
    pub position: i32,
    pub content: Json,
    pub submitted_at: Instant,
}

/// The last submissions of a dossier, the newest first.
pub(in crate::dossier) fn last_snapshots(
    conn: &mut Conn,
    id: DossierId,
    limit: i64,
) -> Result<Vec<Snapshot>> {
    Ok(dossier_snapshots::table
        .filter(dossier_snapshots::dossier_id.eq(id))
        .order(dossier_snapshots::position.desc())
        .limit(limit)
        .select(Snapshot::as_select())
        .load(conn)?)
}

/// One submission of a dossier by its number.
pub(in crate::dossier) fn snapshot(
    conn: &mut Conn,
    id: DossierId,
    position: i32,
) -> Result<Option<Snapshot>> {
    Ok(dossier_snapshots::table.find((id, position)).select(Snapshot::as_select()).first(conn).optional()?)
}

/// When a dossier was last submitted.
pub(in crate::dossier) fn last_submission(conn: &mut Conn, id: DossierId) -> Result<Option<Instant>> {
    Ok(dossier_snapshots::table
        .filter(dossier_snapshots::dossier_id.eq(id))
        .order(dossier_snapshots::position.desc())
        .select(dossier_snapshots::submitted_at)
        .first(conn)
        .optional()?)
}

pub(in crate::dossier) fn insert_snapshot(tx: &mut Tx<'_>, row: &Snapshot) -> Result<()> {
    diesel::insert_into(dossier_snapshots::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Samples as they came in at once.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_samples, treat_none_as_default_value = false)]
pub struct Delivery {
    /// Of this dossier.
    pub dossier_id: DossierId,
    /// Its number, from 1.
    pub position: i32,
    /// The day.
    pub received_on: NaiveDate,
    /// How many.
    pub count: i32,
    /// In what state, and whatever else is to be said.
    pub note: Option<String>,
    /// Who recorded it.
    pub account_id: Option<AccountId>,
    /// When that was.
    pub created_at: Instant,
}

pub(in crate::dossier) fn deliveries(conn: &mut Conn, ids: &[DossierId]) -> Result<Vec<Delivery>> {
    Ok(dossier_samples::table
        .filter(dossier_samples::dossier_id.eq_any(ids))
        .order((dossier_samples::dossier_id.asc(), dossier_samples::position.asc()))
        .select(Delivery::as_select())
        .load(conn)?)
}

pub(in crate::dossier) fn insert_delivery(tx: &mut Tx<'_>, row: &Delivery) -> Result<()> {
    diesel::insert_into(dossier_samples::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// A reminder that went out.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossier_reminders, treat_none_as_default_value = false)]
pub struct Reminded {
    /// Of this dossier.
    pub dossier_id: DossierId,
    /// What it says.
    pub kind: Reminder,
    /// The day it is about.
    pub due_on: NaiveDate,
    /// When it was recorded.
    pub reminded_at: Instant,
}

pub(in crate::dossier) fn reminders(conn: &mut Conn, id: DossierId) -> Result<Vec<Reminded>> {
    Ok(dossier_reminders::table
        .filter(dossier_reminders::dossier_id.eq(id))
        .order((dossier_reminders::reminded_at.asc(), dossier_reminders::kind.asc()))
        .select(Reminded::as_select())
        .load(conn)?)
}

pub(in crate::dossier) fn insert_reminder(tx: &mut Tx<'_>, row: &Reminded) -> Result<()> {
    diesel::insert_into(dossier_reminders::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Dossiers due from one day to another that were not reminded of this, the earliest first.
pub(in crate::dossier) fn unreminded(
    conn: &mut Conn,
    kind: Reminder,
    from: Option<NaiveDate>,
    to: NaiveDate,
    limit: i64,
) -> Result<Vec<Dossier>> {
    let told = dossier_reminders::table
        .filter(dossier_reminders::dossier_id.eq(dossiers::id))
        .filter(dossier_reminders::kind.eq(kind))
        .filter(dossier_reminders::due_on.nullable().eq(dossiers::due_on));
    Ok(dossiers::table
        .filter(dossiers::due_on.ge(from.unwrap_or(NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default())))
        .filter(dossiers::due_on.le(to))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order((dossiers::due_on.asc(), dossiers::id.asc()))
        .limit(limit)
        .select(Dossier::as_select())
        .load(conn)?)
}
