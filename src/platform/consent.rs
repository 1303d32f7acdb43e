//! What adapters need for a shop owner's consent: the address of the platform's page, the check of what it signs, and
//! what is common in reading the tokens.

use std::time::Duration;

use serde_json::Value;

use super::read::whole;
use super::sign;
use super::state::{
    Class, ConsentReply, Credentials, Expiry, Failure, FieldError, HttpReply, Secret, Token, TokenGrant, same,
};
use crate::instant::Instant;

/// Life of a token that the contract gives no end: until the platform refuses it.
pub(super) const LASTS: Duration = Duration::from_secs(50 * 365 * 86_400);

/// An address with its parameters.
pub(super) fn page<'a>(address: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{address}?{query}")
}

fn missing(name: &str) -> Failure {
    let message = format!("the consent needs the shop's {name}");
    let field = FieldError {
        pointer: format!("/credentials/{name}"),
        code: "credential.missing".to_owned(),
        message: message.clone(),
    };
    Failure::new(Class::NeedsAction, "shop.credential_missing", message).with_fields(vec![field])
}

/// A setting without which there is no page to send the owner to.
pub(super) fn setting<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a str, Failure> {
    let value = credentials.setting(name, "").trim();
    if value.is_empty() { Err(missing(name)) } else { Ok(value) }
}

/// A secret without which the code is worth nothing.
pub(super) fn secret<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a Secret, Failure> {
    credentials.secret(name).map_err(|_| missing(name))
}

/// Whether the parameters are signed in `hmac` with the hexadecimal HMAC-SHA256 of all others, sorted: as they came, or
/// decoded with `%` and `&` (in names `=` too) put back. The older `signature` beside it is not signed.
pub(super) fn is_signed(reply: &ConsentReply<'_>, secret: &str) -> bool {
    let Some(given) = reply.get("hmac").filter(|_| !secret.is_empty()) else { return false };
    let signed = |name: &str| !matches!(name, "hmac" | "signature");
    let mut raw: Vec<&str> = reply.raw().split('&').filter(|pair| !pair.is_empty()).collect();
    raw.retain(|pair| signed(pair.split_once('=').map_or(pair, |(name, _)| name)));
    raw.sort_unstable();
    let escaped = |text: &str| text.replace('%', "%25").replace('&', "%26");
    let decoded: Vec<String> = reply
        .pairs()
        .filter(|(name, _)| signed(name))
        .map(|(name, value)| format!("{}={}", escaped(name).replace('=', "%3D"), escaped(value)))
        .collect();
    let is = |text: &str| same(&sign::hmac_hex(secret, &[text.as_bytes()]), given);
    // Both are made whatever the first says.
    is(&raw.join("&")) | is(&decoded.join("&"))
}

/// The refresh token that came with the consent's token, where the platform lets that end.
pub(super) fn renewal(credentials: &Credentials) -> Option<&Secret> {
    credentials.secret("refresh_token").ok().filter(|_| credentials.secret("access_token").is_err())
}

/// The shop's own lasting token, otherwise that of its owner's consent.
///
/// # Errors
/// `Auth` that a login mends where the token has ended and can be renewed, otherwise one that none mends.
pub(super) fn lasting(credentials: &Credentials, now: Instant) -> Result<&Secret, Failure> {
    if let Ok(token) = credentials.secret("access_token") {
        return Ok(token);
    }
    if renewal(credentials).is_some() {
        return credentials.token(now);
    }
    let good = credentials.token.as_ref().filter(|Token { expires_at, .. }| *expires_at > now);
    good.map(|token| &token.value).ok_or_else(|| {
        let message = "the shop has no access token: its owner has to consent";
        Failure::new(Class::Auth { refreshable: false }, "auth.consent_needed", message)
    })
}

