//! Which category and attributes a product gets on a platform, and what is wrong with that. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::platform::state::{Attribute, AttributeChoice, AttributeValue, Issue, Text};
use crate::text::fold;
use crate::text_enum;

/// The leaf category of each criteria set (1 to 26).
pub type CategoryMap = BTreeMap<i32, String>;

text_enum! {
    /// What of a product an attribute can be taken from.
    #[schema(as = MappedField)]
    pub enum ProductField {
        /// Name.
        Name = "name",
        /// SKU.
        Sku = "sku",
        /// GS1 number.
        Gtin = "gtin",
        /// The producer's public name.
        Brand = "brand",
        /// The producer's commune.
        OriginCommune = "origin_commune",
        /// The producer's province.
        OriginProvince = "origin_province",
        /// Net weight, as `200 g`.
        NetWeight = "net_weight",
        /// What is sold: box, bag, bottle.
        Unit = "unit",
        /// Star of the valid certificate, as `4 sao`.
        Star = "star",
        /// Number of the valid certificate.
        CertificateNumber = "certificate_number",
        /// Last day of the valid certificate, as `30/06/2029`.
        CertificateUntil = "certificate_until",
    }
}

/// Where the value of an attribute comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The same for every product.
    Value {
        /// The platform's id of the value; absent for a free text.
        id: Option<String>,
        /// The text.
        value: String,
    },
    /// A field of the product.
    Field(ProductField),
    /// A free attribute of the product, by its name.
    Attribute(String),
}

/// How one attribute of a category is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The platform's id of the attribute.
    pub attribute_id: String,
    /// Its name, as the platform spells it.
    pub name: String,
    /// Where its value comes from.
    pub source: Source,
}

/// What rules may say of a product.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Its fields; absent where it has none.
    pub fields: BTreeMap<ProductField, String>,
    /// Its free attributes by name.
    pub attributes: BTreeMap<String, String>,
}

impl Facts {
    fn text(&self, source: &Source) -> Option<AttributeValue> {
        let (id, value) = match source {
            Source::Value { id, value } => (id.clone(), Some(value)),
            Source::Field(field) => (None, self.fields.get(field)),
            Source::Attribute(name) => (None, self.attributes.get(name)),
        };
        let value = value.filter(|value| !value.trim().is_empty())?.clone();
        Some(AttributeValue { id, value })
    }
}

/// The value as the platform offers it: where it has values to choose from, one whose words are the same. `None` where
/// it has none like it; it is never guessed.
fn offered(attribute: Option<&Attribute>, value: AttributeValue) -> Option<AttributeValue> {
    let Some(attribute) = attribute.filter(|known| value.id.is_none() && !known.values.is_empty()) else {
        return Some(value);
    };
    let wanted = fold(&value.value);
    let exact = attribute.values.iter().find(|(_, text)| *text == value.value);
    let (id, text) = exact.or_else(|| attribute.values.iter().find(|(_, text)| fold(text) == wanted))?;
    Some(AttributeValue { id: Some(id.clone()), value: text.clone() })
}

/// The attributes that a listing has: those chosen for it, and by the rules those that were not. `known` are the
/// attributes of the category, where they were read.
pub fn fill(
    rules: &[Rule],
    known: Option<&[Attribute]>,
    facts: &Facts,
    chosen: &[AttributeChoice],
) -> Vec<AttributeChoice> {
    let mut filled = chosen.to_vec();
    for Rule { attribute_id, name, source } in rules {
        if filled.iter().any(|choice| choice.id == *attribute_id) {
            continue;
        }
        let attribute = known.and_then(|known| known.iter().find(|known| known.id == *attribute_id));
        let value = facts.text(source).and_then(|value| offered(attribute, value));
        filled.extend(value.map(|value| AttributeChoice {
            id: attribute_id.clone(),
            name: name.clone(),
            values: vec![value],
        }));
    }
    filled
}

/// What is known of the category that a listing has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The platform's tree was not read, or has no say.
    Unread,
    /// Products may be put there.
    Leaf,
    /// It has categories below it, and products belong into those.
    Inner,
    /// The tree that was read last does not have it.
    Gone,
}

/// What the platform's own data says against a category and its attributes.
pub fn issues(
    category: Option<&str>,
    standing: Standing,
    known: Option<&[Attribute]>,
    filled: &[AttributeChoice],
) -> Vec<Issue> {
    let Some(category) = category else { return Vec::new() };
    let choose = || {
        Text::fixed(
            "Chọn lại ngành hàng ở niêm yết, hoặc đề nghị quản trị sửa bảng ngành hàng của sàn.",
            "Choose another category in the listing, or ask for a correction of the platform's category map.",
        )
    };
    let mut issues = Vec::new();
    match standing {
        Standing::Inner => issues.push(Issue::error(
            "category.not_leaf",
            "/category",
            Text::made(
                format!("Ngành hàng {category} còn có ngành con; sàn chỉ nhận sản phẩm ở ngành cuối."),
                format!("Category {category} has others below it; the platform takes products in those."),
            ),
            choose(),
        )),
        // The tree may be some days old, so that it is for the platform to refuse.
        Standing::Gone => issues.push(Issue::warning(
            "category.gone",
            "/category",
            Text::made(
                format!("Không thấy ngành hàng {category} trong danh mục của sàn đọc lần cuối."),
                format!("The platform's categories as read last have no {category}."),
            ),
            choose(),
        )),
        Standing::Unread | Standing::Leaf => {}
    }
    let stated = |id: &str| filled.iter().any(|choice| choice.id == id && !choice.values.is_empty());
    for attribute in known.unwrap_or_default().iter().filter(|known| known.required && !stated(&known.id)) {
        issues.push(Issue::error(
            "attribute.required",
            "/attributes",
            Text::made(
                format!("Ngành hàng bắt buộc có thuộc tính \"{}\".", attribute.name),
                format!("The category demands the attribute \"{}\".", attribute.name),
            ),
            Text::fixed(
                "Nhập thuộc tính này ở niêm yết hoặc ở sản phẩm theo bảng thuộc tính của sàn.",
                "State it in the listing, or in the product where the attribute map takes it from.",
            ),
        ));
    }
    issues
}

