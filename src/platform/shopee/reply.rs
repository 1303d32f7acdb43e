//! What Shopee's replies mean. Failures come as a word in `error`, most of them inside HTTP 200; empty or absent it means
//! success.

use std::time::Duration;

use serde_json::Value;

use crate::platform::read::{text, whole};
use crate::platform::state::{Answer, Class, Expiry, Failure, FieldError, HttpReply, Secret, TokenGrant};

/// After a day's number of calls is used up, it is tried again each hour: the count begins anew at midnight in UTC+8.
const DAY_USED_UP: Duration = Duration::from_secs(3600);
/// Characters kept of a word of theirs.
const WORD_MAX: usize = 60;

/// An answer that is not as documented.
pub(super) fn unreadable(write: bool) -> Failure {
    Failure::unknown_end(write, "shopee.unreadable", "the answer is not as documented")
}

/// The product is not there.
pub(super) fn gone() -> Failure {
    Failure::permanent("product.gone", "Shopee does not know the product")
}

/// Something that a person has to settle.
pub(super) fn needs(code: &str, message: impl Into<String>) -> Failure {
    Failure::new(Class::NeedsAction, code, message)
}

/// A text or number behind a pointer, as a text.
pub(super) fn at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(text)
}

/// The rows of a list; none where it is missing.
pub(super) fn rows<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The body of a reply that succeeded.
fn body(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    let body = serde_json::from_slice::<Value>(&reply.body).ok().filter(Value::is_object);
    let failed = reply.status_failure(write);
    let word = body.as_ref().and_then(|body| body.get("error")).filter(|word| !word.is_null());
    match (body.as_ref(), word, failed) {
        (Some(body), Some(word), failed) if *word != "" => match text(word) {
            Some(word) => Err(refused(reply, body, &word, failed, write)),
            None => Err(failed.unwrap_or_else(|| unreadable(write).with_status(reply.status))),
        },
        (_, _, Some(failed)) => Err(failed),
        (Some(body), _, None) => Ok(body.clone()),
        (None, _, None) => Err(unreadable(write).with_status(reply.status)),
    }
}

/// What stands in `response` of a reply that succeeded.
pub(super) fn response(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    let mut body = body(reply, write)?;
    let inner = body.get_mut("response").map(Value::take).filter(Value::is_object);
    inner.ok_or_else(|| unreadable(write).with_status(reply.status))
}

/// A refusal by its word. A module may stand before it (`product.error_param`).
fn refused(reply: &HttpReply, body: &Value, word: &str, failed: Option<Failure>, write: bool) -> Failure {
    let name: String = word.rsplit('.').next().unwrap_or_default().chars().take(WORD_MAX).collect();
    let message = at(body, "/message").filter(|said| said != "-").unwrap_or_else(|| word.to_owned());
    let low = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let unknown_end = if write { Class::Ambiguous } else { Class::Retryable };
    let class = match name.as_str() {
        _ if reply.status == 429 => Class::RateLimited { after: reply.retry_after() },
        "error_rate_limit" => Class::RateLimited { after: reply.retry_after() },
        "error_limit" => Class::RateLimited { after: Some(DAY_USED_UP) },
        "invalid_acceess_token" | "invalid_access_token" => Class::Auth { refreshable: true },
        // The same word says that a token has ended, that the application may not, and that a shop of several places must
        // name one: only its message tells.
        "error_auth" if says(&["token"]) => Class::Auth { refreshable: true },
        "error_auth"
            if says(&["permission", "location", "stock", "holiday", "phone", "your shop", "cnsc"]) =>
        {
            Class::NeedsAction
        }
        "error_auth" => Class::Auth { refreshable: true },
        // Another token helps none of these.
        "error_sign" | "error_partner_key_expired" | "shop_no_linked" | "partner_shop_no_link" => {
            Class::Auth { refreshable: false }
        }
        // Our address is not on the application's list.
        "source_ip_undeclared" | "error_permission" => Class::NeedsAction,
        // They are documented as passing. Of a write nothing says that it was not done, and no key keeps a second one
        // from being made: it is looked for first.
        "error_network"
        | "error_server"
        | "error_inner"
        | "error_system_busy"
        | "error_data"
        | "error_get_shop_fail" => unknown_end,
        _ if says(&["try later", "try again later"]) => unknown_end,
        _ => failed.map_or(Class::Permanent, |failed| failed.class),
    };
    let code = match class {
        Class::Auth { refreshable: true } => "auth.token_expired".to_owned(),
        _ => format!("shopee.{name}"),
    };
    let mut failure = Failure::new(class, &code, message.clone()).with_status(reply.status);
    failure.request_id = at(body, "/request_id").map(|id| id.chars().take(100).collect());
    if class == Class::Permanent {
        failure.fields = vec![FieldError { pointer: pointer(&name, &low).to_owned(), code: name, message }];
    }
    failure
}

/// Where what is refused stands in our content: the word and the message tell.
fn pointer(name: &str, low: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| low.contains(word) || name.contains(word));
    match () {
        // Only a product that is there already is looked up again.
        () if name == "error_duplicate" || (says(&["sku"]) && says(&["exist", "duplicate"])) => "/sku",
        () if says(&["category"]) => "/category",
        () if says(&["item name", "item_name", "product name", "title"]) => "/name",
        () if says(&["description"]) => "/description_html",
        () if says(&["image"]) => "/images",
        () if says(&["attribute"]) => "/attributes",
        () if says(&["price"]) => "/price_vnd",
        () if says(&["stock"]) => "/stock",
        () if says(&["weight"]) => "/weight_g",
        () if says(&["gtin"]) => "/gtin",
        () => "",
    }
}

/// A failure of a call about one product: it may be that it is not there.
pub(super) fn perhaps_gone(failure: Failure) -> Failure {
    if failure.code == "shopee.error_item_not_found" {
        Failure { status: failure.status, request_id: failure.request_id, ..gone() }
    } else {
        failure
    }
}

/// What a call for several refuses of them, inside a success; ours is always one. One that is in neither list has an
/// unknown end.
pub(super) fn listed(response: &Value, pointer: &str) -> Result<(), Failure> {
    if let Some(row) = rows(response, "failure_list").next() {
        let message = at(row, "/failed_reason").unwrap_or_else(|| "Shopee gave no reason".to_owned());
        let field = FieldError {
            pointer: pointer.to_owned(),
            code: "failure_list".to_owned(),
            message: message.clone(),
        };
        return Err(Failure::permanent("shopee.failure_list", message).with_fields(vec![field]));
    }
    rows(response, "success_list").next().map(|_| ()).ok_or_else(|| unreadable(true))
}

/// A fresh token. What is refused here is the seller's consent itself.
pub(super) fn token(reply: &HttpReply) -> Result<Answer, Failure> {
    let body = body(reply, false).map_err(|failure| match failure.class {
        Class::Auth { .. } | Class::Permanent => Failure {
            class: Class::Auth { refreshable: false },
            code: "shopee.keys_refused".to_owned(),
            fields: Vec::new(),
            ..failure
        },
        _ => failure,
    })?;
    let value = at(&body, "/access_token").ok_or_else(|| unreadable(false))?;
    let seconds = body.get("expire_in").and_then(whole).and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds.filter(|seconds| *seconds > 0).ok_or_else(|| unreadable(false))?;
    Ok(Answer::Token(TokenGrant {
        value: Secret::new(value),
        expiry: Expiry::In(Duration::from_secs(seconds)),
        refresh: at(&body, "/refresh_token").map(Secret::new),
    }))
}
