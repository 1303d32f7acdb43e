//! Around every request: its id, language, log line, metrics and safe headers; errors become problem documents.

use std::time::Instant as Tick;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};

use crate::app::App;
use crate::error::{Code, Error, Lang};
use crate::ids::RequestId;
use crate::telemetry;

use super::limits::Left;
use super::policy::{self, Route, Rule};

#[derive(Clone)]
struct Id(String);

/// The request's id: the caller's `X-Request-Id` where it is sound, otherwise one of ours.
pub fn request_id(req: &HttpRequest) -> Option<String> {
    req.extensions().get::<Id>().map(|id| id.0.clone())
}

/// The language of texts: `Accept-Language`, Vietnamese by default.
pub fn language(req: &HttpRequest) -> Lang {
    let header = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let weight = |name: &str| {
        header.split(',').find_map(|part| {
            let mut parts = part.trim().split(';');
            let tag = parts.next()?.trim();
            let q = parts.find_map(|p| p.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            tag.get(..2).is_some_and(|t| t.eq_ignore_ascii_case(name)).then_some(q)
        })
    };
    match (weight("en"), weight("vi")) {
        (Some(en), Some(vi)) if en > vi => Lang::En,
        (Some(en), None) if en > 0.0 => Lang::En,
        _ => Lang::Vi,
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Only the status; the envelope writes the document, since it knows the language and the request.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

/// That a request came as HEAD.
#[derive(Clone, Copy, Debug)]
struct HeadAlone;

/// Whether a request came as HEAD: for a GET that uses something up, which a look must not.
pub fn is_look(req: &HttpRequest) -> bool {
    req.extensions().get::<HeadAlone>().is_some()
}

/// The outermost middleware.
///
/// # Errors
/// None of its own.
pub async fn envelope<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let started = Tick::now();
    let method = req.method().clone();
    if method == Method::HEAD {
        // Every GET answers HEAD; the server sends its head alone, since it still knows what was asked.
        req.head_mut().method = Method::GET;
        req.extensions_mut().insert(HeadAlone);
    }
    let id = incoming_id(&req).unwrap_or_else(|| RequestId::new().to_string());
    req.extensions_mut().insert(Id(id.clone()));
    // Middleware and handlers answer errors as responses that carry them; the request is not cloned before the
    // router has written its match into it.
    let response = next.call(req).await?;
    let request = response.request().clone();
    let error = match response.response().error() {
        Some(error) => Some(explain(error, response.status(), &request)),
        None => bare(&response),
    };
    let mut response = match error {
        None => response.map_into_left_body(),
        Some(error) => {
            log_fault(&error, &id);
            response.into_response(problem_response(&error, &id, &request)).map_into_right_body()
        }
    };
    decorate(&mut response, &id, &request);
    finish(&request, &method, response.status(), started, &id);
    Ok(response)
}

/// What the router itself refuses carries no error and says nothing.
fn bare<B>(response: &ServiceResponse<B>) -> Option<Error> {
    let empty = !response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED if empty => Some(Error::new(Code::MethodNotAllowed)),
        StatusCode::NOT_FOUND if empty => Some(Error::new(Code::NotFound)),
        _ => None,
    }
}

fn incoming_id(req: &ServiceRequest) -> Option<String> {
    let text = req.headers().get("x-request-id")?.to_str().ok()?;
    let sound = (1..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    sound.then(|| text.to_owned())
}

/// Our error inside an actix error, or what actix's own errors mean to a caller.
fn explain(error: &actix_web::Error, status: StatusCode, req: &HttpRequest) -> Error {
    if let Some(ours) = error.as_error::<Error>() {
        let copy = Error::told(ours.code(), ours.detail(Lang::Vi), ours.detail(Lang::En))
            .with_fields(ours.fields().to_vec());
        let copy = match ours.wait() {
            Some(seconds) => copy.retry_after(seconds),
            None => copy,
        };
        return match ours.cause() {
            Some(cause) => copy.because(cause.to_string()),
            None => copy,
        };
    }
    let code = match status.as_u16() {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::Timeout,
        413 => Code::TooLarge,
        415 => Code::BadType,
        400..=499 => Code::BadRequest,
        _ => Code::Internal,
    };
    Error::new(code).because(format!("{} {}: {error}", req.method(), req.path()))
}

fn log_fault(error: &Error, id: &str) {
    if error.code().status() >= 500 {
        let cause = error.cause().map(ToString::to_string).unwrap_or_default();
        tracing::error!(request_id = id, code = error.code().as_str(), cause, "a request failed on our side");
    }
}

fn problem_response(error: &Error, id: &str, req: &HttpRequest) -> HttpResponse {
    let lang = language(req);
    let status = error.status_code();
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = error.wait() {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let mut allowed = match policy::route(req.method(), req.match_info().as_str()) {
            Route::Methods(methods) => methods,
            // What is not of the API is only read.
            _ => vec!["GET"],
        };
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        response.insert_header((header::ALLOW, allowed.join(", ")));
    }
    let language = if lang == Lang::En { "en" } else { "vi" };
    response.insert_header((header::CONTENT_LANGUAGE, language));
    response.content_type("application/problem+json");
    response.body(serde_json::to_string(&error.problem(lang, id)).unwrap_or_default())
}

/// What the interactive page may load: its own files, and pictures it carries inside its styles.
const DOCS_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// What an answer that is data may load: nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Headers of every response.
fn decorate<B>(response: &mut ServiceResponse<B>, id: &str, req: &HttpRequest) {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    const LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
    const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
    let left = req.extensions().get::<Left>().cloned();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    };
    if let Ok(id) = HeaderValue::from_str(id) {
        set(REQUEST_ID, id);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    set(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // The interactive page runs its own scripts; everything else is data.
    let policy = if req.path().starts_with("/docs") { DOCS_POLICY } else { DATA_POLICY };
    set(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if req.app_data::<web::Data<App>>().is_some_and(|app| app.config.public_url.starts_with("https://")) {
        // Behind TLS always behind TLS (RFC 6797), for a year.
        set(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Some(left) = left {
        if let Ok(value) = HeaderValue::from_str(&left.policy) {
            set(LIMIT_POLICY, value);
        }
        if let Ok(value) = HeaderValue::try_from(format!("\"{}\";r={}", left.name, left.remaining)) {
            set(LIMIT, value);
        }
    }
}

/// One line and two numbers a request; no query, no body, no names of people.
fn finish(req: &HttpRequest, method: &Method, status: StatusCode, started: Tick, id: &str) {
    let rule = req.extensions().get::<&'static Rule>().copied();
    let op = rule.map_or("other", |rule| rule.op);
    let took = started.elapsed();
    telemetry::took("ocop_http_seconds", op, class(status), took);
    let traceparent = req.headers().get("traceparent").and_then(|v| v.to_str().ok());
    tracing::info!(
        target: "ocop::access",
        request_id = id,
        traceparent,
        op,
        method = method.as_str(),
        path = rule.map_or("unknown", |rule| rule.path),
        status = status.as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    );
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        0..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
