//! What Shopee tells by itself (push). An application has one address for all its shops, so a call may be about
//! another one; that is not ours to act on.

use serde_json::Value;

use super::{PUSH_URL, SHOP};
use crate::platform::read::text;
use crate::platform::sign;
use crate::platform::state::{Credentials, Hook, HookCall, HookRefused, News};

/// The shop that a call is about; some are about the whole application.
pub(super) fn shop(call: &HookCall<'_>) -> Option<String> {
    let body: Value = serde_json::from_slice(call.body).ok()?;
    body.get("shop_id").and_then(text)
}

/// What a call wants, if it is signed with the partner's key over its address and its body. It carries no number of the
/// delivery, so it is known again by its body.
pub(super) fn read(call: &HookCall<'_>, credentials: &Credentials) -> Result<Hook, HookRefused> {
    let key = credentials.secret("partner_key").map_err(|_| HookRefused::Forged)?;
    let told = credentials.setting(PUSH_URL, "").trim();
    let url = if told.is_empty() { call.url } else { told };
    let signature = sign::hmac_hex(key.expose(), &[url.as_bytes(), b"|", call.body]);
    if !call.header_is("authorization", &signature) {
        return Err(HookRefused::Forged);
    }
    let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
    let code = body.get("code").and_then(Value::as_i64).ok_or(HookRefused::Unreadable)?;
    let ours = credentials.setting(SHOP, "").trim();
    let elsewhere = body.get("shop_id").and_then(text).is_some_and(|shop| shop != "0" && shop != ours);
    let item = || body.pointer("/data/item_id").and_then(text);
    let news = match code {
        _ if elsewhere => News::Nothing,
        // Authorised, no longer so, about to end.
        1 | 2 | 12 => News::Shop,
        // Status, tracking number.
        3 | 4 => News::Orders,
        // Banned.
        6 => News::Products(vec![item().ok_or(HookRefused::Unreadable)?]),
        // Reserved stock: it may be known of which product.
        8 => item().map_or(News::Nothing, |id| News::Products(vec![id])),
        _ => News::Nothing,
    };
    Ok(Hook { delivery: sign::digest(call.body), news })
}
