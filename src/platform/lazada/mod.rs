//! Lazada, by its Open Platform (open.lazada.com) in Viet Nam.
//!
//! Every request is signed with the application's secret; an access token lives 30 days (7 for a test application) and is
//! got with a refresh token. Every answer is HTTP 200: success is the body's `code` `"0"`. Images are uploaded before
//! their product, since it takes only its own. A product is looked at (*quality check*) after it is made or changed;
//! price and stock have a call of their own, so an update carries neither. A price that changes by more than 80 % is
//! looked at too, of which nothing is told until the product is read.
//!
//! What the contract read does not name is taken from the platform's public guides and client libraries, and said where
//! it stands: names of the products' and orders' fields, the words of their states, `apiRequestBody`.

mod check;
mod orders;
mod plan;
mod reply;
mod request;
mod wire;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::adapter::{Adapter, Parsed};
use super::read::{text, whole};
use super::state::{
    Credentials, Descriptor, Failure, Hook, HookCall, HookRefused, HttpReply, HttpSpec, Issue, LAZADA,
    ListingContent, News, Op, SettingError,
};
use super::{consent, parcel, sign, steps};
use crate::instant::Instant;
use plan::plan;

/// Key of the platform.
pub const KEY: &str = "lazada";
/// Setting: the seller's number. News at the application's one address name the shop by it.
pub const SELLER: &str = "seller_id";
/// Setting: the brand of the shop's products; otherwise the id of "No Brand" is looked up.
pub const BRAND: &str = "brand_id";
/// Setting: the warehouse whose stock is set, for a shop with several.
pub const WAREHOUSE: &str = "warehouse_code";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Lazada;

impl Adapter for Lazada {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = LAZADA;
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
            Op::Login => return request::login(op, credentials, now),
            Op::Consent { code, .. } => return request::first_login(op, code, credentials, now),
            _ => {}
        }
        request::signed(op, steps::next(plan(op, replies, credentials))?, credentials, now)
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        let Some(reply) = replies.last() else {
            return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
        };
        if matches!(op, Op::Login) {
            return reply::token(reply).map(Parsed::Done);
        }
        if matches!(op, Op::Consent { .. }) {
            let settings = reply::seller(reply).map(|id| (SELLER.to_owned(), id));
            return Ok(Parsed::Done(reply::token(reply)?.of_consent(settings.into_iter().collect())));
        }
        steps::parsed(plan(op, replies, credentials))
    }

    fn settings_errors(&self, settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        parcel::errors(settings).into_iter().collect()
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        check::issues(content, &self.descriptor().limits, now)
    }

    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        const STANDS_IN: &str = "…";
        let (mut op, mut credentials, mut replies) = (op.clone(), credentials.clone(), Vec::new());
        let brand = credentials.settings.entry(BRAND.to_owned()).or_default();
        if brand.trim().is_empty() {
            STANDS_IN.clone_into(brand);
        }
        if let Op::Upsert { content, media, external_id } = &mut op {
            for image in &content.images {
                media.entry(image.clone()).or_insert_with(|| STANDS_IN.to_owned());
            }
            if let Some(id) = external_id {
                // The look at the product that comes before its change.
                let sku = json!({"SkuId": STANDS_IN, "SellerSku": content.sku});
                let body = json!({"code": "0", "data": {"item_id": id, "skus": [sku]}});
                replies.push(HttpReply {
                    status: 200,
                    headers: Vec::new(),
                    body: body.to_string().into_bytes(),
                });
            }
        }
        let spec = self.build(&op, &replies, &credentials, now)?;
        // A person reads the form's one field, not its encoding.
        let field = url::form_urlencoded::parse(&spec.body).next().map(|(_, value)| value.into_owned());
        Ok(match field {
            Some(text) => HttpSpec { body: text.into_bytes(), ..spec },
            None => spec,
        })
    }

    fn consent_url(
        &self,
        credentials: &Credentials,
        redirect: &str,
        state: &str,
        _: Instant,
    ) -> Result<String, Failure> {
        consent::secret(credentials, "app_secret")?;
        let app_key = consent::setting(credentials, "app_key")?;
        let host = request::token_host(credentials);
        let address = format!("{}/oauth/authorize", host.strip_suffix("/rest").unwrap_or(host));
        let query = [
            ("response_type", "code"),
            ("force_auth", "true"),
            ("redirect_uri", redirect),
            ("client_id", app_key),
            ("country", "vn"),
            ("state", state),
        ];
        Ok(consent::page(&address, query))
    }

    /// An HMAC over application key and raw body. The signed time is that of the news and deliveries are repeated for
    /// six hours, so it tells no forgery; repeats are known by the body.
    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        let secret = credentials.secret("app_secret").map_err(|_| HookRefused::Forged)?;
        let app_key = credentials.setting("app_key", "").trim();
        let signature = sign::hmac_hex(secret.expose(), &[app_key.as_bytes(), call.body]);
        if app_key.is_empty() || !call.header_is("authorization", &signature) {
            return Err(HookRefused::Forged);
        }
        let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
        let news = match body.get("message_type").and_then(whole).ok_or(HookRefused::Unreadable)? {
            0 => News::Orders,
            // The quality check, and products made, changed or deleted. The field's name is of the guides; without it
            // the next look at the products tells the same.
            1 | 3 | 4 | 5 => match body.pointer("/data/item_id").and_then(text) {
                Some(id) => News::Products(vec![id]),
                None => News::Nothing,
            },
            // The token is about to end; the seller's state changed.
            8 | 13 => News::Shop,
            _ => News::Nothing,
        };
        Ok(Hook { delivery: sign::digest(call.body), news })
    }

    fn hook_shop(&self, call: &HookCall<'_>) -> Option<String> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        body.get("seller_id").and_then(text)
    }
}

#[cfg(test)]
mod tests;
