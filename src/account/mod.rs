//! Accounts: a person's way in, with roles and a place or a producer. Signing in, refreshing, passwords.
//!
//! Access tokens live 15 minutes; refresh tokens rotate at each use, and one used twice closes its whole family
//! (RFC 9700, section 4.14.2).

pub mod http;
mod keys;
mod password;
mod ring;
mod session;
pub mod state;
mod store;

use serde::Serialize;

use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{AccountId, ProducerId};
use crate::instant::Instant;
use crate::text;
use crate::values::Email;

pub use keys::{ACCESS, Keys, authenticate};
pub use ring::{PublicKey, Purpose, SigningKeys, rotate};
pub use session::{Prepared, Session, login, logout, prepare_password, refresh, set_password};
pub use state::Status;

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

/// What is wrong with an account, new or changed.
fn errors(tx: &mut Tx<'_>, row: &store::Account) -> Result<Vec<FieldError>> {
    let mut errors = Vec::new();
    errors.extend(state::username_error(&row.username));
    if !(1..=200).contains(&row.full_name.chars().count()) {
        errors.push(FieldError::new(
            "/full_name",
            "full_name.length",
            "Họ tên có từ 1 đến 200 ký tự.",
            "A full name has 1 to 200 characters.",
        ));
    }
    errors.extend(place_errors(&row.roles()?, row.place_code.as_deref()));
    if let Some(Err(e)) = row.email.as_deref().map(str::parse::<Email>) {
        errors.push(FieldError::new("/email", e.code, e.vi, e.en));
    }
    if let Some(id) = row.producer_id
        && !store::producer_exists(tx.conn(), id)?
    {
        errors.push(FieldError::new(
            "/producer_id",
            "producer_id.unknown",
            "Không có chủ thể với mã này.",
            "There is no producer with this id.",
        ));
    }
    Ok(errors)
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
    let password = text::composed(password);
    state::check_password(&password, username, demo)?;
    if !(demo && password == state::DEMO_PASSWORD) {
        password::refuse_guessable(&password, username)?;
    }
    password::hash(password).await
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
        password_changed_at: now,
        last_login_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let errors = errors(tx, &row)?;
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    if store::find_by_username(tx.conn(), username)?.is_some() {
        return Err(Error::new(Code::UsernameTaken));
    }
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
    // Whoever signs in or renews a session at this moment does so before the change, or after it.
    crate::db::dialect::lock(tx.conn(), id.as_str())?;
    let mut row = store::find(tx.conn(), id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let before = Account::try_from(row.clone())?;
    let Change { full_name, roles, place_code, producer_id, email, status, password_hash } = change;
    row.full_name = full_name.map_or(row.full_name, |name| name.trim().to_owned());
    row.roles = Json::of(&roles.unwrap_or_else(|| before.roles.clone()));
    row.place_code = place_code.apply(row.place_code);
    row.producer_id = producer_id.apply(row.producer_id);
    row.email = email.apply(row.email);
    row.status = status.unwrap_or(row.status);
    if let Some(hash) = &password_hash {
        row.password_hash.clone_from(hash);
        row.password_changed_at = now;
        session::forget_failures(tx, &row.username)?;
    }
    row.version += 1;
    row.updated_at = now;
    let errors = errors(tx, &row)?;
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

/// Whether there is any account yet.
///
/// # Errors
/// Faults of the database.
pub fn any_exists(conn: &mut Conn) -> Result<bool> {
    store::any_exists(conn)
}

/// How long wrong passwords are remembered, and how long a retired key is kept after all it signed has expired.
const REMEMBERED: chrono::Duration = chrono::Duration::days(1);
/// How long retired keys are kept: longer than anything they signed is good.
const KEYS_KEPT: chrono::Duration = chrono::Duration::days(2);

/// Forgets what serves nobody any more: refresh tokens that have expired, wrong passwords of long ago, retired keys;
/// called by the sweep.
///
/// # Errors
/// Faults of the database.
pub fn forget_old(tx: &mut Tx<'_>, now: Instant) -> Result<()> {
    store::forget_refresh(tx, now)?;
    store::forget_failures(tx, now.plus(-REMEMBERED))?;
    store::forget_keys(tx, now.plus(-KEYS_KEPT))
}
