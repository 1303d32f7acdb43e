//! One operation from beginning to end: build, send, parse, and the record of it without secrets.

use std::time::{self, Duration};

use super::adapter::Adapter;
use super::redact::{self, ShownReply, ShownRequest};
use super::state::{Answer, Class, Credentials, Failure, Issue, ListingContent, Op};
use super::transport::Transport;
use crate::instant::Instant;

/// What is kept of one attempt. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The operation's name.
    pub op: &'static str,
    /// What was sent; `None` when the request could not be built, so nothing was.
    pub request: Option<ShownRequest>,
    /// What came back; `None` when nothing did.
    pub reply: Option<ShownReply>,
    /// How long it took, waiting for the limiter included.
    pub took: Duration,
}

/// Runs one operation of a shop. `shop_key` names the shop for the limiter; use its id.
///
/// The caller records the attempt whatever the result, and acts by the failure's class: on
/// `Auth{refreshable}` run [`Op::Login`] once under the shop's lock; on `Ambiguous` run [`Op::FindBySku`].
pub async fn call(
    transport: &Transport,
    adapter: &dyn Adapter,
    shop_key: &str,
    op: &Op,
    credentials: &Credentials,
    now: Instant,
) -> (Attempt, Result<Answer, Failure>) {
    let started = time::Instant::now();
    let mut attempt = Attempt { op: op.name(), request: None, reply: None, took: Duration::ZERO };
    let spec = match adapter.build(op, credentials, now) {
        Ok(spec) => spec,
        Err(failure) => return (attempt, Err(failure)),
    };
    attempt.request = Some(redact::request(&spec));
    let result = match transport.send(shop_key, &spec).await {
        Ok(reply) => {
            attempt.reply = Some(redact::reply(&spec, &reply));
            adapter.parse(op, &reply)
        }
        Err(failure) => Err(failure),
    };
    attempt.took = started.elapsed();
    let result = result.map_err(|failure| redact::failure(&spec, failure));
    if let Err(failure) = &result
        && !matches!(failure.class, Class::Retryable)
    {
        tracing::debug!(op = attempt.op, code = failure.code, class = ?failure.class, "platform call failed");
    }
    (attempt, result)
}

/// The exact request that would go out, without secrets, and what stands in its way. Sends nothing.
///
/// The request is absent where an issue of severity error or a missing credential keeps it from being built.
pub fn preview(
    adapter: &dyn Adapter,
    external_id: Option<&str>,
    content: &ListingContent,
    credentials: &Credentials,
    now: Instant,
) -> (Option<ShownRequest>, Vec<Issue>) {
    let mut issues = adapter.issues(content, now);
    let op = Op::Upsert { external_id: external_id.map(str::to_owned), content: Box::new(content.clone()) };
    match adapter.build(&op, credentials, now) {
        Ok(spec) => (Some(redact::request(&spec)), issues),
        Err(failure) => {
            if issues.is_empty() {
                issues = failure.issues();
            }
            (None, issues)
        }
    }
}
