//! The owner's consent: a shop is connected by a click on the platform's own page, not by copying tokens.
//!
//! [`ask`] gives the address of that page with a state that nobody can guess; only its digest is kept, with the shop and an
//! end. The page sends the owner's browser to [`answer`], which believes nothing without a good state: it keeps the code
//! sealed and queues [`exchange()`], the job that gets the first tokens for it. Nothing is sent from a request.

mod exchange;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use rand::RngCore as _;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::adapter::Adapter;
use crate::platform::sign;
use crate::platform::state::{
    Capability, Class, ConsentRefused, ConsentReply, Consented, Failure, Issue, same,
};

use super::state::ShopStatus;
use super::trouble::{consent_failed, consent_received};
use super::{own, remote, shop, store};

pub use exchange::exchange;

/// The kind of the job that gets the first tokens for a code.
pub const EXCHANGE: &str = "shop.consent";

/// How long the owner has.
const LIFE: Duration = Duration::minutes(15);
/// How long a consent is known after it was asked for, so that a late answer is told what it is.
const KEPT: Duration = Duration::days(1);
/// Bytes of a state, and its characters.
const STATE_BYTES: usize = 32;
const STATE_LENGTH: usize = 43;
/// What codes are sealed for.
const SEALED_FOR: &str = "shop.consent";

/// What a job that exchanges a code is about: the shop, and the digest of the state by which the code is found.
#[derive(Serialize, Deserialize)]
struct ExchangePayload {
    shop_id: ShopId,
    state_hash: String,
}

/// What is sealed of an answer.
#[derive(Serialize, Deserialize)]
struct SealedCode {
    code: String,
    settings: BTreeMap<String, String>,
}

/// A consent to be asked for: the state is in the address alone.
#[derive(Clone)]
pub struct Question {
    shop: ShopId,
    keys: String,
    state_hash: String,
    /// The platform's page.
    pub url: String,
}

/// Our address to which a platform sends the owner's browser.
fn redirect(app: &App, platform: &str) -> String {
    format!("{}/api/v1/hooks/{platform}/consent", app.config.public_url)
}

/// Why the owner cannot be sent to the platform's page, as an error of the API.
pub(super) fn not_asked(failure: &Failure) -> Error {
    if failure.class != Class::NeedsAction {
        return Error::new(Code::ShopNoConsent);
    }
    let field = |pointer: &str| {
        FieldError::new(
            pointer,
            "credential.missing",
            "Cần nhập trước khi chủ gian hàng đồng ý trên trang của sàn.",
            "This has to be given before the owner can consent on the platform's page.",
        )
    };
    let mut fields: Vec<FieldError> = failure.fields.iter().map(|f| field(&f.pointer)).collect();
    if fields.is_empty() {
        fields.push(field("/credentials"));
    }
    Error::invalid(fields)
}

/// Prepares the question to a shop's owner.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `shop.closed`, `shop.assisted`, `shop.no_consent`, and `request.invalid` where
/// the application's keys are missing.
pub async fn ask(app: &App, actor: &Actor, id: ShopId) -> Result<Question> {
    let reach = actor.reach.clone();
    let row = app.db.read("shop.ask", move |conn| shop::row(conn, &reach, id)).await?;
    own(actor, row.producer_id)?;
    if row.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    if row.assisted {
        return Err(Error::new(Code::ShopAssisted));
    }
    let adapter = offering(&row.platform).ok_or_else(|| Error::new(Code::ShopNoConsent))?;
    let credentials = remote::unseal(app, &row, adapter.descriptor())?;
    let mut bytes = [0u8; STATE_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let state = URL_SAFE_NO_PAD.encode(bytes);
    let asked = adapter.consent_url(&credentials, &redirect(app, &row.platform), &state, app.clock.now());
    let url = asked.map_err(|failure| not_asked(&failure))?;
    Ok(Question { shop: id, keys: row.credentials, state_hash: sign::digest(state.as_bytes()), url })
}

/// The adapter of a platform with a page for consents.
fn offering(platform: &str) -> Option<&'static dyn Adapter> {
    let adapter = crate::platform::adapter(platform)?;
    adapter.descriptor().capabilities.contains(&Capability::Consent).then_some(adapter)
}

/// Keeps a question until it is answered or its end, which is told.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`; `request.stale` where the shop got other keys at this moment.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, question: &Question, now: Instant) -> Result<Instant> {
    let row = shop::row(tx.conn(), &actor.reach, question.shop)?;
    own(actor, row.producer_id)?;
    if row.credentials != question.keys {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let until = now.plus(LIFE);
    store::begin_consent(tx, row.id, &question.state_hash, now, until)?;
    let after = serde_json::json!({"platform": row.platform, "expires_at": until});
    audit::record(tx, actor, "shop.consent", row.id.as_str(), None::<&()>, Some(&after), now);
    Ok(until)
}

