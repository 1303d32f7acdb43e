//! What comes in: bodies, paths and queries, each refused as a problem document that names the field.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::error::{Code, Error, FieldError};

/// SHA-256 of the body that was read, kept with the request for `Idempotency-Key`.
#[derive(Clone, Copy)]
pub(super) struct BodyDigest(pub [u8; 32]);

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = req.app_data::<web::Data<App>>().map_or(1 << 20, |app| app.config.body_limit);
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            if !is_json(&req) {
                return Err(Error::told(
                    Code::BadType,
                    "Hãy gửi Content-Type: application/json.",
                    "Send Content-Type: application/json.",
                ));
            }
            let bytes = read(&req, payload, limit).await?;
            refuse_nul(&bytes)?;
            parse(&bytes).map(Self)
        })
    }
}

fn is_json(req: &HttpRequest) -> bool {
    let essence = req.content_type();
    essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("application/merge-patch+json")
}

/// Reads a whole body of at most `limit` bytes and keeps its digest with the request.
pub async fn read(req: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Vec<u8>, Error> {
    let too_large = || {
        Error::told(
            Code::TooLarge,
            format!("Nội dung quá {limit} byte."),
            format!("The body is larger than {limit} bytes."),
        )
    };
    let announced = req.headers().get("content-length").and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > limit) {
        return Err(too_large());
    }
    let timeout = req
        .app_data::<web::Data<App>>()
        .map_or(std::time::Duration::from_secs(30), |app| app.config.request_timeout);
    let read = async {
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(limit));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|e| Error::new(Code::BadRequest).because(e.to_string()))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let bytes = tokio::time::timeout(timeout, read).await.map_err(|_| Error::new(Code::Timeout))??;
    req.extensions_mut().insert(BodyDigest(Sha256::digest(&bytes).into()));
    Ok(bytes)
}

/// No text of ours holds the character NUL, and PostgreSQL stores none.
fn refuse_nul(bytes: &[u8]) -> Result<(), Error> {
    // In JSON a NUL is always written as an escape; few bodies hold what looks like one.
    if !bytes.windows(5).any(|w| w == b"u0000") {
        return Ok(());
    }
    // What is no JSON is told by the parser.
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return Ok(()) };
    match nul_in(&value) {
        Some(pointer) => Err(Error::invalid(vec![FieldError::new(
            pointer,
            "field.nul",
            "Văn bản không được chứa ký tự NUL (\\u0000).",
            "A text may not hold the character NUL (\\u0000).",
        )])),
        None => Ok(()),
    }
}

/// Where a document holds a NUL, as a JSON pointer.
fn nul_in(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(rows) => {
            rows.iter().enumerate().find_map(|(i, row)| nul_in(row).map(|rest| format!("/{i}{rest}")))
        }
        Value::Object(map) => map.iter().find_map(|(key, row)| {
            if key.contains('\0') {
                return Some(String::new());
            }
            nul_in(row).map(|rest| format!("/{}{rest}", key.replace('~', "~0").replace('/', "~1")))
        }),
        _ => None,
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let pointer = pointer(e.path());
        let inner = e.into_inner();
        if inner.is_data() {
            let text = inner.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(t, _)| t).to_owned();
            let vi = format!("Giá trị không hợp lệ: {text}");
            Error::invalid(vec![FieldError::new(pointer, "field.invalid", vi, text)])
        } else {
            Error::told(
                Code::BadJson,
                format!("JSON không hợp lệ ở dòng {}, cột {}.", inner.line(), inner.column()),
                format!("The JSON breaks off at line {}, column {}.", inner.line(), inner.column()),
            )
        }
    })?;
    reader.end().map_err(|e| Error::new(Code::BadJson).because(e))?;
    Ok(value)
}

/// A JSON pointer (RFC 6901) of a path through a document.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } => out.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { variant } => out.push_str(&format!("/{variant}")),
            Segment::Unknown => {}
        }
    }
    out
}

/// Path parameters. A text that is no id of the noun is 404: there is no such record.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        if req.match_info().as_str().contains('\0') {
            return ready(Err(Error::new(Code::NotFound)));
        }
        let value = web::Path::<T>::from_request(req, &mut Payload::None).into_inner();
        ready(match value {
            Ok(path) => Ok(Self(path.into_inner())),
            Err(e) => Err(Error::new(Code::NotFound).because(e.to_string())),
        })
    }
}

/// Query parameters; unknown names are refused (give the struct `deny_unknown_fields`).
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        if req.query_string().contains("%00") {
            return ready(Err(Error::told(
                Code::BadQuery,
                "Tham số không được chứa ký tự NUL (%00).",
                "A parameter may not hold the character NUL (%00).",
            )));
        }
        let value = serde_urlencoded::from_str::<T>(&without_habits(req.query_string()));
        ready(value.map(Self).map_err(|e| {
            let text = e.to_string();
            Error::told(
                Code::BadQuery,
                format!("Tham số không đúng: {text}."),
                format!("Bad parameter: {text}."),
            )
        }))
    }
}

/// Drops the parameters that every endpoint takes and the seam reads itself.
fn without_habits(query: &str) -> String {
    let keep = |pair: &&str| !matches!(pair.split('=').next(), Some("fields" | "dry_run"));
    query.split('&').filter(keep).collect::<Vec<_>>().join("&")
}

/// No query parameters.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// A field of a merge patch (RFC 7396): absent keeps, null clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Keep what is there.
    #[default]
    Keep,
    /// Clear it.
    Clear,
    /// Set it.
    Set(T),
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Patch<T> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(d).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T> Patch<T> {
    /// The value after the patch.
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}
