//! Somebody who uses the public API over HTTP, as any client would, and who does not give up when the service goes
//! away for a moment: every write carries an `Idempotency-Key`, so that sending it again is safe.

use std::fmt;
use std::time::{Duration, Instant as Tick};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Why a step of the story failed.
#[derive(Debug)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// The result of a step.
pub type Step<T> = Result<T, Failed>;

/// What came back.
#[derive(Clone, Debug)]
pub struct Got {
    /// HTTP status.
    pub status: u16,
    /// `ETag`.
    pub etag: String,
    /// The body.
    pub body: Value,
}

impl Got {
    /// A value of the body, by JSON pointer; null where there is none.
    pub fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A text of the body, by JSON pointer.
    ///
    /// # Errors
    /// A body without it.
    pub fn text(&self, pointer: &str) -> Step<String> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| Failed(format!("no text {pointer} in {}", self.body)))
    }

    /// The record's id.
    ///
    /// # Errors
    /// A body without it.
    pub fn id(&self) -> Step<String> {
        self.text("/id")
    }
}

/// Somebody who uses the API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    patience: Duration,
}

/// A body to send.
enum Sent<'a> {
    Json(&'a Value),
    File(&'a str, Vec<u8>),
}

impl Client {
    /// Somebody without an account. `patience` is how long a service that does not answer is waited for.
    ///
    /// # Errors
    /// An HTTP client that cannot be made.
    pub fn new(base: &str, patience: Duration) -> Step<Self> {
        // Another part of the process may have chosen it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build();
        let http = http.map_err(|e| Failed(e.to_string()))?;
        Ok(Self { http, base: format!("{base}/api/v1"), token: None, patience })
    }

    /// The same, signed in.
    ///
    /// # Errors
    /// A refusal.
    pub async fn sign_in(&self, username: &str, password: &str) -> Step<Self> {
        let session = self.post("/auth/login", &json!({"username": username, "password": password})).await?;
        Ok(Self { token: Some(session.text("/access_token")?), ..self.clone() })
    }

    /// Reads.
    ///
    /// # Errors
    /// Any status but 2xx.
    pub async fn get(&self, path: &str) -> Step<Got> {
        self.send(Method::GET, path, None, None).await
    }

    /// Makes, or carries out a verb.
    ///
    /// # Errors
    /// Any status but 2xx.
    pub async fn post(&self, path: &str, body: &Value) -> Step<Got> {
        self.send(Method::POST, path, None, Some(&Sent::Json(body))).await
    }

    /// Uploads a file.
    ///
    /// # Errors
    /// Any status but 2xx.
    pub async fn upload(&self, path: &str, content_type: &str, bytes: Vec<u8>) -> Step<Got> {
        self.send(Method::POST, path, None, Some(&Sent::File(content_type, bytes))).await
    }

    /// Replaces what was read with `etag`; makes what is not there yet without one.
    ///
    /// # Errors
    /// Any status but 2xx.
    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> Step<Got> {
        self.send(Method::PUT, path, Some(etag).filter(|e| !e.is_empty()), Some(&Sent::Json(body))).await
    }

    /// Changes what was read with `etag`.
    ///
    /// # Errors
    /// Any status but 2xx.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Step<Got> {
        self.send(Method::PATCH, path, Some(etag), Some(&Sent::Json(body))).await
    }

    /// Reads until `holds`, for what the background does; told as `what` when it never does.
    ///
    /// # Errors
    /// A minute without it.
    pub async fn until(&self, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Step<Got> {
        let started = Tick::now();
        loop {
            let got = self.get(path).await?;
            if holds(&got.body) {
                return Ok(got);
            }
            if started.elapsed() > Duration::from_secs(60) + self.patience {
                return Err(Failed(format!("{what}: still not so after a minute: {}", got.body)));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        etag: Option<&str>,
        body: Option<&Sent<'_>>,
    ) -> Step<Got> {
        let key = crate::ids::RequestId::new().to_string();
        let started = Tick::now();
        loop {
            let result = self.once(&method, path, etag, body, &key).await;
            let away = match &result {
                Ok(got) => matches!(got.status, 409 | 503) && retry_told(got),
                Err(_) => true,
            };
            if away && started.elapsed() < self.patience {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            let got = result.map_err(|e| Failed(format!("{method} {path}: {e}")))?;
            if !(200..300).contains(&got.status) {
                return Err(Failed(format!("{method} {path}: {} {}", got.status, got.body)));
            }
            return Ok(got);
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        etag: Option<&str>,
        body: Option<&Sent<'_>>,
        key: &str,
    ) -> Result<Got, reqwest::Error> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if method != Method::GET {
            request = request.header("idempotency-key", key);
        }
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        request = match body {
            None => request,
            Some(Sent::Json(value)) => request.json(value),
            Some(Sent::File(kind, bytes)) => request.header("content-type", *kind).body(bytes.clone()),
        };
        let response = request.send().await?;
        let status: StatusCode = response.status();
        let etag =
            response.headers().get("etag").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Got { status: status.as_u16(), etag, body })
    }
}

/// Whether a refusal says that the same request may succeed later.
fn retry_told(got: &Got) -> bool {
    let code = got.body.get("code").and_then(Value::as_str).unwrap_or_default();
    code.starts_with("service.") || code == "idempotency.still_running"
}
