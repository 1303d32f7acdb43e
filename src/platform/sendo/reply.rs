//! The envelope `{result, success, error{…}, status_code}` and what each operation finds in it.

use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;

use super::wire::{self, text, whole};
use super::{orders, translate};
use crate::instant::Instant;
use crate::platform::listed::{self, listed};
use crate::platform::state::{
    Answer, Attribute, Category, Class, Expiry, Failure, FieldError, HttpReply, ItemResult, Media, Op,
    Outcome, ProductPage, RemoteProduct, Secret, TokenGrant,
};

/// Life of a token where the reply does not say (17990422078361).
const TOKEN_LIFE: Duration = Duration::from_secs(8 * 3600);

/// What a reply to this operation means.
pub(super) fn answer(op: &Op, reply: &HttpReply) -> Result<Answer, Failure> {
    let result = match result(op, reply) {
        Ok(result) => result,
        Err(failure) => return not_found(op, failure),
    };
    let unexpected = |what: &str| {
        let message = format!("Sendo reported success but {what}");
        Failure::unknown_end(op.is_write(), "sendo.unexpected_reply", message).with_status(reply.status)
    };
    match op {
        Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop => {
            Err(unexpected("was asked for what it does not offer"))
        }
        Op::Login => token(&result).map(Answer::Token).ok_or_else(|| unexpected("sent no token")),
        Op::FindBySku { sku } => match product(&result) {
            Ok(Some(product)) if product.sku != *sku => Err(unexpected("sent a product of another SKU")),
            Ok(found) => Ok(Answer::Found(found)),
            Err(()) => Err(unexpected("sent no readable product")),
        },
        Op::Review { external_id } => match product(&result) {
            Ok(Some(product)) if product.external_id == *external_id => Ok(Answer::Reviewed(product)),
            Ok(None) => Err(gone()),
            _ => Err(unexpected("sent no readable product")),
        },
        Op::Upsert { external_id, content, media: _ } => {
            // What is answered to a change by mask is not described: an entry of its own, or nothing that says how it is.
            let entry = match (&result, external_id) {
                (Value::Array(rows), Some(id)) => {
                    rows.iter().find(|row| row.get("id").and_then(text).as_ref() == Some(id))
                }
                (result, _) => Some(result),
            };
            let result = entry.unwrap_or(&Value::Null);
            let id = whole(result)
                .map(|id| id.to_string())
                .filter(|_| external_id.is_none())
                .or_else(|| result.get("id").and_then(text))
                .or_else(|| external_id.clone());
            let id = id.filter(|id| id != "0").ok_or_else(|| unexpected("sent no id"))?;
            let state = result.get("product_status").or_else(|| result.get("status")).unwrap_or(&Value::Null);
            let outcome = match state {
                Value::Null => Outcome::Submitted { tracking: id.clone() },
                state => translate::outcome(state, &id, content.stock > 0, Vec::new()),
            };
            Ok(Answer::Written { external_id: Some(id), outcome, media: Media::new() })
        }
        // The contract shows no answer per product: one success covers all.
        Op::PriceStock { items } => Ok(Answer::Items(
            items.iter().map(|item| ItemResult { sku: item.sku.clone(), result: Ok(()) }).collect(),
        )),
        Op::Withdraw { .. } => Ok(Answer::Withdrawn),
        Op::Products { .. } => {
            products(&result).map(Answer::Products).ok_or_else(|| unexpected("sent no readable products"))
        }
        Op::PullOrders { .. } => {
            orders::page(&result).map(Answer::Orders).ok_or_else(|| unexpected("sent no readable orders"))
        }
        Op::Categories { .. } => categories(&result)
            .map(Answer::Categories)
            .ok_or_else(|| unexpected("sent no readable categories")),
        Op::Attributes { .. } => attributes(&result)
            .map(Answer::Attributes)
            .ok_or_else(|| unexpected("sent no readable attributes")),
    }
}

/// "There is none" is an answer to a search, not a failure; but only in the envelope, because a mistaken path is 404 too.
fn not_found(op: &Op, failure: Failure) -> Result<Answer, Failure> {
    match op {
        _ if failure.code != "sendo.not_found" => Err(failure),
        Op::FindBySku { .. } => Ok(Answer::Found(None)),
        Op::Review { .. } => Err(gone()),
        _ => Err(failure),
    }
}

fn gone() -> Failure {
    Failure::permanent("product.gone", "Sendo no longer knows the product")
}