/// The token of a body that is JSON: until its end where it can be renewed, otherwise until it is refused. What is
/// refused is the code or the application's keys.
///
/// # Errors
/// `Auth` for a refusal, `Retryable` for what says nothing.
pub(super) fn granted(platform: &str, reply: &HttpReply) -> Result<TokenGrant, Failure> {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let said = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    if (200..300).contains(&reply.status)
        && let Some(token) = said("access_token").filter(|token| !token.is_empty())
    {
        let refresh = said("refresh_token").filter(|token| !token.is_empty()).map(Secret::new);
        let life = body.as_ref().and_then(|body| body.get("expires_in")).and_then(whole);
        let life = life.and_then(|seconds| u64::try_from(seconds).ok()).filter(|_| refresh.is_some());
        let expiry = Expiry::In(life.map_or(LASTS, Duration::from_secs));
        return Ok(TokenGrant { value: Secret::new(token), expiry, refresh });
    }
    let (class, code) = match reply.status {
        429 => (Class::RateLimited { after: None }, "busy"),
        400..=403 => (Class::Auth { refreshable: false }, "consent_refused"),
        200..=299 if said("error").is_some() => (Class::Auth { refreshable: false }, "consent_refused"),
        _ => (Class::Retryable, "unreadable"),
    };
    let message = said("error_description").or_else(|| said("error")).unwrap_or("the platform gave no token");
    Err(Failure::new(class, &format!("{platform}.{code}"), message).with_status(reply.status))
}

#[cfg(test)]
#[path = "consent_test.rs"]
mod adapters;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Shopify's documents give, with the secret `hush`.
    const SHOPIFY: &str = "code=0907a61c0c8d55e99db179b68161bc00&hmac=700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf\
                           &shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173";

    #[test]
    fn a_signed_reply_is_believed_and_no_other() {
        let signed = |query: &str, secret| is_signed(&ConsentReply::read(query).unwrap(), secret);
        assert!(signed(SHOPIFY, "hush"));
        let turned: Vec<&str> = SHOPIFY.split('&').rev().collect();
        assert!(signed(&turned.join("&"), "hush"), "the order does not count");
        assert!(signed(&format!("{SHOPIFY}&signature=old"), "hush"), "the older signature is not signed");
        for (query, secret) in [
            (SHOPIFY.to_owned(), "hash"),
            (SHOPIFY.to_owned(), ""),
            (SHOPIFY.replace("some-shop", "evil-shop"), "hush"),
            (SHOPIFY.replace("hmac=7", "hmac=8"), "hush"),
            (SHOPIFY.replace("hmac=", "hmack="), "hush"),
            (format!("{SHOPIFY}&more=1"), "hush"),
        ] {
            assert!(!signed(&query, secret), "{query}");
        }
        let text = "host=a%26b%25&shop=x";
        let hmac = sign::hmac_hex("hush", &[text.as_bytes()]);
        assert!(signed(&format!("shop=x&host=a%26b%25&hmac={hmac}"), "hush"), "decoded and put back");
    }

    #[test]
    fn a_token_is_told_from_a_refusal_and_from_nonsense() {
        let reply = |status, body: &str| HttpReply { status, headers: Vec::new(), body: body.into() };
        let good = granted("p", &reply(200, r#"{"access_token":"t-secret"}"#)).unwrap();
        assert_eq!((good.value.expose(), good.refresh), ("t-secret", None));
        let class = |status, body| granted("p", &reply(status, body)).unwrap_err().class;
        let refused = Class::Auth { refreshable: false };
        assert_eq!(class(400, r#"{"error":"invalid_grant"}"#), refused);
        assert_eq!(class(200, r#"{"error":"invalid_grant"}"#), refused);
        assert_eq!(class(200, r#"{"access_token":""}"#), Class::Retryable);
        assert_eq!(class(200, "<html>"), Class::Retryable);
        assert_eq!(class(502, ""), Class::Retryable);
        assert_eq!(class(429, ""), Class::RateLimited { after: None });
    }
}
