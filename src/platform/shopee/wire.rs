//! Bodies as Shopee reads them.

use serde_json::{Map, Value, json};

use super::send::{Ask, number};
use super::{CHANNELS, LOCATION};
use crate::platform::parcel;
use crate::platform::state::{
    AttributeChoice, AttributeValue, Credentials, Failure, ListingContent, Media, Offer,
};

/// What stands in the place of a trade item number where a product has none.
const NO_GTIN: &str = "00";

/// A product that is made.
pub(super) fn create(
    content: &ListingContent,
    media: &Media,
    channels: &[u64],
    credentials: &Credentials,
) -> Result<Ask, Failure> {
    let mut body = shared(content, media, credentials)?;
    let carriers: Vec<Value> =
        channels.iter().map(|id| json!({"logistic_id": id, "enabled": true})).collect();
    let location = location(credentials);
    for (name, value) in [
        ("original_price", json!(content.price_vnd)),
        ("seller_stock", stocked(location.as_deref(), content.stock)),
        ("logistic_info", json!(carriers)),
        // A product of a cooperative is of none of the brands that Shopee keeps a list of.
        ("brand", json!({"brand_id": 0, "original_brand_name": "NoBrand"})),
        ("condition", json!("NEW")),
        ("item_status", json!("NORMAL")),
    ] {
        body.insert(name.to_owned(), value);
    }
    body.entry("gtin_code").or_insert_with(|| json!(NO_GTIN));
    Ok(Ask::post("product/add_item", Value::Object(body)))
}

/// A product that is changed. Price and stock have calls of their own; carriers, brand and a trade item number that we do
/// not know stay as the seller left them.
pub(super) fn update(
    id: u64,
    content: &ListingContent,
    media: &Media,
    credentials: &Credentials,
) -> Result<Ask, Failure> {
    let mut body = shared(content, media, credentials)?;
    body.insert("item_id".to_owned(), json!(id));
    Ok(Ask::post("product/update_item", Value::Object(body)))
}

/// Star and number of the certificate stand in the description: there is no field for them.
fn shared(
    content: &ListingContent,
    media: &Media,
    credentials: &Credentials,
) -> Result<Map<String, Value>, Failure> {
    // Taken apart in full, so that a new field is either sent or left out on purpose.
    let ListingContent {
        sku,
        name,
        description_html,
        price_vnd: _,
        weight_g,
        stock: _,
        images,
        category,
        attributes,
        gtin,
        certificate: _,
    } = content;
    let images: Vec<&String> = images.iter().filter_map(|image| media.get(image)).collect();
    let attributes: Vec<Value> = attributes.iter().map(attribute).collect::<Result<_, _>>()?;
    let mut body = Map::new();
    for (field, value) in [
        ("item_name", json!(name.trim())),
        ("description", json!(plain(description_html))),
        ("item_sku", json!(sku)),
        ("category_id", json!(number(category.as_deref().unwrap_or_default(), "/category")?)),
        ("weight", json!(f64::from(*weight_g) / 1000.0)),
        ("image", json!({ "image_id_list": images })),
        ("attribute_list", json!(attributes)),
    ] {
        body.insert(field.to_owned(), value);
    }
    if let Some(gtin) = gtin {
        body.insert("gtin_code".to_owned(), json!(gtin));
    }
    if let Some([length, width, height]) = parcel::of(credentials) {
        let dimension = json!({"package_length": length, "package_width": width, "package_height": height});
        body.insert("dimension".to_owned(), dimension);
    }
    Ok(body)
}

fn attribute(AttributeChoice { id, name: _, values }: &AttributeChoice) -> Result<Value, Failure> {
    let value = |AttributeValue { id, value }: &AttributeValue| {
        let id = match id.as_deref() {
            // A text of the seller's own.
            None | Some("0") => 0,
            Some(id) => number(id, "/attributes")?,
        };
        Ok(json!({"value_id": id, "original_value_name": value}))
    };
    let values: Vec<Value> = values.iter().map(value).collect::<Result<_, Failure>>()?;
    Ok(json!({"attribute_id": number(id, "/attributes")?, "attribute_value_list": values}))
}

/// The place whose stock is set, as the shop told it.
pub(super) fn location(credentials: &Credentials) -> Option<String> {
    Some(credentials.setting(LOCATION, "").trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn stocked(location: Option<&str>, stock: u32) -> Value {
    match location {
        Some(location) => json!([{"location_id": location, "stock": stock}]),
        None => json!([{ "stock": stock }]),
    }
}

/// The carriers' channels that the shop told; none where it told nothing.
pub(super) fn channels(credentials: &Credentials) -> Result<Vec<u64>, Failure> {
    let told = credentials.setting(CHANNELS, "").split(',').map(str::trim).filter(|text| !text.is_empty());
    told.map(|text| number(text, CHANNELS)).collect()
}

/// A price. Products of ours have no models, which is what 0 says.
pub(super) fn price(id: u64, offer: &Offer) -> Ask {
    let prices = json!([{"model_id": 0, "original_price": offer.price_vnd}]);
    Ask::post("product/update_price", json!({"item_id": id, "price_list": prices}))
}

/// A stock.
pub(super) fn stock(id: u64, location: Option<&str>, offer: &Offer) -> Ask {
    let stocks = json!([{"model_id": 0, "seller_stock": stocked(location, offer.stock)}]);
    Ask::post("product/update_stock", json!({"item_id": id, "stock_list": stocks}))
}

/// Takes a product off sale or puts it back.
pub(super) fn unlist(id: u64, unlist: bool) -> Ask {
    Ask::post("product/unlist_item", json!({"item_list": [{"item_id": id, "unlist": unlist}]}))
}

/// A description without marks: Shopee shows it as a plain text.
pub(super) fn plain(html: &str) -> String {
    const BLOCKS: [&str; 10] = ["p", "li", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6"];
    let (mut text, mut rest) = (String::with_capacity(html.len()), html);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            text.push('<');
            rest = after;
            continue;
        };
        let tag = tag.to_ascii_lowercase();
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if name == "br" || (tag.starts_with('/') && BLOCKS.contains(&name.as_str())) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    // The sign of entities itself comes last: what it makes is no entity any more.
    let entities =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    for (entity, sign) in entities {
        text = text.replace(entity, sign);
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_loses_its_marks_and_keeps_its_lines() {
        for (html, text) in [
            ("<p>Chè búp</p><p>Sao tay &amp; hái sớm</p>", "Chè búp\nSao tay & hái sớm"),
            ("Một<br>hai<BR/>ba", "Một\nhai\nba"),
            ("<ul><li>200&nbsp;g</li><li class=\"x\"><b>4</b> sao</li></ul>", "200 g\n4 sao"),
            ("nhỏ &lt; lớn, &amp;lt; còn nguyên", "nhỏ < lớn, &lt; còn nguyên"),
            ("3 < 4", "3 < 4"),
            ("<img src=\"x\">", ""),
        ] {
            assert_eq!(plain(html), text);
        }
    }
}
