//! Our words into Sendo's, and Sendo's states into ours.

use super::BRAND;
use super::wire::{self, text, whole};
use crate::platform::state::{Failure, FieldError, ListingContent, Offer, Outcome, RemoteProduct};

/// A positive number that Sendo gave as an id.
pub(super) fn number(id: &str, pointer: &str) -> Result<u64, Failure> {
    let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|number| digits && *number > 0).ok_or_else(|| {
        let message = format!("{id:?} is not an id of Sendo");
        let field =
            FieldError { pointer: pointer.to_owned(), code: "sendo.id".to_owned(), message: message.clone() };
        Failure::permanent("sendo.id", message).with_fields(vec![field])
    })
}

/// A new product; the content has passed [`super::check::issues`].
pub(super) fn new_product(product: &ListingContent) -> Result<wire::NewProduct<'_>, Failure> {
    Ok(wire::NewProduct {
        id: 0,
        sku: &product.sku,
        price: product.price_vnd,
        stock_quantity: product.stock,
        stock_availability: product.stock > 0,
        content: content(product)?,
        is_config_variant: false,
        variants: [],
    })
}

/// What a product is to say from now on.
pub(super) fn masked<'a>(
    external_id: &str,
    product: &'a ListingContent,
) -> Result<wire::Masked<'a>, Failure> {
    let content = content(product)?;
    let keys = serde_json::to_value(&content).ok();
    let keys = keys.as_ref().and_then(serde_json::Value::as_object).map(|fields| fields.keys().cloned());
    let field_mask = keys.into_iter().flatten().collect();
    Ok(wire::Masked { id: number(external_id, "/external_id")?, field_mask, content })
}

fn content(product: &ListingContent) -> Result<wire::Content<'_>, Failure> {
    // Taken apart in full, so that a new field is either sent or left out on purpose. Sendo has no place for a GTIN.
    let ListingContent {
        sku: _,
        name,
        description_html,
        price_vnd: _,
        weight_g,
        stock: _,
        images,
        category,
        attributes,
        gtin: _,
        certificate,
    } = product;
    let mut pictures = images.iter().map(|picture_url| wire::Picture { picture_url });
    let brand = attributes.iter().find(|attribute| attribute.id == BRAND);
    let brand = brand.and_then(|brand| brand.values.first()).and_then(|value| value.id.as_deref());
    let brand_id = brand.map(|id| number(id, "/attributes")).transpose()?;
    let attributes = attributes.iter().filter(|attribute| attribute.id != BRAND).map(|attribute| {
        let values = attribute.values.iter().map(|value| {
            let id = value.id.as_deref().map_or(Ok(0), |id| number(id, "/attributes"))?;
            Ok(wire::AttributeValue { id, value: &value.value, is_selected: true, is_custom: id == 0 })
        });
        Ok(wire::Attribute {
            attribute_id: number(&attribute.id, "/attributes")?,
            attribute_name: &attribute.name,
            attribute_is_custom: false,
            attribute_is_checkout: false,
            attribute_values: values.collect::<Result<_, Failure>>()?,
        })
    });
    let attributes = attributes.collect::<Result<_, Failure>>()?;
    let certificate = certificate.iter().map(|certificate| wire::CertificateFile {
        id: 0,
        file_name: format!(
            "Giấy chứng nhận OCOP {} sao, số {}, hiệu lực đến {}",
            certificate.star.get(),
            certificate.number,
            certificate.valid_until.format("%d/%m/%Y")
        ),
        attachment_url: &certificate.url,
        display_order: 1,
    });
    Ok(wire::Content {
        name,
        weight: *weight_g,
        description: description_html,
        cat_4_id: number(category.as_deref().unwrap_or_default(), "/category")?,
        avatar: pictures.next(),
        pictures: pictures.collect(),
        certificate_file: certificate.collect(),
        attributes,
        brand_id,
    })
}