/// The `result` of a successful reply.
fn result(op: &Op, reply: &HttpReply) -> Result<Value, Failure> {
    let found = match read(op, reply) {
        Ok(result) => return Ok(result),
        Err(failure) => failure,
    };
    // Whatever refuses a login refuses the keys: logging in again cannot help.
    let refused =
        matches!(found.class, Class::Auth { .. } | Class::Permanent) && found.code != "http.not_found";
    if matches!(op, Op::Login) && refused {
        return Err(Failure {
            class: Class::Auth { refreshable: false },
            code: "sendo.keys_refused".to_owned(),
            ..found
        });
    }
    let path_unknown =
        matches!(op, Op::PriceStock { .. } | Op::Withdraw { .. }) && found.code == "http.not_found";
    if path_unknown {
        let message = format!("Sendo knows no such path: set {}", super::PRICE_STOCK_PATH);
        return Err(Failure {
            class: Class::NeedsAction,
            code: "sendo.price_stock_path".to_owned(),
            message,
            ..found
        });
    }
    Err(found)
}

fn read(op: &Op, reply: &HttpReply) -> Result<Value, Failure> {
    let by_status = reply.status_failure(op.is_write());
    let unreadable = |code: &str, message: &str| {
        by_status
            .clone()
            .unwrap_or_else(|| Failure::unknown_end(op.is_write(), code, message).with_status(reply.status))
    };
    if matches!(reply.status, 300..=399 | 408 | 429 | 500..) {
        return Err(unreadable("sendo.refused", "refused"));
    }
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return Err(unreadable("sendo.empty_reply", "Sendo answered with an empty body"));
    }
    let Ok(Value::Object(mut envelope)) = serde_json::from_slice::<Value>(&reply.body) else {
        return Err(unreadable(
            "sendo.not_json",
            "Sendo answered with something that is not the documented JSON",
        ));
    };
    match envelope.get("success").and_then(Value::as_bool) {
        // An expired token is told by a body with the key "exp", under whatever status.
        None if envelope.contains_key("exp") => {
            let class = Class::Auth { refreshable: true };
            Err(Failure::new(class, "auth.token_expired", "Sendo says that the token expired")
                .with_status(reply.status))
        }
        None => Err(unreadable("sendo.unexpected_reply", "Sendo's answer does not say whether it succeeded")),
        Some(true) => match by_status {
            None => Ok(envelope.remove("result").unwrap_or_default()),
            Some(failure) => Err(failure),
        },
        Some(false) => Err(refusal(op, reply, &envelope)),
    }
}

/// What `success: false` means. The inner `status_code` speaks where it is given: the outer one is often 200.
fn refusal(op: &Op, reply: &HttpReply, envelope: &serde_json::Map<String, Value>) -> Failure {
    let error: wire::ErrorPart = envelope
        .get("error")
        .and_then(|error| serde_json::from_value(error.clone()).ok())
        .unwrap_or_default();
    let inner = envelope
        .get("status_code")
        .and_then(whole)
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| *code >= 400);
    let status = inner.unwrap_or(reply.status);
    let told = |value: &Option<Value>| value.as_ref().and_then(text);
    let message =
        [told(&error.message), told(&error.details)].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let message = if message.is_empty() { "Sendo refused without a reason".to_owned() } else { message };
    let fields = error.error_details.unwrap_or_default().into_iter().map(|detail| {
        let property = told(&detail.property_name).unwrap_or_default();
        FieldError {
            pointer: translate::pointer(&property).to_owned(),
            code: told(&detail.code).unwrap_or_else(|| property.clone()),
            message: told(&detail.message).unwrap_or_else(|| property.clone()).chars().take(500).collect(),
        }
    });
    let speaking = HttpReply { status, headers: reply.headers.clone(), body: Vec::new() };
    let (class, code) = match status {
        404 => (Class::Permanent, "sendo.not_found".to_owned()),
        401 | 403 | 408 | 429 | 500.. => match speaking.status_failure(op.is_write()) {
            Some(failure) => (failure.class, failure.code),
            None => (Class::Permanent, "sendo.refused".to_owned()),
        },
        _ => (Class::Permanent, "sendo.refused".to_owned()),
    };
    Failure::new(class, &code, message).with_fields(fields.take(50).collect()).with_status(reply.status)
}

