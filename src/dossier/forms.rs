//! What the forms of a dossier hold: form 01 (registration) and form 03 (the commune's report). Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::FieldError;
use crate::http::Patch;
use crate::product::state::text_error;

/// Longest one-line text, in characters.
pub(super) const LINE_MAX: usize = 200;
/// Longest text, in characters.
pub(super) const TEXT_MAX: usize = 5000;
/// Most rows of a list.
pub(super) const ROWS_MAX: usize = 50;
/// Most people a producer may name.
const PEOPLE_MAX: u32 = 1_000_000;

/// Form 01, the registration (*phiếu đăng ký*). A draft may be incomplete; [`Registration::missing`] tells what a
/// submission needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Kind and line of business.
    #[schema(max_length = 200, example = "Sản xuất, chế biến và kinh doanh chè")]
    pub business_type: Option<String>,
    /// Who the producer is and how the product came to be.
    #[schema(max_length = 5000)]
    pub introduction: Option<String>,
    /// What the producer makes.
    #[schema(max_items = 50)]
    pub products: Vec<String>,
    /// What the product is made of, and where that comes from.
    #[schema(max_items = 50)]
    pub materials: Vec<Material>,
    /// Who works for the producer.
    pub labour: Option<Labour>,
    /// How and on what scale it is made.
    #[schema(max_length = 5000)]
    pub production: Option<String>,
    /// Where it is sold.
    #[schema(max_length = 5000)]
    pub markets: Option<String>,
    /// Plan of production and business.
    #[schema(max_length = 5000)]
    pub plan: Option<String>,
}

/// What may change of form 01: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationPatch {
    /// Kind and line of business.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub business_type: Patch<String>,
    /// Who the producer is and how the product came to be.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub introduction: Patch<String>,
    /// What the producer makes; the whole list.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub products: Patch<Vec<String>>,
    /// Materials; the whole list.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Material>>, max_items = 50)]
    pub materials: Patch<Vec<Material>>,
    /// Labour.
    #[serde(default)]
    #[schema(value_type = Option<Labour>)]
    pub labour: Patch<Labour>,
    /// How and on what scale it is made.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub production: Patch<String>,
    /// Where it is sold.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub markets: Patch<String>,
    /// Plan of production and business.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub plan: Patch<String>,
}

impl RegistrationPatch {
    /// The form after the patch.
    pub fn apply(self, old: Registration) -> Registration {
        let Self { business_type, introduction, products, materials, labour, production, markets, plan } =
            self;
        Registration {
            business_type: business_type.apply(old.business_type),
            introduction: introduction.apply(old.introduction),
            products: products.apply(Some(old.products)).unwrap_or_default(),
            materials: materials.apply(Some(old.materials)).unwrap_or_default(),
            labour: labour.apply(old.labour),
            production: production.apply(old.production),
            markets: markets.apply(old.markets),
            plan: plan.apply(old.plan),
        }
    }
}

/// A material of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What it is.
    #[schema(max_length = 200, example = "Búp chè tươi")]
    pub name: String,
    /// Where it comes from.
    #[schema(max_length = 200, example = "Xã Tân Cương")]
    pub source: String,
    /// Whether that is the commune or the province.
    pub local: bool,
    /// Its share of the product, percent.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    pub percent: Option<u8>,
}

/// Labour of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Labour {
    /// People who work.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub total: u32,
    /// Of these, people of the place.
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub local: u32,
}

pub(super) fn texts(errors: &mut Vec<FieldError>, max: usize, fields: &[(&str, Option<&str>)]) {
    for (pointer, text) in fields {
        errors.extend(text.and_then(|text| text_error(pointer, text.trim(), 1, max)));
    }
}

pub(super) fn rows(errors: &mut Vec<FieldError>, pointer: &str, count: usize, min: usize) {
    if !(min..=ROWS_MAX).contains(&count) {
        errors.push(FieldError::new(
            pointer,
            "list.length",
            format!("Nhận từ {min} đến {ROWS_MAX} dòng."),
            format!("Takes {min} to {ROWS_MAX} rows."),
        ));
    }
}

