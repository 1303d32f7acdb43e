//! Signing keys: Ed25519 pairs (RFC 8037), each for one purpose, sealed in the vault. What one purpose signs is never
//! good for another: each has keys, a key id and a `typ` header of its own.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration as Span, Instant as Tick};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use rand::RngCore as _;
use serde::Serialize;

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::clock::Clock;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::KeyId;
use crate::instant::Instant;
use crate::seal::Vault;
use crate::text_enum;

use super::store;

text_enum! {
    /// What a key signs.
    #[schema(as = KeyPurpose)]
    pub enum Purpose {
        /// Access tokens: who asks.
        AccessToken = "access_token",
        /// Star tokens: which star a product bears. Their public keys are published.
        StarToken = "star_token",
    }
}

impl Purpose {
    /// How long what such a key signs is good at most.
    pub const fn life(self) -> Duration {
        match self {
            Self::AccessToken => super::ACCESS,
            Self::StarToken => Duration::hours(24),
        }
    }

    /// The `typ` of the header of what it signs (RFC 8725, section 3.11).
    pub const fn typ(self) -> &'static str {
        match self {
            Self::AccessToken => "JWT",
            Self::StarToken => "ocop-star+jwt",
        }
    }

    /// What a private key is sealed for.
    const fn sealed_for(self) -> &'static str {
        match self {
            Self::AccessToken => "signing_key",
            Self::StarToken => "star_signing_key",
        }
    }
}

/// How long another process may go on signing with a key that was just retired.
const ROTATION: Duration = Duration::minutes(1);

/// How often tokens that name an unknown key may make this process read the keys again.
const LOOK: Span = Span::from_secs(5);

/// A key that checks signatures.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) decode: DecodingKey,
    public: Vec<u8>,
    /// When the last token it signed has expired, for a retired key; seconds since 1970.
    until: Option<i64>,
}

impl Key {
    /// Whether something it signed may still be good.
    pub(super) fn is_good(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The keys of one purpose at one time.
pub(super) struct Ring {
    current: String,
    encode: EncodingKey,
    pub(super) keys: Vec<Key>,
}

impl Ring {
    fn read(rows: &[store::SigningKeyRow], vault: &Vault) -> Result<Self> {
        let current = rows.iter().find(|row| row.retired_at.is_none());
        let current = current.ok_or_else(|| Error::internal("no signing key"))?;
        let sealed = &current.sealed_private_key;
        let private = vault.open_sealed(current.purpose.sealed_for(), current.id.as_str(), sealed)?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let public = STANDARD.decode(&row.public_key).map_err(Error::internal)?;
            let until = row.retired_at.map(|at| at.plus(row.purpose.life() + ROTATION).unix_seconds());
            let decode = DecodingKey::from_ed_der(&public);
            keys.push(Key { id: row.id.to_string(), decode, public, until });
        }
        Ok(Self { current: current.id.to_string(), encode: EncodingKey::from_ed_der(&private), keys })
    }
}

/// A public key as a JWK (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
    x: String,
}

/// Makes a new key of a purpose; the one before it checks what it signed until that has expired.
///
/// # Errors
/// Faults of the database or the vault.
pub fn rotate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    vault: &Vault,
    purpose: Purpose,
    now: Instant,
) -> Result<KeyId> {
    let id = new_key(tx, vault, purpose, now)?;
    let shown = serde_json::json!({ "purpose": purpose });
    audit::record(tx, actor, "account.rotate_key", id.as_str(), None::<&()>, Some(&shown), now);
    Ok(id)
}

fn new_key(tx: &mut Tx<'_>, vault: &Vault, purpose: Purpose, now: Instant) -> Result<KeyId> {
    let mut seed = [0u8; 32];
    rand::rng().fill_bytes(&mut seed);
    let pair = SigningKey::from_bytes(&seed);
    let private = pair.to_pkcs8_der().map_err(Error::internal)?;
    let id = KeyId::new();
    let row = store::SigningKeyRow {
        id,
        purpose,
        public_key: STANDARD.encode(pair.verifying_key().as_bytes()),
        sealed_private_key: vault.seal(purpose.sealed_for(), id.as_str(), private.as_bytes())?,
        created_at: now,
        retired_at: None,
    };
    store::insert_key(tx, &row)?;
    Ok(id)
}

/// Keys retired before this moment have signed nothing that is still good.
fn since(purpose: Purpose, now: Instant) -> Instant {
    now.plus(-(purpose.life() + ROTATION))
}

/// The keys of one purpose in this process, read from the database.
pub struct SigningKeys {
    purpose: Purpose,
    ring: RwLock<Arc<Ring>>,
    /// When the keys were last read because of a token whose key is not among them.
    looked: Mutex<Option<Tick>>,
}

impl SigningKeys {
    /// Reads the keys; makes the first on the first run.
    ///
    /// # Errors
    /// Faults of the database or the vault.
    pub async fn open(purpose: Purpose, db: &Db, vault: &Vault, clock: &Clock) -> Result<Self> {
        let now = clock.now();
        let read = move |conn: &mut Conn| store::keys(conn, purpose, since(purpose, now));
        let mut rows = db.read("account.keys", read).await?;
        if rows.is_empty() {
            let vault = vault.clone();
            db.write("account.first_key", move |tx| {
                crate::db::dialect::lock(tx.conn(), "account.first_key")?;
                if store::keys(tx.conn(), purpose, since(purpose, now))?.is_empty() {
                    new_key(tx, &vault, purpose, now)?;
                }
                Ok(())
            })
            .await?;
            rows = db.read("account.keys", read).await?;
        }
        Ok(Self { purpose, ring: RwLock::new(Arc::new(Ring::read(&rows, vault)?)), looked: Mutex::new(None) })
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
    pub(super) async fn ring_with(&self, app: &App, kid: &str) -> Result<Arc<Ring>> {
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

    async fn reload(&self, app: &App) -> Result<Arc<Ring>> {
        let (purpose, since) = (self.purpose, since(self.purpose, app.clock.now()));
        let rows = app.db.read("account.keys", move |conn| store::keys(conn, purpose, since)).await?;
        let ring = Arc::new(Ring::read(&rows, &app.vault)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    /// Signs claims as a compact JWS with the key id and the `typ` of the purpose.
    ///
    /// # Errors
    /// A fault of the key.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String> {
        let ring = self.ring();
        let header = Header {
            kid: Some(ring.current.clone()),
            typ: Some(self.purpose.typ().to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &ring.encode).map_err(Error::internal)
    }

    /// The public keys whose signatures may still be good, to be published.
    pub fn public(&self, now: Instant) -> Vec<PublicKey> {
        let public = |key: &Key| PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.id.clone(),
            x: URL_SAFE_NO_PAD.encode(&key.public),
        };
        self.ring().keys.iter().filter(|key| key.is_good(now.unix_seconds())).map(public).collect()
    }
}
