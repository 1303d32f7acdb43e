//! TikTok Shop, by its Open API of version 202309 and later (partner.tiktokshop.com/docv2).
//!
//! Every request is signed with the application's secret; an access token lives about a week and is got with a refresh
//! token that changes each time. Success is the body's `code` 0. Images are uploaded before their product. A product and
//! each change of its content are audited; price and stock are not, and have calls of their own, so an update is the
//! partial edit that carries neither. Nothing keeps a seller's SKU from being there twice: it is looked up before every
//! create. An `idempotency_key` is told of second-hand for creation and not sent.
//!
//! After-sale returns stand in an interface of their own and not in an order's status, so they are not read.

mod check;
mod orders;
mod plan;
mod reply;
mod request;
mod wire;

use std::collections::BTreeMap;

use serde_json::Value;

use super::adapter::{Adapter, Parsed};
use super::read::{text, whole};
use super::state::{
    Credentials, Descriptor, Failure, Hook, HookCall, HookRefused, HttpReply, HttpSpec, Issue,
    ListingContent, News, Op, SettingError, TIKTOK_SHOP,
};
use super::{consent, parcel, sign, steps};
use crate::instant::Instant;
use plan::plan;

/// Key of the platform.
pub const KEY: &str = "tiktok_shop";
/// Setting: the shop's number. News at the application's one address name the shop by it, and it tells which shop is
/// meant where the consent covers several.
pub const SHOP: &str = "shop_id";
/// Setting: which shop is meant, where the application may act for several; otherwise it is looked up.
pub const CIPHER: &str = "shop_cipher";
/// Setting: the warehouse whose stock is set; otherwise it is looked up.
pub const WAREHOUSE: &str = "warehouse_id";

/// Setting: the application's number as a service, which the consent page of sellers outside the US goes by.
pub const SERVICE: &str = "service_id";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct TiktokShop;

impl Adapter for TiktokShop {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = TIKTOK_SHOP;
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
            Op::Login => return request::login(op, credentials),
            Op::Consent { code, .. } => return request::first_login(op, code, credentials),
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
            // Which shops it covers is asked for.
            return Ok(Parsed::Done(reply::token(reply)?.of_consent(BTreeMap::new())));
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
        let (mut op, mut credentials) = (op.clone(), credentials.clone());
        for name in [CIPHER, WAREHOUSE] {
            let setting = credentials.settings.entry(name.to_owned()).or_default();
            if setting.trim().is_empty() {
                STANDS_IN.clone_into(setting);
            }
        }
        if let Op::Upsert { content, media, .. } = &mut op {
            for image in &content.images {
                media.entry(image.clone()).or_insert_with(|| STANDS_IN.to_owned());
            }
        }
        self.build(&op, &[], &credentials, now)
    }

    /// Sellers outside the US, those of Viet Nam among them, have a page of their own, which goes by the application's
    /// `service_id`; without one it is the page that goes by its key. Where the owner is sent back to is registered with
    /// the application.
    fn consent_url(
        &self,
        credentials: &Credentials,
        _: &str,
        state: &str,
        _: Instant,
    ) -> Result<String, Failure> {
        consent::secret(credentials, "app_secret")?;
        let app_key = consent::setting(credentials, "app_key")?;
        let service = credentials.setting(SERVICE, "").trim();
        if !service.is_empty() {
            let address = format!("{}/open/authorize", request::page_host(credentials));
            return Ok(consent::page(&address, [("service_id", service), ("state", state)]));
        }
        let address = format!("{}/oauth/authorize", request::token_host(credentials));
        Ok(consent::page(&address, [("app_key", app_key), ("state", state)]))
    }

    /// An HMAC over application key and raw body, without a time in it: repeats are known by the notification's number.
    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        let secret = credentials.secret("app_secret").map_err(|_| HookRefused::Forged)?;
        let app_key = credentials.setting("app_key", "");
        let signature = sign::hmac_hex(secret.expose(), &[app_key.as_bytes(), call.body]);
        if app_key.is_empty() || !call.header_is("authorization", &signature) {
            return Err(HookRefused::Forged);
        }
        let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
        let number = body.get("tts_notification_id").and_then(text);
        let news = match body.get("type").and_then(whole).ok_or(HookRefused::Unreadable)? {
            // Order, reverse, package and return.
            1 | 2 | 4 | 12 => News::Orders,
            5 => {
                let id = body.pointer("/data/product_id").and_then(text).ok_or(HookRefused::Unreadable)?;
                News::Products(vec![id])
            }
            // The seller's consent ended or is about to.
            6 | 7 => News::Shop,
            _ => News::Nothing,
        };
        Ok(Hook { delivery: number.unwrap_or_else(|| sign::digest(call.body)), news })
    }

    fn hook_shop(&self, call: &HookCall<'_>) -> Option<String> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        body.get("shop_id").and_then(text)
    }
}

#[cfg(test)]
mod tests;
