//! What the public sees: nothing personal, and a star only while its certificate is valid.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer;
use crate::values::Points;

/// Who makes a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueMaker)]
pub struct Maker {
    /// Its id.
    pub id: ProducerId,
    /// Its name; a household's is shortened.
    #[schema(example = "Hợp tác xã chè Hảo Đạt")]
    pub name: String,
    /// What it is.
    pub kind: producer::Kind,
}

/// Where something comes from: today's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CataloguePlace)]
pub struct Place {
    /// Two digits.
    #[schema(example = "19")]
    pub province_code: String,
    /// The province's name.
    #[schema(example = "Thái Nguyên")]
    pub province: Option<&'static str>,
    /// Five digits.
    #[schema(example = "05503")]
    pub commune_code: Option<String>,
    /// The commune's type and name.
    #[schema(example = "Xã Tân Cương")]
    pub commune: Option<String>,
}

impl Place {
    /// A place by its codes.
    pub fn of(province_code: String, commune_code: Option<String>) -> Self {
        let places = crate::place::places();
        Self {
            province: places.province(&province_code).map(|p| p.name),
            commune: commune_code.as_deref().and_then(|code| places.commune(code)).map(|c| c.full_name()),
            province_code,
            commune_code,
        }
    }
}

/// The star of a product in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueStar)]
pub struct Star {
    /// 3 to 5.
    #[schema(minimum = 3, maximum = 5)]
    pub star: i32,
    /// The first moment it is not valid any more.
    pub valid_until: Instant,
}

/// A product in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueCard)]
pub struct Card {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    #[schema(example = "Chè tôm nõn Tân Cương")]
    pub name: String,
    /// Its name in English.
    pub name_en: Option<String>,
    /// Number of its criteria set, 1 to 26.
    #[schema(minimum = 1, maximum = 26)]
    pub criteria_set: i32,
    /// Its industry, a Roman number.
    #[schema(example = "I")]
    pub industry: Option<&'static str>,
    /// Who makes it.
    pub producer: Maker,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Price of a unit, VND.
    pub price_vnd: Option<i64>,
    /// What is sold.
    #[schema(example = "hộp")]
    pub unit: Option<String>,
    /// Net weight of a unit, grams.
    pub net_weight_g: Option<i32>,
    /// The star it bears now.
    pub rating: Option<Star>,
    /// Path of a small picture.
    pub image: Option<String>,
}

/// The star of a product, in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueRating)]
pub struct Rating {
    /// 3 to 5.
    #[schema(minimum = 3, maximum = 5)]
    pub star: i32,
    /// The council's points, two digits; some old certificates lack them.
    #[schema(value_type = Option<f64>)]
    pub score: Option<Points>,
    /// The certificate.
    pub certificate_number: Option<String>,
    /// The first moment it is not valid any more.
    pub valid_until: Instant,
}

/// A picture of a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CataloguePicture)]
pub struct Picture {
    /// Path of the picture.
    pub url: String,
    /// Path of the small one.
    pub thumb_url: String,
    /// For those who do not see it.
    pub alt: Option<String>,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// A product.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueProduct)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    #[schema(example = "Chè tôm nõn Tân Cương")]
    pub name: String,
    /// Its name in English.
    pub name_en: Option<String>,
    /// Number of its criteria set, 1 to 26.
    #[schema(minimum = 1, maximum = 26)]
    pub criteria_set: i32,
    /// The set's name.
    pub criteria_set_name: Option<&'static str>,
    /// Its industry, a Roman number.
    #[schema(example = "I")]
    pub industry: Option<&'static str>,
    /// Who makes it.
    pub producer: Maker,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What it is.
    pub description: Option<String>,
    /// What it is, in English.
    pub description_en: Option<String>,
    /// Its story.
    pub story: Option<String>,
    /// Its story, in English.
    pub story_en: Option<String>,
    /// Price of a unit, VND.
    pub price_vnd: Option<i64>,
    /// What is sold.
    #[schema(example = "hộp")]
    pub unit: Option<String>,
    /// Net weight of a unit, grams.
    pub net_weight_g: Option<i32>,
    /// GS1 number.
    pub gtin: Option<String>,
    /// Free attributes.
    #[schema(value_type = Object)]
    pub attributes: serde_json::Value,
    /// Address of its traceability page.
    pub trace_url: Option<String>,
    /// The star it bears now.
    pub rating: Option<Rating>,
    /// Its pictures in their order.
    pub images: Vec<Picture>,
    /// Changed.
    pub updated_at: Instant,
}

/// A producer in the public list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueProducer)]
pub struct Producer {
    /// Its id.
    pub id: ProducerId,
    /// Its name; a household's is shortened.
    pub name: String,
    /// What it is.
    pub kind: producer::Kind,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Its published products.
    pub products: i64,
}

/// How many products there are with a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueCount)]
pub struct Count<T> {
    /// The value.
    pub value: T,
    /// Its name, where it has one.
    pub name: Option<&'static str>,
    /// Published products.
    pub products: i64,
}

/// How many published products there are of each kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CatalogueFacets)]
pub struct Facets {
    /// All of them.
    pub products: i64,
    /// By the star they bear now; `null` is none.
    pub stars: Vec<Count<Option<i32>>>,
    /// By criteria set.
    pub criteria_sets: Vec<Count<i32>>,
    /// By industry.
    pub industries: Vec<Count<String>>,
    /// By province.
    pub provinces: Vec<Count<String>>,
}
