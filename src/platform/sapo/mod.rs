//! Sapo (support.sapo.vn; third-party clients where that is silent): a shop on a host of its own, with the keys of a
//! private application, which last, as Basic authentication; or with an access token in `X-Sapo-Access-Token`.
//!
//! Names differ from the old REST shape (`name`, `content`), times end in `_on`. What no document at hand says is read
//! back: after a withdrawal that the product is hidden (`published_on` of null), after a price that the stock changed
//! too. 40 requests a minute are taken from one address, whatever the shop, so all shops draw from one counter.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::adapter::{Adapter, Parsed};
use super::consent;
use super::state::{
    Answer, ConsentRefused, ConsentReply, Consented, Credentials, Descriptor, Failure, Hook, HookCall,
    HookRefused, HttpReply, HttpSpec, Issue, ListingContent, Method, Op, Rate, SAPO, Secret,
};
use super::storefront::{self, Dialect};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "sapo";

/// What is asked of the owner.
const SCOPE: &str = "read_products,write_products,read_orders";

/// The counter of our address, for every request.
const RATE: Rate = Rate { bucket: KEY, per_second: None, per_host: false };

const DIALECT: Dialect = Dialect {
    key: KEY,
    title: "Sapo",
    name: "name",
    html: "content",
    published: "published_on",
    created: "created_on",
    cancelled: "cancelled_on",
    closed: "closed_on",
    orders: "status=any",
    changed_since: "modified_on_min",
    page: 250,
    counted: "bizweb",
    grams: false,
    products_by_sku: false,
    stock_by_place: false,
    own_host: true,
};

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Sapo;

impl Adapter for Sapo {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = SAPO;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let base = credentials.base_url.trim_end_matches('/');
        if let Op::Consent { code, .. } = op {
            return first_token(op, code, credentials);
        }
        let api = format!("{}/admin", base.strip_suffix("/admin").unwrap_or(base));
        let spec = storefront::build(&DIALECT, &api, op, replies, None, now)?;
        let secret = credentials.secret("app_secret")?;
        let spec = HttpSpec { rate: RATE, ..spec.header("accept", "application/json").hides([secret]) };
        if let Ok(token) = consent::lasting(credentials, now) {
            return Ok(spec.header("x-sapo-access-token", token.expose()).hides([token]));
        }
        let key = credentials.setting("app_key", "").trim();
        let pair = Secret::new(STANDARD.encode(format!("{key}:{}", secret.expose())));
        Ok(spec.header("authorization", format!("Basic {}", pair.expose())).hides([&pair]))
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], _: &Credentials) -> Result<Parsed, Failure> {
        if let (Op::Consent { .. }, Some(reply)) = (op, replies.last()) {
            let grant = consent::granted(KEY, reply)?;
            return Ok(Parsed::Done(Answer::Consented { grant, settings: BTreeMap::new() }));
        }
        storefront::parse(&DIALECT, op, replies)
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        storefront::issues(&DIALECT, &SAPO.limits, content, now)
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
            ("client_id", consent::setting(credentials, "app_key")?),
            ("scope", SCOPE),
            ("redirect_uri", redirect),
            ("state", state),
        ];
        Ok(consent::page(&format!("{}/admin/oauth/authorize", host(credentials)), query))
    }

    fn consented(
        &self,
        reply: &ConsentReply<'_>,
        credentials: &Credentials,
    ) -> Result<Consented, ConsentRefused> {
        let secret = credentials.secret("app_secret").map_err(|_| ConsentRefused::Forged)?;
        if consent::is_signed(reply, secret.expose()) {
            reply.code("code")
        } else {
            Err(ConsentRefused::Forged)
        }
    }

    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        let secret = credentials.secret("app_secret").map_err(|_| HookRefused::Forged)?;
        storefront::hook(call, secret.expose(), "x-sapo-hmac-sha256", "x-sapo-topic")
    }
}

fn host(credentials: &Credentials) -> &str {
    let base = credentials.base_url.trim_end_matches('/');
    base.strip_suffix("/admin").unwrap_or(base)
}

/// The token for the code; it lasts.
fn first_token(op: &Op, code: &Secret, credentials: &Credentials) -> Result<HttpSpec, Failure> {
    let secret = consent::secret(credentials, "app_secret")?;
    let form = [
        ("client_id", consent::setting(credentials, "app_key")?),
        ("client_secret", secret.expose()),
        ("code", code.expose()),
    ];
    let spec = HttpSpec::new(op, Method::Post, format!("{}/admin/oauth/access_token", host(credentials)));
    let spec = spec.header("accept", "application/json").form(form).hides([secret, code]);
    Ok(HttpSpec { rate: RATE, ..spec })
}

#[cfg(test)]
mod tests;