/// Longest id, name or text of a map, in characters.
const TEXT_MAX: usize = 200;
/// Most attributes of a map.
const RULES_MAX: usize = 50;

fn long(text: &str) -> bool {
    text.trim().is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(char::is_control)
}

/// What is wrong with a map of categories, given as pairs; `leaf` tells of a category whether products may be put there,
/// `None` where that is not known.
pub fn category_errors(pairs: &[(i32, String)], leaf: impl Fn(&str) -> Option<bool>) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for (at, (set, category)) in pairs.iter().enumerate() {
        let mut wrong = |field: &str, code, vi: &str, en: &str| {
            errors.push(FieldError::new(format!("/categories/{at}/{field}"), code, vi, en));
        };
        if !(1..=26).contains(set) {
            wrong(
                "criteria_set",
                "criteria_set.range",
                "Bộ sản phẩm từ 1 đến 26.",
                "Sets are numbered 1 to 26.",
            );
        } else if !seen.insert(*set) {
            wrong(
                "criteria_set",
                "criteria_set.twice",
                "Bộ sản phẩm này đã có ở trên.",
                "This set stands above already.",
            );
        }
        if long(category) {
            wrong(
                "category",
                "category.length",
                "Mã ngành hàng có từ 1 đến 200 ký tự.",
                "A category has 1 to 200 characters.",
            );
        } else if leaf(category) == Some(false) {
            wrong(
                "category",
                "category.not_leaf",
                "Đây không phải ngành hàng cuối của sàn; xem /platforms/{key}/categories.",
                "This is no category of the platform that takes products; see /platforms/{key}/categories.",
            );
        }
    }
    errors
}

/// What is wrong with the rules of a category; `known` are its attributes, where they were read.
pub fn rule_errors(rules: &[Rule], known: Option<&[Attribute]>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rules.len() > RULES_MAX {
        errors.push(FieldError::new(
            "/attributes",
            "attributes.too_many",
            "Nhiều nhất 50 thuộc tính.",
            "At most 50 attributes.",
        ));
        return errors;
    }
    let mut seen = BTreeSet::new();
    for (at, Rule { attribute_id, name, source }) in rules.iter().enumerate() {
        let mut wrong = |field: &str, code, vi: &str, en: &str| {
            errors.push(FieldError::new(format!("/attributes/{at}/{field}"), code, vi, en));
        };
        let attribute = known.map(|known| known.iter().find(|known| known.id == *attribute_id));
        if long(attribute_id) || attribute == Some(None) {
            wrong(
                "attribute_id",
                "attribute.unknown",
                "Ngành hàng không có thuộc tính này; xem /platforms/{key}/categories/{category}/attributes.",
                "The category has no such attribute; see /platforms/{key}/categories/{category}/attributes.",
            );
        } else if !seen.insert(attribute_id.as_str()) {
            wrong(
                "attribute_id",
                "attribute.twice",
                "Thuộc tính này đã có ở trên.",
                "This attribute stands above already.",
            );
        }
        if long(name) {
            wrong(
                "name",
                "text.length",
                "Tên thuộc tính có từ 1 đến 200 ký tự.",
                "A name has 1 to 200 characters.",
            );
        }
        let values = attribute.flatten().map(|known| known.values.as_slice()).unwrap_or_default();
        match source {
            Source::Value { id, value } => {
                let strange =
                    id.as_ref().is_some_and(|id| known.is_some() && values.iter().all(|(v, _)| v != id));
                if long(value) || id.as_deref().is_some_and(long) || strange {
                    wrong(
                        "value",
                        "attribute.value",
                        "Giá trị có từ 1 đến 200 ký tự; mã giá trị phải là của thuộc tính này.",
                        "A value has 1 to 200 characters; its id must be one of this attribute's.",
                    );
                }
            }
            Source::Attribute(name) if long(name) => wrong(
                "product_attribute",
                "text.length",
                "Tên thuộc tính của sản phẩm có từ 1 đến 200 ký tự.",
                "The name of a product's attribute has 1 to 200 characters.",
            ),
            Source::Attribute(_) | Source::Field(_) => {}
        }
    }
    errors
}

/// Percentage of the checks passed: a check is a field of the content that the platform looks at, and it is passed where
/// no issue points there. `blank` are the issues of a content with nothing in it, which name every field that matters.
pub fn passed(blank: &[Issue], issues: &[Issue]) -> (usize, usize) {
    fn field(issue: &Issue) -> &str {
        issue.pointer.trim_start_matches('/').split('/').next().unwrap_or_default()
    }
    let wrong: BTreeSet<&str> = issues.iter().map(field).collect();
    let all: BTreeSet<&str> = blank.iter().map(field).chain(wrong.iter().copied()).collect();
    (all.len().saturating_sub(wrong.len()), all.len())
}

#[cfg(test)]
#[path = "mapping_test.rs"]
mod tests;
