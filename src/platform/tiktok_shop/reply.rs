//! What TikTok Shop's replies mean: `code` 0 in the body is success, whatever else is not.

use chrono::DateTime;
use serde_json::Value;

use crate::instant::Instant;
use crate::platform::listed::{self, listed};
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Attribute, Category, Class, Expiry, Failure, FieldError, HttpReply, Outcome, ProductPage,
    RemoteProduct, Secret, TokenGrant,
};

/// An answer that is not as documented.
pub(super) fn unreadable(write: bool) -> Failure {
    Failure::unknown_end(write, "tiktok_shop.unreadable", "the answer is not as documented")
}

/// The product is not there.
pub(super) fn gone() -> Failure {
    Failure::permanent("product.gone", "TikTok Shop does not know the product")
}

fn at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(text)
}

fn rows<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The data of a reply that succeeded.
pub(super) fn data(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    let body = serde_json::from_slice::<Value>(&reply.body).ok();
    let code = body.as_ref().and_then(|body| whole(body.get("code")?));
    let failed = reply.status_failure(write);
    match (body, code, failed) {
        (Some(mut body), Some(0), None) => Ok(body.get_mut("data").map(Value::take).unwrap_or_default()),
        (Some(body), Some(code), failed) if code != 0 => Err(refused(reply, &body, code, failed, write)),
        (_, _, Some(failed)) => Err(failed),
        (_, _, None) => Err(unreadable(write).with_status(reply.status)),
    }
}

/// A refusal by its code; of a code that the contract does not name the HTTP status says the class.
fn refused(reply: &HttpReply, body: &Value, code: i64, failed: Option<Failure>, write: bool) -> Failure {
    let message = at(body, "/message").unwrap_or_else(|| format!("TikTok Shop answered {code}"));
    let unknown_end = if write { Class::Ambiguous } else { Class::Retryable };
    let class = match code {
        _ if reply.status == 429 => Class::RateLimited { after: reply.retry_after() },
        36_009_002 => Class::RateLimited { after: reply.retry_after() },
        // A time-out, and a code with several meanings.
        36_009_007 | 36_009_004 => unknown_end,
        // Scope, address not allowed, shop not named.
        105_005 | 36_009_033 | 106_013 => Class::NeedsAction,
        // A signature that does not hold and a consent that does not: other tokens do not help.
        106_001 | 36_004_004 => Class::Auth { refreshable: false },
        105_000..=105_999 => Class::Auth { refreshable: true },
        12_050_000..=12_059_999 => Class::Permanent,
        _ => failed.map_or(Class::Permanent, |failed| failed.class),
    };
    let name = if code == 105_002 { "auth.token_expired".to_owned() } else { format!("tiktok_shop.{code}") };
    let mut failure = Failure::new(class, &name, message.clone()).with_status(reply.status);
    failure.request_id = at(body, "/request_id").map(|id| id.chars().take(100).collect());
    if class == Class::Permanent {
        failure.fields =
            vec![FieldError { pointer: pointer(code, &message).to_owned(), code: code.to_string(), message }];
    }
    failure
}

/// Where what is refused stands in our content: only the words of the message tell.
fn pointer(code: i64, message: &str) -> &'static str {
    let words = message.to_lowercase();
    let says = |all: &[&str]| all.iter().any(|word| words.contains(word));
    match () {
        () if code == 12_052_217 || says(&["category"]) => "/category",
        // Only a SKU that is taken is looked up again; one of a wrong form is not.
        () if says(&["seller_sku", "seller sku"]) && says(&["exist", "duplicate"]) => "/sku",
        () if says(&["title", "product name"]) => "/name",
        () if says(&["description"]) => "/description_html",
        () if says(&["image"]) => "/images",
        () if says(&["price"]) => "/price_vnd",
        () if says(&["inventory", "stock", "quantity"]) => "/stock",
        () if says(&["weight"]) => "/weight_g",
        () if says(&["attribute"]) => "/attributes",
        () if says(&["identifier"]) => "/gtin",
        () => "",
    }
}

/// No code is documented for a product that is not there: its status says DELETED, or the words of a refusal do.
pub(super) fn perhaps_gone(failure: Failure) -> Failure {
    let words = failure.message.to_lowercase();
    let told = words.contains("product")
        && ["not exist", "not found", "deleted"].iter().any(|word| words.contains(word));
    let absent = failure.code == "http.not_found" || (failure.class == Class::Permanent && told);
    if absent {
        Failure { status: failure.status, request_id: failure.request_id, ..gone() }
    } else {
        failure
    }
}

