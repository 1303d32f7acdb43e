//! Rules of products: what each field may hold, what publishing needs, who writes, which state follows which. Pure.
//!
//! | from \ verb | publish | unpublish | archive | restore |
//! |---|---|---|---|---|
//! | draft | published | – | archived | – |
//! | published | – | draft | archived | – |
//! | archived | – | – | – | draft |

mod paper_kind;
mod succession;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::{Actor, Role};
use crate::error::{Code, FieldError, Refusal};
use crate::ids::ProducerId;
use crate::instant::Instant;
use crate::producer::state::Status as ProducerStatus;
use crate::text_enum;
use crate::values::{Gtin, Points, Star, ValueError, Vnd};

pub use paper_kind::PaperKind;
pub use succession::{Reason as SuccessionReason, succession_error};

text_enum! {
    /// How far a product is.
    #[schema(as = ProductStatus)]
    pub enum Status {
        /// Being written; seen by its producer and the officers of its place.
        Draft = "draft",
        /// In the public catalogue.
        Published = "published",
        /// Not made any more; kept for its history.
        Archived = "archived",
    }
}

/// The star a product bears: a copy of the certificate that is valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// 3 to 5.
    pub star: Star,
    /// The council's mean; legacy certificates may lack it.
    pub score: Option<Points>,
    /// The certificate.
    pub certificate_number: String,
    /// The first moment it is not valid any more.
    pub valid_until: Instant,
}

/// What a producer can supply of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Units a month.
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub per_month: Option<i64>,
    /// Days from order to delivery.
    #[schema(minimum = 0, maximum = 365)]
    pub lead_time_days: Option<i64>,
    /// When it is made, in words.
    #[schema(max_length = 200)]
    pub season: Option<String>,
}

/// Longest name, in characters.
pub const NAME_MAX: usize = 200;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 10_000;
/// Longest story, in characters.
pub const STORY_MAX: usize = 20_000;
/// Longest unit, in characters.
pub const UNIT_MAX: usize = 50;
/// Longest SKU, in characters.
pub const SKU_MAX: usize = 50;
/// Longest address of a traceability page, in characters.
pub const URL_MAX: usize = 500;
/// Shortest description of a published product, in characters.
pub const DESCRIPTION_MIN: usize = 30;
/// Heaviest unit, grams.
pub const WEIGHT_MAX: i64 = 100_000_000;
/// The most images of a product.
pub const IMAGES_MAX: usize = 20;
/// Longest text for those who do not see an image, in characters.
pub const ALT_MAX: usize = 300;
/// The most papers of a product.
pub const PAPERS_MAX: i64 = 100;

/// A product's fields as somebody wrote them; [`Written::checked`] refuses what may not be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Number of its criteria set, 1 to 26.
    pub criteria_set: i32,
    /// What it is.
    pub description: Option<String>,
    /// The same in English.
    pub description_en: Option<String>,
    /// Its story.
    pub story: Option<String>,
    /// The same in English.
    pub story_en: Option<String>,
    /// Price of a unit, VND.
    pub price_vnd: Option<i64>,
    /// What is sold: box, bag, bottle.
    pub unit: Option<String>,
    /// Net weight of a unit, grams.
    pub net_weight_g: Option<i64>,
    /// The producer's own number; made up where absent.
    pub sku: Option<String>,
    /// GS1 number; never made up.
    pub gtin: Option<String>,
    /// Supply capacity.
    pub capacity: Option<Capacity>,
    /// Address of its traceability page.
    pub trace_url: Option<String>,
}

