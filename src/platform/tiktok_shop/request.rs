//! Requests: what is asked, and how it is signed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::instant::Instant;
use crate::platform::sign;
use crate::platform::state::{
    Class, Credentials, Failure, HttpSpec, Method, Op, Secret, TIKTOK_SHOP, Upload,
};

/// What is sent with a request.
pub(super) enum Body {
    None,
    Json(Value),
    /// The main image at this address of ours.
    Image(String),
}

/// A request, not yet signed.
pub(super) struct Ask {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Body,
    /// Whether it changes something there.
    pub(super) write: bool,
    /// Which shop is meant, once it is known.
    pub(super) cipher: Option<String>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        let body = Body::None;
        Self { method: Method::Get, path: path.into(), query: Vec::new(), body, write: false, cipher: None }
    }

    /// A look that is asked for by POST.
    pub(super) fn search(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::Post, body: Body::Json(body), ..Self::get(path) }
    }

    pub(super) fn write(path: impl Into<String>, body: Value) -> Self {
        Self { write: true, ..Self::search(path, body) }
    }

    pub(super) fn image(address: &str) -> Self {
        let body = Body::Image(address.to_owned());
        Self { method: Method::Post, body, ..Self::get("/product/202309/images/upload") }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// Whether the path is one of those that must not name a shop.
fn names_no_shop(path: &str) -> bool {
    ["/authorization/", "/seller/"].iter().any(|head| path.starts_with(head))
        || (path.starts_with("/product/")
            && ["/images/upload", "/files/upload"].iter().any(|tail| path.ends_with(tail)))
}

/// HMAC over secret, path, sorted query, body and secret; of an upload's body nothing is signed.
pub(super) fn signature(secret: &str, path: &str, query: &BTreeMap<&str, String>, body: &[u8]) -> String {
    let mut text = path.to_owned();
    for (name, value) in query.iter().filter(|(name, _)| !matches!(**name, "sign" | "access_token")) {
        text.push_str(name);
        text.push_str(value);
    }
    sign::hmac_hex(secret, &[secret.as_bytes(), text.as_bytes(), body, secret.as_bytes()])
}

fn app_key(credentials: &Credentials) -> Result<String, Failure> {
    match credentials.setting("app_key", "").trim() {
        "" => {
            let message = "the shop has no application key";
            Err(Failure::new(Class::NeedsAction, "shop.credential_missing", message))
        }
        key => Ok(key.to_owned()),
    }
}

/// The request, signed.
pub(super) fn signed(
    op: &Op,
    ask: Ask,
    credentials: &Credentials,
    now: Instant,
) -> Result<HttpSpec, Failure> {
    let Ask { method, path, query, body, write, cipher } = ask;
    let (secret, token) = (credentials.secret("app_secret")?, credentials.token(now)?);
    let encode = |_| Failure::permanent("content.encode", "the request cannot be written as JSON");
    let bytes = match &body {
        Body::Json(value) => serde_json::to_vec(value).map_err(encode)?,
        Body::None | Body::Image(_) => Vec::new(),
    };
    let mut query: BTreeMap<&str, String> = query.into_iter().collect();
    query.insert("app_key", app_key(credentials)?);
    query.insert("timestamp", now.unix_seconds().to_string());
    if let Some(cipher) = cipher.filter(|_| !names_no_shop(&path)) {
        query.insert("shop_cipher", cipher);
    }
    let sign = signature(secret.expose(), &path, &query, &bytes);
    query.insert("sign", sign);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
    let url = format!("{}{path}?{query}", credentials.base_url.trim_end_matches('/'));
    let spec = HttpSpec::new(op, method, url)
        .header("x-tts-access-token", token.expose())
        .hides(credentials.secrets.values())
        .hides([token]);
    let spec = match body {
        Body::None => spec,
        Body::Json(_) => HttpSpec { body: bytes, ..spec.header("content-type", "application/json") },
        Body::Image(image) => {
            spec.upload(Upload { image, field: "data", fields: vec![("use_case", "MAIN_IMAGE".to_owned())] })
        }
    };
    Ok(if write { spec } else { spec.reads() })
}

/// Host of the consent page of sellers outside the US. A browser opens it; it is never called.
const SERVICES: &str = "https://services.tiktokshop.com";

/// The host of the consent page that goes by the service's number, unless the address was changed.
pub(super) fn page_host(credentials: &Credentials) -> &str {
    let base = credentials.base_url.trim_end_matches('/');
    if base == TIKTOK_SHOP.base_url { SERVICES } else { base }
}

/// The host of consent and tokens: one of its own, unless the address was changed: then it stands for both.
pub(super) fn token_host(credentials: &Credentials) -> &str {
    let base = credentials.base_url.trim_end_matches('/');
    TIKTOK_SHOP.hosts.first().filter(|_| base == TIKTOK_SHOP.base_url).unwrap_or(&base)
}

/// Another access token for the newest refresh token.
pub(super) fn login(op: &Op, credentials: &Credentials) -> Result<HttpSpec, Failure> {
    let refresh = credentials.secret("refresh_token")?;
    token(op, "refresh", ("refresh_token", refresh), "refresh_token", credentials)
}

/// The first access token, for the code of the owner's consent.
pub(super) fn first_login(op: &Op, code: &Secret, credentials: &Credentials) -> Result<HttpSpec, Failure> {
    token(op, "get", ("auth_code", code), "authorized_code", credentials)
}

/// A request for a token. The secrets travel in the query, so the whole of it is hidden.
fn token(
    op: &Op,
    call: &str,
    (name, worth): (&str, &Secret),
    grant: &str,
    credentials: &Credentials,
) -> Result<HttpSpec, Failure> {
    let secret = credentials.secret("app_secret")?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("app_key", &app_key(credentials)?)
        .append_pair("app_secret", secret.expose())
        .append_pair(name, worth.expose())
        .append_pair("grant_type", grant)
        .finish();
    let url = format!("{}/api/v2/token/{call}?{query}", token_host(credentials));
    Ok(HttpSpec::new(op, Method::Get, url).hides(credentials.secrets.values()).hides([worth]))
}
