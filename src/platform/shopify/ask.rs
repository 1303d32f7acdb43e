//! The queries and mutations, and what is put into them.

use serde_json::{Map, Value, json};

use super::reply::Article;
use crate::instant::Instant;
use crate::platform::sign;
use crate::platform::state::ListingContent;

/// Products a page; with ten variants each that is below the 1,000 points of one query.
const PRODUCTS: u32 = 25;
/// Letters and digits of a SKU that its handle shows.
const SHOWN: usize = 60;
/// Hexadecimal digits of the digest in a handle.
const DIGITS: usize = 20;

const PRODUCT: &str = "id handle title status variants(first: 10) { nodes { id sku price inventoryQuantity \
                       inventoryItem { id } } }";

/// A query with its name and what it is given.
pub(super) struct Ask {
    pub name: &'static str,
    pub query: String,
    pub variables: Value,
}

pub(super) fn ask(name: &'static str, query: impl Into<String>, variables: Value) -> Ask {
    Ask { name, query: query.into(), variables }
}

/// The handle of a SKU: what can be read of it, and a digest of all of it, so that two SKUs never share one, not even
/// when only the case of a letter tells them apart. Lower-case letters, digits and single hyphens alone, which Shopify
/// keeps as they are.
pub(super) fn handle(sku: &str) -> String {
    let mut out = String::from("ocop-");
    for letter in sku.chars().take(SHOWN) {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_lowercase());
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    if !out.ends_with('-') {
        out.push('-');
    }
    out.extend(sign::digest(sku.as_bytes()).chars().take(DIGITS));
    out
}

pub(super) fn locations() -> Ask {
    ask("Locations", "query Locations { locations(first: 1) { nodes { id } } }", json!({}))
}

pub(super) fn read(id: &str) -> Ask {
    let query = format!("query ReadProduct($id: ID!) {{ product(id: $id) {{ {PRODUCT} }} }}");
    ask("ReadProduct", query, json!({ "id": id }))
}

pub(super) fn find(sku: &str) -> Ask {
    let query = format!(
        "query FindProduct($handle: String!) {{ \
         productByIdentifier(identifier: {{handle: $handle}}) {{ {PRODUCT} }} }}"
    );
    ask("FindProduct", query, json!({ "handle": handle(sku) }))
}

