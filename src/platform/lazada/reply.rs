//! What Lazada's replies mean: `code` `"0"` in the body is success, whatever else is not.

use std::time::Duration;

use serde_json::Value;

use super::check::OURS;
use super::wire::{OF_SKU, PARCEL};
use crate::platform::listed::{self, listed};
use crate::platform::read::{dong, text, whole};
use crate::platform::state::{
    Answer, Attribute, Category, Class, Expiry, Failure, FieldError, HttpReply, Outcome, ProductPage,
    RemoteProduct, Secret, TokenGrant,
};

/// An answer that is not as documented.
pub(super) fn unreadable(write: bool) -> Failure {
    Failure::unknown_end(write, "lazada.unreadable", "the answer is not as documented")
}

/// The product is not there.
pub(super) fn gone() -> Failure {
    Failure::permanent("product.gone", "Lazada does not know the product")
}

fn at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(text)
}

pub(super) fn rows<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The body of a reply that succeeded.
fn body(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    let body = serde_json::from_slice::<Value>(&reply.body).ok();
    let code = body.as_ref().and_then(|body| at(body, "/code"));
    match (body, code, reply.status_failure(write)) {
        (Some(body), Some(code), None) if code == "0" => Ok(body),
        (Some(body), Some(code), failed) if code != "0" => Err(refused(reply, &body, &code, failed, write)),
        (_, _, Some(failed)) => Err(failed),
        (_, _, None) => Err(unreadable(write).with_status(reply.status)),
    }
}

/// The data of a reply that succeeded.
pub(super) fn data(reply: &HttpReply, write: bool) -> Result<Value, Failure> {
    Ok(body(reply, write)?.get_mut("data").map(Value::take).unwrap_or_default())
}

/// A refusal by its code, then by whose fault it says it is.
fn refused(reply: &HttpReply, body: &Value, code: &str, failed: Option<Failure>, write: bool) -> Failure {
    let message = at(body, "/message").unwrap_or_else(|| format!("Lazada answered {code}"));
    let fields = fields(body, code, &message);
    let said = rows(body, "detail").next().is_some() || !matches!(code, "500" | "501");
    let class = match code {
        "IllegalAccessToken" => Class::Auth { refreshable: true },
        // A consent that ended, and a signature that does not hold: other tokens do not help.
        "IllegalRefreshToken" | "IncompleteSignature" => Class::Auth { refreshable: false },
        "ApiCallLimit" => Class::RateLimited { after: reply.retry_after() },
        // Switched off for a time; nothing was done. Told in the guides.
        "998" => Class::Retryable,
        "1001" | "4135" | "4142" | "4143" | "4146" => Class::Permanent,
        // Generic: what is wrong stands in the detail; where nothing does, it is the platform's own trouble.
        "500" | "501" if rows(body, "detail").next().is_some() || message.trim() == "4142" => {
            Class::Permanent
        }
        // The platform's trouble, after which a write may have been done: more careful than to send it again.
        _ if matches!(at(body, "/type").as_deref(), Some("ISP" | "SYSTEM")) || !said => {
            Failure::unknown_end(write, "", "").class
        }
        _ => failed.map_or(Class::Permanent, |failed| failed.class),
    };
    let mut failure =
        Failure::new(class, &format!("lazada.{code}"), told(body, message)).with_status(reply.status);
    failure.request_id = at(body, "/request_id").map(|id| id.chars().take(100).collect());
    if class == Class::Permanent {
        failure.fields = fields;
    }
    failure
}

/// The message with what the detail adds.
fn told(body: &Value, message: String) -> String {
    let more = rows(body, "detail").filter_map(|row| at(row, "/message"));
    let more: Vec<String> = more.filter(|text| *text != message).collect();
    if more.is_empty() { message } else { format!("{message}: {}", more.join("; ")) }
}

/// What is refused, each with its place in our content.
fn fields(body: &Value, code: &str, message: &str) -> Vec<FieldError> {
    let field = |name: &str, message: &str| FieldError {
        pointer: pointer(code, name, message).to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    let all: Vec<FieldError> = rows(body, "detail")
        .map(|row| {
            let name = at(row, "/field").unwrap_or_default();
            field(&name, &at(row, "/message").unwrap_or_else(|| message.to_owned()))
        })
        .collect();
    if all.is_empty() { vec![field("", message)] } else { all }
}

/// Where what is refused stands in our content: the field that is named, otherwise the words.
fn pointer(code: &str, field: &str, message: &str) -> &'static str {
    let words = format!("{field} {message}").to_lowercase();
    let says = |all: &[&str]| all.iter().any(|word| words.contains(word));
    match () {
        // Only a SKU that is taken is looked up again; one of a wrong form is not. The code and the words are those of
        // the guide to errors.
        () if code == "4135" => "/sku",
        () if says(&["sellersku", "seller_sku", "seller sku", "outerid", "outer id"])
            && says(&["exist", "duplicate", "used"]) =>
        {
            "/sku"
        }
        () if says(&["category"]) => "/category",
        () if matches!(code, "4142" | "4143" | "4146") || says(&["attribute", "brand", "sale prop"]) => {
            "/attributes"
        }
        () if says(&["description"]) => "/description_html",
        () if says(&["image"]) => "/images",
        () if says(&["price"]) => "/price_vnd",
        () if says(&["quantity", "stock", "sellable", "inventory"]) => "/stock",
        () if says(&["weight"]) => "/weight_g",
        () if says(&["title", "name"]) => "/name",
        () => "",
    }
}

