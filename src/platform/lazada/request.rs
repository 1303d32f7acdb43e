//! Requests: what is asked, and how it is signed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::instant::Instant;
use crate::platform::sign;
use crate::platform::state::{Class, Credentials, Failure, HttpSpec, LAZADA, Method, Op, Secret, Upload};

/// A request, not yet signed.
pub(super) struct Ask {
    method: Method,
    path: &'static str,
    /// What this call asks beside the system's parameters: in the query of a GET, in the form of a POST.
    fields: Vec<(&'static str, String)>,
    /// The image at this address of ours, whose bytes are not signed.
    image: Option<String>,
    /// Whether it changes something there.
    pub(super) write: bool,
}

impl Ask {
    pub(super) fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, fields: Vec::new(), image: None, write: false }
    }

    /// A write whose body goes as JSON in one field of a form.
    pub(super) fn write(path: &'static str, field: &'static str, payload: &Value) -> Self {
        let fields = vec![(field, payload.to_string())];
        Self { method: Method::Post, fields, write: true, ..Self::get(path) }
    }

    pub(super) fn image(address: &str) -> Self {
        Self { method: Method::Post, image: Some(address.to_owned()), ..Self::get("/image/upload") }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}

/// HMAC over the path and the sorted parameters, in upper-case digits.
pub(super) fn signature(secret: &str, path: &str, parameters: &BTreeMap<&str, String>) -> String {
    let mut text = path.to_owned();
    for (name, value) in parameters.iter().filter(|(name, _)| **name != "sign") {
        text.push_str(name);
        text.push_str(value);
    }
    sign::hmac_hex(secret, &[text.as_bytes()]).to_ascii_uppercase()
}

/// The system's parameters, without the signature.
fn system(credentials: &Credentials, now: Instant) -> Result<BTreeMap<&'static str, String>, Failure> {
    let app_key = credentials.setting("app_key", "").trim();
    if app_key.is_empty() {
        let message = "the shop has no application key";
        return Err(Failure::new(Class::NeedsAction, "shop.credential_missing", message));
    }
    let millis = now.unix_micros().div_euclid(1_000).to_string();
    let sign_method = "sha256".to_owned();
    Ok([("app_key", app_key.to_owned()), ("timestamp", millis), ("sign_method", sign_method)].into())
}

fn encoded(parameters: &BTreeMap<&str, String>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// The request, signed.
pub(super) fn signed(
    op: &Op,
    ask: Ask,
    credentials: &Credentials,
    now: Instant,
) -> Result<HttpSpec, Failure> {
    let Ask { method, path, fields, image, write } = ask;
    let (secret, token) = (credentials.secret("app_secret")?, credentials.token(now)?);
    let mut query = system(credentials, now)?;
    query.insert("access_token", token.expose().to_owned());
    let mut all = query.clone();
    all.extend(fields.iter().cloned());
    let sign = signature(secret.expose(), path, &all);
    let form = method == Method::Post;
    if !form {
        query = all;
    }
    query.insert("sign", sign);
    let base = credentials.base_url.trim_end_matches('/');
    let spec = HttpSpec::new(op, method, format!("{base}{path}?{}", encoded(&query)))
        .hides(credentials.secrets.values())
        .hides([token]);
    let spec = match image {
        // The field's name is that of the platform's own client libraries.
        Some(image) => spec.upload(Upload { image, field: "image", fields: Vec::new() }),
        None if form => spec.form(fields.iter().map(|(name, value)| (*name, value.as_str()))),
        None => spec,
    };
    Ok(if write { spec } else { spec.reads() })
}

/// The host of consent and tokens: one of its own, unless the address was changed: then it stands for both.
pub(super) fn token_host(credentials: &Credentials) -> &str {
    let base = credentials.base_url.trim_end_matches('/');
    LAZADA.hosts.first().filter(|_| base == LAZADA.base_url).unwrap_or(&base)
}

/// Another access token for the newest refresh token.
pub(super) fn login(op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
    let refresh = credentials.secret("refresh_token")?;
    token(op, "/auth/token/refresh", ("refresh_token", refresh), credentials, now)
}

/// The first access token, for the code of the owner's consent.
pub(super) fn first_login(
    op: &Op,
    code: &Secret,
    credentials: &Credentials,
    now: Instant,
) -> Result<HttpSpec, Failure> {
    token(op, "/auth/token/create", ("code", code), credentials, now)
}

/// A request for a token. What it is got for goes in the form, so that no address shows it.
fn token(
    op: &Op,
    path: &str,
    (name, worth): (&'static str, &Secret),
    credentials: &Credentials,
    now: Instant,
) -> Result<HttpSpec, Failure> {
    let secret = credentials.secret("app_secret")?;
    let mut form = system(credentials, now)?;
    form.insert(name, worth.expose().to_owned());
    let sign = signature(secret.expose(), path, &form);
    form.insert("sign", sign);
    Ok(HttpSpec::new(op, Method::Post, format!("{}{path}", token_host(credentials)))
        .form(form.iter().map(|(name, value)| (*name, value.as_str())))
        .hides(credentials.secrets.values())
        .hides([worth]))
}
