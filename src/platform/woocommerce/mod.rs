//! WooCommerce, REST API v3 (github.com/woocommerce/woocommerce-rest-api-docs): a producer's own shop on WordPress.
//!
//! Each shop has an address and keys of its own, which last until they are revoked; they go out as Basic
//! authentication over HTTPS alone. Success and failure are told by the HTTP status. Nothing is reviewed: what is
//! published is on sale. Images are given by address and fetched during the call; those that the shop keeps already
//! are named by its number, or each update would fetch them again.

mod check;
mod hook;
mod orders;
mod reply;
mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::adapter::{Adapter, Parsed};
use super::state::{
    Class, Credentials, Descriptor, Failure, FieldError, Hook, HookCall, HookRefused, HttpReply, HttpSpec,
    Issue, ListingContent, Method, Op, Secret, WOOCOMMERCE,
};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "woocommerce";

/// Setting: the shop's unit of weight, `kg` where it does not say.
pub const WEIGHT_UNIT: &str = "weight_unit";

/// Rows of a page; the most that is taken.
const PAGE: usize = 100;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct WooCommerce;

impl Adapter for WooCommerce {
    fn descriptor(&self) -> &'static Descriptor {
        static DESCRIPTOR: Descriptor = WOOCOMMERCE;
        &DESCRIPTOR
    }

    fn build(
        &self,
        op: &Op,
        replies: &[HttpReply],
        credentials: &Credentials,
        _: Instant,
    ) -> Result<HttpSpec, Failure> {
        let api = format!("{}/wp-json/wc/v3", credentials.base_url.trim_end_matches('/'));
        let get = |path: String| HttpSpec::new(op, Method::Get, format!("{api}/{path}"));
        let put = |id: &str| {
            let id = number(id, "/external_id")?;
            Ok::<_, Failure>(HttpSpec::new(op, Method::Put, format!("{api}/products/{id}")))
        };
        let spec = match op {
            // Keys that last: a cheap look shows whether they are good.
            Op::Login => get("products?per_page=1".to_owned()),
            Op::FindBySku { sku } => {
                let sku: String = url::form_urlencoded::byte_serialize(sku.as_bytes()).collect();
                get(format!("products?sku={sku}&per_page={PAGE}"))
            }
            Op::Products { cursor } => {
                let page = cursor.as_deref().map_or(Ok(1), |cursor| number(cursor, "/cursor"))?;
                get(format!("products?orderby=id&order=asc&per_page={PAGE}&page={page}"))
            }
            Op::Review { external_id } => get(format!("products/{}", number(external_id, "/external_id")?)),
            Op::Upsert { external_id, content, media } => {
                // The shop did not know one of its images any more: all are given by address.
                let known = if replies.is_empty() { Some(media) } else { None };
                let unit = credentials.setting(WEIGHT_UNIT, "kg");
                let product = wire::Product::of(content, known, unit, external_id.is_none())?;
                match external_id {
                    None => HttpSpec::new(op, Method::Post, format!("{api}/products")),
                    Some(id) => put(id)?,
                }
                .json(&product)?
            }
            Op::PriceStock { items } => match items.as_slice() {
                [] => {
                    return Err(Failure::permanent(
                        "woocommerce.nothing_to_send",
                        "a price and stock call without products",
                    ));
                }
                [only] => put(&only.external_id)?.json(&wire::Offer::of(only, None)?)?,
                items => {
                    let id = |item: &super::state::Offer| number(&item.external_id, "/external_id");
                    let update = items.iter().map(|item| wire::Offer::of(item, Some(id(item)?)));
                    let batch = wire::Batch { update: update.collect::<Result<_, _>>()? };
                    HttpSpec::new(op, Method::Post, format!("{api}/products/batch")).json(&batch)?
                }
            },
            Op::Withdraw { external_id, .. } => put(external_id)?.json(&wire::Status { status: "draft" })?,
            Op::PullOrders { window, cursor } => get(orders::search(window, cursor.as_deref())?),
            Op::Categories { parent } => {
                let parent = parent.as_deref().map_or(Ok(0), |parent| number(parent, "/category"))?;
                let page = replies.len().saturating_add(1);
                get(format!("products/categories?parent={parent}&per_page={PAGE}&page={page}"))
            }
            Op::Attributes { .. } => {
                return Err(Failure::unsupported("WooCommerce", "attributes of a category"));
            }
            Op::Parcel(_) | Op::Consent { .. } | Op::ConsentedShop => {
                return Err(Failure::unsupported("WooCommerce", op.name()));
            }
        };
        let (key, secret) = (credentials.secret("consumer_key")?, credentials.secret("consumer_secret")?);
        let pair = Secret::new(STANDARD.encode(format!("{}:{}", key.expose(), secret.expose())));
        Ok(spec
            .header("authorization", format!("Basic {}", pair.expose()))
            .header("accept", "application/json")
            .hides([key, secret, &pair]))
    }

    fn parse(&self, op: &Op, replies: &[HttpReply], _: &Credentials) -> Result<Parsed, Failure> {
        let Some(reply) = replies.last() else {
            return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
        };
        match op {
            Op::Upsert { media, .. }
                if replies.len() == 1 && !media.is_empty() && reply::lost_image(reply) =>
            {
                Ok(Parsed::More)
            }
            Op::Categories { .. } => reply::categories(op, replies),
            _ => reply::answer(op, reply).map(Parsed::Done),
        }
    }

    fn issues(&self, content: &ListingContent, now: Instant) -> Vec<Issue> {
        check::issues(content, now)
    }

    fn hook(&self, call: &HookCall<'_>, credentials: &Credentials, _: Instant) -> Result<Hook, HookRefused> {
        hook::read(call, credentials)
    }
}

/// A positive number that the shop gave as an id.
fn number(id: &str, pointer: &str) -> Result<u64, Failure> {
    let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|number| digits && *number > 0).ok_or_else(|| {
        let message = format!("{id:?} is not an id of WooCommerce");
        let code = "woocommerce.id".to_owned();
        let field = FieldError { pointer: pointer.to_owned(), code, message: message.clone() };
        Failure::new(Class::Permanent, "woocommerce.id", message).with_fields(vec![field])
    })
}

#[cfg(test)]
mod tests;
