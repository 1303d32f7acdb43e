//! Access tokens: JWT (RFC 7519) signed with Ed25519 (`EdDSA`, RFC 8037), with a key id so that keys can rotate, and
//! the caches that make checking one cheap.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration as Span;

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
    exp: i64,
}

struct Key {
    id: String,
    decode: DecodingKey,
}

struct Ring {
    current: String,
    encode: EncodingKey,
    keys: Vec<Key>,
}

/// The keys of this process, read from the database.
pub struct Keys {
    ring: RwLock<Arc<Ring>>,
    /// Tokens checked before, by their digest: account and expiry in seconds since 1970.
    seen: moka::sync::Cache<[u8; 32], (AccountId, i64)>,
    /// Accounts looked up before.
    actors: moka::sync::Cache<AccountId, Arc<Actor>>,
}

/// How long another process may go on using an account's old roles.
const ACTOR_KEPT: Span = Span::from_secs(10);

fn read_ring(rows: &[store::SigningKeyRow], vault: &Vault) -> Result<Ring> {
    let current = rows.first().ok_or_else(|| Error::internal("no signing key"))?;
    let private = vault.open_sealed(PURPOSE, current.id.as_str(), &current.sealed_private_key)?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let public = STANDARD.decode(&row.public_key).map_err(Error::internal)?;
        keys.push(Key { id: row.id.to_string(), decode: DecodingKey::from_ed_der(&public) });
    }
    Ok(Ring { current: current.id.to_string(), encode: EncodingKey::from_ed_der(&private), keys })
}

/// Makes a new signing key; the ones before it still verify what they signed.
///
/// # Errors
/// Faults of the database or the vault.
pub fn rotate(tx: &mut Tx<'_>, vault: &Vault, now: Instant) -> Result<KeyId> {
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
        let mut rows = db.read("account.keys", store::keys).await?;
        if rows.is_empty() {
            let (vault, now) = (vault.clone(), clock.now());
            db.write("account.first_key", move |tx| {
                crate::db::dialect::lock(tx.conn(), "account.first_key")?;
                if store::keys(tx.conn())?.is_empty() {
                    rotate(tx, &vault, now)?;
                }
                Ok(())
            })
            .await?;
            rows = db.read("account.keys", store::keys).await?;
        }
        Ok(Self {
            ring: RwLock::new(Arc::new(read_ring(&rows, vault)?)),
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

    async fn reload(&self, app: &App) -> Result<Arc<Ring>> {
        let rows = app.db.read("account.keys", store::keys).await?;
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
            exp: now.plus(ACCESS).unix_seconds(),
        };
        jsonwebtoken::encode(&header, &claims, &ring.encode).map_err(Error::internal)
    }

    async fn verify(&self, app: &App, token: &str) -> Result<AccountId> {
        let invalid = || Error::new(Code::TokenInvalid);
        let now = app.clock.now().unix_seconds();
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some((account, exp)) = self.seen.get(&digest) {
            return if now < exp { Ok(account) } else { Err(invalid()) };
        }
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|h| h.kid).ok_or_else(invalid)?;
        let mut ring = self.ring();
        if !ring.keys.iter().any(|k| k.id == kid) && kid.parse::<KeyId>().is_ok() {
            // Another node may have rotated the keys.
            ring = self.reload(app).await?;
        }
        let key = ring.keys.iter().find(|k| k.id == kid).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        // Expiry is checked below by our own clock.
        validation.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.decode, &validation).map_err(|_| invalid())?.claims;
        if now >= claims.exp {
            return Err(invalid());
        }
        self.seen.insert(digest, (claims.sub, claims.exp));
        Ok(claims.sub)
    }

    async fn actor(&self, app: &App, id: AccountId) -> Result<Actor> {
        if let Some(actor) = self.actors.get(&id) {
            return Ok(Actor::clone(&actor));
        }
        let account = app.db.read("account.actor", move |conn| store::find(conn, id)).await?;
        let account =
            account.filter(|a| a.status == Status::Active).ok_or_else(|| Error::new(Code::TokenInvalid))?;
        let actor = super::actor_of(&account)?;
        self.actors.insert(id, Arc::new(actor.clone()));
        Ok(actor)
    }
}

/// The actor of an access token. Roles come from the account as it is now, not from the token.
///
/// # Errors
/// `auth.token_invalid`.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    let account = app.keys.verify(app, token).await?;
    app.keys.actor(app, account).await
}