pub(super) fn products(after: Option<&str>) -> Ask {
    let query = format!(
        "query Products($after: String) {{ products(first: {PRODUCTS}, after: $after, sortKey: ID) {{ \
         nodes {{ {PRODUCT} updatedAt }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    ask("Products", query, json!({ "after": after }))
}

fn of<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What the content says of a product itself.
fn product(content: &ListingContent) -> Map<String, Value> {
    let files: Vec<Value> =
        content.images.iter().map(|url| json!({"originalSource": url, "contentType": "IMAGE"})).collect();
    let mut input = of([
        ("title", json!(content.name)),
        ("descriptionHtml", json!(content.description_html)),
        ("status", json!("ACTIVE")),
        ("files", json!(files)),
    ]);
    if let Some(category) = &content.category {
        input.extend(of([("category", json!(category))]));
    }
    input
}

/// What the content says of an article beside its price and stock. What we do not know is the seller's affair.
fn details(content: &ListingContent) -> Map<String, Value> {
    let mut details = Map::new();
    if let Some(gtin) = &content.gtin {
        details.extend(of([("barcode", json!(gtin))]));
    }
    if content.weight_g > 0 {
        let weight = json!({"weight": {"value": content.weight_g, "unit": "GRAMS"}});
        details.extend(of([("inventoryItem", json!({ "measurement": weight }))]));
    }
    details
}

/// Whether the content says something of the article that an update sends apart.
pub(super) fn has_details(content: &ListingContent) -> bool {
    !details(content).is_empty()
}

fn set(identifier: Value, input: Map<String, Value>) -> Ask {
    let query = format!(
        "mutation SetProduct($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {{ \
         productSet(synchronous: true, identifier: $identifier, input: $input) {{ \
         product {{ {PRODUCT} }} userErrors {{ code field message }} }} }}"
    );
    ask("SetProduct", query, json!({ "identifier": identifier, "input": input }))
}

/// A new product with its one article, price and stock.
pub(super) fn create(content: &ListingContent, location: &str) -> Ask {
    let mut variant = details(content);
    let mut item = match variant.remove("inventoryItem") {
        Some(Value::Object(item)) => item,
        _ => Map::new(),
    };
    item.extend(of([("tracked", json!(true))]));
    variant.extend(of([
        ("optionValues", json!([{"optionName": "Title", "name": "Default Title"}])),
        ("sku", json!(content.sku)),
        ("price", json!(content.price_vnd.to_string())),
        ("inventoryItem", Value::Object(item)),
        (
            "inventoryQuantities",
            json!([{"locationId": location, "name": "available", "quantity": content.stock}]),
        ),
    ]));
    let mut input = product(content);
    input.extend(of([
        ("handle", json!(handle(&content.sku))),
        ("productOptions", json!([{"name": "Title", "values": [{"name": "Default Title"}]}])),
        ("variants", json!([variant])),
    ]));
    set(json!({ "handle": handle(&content.sku) }), input)
}

/// A product's own contents. Lists that are given replace what is there, so no variants are.
pub(super) fn change(id: &str, content: &ListingContent) -> Ask {
    set(json!({ "id": id }), product(content))
}

/// Weight and barcode of an article, after the product's own contents; price and stock stay as they are.
pub(super) fn change_details(product: &str, article: &Article, content: &ListingContent) -> Ask {
    let mut variant = details(content);
    variant.extend(of([("id", json!(article.variant))]));
    variants("SetDetails", product, Value::Object(variant))
}

pub(super) fn price(product: &str, article: &Article, price_vnd: i64) -> Ask {
    variants("SetPrice", product, json!({"id": article.variant, "price": price_vnd.to_string()}))
}

fn variants(name: &'static str, product: &str, variant: Value) -> Ask {
    let query = format!(
        "mutation {name}($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {{ \
         productVariantsBulkUpdate(productId: $productId, variants: $variants) {{ \
         productVariants {{ id price }} userErrors {{ code field message }} }} }}"
    );
    ask(name, query, json!({"productId": product, "variants": [variant]}))
}

/// The stock at a place, whatever it was (`changeFromQuantity: null`): this side knows how much there is.
///
/// Shopify asks for a key and does not repeat, within a day, what came with the same one. It is made of what is set and
/// when it is: the same request sent twice counts once; the same figure set later, when others came between, is another
/// request. To set a figure again after an unknown end does no harm, for it is set and not added.
pub(super) fn stock(article: &Article, location: &str, quantity: u32, now: Instant) -> Ask {
    let query = "mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) { \
                 inventorySetQuantities(input: $input) @idempotent(key: $key) { \
                 inventoryAdjustmentGroup { id } userErrors { code field message } } }";
    let item = &article.item;
    let told = format!("{item} {location} {quantity} {}", now.unix_micros());
    let key: String = sign::digest(told.as_bytes()).chars().take(32).collect();
    let input = json!({
        "name": "available", "reason": "correction",
        "quantities": [{
            "inventoryItemId": item, "locationId": location, "quantity": quantity, "changeFromQuantity": null,
        }],
    });
    ask("SetStock", query, json!({ "input": input, "key": key }))
}

pub(super) fn hide(id: &str) -> Ask {
    let query = format!(
        "mutation HideProduct($product: ProductUpdateInput!) {{ productUpdate(product: $product) {{ \
         product {{ {PRODUCT} }} userErrors {{ field message }} }} }}"
    );
    ask("HideProduct", query, json!({"product": {"id": id, "status": "DRAFT"}}))
}
