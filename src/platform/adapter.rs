//! The trait every platform's adapter fills: two pure halves and the checks before sending.

use super::state::{
    Answer, Credentials, Descriptor, Failure, HttpReply, HttpSpec, Issue, ListingContent, Op,
};
use crate::instant::Instant;

/// A platform's contract as code. Holds no state and does no I/O: the same arguments give the same result, so
/// fixtures test all of it.
pub trait Adapter: Send + Sync {
    /// What the platform is, can do and allows.
    fn descriptor(&self) -> &'static Descriptor;

    /// The request for this operation.
    ///
    /// # Errors
    /// [`Failure`] of class `Permanent` where the contents break a rule of the platform or the operation is not
    /// offered (`platform.unsupported`), `Auth` where the token is missing or about to expire, `NeedsAction` where
    /// the shop's settings are incomplete. Nothing was sent then.
    fn build(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure>;

    /// What the reply to this operation means. A word the contract does not name never means success.
    ///
    /// # Errors
    /// [`Failure`] with the class that says what to do next; `Ambiguous` where a write may have happened.
    fn parse(&self, op: &Op, reply: &HttpReply) -> Result<Answer, Failure>;

    /// What stands in the way of offering this content here, before anything is sent.
    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue>;
}