/// Price and stock of one product.
pub(super) fn offer(offer: &Offer) -> Result<wire::Offer, Failure> {
    if offer.price_vnd <= 0 {
        let message = format!("the price of {} is not above 0", offer.sku);
        let field =
            FieldError { pointer: "/price_vnd".to_owned(), code: "price.not_positive".to_owned(), message };
        return Err(
            Failure::permanent("content.refused", "the price is not above 0").with_fields(vec![field])
        );
    }
    Ok(wire::Offer {
        price: Some(offer.price_vnd),
        stock_quantity: offer.stock,
        stock_availability: offer.stock > 0,
        ..off_sale(&offer.external_id)?
    })
}

/// No call to delete or hide a product is documented; without stock and marked unavailable it cannot be bought.
pub(super) fn off_sale(external_id: &str) -> Result<wire::Offer, Failure> {
    Ok(wire::Offer {
        product_id: number(external_id, "/external_id")?,
        is_config_variant: false,
        price: None,
        stock_quantity: 0,
        stock_availability: false,
        variants: [],
    })
}

/// A product as read back; `None` where it carries no id or SKU.
pub(super) fn remote_product(wire: &wire::RemoteProduct) -> Option<RemoteProduct> {
    let external_id = text(&wire.id)?;
    let state = if wire.product_status.is_null() { &wire.status } else { &wire.product_status };
    let stock = whole(&wire.stock_quantity);
    let on_sale = wire.stock_availability.unwrap_or_else(|| stock.is_none_or(|stock| stock > 0));
    let reasons = [&wire.reason_comment, &wire.reason_code].into_iter().filter_map(text).collect();
    Some(RemoteProduct {
        outcome: outcome(state, &external_id, on_sale, reasons),
        sku: text(&wire.sku)?,
        raw_status: text(state).unwrap_or_default(),
        // Pending, cancelled and deleted products refuse updates (17992165478425).
        editable: !matches!(whole(state), Some(1 | 4 | 5)),
        name: text(&wire.name),
        price_vnd: whole(&wire.price),
        stock,
        external_id,
    })
}

/// The state of a product. The contract names 1 pending, 4 cancelled and 5 deleted; 0 draft, 2 approved and 3 refused
/// are general knowledge that a real shop has to confirm. Any other word stays unknown.
pub(super) fn outcome(state: &serde_json::Value, id: &str, on_sale: bool, reasons: Vec<String>) -> Outcome {
    let external_id = id.to_owned();
    match whole(state) {
        Some(0) => Outcome::Draft { external_id },
        Some(1) => Outcome::PendingReview { external_id },
        Some(2) if on_sale => Outcome::Live { external_id },
        Some(2 | 4 | 5) => Outcome::Withdrawn,
        Some(3) => Outcome::Rejected { reasons },
        _ => Outcome::Unknown {
            raw: text(state).unwrap_or_else(|| state.to_string()).chars().take(100).collect(),
        },
    }
}

/// Where a refused property of Sendo stands in our content; empty where it is none of ours.
pub(super) fn pointer(property: &str) -> &'static str {
    let lower = property.to_ascii_lowercase();
    // "[0].Stock_Quantity", "attributes[1].attribute_id" and "avatar.picture_url" all name their first word.
    let word = lower
        .split(['.', '[', ']'])
        .find(|part| !part.is_empty() && !part.bytes().all(|byte| byte.is_ascii_digit()));
    match word.unwrap_or_default() {
        "sku" | "store_sku" => "/sku",
        "name" => "/name",
        "price" | "special_price" => "/price_vnd",
        "weight" => "/weight_g",
        "stock_quantity" | "stock_availability" => "/stock",
        "description" => "/description_html",
        "cat_4_id" | "cat4_id" => "/category",
        "avatar" | "picture" | "pictures" => "/images",
        "certificate_file" => "/certificate",
        "attributes" | "brand_id" => "/attributes",
        _ => "",
    }
}
