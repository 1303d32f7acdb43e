//! Rows of councils, members, sessions, agendas and conflicts.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::{accounts, agenda_items, conflicts, council_members, councils, sessions};
use crate::db::{Conn, Json};
use crate::error::Result;
use crate::ids::{AccountId, CouncilId, DossierId, MemberId, ProducerId, SessionId};
use crate::instant::Instant;

use super::state::{Seat, SessionKind, SessionStatus, Status, Tier};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = councils, treat_none_as_null = true)]
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
#[diesel(table_name = council_members)]
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
#[diesel(table_name = sessions, treat_none_as_null = true)]
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
#[diesel(table_name = conflicts)]
pub(super) struct Conflict {
    pub dossier_id: DossierId,
    pub account_id: AccountId,
    pub reason: String,
    pub declared_at: Instant,
}

pub(super) fn find(conn: &mut Conn, id: CouncilId) -> Result<Option<Council>> {
    Ok(councils::table.find(id).select(Council::as_select()).first(conn).optional()?)
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

pub(super) fn conflicts(conn: &mut Conn, dossier: DossierId) -> Result<Vec<Conflict>> {
    Ok(conflicts::table
        .filter(conflicts::dossier_id.eq(dossier))
        .order(conflicts::account_id.asc())
        .select(Conflict::as_select())
        .load(conn)?)
}
