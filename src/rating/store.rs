//! Rows of score sheets.

use diesel::prelude::*;

use crate::db::schema::score_sheets;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId, SessionId, SheetId};
use crate::instant::Instant;

use super::state::SheetStatus;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = score_sheets, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Sheet {
    pub id: SheetId,
    pub dossier_id: DossierId,
    pub session_id: SessionId,
    pub account_id: AccountId,
    pub revision: i32,
    pub choices: Json,
    /// Points by part, where the scheme is scored by parts.
    pub parts: Option<Json>,
    pub tourism_case: Option<i32>,
    pub comment: Option<String>,
    pub status: SheetStatus,
    pub total: Option<i32>,
    pub signed_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// A member's newest sheet for a session: a draft where there is one.
pub(super) fn newest(
    conn: &mut Conn,
    dossier: DossierId,
    session: SessionId,
    account: AccountId,
) -> Result<Option<Sheet>> {
    Ok(score_sheets::table
        .filter(score_sheets::dossier_id.eq(dossier))
        .filter(score_sheets::session_id.eq(session))
        .filter(score_sheets::account_id.eq(account))
        .order(score_sheets::revision.desc())
        .select(Sheet::as_select())
        .first(conn)
        .optional()?)
}

/// The last revision a member has used for a dossier, in any session; 0 before the first.
pub(super) fn last_revision(conn: &mut Conn, dossier: DossierId, account: AccountId) -> Result<i32> {
    let last: Option<i32> = score_sheets::table
        .filter(score_sheets::dossier_id.eq(dossier))
        .filter(score_sheets::account_id.eq(account))
        .order(score_sheets::revision.desc())
        .select(score_sheets::revision)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The signed sheets of a dossier in a session, in the order they were signed.
pub(super) fn signed(conn: &mut Conn, dossier: DossierId, session: SessionId) -> Result<Vec<Sheet>> {
    Ok(score_sheets::table
        .filter(score_sheets::dossier_id.eq(dossier))
        .filter(score_sheets::session_id.eq(session))
        .filter(score_sheets::status.eq(SheetStatus::Signed))
        .order((score_sheets::signed_at.asc(), score_sheets::id.asc()))
        .select(Sheet::as_select())
        .load(conn)?)
}

/// Who has signed what in a session.
pub(super) fn signers(conn: &mut Conn, session: SessionId) -> Result<Vec<(DossierId, AccountId)>> {
    Ok(score_sheets::table
        .filter(score_sheets::session_id.eq(session))
        .filter(score_sheets::status.eq(SheetStatus::Signed))
        .select((score_sheets::dossier_id, score_sheets::account_id))
        .load(conn)?)
}

/// The signed sheet of a member for a dossier in a session.
pub(super) fn signed_by(
    conn: &mut Conn,
    dossier: DossierId,
    session: SessionId,
    account: AccountId,
) -> Result<Option<Sheet>> {
    Ok(score_sheets::table
        .filter(score_sheets::dossier_id.eq(dossier))
        .filter(score_sheets::session_id.eq(session))
        .filter(score_sheets::account_id.eq(account))
        .filter(score_sheets::status.eq(SheetStatus::Signed))
        .select(Sheet::as_select())
        .first(conn)
        .optional()?)
}

pub(super) fn insert(tx: &mut Tx<'_>, sheet: &Sheet) -> Result<()> {
    diesel::insert_into(score_sheets::table).values(sheet).execute(tx.conn())?;
    Ok(())
}

/// Writes a sheet whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, sheet: &Sheet) -> Result<()> {
    let old = score_sheets::table
        .filter(score_sheets::id.eq(sheet.id))
        .filter(score_sheets::version.eq(sheet.version - 1));
    match diesel::update(old).set(sheet).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}
