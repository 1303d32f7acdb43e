//! Shopify, by its Admin GraphQL interface (shopify.dev: productSet, inventorySetQuantities, limits, webhooks). A shop runs
//! on a host of its own and gives a lasting access token of a custom app.
//!
//! The handle of a product is made of our SKU, and `productSet` makes or finds by it, so a repeat never makes a second
//! one. Lists that `productSet` is given replace what is there, so an update gives no variants: weight and barcode follow
//! in a second call, price and stock go by calls of their own.

mod ask;
mod orders;
mod reply;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::adapter::{Adapter, Parsed};
use super::state::{
    Answer, Class, ConsentRefused, ConsentReply, Consented, Credentials, Descriptor, Failure, Hook, HookCall,
    HookRefused, HttpReply, HttpSpec, Issue, ListingContent, Method, News, Op, SHOPIFY, Secret, SettingError,
    Text, same,
};
use super::{consent, sign};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "shopify";
/// Setting: version of the interface; each is answered for about a year, so it is not fixed here.
pub const VERSION: &str = "api_version";
/// The newest version seen in the documents.
const VERSION_DEFAULT: &str = "2026-07";
/// The oldest version whose way to set a stock we speak.
const VERSION_FIRST: &str = "2026-04";
/// Setting: the place whose stock we set, `gid://shopify/Location/…`; otherwise the shop's first.
pub const LOCATION: &str = "location_id";
/// Setting: the app's client id, for its owner's consent.
pub const CLIENT: &str = "client_id";
/// What is asked of the owner; writing includes reading.
const SCOPE: &str = "write_products,write_inventory,read_locations,read_orders";

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Shopify;

/// Why a version of the interface cannot be used, in Vietnamese and English. Before 2026-04 a stock was set by other
/// fields, without a key against repeats.
fn wrong_version(version: &str) -> Option<Text> {
    let parts = version.split_once('-').filter(|(year, _)| year.len() == 4);
    let year = parts.and_then(|(year, _)| year.parse::<u16>().ok());
    let month = parts.map(|(_, month)| month).filter(|month| ["01", "04", "07", "10"].contains(month));
    let good = year.is_some() && month.is_some() && version >= VERSION_FIRST;
    (!good).then(|| {
        Text::made(
            format!(
                "Phiên bản giao diện Shopify phải từ {VERSION_FIRST} trở lên, ví dụ {VERSION_DEFAULT}; để trống thì dùng \
                 {VERSION_DEFAULT}."
            ),
            format!(
                "The version of Shopify's interface is {VERSION_FIRST} or later, such as {VERSION_DEFAULT}; leave it \
                 empty to use {VERSION_DEFAULT}."
            ),
        )
    })
}

/// The version that a shop gives, or ours.
fn version(settings: &BTreeMap<String, String>) -> &str {
    let own = settings.get(VERSION).map(|text| text.trim()).filter(|text| !text.is_empty());
    own.unwrap_or(VERSION_DEFAULT)
}

