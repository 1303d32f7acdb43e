//! Sendo's rules (17992165478425), checked before anything is sent, in words a cooperative can act on.

use crate::instant::Instant;
use crate::platform::rules;
use crate::platform::state::{Issue, Limits, ListingContent, Text};

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, limits: &Limits, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::weight(content, &mut issues);
    rules::lengths(content, "Sendo", limits, &mut issues);
    rules::images(&content.images, &mut issues);
    category(content, &mut issues);
    rules::certificate(content, now, &mut issues);
    issues
}

fn category(content: &ListingContent, issues: &mut Vec<Issue>) {
    let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !content.category.as_deref().is_some_and(number) {
        issues.push(Issue::error(
            "category.missing",
            "/category",
            Text::fixed("Chưa chọn ngành hàng cấp 4 của Sendo.", "No level-4 category of Sendo is chosen."),
            Text::fixed(
                "Gắn bộ sản phẩm OCOP với một ngành hàng cấp 4 của sàn.",
                "Map the product's set to a level-4 category of the platform.",
            ),
        ));
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        let mut ids = attribute.values.iter().filter_map(|value| value.id.as_deref());
        let known = if attribute.id == super::BRAND {
            // A brand is one of the list; another word has no place.
            attribute.values.len() == 1 && ids.next().is_some_and(number)
        } else {
            number(&attribute.id) && ids.all(number)
        };
        if !known {
            issues.push(Issue::error(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                Text::fixed("Thuộc tính này không phải của Sendo.", "This attribute is not one of Sendo's."),
                Text::fixed("Chọn lại thuộc tính của ngành hàng.", "Choose the category's attribute again."),
            ));
        }
    }
}
