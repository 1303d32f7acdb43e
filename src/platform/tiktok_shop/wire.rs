//! Bodies as TikTok Shop reads them.

use serde_json::{Map, Value, json};

use super::check::title;
use crate::platform::state::{AttributeChoice, AttributeValue, ListingContent, Media};

/// Money: whole dong as a text.
pub(super) fn price(price_vnd: i64) -> Value {
    json!({"amount": price_vnd.to_string(), "currency": "VND"})
}

/// Stock in one warehouse.
pub(super) fn inventory(warehouse: &str, stock: u32) -> Value {
    json!([{"warehouse_id": warehouse, "quantity": stock}])
}

/// A product that is made.
pub(super) fn product(
    content: &ListingContent,
    media: &Media,
    parcel: Option<[u32; 3]>,
    warehouse: &str,
) -> Value {
    let mut body = shared(content, media, parcel);
    body.insert("save_mode".to_owned(), json!("LISTING"));
    body.insert("external_product_id".to_owned(), json!(content.sku));
    let mut sku = Map::new();
    sku.insert("seller_sku".to_owned(), json!(content.sku));
    sku.insert("inventory".to_owned(), inventory(warehouse, content.stock));
    sku.insert("price".to_owned(), price(content.price_vnd));
    if let Some((code, kind)) = content.gtin.as_deref().and_then(identifier) {
        sku.insert("identifier_code".to_owned(), json!({"code": code, "type": kind}));
    }
    body.insert("skus".to_owned(), json!([sku]));
    Value::Object(body)
}

/// A product that is changed: without its SKU, whose price and stock have calls of their own.
pub(super) fn edit(content: &ListingContent, media: &Media, parcel: Option<[u32; 3]>) -> Value {
    Value::Object(shared(content, media, parcel))
}

/// The certificate's file has no place of its own: `certifications` are those that a category asks for, by its ids. Star
/// and number stand in the description.
fn shared(content: &ListingContent, media: &Media, parcel: Option<[u32; 3]>) -> Map<String, Value> {
    // Taken apart in full, so that a new field is either sent or left out on purpose.
    let ListingContent {
        sku: _,
        name: _,
        description_html,
        price_vnd: _,
        weight_g,
        stock: _,
        images,
        category,
        attributes,
        gtin: _,
        certificate: _,
    } = content;
    let images: Vec<Value> =
        images.iter().filter_map(|image| media.get(image)).map(|uri| json!({"uri": uri})).collect();
    let mut body = Map::new();
    for (name, value) in [
        ("title", json!(title(content))),
        ("description", json!(description_html)),
        ("category_id", json!(category)),
        ("category_version", json!("v2")),
        ("main_images", json!(images)),
        ("package_weight", json!({"value": kilograms(*weight_g), "unit": "KILOGRAM"})),
    ] {
        body.insert(name.to_owned(), value);
    }
    if let Some(sides) = parcel {
        // Texts, as the weight is.
        let [length, width, height] = sides.map(|side| side.to_string());
        let size = json!({"length": length, "width": width, "height": height, "unit": "CENTIMETER"});
        body.insert("package_dimensions".to_owned(), size);
    }
    if !attributes.is_empty() {
        body.insert("product_attributes".to_owned(), attributes.iter().map(attribute).collect());
    }
    body
}

fn attribute(attribute: &AttributeChoice) -> Value {
    let value = |AttributeValue { id, value }: &AttributeValue| match id {
        Some(id) => json!({"id": id}),
        None => json!({"name": value}),
    };
    json!({"id": attribute.id, "values": attribute.values.iter().map(value).collect::<Vec<_>>()})
}

/// A trade item number and what TikTok calls its kind; none where it is of no kind they take.
fn identifier(gtin: &str) -> Option<(&str, &'static str)> {
    let kind = match gtin.len() {
        8 | 13 => "EAN",
        12 => "UPC",
        14 => "GTIN",
        _ => return None,
    };
    gtin.bytes().all(|byte| byte.is_ascii_digit()).then_some((gtin, kind))
}

/// Grams as kilograms: `0.25`.
fn kilograms(grams: u32) -> String {
    let text = format!("{}.{:03}", grams / 1000, grams % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_and_trade_numbers_are_written_as_theirs() {
        for (grams, text) in [(250, "0.25"), (1_000, "1"), (1_005, "1.005"), (12_340, "12.34"), (1, "0.001")]
        {
            assert_eq!(kilograms(grams), text);
        }
        assert_eq!(identifier("8938505974194"), Some(("8938505974194", "EAN")));
        assert_eq!(identifier("012345678905"), Some(("012345678905", "UPC")));
        assert_eq!(identifier("08938505974191"), Some(("08938505974191", "GTIN")));
        assert_eq!((identifier("123"), identifier("893850597419X")), (None, None));
    }
}