/// What a call for several refuses of them, from `data.errors`; ours is always one.
pub(super) fn refused_items(data: &Value) -> Result<(), Failure> {
    let Some(error) = rows(data, "errors").next() else { return Ok(()) };
    let code = error.get("code").and_then(whole).unwrap_or_default();
    let more = error.pointer("/detail").into_iter().flat_map(|detail| rows(detail, "extra_errors"));
    let told: Vec<String> =
        std::iter::once(error).chain(more).filter_map(|error| at(error, "/message")).collect();
    let message = told.join("; ");
    let field = FieldError {
        pointer: pointer(code, &message).to_owned(),
        code: code.to_string(),
        message: message.clone(),
    };
    Err(Failure::permanent(&format!("tiktok_shop.{code}"), message).with_fields(vec![field]))
}

/// A fresh token. What is refused here is the consent itself.
pub(super) fn token(reply: &HttpReply) -> Result<Answer, Failure> {
    let data = data(reply, false).map_err(|failure| match failure.class {
        Class::Auth { .. } | Class::Permanent => Failure {
            class: Class::Auth { refreshable: false },
            code: "tiktok_shop.keys_refused".to_owned(),
            fields: Vec::new(),
            ..failure
        },
        _ => failure,
    })?;
    let value = at(&data, "/access_token").ok_or_else(|| unreadable(false))?;
    let end = data.get("access_token_expire_in").and_then(whole).filter(|end| *end > 0);
    let end = end.ok_or_else(|| unreadable(false))?;
    // Its name says a span, the documents say a moment: no moment of ours is as small as a span.
    let expiry = if end > 1_000_000_000 {
        Expiry::At(Instant::from_utc(DateTime::from_timestamp(end, 0).ok_or_else(|| unreadable(false))?))
    } else {
        Expiry::In(std::time::Duration::from_secs(u64::try_from(end).unwrap_or_default()))
    };
    let refresh = at(&data, "/refresh_token").map(Secret::new);
    Ok(Answer::Token(TokenGrant { value: Secret::new(value), expiry, refresh }))
}

/// The product of a SKU among those found; those that were deleted are none.
pub(super) fn found(data: &Value, sku: &str) -> Result<Option<RemoteProduct>, Failure> {
    if data.get("products").is_some_and(|products| !products.is_array() && !products.is_null()) {
        return Err(unreadable(false));
    }
    let ours = rows(data, "products")
        .filter(|row| at(row, "/status").as_deref() != Some("DELETED"))
        .filter(|row| rows(row, "skus").any(|row| at(row, "/seller_sku").as_deref() == Some(sku)));
    let all: Vec<RemoteProduct> = ours.map(|row| product(row, Some(sku))).collect::<Result<_, _>>()?;
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            let ids: Vec<&str> = several.iter().map(|product| product.external_id.as_str()).collect();
            let message = format!("the shop has several products of this SKU: {}", ids.join(", "));
            Err(Failure::new(Class::NeedsAction, "product.twice", message))
        }
    }
}

/// A page of the products that stand there.
pub(super) fn products(data: &Value) -> Result<ProductPage, Failure> {
    if data.get("products").is_some_and(|products| !products.is_array() && !products.is_null()) {
        return Err(unreadable(false));
    }
    let there = rows(data, "products").filter(|row| at(row, "/status").as_deref() != Some("DELETED"));
    let read = there.map(|row| product(row, None).map(|seen| listed(seen, row, "/title", "/update_time")));
    Ok(listed::page(read, at(data, "/next_page_token").filter(|token| !token.is_empty())))
}

/// The id of a SKU within its product, and its warehouse if it is in one alone.
pub(super) fn sku(product: &Value, sku: &str) -> Option<(String, Option<String>)> {
    let row = rows(product, "skus").find(|row| at(row, "/seller_sku").as_deref() == Some(sku))?;
    let mut places = rows(row, "inventory").filter_map(|place| at(place, "/warehouse_id"));
    let first = places.next();
    Some((at(row, "/id")?, first.filter(|_| places.next().is_none())))
}