/// A page of products. The contract does not name the key of the rows, so the one list in the result is taken.
fn products(result: &Value) -> Option<ProductPage> {
    let rows = match (result.get("data"), result) {
        (Some(Value::Array(rows)), _) => rows,
        (_, Value::Object(result)) => result.values().find_map(Value::as_array)?,
        _ => return None,
    };
    let read = |row: &Value| match serde_json::from_value::<wire::RemoteProduct>(row.clone()) {
        Ok(wire) if deleted(&wire) => None,
        Ok(wire) => Some(match translate::remote_product(&wire) {
            Some(product) => Ok(listed(product, row, "/name", "/updated_date_timestamp")),
            None => Err(()),
        }),
        Err(_) => Some(Err(())),
    };
    Some(listed::page(rows.iter().filter_map(read), result.get("next_token").and_then(text)))
}

/// Deleted products are told of, too.
fn deleted(wire: &wire::RemoteProduct) -> bool {
    whole(&wire.product_status) == Some(5) || whole(&wire.status) == Some(5)
}

/// The product, if there is one; `Err` where there is something that is not a product.
fn product(result: &Value) -> Result<Option<RemoteProduct>, ()> {
    let value = match result {
        Value::Null => return Ok(None),
        Value::Array(rows) => match rows.as_slice() {
            [] => return Ok(None),
            [only] => only,
            _ => return Err(()),
        },
        value => value,
    };
    let wire: wire::RemoteProduct = serde_json::from_value(value.clone()).map_err(|_| ())?;
    if deleted(&wire) {
        return Ok(None);
    }
    translate::remote_product(&wire).map(Some).ok_or(())
}

fn token(result: &Value) -> Option<TokenGrant> {
    let value = Secret::new(text(result.get("token")?)?);
    let expires = result.get("expires").unwrap_or(&Value::Null);
    let date = expires
        .as_str()
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .map(|date| Instant::from_utc(date.to_utc()));
    // The form of "expires" is not documented: a date, an instant or a span are all understood, anything else is 8 hours.
    let expiry = match (date, whole(expires)) {
        (Some(date), _) => Expiry::At(date),
        (None, Some(stamp)) if stamp > 1_000_000_000 => {
            orders::instant(stamp).map_or(Expiry::In(TOKEN_LIFE), Expiry::At)
        }
        (None, Some(seconds)) if seconds > 0 => Expiry::In(Duration::from_secs(seconds.unsigned_abs())),
        _ => Expiry::In(TOKEN_LIFE),
    };
    Some(TokenGrant { value, expiry, refresh: None })
}

/// The attributes of a category, and its brands as one more. A category without a list of brands has none.
pub(super) fn with_brands(op: &Op, attributes: &HttpReply, brands: &HttpReply) -> Result<Answer, Failure> {
    let Answer::Attributes(mut all) = answer(op, attributes)? else {
        return Err(Failure::permanent("sendo.unexpected_reply", "Sendo sent no readable attributes"));
    };
    let rows = match result(op, brands) {
        Ok(rows) => rows,
        Err(failure) if failure.code == "sendo.not_found" => Value::Null,
        Err(failure) => return Err(failure),
    };
    let rows: Vec<wire::BrandRow> = serde_json::from_value(rows).unwrap_or_default();
    let values: Vec<_> =
        rows.iter().filter_map(|row| Some((text(&row.external_id)?, text(&row.name)?))).collect();
    if !values.is_empty() {
        let (id, name) = (super::BRAND.to_owned(), "Thương hiệu".to_owned());
        all.push(Attribute { id, name, required: false, values });
    }
    Ok(Answer::Attributes(all))
}

fn categories(result: &Value) -> Option<Vec<Category>> {
    let rows: Vec<wire::CategoryRow> = serde_json::from_value(result.clone()).ok()?;
    let category = |row: &wire::CategoryRow| {
        Some(Category {
            id: text(&row.id)?,
            name: text(&row.name)?,
            parent: text(&row.parent_id).filter(|parent| parent != "0"),
            leaf: whole(&row.level) == Some(4),
        })
    };
    rows.iter().map(category).collect()
}

fn attributes(result: &Value) -> Option<Vec<Attribute>> {
    let rows: Vec<wire::AttributeRow> = serde_json::from_value(result.get("attribute")?.clone()).ok()?;
    let attribute = |row: &wire::AttributeRow| {
        let values = row
            .attribute_values
            .iter()
            .flatten()
            .filter_map(|value| Some((text(&value.id)?, text(&value.value)?)));
        Some(Attribute {
            id: text(&row.id)?,
            name: text(&row.name)?,
            required: row.is_required.unwrap_or(false),
            values: values.collect(),
        })
    };
    rows.iter().map(attribute).collect()
}
