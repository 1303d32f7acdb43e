//! What MyVNPost's answers mean.

use std::time::Duration;

use serde_json::Value;

use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Class, Expiry, Failure, HttpReply, Op, ParcelOp, ParcelSeen, Secret, Stage, TokenGrant,
};

/// How long a token is used: its life is not documented, and another one is to be had at any time.
const TOKEN_LIFE: Duration = Duration::from_secs(6 * 3600);

pub(super) fn parse(op: &Op, replies: &[HttpReply]) -> Result<Answer, Failure> {
    let Some(reply) = replies.last() else {
        return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
    };
    match op {
        Op::Login => login(reply),
        Op::Parcel(ParcelOp::Create(_)) => {
            seen(&body(reply, op)?, None).map(Some).ok_or_else(|| unreadable(op)).map(Answer::Parcel)
        }
        Op::Parcel(ParcelOp::Read { reference, .. }) => read(reply, op, reference),
        Op::Parcel(ParcelOp::Cancel { .. }) => cancelled(&body(reply, op)?, op),
        _ => Err(unreadable(op)),
    }
}

fn login(reply: &HttpReply) -> Result<Answer, Failure> {
    let op = Op::Login;
    let refused = |failure: Failure| match failure.class {
        Class::Permanent | Class::Auth { .. } => {
            Failure { class: Class::Auth { refreshable: false }, ..failure }
        }
        _ => failure,
    };
    let body = body(reply, &op).map_err(refused)?;
    // The token stands in an object of its own or as a bare text.
    let token =
        ["/token", "/data/token", "/accessToken"].iter().find_map(|at| body.pointer(at)).unwrap_or(&body);
    let value = text(token).map(Secret::new).ok_or_else(|| unreadable(&op))?;
    Ok(Answer::Token(TokenGrant { value, expiry: Expiry::In(TOKEN_LIFE), refresh: None }))
}

fn unreadable(op: &Op) -> Failure {
    Failure::unknown_end(op.is_write(), "vnpost.unreadable", "the answer cannot be read")
}

/// The body of an answer that is no error: `{status, timestamp, error, message, path}` is one, whatever the HTTP status.
fn body(reply: &HttpReply, op: &Op) -> Result<Value, Failure> {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let told = body.as_ref().and_then(|body| body.get("message")).and_then(text);
    if let Some(failure) = reply.status_failure(op.is_write()) {
        // What the carrier says of a refusal is of use; of everything else its class is.
        return Err(match told {
            Some(message) if failure.class == Class::Permanent => Failure { message, ..failure },
            _ => failure,
        });
    }
    let body = body.ok_or_else(|| unreadable(op))?;
    let error = body.get("error").is_some_and(|error| !matches!(error, Value::Null | Value::Bool(false)));
    if !error {
        return Ok(body);
    }
    let message = told.unwrap_or_else(|| "refused without a word".to_owned());
    Err(match body.get("status").and_then(whole) {
        Some(401) => Failure::new(Class::Auth { refreshable: true }, "vnpost.token", message),
        Some(500..=599) => Failure::unknown_end(op.is_write(), "vnpost.fault", message),
        _ => Failure::permanent("vnpost.refused", message),
    })
}

/// 90 and 100 are the two codes that the sources agree on.
fn stage(code: Option<i64>) -> Stage {
    match code {
        Some(90) => Stage::Delivered,
        Some(100) => Stage::Returned,
        _ => Stage::Other,
    }
}

/// A consignment; with `reference` only the one that carries it.
fn seen(order: &Value, reference: Option<&str>) -> Option<ParcelSeen> {
    let own = order.get("saleOrderCode").and_then(text);
    if reference.is_some() && own.as_deref() != reference {
        return None;
    }
    let status = order.get("status");
    Some(ParcelSeen {
        number: order.get("itemCode").and_then(text)?,
        handle: order.get("originalID").or_else(|| order.get("originalId")).and_then(text),
        stage: stage(status.and_then(whole)),
        code: status.and_then(text),
        fee_vnd: order.get("totalFee").and_then(dong),
    })
}

/// The consignment of our number; there is none where the answer is a list without it or 404. An answer of another
/// shape never means that there is none, for then it would be made a second time.
fn read(reply: &HttpReply, op: &Op, reference: &str) -> Result<Answer, Failure> {
    if reply.status == 404 {
        return Ok(Answer::Parcel(None));
    }
    let body = body(reply, op)?;
    let inner = body.get("data").unwrap_or(&body);
    let found = match inner {
        Value::Array(orders) if orders.is_empty() => None,
        Value::Array(orders) => {
            Some(orders.iter().find_map(|order| seen(order, Some(reference))).ok_or_else(|| unreadable(op))?)
        }
        Value::Object(_) => Some(seen(inner, Some(reference)).ok_or_else(|| unreadable(op))?),
        _ => return Err(unreadable(op)),
    };
    Ok(Answer::Parcel(found))
}

/// One row for each consignment that was to be called off: `{type, message, originalId, caseId}`. Only a row of type
/// `SUCCESS` is a success; the clients show no other word, so every other one is a refusal.
fn cancelled(body: &Value, op: &Op) -> Result<Answer, Failure> {
    let row = body.as_array().and_then(|rows| rows.first()).ok_or_else(|| unreadable(op))?;
    let word = row.get("type").and_then(text).unwrap_or_default();
    if word.eq_ignore_ascii_case("success") {
        return Ok(Answer::Parcel(None));
    }
    let message = row.get("message").and_then(text).unwrap_or(word);
    Err(Failure::permanent("vnpost.not_cancelled", message))
}
