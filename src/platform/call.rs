//! One operation from beginning to end: build, send, parse, again until it has ended, and a record of each request
//! without secrets.

use std::time::{self, Duration};

use super::adapter::{Adapter, Parsed};
use super::redact::{self, ShownReply, ShownRequest};
use super::state::{
    Answer, Class, Credentials, Failure, HttpSpec, Issue, ListingContent, Media, Op, Severity, Upload,
};
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
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// An image's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its name, with the ending of its kind.
    pub name: String,
    /// `image/jpeg` or `image/png`: the kinds that every platform takes.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where the bytes of images come from.
pub trait Images: Sync {
    /// The image behind a public address of ours.
    ///
    /// # Errors
    /// `Permanent` where there is none, `Retryable` where the store does not answer.
    fn load(&self, address: &str) -> impl Future<Output = Result<Image, Failure>> + Send;
}

/// No images at all: for operations that send none.
#[derive(Clone, Copy, Debug)]
pub struct NoImages;

impl Images for NoImages {
    async fn load(&self, _: &str) -> Result<Image, Failure> {
        Err(Failure::permanent("image.missing", "there is no such image"))
    }
}

/// The most requests of one operation; more means that the platform contradicts itself.
const REQUESTS: usize = 60;

/// Runs one operation of a shop. `shop_key` names the shop for the limiter; use its id.
///
/// The caller records the attempts whatever the result, and acts by the failure's class: on `Auth{refreshable}` run
/// [`Op::Login`] once under the shop's lock; on `Ambiguous` run [`Op::FindBySku`].
pub async fn call(
    transport: &Transport,
    images: &impl Images,
    adapter: &dyn Adapter,
    shop_key: &str,
    op: &Op,
    credentials: &Credentials,
    now: Instant,
) -> (Vec<Attempt>, Result<Answer, Failure>) {
    let (mut attempts, mut replies) = (Vec::new(), Vec::new());
    let own_host = adapter.descriptor().base_url.is_empty().then_some(credentials.base_url.as_str());
    let result = loop {
        let started = time::Instant::now();
        let mut attempt =
            Attempt { op: op.name(), request: None, reply: None, took: Duration::ZERO, failure: None };
        let step = async {
            if replies.len() >= REQUESTS {
                return Err(Failure::unknown_end(
                    op.is_write(),
                    "platform.endless",
                    "the replies do not come to an end",
                ));
            }
            if replies.is_empty() {
                permit(adapter, op, now)?;
            }
            let spec = adapter.build(op, &replies, credentials, now)?;
            attempt.request = Some(redact::request(&spec));
            let sent = async {
                let filled = filled(&spec, images).await?;
                let reply = transport.send(shop_key, own_host, filled.as_ref().unwrap_or(&spec)).await?;
                attempt.reply = Some(redact::reply(&spec, &reply));
                replies.push(reply);
                adapter.parse(op, &replies, credentials)
            };
            sent.await.map_err(|failure| redact::failure(&spec, failure))
        }
        .await;
        attempt.took = started.elapsed();
        attempt.failure = step.as_ref().err().cloned();
        attempts.push(attempt);
        match step {
            Ok(Parsed::More) => {}
            Ok(Parsed::Done(answer)) => break Ok(answer),
            Err(failure) => break Err(failure),
        }
    };
    if let Err(failure) = &result
        && !matches!(failure.class, Class::Retryable)
    {
        tracing::debug!(op = op.name(), code = failure.code, class = ?failure.class, "platform call failed");
    }
    (attempts, result)
}

/// Lets a product's contents out only where nothing stands in the way: the one place where that is decided, before the
/// first request of the operation is built.
///
/// # Errors
/// `Permanent`, with every issue of severity error.
pub(super) fn permit(adapter: &dyn Adapter, op: &Op, now: Instant) -> Result<(), Failure> {
    let Op::Upsert { content, .. } = op else { return Ok(()) };
    let issues = adapter.issues(content, now);
    let stopped = issues.iter().any(|issue| issue.severity == Severity::Error);
    if stopped { Err(Failure::from_issues(&issues)) } else { Ok(()) }
}

/// The request with its image in it; `None` where it has none.
async fn filled(spec: &HttpSpec, images: &impl Images) -> Result<Option<HttpSpec>, Failure> {
    let Some(Upload { image, field, fields }) = &spec.upload else { return Ok(None) };
    let Image { name, content_type, bytes } = images.load(image).await?;
    let boundary = format!("ocop-{}", uuid::Uuid::new_v4().simple());
    let mut body = Vec::with_capacity(bytes.len().saturating_add(1024));
    for (name, value) in fields {
        let part =
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         content-type: {content_type}\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let spec = HttpSpec { body, ..spec.clone() };
    Ok(Some(spec.header("content-type", format!("multipart/form-data; boundary={boundary}"))))
}

/// The request that would make the product or change what it says, whole and without secrets, and what stands in its way.
/// Sends nothing.
///
/// The request is absent where an issue of severity error or a missing credential keeps it from being built.
pub fn preview(
    adapter: &dyn Adapter,
    external_id: Option<&str>,
    content: &ListingContent,
    media: Media,
    credentials: &Credentials,
    now: Instant,
) -> (Option<ShownRequest>, Vec<Issue>) {
    let mut issues = adapter.issues(content, now);
    let op =
        Op::Upsert { external_id: external_id.map(str::to_owned), content: Box::new(content.clone()), media };
    match permit(adapter, &op, now).and_then(|()| adapter.preview(&op, credentials, now)) {
        Ok(spec) => (Some(redact::whole_request(&spec)), issues),
        Err(failure) => {
            if issues.is_empty() {
                issues = failure.issues();
            }
            (None, issues)
        }
    }
}
