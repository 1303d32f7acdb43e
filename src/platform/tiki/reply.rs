//! Tiki's answers: real HTTP statuses, `{"errors": […]}` where it refuses.

use std::time::Duration;

use serde_json::Value;

use super::id::Id;
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Class, Expiry, Failure, FieldError, HttpReply, Outcome, RemoteProduct, Secret, TokenGrant,
};

/// How long a token lives whose answer does not say (RFC 6749 leaves it open): short.
const TOKEN_LIFE: Duration = Duration::from_secs(300);

/// The body of a success.
pub(super) fn body(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    let body = serde_json::from_slice::<Value>(&reply.body).ok();
    let told = body.as_ref().and_then(|body| body.get("errors")).map(messages).unwrap_or_default();
    if let Some(failure) = reply.status_failure(write) {
        return Err(match failure.class {
            // A mistaken path is 404, too; only Tiki's own words say that something is not there.
            Class::Permanent if !told.is_empty() => refused(&failure, &told),
            _ if told.is_empty() => failure,
            _ => Failure {
                status: failure.status,
                request_id: failure.request_id.clone(),
                ..Failure::new(failure.class, &failure.code, told.join("; "))
            },
        });
    }
    match body {
        Some(_) if !told.is_empty() => {
            Err(refused(&Failure::permanent("tiki.refused", "").with_status(reply.status), &told))
        }
        Some(body @ (Value::Object(_) | Value::Array(_))) => Ok(body),
        _ => Err(unreadable(write, reply)),
    }
}

/// A reply that is none of those that the contract shows.
pub(super) fn unreadable(write: bool, reply: &HttpReply) -> Failure {
    Failure::unknown_end(write, "tiki.unreadable", "Tiki's answer is not one that its documents show")
        .with_status(reply.status)
}

/// The product is not known there, or not any more.
pub(super) fn gone() -> Failure {
    Failure::permanent("product.gone", "Tiki does not know the product or the request any more")
}

/// The body, where Tiki knows what was asked for; a product that is not there is [`gone`].
pub(super) fn known(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    body(reply, write).map_err(|failure| if failure.code == NOT_FOUND { gone() } else { failure })
}

/// The code of a refusal that says that something is not there.
pub(super) const NOT_FOUND: &str = "tiki.not_found";

fn refused(failure: &Failure, told: &[String]) -> Failure {
    let code = if matches!(failure.status, Some(404 | 410)) { NOT_FOUND } else { "tiki.refused" };
    let fields = told
        .iter()
        .map(|message| FieldError {
            pointer: pointer(message).to_owned(),
            code: code.to_owned(),
            message: message.clone(),
        })
        .collect();
    Failure {
        status: failure.status,
        request_id: failure.request_id.clone(),
        ..Failure::permanent(code, told.join("; "))
    }
    .with_fields(fields)
}

/// Where in our content the cause of a message lies: messages name fields only in their sentences.
fn pointer(message: &str) -> &'static str {
    let message = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if taken(&message) {
        return "/sku";
    }
    // In this order: "category" and "attribute" come with names of other fields in their sentences.
    for (words, pointer) in [
        (&["price", "giá"][..], "/price_vnd"),
        (&["attribute", "thuộc tính"], "/attributes"),
        (&["category", "danh mục"], "/category"),
        (&["certificate"], "/certificate"),
        (&["image", "ảnh"], "/images"),
        (&["quantity", "số lượng", "stock"], "/stock"),
        (&["description", "mô tả"], "/description_html"),
        (&["name", "tên"], "/name"),
    ] {
        if has(words) {
            return pointer;
        }
    }
    ""
}

/// Whether a message says that the SKU exists. Other words about a SKU are no reason to look for it.
pub(super) fn taken(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("not unique") || message.contains("không duy nhất")
}

/// What is written in a list of errors: texts, or objects with the sentence in Vietnamese or English.
pub(super) fn messages(errors: &Value) -> Vec<String> {
    match errors {
        Value::Array(all) => all.iter().flat_map(messages).collect(),
        Value::Object(one) => {
            let said =
                ["msg", "message", "description", "msg_eng"].iter().find_map(|key| text(one.get(*key)?));
            said.into_iter().collect()
        }
        other => text(other).into_iter().collect(),
    }
}

