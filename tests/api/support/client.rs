//! Somebody who calls the API.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    pub token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Client {
    pub fn new(http: reqwest::Client, base: String, token: Option<String>) -> Self {
        Self { http, base, token }
    }

    /// A request to be completed; paths begin behind `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, etag: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).header("if-match", etag).json(&body)).await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).header("if-match", etag).json(&body)).await
    }

    pub async fn delete(&self, path: &str, etag: &str) -> Answer {
        send(self.request(Method::DELETE, path).header("if-match", etag)).await
    }
}

/// Sends a request and reads the answer; a body that is no JSON becomes a string.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    Answer { status, headers, body }
}

impl Answer {
    /// The answer, after its status was checked.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// The answer, after it was checked to be a problem with this code.
    #[track_caller]
    pub fn problem(self, code: &str) -> Self {
        assert_eq!(self.body["code"], code, "{} {:#}", self.status, self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {:#}", self.body)).to_owned()
    }
}
