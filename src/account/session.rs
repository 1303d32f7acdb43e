//! Signing in and out, refreshing, one's own password.
//!
//! Wrong passwords are counted by the name that was tried, whether an account has it or not, so that neither an
//! answer nor its time tells which names exist.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::app::App;
use crate::db::types::hex;
use crate::db::{Tx, dialect};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, RefreshId};
use crate::instant::Instant;

use super::state::{self, Status};
use super::{Account, Change, get, hash_password, password, store, update};

/// How long a refresh token is good.
const REFRESH: Duration = Duration::days(30);

/// A session's tokens.
#[derive(Debug)]
pub struct Session {
    /// JWT for the `Authorization` header.
    pub access_token: String,
    /// Good for one refresh.
    pub refresh_token: String,
    /// Whose.
    pub account: Account,
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn new_refresh(account: AccountId, family: String, now: Instant) -> (String, store::Refresh) {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let token = format!("ocop_rt_{}", URL_SAFE_NO_PAD.encode(bytes));
    let row = store::Refresh {
        id: RefreshId::new(),
        account_id: account,
        family,
        token_hash: digest(&token),
        issued_at: now,
        expires_at: now.plus(REFRESH),
        used_at: None,
        revoked_at: None,
    };
    (token, row)
}

fn locked_out(seconds: u64) -> Error {
    Error::new(Code::LockedOut).retry_after(seconds)
}

/// Counts a wrong password; the seconds of the lock that follows from it.
fn count_failure(tx: &mut Tx<'_>, name: &str, failed: i32, now: Instant) -> Result<Option<u64>> {
    let failed = failed.saturating_add(1);
    let lock = state::lock_after(failed);
    store::note_failure(tx, name, failed, lock.map(|span| now.plus(span)), now)?;
    Ok(lock.map(|span| u64::try_from(span.num_seconds()).unwrap_or(3600)))
}

/// Forgets the wrong passwords tried with a username.
pub(super) fn forget_failures(tx: &mut Tx<'_>, username: &str) -> Result<()> {
    store::clear_failures(tx, &digest(username))
}

enum Ended {
    In(Box<(Account, String)>),
    Locked(u64),
    Refused,
}

/// Signs in. The demo's password opens nothing but a demo.
///
/// # Errors
/// `auth.login_failed`, the same for a wrong name and a wrong password; `auth.locked_out`; `service.busy`.
pub async fn login(app: &App, username: &str, password: &str) -> Result<Session> {
    let (db, now) = (&app.db, app.clock.now());
    let (username, name) = (username.to_owned(), digest(username));
    let (asked, key) = (username.clone(), name.clone());
    let (known, tries) = db
        .read("account.login", move |conn| {
            let known = store::find_by_username(conn, &asked)?.map(|account| account.password_hash);
            Ok((known, store::failures(conn, &key, now)?))
        })
        .await?;
    if let Some(seconds) = state::locked_for(tries.locked_until, now) {
        return Err(locked_out(seconds));
    }
    // A password longer than any we accept fits nothing and is not worth hashing; the demo's is known to everybody.
    let fits = password.len() <= state::PASSWORD_MAX
        && (app.config.demo || password != state::DEMO_PASSWORD)
        && password::verify(password.to_owned(), known.clone()).await?;
    let ended = db
        .write("account.login", move |tx| {
            dialect::lock(tx.conn(), &name)?;
            let tries = store::failures(tx.conn(), &name, now)?;
            // Guesses that were checked at the same time count one after the other.
            if let Some(seconds) = state::locked_for(tries.locked_until, now) {
                return Ok(Ended::Locked(seconds));
            }
            // As it is now: its password may have changed while the one given was being checked.
            let account = match store::find_by_username(tx.conn(), &username)? {
                Some(account) => {
                    dialect::lock(tx.conn(), account.id.as_str())?;
                    store::find(tx.conn(), account.id)?
                }
                None => None,
            };
            let account = account.filter(|account| {
                fits && account.status == Status::Active && Some(&account.password_hash) == known.as_ref()
            });
            let Some(account) = account else {
                return Ok(match count_failure(tx, &name, tries.failed, now)? {
                    Some(seconds) => Ended::Locked(seconds),
                    None => Ended::Refused,
                });
            };
            store::clear_failures(tx, &name)?;
            store::note_login(tx, account.id, now)?;
            let (token, row) = new_refresh(account.id, RefreshId::new().to_string(), now);
            store::insert_refresh(tx, &row)?;
            Ok(Ended::In(Box::new((get(tx.conn(), account.id)?, token))))
        })
        .await?;
    match ended {
        Ended::Locked(seconds) => Err(locked_out(seconds)),
        Ended::Refused => Err(Error::new(Code::LoginFailed)),
        Ended::In(session) => {
            let (account, refresh_token) = *session;
            Ok(Session { access_token: app.keys.sign(account.id, now)?, refresh_token, account })
        }
    }
}

enum Refreshed {
    New(Box<(String, Account)>),
    Refused(Code),
}

/// Changes a refresh token for a new pair. A token used before closes its family.
///
/// # Errors
/// `auth.token_invalid`, `auth.refresh_reused`.
pub async fn refresh(app: &App, token: &str) -> Result<Session> {
    let (hash, now) = (digest(token), app.clock.now());
    let outcome = app
        .db
        .write("account.refresh", move |tx| {
            let refused = Ok(Refreshed::Refused(Code::TokenInvalid));
            let Some(found) = store::find_refresh(tx, &hash)? else { return refused };
            // A change of the password closes every session: before this one is renewed, or after.
            dialect::lock(tx.conn(), found.account_id.as_str())?;
            let Some(old) = store::find_refresh(tx, &hash)? else { return refused };
            if old.revoked_at.is_some() || old.expires_at <= now {
                return refused;
            }
            if old.used_at.is_some() || !store::use_refresh(tx, old.id, now)? {
                store::revoke_family(tx, &old.family, now)?;
                return Ok(Refreshed::Refused(Code::RefreshReused));
            }
            let account = get(tx.conn(), old.account_id)?;
            if account.status != Status::Active {
                return refused;
            }
            let (token, row) = new_refresh(account.id, old.family, now);
            store::insert_refresh(tx, &row)?;
            Ok(Refreshed::New(Box::new((token, account))))
        })
        .await?;
    match outcome {
        Refreshed::Refused(code) => Err(Error::new(code)),
        Refreshed::New(pair) => {
            let (refresh_token, account) = *pair;
            Ok(Session { access_token: app.keys.sign(account.id, now)?, refresh_token, account })
        }
    }
}

/// Closes the session of a refresh token. Unknown tokens are closed already.
///
/// # Errors
/// Faults of the database.
pub async fn logout(app: &App, token: &str) -> Result<()> {
    let (hash, now) = (digest(token), app.clock.now());
    app.db
        .write("account.logout", move |tx| match store::find_refresh(tx, &hash)? {
            Some(row) => store::revoke_family(tx, &row.family, now),
            None => Ok(()),
        })
        .await
}

/// A change of one's own password whose old one was right: [`set_password`] makes it.
#[derive(Clone)]
pub struct Prepared {
    account: AccountId,
    old_hash: String,
    new_hash: String,
}

/// Checks the caller's current password and hashes the new one. Wrong ones count like those of signing in.
///
/// # Errors
/// `auth.password_wrong`, `auth.password_weak`, `auth.locked_out`, `service.busy`.
pub async fn prepare_password(app: &App, actor: &Actor, current: &str, new: &str) -> Result<Prepared> {
    let (id, now) = (actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?, app.clock.now());
    let row = app.db.read("account.password", move |conn| store::find(conn, id)).await?;
    let row = row.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let name = digest(&row.username);
    let key = name.clone();
    let tries = app.db.read("account.password", move |conn| store::failures(conn, &key, now)).await?;
    if let Some(seconds) = state::locked_for(tries.locked_until, now) {
        return Err(locked_out(seconds));
    }
    let fits = current.len() <= state::PASSWORD_MAX
        && password::verify(current.to_owned(), Some(row.password_hash.clone())).await?;
    if !fits {
        let lock = app.db.write("account.password_wrong", move |tx| {
            dialect::lock(tx.conn(), &name)?;
            let tries = store::failures(tx.conn(), &name, now)?;
            match state::locked_for(tries.locked_until, now) {
                Some(seconds) => Ok(Some(seconds)),
                None => count_failure(tx, &name, tries.failed, now),
            }
        });
        return Err(lock.await?.map_or_else(|| Error::new(Code::PasswordWrong), locked_out));
    }
    let new_hash = hash_password(new, &row.username, app.config.demo).await?;
    Ok(Prepared { account: id, old_hash: row.password_hash, new_hash })
}

/// Changes the caller's own password and closes all its sessions.
///
/// # Errors
/// `request.conflict` when the password was changed meanwhile.
pub fn set_password(tx: &mut Tx<'_>, actor: &Actor, prepared: &Prepared, now: Instant) -> Result<()> {
    let Prepared { account, old_hash, new_hash } = prepared;
    dialect::lock(tx.conn(), account.as_str())?;
    let row = store::find(tx.conn(), *account)?.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    if row.password_hash != *old_hash {
        return Err(Error::new(Code::Conflict));
    }
    let change = Change { password_hash: Some(new_hash.clone()), ..Change::default() };
    update(tx, actor, *account, row.version, change, now).map(|_| ())
}
