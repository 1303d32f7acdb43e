//! Access tokens: JWT (RFC 7519) signed with Ed25519 (`EdDSA`, RFC 8037), with a key id so that keys can rotate, and
//! the caches that make checking one cheap.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration as Span, Instant as Tick};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, KeyId};
use crate::instant::Instant;
use crate::seal::Vault;

use super::state::Status;
use super::store;

/// How long an access token is good.
pub const ACCESS: Duration = Duration::minutes(15);
const ISSUER: &str = "ocop";
const PURPOSE: &str = "signing_key";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: AccountId,
    iat: i64,
    /// When it was signed, to the microsecond: a change of the password refuses what was signed before it.
    iat_us: i64,
    exp: i64,
}

struct Key {
    id: String,
    decode: DecodingKey,
    /// When the last token it signed has expired, for a retired key; seconds since 1970.
    until: Option<i64>,
}

struct Ring {
    current: String,
    encode: EncodingKey,
    keys: Vec<Key>,
}

/// The keys of this process, read from the database.
pub struct Keys {
    ring: RwLock<Arc<Ring>>,
    /// When the keys were last read because of a token whose key is not among them.
    looked: Mutex<Option<Tick>>,
    /// Tokens checked before, by their digest.
    seen: moka::sync::Cache<[u8; 32], Seen>,
    /// Accounts looked up before, and when their password was last changed (microseconds since 1970).
    actors: moka::sync::Cache<AccountId, Arc<(Actor, i64)>>,
}

/// A token that was checked.
#[derive(Clone, Copy)]
struct Seen {
    account: AccountId,
    /// Signed, microseconds since 1970.
    iat_us: i64,
    /// Expires, seconds since 1970.
    exp: i64,
}

/// How long another process may go on signing with a key that was just retired.
const ROTATION: Duration = Duration::minutes(1);

/// How often tokens that name an unknown key may make this process read the keys again.
const LOOK: Span = Span::from_secs(5);

/// Keys retired before this moment have signed nothing that is still good.
fn since(now: Instant) -> Instant {
    now.plus(-(ACCESS + ROTATION))
}

/// How long another process may go on using an account's old roles.
const ACTOR_KEPT: Span = Span::from_secs(10);

fn read_ring(rows: &[store::SigningKeyRow], vault: &Vault) -> Result<Ring> {
    let current = rows.iter().find(|row| row.retired_at.is_none());
    let current = current.ok_or_else(|| Error::internal("no signing key"))?;
    let private = vault.open_sealed(PURPOSE, current.id.as_str(), &current.sealed_private_key)?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let public = STANDARD.decode(&row.public_key).map_err(Error::internal)?;
        let until = row.retired_at.map(|at| at.plus(ACCESS + ROTATION).unix_seconds());
        keys.push(Key { id: row.id.to_string(), decode: DecodingKey::from_ed_der(&public), until });
    }
    Ok(Ring { current: current.id.to_string(), encode: EncodingKey::from_ed_der(&private), keys })
}

/// Makes a new signing key; the one before it verifies what it signed until that has expired.
///
/// # Errors
/// Faults of the database or the vault.
pub fn rotate(tx: &mut Tx<'_>, actor: &Actor, vault: &Vault, now: Instant) -> Result<KeyId> {
    let id = new_key(tx, vault, now)?;
    audit::record(tx, actor, "account.rotate_key", id.as_str(), None::<&()>, None::<&()>, now);
    Ok(id)
}

fn new_key(tx: &mut Tx<'_>, vault: &Vault, now: Instant) -> Result<KeyId> {
    let mut seed = [0u8; 32];
    rand::rng().fill_bytes(&mut seed);
    let pair = SigningKey::from_bytes(&seed);
    let private = pair.to_pkcs8_der().map_err(Error::internal)?;
    let id = KeyId::new();
    let row = store::SigningKeyRow {
        id,
        purpose: "access_token".to_owned(),
        public_key: STANDARD.encode(pair.verifying_key().as_bytes()),
        sealed_private_key: vault.seal(PURPOSE, id.as_str(), private.as_bytes())?,
        created_at: now,
        retired_at: None,
    };
    store::insert_key(tx, &row)?;
    Ok(id)
}

