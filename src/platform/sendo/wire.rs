//! Bodies as Sendo writes them. Field names are the contract's; what is read is read leniently, because the help pages
//! show figures now as numbers, now as texts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

pub(super) use crate::platform::read::{text, whole};

/// `POST /login` (17990422078361).
#[derive(Serialize)]
pub(super) struct Login<'a> {
    pub shop_key: &'a str,
    pub secret_key: &'a str,
}

/// `POST /api/partner/product` (17992165478425): a new product. The call for many spells several of these differently
/// and tells nothing of each, so every product is created by a call of its own.
#[derive(Serialize)]
pub(super) struct NewProduct<'a> {
    /// 0 creates.
    pub id: u64,
    pub sku: &'a str,
    /// VND.
    pub price: i64,
    pub stock_quantity: u32,
    /// Must be false when there is no stock.
    pub stock_availability: bool,
    #[serde(flatten)]
    pub content: Content<'a>,
    pub is_config_variant: bool,
    /// Always empty: an OCOP product is one article.
    pub variants: [u8; 0],
}

/// One entry of `POST /api/partner/product/update-by-field-mask` (17992521914649): what the mask names is changed and
/// nothing else, so that price and stock stay as they are there. The keys of an entry are known from public clients.
#[derive(Serialize)]
pub(super) struct Masked<'a> {
    pub id: u64,
    /// The keys of the content.
    pub field_mask: Vec<String>,
    #[serde(flatten)]
    pub content: Content<'a>,
}

/// What a product says, without price and stock.
#[derive(Serialize)]
pub(super) struct Content<'a> {
    pub name: &'a str,
    /// Grams.
    pub weight: u32,
    pub description: &'a str,
    /// Leaf category, level 4.
    pub cat_4_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Picture<'a>>,
    pub pictures: Vec<Picture<'a>>,
    pub certificate_file: Vec<CertificateFile<'a>>,
    pub attributes: Vec<Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand_id: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Picture<'a> {
    pub picture_url: &'a str,
}

/// The place for certificates. `table_name` and `table_id` of the contract are Sendo's own and left out.
#[derive(Serialize)]
pub(super) struct CertificateFile<'a> {
    pub id: u64,
    pub file_name: String,
    pub attachment_url: &'a str,
    pub display_order: u32,
}

#[derive(Serialize)]
pub(super) struct Attribute<'a> {
    pub attribute_id: u64,
    pub attribute_name: &'a str,
    pub attribute_is_custom: bool,
    pub attribute_is_checkout: bool,
    pub attribute_values: Vec<AttributeValue<'a>>,
}

#[derive(Serialize)]
pub(super) struct AttributeValue<'a> {
    /// 0 for a free text.
    pub id: u64,
    pub value: &'a str,
    pub is_selected: bool,
    pub is_custom: bool,
}

/// One entry of the price and stock array (17992275087129). The promotion fields are not used, so a running promotion
/// is touched only through a change of the base price, which ends it.
#[derive(Serialize)]
pub(super) struct Offer {
    pub product_id: u64,
    pub is_config_variant: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    pub stock_quantity: u32,
    pub stock_availability: bool,
    /// Always empty.
    pub variants: [u8; 0],
}

/// `POST /api/partner/product/search` (17992314823321); without a status all of them.
#[derive(Serialize)]
pub(super) struct ProductSearch<'a> {
    pub page_size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
}

/// `POST /api/partner/salesorder/search` (17991120413337).
#[derive(Serialize)]
pub(super) struct OrderSearch<'a> {
    pub page_size: u32,
    #[serde(serialize_with = "slashed")]
    pub order_status_date_from: NaiveDate,
    #[serde(serialize_with = "slashed")]
    pub order_status_date_to: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
}

/// `yyyy/MM/dd`.
fn slashed<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&date.format("%Y/%m/%d"))
}

/// The error part of the envelope (17992165478425).
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ErrorPart {
    pub message: Option<Value>,
    pub details: Option<Value>,
    pub error_details: Option<Vec<ErrorDetail>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ErrorDetail {
    pub property_name: Option<Value>,
    pub message: Option<Value>,
    pub code: Option<Value>,
}

/// A product as read back (17991973169433). The state is named `product_status` in the webhooks and the batch call.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RemoteProduct {
    pub id: Value,
    pub sku: Value,
    pub name: Value,
    pub price: Value,
    pub stock_quantity: Value,
    pub stock_availability: Option<bool>,
    pub product_status: Value,
    pub status: Value,
    pub reason_code: Value,
    pub reason_comment: Value,
}

/// A row of the order search. Only what counts is named: nothing of the receiver is read.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct OrderRow {
    pub sales_order: SalesOrder,
    pub sku_details: Vec<SkuDetail>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SalesOrder {
    pub order_number: Value,
    pub order_status: Value,
    pub order_date_time_stamp: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SkuDetail {
    pub sku: Value,
    pub product_variant_id: Value,
    pub quantity: Value,
    pub price: Value,
}

/// A row of `GET /api/partner/category/{parent}`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct CategoryRow {
    pub id: Value,
    pub name: Value,
    pub parent_id: Value,
    pub level: Value,
}

/// A row of `attribute[]` of `GET /api/partner/category/attribute/{id}` (17992424598681).
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AttributeRow {
    pub id: Value,
    pub name: Value,
    pub is_required: Option<bool>,
    pub attribute_values: Option<Vec<AttributeValueRow>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AttributeValueRow {
    pub id: Value,
    pub value: Value,
}

/// A row of `GET /api/partner/category/brand/{id}` (17992427930137).
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BrandRow {
    pub external_id: Value,
    pub name: Value,
}
