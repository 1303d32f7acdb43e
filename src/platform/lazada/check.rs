//! Lazada's rules, checked before anything is sent.

use super::wire::{OF_SKU, PARCEL};
use crate::instant::Instant;
use crate::platform::rules;
use crate::platform::state::{Issue, Limits, ListingContent, Text};

/// Attributes that stand elsewhere in our content: whatever a listing says of them would contradict it.
pub(super) const OURS: [&str; 16] = [
    "name",
    "description",
    "brand",
    "price",
    "quantity",
    "SellerSku",
    "special_price",
    "special_from_date",
    "special_to_date",
    "package_weight",
    "__images__",
    "Images",
    "SkuId",
    "ItemId",
    "Status",
    "saleProp",
];

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, limits: &Limits, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::weight(content, &mut issues);
    rules::lengths(content, "Lazada", limits, &mut issues);
    rules::certificate(content, now, &mut issues);
    let fixed = |code: &str, pointer: &str, vi: [&'static str; 2], en: [&'static str; 2]| {
        let ([vi, do_vi], [en, do_en]) = (vi, en);
        Issue::error(code, pointer, Text::fixed(vi, en), Text::fixed(do_vi, do_en))
    };
    if content.images.is_empty() {
        issues.push(fixed(
            "images.missing",
            "/images",
            [
                "Lazada cần ít nhất một ảnh sản phẩm.",
                "Thêm ảnh rõ nét, mỗi cạnh từ 330 đến 5.000 điểm ảnh, không quá 3 MB.",
            ],
            [
                "Lazada wants at least one image.",
                "Add a clear image of 330 to 5,000 pixels a side, of at most 3 MB.",
            ],
        ));
    }
    if content.description_html.to_ascii_lowercase().contains("<img") {
        issues.push(fixed(
            "description.foreign_image",
            "/description_html",
            ["Lazada chỉ nhận ảnh trong mô tả đã tải lên Lazada.", "Bỏ ảnh khỏi mô tả."],
            ["In a description Lazada takes only images of its own.", "Take the images out of it."],
        ));
    }
    let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !content.category.as_deref().is_some_and(number) {
        issues.push(fixed(
            "category.missing",
            "/category",
            ["Chưa chọn ngành hàng cấp cuối của Lazada.", "Chọn ngành hàng cấp cuối của sàn cho sản phẩm."],
            ["No leaf category of Lazada is chosen.", "Choose a leaf category of the platform."],
        ));
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        let name = attribute.id.strip_prefix(OF_SKU).unwrap_or(&attribute.id);
        let misplaced = PARCEL.contains(&name) && name == attribute.id;
        if name.is_empty() || attribute.values.is_empty() || OURS.contains(&name) || misplaced {
            issues.push(fixed(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                ["Thuộc tính này không thể khai báo ở đây.", "Chọn lại thuộc tính của ngành hàng."],
                ["This attribute cannot be stated here.", "Choose the category's attribute again."],
            ));
        }
    }
    issues
}
