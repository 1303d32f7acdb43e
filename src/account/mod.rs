//! Accounts: a person's way in, with roles and a place or a producer. Signing in, refreshing, passwords.
//!
//! Access tokens live 15 minutes; refresh tokens rotate at each use, and one used twice closes its whole family
//! (RFC 9700, section 4.14.2).

pub mod http;
mod keys;
mod password;
pub mod state;
mod store;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use rand::RngCore as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::types::hex;
use crate::db::{Conn, Db, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{AccountId, ProducerId, RefreshId};
use crate::instant::Instant;

pub use keys::{ACCESS, Keys, authenticate, rotate};
pub use state::Status;

/// How long a refresh token is good.
const REFRESH: Duration = Duration::days(30);

/// An account as others may see it: nothing of its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Name to sign in with.
    pub username: String,
    /// The person's name.
    pub full_name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Province of a provincial role, commune of a commune role.
    pub place_code: Option<String>,
    /// Producer of a producer's member.
    pub producer_id: Option<ProducerId>,
    /// Address for messages.
    pub email: Option<String>,
    /// Whether it may sign in.
    pub status: Status,
    /// Last sign-in.
    pub last_login_at: Option<Instant>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Account> for Account {
    type Error = Error;

    fn try_from(row: store::Account) -> Result<Self> {
        Ok(Self {
            id: row.id,
            roles: row.roles()?,
            username: row.username,
            full_name: row.full_name,
            place_code: row.place_code,
            producer_id: row.producer_id,
            email: row.email,
            status: row.status,
            last_login_at: row.last_login_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn actor_of(row: &store::Account) -> Result<Actor> {
    Ok(Actor::new(row.id, &row.username, &row.roles()?, row.place_code.as_deref(), row.producer_id))
}

/// A new account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Name to sign in with.
    pub username: String,
    /// The person's name.
    pub full_name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Province or commune.
    pub place_code: Option<String>,
    /// Producer.
    pub producer_id: Option<ProducerId>,
    /// Address for messages.
    pub email: Option<String>,
}

impl NewAccount {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        errors.extend(state::username_error(&self.username));
        let name = self.full_name.trim().chars().count();
        if !(1..=200).contains(&name) {
            errors.push(FieldError::new(
                "/full_name",
                "full_name.length",
                "Họ tên có từ 1 đến 200 ký tự.",
                "A full name has 1 to 200 characters.",
            ));
        }
        errors.extend(place_errors(&self.roles, self.place_code.as_deref()));
        errors
    }
}

fn place_errors(roles: &[Role], place: Option<&str>) -> Vec<FieldError> {
    let places = crate::place::places();
    let province = place.is_some_and(|code| places.province(code).is_some());
    let commune = place.is_some_and(|code| places.commune(code).is_some());
    let mut errors = state::role_errors(roles, province, commune);
    if place.is_some() && !province && !commune {
        errors.push(FieldError::new(
            "/place_code",
            "place_code.unknown",
            "Không có địa bàn với mã này.",
            "There is no place with this code.",
        ));
    }
    errors
}

/// Hashes a password that passes the rules.
///
/// # Errors
/// `auth.password_weak`, `service.busy`.
pub async fn hash_password(password: &str, username: &str, demo: bool) -> Result<String> {
    state::check_password(password, username, demo)?;
    password::hash(password.to_owned()).await
}

/// Makes an account; `password_hash` comes from [`hash_password`].
///
/// # Errors
/// `request.invalid`, `account.username_taken`.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewAccount,
    password_hash: &str,
    now: Instant,
) -> Result<Account> {
    let NewAccount { username, full_name, roles, place_code, producer_id, email } = new;
    let errors = new.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    if store::find_by_username(tx.conn(), username)?.is_some() {
        return Err(Error::new(Code::UsernameTaken));
    }
    let row = store::Account {
        id: AccountId::new(),
        username: username.clone(),
        password_hash: password_hash.to_owned(),
        full_name: full_name.trim().to_owned(),
        roles: Json::of(roles),
        place_code: place_code.clone(),
        producer_id: *producer_id,
        email: email.clone(),
        status: Status::Active,
        failed_logins: 0,
        locked_until: None,
        password_changed_at: now,
        last_login_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx, &row)?;
    let account = Account::try_from(row)?;
    audit::record(tx, actor, "account.create", account.id.as_str(), None::<&()>, Some(&shown(&account)), now);
    Ok(account)
}

/// What the audit trail keeps of an account.
fn shown(account: &Account) -> serde_json::Value {
    serde_json::json!({
        "username": account.username, "roles": account.roles, "place_code": account.place_code,
        "producer_id": account.producer_id, "status": account.status,
    })
}

/// An account.
///
/// # Errors
/// `request.not_found`.
pub fn get(conn: &mut Conn, id: AccountId) -> Result<Account> {
    store::find(conn, id)?.ok_or_else(|| Error::new(Code::NotFound))?.try_into()
}

/// Accounts by username.
///
/// # Errors
/// Faults of the database.
pub fn list(conn: &mut Conn, want: &Want<String>) -> Result<Page<Account>> {
    let page = store::list(conn, want)?;
    let data = page.data.into_iter().map(Account::try_from).collect::<Result<_>>()?;
    Ok(Page { data, next: page.next })
}

/// What may change of an account.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The person's name.
    pub full_name: Option<String>,
    /// Roles.
    pub roles: Option<Vec<Role>>,
    /// Province or commune.
    pub place_code: crate::http::Patch<String>,
    /// Producer.
    pub producer_id: crate::http::Patch<ProducerId>,
    /// Address for messages.
    pub email: crate::http::Patch<String>,
    /// Whether it may sign in.
    pub status: Option<Status>,
    /// A new password's hash, from [`hash_password`].
    pub password_hash: Option<String>,
}

/// Changes an account. Disabling it or setting its password closes its sessions.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: AccountId,
    version: i32,
    change: Change,
    now: Instant,
) -> Result<Account> {
    let mut row = store::find(tx.conn(), id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let before = Account::try_from(row.clone())?;
    let Change { full_name, roles, place_code, producer_id, email, status, password_hash } = change;
    row.full_name = full_name.unwrap_or(row.full_name);
    row.roles = Json::of(&roles.unwrap_or_else(|| before.roles.clone()));
    row.place_code = place_code.apply(row.place_code);
    row.producer_id = producer_id.apply(row.producer_id);
    row.email = email.apply(row.email);
    row.status = status.unwrap_or(row.status);
    if let Some(hash) = &password_hash {
        row.password_hash.clone_from(hash);
        row.password_changed_at = now;
        (row.failed_logins, row.locked_until) = (0, None);
    }
    row.version += 1;
    row.updated_at = now;
    let errors = place_errors(&row.roles()?, row.place_code.as_deref());
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    store::save(tx, &row)?;
    if password_hash.is_some() || row.status == Status::Disabled {
        store::revoke_account(tx, id, now)?;
    }
    let after = Account::try_from(row)?;
    audit::record(tx, actor, "account.update", id.as_str(), Some(&shown(&before)), Some(&shown(&after)), now);
    Ok(after)
}

/// Binds a member without a producer to the producer it has just registered.
///
/// # Errors
/// `request.not_found`, `request.stale`.
pub fn bind_producer(tx: &mut Tx<'_>, actor: &Actor, producer: ProducerId, now: Instant) -> Result<()> {
    let Some(id) = actor.account else { return Ok(()) };
    let version = get(tx.conn(), id)?.version;
    let change = Change { producer_id: crate::http::Patch::Set(producer), ..Change::default() };
    update(tx, actor, id, version, change, now).map(|_| ())
}

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

fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

fn new_refresh(account: AccountId, family: String, now: Instant) -> (String, store::Refresh) {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let token = format!("ocop_rt_{}", URL_SAFE_NO_PAD.encode(bytes));
    let row = store::Refresh {
        id: RefreshId::new(),
        account_id: account,
        family,
        token_hash: token_hash(&token),
        issued_at: now,
        expires_at: now.plus(REFRESH),
        used_at: None,
        revoked_at: None,
    };
    (token, row)
}

/// Whether there is any account yet.
///
/// # Errors
/// Faults of the database.
pub fn any_exists(conn: &mut Conn) -> Result<bool> {
    store::any_exists(conn)
}

/// Signs in. The demo's password opens nothing but a demo.
///
/// # Errors
/// `auth.login_failed`, the same for a wrong name and a wrong password; `auth.locked_out`; `service.busy`.
pub async fn login(app: &App, username: &str, password: &str) -> Result<Session> {
    let (db, now) = (&app.db, app.clock.now());
    let name = username.to_owned();
    let found = db.read("account.login", move |conn| store::find_by_username(conn, &name)).await?;
    if let Some(seconds) = found.as_ref().and_then(|a| state::locked_for(a.locked_until, now)) {
        return Err(Error::new(Code::LockedOut).retry_after(seconds));
    }
    // A password longer than any we accept fits nothing and is not worth hashing; the demo's is known to everybody.
    let fits = password.len() <= state::PASSWORD_MAX
        && (app.config.demo || password != state::DEMO_PASSWORD)
        && password::verify(password.to_owned(), found.as_ref().map(|a| a.password_hash.clone())).await?;
    let Some(account) = found else { return Err(Error::new(Code::LoginFailed)) };
    if !fits || account.status != Status::Active {
        return fail(db, account.id, now).await;
    }
    let id = account.id;
    let (token, row) = new_refresh(id, RefreshId::new().to_string(), now);
    let account = db
        .write("account.login", move |tx| {
            store::note_login(tx, id, 0, None, Some(now))?;
            store::insert_refresh(tx, &row)?;
            get(tx.conn(), id)
        })
        .await?;
    Ok(Session { access_token: app.keys.sign(id, now)?, refresh_token: token, account })
}

async fn fail(db: &Db, id: AccountId, now: Instant) -> Result<Session> {
    let lock = db
        .write("account.login_failed", move |tx| {
            let failed = store::find(tx.conn(), id)?.map_or(0, |a| a.failed_logins).saturating_add(1);
            let lock = state::lock_after(failed);
            store::note_login(tx, id, failed, lock.map(|span| now.plus(span)), None)?;
            Ok(lock)
        })
        .await?;
    match lock {
        Some(span) => {
            Err(Error::new(Code::LockedOut).retry_after(u64::try_from(span.num_seconds()).unwrap_or(3600)))
        }
        None => Err(Error::new(Code::LoginFailed)),
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
    let (hash, now) = (token_hash(token), app.clock.now());
    let outcome = app
        .db
        .write("account.refresh", move |tx| {
            let Some(old) = store::find_refresh(tx, &hash)? else {
                return Ok(Refreshed::Refused(Code::TokenInvalid));
            };
            if old.revoked_at.is_some() || old.expires_at <= now {
                return Ok(Refreshed::Refused(Code::TokenInvalid));
            }
            if old.used_at.is_some() || !store::use_refresh(tx, old.id, now)? {
                store::revoke_family(tx, &old.family, now)?;
                return Ok(Refreshed::Refused(Code::RefreshReused));
            }
            let account = get(tx.conn(), old.account_id)?;
            if account.status != Status::Active {
                return Ok(Refreshed::Refused(Code::TokenInvalid));
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
    let (hash, now) = (token_hash(token), app.clock.now());
    app.db
        .write("account.logout", move |tx| match store::find_refresh(tx, &hash)? {
            Some(row) => store::revoke_family(tx, &row.family, now),
            None => Ok(()),
        })
        .await
}

/// Changes the caller's own password and closes all its sessions.
///
/// # Errors
/// `auth.password_wrong`, `auth.password_weak`, `auth.locked_out`.
pub async fn change_password(app: &App, actor: &Actor, current: &str, new: &str) -> Result<()> {
    let id = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let row = app.db.read("account.password", move |conn| store::find(conn, id)).await?;
    let row = row.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    if !password::verify(current.to_owned(), Some(row.password_hash)).await? {
        return Err(Error::new(Code::PasswordWrong));
    }
    let hash = hash_password(new, &row.username, app.config.demo).await?;
    let (actor, now, version) = (actor.clone(), app.clock.now(), row.version);
    app.db
        .write("account.password", move |tx| {
            let change = Change { password_hash: Some(hash.clone()), ..Change::default() };
            update(tx, &actor, id, version, change, now).map(|_| ())
        })
        .await
}
