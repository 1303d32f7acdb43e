//! Shopify, by its Admin GraphQL interface (shopify.dev: productSet, inventorySetQuantities, limits, webhooks). A shop runs
//! on a host of its own and gives a lasting access token of a custom app.
//!
//! The handle of a product is made of our SKU, and `productSet` makes or finds by it, so a repeat never makes a second
//! one. Lists that `productSet` is given replace what is there, so an update gives no variants: price and stock go by
//! calls of their own.

mod reply;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::adapter::{Adapter, Parsed};
use super::state::{
    Answer, Class, ConsentRefused, ConsentReply, Consented, Credentials, Descriptor, Failure, Hook, HookCall,
    HookRefused, HttpReply, HttpSpec, Issue, ListingContent, Method, News, Op, SHOPIFY, Secret, Text, same,
};
use super::{consent, sign};
use crate::instant::Instant;

/// Key of the platform.
pub const KEY: &str = "shopify";
/// Setting: version of the interface; each is answered for about a year, so it is not fixed here.
pub const VERSION: &str = "api_version";
/// The newest version seen in the documents.
const VERSION_DEFAULT: &str = "2026-07";
/// Setting: the place whose stock we set, `gid://shopify/Location/…`; otherwise the shop's first.
pub const LOCATION: &str = "location_id";
/// Setting: the app's client id, for its owner's consent.
pub const CLIENT: &str = "client_id";
/// What is asked of the owner; writing includes reading.
const SCOPE: &str = "write_products,write_inventory,read_locations,read_orders";
/// Products a page; with five variants each that is far below the 1,000 points of one query.
const PRODUCTS: u32 = 25;
/// Orders a page; with 50 lines each that is far below the 1,000 points of one query.
const ORDERS: u32 = 25;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct Shopify;

const PRODUCT: &str = "id handle title status variants(first: 5) { nodes { id sku price inventoryQuantity \
                       inventoryItem { id } } }";

/// The handle of a SKU: letters and digits as they are, everything else by its bytes, so that two SKUs never share one.
pub(super) fn handle(sku: &str) -> String {
    let mut out = String::from("ocop-");
    for byte in sku.to_lowercase().bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "-{byte:02x}");
        }
    }
    out
}

/// A query with its name and what it is given.
struct Ask {
    name: &'static str,
    query: String,
    variables: Value,
}

fn ask(name: &'static str, query: impl Into<String>, variables: Value) -> Ask {
    Ask { name, query: query.into(), variables }
}

fn locations() -> Ask {
    ask("Locations", "query Locations { locations(first: 1) { nodes { id } } }", json!({}))
}

fn read(id: &str) -> Ask {
    let query = format!("query ReadProduct($id: ID!) {{ product(id: $id) {{ {PRODUCT} }} }}");
    ask("ReadProduct", query, json!({ "id": id }))
}

/// What the content says of a product; price and stock only for one that is made.
fn input(content: &ListingContent, location: Option<&str>) -> Value {
    let files: Vec<Value> =
        content.images.iter().map(|url| json!({"originalSource": url, "contentType": "IMAGE"})).collect();
    let input = json!({
        "title": content.name, "descriptionHtml": content.description_html, "status": "ACTIVE", "files": files,
    });
    let Value::Object(mut input) = input else { return input };
    if let Some(category) = &content.category {
        input.insert("category".to_owned(), json!(category));
    }
    if let Some(location) = location {
        let variant = json!({
            "optionValues": [{"optionName": "Title", "name": "Default Title"}],
            "sku": content.sku, "price": content.price_vnd.to_string(), "barcode": content.gtin,
            "inventoryItem": {
                "tracked": true, "measurement": {"weight": {"value": content.weight_g, "unit": "GRAMS"}},
            },
            "inventoryQuantities": [{"locationId": location, "name": "available", "quantity": content.stock}],
        });
        let option = json!({"name": "Title", "values": [{"name": "Default Title"}]});
        input.insert("handle".to_owned(), json!(handle(&content.sku)));
        input.insert("productOptions".to_owned(), json!([option]));
        input.insert("variants".to_owned(), json!([variant]));
    }
    Value::Object(input)
}

