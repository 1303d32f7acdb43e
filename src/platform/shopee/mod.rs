//! Shopee, by its Open Platform version 2 (open.shopee.com). Every request is signed with the partner's key over the
//! partner, the path, the time and, for calls of a shop, its token; the body is not signed. An access token lives four
//! hours; a refresh token is good once and brings the next.
//!
//! Failures come inside HTTP 200 as a word in `error`. A SKU is no key there and there is no idempotency key, so a
//! product is looked for before every create. Images are uploaded before their product; price and stock have calls of
//! their own, and the limits of a category are asked for, because the documents give them only as an example.

mod check;
mod hook;
mod orders;
mod plan;
mod product;
mod reply;
mod send;
mod wire;

use std::collections::BTreeMap;

use super::adapter::{Adapter, Parsed};
use super::state::{
    ConsentRefused, ConsentReply, Consented, Credentials, Descriptor, Failure, Hook, HookCall, HookRefused,
    HttpReply, HttpSpec, Issue, ListingContent, Media, Op, SHOPEE, SettingError, Text,
};
use super::{consent, parcel, steps};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "shopee";
/// Setting: the shop's number. News at the application's one address name the shop by it.
pub const SHOP: &str = "shop_id";
/// Setting: the carriers' channels of new products, by number and comma; otherwise all that the shop has switched on.
pub const CHANNELS: &str = "logistics_channels";
/// Setting: the place whose stock is set, for shops that have several.
pub const LOCATION: &str = "location_id";
/// Setting: the address of our webhook as Shopee signs it. Two clients sign the whole address and one leaves out its
/// scheme, so what is registered there can be told here.
pub const PUSH_URL: &str = "push_url";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Shopee;

impl Adapter for Shopee {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = SHOPEE;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let ask = steps::next(plan::plan(op, replies, credentials))?;
        send::spec(op, ask, credentials, now)
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        steps::parsed(plan::plan(op, replies, credentials))
    }

    fn settings_errors(&self, settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let given = |name: &'static str| settings.get(name).map(|text| text.trim()).filter(|t| !t.is_empty());
        ["partner_id", "shop_id", CHANNELS]
            .into_iter()
            .filter(|name| given(name).is_some_and(|text| !text.split(',').all(|part| number(part.trim()))))
            .map(|name| SettingError { name, text: Text::fixed("Chỉ gồm chữ số.", "Digits only.") })
            .chain(parcel::errors(settings))
            .collect()
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        check::issues(content, &self.descriptor().limits, now)
    }

    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        let Op::Upsert { external_id, content, media } = op else {
            return self.build(op, &[], credentials, now);
        };
        // What is asked and uploaded before has stand-ins.
        let mut named: Media = media.clone();
        for image in &content.images {
            named.entry(image.clone()).or_insert_with(|| "…".to_owned());
        }
        let ask = match external_id {
            Some(id) => wire::update(send::number(id, "/external_id")?, content, &named, credentials)?,
            None => wire::create(content, &named, &wire::channels(credentials)?, credentials)?,
        };
        send::spec(op, ask, credentials, now)
    }

    /// The page hands nothing through, so the state is a parameter of our own address.
    fn consent_url(
        &self,
        credentials: &Credentials,
        redirect: &str,
        state: &str,
        now: Instant,
    ) -> Result<String, Failure> {
        send::consent(credentials, &consent::page(redirect, [("state", state)]), now)
    }

    /// A main account's consent names no shop and is not read: each shop is connected by its own account.
    fn consented(&self, reply: &ConsentReply<'_>, _: &Credentials) -> Result<Consented, ConsentRefused> {
        let mut consented = reply.code("code")?;
        let shop = reply.get(SHOP).filter(|shop| send::number(shop, SHOP).is_ok());
        let shop = shop.ok_or(ConsentRefused::Unreadable)?;
        consented.settings.insert(SHOP.to_owned(), shop.to_owned());
        Ok(consented)
    }

    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        hook::read(call, credentials)
    }

    fn hook_shop(&self, call: &HookCall<'_>) -> Option<String> {
        hook::shop(call)
    }
}

#[cfg(test)]
mod tests;