/// No code is documented for a product that is not there: its state says so, or the words of a refusal do.
pub(super) fn perhaps_gone(failure: Failure) -> Failure {
    let words = failure.message.to_lowercase().replace('_', " ");
    let told = ["item", "product"].iter().any(|word| words.contains(word))
        && ["not exist", "not found", "deleted"].iter().any(|word| words.contains(word));
    if failure.code == "http.not_found" || (failure.class == Class::Permanent && told) {
        Failure { status: failure.status, request_id: failure.request_id, ..gone() }
    } else {
        failure
    }
}

/// A fresh token. What is refused here is the consent itself.
pub(super) fn token(reply: &HttpReply) -> Result<Answer, Failure> {
    let body = body(reply, false).map_err(|failure| match failure.class {
        Class::Auth { .. } | Class::Permanent => Failure {
            class: Class::Auth { refreshable: false },
            code: "lazada.keys_refused".to_owned(),
            fields: Vec::new(),
            ..failure
        },
        _ => failure,
    })?;
    let value = at(&body, "/access_token").ok_or_else(|| unreadable(false))?;
    let life = body.get("expires_in").and_then(whole).and_then(|seconds| u64::try_from(seconds).ok());
    let life = life.filter(|seconds| *seconds > 0).ok_or_else(|| unreadable(false))?;
    let refresh = at(&body, "/refresh_token").map(Secret::new);
    let expiry = Expiry::In(Duration::from_secs(life));
    Ok(Answer::Token(TokenGrant { value: Secret::new(value), expiry, refresh }))
}

/// The seller's number in Viet Nam, where the reply with the tokens tells it; the name is of the platform's guides.
pub(super) fn seller(reply: &HttpReply) -> Option<String> {
    let body = body(reply, false).ok()?;
    let here = rows(&body, "country_user_info").find(|row| is(row, "/country", "vn"))?;
    at(here, "/seller_id")
}

