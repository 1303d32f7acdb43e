//! What Haravan and Sapo have in common: both keep the old REST shape of `products`, `variants` and `orders` in JSON
//! files of one resource each. A [`Dialect`] holds the words in which they differ.
//!
//! A product of ours is one variant, known by its SKU. A product that the seller gave more variants keeps them: an
//! update names them all by their ids. Nothing is reviewed: a product is on sale while it has a time of publication.
//! Neither says that SKUs are unique, so only the look-up before a create keeps a product from being there twice.

#[cfg(test)]
pub(super) mod fixtures;
mod orders;
mod reply;
mod send;

use serde_json::{Value, json};

use super::adapter::Parsed;
use super::read::text;
use super::rules;
use super::sign;
use super::state::{
    Failure, FieldError, Hook, HookCall, HookRefused, HttpReply, HttpSpec, Issue, Limits, ListingContent,
    Method, News, Op,
};
use crate::instant::Instant;

/// How one of the two puts things.
pub(super) struct Dialect {
    /// Beginning of its codes: the platform's key.
    pub(super) key: &'static str,
    /// Its name.
    pub(super) title: &'static str,
    /// A product's name.
    pub(super) name: &'static str,
    /// A product's description.
    pub(super) html: &'static str,
    /// When a product was published; null where it is not.
    pub(super) published: &'static str,
    /// When an order was placed.
    pub(super) created: &'static str,
    /// When an order was called off; null where it was not.
    pub(super) cancelled: &'static str,
    /// When an order was closed; null where it was not.
    pub(super) closed: &'static str,
    /// The search of orders without its window: filters and their order.
    pub(super) orders: &'static str,
    /// The filter that begins the window.
    pub(super) changed_since: &'static str,
    /// Rows of a page of orders.
    pub(super) page: usize,
    /// The word for stock that the shop counts.
    pub(super) counted: &'static str,
    /// Whether a product's weight is `grams`; otherwise it is `weight` with a unit.
    pub(super) grams: bool,
    /// Whether products are searched by SKU; otherwise variants are, and the product is read after.
    pub(super) products_by_sku: bool,
    /// Whether stock is set for a place by a call of its own; otherwise it goes with the price.
    pub(super) stock_by_place: bool,
    /// Whether each shop has an address of its own.
    pub(super) own_host: bool,
}

/// Products a page: as many as both take.
const PRODUCTS: usize = 50;

/// The next request of an operation, without authorization. `place` is the shop's own setting of where its stock is.
pub(super) fn build(
    dialect: &Dialect,
    api: &str,
    op: &Op,
    replies: &[HttpReply],
    place: Option<&str>,
    now: Instant,
) -> Result<HttpSpec, Failure> {
    let get = |path: String| HttpSpec::new(op, Method::Get, format!("{api}/{path}"));
    let id_of = |id: &str| number(dialect, id, "/external_id");
    let product = |id: &str| Ok::<_, Failure>(get(format!("products/{}.json", id_of(id)?)).reads());
    let put = |id: &str| {
        Ok::<_, Failure>(HttpSpec::new(op, Method::Put, format!("{api}/products/{}.json", id_of(id)?)))
    };
    match op {
        // Keys that last: a cheap look shows whether they are good.
        Op::Login => Ok(get("products.json?limit=1".to_owned())),
        Op::FindBySku { sku } => match replies.first() {
            Some(found) if !dialect.products_by_sku => {
                let id = reply::product_of_variant(dialect, op, found, sku)?;
                product(&id.unwrap_or_default())
            }
            _ => {
                let sku: String = url::form_urlencoded::byte_serialize(sku.as_bytes()).collect();
                let rows = if dialect.products_by_sku { "products" } else { "variants" };
                Ok(get(format!("{rows}.json?sku={sku}")))
            }
        },
        Op::Products { cursor } => {
            let page = cursor.as_deref().map_or(Ok(1), |cursor| number(dialect, cursor, "/cursor"))?;
            Ok(get(format!("products.json?limit={PRODUCTS}&page={page}")))
        }
        Op::Review { external_id } => product(external_id),
        Op::Upsert { external_id, content, media } => match (external_id, replies.first()) {
            (None, _) => {
                let spec = HttpSpec::new(op, Method::Post, format!("{api}/products.json"));
                spec.json(&send::new_product(dialect, content, now))
            }
            (Some(id), None) => product(id),
            (Some(id), Some(there)) => {
                let there = reply::product(dialect, op, there)?;
                put(id)?.json(&send::changed_product(dialect, id, content, media, &there, now)?)
            }
        },
        Op::PriceStock { items } => {
            let [item] = items.as_slice() else {
                let code = format!("{}.one_at_a_time", dialect.key);
                return Err(Failure::permanent(&code, "price and stock are sent for one product at a time"));
            };
            send::check_price(item)?;
            let Some((first, later)) = replies.split_first() else { return product(&item.external_id) };
            let there = reply::product(dialect, op, first)?;
            let variant = send::variant(dialect, &there, &item.sku)?;
            let places = later.iter().find_map(|reply| reply::body_of(reply, "locations"));
            let priced = later.iter().any(|reply| reply::body_of(reply, "variant").is_some());
            let adjusts = dialect.stock_by_place && send::stock_differs(dialect, &variant, item.stock);
            if adjusts && place.is_none() && places.is_none() {
                return Ok(get("locations.json".to_owned()).reads());
            }
            if !priced {
                let (id, body) = send::offer(dialect, &variant, item)?;
                return HttpSpec::new(op, Method::Put, format!("{api}/variants/{id}.json")).json(&body);
            }
            let place = match place {
                Some(place) => number(dialect, place, "/credentials/location_id")?.to_string(),
                None => send::main_place(dialect, places.as_ref())?,
            };
            let body = send::adjustment(dialect, item, &variant, &place)?;
            HttpSpec::new(op, Method::Post, format!("{api}/inventories/adjustorset.json")).json(&body)
        }
        Op::Withdraw { external_id, .. } => put(external_id)?.json(&send::unpublished(dialect, external_id)),
        Op::PullOrders { window, cursor } => Ok(get(orders::search(dialect, window, cursor.as_deref())?)),
        Op::Categories { .. }
        | Op::Attributes { .. }
        | Op::Parcel(_)
        | Op::Consent { .. }
        | Op::ConsentedShop => Err(Failure::unsupported(dialect.title, "categories and their attributes")),
    }
}

