//! Tiki, by its Open API (open.tiki.vn), version 2.
//!
//! A product is asked for by a request that Tiki tracks and reviews; only an approved one has a product's number, and it
//! is off sale until it is put up. Changes of its content are requests with a review, too, while price, stock and sale
//! change at once. [`id`] says how a listing is known on this way. Tiki refuses a second product of a SKU (code 420).
//!
//! Nothing is signed: a bearer token comes from the application's id and secret (a seller's own application) or from a
//! refresh token (an application of a third party). There are no webhooks: Tiki keeps events in a queue to be pulled,
//! which tells nothing that the pull of orders by their last change does not.

mod catalog;
mod check;
mod id;
mod orders;
mod plan;
mod reply;
mod standing;
mod wire;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::adapter::{Adapter, Parsed};
use super::consent;
use super::state::{
    Credentials, Descriptor, Failure, HttpReply, HttpSpec, Issue, ListingContent, Method, Op, Rate, Secret,
    SettingError, TIKI, Text,
};
use crate::instant::Instant;
use id::Id;
use plan::{Ask, Step};

/// Key of the platform.
pub const KEY: &str = "tiki";
/// Setting: how the shop's goods reach the buyer, one of [`INVENTORY_TYPES`].
pub const INVENTORY_TYPE: &str = "inventory_type";
/// What it is where a shop does not say: the seller keeps the goods and Tiki fetches them.
pub const INVENTORY_TYPE_DEFAULT: &str = "dropship";
/// The words of the contract for it.
pub const INVENTORY_TYPES: [&str; 5] =
    ["cross_border", "instock", "backorder", "seller_backorder", "dropship"];

/// What is asked of the owner; `offline` brings a refresh token.
const SCOPE: &str = "offline product order inventory";

const LOGIN_RATE: Rate = Rate { bucket: "login", per_second: Some(1), per_host: false };

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Tiki;

impl Adapter for Tiki {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = TIKI;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        match op {
            Op::Login => return login(op, credentials),
            Op::Consent { code, redirect } => return first_login(op, code, redirect, credentials),
            _ => {}
        }
        match plan::step(op, replies, credentials)? {
            Step::Ask(ask) => authorized(op, ask, credentials, now),
            Step::Done(_) => Err(Failure::permanent("platform.endless", "there is nothing left to ask")),
        }
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        let Some(reply) = replies.last() else {
            return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
        };
        if matches!(op, Op::Login) {
            return reply::token(reply).map(Parsed::Done);
        }
        if matches!(op, Op::Consent { .. }) {
            return Ok(Parsed::Done(reply::token(reply)?.of_consent(BTreeMap::new())));
        }
        Ok(match plan::step(op, replies, credentials)? {
            Step::Ask(_) => Parsed::More,
            Step::Done(answer) => Parsed::Done(answer),
        })
    }

    /// A product that is not on sale yet, or is to be changed, is listed by its number alone.
    fn listed_as(&self, external_id: &str) -> Option<String> {
        let product = Id::read(external_id).ok()?.product()?;
        Some(Id::Product(product).to_string())
    }

    fn settings_errors(&self, settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        let known = |word: &String| word.is_empty() || INVENTORY_TYPES.contains(&word.as_str());
        match settings.get(INVENTORY_TYPE) {
            Some(word) if !known(word) => {
                let all = INVENTORY_TYPES.join(", ");
                let text = Text::made(format!("Mô hình kho là một trong: {all}."), format!("One of: {all}."));
                vec![SettingError { name: INVENTORY_TYPE, text }]
            }
            _ => Vec::new(),
        }
    }

    /// For an application of a third party. The address of the page stands beside that of the tokens; it is known from
    /// the platform's sample clients.
    fn consent_url(
        &self,
        credentials: &Credentials,
        redirect: &str,
        state: &str,
        _: Instant,
    ) -> Result<String, Failure> {
        consent::secret(credentials, "client_secret")?;
        let query = [
            ("response_type", "code"),
            ("client_id", consent::setting(credentials, "client_id")?),
            ("redirect_uri", redirect),
            ("scope", SCOPE),
            ("state", state),
        ];
        Ok(consent::page(&format!("{}/sc/oauth2/auth", base(credentials)), query))
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        check::issues(content, now)
    }

    /// The write itself: before a change the product is read, which is nothing to look at.
    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        let first = self.build(op, &[], credentials, now)?;
        let Op::Upsert { external_id: Some(external_id), content, .. } = op else { return Ok(first) };
        let Some(product) = Id::read(external_id)?.product() else { return Ok(first) };
        let ask = Ask {
            method: Method::Post,
            path: "requests/updateProductInfo".to_owned(),
            body: Some(wire::info(product, content, None)),
            write: true,
        };
        authorized(op, ask, credentials, now)
    }
}

fn base(credentials: &Credentials) -> &str {
    credentials.base_url.trim_end_matches('/')
}

/// The newest refresh token where the shop has one, otherwise the keys alone.
fn login(op: &Op, credentials: &Credentials) -> Result<HttpSpec, Failure> {
    match credentials.secret("refresh_token") {
        Ok(refresh) => {
            let client = credentials.setting("client_id", "");
            let form =
                [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh.expose())];
            Ok(token(op, credentials, &form)?.hides([refresh]))
        }
        Err(_) => token(op, credentials, &[("grant_type", "client_credentials")]),
    }
}

/// The first token, for the code of the owner's consent.
fn first_login(
    op: &Op,
    code: &Secret,
    redirect: &str,
    credentials: &Credentials,
) -> Result<HttpSpec, Failure> {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", credentials.setting("client_id", "")),
        ("code", code.expose()),
        ("redirect_uri", redirect),
    ];
    Ok(token(op, credentials, &form)?.hides([code]))
}

/// A request for a token with the keys as `Basic` (RFC 7617).
fn token(op: &Op, credentials: &Credentials, form: &[(&str, &str)]) -> Result<HttpSpec, Failure> {
    let secret = credentials.secret("client_secret")?;
    let client = credentials.setting("client_id", "");
    let pair = Secret::new(STANDARD.encode(format!("{client}:{}", secret.expose())));
    let spec = HttpSpec::new(op, Method::Post, format!("{}/sc/oauth2/token", base(credentials)))
        .header("authorization", format!("Basic {}", pair.expose()))
        .hides([secret, &pair])
        .form(form.iter().copied());
    Ok(HttpSpec { rate: LOGIN_RATE, ..spec })
}

fn authorized(op: &Op, ask: Ask, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
    let token = credentials.token(now)?;
    let Ask { method, path, body, write } = ask;
    let spec = HttpSpec::new(op, method, format!("{}/integration/v2/{path}", base(credentials)))
        .header("authorization", format!("Bearer {}", token.expose()))
        .hides(credentials.secrets.values().chain([token]));
    let spec = if write { spec } else { spec.reads() };
    match body {
        Some(body) => spec.json(&body),
        None => Ok(spec),
    }
}

#[cfg(test)]
mod tests;