fn word(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is(row: &Value, pointer: &str, wanted: &str) -> bool {
    at(row, pointer).is_some_and(|text| word(&text) == wanted)
}

/// Whether the product has been deleted, and so is none.
pub(super) fn deleted(row: &Value) -> bool {
    is(row, "/status", "deleted")
}

/// The product of a SKU among those found; those that were deleted are none.
pub(super) fn found(data: &Value, sku: &str) -> Result<Option<RemoteProduct>, Failure> {
    // Without any product there is no list.
    let known = data.is_object() && data.get("products").is_none_or(|all| all.is_array() || all.is_null());
    if !known {
        return Err(unreadable(false));
    }
    let ours = |row: &&Value| at(row, "/SellerSku").as_deref() == Some(sku) && !is(row, "/Status", "deleted");
    let all = rows(data, "products").filter(|row| !deleted(row) && rows(row, "skus").any(|row| ours(&row)));
    let all: Vec<RemoteProduct> = all.map(|row| product(row, Some(sku))).collect::<Result<_, _>>()?;
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

/// A page of the products that stand there, which begins at `offset`.
pub(super) fn products(data: &Value, offset: u32, size: u32) -> Result<ProductPage, Failure> {
    // Without any product there is no list.
    let all = match data.get("products") {
        Some(Value::Array(all)) => all.as_slice(),
        None | Some(Value::Null) if data.is_object() => &[],
        _ => return Err(unreadable(false)),
    };
    let full = u32::try_from(all.len()).is_ok_and(|rows| rows >= size);
    let next = full.then(|| offset.saturating_add(size).to_string());
    let read = all
        .iter()
        .filter(|row| !deleted(row))
        .map(|row| product(row, None).map(|seen| listed(seen, row, "/attributes/name", "/updated_time")));
    Ok(listed::page(read, next))
}

/// The number of a SKU within its product.
pub(super) fn sku_id(product: &Value, sku: &str) -> Option<String> {
    rows(product, "skus")
        .find(|row| at(row, "/SellerSku").as_deref() == Some(sku))
        .and_then(|row| at(row, "/SkuId"))
}

/// The numbers of all SKUs of a product.
pub(super) fn sku_ids(product: &Value) -> Vec<String> {
    rows(product, "skus").filter_map(|row| at(row, "/SkuId")).collect()
}

/// A product as it stands there. The names of the fields and the words of the states are those of the guides.
pub(super) fn product(row: &Value, sku: Option<&str>) -> Result<RemoteProduct, Failure> {
    let external_id = at(row, "/item_id").ok_or_else(|| unreadable(false))?;
    let ours = rows(row, "skus")
        .find(|row| sku.is_none() || at(row, "/SellerSku").as_deref() == sku)
        .unwrap_or(&Value::Null);
    let raw_status = at(row, "/status").unwrap_or_default();
    let outcome = match word(&raw_status).as_str() {
        // A product is on sale where its SKU is.
        "active" if is(ours, "/Status", "active") => Outcome::Live { external_id: external_id.clone() },
        "active" if is(ours, "/Status", "inactive") || is(ours, "/Status", "deleted") => Outcome::Withdrawn,
        "inactive" | "deleted" => Outcome::Withdrawn,
        "pending" | "pendingqc" => Outcome::PendingReview { external_id: external_id.clone() },
        // Refused by the check, taken down or locked by the platform: a person has to see why.
        "suspended" | "rejected" | "liverejected" | "lock" | "locked" => {
            Outcome::Rejected { reasons: reasons(row, &raw_status) }
        }
        _ => {
            let raw = match at(ours, "/Status") {
                Some(more) => format!("{raw_status}/{more}"),
                None => raw_status.clone(),
            };
            Outcome::Unknown { raw: raw.chars().take(100).collect() }
        }
    };
    Ok(RemoteProduct {
        sku: at(ours, "/SellerSku").unwrap_or_default(),
        name: at(row, "/attributes/name"),
        price_vnd: ours.get("price").and_then(dong),
        stock: ours.get("quantity").and_then(whole),
        editable: !deleted(row) && !is(row, "/subStatus", "lock"),
        outcome,
        raw_status,
        external_id,
    })
}

fn reasons(row: &Value, status: &str) -> Vec<String> {
    let told = rows(row, "rejectReason").map(|reason| {
        let parts = [at(reason, "/violationDetail"), at(reason, "/suggestion")];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    });
    let told: Vec<String> = told.filter(|text| !text.is_empty()).collect();
    if told.is_empty() { vec![at(row, "/subStatus").unwrap_or_else(|| status.to_owned())] } else { told }
}

/// The id of "No Brand" on a page of brands, and how many brands it has.
pub(super) fn no_brand(data: &Value) -> Result<(Option<String>, usize), Failure> {
    let all = data.get("module").and_then(Value::as_array).ok_or_else(|| unreadable(false))?;
    let found = all.iter().find(|row| is(row, "/name", "nobrand") || is(row, "/name_en", "nobrand"));
    Ok((found.and_then(|row| at(row, "/brand_id")), all.len()))
}

/// The children of a category, from the whole tree.
pub(super) fn categories(tree: &Value, parent: Option<&str>) -> Result<Vec<Category>, Failure> {
    let roots = tree.as_array().ok_or_else(|| unreadable(false))?;
    let id = |row: &Value| at(row, "/category_id");
    let mut level: &[Value] = roots;
    let parent = parent.filter(|id| !id.is_empty());
    if let Some(wanted) = parent {
        let mut waiting: Vec<&Value> = roots.iter().collect();
        let found = loop {
            let Some(row) = waiting.pop() else { break None };
            if id(row).as_deref() == Some(wanted) {
                break Some(row);
            }
            waiting.extend(rows(row, "children"));
        };
        let children = found.and_then(|row| row.get("children")).and_then(Value::as_array);
        level = children.map(Vec::as_slice).unwrap_or_default();
    }
    let category = |row: &Value| {
        Some(Category {
            id: id(row)?,
            name: at(row, "/name")?,
            parent: parent.map(str::to_owned),
            leaf: row.get("leaf").and_then(Value::as_bool).unwrap_or(false),
        })
    };
    level.iter().map(category).collect::<Option<_>>().ok_or_else(|| unreadable(false))
}

/// A category's attributes, without those that stand elsewhere in our content and those of variants: an OCOP product is
/// one article. The parcel and the brand may be stated and need not be: the shop's settings do.
pub(super) fn attributes(data: &Value) -> Result<Vec<Attribute>, Failure> {
    let all = data.as_array().ok_or_else(|| unreadable(false))?;
    let mut out = Vec::new();
    for row in all {
        let name = at(row, "/name").ok_or_else(|| unreadable(false))?;
        let flag = |name: &str| row.get(name).and_then(whole) == Some(1);
        if OURS.contains(&name.as_str()) || flag("is_sale_prop") {
            continue;
        }
        let settled = PARCEL.contains(&name.as_str()) || name == super::BRAND;
        let of_sku = at(row, "/attribute_type").as_deref() == Some("sku");
        let option = |row: &Value| {
            let english = at(row, "/en_name").or_else(|| at(row, "/name"))?;
            Some((english.clone(), at(row, "/name").unwrap_or(english)))
        };
        out.push(Attribute {
            required: flag("is_mandatory") && !settled,
            values: rows(row, "options").filter_map(option).collect(),
            id: if of_sku { format!("{OF_SKU}{name}") } else { name.clone() },
            name: at(row, "/label").unwrap_or(name),
        });
    }
    Ok(out)
}
