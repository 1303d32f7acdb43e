//! The trait every platform's adapter fills: two pure halves and the checks before sending.

use std::collections::BTreeMap;

use super::state::{
    Answer, ConsentRefused, ConsentReply, Consented, Credentials, Descriptor, Failure, Hook, HookCall,
    HookRefused, HttpReply, HttpSpec, Issue, ListingContent, Op, SettingError,
};
use crate::instant::Instant;

/// What an adapter makes of the replies so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// The operation has ended.
    Done(Answer),
    /// Another request belongs to it: [`Adapter::build`] tells which.
    More,
}

/// A platform's contract as code. Holds no state and does no I/O: the same arguments give the same result, so
/// fixtures test all of it.
///
/// Most operations are one request. Where a platform needs several (an image before its product, an order's lines after
/// its number), `build` is asked again with the replies so far, until `parse` says [`Parsed::Done`]. After a failure the
/// operation begins anew, so what comes before its write must do no harm when it happens twice.
pub trait Adapter: Send + Sync {
    /// What the platform is, can do and allows.
    fn descriptor(&self) -> &'static Descriptor;

    /// The next request of this operation, after those that brought `replies`. What [`Adapter::issues`] finds is no
    /// matter here: contents with an issue of severity error never come this far.
    ///
    /// # Errors
    /// [`Failure`] of class `Permanent` where the operation is not offered (`platform.unsupported`), `Auth` where the
    /// token is missing or about to expire, `NeedsAction` where the shop's settings are incomplete. Nothing was sent
    /// then.
    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure>;

    /// What the newest of the replies to this operation means. A word the contract does not name never means success.
    ///
    /// # Errors
    /// [`Failure`] with the class that says what to do next; `Ambiguous` where a write may have happened.
    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure>;

    /// What is wrong with a shop's settings beyond a field that is missing.
    fn settings_errors(&self, _settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        Vec::new()
    }

    /// What stands in the way of offering this content here, before anything is sent.
    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue>;

    /// The request that would carry this content, for a person to look at. Images that would be sent before it have a
    /// stand-in for the platform's name.
    ///
    /// # Errors
    /// As [`Adapter::build`].
    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        self.build(op, &[], credentials, now)
    }

    /// The platform's own page where a shop's owner consents: it sends the browser to `redirect` with `state` and a code.
    ///
    /// # Errors
    /// `platform.unsupported` where there is none; `NeedsAction` with the field that the shop has to give before.
    fn consent_url(
        &self,
        _credentials: &Credentials,
        _redirect: &str,
        _state: &str,
        _now: Instant,
    ) -> Result<String, Failure> {
        Err(Failure::unsupported(self.descriptor().title, "consent on a page of its own"))
    }

    /// What the owner's browser brought back from that page; verified where the platform signs it.
    ///
    /// # Errors
    /// [`ConsentRefused`].
    fn consented(&self, reply: &ConsentReply<'_>, _: &Credentials) -> Result<Consented, ConsentRefused> {
        reply.code("code")
    }

    /// Whether a call that came in is the platform's, and what it wants. Compares in constant time and refuses what is
    /// too old where the platform signs a time.
    ///
    /// # Errors
    /// [`HookRefused`].
    fn hook(
        &self,
        _call: &HookCall<'_>,
        _credentials: &Credentials,
        _now: Instant,
    ) -> Result<Hook, HookRefused> {
        Err(HookRefused::Unsupported)
    }

    /// By which id the platform lists the product that a listing knows by this one; nothing while there is no product, only
    /// a request for one.
    fn listed_as(&self, external_id: &str) -> Option<String> {
        Some(external_id.to_owned())
    }

    /// Which shop a call to the one address of an application is about, by the number that the setting
    /// [`Descriptor::shop_number`] names. Read before anything is verified, so it only tells whose keys to verify with.
    fn hook_shop(&self, _call: &HookCall<'_>) -> Option<String> {
        None
    }
}
