//! Faults on demand: what platforms do on bad days.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::rt::time::sleep;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 with `Retry-After`.
    TooManyRequests,
    /// 500, nothing done.
    ServerError,
    /// 500, although it was done.
    ServerErrorAfterWrite,
    /// Done and answered, after [`Fault::delay_ms`].
    Slow,
    /// Nothing done and no answer for [`Fault::delay_ms`].
    Hang,
    /// Done, but no answer for [`Fault::delay_ms`].
    HangAfterWrite,
    /// Nothing done, the connection breaks.
    Cut,
    /// Done, the connection breaks.
    CutAfterWrite,
    /// 200 with an HTML page, nothing done.
    Html,
    /// 200 with an empty body, nothing done.
    Empty,
    /// 200 with the platform's own refusal, nothing done.
    OkWithError,
    /// The platform's way of saying that the token expired, nothing done.
    TokenExpired,
    /// Of a call about several products the last is refused, the others are done: see [`is_partial`].
    PartialBatch,
}

/// Marks a request that [`FaultKind::PartialBatch`] strikes, for the platforms whose calls succeed item by item.
const PARTIAL: HeaderName = HeaderName::from_static("x-sim-partial-batch");

/// Whether the last product of this call is to be refused.
pub(super) fn is_partial(request: &HttpRequest) -> bool {
    request.headers().contains_key(PARTIAL)
}

/// A fault that was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Beginning of the paths it strikes; empty for all.
    #[serde(default)]
    pub path: String,
    /// Method it strikes; absent for all.
    #[serde(default)]
    pub method: Option<String>,
    /// How often it strikes before it is gone; 0 for ever.
    #[serde(default = "one")]
    pub times: u32,
    /// It strikes each so-many-th request that fits.
    #[serde(default = "one")]
    pub every: u32,
    /// Milliseconds of `slow` and `hang`.
    #[serde(default = "half_a_minute")]
    pub delay_ms: u64,
    /// Seconds of `Retry-After`.
    #[serde(default = "two")]
    pub retry_after: u64,
}

impl Fault {
    /// Strikes the next request to a path that begins so.
    pub fn once(kind: FaultKind, path: &str) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            method: None,
            times: 1,
            every: 1,
            delay_ms: half_a_minute(),
            retry_after: two(),
        }
    }
}

const fn one() -> u32 {
    1
}

const fn two() -> u64 {
    2
}

const fn half_a_minute() -> u64 {
    30_000
}

/// How a platform puts things that every platform says in its own way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub(super) refusal: fn() -> HttpResponse,
    pub(super) token_expired: fn() -> HttpResponse,
}

/// Orders for faults and the count of requests.
#[derive(Debug)]
pub(super) struct FaultBook {
    voice: Voice,
    ordered: Mutex<Vec<(Fault, u32)>>,
    counts: Mutex<BTreeMap<String, u64>>,
}

impl FaultBook {
    pub(super) fn new(voice: Voice) -> Self {
        Self { voice, ordered: Mutex::default(), counts: Mutex::default() }
    }

    pub(super) fn order(&self, fault: Fault) {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner).push((fault, 0));
    }

    pub(super) fn clear(&self) {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a request and says which fault strikes it.
    fn strike(&self, method: &str, path: &str) -> Option<Fault> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(format!("{method} {path}")).or_default() += 1;
        drop(counts);
        let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |fault: &Fault| {
            path.starts_with(&fault.path) && fault.method.as_deref().is_none_or(|wanted| wanted == method)
        };
        let mut struck = None;
        for (fault, seen) in ordered.iter_mut().filter(|(fault, _)| fits(fault)) {
            *seen += 1;
            if *seen % fault.every.max(1) == 0 {
                struck = Some(fault.clone());
                break;
            }
        }
        ordered.retain(|(fault, seen)| {
            fault.times == 0 || *seen < fault.times.saturating_mul(fault.every.max(1))
        });
        struck
    }
}

/// The middleware: lets a request through, or lets the ordered fault happen.
pub(super) async fn inject(
    book: Data<FaultBook>,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let fault =
        if req.path().starts_with("/__sim") { None } else { book.strike(req.method().as_str(), req.path()) };
    let Some(fault) = fault else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let delay = Duration::from_millis(fault.delay_ms);
    let response = match fault.kind {
        FaultKind::TooManyRequests => HttpResponse::TooManyRequests()
            .insert_header(("retry-after", fault.retry_after.to_string()))
            .body("too many requests"),
        FaultKind::ServerError => HttpResponse::InternalServerError().body("internal error"),
        FaultKind::Html => HttpResponse::Ok()
            .content_type("text/html")
            .body("<html><body>Hệ thống đang bảo trì</body></html>"),
        FaultKind::Empty => HttpResponse::Ok().finish(),
        FaultKind::OkWithError => (book.voice.refusal)(),
        FaultKind::TokenExpired => (book.voice.token_expired)(),
        FaultKind::Cut => cut(),
        FaultKind::Hang => {
            sleep(delay).await;
            HttpResponse::GatewayTimeout().finish()
        }
        FaultKind::PartialBatch => {
            req.headers_mut().insert(PARTIAL, HeaderValue::from_static("1"));
            return Ok(next.call(req).await?.map_into_boxed_body());
        }
        FaultKind::Slow => {
            sleep(delay).await;
            return Ok(next.call(req).await?.map_into_boxed_body());
        }
        FaultKind::HangAfterWrite => {
            let done = next.call(req).await?.map_into_boxed_body();
            sleep(delay).await;
            return Ok(done);
        }
        FaultKind::CutAfterWrite => {
            return Ok(next.call(req).await?.into_response(cut()).map_into_boxed_body());
        }
        FaultKind::ServerErrorAfterWrite => {
            let response = HttpResponse::InternalServerError().body("internal error");
            return Ok(next.call(req).await?.into_response(response).map_into_boxed_body());
        }
    };
    Ok(req.into_response(response).map_into_boxed_body())
}

/// Announces a body that never comes: the server closes the connection when the stream fails.
fn cut() -> HttpResponse {
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    HttpResponse::Ok().no_chunking(1_000).streaming(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> FaultBook {
        FaultBook::new(Voice {
            refusal: || HttpResponse::Ok().finish(),
            token_expired: || HttpResponse::Ok().finish(),
        })
    }

    #[test]
    fn a_fault_strikes_where_and_as_often_as_ordered() {
        let book = book();
        book.order(Fault { times: 2, every: 3, ..Fault::once(FaultKind::Cut, "/a") });
        assert_eq!(book.strike("GET", "/b"), None);
        let struck: Vec<bool> = (0..9).map(|_| book.strike("GET", "/a/x").is_some()).collect();
        assert_eq!(struck, [false, false, true, false, false, true, false, false, false]);
        assert_eq!(book.counts().get("GET /a/x"), Some(&9));
    }

    #[test]
    fn a_fault_for_ever_ends_when_cleared() {
        let book = book();
        book.order(Fault { times: 0, method: Some("POST".into()), ..Fault::once(FaultKind::Cut, "") });
        assert!((0..5).all(|_| book.strike("POST", "/x").is_some()));
        assert!(book.strike("GET", "/x").is_none());
        book.clear();
        assert!(book.strike("POST", "/x").is_none());
    }

    #[test]
    fn an_order_for_a_fault_may_be_short() {
        let fault: Fault = serde_json::from_str(r#"{"kind":"html"}"#).unwrap();
        assert_eq!(fault, Fault::once(FaultKind::Html, ""));
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"html","tiems":2}"#).is_err());
    }
}