impl Keys {
    /// Reads the keys; makes the first on the first run.
    ///
    /// # Errors
    /// Faults of the database or the vault.
    pub async fn open(db: &Db, vault: &Vault, clock: &Clock) -> Result<Self> {
        let now = clock.now();
        let read = move |conn: &mut crate::db::Conn| store::keys(conn, since(now));
        let mut rows = db.read("account.keys", read).await?;
        if rows.is_empty() {
            let vault = vault.clone();
            db.write("account.first_key", move |tx| {
                crate::db::dialect::lock(tx.conn(), "account.first_key")?;
                if store::keys(tx.conn(), since(now))?.is_empty() {
                    new_key(tx, &vault, now)?;
                }
                Ok(())
            })
            .await?;
            rows = db.read("account.keys", read).await?;
        }
        Ok(Self {
            ring: RwLock::new(Arc::new(read_ring(&rows, vault)?)),
            looked: Mutex::new(None),
            seen: moka::sync::Cache::new(20_000),
            actors: moka::sync::Cache::builder().max_capacity(20_000).time_to_live(ACTOR_KEPT).build(),
        })
    }

    /// Forgets an account's cached roles whenever a commit changed the account.
    pub fn watch(&self, db: &Db) {
        let actors = self.actors.clone();
        db.after_commit(Box::new(move |subjects| {
            for id in subjects.iter().filter_map(|s| s.parse::<AccountId>().ok()) {
                actors.invalidate(&id);
            }
        }));
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the keys again: another process may have rotated them.
    ///
    /// # Errors
    /// Faults of the database or the vault.
    pub async fn follow(&self, app: &App) -> Result<()> {
        self.reload(app).await.map(|_| ())
    }

    /// The keys, read again for a key id that is not among them, but not for every request that invents one.
    async fn ring_with(&self, app: &App, kid: &str) -> Result<Arc<Ring>> {
        let ring = self.ring();
        if ring.keys.iter().any(|k| k.id == kid) || kid.parse::<KeyId>().is_err() {
            return Ok(ring);
        }
        {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.is_some_and(|at| at.elapsed() < LOOK) {
                return Ok(ring);
            }
            *looked = Some(Tick::now());
        }
        self.reload(app).await
    }

    /// Whether a token was checked before, so that checking it again costs nothing.
    pub fn knows(&self, token: &str) -> bool {
        self.seen.contains_key(&<[u8; 32]>::from(Sha256::digest(token)))
    }

    async fn reload(&self, app: &App) -> Result<Arc<Ring>> {
        let since = since(app.clock.now());
        let rows = app.db.read("account.keys", move |conn| store::keys(conn, since)).await?;
        let ring = Arc::new(read_ring(&rows, &app.vault)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// A fault of the key.
    pub fn sign(&self, account: AccountId, now: Instant) -> Result<String> {
        let ring = self.ring();
        let header = Header { kid: Some(ring.current.clone()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: account,
            iat: now.unix_seconds(),
            iat_us: now.unix_micros(),
            exp: now.plus(ACCESS).unix_seconds(),
        };
        jsonwebtoken::encode(&header, &claims, &ring.encode).map_err(Error::internal)
    }

    async fn verify(&self, app: &App, token: &str) -> Result<Seen> {
        let invalid = || Error::new(Code::TokenInvalid);
        let now = app.clock.now().unix_seconds();
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(seen) = self.seen.get(&digest) {
            return if now < seen.exp { Ok(seen) } else { Err(invalid()) };
        }
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|h| h.kid).ok_or_else(invalid)?;
        let ring = self.ring_with(app, &kid).await?;
        let good = |k: &&Key| k.id == kid && k.until.is_none_or(|until| now < until);
        let key = ring.keys.iter().find(good).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        // Expiry is checked below by our own clock.
        validation.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.decode, &validation).map_err(|_| invalid())?.claims;
        // A longer life than we give would outlive its key.
        if now >= claims.exp || claims.exp - claims.iat > ACCESS.num_seconds() {
            return Err(invalid());
        }
        let seen = Seen { account: claims.sub, iat_us: claims.iat_us, exp: claims.exp };
        self.seen.insert(digest, seen);
        Ok(seen)
    }

    /// The actor of an account, and when its password was last changed.
    async fn actor(&self, app: &App, id: AccountId) -> Result<Arc<(Actor, i64)>> {
        if let Some(known) = self.actors.get(&id) {
            return Ok(known);
        }
        let account = app.db.read("account.actor", move |conn| store::find(conn, id)).await?;
        let account =
            account.filter(|a| a.status == Status::Active).ok_or_else(|| Error::new(Code::TokenInvalid))?;
        let known = Arc::new((super::actor_of(&account)?, account.password_changed_at.unix_micros()));
        self.actors.insert(id, known.clone());
        Ok(known)
    }
}

/// The actor of an access token. Roles come from the account as it is now, not from the token.
///
/// # Errors
/// `auth.token_invalid`.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    let seen = app.keys.verify(app, token).await?;
    let known = app.keys.actor(app, seen.account).await?;
    let (actor, password_changed) = &*known;
    if seen.iat_us < *password_changed {
        return Err(Error::new(Code::TokenInvalid));
    }
    Ok(actor.clone())
}
