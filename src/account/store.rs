//! Rows of accounts, refresh tokens and signing keys.

use diesel::prelude::*;

use crate::actor::Role;
use crate::db::page::{Page, Want};
use crate::db::schema::{accounts, producers, refresh_tokens, sign_in_failures, signing_keys};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, KeyId, ProducerId, RefreshId};
use crate::instant::Instant;

use super::ring::Purpose;
use super::state::Status;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Account {
    pub id: AccountId,
    pub username: String,
    pub password_hash: String,
    pub full_name: String,
    pub roles: Json,
    pub place_code: Option<String>,
    pub producer_id: Option<ProducerId>,
    pub email: Option<String>,
    pub status: Status,
    pub password_changed_at: Instant,
    pub last_login_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Account {
    pub(super) fn roles(&self) -> Result<Vec<Role>> {
        self.roles.get()
    }
}

pub(super) fn find(conn: &mut Conn, id: AccountId) -> Result<Option<Account>> {
    Ok(accounts::table.find(id).select(Account::as_select()).first(conn).optional()?)
}

pub(super) fn any_exists(conn: &mut Conn) -> Result<bool> {
    Ok(accounts::table.select(accounts::id).first::<AccountId>(conn).optional()?.is_some())
}

pub(super) fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<Account>> {
    let row = accounts::table.filter(accounts::username.eq(username)).select(Account::as_select());
    Ok(row.first(conn).optional()?)
}

pub(super) fn list(conn: &mut Conn, want: &Want<String>) -> Result<Page<Account>> {
    let mut query = accounts::table.select(Account::as_select()).into_boxed();
    if let Some(after) = &want.after {
        query = query.filter(accounts::username.gt(after.clone()));
    }
    let rows = query.order(accounts::username.asc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.username.clone()))
}

pub(super) fn insert(tx: &mut Tx<'_>, account: &Account) -> Result<()> {
    diesel::insert_into(accounts::table).values(account).execute(tx.conn())?;
    Ok(())
}

/// Writes an account whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, account: &Account) -> Result<()> {
    let row =
        accounts::table.filter(accounts::id.eq(account.id)).filter(accounts::version.eq(account.version - 1));
    match diesel::update(row).set(account).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// Notes when an account signed in; no new version, since the account itself is the same.
