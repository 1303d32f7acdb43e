//! Haravan (docs.haravan.com, Omni APIs 1.0). A bearer token that lasts, and one host for all shops.
//!
//! Stock is set for one of the shop's places by `inventories/adjustorset.json`; the place is the shop's setting or its
//! main one. A product is taken off the online shop by a `published_at` of null.

use std::collections::BTreeMap;

use super::adapter::{Adapter, Parsed};
use super::consent;
use super::state::{
    Answer, Credentials, Descriptor, Failure, HARAVAN, Hook, HookCall, HookRefused, HttpReply, HttpSpec,
    Issue, ListingContent, Method, News, Op, Rate, Secret, same,
};
use super::storefront::{self, Dialect};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "haravan";

/// Setting: where the stock is that is sold.
pub const LOCATION: &str = "location_id";

/// What is asked of the owner: `grant_service` installs the application in the shop.
const SCOPE: &str = "openid profile email org userinfo grant_service com.read_products com.write_products \
                     com.read_orders com.read_inventories com.write_inventories com.read_shop";

const DIALECT: Dialect = Dialect {
    key: KEY,
    title: "Haravan",
    name: "title",
    html: "body_html",
    published: "published_at",
    created: "created_at",
    cancelled: "cancelled_at",
    closed: "closed_at",
    orders: "status=any&order=created_at%20asc",
    changed_since: "updated_at_min",
    page: 50,
    counted: "haravan",
    grams: true,
    products_by_sku: true,
    stock_by_place: true,
    own_host: false,
};

const RATE: Rate = Rate { bucket: "data", per_second: HARAVAN.limits.requests_per_second, per_host: false };

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Haravan;

impl Adapter for Haravan {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = HARAVAN;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        if let Op::Consent { code, redirect } = op {
            let form =
                [("grant_type", "authorization_code"), ("code", code.expose()), ("redirect_uri", redirect)];
            return token(op, credentials, &form, code);
        }
        if let (Op::Login, Some(refresh)) = (op, consent::renewal(credentials)) {
            let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
            return token(op, credentials, &form, refresh);
        }
        let base = credentials.base_url.trim_end_matches('/');
        let api = format!("{}/com", base.strip_suffix("/com").unwrap_or(base));
        let place = Some(credentials.setting(LOCATION, "").trim()).filter(|place| !place.is_empty());
        let spec = storefront::build(&DIALECT, &api, op, replies, place, now)?;
        let token = consent::lasting(credentials, now)?;
        let spec = spec.header("authorization", format!("Bearer {}", token.expose()));
        Ok(HttpSpec { rate: RATE, ..spec.header("accept", "application/json").hides([token]) })
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        if let (Op::Consent { .. }, Some(reply)) = (op, replies.last()) {
            let grant = consent::granted(KEY, reply)?;
            return Ok(Parsed::Done(Answer::Consented { grant, settings: BTreeMap::new() }));
        }
        if let (Op::Login, Some(reply), Some(_)) = (op, replies.last(), consent::renewal(credentials)) {
            return consent::granted(KEY, reply).map(|grant| Parsed::Done(Answer::Token(grant)));
        }
        storefront::parse(&DIALECT, op, replies)
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        storefront::issues(&DIALECT, &HARAVAN.limits, content, now)
    }

    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        storefront::preview(&DIALECT, op, |replies| self.build(op, replies, credentials, now))
    }

    fn consent_url(
        &self,
        credentials: &Credentials,
        redirect: &str,
        state: &str,
        _: Instant,
    ) -> Result<String, Failure> {
        consent::secret(credentials, "app_secret")?;
        let query = [
            ("response_type", "code"),
            ("client_id", consent::setting(credentials, "app_key")?),
            ("redirect_uri", redirect),
            ("scope", SCOPE),
            ("state", state),
        ];
        Ok(consent::page(&format!("{}/connect/authorize", accounts(credentials)), query))
    }

    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        if let Some(challenge) = challenge(call, credentials)? {
            return Ok(Hook { delivery: "challenge".to_owned(), news: News::Challenge(challenge) });
        }
        let secret = credentials.secret("app_secret").map_err(|_| HookRefused::Forged)?;
        storefront::hook(call, secret.expose(), "x-haravan-hmacsha256", "x-haravan-topic")
    }
}

/// The host of consent and tokens, unless the address was changed: then it stands for both. Its paths are those of the
/// platform's guide to applications.
fn accounts(credentials: &Credentials) -> &str {
    let base = credentials.base_url.trim_end_matches('/');
    let own = HARAVAN.hosts.first().filter(|_| base == HARAVAN.base_url);
    own.copied().unwrap_or_else(|| base.strip_suffix("/com").unwrap_or(base))
}

/// A request for a token. The documents name no end of it: one that comes without a way to renew it is used until it is
/// refused.
fn token(
    op: &Op,
    credentials: &Credentials,
    form: &[(&str, &str)],
    worth: &Secret,
) -> Result<HttpSpec, Failure> {
    let secret = consent::secret(credentials, "app_secret")?;
    let keys = [("client_id", consent::setting(credentials, "app_key")?), ("client_secret", secret.expose())];
    let spec = HttpSpec::new(op, Method::Post, format!("{}/connect/token", accounts(credentials)));
    let form = form.iter().copied().chain(keys);
    Ok(spec.header("accept", "application/json").form(form).hides([secret, worth]))
}

/// What to answer to the question whether the address is ours: `hub.challenge`, if the token is the one agreed.
fn challenge(call: &HookCall<'_>, credentials: &Credentials) -> Result<Option<String>, HookRefused> {
    let asked = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(call.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if asked("hub.mode").as_deref() != Some("subscribe") {
        return Ok(None);
    }
    let agreed = credentials.secret("verify_token").map_err(|_| HookRefused::Forged)?;
    match asked("hub.verify_token") {
        Some(token) if same(&token, agreed.expose()) => {
            asked("hub.challenge").filter(|text| text.len() <= 500).map(Some).ok_or(HookRefused::Unreadable)
        }
        _ => Err(HookRefused::Forged),
    }
}

#[cfg(test)]
mod tests;
