//! A partner's interface as configuration: where each call goes, what it carries, where its answer holds what.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::platform::state::{ListingContent, Method, Offer, OrderStatus};

/// How a partner describes its interface.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub auth: Auth,
    /// A read that shows whether lasting keys are good.
    pub check: Call,
    pub find: Call,
    /// Where the answer to `find` holds its list of products.
    pub found: String,
    pub read: Call,
    pub create: Call,
    pub update: Call,
    pub offer: Call,
    pub withdraw: Call,
    /// Where the answer to a write or a read holds the product.
    pub written: String,
    pub product: ProductAt,
    pub orders: OrdersAt,
    /// What a body that means success says; without it the HTTP status alone counts.
    #[serde(default)]
    pub success: Option<Success>,
    pub error: ErrorAt,
    pub statuses: BTreeMap<String, Word>,
    pub order_statuses: BTreeMap<String, OrderStatus>,
}

/// How the caller shows who it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Auth {
    /// Not at all.
    None,
    /// The secret in a header.
    ApiKey { header: String },
    /// Id and secret (RFC 7617).
    Basic,
    /// The secret as a bearer token (RFC 6750).
    Bearer,
    /// A token got with id and secret (RFC 6749, 4.4).
    OauthClient { path: String, scope: Option<String> },
    /// HMAC-SHA256 over parts of the request.
    Hmac {
        key_header: String,
        time_header: String,
        signature_header: String,
        parts: Vec<Part>,
        encoding: Encoding,
    },
}

/// A part of the request that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Method,
    /// The path with what stands behind `?`.
    Path,
    /// Seconds since 1970.
    Time,
    Body,
    /// The caller's id.
    Key,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    Hex,
    Base64,
}

/// One call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    #[serde(deserialize_with = "method")]
    pub method: Method,
    /// Path with places in braces: `{id}`, `{sku}`, `{since}`, `{until}`, `{cursor}`.
    pub path: String,
    /// JSON in which a text that begins with `$` stands for a field of the product.
    #[serde(default)]
    pub body: Option<Value>,
}

/// Where a product holds what: JSON pointers (RFC 6901).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductAt {
    pub id: String,
    pub sku: String,
    pub status: String,
    /// May be missing: then nobody notices that a name was changed there.
    #[serde(default)]
    pub name: Option<String>,
    pub price_vnd: String,
    pub stock: String,
    pub reason: String,
}

/// The call for orders, and where its answer holds what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrdersAt {
    #[serde(deserialize_with = "method")]
    pub method: Method,
    pub path: String,
    pub rows: String,
    pub next: String,
    pub id: String,
    pub status: String,
    pub placed_at: String,
    pub lines: String,
    pub line_id: String,
    pub sku: String,
    pub quantity: String,
    pub unit_price_vnd: String,
}

/// What a body that means success says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Success {
    pub pointer: String,
    pub equals: Value,
}

/// Where a refusal says why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorAt {
    pub message: String,
    pub code: String,
}

/// What a partner's word for a product's state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    Draft,
    Pending,
    Live,
    Rejected,
    Withdrawn,
}

fn method<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
    let word = String::deserialize(from)?;
    let all = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    all.into_iter()
        .find(|method| method.as_str() == word)
        .ok_or_else(|| serde::de::Error::custom(format!("{word:?} is no method")))
}

impl Profile {
    /// Reads and checks a profile.
    ///
    /// # Errors
    /// A text that says what is wrong and where.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let profile: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Self { auth, check, find, read, create, update, offer, withdraw, orders, .. } = &profile;
        for call in [check, find, read, create, update, offer, withdraw] {
            path_is_sound(&call.path)?;
            if let Some(body) = &call.body {
                fields_are_known(body)?;
            }
        }
        path_is_sound(&orders.path)?;
        if let Auth::OauthClient { path, .. } = auth {
            path_is_sound(path)?;
        }
        let missing = |call: &Call, name: &str| !call.path.contains(name);
        if missing(find, "{sku}")
            || [read, update, offer, withdraw].into_iter().any(|call| missing(call, "{id}"))
        {
            return Err("find needs {sku} in its path; read, update, offer and withdraw need {id}".to_owned());
        }
        Ok(profile)
    }
}

fn path_is_sound(path: &str) -> Result<(), String> {
    if !path.starts_with('/') || path.starts_with("//") || path.contains(['#', '\\']) {
        return Err(format!("{path:?} is no path that begins with one slash"));
    }
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("{path:?} has an open brace"))?;
        if !["id", "sku", "since", "until", "cursor"].contains(&name) {
            return Err(format!("{path:?} names the unknown place {name:?}"));
        }
        rest = after;
    }
    Ok(())
}

/// A path with its places filled, percent-encoded.
pub(super) fn path(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |path, (name, value)| {
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        path.replace(&format!("{{{name}}}"), &encoded)
    })
}

fn field(name: &str, content: &ListingContent) -> Option<Value> {
    let certificate = content.certificate.as_ref();
    Some(match name {
        "sku" => content.sku.clone().into(),
        "name" => content.name.clone().into(),
        "description_html" => content.description_html.clone().into(),
        "price_vnd" => content.price_vnd.into(),
        "stock" => content.stock.into(),
        "weight_g" => content.weight_g.into(),
        "images" => content.images.clone().into(),
        "category" => content.category.clone().into(),
        "gtin" => content.gtin.clone().into(),
        "star" => certificate.map(|c| c.star.get()).into(),
        "certificate_number" => certificate.map(|c| c.number.clone()).into(),
        "certificate_until" => certificate.map(|c| c.valid_until.to_string()).into(),
        "certificate_url" => certificate.map(|c| c.url.clone()).into(),
        _ => return None,
    })
}

fn fields_are_known(body: &Value) -> Result<(), String> {
    match body {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) if !FIELDS.contains(&name) => Err(format!("{text:?} is no field of a product")),
            _ => Ok(()),
        },
        Value::Array(all) => all.iter().try_for_each(fields_are_known),
        Value::Object(all) => all.values().try_for_each(fields_are_known),
        _ => Ok(()),
    }
}

const FIELDS: [&str; 13] = [
    "sku",
    "name",
    "description_html",
    "price_vnd",
    "stock",
    "weight_g",
    "images",
    "category",
    "gtin",
    "star",
    "certificate_number",
    "certificate_until",
    "certificate_url",
];

/// A body with the product's fields in their places.
pub(super) fn filled(body: &Value, content: &ListingContent) -> Value {
    match body {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) => field(name, content).unwrap_or(Value::Null),
            None => body.clone(),
        },
        Value::Array(all) => all.iter().map(|value| filled(value, content)).collect(),
        Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), filled(value, content))).collect(),
        other => other.clone(),
    }
}

/// A body with a price and a stock in their places.
pub(super) fn offered(body: &Value, offer: &Offer) -> Value {
    match body {
        Value::String(text) => match text.as_str() {
            "$price_vnd" => offer.price_vnd.into(),
            "$stock" => offer.stock.into(),
            "$sku" => offer.sku.clone().into(),
            _ => body.clone(),
        },
        Value::Array(all) => all.iter().map(|value| offered(value, offer)).collect(),
        Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), offered(value, offer))).collect(),
        other => other.clone(),
    }
}
