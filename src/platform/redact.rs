//! Takes secrets and buyers' data out of whatever is stored as an attempt, shown as a preview or logged.
//!
//! Two nets: by value (every secret that went into the request, in the encodings it may come back in) and by key
//! (names that carry credentials or a buyer's data). Use it on anything that came from or goes to a platform.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::state::{Failure, HttpReply, HttpSpec, Secret};

/// What stands where something was taken out.
pub const MASK: &str = "***";
/// Bytes kept of a body that is stored.
const TEXT_MAX: usize = 8 * 1024;

/// Parts of a key that mark its value as a credential or as a buyer's data. Compared in lower case.
const KEYS: &[&str] = &[
    "authorization",
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "cookie",
    "signature",
    "hmac",
    "api_key",
    "apikey",
    "shop_key",
    "partner_key",
    "consumer_key",
    "receiver",
    "buyer",
    "customer",
    "recipient",
    "phone",
    "mobile",
    "email",
    "address",
];
/// Keys that only count as a whole, because other names contain them.
const WHOLE_KEYS: &[&str] = &["sign"];

/// A request as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ShownRequest {
    /// Method.
    pub method: &'static str,
    /// Address without secrets.
    pub url: String,
    /// Headers without secrets.
    pub headers: Vec<(String, String)>,
    /// Body without secrets.
    pub body: String,
}

/// A reply as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ShownReply {
    /// HTTP status.
    pub status: u16,
    /// Body without secrets and buyers' data, shortened.
    pub body: String,
}

/// The request without secrets, its body shortened: to be stored.
pub fn request(spec: &HttpSpec) -> ShownRequest {
    let whole = whole_request(spec);
    ShownRequest { body: shorten(whole.body), ..whole }
}

/// The request without secrets, as long as it is.
pub fn whole_request(spec: &HttpSpec) -> ShownRequest {
    let headers = spec.headers.iter().map(|(name, value)| {
        let value = if is_private(name) { MASK.to_owned() } else { text(value, &spec.secrets) };
        (name.clone(), value)
    });
    ShownRequest {
        method: spec.method.as_str(),
        url: url(&spec.url, &spec.secrets),
        headers: headers.collect(),
        body: body(&spec.body, &spec.secrets),
    }
}

/// The reply without secrets and buyers' data.
pub fn reply(spec: &HttpSpec, reply: &HttpReply) -> ShownReply {
    ShownReply { status: reply.status, body: shorten(body(&reply.body, &spec.secrets)) }
}

/// The failure with secrets taken out of every text that came from outside.
pub fn failure(spec: &HttpSpec, mut failure: Failure) -> Failure {
    failure.message = text(&failure.message, &spec.secrets);
    failure.request_id = failure.request_id.map(|id| text(&id, &spec.secrets));
    for field in &mut failure.fields {
        field.message = text(&field.message, &spec.secrets);
        field.code = text(&field.code, &spec.secrets);
    }
    failure
}

/// The text without the secrets, in plain, percent-encoded, JSON-escaped and base64 form. Secrets shorter than four
/// characters are not looked for: masking them would leave nothing readable.
pub fn text(text: &str, secrets: &[Secret]) -> String {
    let mut forms: Vec<String> = Vec::new();
    for secret in secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= 4) {
        forms.push(secret.to_owned());
        forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        forms.push(secret.bytes().map(percent).collect());
        forms.push(Value::from(secret).to_string().trim_matches('"').to_owned());
        forms.push(STANDARD.encode(secret));
        forms.push(URL_SAFE_NO_PAD.encode(secret));
    }
    // The longest first: one secret may be part of another.
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    forms.dedup();
    forms.iter().filter(|form| form.len() >= 4).fold(text.to_owned(), |text, form| {
        if text.contains(form.as_str()) { text.replace(form.as_str(), MASK) } else { text }
    })
}

/// RFC 3986: everything but the unreserved characters is encoded.
fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn is_private(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    WHOLE_KEYS.contains(&key.as_str()) || KEYS.iter().any(|part| key.contains(part))
}

fn url(address: &str, secrets: &[Secret]) -> String {
    let Some((path, query)) = address.split_once('?') else {
        return text(address, secrets);
    };
    format!("{}?{}", text(path, secrets), form(query, secrets))
}