/// What a product's record says, and how it is known from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) number: u64,
    pub(super) sku: Option<String>,
    pub(super) active: Option<bool>,
    hidden: bool,
    name: Option<String>,
    price_vnd: Option<i64>,
    pub(super) market_price: Option<i64>,
    stock: Option<i64>,
    raw: String,
}

/// Reads a product. `active` is written 1, "1" and true; its number is `id` or, in older answers, `product_id`.
pub(super) fn product(row: &Value) -> Option<Product> {
    let number = row.get("product_id").or_else(|| row.get("id")).and_then(whole)?;
    let flag = |key: &str| {
        let value = row.get(key)?;
        value.as_bool().or_else(|| match whole(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    };
    let raw = row.get("active").map(|active| text(active).unwrap_or_else(|| active.to_string()));
    Some(Product {
        number: u64::try_from(number).ok().filter(|number| *number > 0)?,
        sku: row.get("original_sku").and_then(text),
        active: flag("active"),
        hidden: flag("is_hidden") == Some(true),
        name: row.get("name").and_then(text),
        price_vnd: row.get("price").and_then(dong),
        market_price: row.get("market_price").and_then(dong),
        // The counterpart of what is written; pieces on open orders are in it until they are sent.
        stock: row.pointer("/inventory/quantity").and_then(whole),
        raw: raw.unwrap_or_default(),
    })
}

impl Product {
    /// The product as it stands. `waits` where it is ours to put it on sale.
    pub(super) fn shown(self, waits: bool) -> RemoteProduct {
        let Self { number, sku, active, hidden, name, price_vnd, stock, raw, .. } = self;
        let off = hidden || active == Some(false);
        let id = if off && waits { Id::New(number) } else { Id::Product(number) };
        let external_id = id.to_string();
        let outcome = match active {
            _ if off => Outcome::Withdrawn,
            Some(_) => Outcome::Live { external_id: external_id.clone() },
            None => Outcome::Unknown { raw: raw.clone() },
        };
        let raw_status = if hidden { "hidden".to_owned() } else { format!("active={raw}") };
        let sku = sku.unwrap_or_default();
        RemoteProduct { external_id, sku, outcome, raw_status, editable: true, name, price_vnd, stock }
    }
}

/// The product of a search by SKU; `Err(())` where the answer cannot be read or holds another.
pub(super) fn found(body: &Value, sku: &str) -> Result<Option<Product>, ()> {
    let rows = match body.get("data").unwrap_or(body) {
        Value::Array(rows) => rows.as_slice(),
        row @ Value::Object(_) => std::slice::from_ref(row),
        _ => return Err(()),
    };
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        read.push(product(row).ok_or(())?);
    }
    if let Some(at) = read.iter().position(|product| product.sku.as_deref() == Some(sku)) {
        return Ok(Some(read.swap_remove(at)));
    }
    // Newer answers do not repeat the SKU that was asked for: then it is the only row.
    match read.pop() {
        None => Ok(None),
        Some(one) if read.is_empty() && one.sku.is_none() => {
            Ok(Some(Product { sku: Some(sku.to_owned()), ..one }))
        }
        Some(_) => Err(()),
    }
}

/// A fresh token.
pub(super) fn token(reply: &HttpReply) -> Result<Answer, Failure> {
    let body = body(reply, false).map_err(|failure| match failure.class {
        // Whatever refuses a login refuses the keys: logging in again cannot help.
        Class::Permanent | Class::Auth { .. } if reply.status != 404 => Failure {
            class: Class::Auth { refreshable: false },
            code: "tiki.keys_refused".to_owned(),
            ..failure
        },
        _ => failure,
    })?;
    let secret =
        |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(Secret::new);
    let value = secret("access_token").ok_or_else(|| unreadable(false, reply))?;
    let life = body.get("expires_in").and_then(whole).and_then(|seconds| u64::try_from(seconds).ok());
    let expiry = Expiry::In(life.map_or(TOKEN_LIFE, Duration::from_secs));
    Ok(Answer::Token(TokenGrant { value, expiry, refresh: secret("refresh_token") }))
}
