//! The bodies that carry a product's content.

use serde_json::{Map, Value, json};

use super::{INVENTORY_TYPE, INVENTORY_TYPE_DEFAULT, catalog};
use crate::platform::state::{AttributeChoice, Credentials, Failure, ListingContent};

/// The images as Tiki wants them: the main one apart.
fn images(content: &ListingContent, into: &mut Map<String, Value>) {
    if let Some((first, rest)) = content.images.split_first() {
        into.insert("image".to_owned(), json!(first));
        into.insert("images".to_owned(), json!(rest));
    }
}

/// Attributes by their codes. Several values of one are written with commas, as the documents' lists are.
fn attributes(content: &ListingContent) -> Value {
    let value = |choice: &AttributeChoice| {
        choice.values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>().join(",")
    };
    Value::Object(content.attributes.iter().map(|a| (a.id.clone(), Value::String(value(a)))).collect())
}

pub(super) fn request(content: &ListingContent, credentials: &Credentials) -> Result<Value, Failure> {
    let category = catalog::number(content.category.as_deref().unwrap_or_default(), "/category")?;
    let inventory_type = credentials.setting(INVENTORY_TYPE, INVENTORY_TYPE_DEFAULT);
    let mut variant = Map::from_iter([
        ("sku".to_owned(), json!(content.sku)),
        ("price".to_owned(), json!(content.price_vnd)),
        ("market_price".to_owned(), json!(content.price_vnd)),
        ("inventory_type".to_owned(), json!(inventory_type)),
        ("quantity".to_owned(), json!(content.stock)),
    ]);
    images(content, &mut variant);
    let files: Vec<&str> = content.certificate.iter().map(|certificate| certificate.url.as_str()).collect();
    let mut body = Map::from_iter([
        ("category_id".to_owned(), json!(category)),
        ("name".to_owned(), json!(content.name)),
        ("description".to_owned(), json!(content.description_html)),
        ("market_price".to_owned(), json!(content.price_vnd)),
        ("attributes".to_owned(), attributes(content)),
        ("option_attributes".to_owned(), json!([])),
        ("variants".to_owned(), json!([variant])),
        ("certificate_files".to_owned(), json!(files)),
    ]);
    images(content, &mut body);
    Ok(Value::Object(body))
}

/// A change of content. It carries neither price nor stock. The list price is a field of it: the one that is there stays,
/// unless our price is above it. The contract names number, list price and images and leaves the list of fields open; the
/// texts go under the names they have in a new request.
pub(super) fn info(product: u64, content: &ListingContent, market_price: Option<i64>) -> Value {
    let market_price = market_price.unwrap_or_default().max(content.price_vnd);
    let mut body = Map::from_iter([
        ("product_id".to_owned(), json!(product)),
        ("name".to_owned(), json!(content.name)),
        ("description".to_owned(), json!(content.description_html)),
        ("market_price".to_owned(), json!(market_price)),
        ("attributes".to_owned(), attributes(content)),
    ]);
    images(content, &mut body);
    Value::Object(body)
}