/// What the owner's browser is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The consent was taken; the connection is made in the background.
    Received,
    /// The owner or the platform said no.
    Denied,
    /// It is the consent of another shop than the one that is to be connected.
    OtherShop,
    /// It is of an account that is no shop, or brings no code.
    NoShop,
    /// No such question, or it has ended, was answered before, or is not what the platform signed: nobody is told which.
    Unknown,
}

/// Takes what the owner's browser brought from the platform's page. Nothing is believed without a state that was given out
/// for a shop of this platform, has not ended and was not answered; where the platform signs, nothing is noted before
/// its signature is verified.
///
/// # Errors
/// `request.not_found` where the platform has no such page; faults of the database and the vault.
pub async fn answer(app: &App, platform: &str, query: &str) -> Result<Told> {
    let adapter = offering(platform).ok_or_else(|| Error::new(Code::NotFound))?;
    let Some(reply) = ConsentReply::read(query) else { return Ok(Told::Unknown) };
    let state = reply.get("state").filter(|state| state.len() == STATE_LENGTH);
    let Some(state_hash) = state.map(|state| sign::digest(state.as_bytes())) else {
        return Ok(Told::Unknown);
    };
    let (now, wanted) = (app.clock.now(), state_hash.clone());
    let found = app.db.read("consent.state", move |conn| {
        let Some(consent) = store::consent(conn, &wanted)? else { return Ok(None) };
        Ok(store::any_shop(conn, consent.shop_id)?.map(|shop| (consent, shop)))
    });
    let Some((consent, shop)) = found.await? else { return Ok(Told::Unknown) };
    let open =
        same(&consent.state_hash, &state_hash) && consent.answered_at.is_none() && consent.expires_at > now;
    if !open || shop.platform != platform || shop.status == ShopStatus::Closed {
        return Ok(Told::Unknown);
    }
    let credentials = remote::unseal(app, &shop, adapter.descriptor())?;
    let read = adapter.consented(&reply, &credentials);
    let other = |consented: &Consented| {
        let name = adapter.descriptor().shop_number?;
        let (known, said) = (shop.platform_number.as_ref()?, consented.settings.get(name)?);
        (known != said).then_some(())
    };
    let (told, sealed) = match read {
        Err(ConsentRefused::Forged) => return Ok(Told::Unknown),
        Err(ConsentRefused::Denied) => (Told::Denied, None),
        Err(ConsentRefused::Unreadable) => (Told::NoShop, None),
        Ok(consented) if other(&consented).is_some() => (Told::OtherShop, None),
        Ok(Consented { code, settings }) => {
            let code = SealedCode { code: code.expose().to_owned(), settings };
            let text = serde_json::to_vec(&code).map_err(Error::internal)?;
            (Told::Received, Some(app.vault.seal(SEALED_FOR, &state_hash, &text)?))
        }
    };
    let id = shop.id;
    let write = move |tx: &mut Tx<'_>| {
        if !store::answer_consent(tx, &state_hash, sealed.as_deref(), now)? {
            return Ok(Told::Unknown);
        }
        store::note_issue(tx, id, &Json::of(&issue_of(told)))?;
        if told == Told::Received {
            let job = NewJob { kind: EXCHANGE, lane: id.as_str(), run_at: now };
            jobs::enqueue(tx, &job, &ExchangePayload { shop_id: id, state_hash: state_hash.clone() }, now)?;
        }
        let (actor, after) = (Actor::system("consent"), serde_json::json!({"answer": word(told)}));
        audit::record(tx, &actor, "shop.consent_answered", id.as_str(), None::<&()>, Some(&after), now);
        Ok(told)
    };
    let told = app.db.write("consent.answer", write).await?;
    app.wake.notify_one();
    Ok(told)
}

const fn word(told: Told) -> &'static str {
    match told {
        Told::Received => "given",
        Told::Denied => "denied",
        Told::OtherShop => "other_shop",
        Told::NoShop => "no_shop",
        Told::Unknown => "unknown",
    }
}

/// What is noted on a shop that waits.
fn issue_of(told: Told) -> Issue {
    match told {
        Told::Received => consent_received(),
        Told::OtherShop => {
            consent_failed("sự đồng ý là của một gian hàng khác", "the consent is that of another shop")
        }
        Told::NoShop => consent_failed(
            "tài khoản đã đồng ý không phải tài khoản của gian hàng",
            "the account that consented is not that of the shop",
        ),
        Told::Denied | Told::Unknown => {
            consent_failed("chủ gian hàng hoặc sàn chưa đồng ý", "the owner or the platform did not consent")
        }
    }
}

/// Erases codes that were never used and forgets old consents.
///
/// # Errors
/// Faults of the database.
pub fn forget(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    for (state_hash, shop) in store::codes_left(tx.conn(), now.plus(-exchange::WORTH))? {
        store::erase_code(tx, &state_hash)?;
        store::note_issue(tx, shop, &Json::of(&exchange::too_late()))?;
    }
    store::forget_consents(tx, now.plus(-KEPT))
}