fn set(identifier: Value, input: Value) -> Ask {
    let query = format!(
        "mutation SetProduct($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {{ \
         productSet(synchronous: true, identifier: $identifier, input: $input) {{ \
         product {{ {PRODUCT} }} userErrors {{ code field message }} }} }}"
    );
    ask("SetProduct", query, json!({ "identifier": identifier, "input": input }))
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
        let (ask, looks) = match op {
            Op::Login => (ask("Shop", "query Shop { shop { name } }", json!({})), true),
            Op::FindBySku { sku } => {
                let query = format!(
                    "query FindProduct($handle: String!) {{ \
                     productByIdentifier(identifier: {{handle: $handle}}) {{ {PRODUCT} }} }}"
                );
                (self::ask("FindProduct", query, json!({ "handle": handle(sku) })), true)
            }
            Op::Products { cursor } => {
                let query = format!(
                    "query Products($after: String) {{ products(first: {PRODUCTS}, after: $after, sortKey: ID) {{ \
                     nodes {{ {PRODUCT} updatedAt }} pageInfo {{ hasNextPage endCursor }} }} }}"
                );
                (self::ask("Products", query, json!({ "after": cursor })), true)
            }
            Op::Review { external_id } => (read(external_id), true),
            Op::Upsert { external_id, content, media: _ } => {
                match (external_id, own.map(str::to_owned).or_else(|| reply::location(replies))) {
                    (Some(id), _) => (set(json!({ "id": id }), input(content, None)), false),
                    (None, Some(location)) => {
                        let identifier = json!({ "handle": handle(&content.sku) });
                        (set(identifier, input(content, Some(&location))), false)
                    }
                    (None, None) => (locations(), true),
                }
            }
            Op::PriceStock { items } => {
                let [offer] = items.as_slice() else {
                    return Err(Failure::permanent("shopify.one_offer", "one product a call"));
                };
                let location = own.map(str::to_owned).or_else(|| reply::location(replies));
                match (reply::variant(replies), location) {
                    (None, _) => (read(&offer.external_id), true),
                    (_, None) => (locations(), true),
                    (Some((variant, item)), Some(location)) => {
                        if reply::priced(replies) {
                            (stock(&item, &location, offer.stock), false)
                        } else {
                            (price(&offer.external_id, &variant, offer.price_vnd), false)
                        }
                    }
                }
            }
            Op::Withdraw { external_id, .. } => {
                let query = format!(
                    "mutation HideProduct($product: ProductUpdateInput!) {{ productUpdate(product: $product) {{ \
                     product {{ {PRODUCT} }} userErrors {{ field message }} }} }}"
                );
                let variables = json!({"product": {"id": external_id, "status": "DRAFT"}});
                (self::ask("HideProduct", query, variables), false)
            }
            Op::PullOrders { window, cursor } => {
                let query = format!(
                    "query Orders($query: String!, $after: String) {{ orders(first: {ORDERS}, after: $after, \
                     query: $query, sortKey: UPDATED_AT) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ id \
                     createdAt cancelledAt displayFinancialStatus displayFulfillmentStatus lineItems(first: 50) {{ \
                     nodes {{ id sku currentQuantity originalUnitPriceSet {{ shopMoney {{ amount currencyCode }} }} \
                     }} }} }} }} }}"
                );
                let between = format!("updated_at:>='{}' AND updated_at:<='{}'", window.since, window.until);
                (self::ask("Orders", query, json!({ "query": between, "after": cursor })), true)
            }
            Op::Categories { .. }
            | Op::Attributes { .. }
            | Op::Parcel(_)
            | Op::Consent { .. }
            | Op::ConsentedShop => {
                return Err(Failure::unsupported(self.descriptor().title, op.name()));
            }
        };
        let token = consent::lasting(credentials, now)?;
        let version = credentials.setting(VERSION, VERSION_DEFAULT);
        if !version.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            let message = format!("the setting {VERSION} is a date such as {VERSION_DEFAULT}");
            return Err(Failure::new(Class::NeedsAction, "shopify.api_version", message));
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

fn price(product: &str, variant: &str, price_vnd: i64) -> Ask {
    let query = "mutation SetPrice($productId: ID!, $variants: [ProductVariantsBulkInput!]!) { \
                 productVariantsBulkUpdate(productId: $productId, variants: $variants) { \
                 productVariants { id price } userErrors { code field message } } }";
    let variants = json!([{"id": variant, "price": price_vnd.to_string()}]);
    ask("SetPrice", query, json!({"productId": product, "variants": variants}))
}

fn stock(item: &str, location: &str, quantity: u32) -> Ask {
    let query = "mutation SetStock($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) { \
                 inventoryAdjustmentGroup { id } userErrors { code field message } } }";
    let input = json!({
        "name": "available", "reason": "correction", "ignoreCompareQuantity": true,
        "quantities": [{"inventoryItemId": item, "locationId": location, "quantity": quantity}],
    });
    ask("SetStock", query, json!({ "input": input }))
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
