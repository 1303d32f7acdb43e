//! Bodies as Lazada reads them: JSON, whose lists must be lists even of one.

use serde_json::{Map, Value, json};

use crate::platform::state::{AttributeChoice, ListingContent, Media, Offer};

/// What marks an attribute of the SKU in our ids: those stand in another place than the product's.
pub(super) const OF_SKU: &str = "sku.";
/// Attributes of the parcel, in the order of our setting.
pub(super) const PARCEL: [&str; 3] = ["package_length", "package_width", "package_height"];

fn is_length(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&whole.len())
        && fraction.len() <= 2
        && digits(whole)
        && digits(fraction)
        && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

fn key(id: &str) -> &str {
    id.strip_prefix(OF_SKU).unwrap_or(id)
}

/// What the listing itself says of an attribute.
pub(super) fn stated(content: &ListingContent, name: &str) -> Option<String> {
    let attribute = content.attributes.iter().find(|attribute| key(&attribute.id) == name)?;
    Some(value(attribute)).filter(|text| !text.is_empty())
}

/// The parcel that the listing itself states, all three sides of it.
pub(super) fn own_parcel(content: &ListingContent) -> Option<[String; 3]> {
    let [length, width, height] = PARCEL.map(|name| stated(content, name).filter(|side| is_length(side)));
    Some([length?, width?, height?])
}

/// Options go by the name in English that is their id with us, several of them with commas.
fn value(attribute: &AttributeChoice) -> String {
    let values = attribute.values.iter().map(|value| value.id.as_deref().unwrap_or(&value.value).trim());
    values.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(",")
}

fn request(product: impl Into<Value>) -> Value {
    json!({"Request": {"Product": product.into()}})
}

/// A product that is made.
pub(super) fn product(content: &ListingContent, media: &Media, brand: &str, parcel: &[String; 3]) -> Value {
    let mut sku = sku(content, parcel);
    sku.insert("SellerSku".to_owned(), json!(content.sku));
    sku.insert("quantity".to_owned(), json!(content.stock.to_string()));
    sku.insert("price".to_owned(), json!(content.price_vnd.to_string()));
    request(shared(content, media, Some(brand), sku))
}

/// A product that is changed, without price and stock. An update puts on sale what was taken off; that is said, and not
/// left to what holds where nothing is said.
pub(super) fn change(
    content: &ListingContent,
    media: &Media,
    brand: Option<&str>,
    parcel: &[String; 3],
    item_id: &str,
    sku_id: &str,
) -> Value {
    let mut sku = sku(content, parcel);
    sku.insert("SkuId".to_owned(), json!(sku_id));
    sku.insert("Status".to_owned(), json!("active"));
    let mut product = shared(content, media, brand, sku);
    product.insert("ItemId".to_owned(), json!(item_id));
    request(product)
}

fn sku(content: &ListingContent, parcel: &[String; 3]) -> Map<String, Value> {
    let mut sku = Map::new();
    for attribute in &content.attributes {
        if let Some(name) = attribute.id.strip_prefix(OF_SKU) {
            sku.insert(name.to_owned(), json!(value(attribute)));
        }
    }
    sku.insert("package_weight".to_owned(), json!(kilograms(content.weight_g)));
    for (name, side) in PARCEL.into_iter().zip(parcel) {
        sku.insert(name.to_owned(), json!(side));
    }
    sku
}

/// Certificate and trade item number have no fields in the contract: star and number stand in the description.
fn shared(
    content: &ListingContent,
    media: &Media,
    brand: Option<&str>,
    sku: Map<String, Value>,
) -> Map<String, Value> {
    // Taken apart in full, so that a new field is either sent or left out on purpose.
    let ListingContent {
        sku: _,
        name,
        description_html,
        price_vnd: _,
        weight_g: _,
        stock: _,
        images,
        category,
        attributes,
        gtin: _,
        certificate: _,
    } = content;
    let images: Vec<&String> = images.iter().filter_map(|image| media.get(image)).collect();
    let mut all = Map::new();
    for attribute in attributes.iter().filter(|attribute| !attribute.id.starts_with(OF_SKU)) {
        all.insert(attribute.id.clone(), json!(value(attribute)));
    }
    all.insert("name".to_owned(), json!(name.trim()));
    all.insert("description".to_owned(), json!(description_html));
    if let Some(brand) = brand {
        all.insert("brand_id".to_owned(), json!(brand));
    }
    let mut product = Map::new();
    for (name, value) in [
        ("PrimaryCategory", json!(category)),
        ("Images", json!({"Image": images})),
        ("Attributes", Value::Object(all)),
        ("Skus", json!({"Sku": [sku]})),
    ] {
        product.insert(name.to_owned(), value);
    }
    product
}

/// Price and stock, in one warehouse where the shop has several.
pub(super) fn offer(offer: &Offer, sku_id: &str, warehouse: Option<&str>) -> Value {
    let Offer { external_id, sku, price_vnd, stock } = offer;
    let mut row = Map::new();
    for (name, value) in [("ItemId", external_id), ("SkuId", &sku_id.to_owned()), ("SellerSku", sku)] {
        row.insert(name.to_owned(), json!(value));
    }
    row.insert("Price".to_owned(), json!(price_vnd.to_string()));
    match warehouse {
        None => row.insert("Quantity".to_owned(), json!(stock.to_string())),
        Some(code) => {
            let place = json!({"WarehouseCode": code, "Quantity": stock.to_string()});
            let places = json!({"MultiWarehouseInventory": [place]});
            row.insert("MultiWarehouseInventories".to_owned(), places)
        }
    };
    request(json!({"Skus": {"Sku": [row]}}))
}

/// A product that is taken off sale, with all its SKUs.
pub(super) fn withdrawal(item_id: &str, sku_ids: &[String]) -> Value {
    request(json!({"ItemId": item_id, "Skus": {"SkuId": sku_ids}}))
}

/// Grams as kilograms with the two decimals that they take, rounded up: `0.25`.
fn kilograms(grams: u32) -> String {
    let hundredths = grams.div_ceil(10);
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_sides_are_written_as_theirs() {
        for (grams, text) in [(250, "0.25"), (1_000, "1"), (1_005, "1.01"), (12_340, "12.34"), (1, "0.01")] {
            assert_eq!(kilograms(grams), text);
        }
        for (text, good) in
            [("20", true), ("12.25", true), ("0", false), ("-8", false), ("1.234", false), ("1000", false)]
        {
            assert_eq!(is_length(text), good, "{text}");
        }
    }
}
