//! What goes out: JSON with an `ETag`, pages with `Link`, sparse fields, 304.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::db::page::Page;
use crate::error::{Code, Error, Result};

/// An answer, complete and storable: what a repeated `Idempotency-Key` gets again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `ETag` without its quotes.
    pub etag: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// The body: JSON text, or empty.
    pub body: String,
}

impl Reply {
    fn new<T: Serialize>(status: u16, value: &T) -> Result<Self> {
        let body = serde_json::to_string(value).map_err(Error::internal)?;
        Ok(Self { status, etag: None, location: None, body })
    }

    /// 200 with a value.
    ///
    /// # Errors
    /// A value that is no JSON: a fault of ours.
    pub fn ok<T: Serialize>(value: &T) -> Result<Self> {
        Self::new(200, value)
    }

    /// 201 with a value and where it is.
    ///
    /// # Errors
    /// A value that is no JSON: a fault of ours.
    pub fn created<T: Serialize>(location: String, value: &T) -> Result<Self> {
        Ok(Self { location: Some(location), ..Self::new(201, value)? })
    }

    /// 202 with a value: the work goes on in the background.
    ///
    /// # Errors
    /// A value that is no JSON: a fault of ours.
    pub fn accepted<T: Serialize>(value: &T) -> Result<Self> {
        Self::new(202, value)
    }

    /// 204.
    pub fn none() -> Self {
        Self { status: 204, etag: None, location: None, body: String::new() }
    }

    /// The same reply with an `ETag`: the version, and behind a dash what else the answer depends on.
    pub fn etag(mut self, tag: impl ToString) -> Self {
        self.etag = Some(tag.to_string());
        self
    }

    /// The response, 304 where `If-None-Match` has the tag, with only the `fields` asked for.
    pub fn respond(self, req: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let tag = self.etag.map(|tag| format!("\"{tag}\""));
        let mut response = HttpResponse::build(status);
        if let Some(tag) = tag.as_deref().and_then(|t| HeaderValue::from_str(t).ok()) {
            response.insert_header((header::ETAG, tag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if req.method().is_safe() && matches_tag(req, tag.as_deref()) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        if self.body.is_empty() {
            return response.finish();
        }
        let body = match wanted_fields(req) {
            Some(fields) if status.is_success() => sparse(&self.body, &fields),
            _ => self.body,
        };
        response.content_type("application/json").body(body)
    }
}

/// Whether `If-None-Match` names the tag.
pub fn matches_tag(req: &HttpRequest, tag: Option<&str>) -> bool {
    let asked = req.headers().get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    match (asked, tag) {
        (Some(asked), Some(tag)) => {
            asked.split(',').map(|t| t.trim().trim_start_matches("W/")).any(|t| t == tag || t == "*")
        }
        _ => false,
    }
}

/// The version a client read, from `If-Match`.
///
/// # Errors
/// 428 without the header, 412 when it names no version of ours.
pub fn if_match(req: &HttpRequest) -> Result<i32> {
    let header = req.headers().get(header::IF_MATCH).ok_or_else(|| Error::new(Code::PreconditionRequired))?;
    let text = header.to_str().map_err(|_| Error::new(Code::PreconditionFailed))?;
    let tag = text.trim().trim_matches('"');
    let version = tag.split('-').next().unwrap_or(tag);
    version.parse().map_err(|_| Error::new(Code::PreconditionFailed))
}

/// A page as the API answers it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Give it as `cursor` to get the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// Answers a page, with `Link: rel="next"`.
///
/// # Errors
/// Rows that are no JSON: a fault of ours.
pub fn page<T: Serialize>(req: &HttpRequest, page: Page<T>) -> Result<HttpResponse> {
    let next = page.next.clone();
    let reply = Reply::ok(&List { data: page.data, next_cursor: page.next })?;
    Ok(linked(req, reply.respond(req), next.as_deref()))
}

/// Answers a page of public data that caches may keep for some seconds.
///
/// # Errors
/// Rows that are no JSON: a fault of ours.
pub fn cached_page<T: Serialize>(req: &HttpRequest, page: Page<T>, seconds: u32) -> Result<HttpResponse> {
    let next = page.next.clone();
    let response = cached(req, &List { data: page.data, next_cursor: page.next }, seconds)?;
    Ok(linked(req, response, next.as_deref()))
}

/// Answers public data that caches may keep for some seconds; its `ETag` is the digest of the whole answer.
///
/// # Errors
/// A value that is no JSON: a fault of ours.
pub fn cached<T: Serialize>(req: &HttpRequest, value: &T, seconds: u32) -> Result<HttpResponse> {
    let reply = Reply::ok(value)?;
    let tag = content_tag(&reply.body);
    let mut response = reply.etag(tag).respond(req);
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    Ok(response)
}

/// A page's response with the link to the next one.
pub fn linked(req: &HttpRequest, mut response: HttpResponse, next: Option<&str>) -> HttpResponse {
    if let Some(cursor) = next {
        let others: Vec<_> =
            req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")).collect();
        let glue = if others.is_empty() { "" } else { "&" };
        let link = format!("<{}?{}{glue}cursor={cursor}>; rel=\"next\"", req.path(), others.join("&"));
        if let Ok(value) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    response
}

/// An `ETag` for an answer without a version: a digest of its content.
pub fn content_tag(body: &str) -> String {
    let digest = Sha256::digest(body);
    crate::db::types::hex(digest.get(..16).unwrap_or_default())
}

/// The fields that `fields` asks for; `None` where all are wanted.
pub fn wanted_fields(req: &HttpRequest) -> Option<Vec<String>> {
    let list = query_value(req, "fields")?;
    let fields: Vec<_> = list.split(',').map(|f| f.trim().to_owned()).filter(|f| !f.is_empty()).collect();
    Some(fields).filter(|fields| !fields.is_empty())
}

/// One parameter of the query, decoded.
pub(super) fn query_value(req: &HttpRequest, name: &str) -> Option<String> {
    if req.query_string().is_empty() {
        return None;
    }
    url::form_urlencoded::parse(req.query_string().as_bytes())
        .find(|(k, _)| k == name)
        .map(|(_, v)| v.into_owned())
}

fn sparse(body: &str, fields: &[String]) -> String {
    use serde_json::Value;
    let Ok(mut value) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    let keep = |object: &mut Value| {
        if let Value::Object(map) = object {
            map.retain(|key, _| key == "id" || fields.contains(key));
        }
    };
    match value.get_mut("data") {
        Some(Value::Array(rows)) => rows.iter_mut().for_each(keep),
        _ => keep(&mut value),
    }
    value.to_string()
}
