//! What is checked before anything is sent. WooCommerce itself wants only a name; without a SKU we would not find the
//! product again.

use crate::instant::Instant;
use crate::platform::rules;
use crate::platform::state::{Issue, ListingContent, Text};

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::images(&content.images, &mut issues);
    category(content, &mut issues);
    rules::certificate(content, now, &mut issues);
    issues
}

fn category(content: &ListingContent, issues: &mut Vec<Issue>) {
    let choose = || {
        Text::fixed(
            "Chọn một danh mục sản phẩm của gian hàng.",
            "Choose one of the shop's product categories.",
        )
    };
    match content.category.as_deref() {
        None => issues.push(Issue::warning(
            "category.missing",
            "/category",
            Text::fixed(
                "Chưa chọn danh mục; sản phẩm nằm ở danh mục mặc định của gian hàng.",
                "No category is chosen: the product stands in the shop's default one.",
            ),
            choose(),
        )),
        Some(id) if super::number(id, "/category").is_err() => issues.push(Issue::error(
            "category.unknown",
            "/category",
            Text::fixed(
                "Đây không phải mã danh mục của WooCommerce.",
                "This is not the number of a category of WooCommerce.",
            ),
            choose(),
        )),
        Some(_) => {}
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        if attribute.name.trim().is_empty() || attribute.values.is_empty() {
            issues.push(Issue::error(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                Text::fixed(
                    "Thuộc tính này thiếu tên hoặc giá trị.",
                    "This attribute has no name or no value.",
                ),
                Text::fixed("Nhập tên và giá trị của thuộc tính.", "Enter the attribute's name and value."),
            ));
        }
    }
}
