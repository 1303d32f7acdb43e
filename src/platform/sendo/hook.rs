//! Sendo's webhooks (17992475206041, 17992469585689, 17991465380249): `{type, store_id, shop_key, data}`, not signed.

use serde::Deserialize;
use serde_json::Value;

use super::HOOK_TOKEN;
use crate::platform::read::text;
use crate::platform::sign;
use crate::platform::state::{Credentials, Hook, HookCall, HookRefused, News, same};

/// What counts of a call: nothing of a buyer is read.
#[derive(Deserialize)]
struct Call {
    #[serde(rename = "type")]
    kind: String,
    shop_key: String,
    #[serde(default)]
    data: Data,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    id: Value,
    product_id: Value,
}

pub(super) fn read(call: &HookCall<'_>, credentials: &Credentials) -> Result<Hook, HookRefused> {
    let agreed = credentials.secret(HOOK_TOKEN).map_err(|_| HookRefused::Unsupported)?;
    let key = credentials.secret("shop_key").map_err(|_| HookRefused::Forged)?;
    let mut query = url::form_urlencoded::parse(call.query.as_bytes());
    let token = query.find(|(name, _)| name == "token").map(|(_, value)| value).unwrap_or_default();
    let Call { kind, shop_key, data } = serde_json::from_slice(call.body).map_err(|_| HookRefused::Forged)?;
    // Both are compared, whatever the first says.
    if !(same(&token, agreed.expose()) & same(&shop_key, key.expose())) {
        return Err(HookRefused::Forged);
    }
    let product = text(&data.id).or_else(|| text(&data.product_id));
    let news = match (kind.as_str(), product) {
        ("SALESORDER.CREATE", _) => News::Orders,
        ("PRODUCT.CREATE" | "PRODUCT.UPDATE", Some(product)) => News::Products(vec![product]),
        _ => News::Nothing,
    };
    Ok(Hook { delivery: sign::digest(call.body), news })
}