fn tidy(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Whether a text holds characters no field may hold: both databases and every reader must take it.
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// What is wrong with a text's length or characters.
pub fn text_error(pointer: &str, text: &str, min: usize, max: usize) -> Option<FieldError> {
    let length = text.chars().count();
    if !(min..=max).contains(&length) {
        return Some(FieldError::new(
            pointer,
            "text.length",
            format!("Cần từ {min} đến {max} ký tự."),
            format!("Write {min} to {max} characters."),
        ));
    }
    has_control(text).then(|| {
        FieldError::new(
            pointer,
            "text.characters",
            "Văn bản có ký tự điều khiển; hãy xóa chúng.",
            "The text holds control characters; remove them.",
        )
    })
}

fn value_error(pointer: &str, error: ValueError) -> FieldError {
    FieldError::new(pointer, error.code, error.vi, error.en)
}

fn range_error(
    pointer: &str,
    value: Option<i64>,
    range: std::ops::RangeInclusive<i64>,
) -> Option<FieldError> {
    let (low, high) = (range.start(), range.end());
    value.filter(|v| !range.contains(v)).map(|_| {
        FieldError::new(
            pointer,
            "number.range",
            format!("Cần một số từ {low} đến {high}."),
            format!("Give a number from {low} to {high}."),
        )
    })
}

pub(super) fn sku_error(sku: &str) -> Option<FieldError> {
    let sound = (1..=SKU_MAX).contains(&sku.len())
        && sku.starts_with(|c: char| c.is_ascii_alphanumeric())
        && sku.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    (!sound).then(|| {
        FieldError::new(
            "/sku",
            "sku.invalid",
            "Mã SKU gồm 1–50 chữ cái không dấu, chữ số, dấu chấm, gạch dưới, gạch ngang và bắt đầu bằng chữ hoặc số.",
            "A SKU has 1 to 50 ASCII letters, digits, dots, underscores and hyphens, and begins with a letter or digit.",
        )
    })
}

pub(super) fn url_error(text: &str) -> Option<FieldError> {
    // The parser would forgive blanks and control characters; what is kept must hold none.
    let sound = text.len() <= URL_MAX
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
        && url::Url::parse(text).is_ok_and(|url| {
            url.scheme() == "https"
                && url.username().is_empty()
                && url.password().is_none()
                && url.host_str().is_some_and(|host| host.contains('.'))
        });
    (!sound).then(|| {
        FieldError::new(
            "/trace_url",
            "trace_url.invalid",
            "Địa chỉ truy xuất nguồn gốc phải bắt đầu bằng https:// và có tên miền.",
            "The traceability address begins with https:// and has a domain.",
        )
    })
}

impl Written {
    /// The same fields with blanks trimmed and the GTIN in digits.
    ///
    /// # Errors
    /// Every field that is not right.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut w = Self {
            name: self.name.trim().to_owned(),
            name_en: tidy(self.name_en),
            description: tidy(self.description),
            description_en: tidy(self.description_en),
            story: tidy(self.story),
            story_en: tidy(self.story_en),
            unit: tidy(self.unit),
            sku: tidy(self.sku),
            gtin: tidy(self.gtin),
            trace_url: tidy(self.trace_url),
            capacity: self.capacity.map(|c| Capacity { season: tidy(c.season), ..c }),
            criteria_set: self.criteria_set,
            price_vnd: self.price_vnd,
            net_weight_g: self.net_weight_g,
        };
        errors.extend(text_error("/name", &w.name, 1, NAME_MAX));
        for (pointer, text, max) in [
            ("/name_en", &w.name_en, NAME_MAX),
            ("/description", &w.description, DESCRIPTION_MAX),
            ("/description_en", &w.description_en, DESCRIPTION_MAX),
            ("/story", &w.story, STORY_MAX),
            ("/story_en", &w.story_en, STORY_MAX),
            ("/unit", &w.unit, UNIT_MAX),
        ] {
            errors.extend(text.as_deref().and_then(|t| text_error(pointer, t, 1, max)));
        }
        errors.extend(range_error("/criteria_set", Some(i64::from(w.criteria_set)), 1..=26));
        if let Some(price) = w.price_vnd {
            errors.extend(Vnd::new(price).err().map(|e| value_error("/price_vnd", e)));
        }
        errors.extend(range_error("/net_weight_g", w.net_weight_g, 1..=WEIGHT_MAX));
        errors.extend(w.sku.as_deref().and_then(sku_error));
        match w.gtin.as_deref().map(str::parse::<Gtin>) {
            Some(Ok(gtin)) => w.gtin = Some(gtin.to_string()),
            Some(Err(e)) => errors.push(value_error("/gtin", e)),
            None => {}
        }
        if let Some(capacity) = &w.capacity {
            let Capacity { per_month, lead_time_days, season } = capacity;
            errors.extend(range_error("/capacity/per_month", *per_month, 0..=100_000_000));
            errors.extend(range_error("/capacity/lead_time_days", *lead_time_days, 0..=365));
            errors.extend(season.as_deref().and_then(|t| text_error("/capacity/season", t, 1, 200)));
        }
        errors.extend(w.trace_url.as_deref().and_then(url_error));
        if errors.is_empty() { Ok(w) } else { Err(errors) }
    }

    /// What a published product needs and this one lacks.
    pub fn missing(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let described = self.description.as_deref().map_or(0, |d| d.chars().count());
        if described < DESCRIPTION_MIN {
            errors.push(FieldError::new(
                "/description",
                "product.description_needed",
                format!("Cần mô tả ít nhất {DESCRIPTION_MIN} ký tự để công bố."),
                format!("Publishing needs a description of at least {DESCRIPTION_MIN} characters."),
            ));
        }
        if self.price_vnd.is_none() {
            errors.push(FieldError::new(
                "/price_vnd",
                "product.price_needed",
                "Cần giá bán để công bố.",
                "Publishing needs a price.",
            ));
        }
        if self.unit.is_none() {
            errors.push(FieldError::new(
                "/unit",
                "product.unit_needed",
                "Cần đơn vị bán (hộp, túi, chai…) để công bố.",
                "Publishing needs the unit sold (box, bag, bottle, …).",
            ));
        }
        errors
    }
}

