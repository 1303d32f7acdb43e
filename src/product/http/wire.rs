//! What `/products` takes and answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{FieldError, Result};
use crate::http::Patch;
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::values::Points;

use super::super::{Attributes, Capacity, CapacityChange, Change, New, Product, Rating, Status, Written};

/// The star a product bears, copied from the certificate that is valid now. Read-only.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingOut {
    #[schema(minimum = 1, maximum = 5)]
    star: u8,
    /// The council's mean, 0 to 100; legacy certificates may lack it.
    #[schema(value_type = Option<f64>, example = 91.25)]
    score: Option<Points>,
    certificate_number: String,
    /// The first moment the certificate is not valid any more.
    valid_until: Instant,
}

impl From<Rating> for RatingOut {
    fn from(rating: Rating) -> Self {
        let Rating { star, score, certificate_number, valid_until } = rating;
        Self { star: star.get(), score, certificate_number, valid_until }
    }
}

/// What looks wrong, but is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningOut {
    /// JSON pointer to the field.
    pointer: String,
    /// Stable code.
    code: &'static str,
    /// What to look at, in Vietnamese.
    detail_vi: String,
    /// The same in English.
    detail_en: String,
}

impl From<FieldError> for WarningOut {
    fn from(e: FieldError) -> Self {
        Self { pointer: e.pointer, code: e.code, detail_vi: e.text.vi, detail_en: e.text.en }
    }
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductOut {
    id: ProductId,
    producer_id: ProducerId,
    /// The producer's province.
    #[schema(example = "19")]
    province_code: String,
    /// The producer's commune.
    #[schema(example = "05503")]
    commune_code: Option<String>,
    #[schema(example = "Chè đinh Hảo Đạt")]
    name: String,
    name_en: Option<String>,
    /// Number of its criteria set in Decision 26/2026/QĐ-TTg.
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: i32,
    description: Option<String>,
    description_en: Option<String>,
    story: Option<String>,
    story_en: Option<String>,
    /// Price of a unit.
    #[schema(minimum = 0)]
    price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    unit: Option<String>,
    /// Net weight of a unit, grams.
    #[schema(minimum = 1)]
    net_weight_g: Option<i32>,
    /// The producer's own number; unique among its products.
    sku: String,
    /// GS1 number of 8, 12, 13 or 14 digits.
    gtin: Option<String>,
    /// Texts, numbers and booleans by name.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    capacity: Option<Capacity>,
    /// Traceability page.
    trace_url: Option<String>,
    status: Status,
    rating: Option<RatingOut>,
    /// Where imported data comes from.
    source: Option<String>,
    created_at: Instant,
    updated_at: Instant,
    /// Only in the answers of POST and PATCH, and only where something looks wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) warnings: Option<Vec<WarningOut>>,
}

impl ProductOut {
    pub(super) fn of(product: Product, now: Instant) -> Result<Self> {
        let rating = product.rating(now).map(RatingOut::from);
        let (attributes, capacity) = (product.attributes()?.0, product.capacity()?);
        let Product {
            id,
            producer_id,
            province_code,
            commune_code,
            name,
            name_en,
            name_key: _,
            search: _,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes: _,
            capacity: _,
            trace_url,
            status,
            star: _,
            star_score: _,
            star_from: _,
            star_until: _,
            certificate_id: _,
            certificate_number: _,
            source,
            version: _,
            created_at,
            updated_at,
        } = product;
        Ok(Self {
            id,
            producer_id,
            province_code,
            commune_code,
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
            status,
            rating,
            source,
            created_at,
            updated_at,
            warnings: None,
        })
    }
}

/// A new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductIn {
    /// Whose; a producer's member may leave it out.
    producer_id: Option<ProducerId>,
    #[schema(min_length = 1, max_length = 200, example = "Chè đinh Hảo Đạt")]
    name: String,
    #[schema(max_length = 200)]
    name_en: Option<String>,
    /// Number of its criteria set in Decision 26/2026/QĐ-TTg.
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: i32,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 10_000)]
    description_en: Option<String>,
    #[schema(max_length = 20_000)]
    story: Option<String>,
    #[schema(max_length = 20_000)]
    story_en: Option<String>,
    /// Price of a unit, VND.
    #[schema(minimum = 0, maximum = 999_999_999_999_999_i64)]
    price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    #[schema(max_length = 50)]
    unit: Option<String>,
    /// Net weight of a unit, grams.
    #[schema(minimum = 1, maximum = 100_000_000)]
    net_weight_g: Option<i64>,
    /// The producer's own number; made up where absent.
    #[schema(max_length = 50)]
    sku: Option<String>,
    /// GS1 number with a right check digit.
    #[schema(example = "8934563138165")]
    gtin: Option<String>,
    /// At most 50 texts, numbers and booleans by name.
    #[schema(value_type = Option<Object>)]
    attributes: Option<Map<String, Value>>,
    capacity: Option<Capacity>,
    /// Traceability page, https only.
    #[schema(max_length = 500)]
    trace_url: Option<String>,
}

impl From<ProductIn> for New {
    fn from(input: ProductIn) -> Self {
        let ProductIn {
            producer_id,
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        } = input;
        let written = Written {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            capacity,
            trace_url,
        };
        Self { producer_id, written, attributes: Attributes(attributes.unwrap_or_default()) }
    }
}

/// What may change of a product: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    name_en: Patch<String>,
    #[schema(minimum = 1, maximum = 26)]
    criteria_set: Option<i32>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20_000)]
    story: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20_000)]
    story_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    price_vnd: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    unit: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1)]
    net_weight_g: Patch<i64>,
    #[schema(max_length = 50)]
    sku: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    gtin: Patch<String>,
    /// Merged name by name: null takes one away.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    attributes: Patch<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = Option<CapacityPatch>)]
    capacity: Patch<CapacityPatch>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    trace_url: Patch<String>,
}

/// What may change of a capacity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CapacityPatch {
    /// Units a month.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    per_month: Patch<i64>,
    /// Days from order to delivery.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    lead_time_days: Patch<i64>,
    /// When it is made, in words.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    season: Patch<String>,
}

impl From<ProductPatch> for Change {
    fn from(patch: ProductPatch) -> Self {
        let ProductPatch {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        } = patch;
        let capacity = match capacity {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(CapacityPatch { per_month, lead_time_days, season }) => {
                Patch::Set(CapacityChange { per_month, lead_time_days, season })
            }
        };
        Self {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            attributes,
            capacity,
            trace_url,
        }
    }
}
