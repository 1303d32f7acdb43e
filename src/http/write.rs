//! The way of every write: authorised actor, `Idempotency-Key`, `dry_run`, one transaction, one storable answer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::Duration;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use std::future::{Ready, ready};

use crate::actor::Actor;
use crate::app::App;
use crate::db::schema::idempotency_keys;
use crate::db::types::hex;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::seal::Vault;

use super::input::BodyDigest;
use super::reply::{Reply, query_value};

/// How long an answer is kept for repeats.
const KEPT: Duration = Duration::hours(24);
/// What kept answers with a secret are sealed for.
const SEALED_FOR: &str = "http.reply";
/// The longest `Idempotency-Key`.
const KEY_LENGTH: usize = 255;

/// Keys whose first request is still running in this process.
#[derive(Debug, Default)]
pub struct Running(Mutex<HashSet<(String, String)>>);

struct Mark {
    running: Arc<Running>,
    key: (String, String),
}

impl Running {
    fn mark(self: &Arc<Self>, key: (String, String)) -> Option<Mark> {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        set.insert(key.clone()).then(|| Mark { running: self.clone(), key })
    }
}

impl Running {
    /// Whether any request with a key is running in this process.
    pub fn any(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// A write on its way: an extractor for handlers that change something.
pub struct Write {
    req: HttpRequest,
    app: App,
    /// Who writes.
    pub actor: Actor,
}

/// Whether nothing is to be stored.
fn dry_run(req: &HttpRequest) -> Result<bool> {
    match query_value(req, "dry_run").as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => {
            Err(Error::told(Code::BadQuery, "dry_run nhận true hoặc false.", "dry_run takes true or false."))
        }
    }
}

/// Refuses `?dry_run=true` where the work cannot be tried without doing it.
///
/// # Errors
/// `request.bad_query`.
pub fn refuse_dry_run(req: &HttpRequest) -> Result<()> {
    if dry_run(req)? {
        return Err(Error::told(
            Code::BadQuery,
            "Địa chỉ này không chạy thử được; hãy bỏ dry_run.",
            "This address has no dry run; leave dry_run out.",
        ));
    }
    Ok(())
}

impl FromRequest for Write {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = req.app_data::<web::Data<App>>().map(|app| app.get_ref().clone());
        let actor = req.extensions().get::<Actor>().cloned();
        ready(match (app, actor) {
            (Some(app), Some(actor)) => Ok(Self { req: req.clone(), app, actor }),
            _ => Err(Error::new(Code::Unauthenticated)),
        })
    }
}

impl Write {
    /// The service.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The version from `If-Match`.
    ///
    /// # Errors
    /// 428 without it, 412 when it is none of ours.
    pub fn version(&self) -> Result<i32> {
        super::reply::if_match(&self.req)
    }

    /// The stored answer, where the request repeats one: for handlers that check before [`Write::run`] what is not
    /// true any more once the first request is done.
    ///
    /// # Errors
    /// `idempotency.key_reused`; faults of the database.
    pub async fn repeated(&self) -> Result<Option<HttpResponse>> {
        let Some(key) = self.key()?.filter(|_| !matches!(dry_run(&self.req), Ok(true))) else {
            return Ok(None);
        };
        let (account, fingerprint, now) = (self.actor.name(), self.fingerprint(), self.app.clock.now());
        let stored =
            self.app.db.read("http.repeated", move |conn| stored(conn, &account, &key, &fingerprint, now));
        Ok(stored.await?.map(|reply| reply.respond(&self.req)))
    }