impl Registration {
    /// What is wrong with what is written.
    pub fn errors(&self) -> Vec<FieldError> {
        let Self { business_type, introduction, products, materials, labour, production, markets, plan } =
            self;
        let mut errors = Vec::new();
        texts(&mut errors, LINE_MAX, &[("/registration/business_type", business_type.as_deref())]);
        let long = [
            ("/registration/introduction", introduction.as_deref()),
            ("/registration/production", production.as_deref()),
            ("/registration/markets", markets.as_deref()),
            ("/registration/plan", plan.as_deref()),
        ];
        texts(&mut errors, TEXT_MAX, &long);
        rows(&mut errors, "/registration/products", products.len(), 0);
        for (index, product) in products.iter().enumerate().take(ROWS_MAX) {
            texts(&mut errors, LINE_MAX, &[(&format!("/registration/products/{index}"), Some(product))]);
        }
        rows(&mut errors, "/registration/materials", materials.len(), 0);
        for (index, Material { name, source, local: _, percent }) in
            materials.iter().enumerate().take(ROWS_MAX)
        {
            let at = format!("/registration/materials/{index}");
            let fields =
                [(&*format!("{at}/name"), Some(&**name)), (&*format!("{at}/source"), Some(&**source))];
            texts(&mut errors, LINE_MAX, &fields);
            if percent.is_some_and(|percent| percent > 100) {
                errors.push(FieldError::new(
                    format!("{at}/percent"),
                    "percent.range",
                    "Tỷ lệ từ 0 đến 100 %.",
                    "A share is 0 to 100 percent.",
                ));
            }
        }
        if labour.is_some_and(|l| l.total == 0 || l.total > PEOPLE_MAX || l.local > l.total) {
            errors.push(FieldError::new(
                "/registration/labour",
                "labour.range",
                format!(
                    "Tổng số lao động từ 1 đến {PEOPLE_MAX}; lao động địa phương không nhiều hơn tổng số."
                ),
                format!("Labour is 1 to {PEOPLE_MAX} people, and the local ones are no more than all."),
            ));
        }
        errors
    }

    /// What a submission needs and this one lacks.
    pub fn missing(&self) -> Vec<FieldError> {
        let blank = [
            (
                "/registration/business_type",
                self.business_type.is_none(),
                "loại hình kinh doanh",
                "the kind of business",
            ),
            ("/registration/products", self.products.is_empty(), "sản phẩm chính", "the main products"),
            (
                "/registration/materials",
                self.materials.is_empty(),
                "nguồn nguyên liệu",
                "the sources of material",
            ),
            ("/registration/labour", self.labour.is_none(), "lao động", "the labour"),
            ("/registration/plan", self.plan.is_none(), "kế hoạch sản xuất, kinh doanh", "the plan"),
        ];
        let missing = blank.into_iter().filter(|(_, blank, ..)| *blank);
        missing
            .map(|(pointer, _, vi, en)| {
                let vi = format!("Biểu 01 còn thiếu {vi}.");
                FieldError::new(pointer, "registration.missing", vi, format!("Form 01 lacks {en}."))
            })
            .collect()
    }
}

/// Form 03, the commune's report on what the criteria of community strength ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommuneReport {
    /// Use of local material.
    #[schema(min_length = 1, max_length = 5000)]
    pub local_material: String,
    /// Use of local labour.
    #[schema(min_length = 1, max_length = 5000)]
    pub local_labour: String,
    /// Where the idea of the product comes from.
    #[schema(min_length = 1, max_length = 5000)]
    pub idea_origin: String,
    /// What of the place is in the product.
    #[schema(min_length = 1, max_length = 5000)]
    pub local_identity: String,
    /// Anything else.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub remark: Option<String>,
}

impl CommuneReport {
    /// What is wrong with the report.
    pub fn errors(&self) -> Vec<FieldError> {
        let Self { local_material, local_labour, idea_origin, local_identity, remark } = self;
        let mut errors = Vec::new();
        let fields = [
            ("/local_material", Some(&**local_material)),
            ("/local_labour", Some(&**local_labour)),
            ("/idea_origin", Some(&**idea_origin)),
            ("/local_identity", Some(&**local_identity)),
            ("/remark", remark.as_deref()),
        ];
        texts(&mut errors, TEXT_MAX, &fields);
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(errors: Vec<FieldError>) -> Vec<String> {
        errors.into_iter().map(|e| e.pointer).collect()
    }

    fn complete() -> Registration {
        Registration {
            business_type: Some("Chế biến chè".to_owned()),
            products: vec!["Chè búp khô".to_owned()],
            materials: vec![Material {
                name: "Búp chè".to_owned(),
                source: "Tân Cương".to_owned(),
                local: true,
                percent: Some(100),
            }],
            labour: Some(Labour { total: 20, local: 18 }),
            plan: Some("Mở rộng vùng nguyên liệu".to_owned()),
            ..Registration::default()
        }
    }

    #[test]
    fn an_empty_form_is_sound_but_not_complete() {
        assert_eq!(pointers(Registration::default().errors()), Vec::<String>::new());
        assert_eq!(Registration::default().missing().len(), 5);
        assert!(complete().errors().is_empty() && complete().missing().is_empty());
    }

    #[test]
    fn every_field_has_its_limits() {
        let mut form = complete();
        form.business_type = Some("x".repeat(201));
        form.plan = Some(" ".to_owned());
        form.products.push(String::new());
        form.materials[0].percent = Some(101);
        form.materials[0].source = "a\u{0}b".to_owned();
        form.labour = Some(Labour { total: 3, local: 4 });
        let expected = [
            "/registration/business_type",
            "/registration/plan",
            "/registration/products/1",
            "/registration/materials/0/source",
            "/registration/materials/0/percent",
            "/registration/labour",
        ];
        assert_eq!(pointers(form.errors()), expected);
        form.materials = vec![form.materials[0].clone(); 51];
        assert!(pointers(form.errors()).contains(&"/registration/materials".to_owned()));
    }
}
