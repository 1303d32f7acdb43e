//! Sendo, to the contract its help pages describe (help-seller.sendo.vn, articles named at each part).
//!
//! The marketplace closed on 15 April 2025, so this adapter speaks a contract that probably nobody answers: the
//! descriptor says so, and the simulator in [`super::sim::sendo`] stands in for it. Nothing is signed: a bearer token
//! from `POST /login` (17990422078361) lives eight hours. Success is read from the body's `success`, not from the
//! HTTP status. A SKU is unique within a shop, so a product is looked up by it before every create. What a product says is
//! changed by a mask of its fields, so that no change of a text carries a price or stock along.

mod check;
mod hook;
mod orders;
mod reply;
mod translate;
mod wire;

use std::time::Duration;

use serde::Serialize;

use super::adapter::{Adapter, Parsed};
use super::state::{
    Class, Credentials, Descriptor, Failure, Hook, HookCall, HookRefused, HttpReply, HttpSpec, Issue,
    ListingContent, Method, Op, Rate, SENDO,
};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "sendo";

/// Setting: path of the price and stock call. The contract describes its body (17992275087129) but not its address,
/// so the default is an assumption; whoever connects a real shop sets what Sendo tells them.
pub const PRICE_STOCK_PATH: &str = "price_stock_path";
/// The assumed path.
pub const PRICE_STOCK_PATH_DEFAULT: &str = "/api/partner/product/price-stock";

/// The attribute that stands for a product's brand: Sendo has a list of them of its own.
pub(super) const BRAND: &str = "brand_id";

/// Secret: the word in the address that Sendo sends its news to, as `?token=`.
pub const HOOK_TOKEN: &str = "webhook_token";

const PRODUCT: &str = "/api/partner/product";
const PRODUCT_MASK: &str = "/api/partner/product/update-by-field-mask";
const PRODUCT_SEARCH: &str = "/api/partner/product/search";
const ORDER_SEARCH: &str = "/api/partner/salesorder/search";
const CATEGORY: &str = "/api/partner/category";

/// At most 5 logins a second and address are allowed; one less, because replies and clocks jitter.
const LOGIN_RATE: Rate = Rate { bucket: "login", per_second: Some(4), per_host: true };
const DATA_RATE: Rate = Rate { bucket: "data", per_second: None, per_host: false };

/// Rows of a page of products; the most that is taken.
const PRODUCTS: u32 = 50;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Sendo;

impl Adapter for Sendo {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = SENDO;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        now: Instant,
    ) -> Result<HttpSpec, Failure> {
        let base = credentials.base_url.trim_end_matches('/');
        match op {
            Op::Login => login(base, credentials),
            Op::FindBySku { sku } => {
                let sku: String = url::form_urlencoded::byte_serialize(sku.as_bytes()).collect();
                authorized(
                    op,
                    credentials,
                    now,
                    Method::Get,
                    format!("{base}{PRODUCT}?sku={sku}"),
                    None::<&()>,
                )
            }
            Op::Review { external_id } => {
                let id = translate::number(external_id, "/external_id")?;
                authorized(op, credentials, now, Method::Get, format!("{base}{PRODUCT}?id={id}"), None::<&()>)
            }
            Op::Upsert { external_id, content, media: _ } => {
                let post = |path: &str| (Method::Post, format!("{base}{path}"));
                match external_id {
                    None => {
                        let ((method, url), product) = (post(PRODUCT), translate::new_product(content)?);
                        authorized(op, credentials, now, method, url, Some(&product))
                    }
                    Some(id) => {
                        let ((method, url), product) =
                            (post(PRODUCT_MASK), [translate::masked(id, content)?]);
                        authorized(op, credentials, now, method, url, Some(&product))
                    }
                }
            }
            Op::PriceStock { items } => {
                let offers = items.iter().map(translate::offer).collect::<Result<Vec<_>, _>>()?;
                if offers.is_empty() {
                    return Err(Failure::permanent(
                        "sendo.nothing_to_send",
                        "a price and stock call without products",
                    ));
                }
                authorized(
                    op,
                    credentials,
                    now,
                    Method::Post,
                    price_stock_url(base, credentials)?,
                    Some(&offers),
                )
            }
            Op::Withdraw { external_id, .. } => {
                let off = [translate::off_sale(external_id)?];
                authorized(
                    op,
                    credentials,
                    now,
                    Method::Post,
                    price_stock_url(base, credentials)?,
                    Some(&off),
                )
            }
            Op::Products { cursor } => {
                let search = wire::ProductSearch { page_size: PRODUCTS, token: cursor.as_deref() };
                let url = format!("{base}{PRODUCT_SEARCH}");
                authorized(op, credentials, now, Method::Post, url, Some(&search))
            }
            Op::PullOrders { window, cursor } => {
                let search = orders::search(window, cursor.as_deref())?;
                authorized(op, credentials, now, Method::Post, format!("{base}{ORDER_SEARCH}"), Some(&search))
            }
            Op::Categories { parent } => {
                let parent =
                    parent.as_deref().map_or(Ok(0), |parent| translate::number(parent, "/category"))?;
                authorized(
                    op,
                    credentials,
                    now,
                    Method::Get,
                    format!("{base}{CATEGORY}/{parent}"),
                    None::<&()>,
                )
            }
            Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop => {
                Err(Failure::unsupported("Sendo", op.name()))
            }
            Op::Attributes { category } => {
                let category = translate::number(category, "/category")?;
                // The brands have a list of their own.
                let list = if replies.is_empty() { "attribute" } else { "brand" };
                let url = format!("{base}{CATEGORY}/{list}/{category}");
                authorized(op, credentials, now, Method::Get, url, None::<&()>)
            }
        }
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], _: &Credentials) -> Result<Parsed, Failure> {
        let Some(reply) = replies.last() else {
            return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
        };
        match (op, replies) {
            (Op::Attributes { .. }, [first]) => reply::answer(op, first).map(|_| Parsed::More),
            (Op::Attributes { .. }, [first, brands]) => {
                reply::with_brands(op, first, brands).map(Parsed::Done)
            }
            _ => reply::answer(op, reply).map(Parsed::Done),
        }
    }

    /// Nothing is signed: the call names the shop's key, and its address a word that only the shop and Sendo know. What it
    /// tells is asked for.
    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        hook::read(call, credentials)
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        check::issues(content, &self.descriptor().limits, now)
    }
}