/// A product as it stands there.
pub(super) fn product(row: &Value, sku: Option<&str>) -> Result<RemoteProduct, Failure> {
    let (Some(external_id), Some(raw_status)) = (at(row, "/id"), at(row, "/status")) else {
        return Err(unreadable(false));
    };
    let ours = rows(row, "skus")
        .find(|row| sku.is_none() || at(row, "/seller_sku").as_deref() == sku)
        .unwrap_or(&Value::Null);
    // The price as it was entered; what customers pay may be less for a time.
    let amount =
        ["/price/tax_exclusive_price", "/price/sale_price"].iter().find_map(|name| ours.pointer(name));
    let vnd = at(ours, "/price/currency").is_none_or(|currency| currency == "VND");
    let stock: Option<Vec<i64>> =
        rows(ours, "inventory").map(|place| place.get("quantity").and_then(whole)).collect();
    let outcome = match raw_status.as_str() {
        "DRAFT" => Outcome::Draft { external_id: external_id.clone() },
        "PENDING" => Outcome::PendingReview { external_id: external_id.clone() },
        "ACTIVATE" => Outcome::Live { external_id: external_id.clone() },
        "SELLER_DEACTIVATED" | "DELETED" => Outcome::Withdrawn,
        // Refused by the audit, taken down or frozen by the platform: a person has to see why.
        "FAILED" | "PLATFORM_DEACTIVATED" | "FREEZE" => {
            Outcome::Rejected { reasons: reasons(row, &raw_status) }
        }
        other => Outcome::Unknown { raw: other.chars().take(100).collect() },
    };
    let editable = ["DRAFT", "ACTIVATE", "FAILED", "SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED"];
    Ok(RemoteProduct {
        sku: at(ours, "/seller_sku").unwrap_or_default(),
        name: at(row, "/title"),
        price_vnd: amount.and_then(dong).filter(|_| vnd),
        stock: stock.filter(|all| !all.is_empty()).map(|all| all.iter().sum()),
        editable: editable.contains(&raw_status.as_str()),
        outcome,
        raw_status,
        external_id,
    })
}

fn reasons(row: &Value, status: &str) -> Vec<String> {
    let texts = |row: &Value, name| -> Vec<String> { rows(row, name).filter_map(text).collect() };
    let told = rows(row, "audit_failed_reasons").map(|row| {
        let said = [texts(row, "reasons"), texts(row, "suggestions")].concat().join("; ");
        at(row, "/position").map_or_else(|| said.clone(), |position| format!("{position}: {said}"))
    });
    let told: Vec<String> = told.filter(|text| !text.is_empty()).collect();
    if told.is_empty() && status != "FAILED" { vec![status.to_owned()] } else { told }
}

/// The children of a category, from the whole tree; `0` is its root.
pub(super) fn categories(data: &Value, parent: Option<&str>) -> Result<Vec<Category>, Failure> {
    let tree = data.get("categories").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let root = |id: &str| id.is_empty() || id == "0";
    let category = |row: &Value| {
        let above = at(row, "/parent_id").filter(|id| !root(id));
        let allowed = row.get("permission_statuses").and_then(Value::as_array);
        let available =
            allowed.is_none_or(|all| all.is_empty() || all.iter().any(|word| word == "AVAILABLE"));
        let leaf = row.get("is_leaf").and_then(Value::as_bool).unwrap_or(false);
        Some(Category {
            id: at(row, "/id")?,
            name: at(row, "/local_name")?,
            parent: above,
            leaf: leaf && available,
        })
    };
    let all: Option<Vec<Category>> = tree.iter().map(category).collect();
    let parent = parent.filter(|id| !root(id));
    let children = all.ok_or_else(|| unreadable(false))?;
    Ok(children.into_iter().filter(|category| category.parent.as_deref() == parent).collect())
}

/// A category's attributes of the product. Those of its variants are not stated: an OCOP product is one article. The
/// platform spells the mark of those that are required wrongly.
pub(super) fn attributes(data: &Value) -> Result<Vec<Attribute>, Failure> {
    let all = data.get("attributes").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let attribute = |row: &Value| {
        let flag = |name: &str| row.get(name).and_then(Value::as_bool);
        Some(Attribute {
            id: at(row, "/id")?,
            name: at(row, "/name")?,
            required: flag("is_requried").or(flag("is_required")).unwrap_or(false),
            values: rows(row, "values")
                .filter_map(|row| Some((at(row, "/id")?, at(row, "/name")?)))
                .collect(),
        })
    };
    let ours = all.iter().filter(|row| at(row, "/type").as_deref() != Some("SALES_PROPERTY"));
    ours.map(attribute).collect::<Option<_>>().ok_or_else(|| unreadable(false))
}