/// A SKU for a product without one: the first letters of its name's words and the end of its id. `folded` is the
/// name without accents.
pub fn made_up_sku(folded: &str, id: &str) -> String {
    let letters: String = folded.split(' ').filter_map(|word| word.chars().next()).take(6).collect();
    let tail = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
    let letters = if letters.is_empty() { "sp" } else { &letters };
    format!("{letters}-{tail}").to_uppercase()
}

/// What moves a product from state to state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Into the catalogue.
    Publish,
    /// Out of the catalogue, to be worked on.
    Unpublish,
    /// Not made any more.
    Archive,
    /// Made again.
    Restore,
}

/// The state after a verb.
///
/// # Errors
/// `product.wrong_status`.
pub fn next(status: Status, verb: Verb) -> Result<Status, Refusal> {
    match (status, verb) {
        (Status::Draft, Verb::Publish) => Ok(Status::Published),
        (Status::Published, Verb::Unpublish) | (Status::Archived, Verb::Restore) => Ok(Status::Draft),
        (Status::Draft | Status::Published, Verb::Archive) => Ok(Status::Archived),
        _ => Err(wrong_status(status)),
    }
}

/// Refuses to write to an archived product.
///
/// # Errors
/// `product.wrong_status`.
pub fn open_to_writing(status: Status) -> Result<(), Refusal> {
    if status == Status::Archived { Err(wrong_status(status)) } else { Ok(()) }
}

fn wrong_status(status: Status) -> Refusal {
    let vi = match status {
        Status::Draft => "Sản phẩm đang là bản nháp.",
        Status::Published => "Sản phẩm đang được công bố.",
        Status::Archived => "Sản phẩm đã lưu trữ; hãy khôi phục trước.",
    };
    let en = match status {
        Status::Draft => "The product is a draft.",
        Status::Published => "The product is published.",
        Status::Archived => "The product is archived; restore it first.",
    };
    Refusal::new(Code::ProductStatus, vi, en)
}

/// Refuses new and published products of a producer that does not take part.
///
/// # Errors
/// `product.producer_inactive`.
pub fn producer_takes_part(status: ProducerStatus) -> Result<(), Refusal> {
    match status {
        ProducerStatus::Draft | ProducerStatus::Verified => Ok(()),
        ProducerStatus::Suspended | ProducerStatus::Dissolved => Err(Code::ProducerInactive.into()),
    }
}

/// Whether somebody writes the products of a producer: its own member, the officers of its commune and province, and
/// the program itself.
pub fn writes(actor: &Actor, producer: ProducerId, commune: Option<&str>, province: &str) -> bool {
    let reach = &actor.reach;
    actor.account.is_none()
        || reach.producer == Some(producer)
        || (actor.has(Role::ProvincialOfficer) && reach.province.as_deref() == Some(province))
        || (actor.has(Role::CommuneOfficer) && commune.is_some() && reach.commune.as_deref() == commune)
}

/// The order after one element moved to a place, counted from 0; a place behind the end is the end.
pub fn moved<T: Copy + PartialEq>(order: &[T], one: T, to: usize) -> Vec<T> {
    let mut rest: Vec<T> = order.iter().copied().filter(|other| *other != one).collect();
    rest.insert(to.min(rest.len()), one);
    rest
}
