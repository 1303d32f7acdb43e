//! What Viettel Post's answers mean.

use std::time::Duration;

use serde_json::Value;

use crate::instant::Instant;
use crate::platform::adapter::Parsed;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Class, Expiry, Failure, HttpReply, Op, ParcelOp, ParcelSeen, Secret, Stage, TokenGrant,
};

/// The life of a token whose end is not said: the documents call it lasting and name no time; getting another one does
/// no harm.
const TOKEN_LIFE: Duration = Duration::from_secs(12 * 3600);

pub(super) fn parse(op: &Op, replies: &[HttpReply]) -> Result<Parsed, Failure> {
    let Some(reply) = replies.last() else {
        return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
    };
    match op {
        Op::Login if replies.len() == 1 => token(reply).map(|_| Parsed::More),
        Op::Login => {
            let data = data(reply, op).map_err(refused_login)?;
            let value = token_in(&data, op)?;
            Ok(Parsed::Done(Answer::Token(TokenGrant { value, expiry: expiry(&data), refresh: None })))
        }
        Op::Parcel(ParcelOp::Create(_)) => {
            let data = data(reply, op)?;
            let number = data.get("ORDER_NUMBER").and_then(text);
            let number = number.ok_or_else(|| unreadable(op))?;
            let fee_vnd = data.get("MONEY_TOTAL_FEE").or_else(|| data.get("MONEY_TOTAL")).and_then(dong);
            let seen = ParcelSeen { number, handle: None, stage: Stage::Other, code: None, fee_vnd };
            Ok(Parsed::Done(Answer::Parcel(Some(seen))))
        }
        Op::Parcel(ParcelOp::Cancel { .. }) => {
            data(reply, op)?;
            Ok(Parsed::Done(Answer::Parcel(None)))
        }
        _ => Err(unreadable(op)),
    }
}

/// The token of the first step of logging in.
pub(super) fn token(reply: &HttpReply) -> Result<Secret, Failure> {
    let data = data(reply, &Op::Login).map_err(refused_login)?;
    token_in(&data, &Op::Login)
}

fn token_in(data: &Value, op: &Op) -> Result<Secret, Failure> {
    data.get("token").and_then(text).map(Secret::new).ok_or_else(|| unreadable(op))
}

/// `expired` is read as milliseconds since 1970; anything else counts as not said.
fn expiry(data: &Value) -> Expiry {
    let millis = data.get("expired").and_then(whole).filter(|millis| *millis > 1_000_000_000_000);
    let at = millis.and_then(chrono::DateTime::from_timestamp_millis);
    at.map_or(Expiry::In(TOKEN_LIFE), |at| Expiry::At(Instant::from_utc(at)))
}

fn unreadable(op: &Op) -> Failure {
    Failure::unknown_end(op.is_write(), "viettel_post.unreadable", "the answer cannot be read")
}

/// A refusal while logging in is one of the name and the password.
fn refused_login(failure: Failure) -> Failure {
    match failure.class {
        Class::Permanent | Class::Auth { .. } => {
            Failure { class: Class::Auth { refreshable: false }, ..failure }
        }
        _ => failure,
    }
}

/// `data` of an answer that says that it succeeded: `error` false and `status` 200.
fn data(reply: &HttpReply, op: &Op) -> Result<Value, Failure> {
    if let Some(failure) = reply.status_failure(op.is_write()) {
        return Err(failure);
    }
    let body: Value = serde_json::from_slice(&reply.body).map_err(|_| unreadable(op))?;
    let status = body.get("status").and_then(whole);
    let refused = body.get("error").and_then(Value::as_bool).ok_or_else(|| unreadable(op))?;
    if !refused && status == Some(200) {
        return Ok(body.get("data").cloned().unwrap_or_default());
    }
    let message = body.get("message").and_then(text).unwrap_or_else(|| "refused without a word".to_owned());
    let failure = |class, code| Err(Failure::new(class, code, message.clone()).with_status(reply.status));
    match status {
        Some(401) => failure(Class::Auth { refreshable: true }, "viettel_post.token"),
        Some(429) => failure(Class::RateLimited { after: reply.retry_after() }, "viettel_post.too_many"),
        Some(500..=599) => Err(Failure::unknown_end(op.is_write(), "viettel_post.fault", message)),
        // The number for a token that ended is not documented; clients read it from the text.
        _ if message.to_lowercase().contains("token") => {
            failure(Class::Auth { refreshable: true }, "viettel_post.token")
        }
        // Neither a plain success nor a refusal.
        _ if !refused => Err(unreadable(op)),
        _ => failure(Class::Permanent, "viettel_post.refused"),
    }
}
