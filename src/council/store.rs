//! Rows of councils, members, sessions, agendas and conflicts.

pub(super) mod reviews;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{
    accounts, agenda_items, conflict_checks, conflicts, council_members, councils, sessions,
};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, CouncilId, DossierId, MemberId, ProducerId, SessionId};
use crate::instant::Instant;

use super::state::{Seat, SessionKind, SessionStatus, Status, Tier, Verdict};

type Backend = <Conn as Connection>::Backend;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = councils, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Council {
    pub id: CouncilId,
    pub tier: Tier,
    pub province_code: Option<String>,
    pub name: String,
    pub settings: Json,
    pub status: Status,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = council_members, treat_none_as_default_value = false)]
pub(super) struct Member {
    pub id: MemberId,
    pub council_id: CouncilId,
    pub account_id: AccountId,
    pub seat: Seat,
    pub office: Option<String>,
    pub unit: Option<String>,
    pub producer_id: Option<ProducerId>,
    pub created_at: Instant,
}

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Session {
    pub id: SessionId,
    pub council_id: CouncilId,
    pub held_on: NaiveDate,
    pub place: Option<String>,
    pub kind: SessionKind,
    pub status: SessionStatus,
    pub attendance: Json,
    pub minutes: Option<Json>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = conflicts, treat_none_as_default_value = false)]
pub(super) struct Conflict {
    pub dossier_id: DossierId,
    pub account_id: AccountId,
    pub reason: String,
    pub declared_at: Instant,
}

/// The councils somebody sees: those of its province and those where it has a seat.
fn within(reach: &Reach) -> councils::BoxedQuery<'static, Backend> {
    let query = councils::table.into_boxed();
    if reach.all {
        return query;
    }
    if let (Some(code), None) = (&reach.province, reach.seat) {
        // One condition lets the index give the order.
        return query.filter(councils::province_code.eq(code.clone()));
    }
    // No council has an empty id: whoever reaches nothing sees nothing.
    let mut query = query.filter(councils::id.eq(""));
    if let Some(code) = reach.province.clone() {
        query = query.or_filter(councils::province_code.eq(code));
    }
    if let Some(account) = reach.seat {
        let seats = council_members::table
            .filter(council_members::account_id.eq(account))
            .select(council_members::council_id);
        query = query.or_filter(councils::id.eq_any(seats));
    }
    query
}

pub(super) fn find(conn: &mut Conn, reach: &Reach, id: CouncilId) -> Result<Option<Council>> {
    let query = within(reach).filter(councils::id.eq(id)).select(Council::as_select());
    Ok(query.first(conn).optional()?)
}

pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    tier: Option<Tier>,
    province: Option<String>,
    want: &Want<CouncilId>,
) -> Result<Page<Council>> {
    let mut query = within(reach);
    if let Some(tier) = tier {
        query = query.filter(councils::tier.eq(tier));
    }
    if let Some(code) = province {
        query = query.filter(councils::province_code.eq(code));
    }
    if let Some(after) = want.after {
        query = query.filter(councils::id.lt(after));
    }
    let rows =
        query.order(councils::id.desc()).limit(want.fetch()).select(Council::as_select()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Council) -> Result<()> {
    diesel::insert_into(councils::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a council whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, row: &Council) -> Result<()> {
    let old = councils::table.filter(councils::id.eq(row.id)).filter(councils::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

pub(super) fn insert_member(tx: &mut Tx<'_>, row: &Member) -> Result<()> {
    diesel::insert_into(council_members::table).values(row).execute(tx.conn())?;
    Ok(())
}

pub(super) fn delete_member(tx: &mut Tx<'_>, council: CouncilId, id: MemberId) -> Result<bool> {
    let row = council_members::table
        .filter(council_members::id.eq(id))
        .filter(council_members::council_id.eq(council));
    Ok(diesel::delete(row).execute(tx.conn())? == 1)
}

pub(super) fn find_session(conn: &mut Conn, id: SessionId) -> Result<Option<Session>> {
    Ok(sessions::table.find(id).select(Session::as_select()).first(conn).optional()?)
}

pub(super) fn list_sessions(
    conn: &mut Conn,
    council: CouncilId,
    want: &Want<SessionId>,
) -> Result<Page<Session>> {
    let mut query =
        sessions::table.filter(sessions::council_id.eq(council)).select(Session::as_select()).into_boxed();
    if let Some(after) = want.after {
        query = query.filter(sessions::id.lt(after));
    }
    let rows = query.order(sessions::id.desc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

pub(super) fn is_in_session(conn: &mut Conn, council: CouncilId) -> Result<bool> {
    let open = sessions::table
        .filter(sessions::council_id.eq(council))
        .filter(sessions::status.eq(SessionStatus::Open))
        .select(sessions::id);
    Ok(open.first::<SessionId>(conn).optional()?.is_some())
}

pub(super) fn insert_session(tx: &mut Tx<'_>, row: &Session) -> Result<()> {
    diesel::insert_into(sessions::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Writes a session whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save_session(tx: &mut Tx<'_>, row: &Session) -> Result<()> {
    let old = sessions::table.filter(sessions::id.eq(row.id)).filter(sessions::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// A dossier on an agenda, and what was concluded on it there.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = agenda_items)]
pub(super) struct Item {
    pub dossier_id: DossierId,
    pub conclusion: Option<Json>,
    pub concluded_at: Option<Instant>,
}

pub(super) fn agenda(conn: &mut Conn, session: SessionId) -> Result<Vec<Item>> {
    Ok(agenda_items::table
        .filter(agenda_items::session_id.eq(session))
        .order(agenda_items::position.asc())
        .select(Item::as_select())
        .load(conn)?)
}

pub(super) fn conclude_item(
    tx: &mut Tx<'_>,
    session: SessionId,
    dossier: DossierId,
    conclusion: &Json,
    now: Instant,
) -> Result<()> {
    let item = agenda_items::table.find((session, dossier));
    let set = (agenda_items::conclusion.eq(conclusion), agenda_items::concluded_at.eq(now));
    diesel::update(item).set(set).execute(tx.conn())?;
    Ok(())
}

pub(super) fn insert_item(
    tx: &mut Tx<'_>,
    session: SessionId,
    dossier: DossierId,
    position: i32,
) -> Result<()> {
    diesel::insert_into(agenda_items::table)
        .values((
            agenda_items::session_id.eq(session),
            agenda_items::dossier_id.eq(dossier),
            agenda_items::position.eq(position),
            agenda_items::conclusion.eq(None::<Json>),
            agenda_items::concluded_at.eq(None::<Instant>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub(super) fn insert_conflict(tx: &mut Tx<'_>, row: &Conflict) -> Result<()> {
    diesel::insert_into(conflicts::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// A member with the person's name and the producer of the account.
pub(super) type Person = (Member, String, Option<ProducerId>);

pub(super) fn members(conn: &mut Conn, council: CouncilId) -> Result<Vec<Person>> {
    Ok(council_members::table
        .inner_join(accounts::table.on(accounts::id.eq(council_members::account_id)))
        .filter(council_members::council_id.eq(council))
        .order(council_members::id.asc())
        .select((Member::as_select(), accounts::full_name, accounts::producer_id))
        .load(conn)?)
}

/// The last session on whose agenda a dossier was put: ids sort by time.
pub(super) fn session_of(conn: &mut Conn, dossier: DossierId) -> Result<Option<Session>> {
    Ok(sessions::table
        .inner_join(agenda_items::table.on(agenda_items::session_id.eq(sessions::id)))
        .filter(agenda_items::dossier_id.eq(dossier))
        .order(sessions::id.desc())
        .select(Session::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn conflicts(conn: &mut Conn, dossiers: &[DossierId]) -> Result<Vec<Conflict>> {
    Ok(conflicts::table
        .filter(conflicts::dossier_id.eq_any(dossiers))
        .order((conflicts::dossier_id.asc(), conflicts::account_id.asc()))
        .select(Conflict::as_select())
        .load(conn)?)
}

/// How a suspicion was settled.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = conflict_checks, treat_none_as_default_value = false)]
pub(super) struct ConflictCheck {
    pub dossier_id: DossierId,
    pub account_id: AccountId,
    pub verdict: Verdict,
    pub note: String,
    pub checked_by: AccountId,
    pub checked_at: Instant,
}

pub(super) fn conflict_checks(conn: &mut Conn, dossiers: &[DossierId]) -> Result<Vec<ConflictCheck>> {
    let rows = conflict_checks::table.filter(conflict_checks::dossier_id.eq_any(dossiers));
    Ok(rows.select(ConflictCheck::as_select()).load(conn)?)
}

/// Writes a verdict, in place of the one before.
pub(super) fn put_check(tx: &mut Tx<'_>, row: &ConflictCheck) -> Result<()> {
    diesel::delete(conflict_checks::table.find((row.dossier_id, row.account_id))).execute(tx.conn())?;
    diesel::insert_into(conflict_checks::table).values(row).execute(tx.conn())?;
    Ok(())
}