    /// Runs `f` in one transaction with the record of its `Idempotency-Key`, and answers what it returns. With
    /// `?dry_run=true` everything is checked and answered, and nothing stored.
    ///
    /// # Errors
    /// What `f` returns; `idempotency.*`; faults of the database.
    pub async fn run<F>(self, op: &'static str, f: F) -> Result<HttpResponse>
    where
        F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Reply> + Send + 'static,
    {
        self.run_with(op, None, f).await
    }

    /// As [`Write::run`], for an answer with a secret in it: what is kept for repeats is sealed.
    ///
    /// # Errors
    /// As [`Write::run`]; faults of the vault.
    pub async fn run_sealed<F>(self, op: &'static str, f: F) -> Result<HttpResponse>
    where
        F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Reply> + Send + 'static,
    {
        let vault = self.app.vault.clone();
        self.run_with(op, Some(vault), f).await
    }

    async fn run_with<F>(self, op: &'static str, vault: Option<Vault>, mut f: F) -> Result<HttpResponse>
    where
        F: FnMut(&mut Tx<'_>, &Actor, Instant) -> Result<Reply> + Send + 'static,
    {
        let dry = dry_run(&self.req)?;
        let key = self.key()?;
        let fingerprint = self.fingerprint();
        let account = self.actor.name();
        let _mark = match &key {
            Some(key) if !dry => Some(
                self.app
                    .running
                    .mark((account.clone(), key.clone()))
                    .ok_or_else(|| Error::new(Code::KeyRunning).retry_after(1))?,
            ),
            _ => None,
        };
        let (now, actor) = (self.app.clock.now(), self.actor.clone());
        let reply = self
            .app
            .db
            .write(op, move |tx| {
                if dry {
                    tx.undo();
                    return f(tx, &actor, now);
                }
                let Some(key) = &key else { return f(tx, &actor, now) };
                // Two nodes may see the same key at once: the second waits here and then finds the answer.
                crate::db::dialect::lock(tx.conn(), key)?;
                if let Some(stored) = stored(tx.conn(), &account, key, &fingerprint, now)? {
                    let Some(vault) = &vault else { return Ok(stored) };
                    let body = vault.open_sealed(SEALED_FOR, key, &stored.body)?;
                    return Ok(Reply { body: String::from_utf8_lossy(&body).into_owned(), ..stored });
                }
                let reply = f(tx, &actor, now)?;
                let mut kept = reply.clone();
                if let Some(vault) = &vault {
                    kept.body = vault.seal(SEALED_FOR, key, reply.body.as_bytes())?;
                }
                keep(tx, &account, key, &fingerprint, &kept, now)?;
                Ok(reply)
            })
            .await?;
        if !dry {
            self.app.wake.notify_one();
        }
        Ok(reply.respond(&self.req))
    }

    fn key(&self) -> Result<Option<String>> {
        let Some(header) = self.req.headers().get("idempotency-key") else { return Ok(None) };
        let text = header.to_str().unwrap_or_default();
        if text.is_empty() || text.len() > KEY_LENGTH {
            return Err(Error::told(
                Code::BadHeader,
                format!("Idempotency-Key phải có từ 1 đến {KEY_LENGTH} ký tự ASCII."),
                format!("Idempotency-Key must have 1 to {KEY_LENGTH} ASCII characters."),
            ));
        }
        Ok(Some(text.to_owned()))
    }

    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(self.req.method().as_str());
        digest.update([0]);
        digest.update(self.req.path());
        digest.update([0]);
        digest.update(self.req.query_string());
        digest.update([0]);
        if let Some(BodyDigest(body)) = self.req.extensions().get::<BodyDigest>() {
            digest.update(body);
        }
        hex(&digest.finalize())
    }
}

fn stored(
    conn: &mut Conn,
    account: &str,
    key: &str,
    fingerprint: &str,
    now: Instant,
) -> Result<Option<Reply>> {
    let row: Option<(String, i32, Json, String)> = idempotency_keys::table
        .filter(idempotency_keys::account_id.eq(account).and(idempotency_keys::key.eq(key)))
        .filter(idempotency_keys::created_at.gt(now.plus(-KEPT)))
        .select((
            idempotency_keys::fingerprint,
            idempotency_keys::status,
            idempotency_keys::headers,
            idempotency_keys::body,
        ))
        .first(conn)
        .optional()?;
    let Some((seen, status, headers, body)) = row else { return Ok(None) };
    if seen != fingerprint {
        return Err(Error::new(Code::KeyReused));
    }
    let (etag, location) = headers.get()?;
    Ok(Some(Reply { status: u16::try_from(status).unwrap_or(200), etag, location, body }))
}

fn keep(
    tx: &mut Tx<'_>,
    account: &str,
    key: &str,
    fingerprint: &str,
    reply: &Reply,
    now: Instant,
) -> Result<()> {
    let headers = Json::of(&(&reply.etag, &reply.location));
    let old = idempotency_keys::table
        .filter(idempotency_keys::account_id.eq(account).and(idempotency_keys::key.eq(key)));
    diesel::delete(old).execute(tx.conn())?;
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::account_id.eq(account),
            idempotency_keys::key.eq(key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::status.eq(i32::from(reply.status)),
            idempotency_keys::headers.eq(headers),
            idempotency_keys::body.eq(&reply.body),
            idempotency_keys::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets answers that are kept no longer; called by the daily sweep.
///
/// # Errors
/// Faults of the database.
pub fn forget_old(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(now.plus(-KEPT)));
    Ok(diesel::delete(old).execute(tx.conn())?)
}
