//! Viettel Post's webhook: `{DATA, TOKEN}`. It is not signed; `TOKEN` is the value that was registered with Viettel Post,
//! compared in constant time.

use serde::Deserialize;
use serde_json::Value;

use crate::platform::read::{dong, text, whole};
use crate::platform::sign;
use crate::platform::state::{
    Credentials, Hook, HookCall, HookRefused, News, ParcelNews, ParcelSeen, Stage, same,
};

/// What counts of a call. Names, addresses and notes are not even read.
#[derive(Deserialize)]
struct Call {
    #[serde(rename = "DATA")]
    data: Data,
    #[serde(rename = "TOKEN")]
    token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Data {
    #[serde(default)]
    order_number: Value,
    #[serde(default)]
    order_reference: Value,
    #[serde(default)]
    order_status: Value,
    #[serde(default)]
    money_collection: Value,
    #[serde(default)]
    money_total: Value,
    #[serde(default)]
    order_statusdate: Value,
    #[serde(default)]
    is_returning: Value,
}

/// The codes that the documents name; the whole list runs from 101 to 550.
pub(super) fn stage(code: i64) -> Stage {
    match code {
        501 => Stage::Delivered,
        503 => Stage::Lost,
        504 => Stage::Returned,
        505 => Stage::Moving,
        _ => Stage::Other,
    }
}

/// How far a parcel is that is on its way back, or not. What is handed over on the way back went to the sender and not to
/// the receiver; that it has arrived there has a code of its own.
fn stage_of(code: i64, returning: bool) -> Stage {
    match stage(code) {
        Stage::Delivered | Stage::Other if returning => Stage::Moving,
        stage => stage,
    }
}

/// Clients read it as a truth value; a number or a text that says yes counts too.
fn yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::String(word) => word.eq_ignore_ascii_case("true") || word == "1",
        other => whole(other) == Some(1),
    }
}

pub(super) fn hook(call: &HookCall<'_>, credentials: &Credentials) -> Result<Hook, HookRefused> {
    let agreed = credentials.secret("webhook_token").map_err(|_| HookRefused::Forged)?;
    let Call { data, token } = serde_json::from_slice(call.body).map_err(|_| HookRefused::Forged)?;
    if !same(&token, agreed.expose()) {
        return Err(HookRefused::Forged);
    }
    let code = whole(&data.order_status).ok_or(HookRefused::Unreadable)?;
    let number = text(&data.order_number).ok_or(HookRefused::Unreadable)?;
    let Some(reference) = text(&data.order_reference) else {
        // A consignment that somebody made by hand: none of ours.
        return Ok(Hook { delivery: sign::digest(call.body), news: News::Nothing });
    };
    let at = text(&data.order_statusdate)
        .and_then(|at| chrono::NaiveDateTime::parse_from_str(&at, "%d/%m/%Y %H:%M:%S").ok())
        .map(|at| crate::instant::Instant::start_of_day(at.date()).plus(at.time() - chrono::NaiveTime::MIN));
    let seen = ParcelSeen {
        number,
        handle: None,
        stage: stage_of(code, yes(&data.is_returning)),
        code: Some(code.to_string()),
        fee_vnd: dong(&data.money_total),
    };
    let news = ParcelNews { reference, seen, cod_vnd: dong(&data.money_collection), at };
    Ok(Hook { delivery: sign::digest(call.body), news: News::Parcel(Box::new(news)) })
}
