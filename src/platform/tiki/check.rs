//! What is checked before anything is sent.

use crate::instant::Instant;
use crate::platform::rules;
use crate::platform::state::{Issue, ListingContent, Text};

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::images(&content.images, &mut issues);
    rules::certificate(content, now, &mut issues);
    let fixed = |code: &str, pointer: &str, vi: [&'static str; 2], en: [&'static str; 2]| {
        let ([vi, do_vi], [en, do_en]) = (vi, en);
        Issue::error(code, pointer, Text::fixed(vi, en), Text::fixed(do_vi, do_en))
    };
    if content.description_html.trim().is_empty() {
        issues.push(fixed(
            "description.missing",
            "/description_html",
            ["Tiki cần mô tả sản phẩm.", "Viết mô tả sản phẩm."],
            ["Tiki wants a description.", "Write the product's description."],
        ));
    }
    let category = content.category.as_deref().unwrap_or_default();
    if super::catalog::number(category, "/category").is_err() {
        issues.push(fixed(
            "category.missing",
            "/category",
            ["Chưa chọn danh mục của Tiki.", "Chọn danh mục chính (cấp cuối) của Tiki cho sản phẩm."],
            ["No category of Tiki is chosen.", "Choose a primary (leaf) category of Tiki for the product."],
        ));
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        let blank = attribute.values.iter().all(|value| value.value.trim().is_empty());
        if attribute.id.trim().is_empty() || blank {
            issues.push(fixed(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                [
                    "Thuộc tính này thiếu mã hoặc giá trị.",
                    "Chọn lại thuộc tính của danh mục và nhập giá trị.",
                ],
                [
                    "This attribute has no code or no value.",
                    "Choose the category's attribute again and enter a value.",
                ],
            ));
        }
    }
    issues
}
