//! Files that are made for one answer: their name, their tag, how long caches may keep them, and the work off the
//! async threads.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::Stream;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::db::types::hex;
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::print::File;
use crate::text;

use super::reply::matches_tag;

/// Files made at once: each takes a whole core for some milliseconds.
static DESKS: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(crate::app::spare_cores())));
/// Files that wait or are made; more are refused with 503.
static ADMITTED: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(64)));

/// Does the work of making a file on a thread of its own kind, few at a time.
///
/// # Errors
/// `service.busy` where too many wait; what the work refuses.
pub async fn make<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let place = ADMITTED.clone().try_acquire_owned();
    let place = place.map_err(|_| Error::new(Code::Busy).retry_after(2))?;
    let desk = DESKS.clone().acquire_owned().await.map_err(Error::internal)?;
    // The work holds its places itself: a caller who goes away does not end it.
    let work = move || {
        let _places = (place, desk);
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// How caches keep a public answer.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Longest, in seconds.
    pub most: i64,
    /// When it stops being true, where that is known.
    pub until: Option<Instant>,
    /// Now.
    pub now: Instant,
}

impl Keep {
    /// The header's value: never longer than the answer is true.
    pub fn header(self) -> HeaderValue {
        let left =
            self.until.map_or(self.most, |until| until.since(self.now).num_seconds().clamp(0, self.most));
        let value = HeaderValue::try_from(format!("public, max-age={left}"));
        value.unwrap_or(HeaderValue::from_static("no-cache"))
    }
}

/// An `ETag` of what an answer is made from, so that the same is not made twice.
pub fn tag_of(source: &impl std::fmt::Debug) -> String {
    let digest = Sha256::digest(format!("{} {source:?}", env!("CARGO_PKG_VERSION")));
    hex(digest.get(..16).unwrap_or_default())
}

/// 304 where the caller has the file already.
pub fn unchanged(req: &HttpRequest, tag: &str, cache: &HeaderValue) -> Option<HttpResponse> {
    let tag = format!("\"{tag}\"");
    matches_tag(req, Some(&tag)).then(|| {
        HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, cache.clone()))
            .finish()
    })
}

/// A public file to be shown, with its tag.
pub fn shown(file: File, tag: &str, cache: HeaderValue) -> HttpResponse {
    answer(file, tag, cache, "inline")
}

/// A file to be saved, for the one who asked; its tag is the digest of its bytes.
pub fn saved(req: &HttpRequest, file: File) -> HttpResponse {
    let digest = hex(&Sha256::digest(&file.bytes));
    let tag = digest.get(..32).unwrap_or(&digest).to_owned();
    let cache = HeaderValue::from_static("private, no-cache");
    unchanged(req, &tag, &cache).unwrap_or_else(|| answer(file, &tag, cache, "attachment"))
}

/// A file to be saved that is made while it is sent.
pub fn sent(
    name: &str,
    content_type: &'static str,
    parts: impl Stream<Item = Result<Bytes>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, disposition("attachment", name)))
        .content_type(content_type)
        .streaming(parts)
}

fn answer(file: File, tag: &str, cache: HeaderValue, how: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{tag}\"")))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::CONTENT_DISPOSITION, disposition(how, &file.name)))
        .content_type(file.content_type)
        .body(file.bytes)
}

/// `Content-Disposition` (RFC 6266) with the name in ASCII for old programs and in full for all others (RFC 8187).
fn disposition(how: &str, name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let plain = format!("{}.{ending}", text::slug(stem));
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_twice() {
        assert_eq!(
            disposition("attachment", "Biểu 01 – chè \"đinh\".docx"),
            "attachment; filename=\"bieu-01-che-dinh.docx\"; \
             filename*=UTF-8''Bi%E1%BB%83u%2001%20%E2%80%93%20ch%C3%A8%20%22%C4%91inh%22.docx"
        );
    }

    #[test]
    fn nothing_is_kept_longer_than_it_is_true() {
        let now = Instant::start_of_day(chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        let keep = |until: Option<i64>| {
            let until = until.map(|seconds| now.plus(chrono::Duration::seconds(seconds)));
            Keep { most: 30, until, now }.header().to_str().unwrap().to_owned()
        };
        assert_eq!(keep(None), "public, max-age=30");
        assert_eq!(keep(Some(7)), "public, max-age=7");
        assert_eq!(keep(Some(-7)), "public, max-age=0");
    }
}