pub(super) fn note_login(tx: &mut Tx<'_>, id: AccountId, now: Instant) -> Result<()> {
    let row = accounts::table.filter(accounts::id.eq(id));
    diesel::update(row).set(accounts::last_login_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Whether there is such a producer.
pub(super) fn producer_exists(conn: &mut Conn, id: ProducerId) -> Result<bool> {
    let found = producers::table.find(id).select(producers::id).first::<ProducerId>(conn);
    Ok(found.optional()?.is_some())
}

/// Wrong passwords in a row.
#[derive(Clone, Debug, Default, Queryable, Selectable)]
#[diesel(table_name = sign_in_failures)]
pub(super) struct Failures {
    pub failed: i32,
    pub locked_until: Option<Instant>,
}

/// Wrong passwords with a name within the last day.
pub(super) fn failures(conn: &mut Conn, name_hash: &str, now: Instant) -> Result<Failures> {
    let row = sign_in_failures::table
        .find(name_hash)
        .filter(sign_in_failures::failed_at.gt(now.plus(-super::REMEMBERED)))
        .select(Failures::as_select());
    Ok(row.first(conn).optional()?.unwrap_or_default())
}

pub(super) fn clear_failures(tx: &mut Tx<'_>, name_hash: &str) -> Result<()> {
    diesel::delete(sign_in_failures::table.find(name_hash)).execute(tx.conn())?;
    Ok(())
}

pub(super) fn note_failure(
    tx: &mut Tx<'_>,
    name_hash: &str,
    failed: i32,
    locked_until: Option<Instant>,
    now: Instant,
) -> Result<()> {
    clear_failures(tx, name_hash)?;
    diesel::insert_into(sign_in_failures::table)
        .values((
            sign_in_failures::name_hash.eq(name_hash),
            sign_in_failures::failed.eq(failed),
            sign_in_failures::locked_until.eq(locked_until),
            sign_in_failures::failed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub(super) fn forget_failures(tx: &mut Tx<'_>, before: Instant) -> Result<()> {
    let old = sign_in_failures::table.filter(sign_in_failures::failed_at.lt(before));
    diesel::delete(old).execute(tx.conn())?;
    Ok(())
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub(super) struct Refresh {
    pub id: RefreshId,
    pub account_id: AccountId,
    pub family: String,
    pub token_hash: String,
    pub issued_at: Instant,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

pub(super) fn insert_refresh(tx: &mut Tx<'_>, refresh: &Refresh) -> Result<()> {
    diesel::insert_into(refresh_tokens::table).values(refresh).execute(tx.conn())?;
    Ok(())
}

pub(super) fn find_refresh(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Refresh>> {
    let row = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash)).select(Refresh::as_select());
    Ok(row.first(tx.conn()).optional()?)
}

/// Uses a token up; `false` when it was used before.
pub(super) fn use_refresh(tx: &mut Tx<'_>, id: RefreshId, now: Instant) -> Result<bool> {
    let row =
        refresh_tokens::table.filter(refresh_tokens::id.eq(id)).filter(refresh_tokens::used_at.is_null());
    Ok(diesel::update(row).set(refresh_tokens::used_at.eq(now)).execute(tx.conn())? == 1)
}

pub(super) fn revoke_family(tx: &mut Tx<'_>, family: &str, now: Instant) -> Result<()> {
    let rows = refresh_tokens::table
        .filter(refresh_tokens::family.eq(family))
        .filter(refresh_tokens::revoked_at.is_null());
    diesel::update(rows).set(refresh_tokens::revoked_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

pub(super) fn revoke_account(tx: &mut Tx<'_>, account: AccountId, now: Instant) -> Result<()> {
    let rows = refresh_tokens::table
        .filter(refresh_tokens::account_id.eq(account))
        .filter(refresh_tokens::revoked_at.is_null());
    diesel::update(rows).set(refresh_tokens::revoked_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Forgets tokens that have expired; those used up are kept until then, to notice a second use.
pub(super) fn forget_refresh(tx: &mut Tx<'_>, now: Instant) -> Result<()> {
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.le(now))).execute(tx.conn())?;
    Ok(())
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub(super) struct SigningKeyRow {
    pub id: KeyId,
    pub purpose: Purpose,
    pub public_key: String,
    pub sealed_private_key: String,
    pub created_at: Instant,
    pub retired_at: Option<Instant>,
}

/// The key that signs and those retired after `since`, the newest first.
pub(super) fn keys(conn: &mut Conn, purpose: Purpose, since: Instant) -> Result<Vec<SigningKeyRow>> {
    Ok(signing_keys::table
        .filter(signing_keys::purpose.eq(purpose))
        .filter(signing_keys::retired_at.is_null().or(signing_keys::retired_at.gt(since)))
        .order(signing_keys::id.desc())
        .select(SigningKeyRow::as_select())
        .load(conn)?)
}

pub(super) fn insert_key(tx: &mut Tx<'_>, row: &SigningKeyRow) -> Result<()> {
    diesel::update(signing_keys::table.filter(signing_keys::purpose.eq(row.purpose)))
        .filter(signing_keys::retired_at.is_null())
        .set(signing_keys::retired_at.eq(row.created_at))
        .execute(tx.conn())?;
    diesel::insert_into(signing_keys::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Forgets keys that were retired before a moment.
pub(super) fn forget_keys(tx: &mut Tx<'_>, before: Instant) -> Result<()> {
    let old = signing_keys::table.filter(signing_keys::retired_at.lt(before));
    diesel::delete(old).execute(tx.conn())?;
    Ok(())
}