impl Adapter for Shopify {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = SHOPIFY;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        if let Op::Consent { code, .. } = op {
            return token(op, credentials, json!({ "code": code.expose() }), code);
        }
        if let (Op::Login, Some(refresh)) = (op, consent::renewal(credentials)) {
            let grant = json!({"grant_type": "refresh_token", "refresh_token": refresh.expose()});
            return token(op, credentials, grant, refresh);
        }
        let own = credentials.settings.get(LOCATION).map(|id| id.trim()).filter(|id| !id.is_empty());
        let place = || own.map(str::to_owned).or_else(|| reply::location(replies));
        let (ask, looks) = match op {
            Op::Login => (ask::ask("Shop", "query Shop { shop { name } }", json!({})), true),
            Op::FindBySku { sku } => (ask::find(sku), true),
            Op::Products { cursor } => (ask::products(cursor.as_deref()), true),
            Op::Review { external_id } => (ask::read(external_id), true),
            Op::Upsert { external_id: Some(id), content, media: _ } => {
                match reply::article(replies, "/data/productSet/product", &content.sku)? {
                    Some(article) => (ask::change_details(id, &article, content), false),
                    None => (ask::change(id, content), false),
                }
            }
            Op::Upsert { external_id: None, content, media: _ } => match place() {
                Some(location) => (ask::create(content, &location), false),
                None => (ask::locations(), true),
            },
            Op::PriceStock { items } => {
                let [offer] = items.as_slice() else {
                    return Err(Failure::permanent("shopify.one_offer", "one product a call"));
                };
                match (reply::article(replies, "/data/product", &offer.sku)?, place()) {
                    (None, _) => (ask::read(&offer.external_id), true),
                    (_, None) => (ask::locations(), true),
                    (Some(article), Some(location)) => {
                        if reply::answered(replies, "productVariantsBulkUpdate") {
                            (ask::stock(&article, &location, offer.stock, now), false)
                        } else {
                            (ask::price(&offer.external_id, &article, offer.price_vnd), false)
                        }
                    }
                }
            }
            Op::Withdraw { external_id, .. } => (ask::hide(external_id), false),
            Op::PullOrders { window, cursor } => (orders::next(window, cursor.as_deref(), replies), true),
            Op::Categories { .. }
            | Op::Attributes { .. }
            | Op::Parcel(_)
            | Op::Consent { .. }
            | Op::ConsentedShop => {
                return Err(Failure::unsupported(self.descriptor().title, op.name()));
            }
        };
        let token = consent::lasting(credentials, now)?;
        let version = version(&credentials.settings);
        if let Some(text) = wrong_version(version) {
            return Err(Failure::new(Class::NeedsAction, "shopify.api_version", text.en));
        }
        let url = format!("{}/admin/api/{version}/graphql.json", credentials.base_url);
        let body = json!({"operationName": ask.name, "query": ask.query, "variables": ask.variables});
        let spec = HttpSpec::new(op, Method::Post, url)
            .header("x-shopify-access-token", token.expose())
            .json(&body)?
            .hides(credentials.secrets.values().chain([token]));
        Ok(if looks { spec.reads() } else { spec })
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], credentials: &Credentials) -> Result<Parsed, Failure> {
        if let (Op::Consent { .. }, Some(reply)) = (op, replies.last()) {
            let grant = consent::granted(KEY, reply)?;
            return Ok(Parsed::Done(Answer::Consented { grant, settings: BTreeMap::new() }));
        }
        if let (Op::Login, Some(reply), Some(_)) = (op, replies.last(), consent::renewal(credentials)) {
            return consent::granted(KEY, reply).map(|grant| Parsed::Done(Answer::Token(grant)));
        }
        reply::parsed(op, replies)
    }

    fn settings_errors(&self, settings: &BTreeMap<String, String>) -> Vec<SettingError> {
        let wrong = wrong_version(version(settings)).map(|text| SettingError { name: VERSION, text });
        wrong.into_iter().collect()
    }

    fn issues(&self, content: &ListingContent, _: Instant) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut wrong = |is: bool, code: &str, pointer: &str, vi: &'static str, en: &'static str| {
            if is {
                let resolution = Text::fixed("Sửa rồi gửi lại.", "Correct it, then send it again.");
                issues.push(Issue::error(code, pointer, Text::fixed(vi, en), resolution));
            }
        };
        let name = content.name.chars().count();
        wrong(
            !(1..=255).contains(&name),
            "name.length",
            "/name",
            "Tên sản phẩm trên Shopify có từ 1 đến 255 ký tự.",
            "A title on Shopify has 1 to 255 characters.",
        );
        wrong(
            content.price_vnd <= 0,
            "price.missing",
            "/price_vnd",
            "Chưa có giá bán.",
            "There is no price.",
        );
        wrong(
            content.images.len() > 250,
            "images.too_many",
            "/images",
            "Shopify nhận tối đa 250 hình ảnh.",
            "Shopify takes 250 images at most.",
        );
        issues
    }

    fn preview(&self, op: &Op, credentials: &Credentials, now: Instant) -> Result<HttpSpec, Failure> {
        let mut credentials = credentials.clone();
        // The shop's place of stock is looked up before; here it is only shown that there will be one.
        let location = credentials.settings.entry(LOCATION.to_owned()).or_default();
        if location.trim().is_empty() {
            *location = "gid://shopify/Location/…".to_owned();
        }
        self.build(op, &[], &credentials, now)
    }

    fn consent_url(
        &self,
        credentials: &Credentials,
        redirect: &str,
        state: &str,
        _: Instant,
    ) -> Result<String, Failure> {
        consent::secret(credentials, "client_secret")?;
        let query = [
            ("client_id", consent::setting(credentials, CLIENT)?),
            ("scope", SCOPE),
            ("redirect_uri", redirect),
            ("state", state),
        ];
        let base = credentials.base_url.trim_end_matches('/');
        Ok(consent::page(&format!("{base}/admin/oauth/authorize"), query))
    }

    fn consented(
        &self,
        reply: &ConsentReply<'_>,
        credentials: &Credentials,
    ) -> Result<Consented, ConsentRefused> {
        let secret = credentials.secret("client_secret").map_err(|_| ConsentRefused::Forged)?;
        if consent::is_signed(reply, secret.expose()) {
            reply.code("code")
        } else {
            Err(ConsentRefused::Forged)
        }
    }

    /// Base64 of an HMAC-SHA256 over the raw body with the app's secret, and a number of the delivery.
    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        let secret = credentials.secret("client_secret").map_err(|_| HookRefused::Unsupported)?;
        let signature = sign::hmac_base64(secret.expose(), &[call.body]);
        if !call.header("x-shopify-hmac-sha256").is_some_and(|given| same(given, &signature)) {
            return Err(HookRefused::Forged);
        }
        let delivery = call.header("x-shopify-webhook-id");
        let delivery = delivery.map_or_else(|| sign::digest(call.body), str::to_owned);
        let topic = call.header("x-shopify-topic").unwrap_or_default();
        let news = match topic.split_once('/') {
            Some(("orders" | "refunds" | "fulfillments", _)) => News::Orders,
            Some(("products", _)) => {
                let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
                let id = body.get("id").and_then(Value::as_u64).ok_or(HookRefused::Unreadable)?;
                News::Products(vec![format!("gid://shopify/Product/{id}")])
            }
            Some(("app", "uninstalled")) => News::Shop,
            _ => News::Nothing,
        };
        Ok(Hook { delivery, news })
    }
}

/// A request for a token. It lasts, except that of newer applications, which comes with a refresh token.
fn token(op: &Op, credentials: &Credentials, grant: Value, worth: &Secret) -> Result<HttpSpec, Failure> {
    let secret = consent::secret(credentials, "client_secret")?;
    let keys = [("client_id", consent::setting(credentials, CLIENT)?), ("client_secret", secret.expose())];
    let mut body = grant;
    if let Value::Object(fields) = &mut body {
        fields.extend(keys.map(|(name, value)| (name.to_owned(), json!(value))));
    }
    let base = credentials.base_url.trim_end_matches('/');
    HttpSpec::new(op, Method::Post, format!("{base}/admin/oauth/access_token"))
        .header("accept", "application/json")
        .hides([secret, worth])
        .json(&body)
}

#[cfg(test)]
mod tests;
