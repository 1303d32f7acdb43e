//! Bodies as WooCommerce writes them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::platform::state::{Class, Failure, FieldError, ListingContent, Media, Offer as Wanted};

/// `POST /products`, `PUT /products/{id}`. What is left out of an update stays as it is there.
#[derive(Serialize)]
pub(super) struct Product<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    sku: &'a str,
    description: &'a str,
    #[serde(flatten)]
    offer: Option<Offer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<Id>,
    images: Vec<Image<'a>>,
    attributes: Vec<Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<String>,
    meta_data: Vec<Meta>,
}

#[derive(Serialize)]
struct Id {
    id: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Image<'a> {
    Kept { id: u64 },
    Fetched { src: &'a str },
}

#[derive(Serialize)]
struct Attribute<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    name: &'a str,
    visible: bool,
    options: Vec<&'a str>,
}

/// WooCommerce has no place for certificates and trade item numbers; these keys are ours. They are always sent, empty
/// where there is none, so that a star that ended does not stay.
#[derive(Serialize)]
struct Meta {
    key: &'static str,
    value: String,
}

/// Price and stock.
#[derive(Serialize)]
pub(super) struct Offer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    regular_price: String,
    manage_stock: bool,
    stock_quantity: u32,
}

/// `POST /products/batch`, at most 100.
#[derive(Serialize)]
pub(super) struct Batch {
    pub update: Vec<Offer>,
}

/// The state alone.
#[derive(Serialize)]
pub(super) struct Status {
    pub status: &'static str,
}

impl Offer {
    /// Of one product, with its id where several are sent together.
    pub(super) fn of(wanted: &Wanted, id: Option<u64>) -> Result<Self, Failure> {
        if wanted.price_vnd <= 0 {
            let message = format!("the price of {} is not above 0", wanted.sku);
            let code = "price.not_positive".to_owned();
            let field = FieldError { pointer: "/price_vnd".to_owned(), code, message };
            let failure = Failure::permanent("content.refused", "the price is not above 0");
            return Err(failure.with_fields(vec![field]));
        }
        Ok(Self {
            id,
            regular_price: wanted.price_vnd.to_string(),
            manage_stock: true,
            stock_quantity: wanted.stock,
        })
    }
}

impl<'a> Product<'a> {
    /// The product to send; the content has passed the checks. Price and stock are part of a new product alone: they
    /// have a call of their own. `media` are the images that the shop keeps.
    pub(super) fn of(
        content: &'a ListingContent,
        media: Option<&Media>,
        unit: &str,
        new: bool,
    ) -> Result<Self, Failure> {
        // Taken apart in full, so that a new field is either sent or left out on purpose.
        let ListingContent {
            sku,
            name,
            description_html,
            price_vnd,
            weight_g,
            stock,
            images,
            category,
            attributes,
            gtin,
            certificate,
        } = content;
        let kept = |image: &String| media.and_then(|media| media.get(image)).and_then(|id| id.parse().ok());
        let images = images.iter().map(|image| match kept(image) {
            Some(id) => Image::Kept { id },
            None => Image::Fetched { src: image },
        });
        // An attribute of the whole shop has a number; any other is known by its name.
        let attributes = attributes.iter().map(|attribute| Attribute {
            id: attribute.id.parse().ok().filter(|id| *id > 0),
            name: &attribute.name,
            visible: true,
            options: attribute.values.iter().map(|value| value.value.as_str()).collect(),
        });
        let certificate = certificate.as_ref();
        let of = |text: Option<String>| text.unwrap_or_default();
        let meta_data = [
            ("ocop_gtin", gtin.clone()),
            ("ocop_star", certificate.map(|c| c.star.get().to_string())),
            ("ocop_certificate_number", certificate.map(|c| c.number.clone())),
            ("ocop_certificate_valid_until", certificate.map(|c| c.valid_until.to_string())),
            ("ocop_certificate_url", certificate.map(|c| c.url.clone())),
        ];
        Ok(Self {
            name,
            kind: "simple",
            status: "publish",
            sku,
            description: description_html,
            offer: new.then(|| Offer {
                id: None,
                regular_price: price_vnd.to_string(),
                manage_stock: true,
                stock_quantity: *stock,
            }),
            categories: category.iter().filter_map(|id| id.parse().ok()).map(|id| Id { id }).collect(),
            images: images.collect(),
            attributes: attributes.collect(),
            weight: weight(*weight_g, unit)?,
            meta_data: meta_data.into_iter().map(|(key, value)| Meta { key, value: of(value) }).collect(),
        })
    }
}

/// A weight in the shop's unit; `None` where it is not known.
fn weight(grams: u32, unit: &str) -> Result<Option<String>, Failure> {
    let text = match unit.trim() {
        "kg" => {
            let text = format!("{}.{:03}", grams / 1000, grams % 1000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        "g" => grams.to_string(),
        _ => {
            let message = "the setting weight_unit of the shop must be kg or g";
            return Err(Failure::new(Class::NeedsAction, "woocommerce.weight_unit", message));
        }
    };
    Ok((grams > 0).then_some(text))
}

/// A product as read back.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RemoteProduct {
    pub id: Value,
    pub name: Value,
    pub sku: Value,
    #[serde(rename = "type")]
    pub kind: Value,
    pub status: Value,
    pub regular_price: Value,
    pub stock_quantity: Value,
    pub images: Vec<RemoteImage>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RemoteImage {
    pub id: Value,
}

/// A refusal.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Refusal {
    pub code: String,
    pub message: String,
    pub data: Value,
}

/// A row of `GET /orders`. Only what counts is named: nothing of the buyer is read.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Order {
    pub id: Value,
    pub status: Value,
    pub date_created_gmt: Value,
    pub line_items: Vec<Line>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Line {
    pub id: Value,
    pub product_id: Value,
    pub sku: Value,
    pub quantity: Value,
    pub total: Value,
    pub price: Value,
}

/// A row of `GET /products/categories`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Category {
    pub id: Value,
    pub name: Value,
    pub parent: Value,
}
