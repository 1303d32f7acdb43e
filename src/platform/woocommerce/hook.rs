//! Calls from the shop. They are signed over the raw body with the secret that was given when they were set up.

use serde_json::Value;

use crate::platform::read::text;
use crate::platform::sign;
use crate::platform::state::{Credentials, Hook, HookCall, HookRefused, News};

/// What a call wants, if it is the shop's.
pub(super) fn read(call: &HookCall<'_>, credentials: &Credentials) -> Result<Hook, HookRefused> {
    if is_ping(call) {
        // It comes unsigned when the webhook is made, and asks for nothing.
        return Ok(Hook { delivery: "ping".to_owned(), news: News::Nothing });
    }
    let secret = credentials.secret("webhook_secret").map_err(|_| HookRefused::Forged)?;
    let signature = sign::hmac_base64(secret.expose(), &[call.body]);
    if !call.header_is("x-wc-webhook-signature", &signature) {
        return Err(HookRefused::Forged);
    }
    let topic = call.header("x-wc-webhook-topic").ok_or(HookRefused::Unreadable)?;
    let delivery = call.header("x-wc-webhook-delivery-id").map(str::trim).filter(|id| !id.is_empty());
    let delivery = delivery.map_or_else(|| sign::digest(call.body), |id| id.chars().take(100).collect());
    let news = match topic.split_once('.') {
        Some(("order", _)) => News::Orders,
        Some(("product", _)) => {
            let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
            let id = body.get("id").and_then(text).ok_or(HookRefused::Unreadable)?;
            News::Products(vec![id])
        }
        _ => News::Nothing,
    };
    Ok(Hook { delivery, news })
}

/// `webhook_id=7` and nothing else, without a signature.
fn is_ping(call: &HookCall<'_>) -> bool {
    let id = call.body.strip_prefix(b"webhook_id=");
    let short = id.is_some_and(|id| (1..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit));
    short && call.header("x-wc-webhook-signature").is_none()
}
