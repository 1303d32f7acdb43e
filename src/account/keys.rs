//! Access tokens: JWT (RFC 7519) signed with Ed25519 (`EdDSA`, RFC 8037), with a key id so that keys can rotate, and
//! the caches that make checking one cheap.

use std::sync::Arc;
use std::time::Duration as Span;

use chrono::Duration;
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::app::App;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::ids::AccountId;
use crate::instant::Instant;
use crate::seal::Vault;

use super::ring::{Purpose, SigningKeys};
use super::state::Status;
use super::store;

/// How long an access token is good.
pub const ACCESS: Duration = Duration::minutes(15);
const ISSUER: &str = "ocop";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: AccountId,
    iat: i64,
    /// When it was signed, to the microsecond: a change of the password refuses what was signed before it.
    iat_us: i64,
    exp: i64,
}

/// The keys of this process, read from the database.
pub struct Keys {
    signing: SigningKeys,
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

/// How long another process may go on using an account's old roles.
const ACTOR_KEPT: Span = Span::from_secs(10);

impl Keys {
    /// Reads the keys; makes the first on the first run.
    ///
    /// # Errors
    /// Faults of the database or the vault.
    pub async fn open(db: &Db, vault: &Vault, clock: &Clock) -> Result<Self> {
        Ok(Self {
            signing: SigningKeys::open(Purpose::AccessToken, db, vault, clock).await?,
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

    /// Reads the keys again: another process may have rotated them.
    ///
    /// # Errors
    /// Faults of the database or the vault.
    pub async fn follow(&self, app: &App) -> Result<()> {
        self.signing.follow(app).await
    }

    /// Whether a token was checked before, so that checking it again costs nothing.
    pub fn knows(&self, token: &str) -> bool {
        self.seen.contains_key(&<[u8; 32]>::from(Sha256::digest(token)))
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// A fault of the key.
    pub fn sign(&self, account: AccountId, now: Instant) -> Result<String> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: account,
            iat: now.unix_seconds(),
            iat_us: now.unix_micros(),
            exp: now.plus(ACCESS).unix_seconds(),
        };
        self.signing.sign(&claims)
    }

    async fn verify(&self, app: &App, token: &str) -> Result<Seen> {
        let invalid = || Error::new(Code::TokenInvalid);
        let now = app.clock.now().unix_seconds();
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(seen) = self.seen.get(&digest) {
            return if now < seen.exp { Ok(seen) } else { Err(invalid()) };
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
        let kid = header.kid.ok_or_else(invalid)?;
        // A key of another purpose is not on this ring; the kind of token is named all the same.
        if header.typ.as_deref() != Some(Purpose::AccessToken.typ()) {
            return Err(invalid());
        }
        let ring = self.signing.ring_with(app, &kid).await?;
        let key = ring.keys.iter().find(|k| k.id == kid && k.is_good(now)).ok_or_else(invalid)?;
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