fn form(query: &str, secrets: &[Secret]) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        // An authorisation code travels in the query; in a body the same key names an error.
        Some((key, _)) if is_private(key) || key == "code" => format!("{key}={MASK}"),
        _ => text(pair, secrets),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn body(bytes: &[u8], secrets: &[Secret]) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(mut value) => {
            mask(&mut value);
            text(&value.to_string(), secrets)
        }
        Err(_) => {
            let raw = String::from_utf8_lossy(bytes);
            let is_form = raw.contains('=') && !raw.contains(['<', ' ', '\n', '{']);
            if is_form { form(&raw, secrets) } else { text(&raw, secrets) }
        }
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if is_private(key) && !matches!(value, Value::Null | Value::Bool(_)) {
                    *value = Value::from(MASK);
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

fn shorten(mut text: String) -> String {
    if text.len() > TEXT_MAX {
        let cut = (0..=TEXT_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::platform::state::{Class, FieldError, Method, Rate};

    fn spec(url: &str, body: &[u8], secrets: &[&str]) -> HttpSpec {
        HttpSpec {
            method: Method::Post,
            url: url.into(),
            headers: vec![
                ("Authorization".into(), "bearer abc".into()),
                ("x-note".into(), format!("v {}", secrets.join(" "))),
            ],
            body: body.to_vec(),
            upload: None,
            secrets: secrets.iter().map(|secret| Secret::new(*secret)).collect(),
            timeout: Duration::from_secs(1),
            write: true,
            rate: Rate { bucket: "data", per_second: None, per_host: false },
        }
    }

    #[test]
    fn keys_are_masked_at_any_depth_and_the_rest_stays() {
        let body = br#"{"name":"Ch\u00e8","a":[{"access_token":"t","receiver_name":"N","design":"d","sign":"s"}],"token":null}"#;
        let shown = request(&spec("https://h.example/p?app_secret=x&q=1", body, &[]));
        assert_eq!(shown.url, "https://h.example/p?app_secret=***&q=1");
        let value: Value = serde_json::from_str(&shown.body).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"name": "Chè", "a": [{"access_token": MASK, "receiver_name": MASK, "design": "d", "sign": MASK}], "token": null})
        );
        assert_eq!(shown.headers.first().unwrap().1, MASK);
    }

    #[test]
    fn form_bodies_and_pages_are_masked_too() {
        let shown = request(&spec("https://h.example/p", b"grant_type=x&refresh_token=y", &[]));
        assert_eq!(shown.body, "grant_type=x&refresh_token=***");
        let page = HttpReply { status: 502, headers: vec![], body: b"<html>key hush-hush</html>".to_vec() };
        assert_eq!(
            reply(&spec("https://h.example/p", b"", &["hush-hush"]), &page).body,
            "<html>key ***</html>"
        );
    }

    #[test]
    fn a_failure_that_quotes_the_secret_loses_it() {
        let spec = spec("https://h.example/p", b"", &["hush-hush"]);
        let quoted =
            Failure::new(Class::Permanent, "x", "key hush-hush is wrong").with_fields(vec![FieldError {
                pointer: String::new(),
                code: "k".into(),
                message: "hush-hush".into(),
            }]);
        assert!(!format!("{:?}", failure(&spec, quoted)).contains("hush"));
    }

    #[test]
    fn long_bodies_are_cut_between_characters() {
        let shown = request(&spec("https://h.example/p", "chè ".repeat(5_000).as_bytes(), &[])).body;
        assert!(shown.len() <= TEXT_MAX + 3 && shown.ends_with('…'));
        let long = "chè ".repeat(5_000);
        assert_eq!(whole_request(&spec("https://h.example/p", long.as_bytes(), &[])).body, long);
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_every_encoding(secret in "[ -~]{6,24}") {
            let forms = [
                secret.clone(),
                url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>(),
                Value::from(secret.as_str()).to_string(),
                STANDARD.encode(&secret),
            ];
            for form in forms {
                let shown = text(&format!("before {form} after"), &[Secret::new(secret.as_str())]);
                prop_assert!(!shown.contains(&form) && shown.starts_with("before"), "{}", shown);
            }
        }
    }
}