/// What the newest reply means.
pub(super) fn parse(dialect: &Dialect, op: &Op, replies: &[HttpReply]) -> Result<Parsed, Failure> {
    let Some((last, before)) = replies.split_last() else {
        return Err(Failure::permanent("platform.no_reply", "there is no reply to read"));
    };
    match op {
        Op::FindBySku { sku } if before.is_empty() && !dialect.products_by_sku => {
            match reply::product_of_variant(dialect, op, last, sku)? {
                Some(_) => Ok(Parsed::More),
                None => Ok(Parsed::Done(super::state::Answer::Found(None))),
            }
        }
        Op::Upsert { external_id: Some(_), content, .. } if before.is_empty() => {
            let there = reply::product(dialect, op, last)?;
            send::variant(dialect, &there, &content.sku).map(|_| Parsed::More)
        }
        Op::PriceStock { items } => reply::offer_step(dialect, op, items, replies),
        _ => reply::answer(dialect, op, last).map(Parsed::Done),
    }
}

/// What stands in the way of this content. Attributes have no place on either, and are left out.
pub(super) fn issues(
    dialect: &Dialect,
    limits: &Limits,
    content: &ListingContent,
    now: Instant,
) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::lengths(content, dialect.title, limits, &mut issues);
    rules::images(&content.images, &mut issues);
    rules::certificate(content, now, &mut issues);
    issues
}

/// The request that would carry a content. An update begins with a look at the product; a stand-in takes its place.
pub(super) fn preview(
    dialect: &Dialect,
    op: &Op,
    build: impl Fn(&[HttpReply]) -> Result<HttpSpec, Failure>,
) -> Result<HttpSpec, Failure> {
    let Op::Upsert { external_id: Some(_), content, media } = op else { return build(&[]) };
    let images: Vec<Value> = media.values().map(|id| json!({ "id": id })).collect();
    let product = json!({
        "variants": [{"id": 1, "sku": content.sku}], "images": images, dialect.published: "1970-01-01T00:00:00Z",
    });
    let body = json!({ "product": product }).to_string().into_bytes();
    build(&[HttpReply { status: 200, headers: Vec::new(), body }])
}

/// A call that is signed with Base64 HMAC-SHA256 over its raw body. Neither numbers its deliveries.
pub(super) fn hook(
    call: &HookCall<'_>,
    secret: &str,
    signature_header: &str,
    topic_header: &str,
) -> Result<Hook, HookRefused> {
    if secret.is_empty() || !call.header_is(signature_header, &sign::hmac_base64(secret, &[call.body])) {
        return Err(HookRefused::Forged);
    }
    let topic = call.header(topic_header).unwrap_or_default();
    let delivery = format!("{}:{}", topic.chars().take(60).collect::<String>(), sign::digest(call.body));
    let news = match topic.split_once('/').map_or(topic, |(noun, _)| noun) {
        // Without a topic a look at the orders does no harm.
        "orders" | "order" | "refunds" | "" => News::Orders,
        "products" | "product" => {
            let body: Value = serde_json::from_slice(call.body).map_err(|_| HookRefused::Unreadable)?;
            let id = body.get("id").or_else(|| body.pointer("/product/id")).and_then(text);
            News::Products(vec![id.ok_or(HookRefused::Unreadable)?])
        }
        "app" => News::Shop,
        _ => News::Nothing,
    };
    Ok(Hook { delivery, news })
}

/// A positive number that the platform gave as an id.
fn number(dialect: &Dialect, id: &str, pointer: &str) -> Result<u64, Failure> {
    let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|number| digits && *number > 0).ok_or_else(|| {
        let (code, message) =
            (format!("{}.id", dialect.key), format!("{id:?} is not an id of {}", dialect.title));
        let field = FieldError { pointer: pointer.to_owned(), code: code.clone(), message: message.clone() };
        Failure::permanent(&code, message).with_fields(vec![field])
    })
}