fn login(base: &str, credentials: &Credentials) -> Result<HttpSpec, Failure> {
    let (shop_key, secret_key) = (credentials.secret("shop_key")?, credentials.secret("secret_key")?);
    Ok(HttpSpec {
        method: Method::Post,
        url: format!("{base}/login"),
        headers: vec![json_header()],
        body: encode(&wire::Login { shop_key: shop_key.expose(), secret_key: secret_key.expose() })?,
        upload: None,
        secrets: vec![shop_key.clone(), secret_key.clone()],
        timeout: Duration::from_secs(20),
        write: false,
        rate: LOGIN_RATE,
    })
}

fn authorized<T: Serialize + ?Sized>(
    op: &Op,
    credentials: &Credentials,
    now: Instant,
    method: Method,
    url: String,
    body: Option<&T>,
) -> Result<HttpSpec, Failure> {
    let token = credentials.token(now)?;
    let mut headers = vec![("authorization".to_owned(), format!("bearer {}", token.expose()))];
    if body.is_some() {
        headers.push(json_header());
    }
    // The keys are not in this request; they are named so that a reply which quotes them is masked too.
    let secrets = credentials.secrets.values().chain([token]).cloned().collect();
    Ok(HttpSpec {
        method,
        url,
        headers,
        body: body.map(encode).transpose()?.unwrap_or_default(),
        upload: None,
        secrets,
        timeout: Duration::from_secs(if op.is_write() { 60 } else { 30 }),
        write: op.is_write(),
        rate: DATA_RATE,
    })
}

fn price_stock_url(base: &str, credentials: &Credentials) -> Result<String, Failure> {
    let path = credentials.setting(PRICE_STOCK_PATH, PRICE_STOCK_PATH_DEFAULT);
    let plain = path.starts_with('/') && !path.starts_with("//") && !path.contains(['?', '#', '\\']);
    if plain {
        Ok(format!("{base}{path}"))
    } else {
        let message = format!("the setting {PRICE_STOCK_PATH} must be a path that begins with one slash");
        Err(Failure::new(Class::NeedsAction, "sendo.price_stock_path", message))
    }
}

fn json_header() -> (String, String) {
    ("content-type".to_owned(), "application/json".to_owned())
}

fn encode<T: Serialize + ?Sized>(body: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body)
        .map_err(|_| Failure::permanent("sendo.encode", "the request cannot be written as JSON"))
}

#[cfg(test)]
mod tests;
