//! Shopee's rules: those that always hold, checked before anything is sent, and those of a category, which Shopee tells
//! when it is asked (`get_item_limit`).

use serde_json::Value;

use super::wire::plain;
use crate::instant::Instant;
use crate::platform::read::whole;
use crate::platform::rules;
use crate::platform::state::{Issue, Limits, ListingContent, Text};

/// Lengths of the documents' example. What holds for a category is asked for before a product is sent, so these only
/// warn.
const USUAL_NAME: (usize, usize) = (5, 100);
const USUAL_TEXT: (usize, usize) = (10, 2_000);

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, limits: &Limits, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::weight(content, &mut issues);
    rules::lengths(content, "Shopee", limits, &mut issues);
    rules::certificate(content, now, &mut issues);
    if content.images.is_empty() {
        issues.push(Issue::error(
            "images.missing",
            "/images",
            Text::fixed("Shopee cần ít nhất một ảnh.", "Shopee wants at least one image."),
            Text::fixed("Thêm ít nhất một ảnh rõ nét, nền sáng.", "Add at least one clear image."),
        ));
    }
    category(content, &mut issues);
    gtin(content, &mut issues);
    let name = content.name.trim().chars().count();
    if name > 0 {
        usual(name, USUAL_NAME, "name.unusual", "/name", ("Tên sản phẩm", "The name"), &mut issues);
    }
    let length = plain(&content.description_html).chars().count();
    let what = ("Mô tả", "The description");
    usual(length, USUAL_TEXT, "description.unusual", "/description_html", what, &mut issues);
    issues
}

fn usual(
    length: usize,
    (min, max): (usize, usize),
    code: &str,
    pointer: &str,
    (vi, en): (&str, &str),
    issues: &mut Vec<Issue>,
) {
    if !(min..=max).contains(&length) {
        issues.push(Issue::warning(
            code,
            pointer,
            Text::made(
                format!(
                    "{vi} có {length} ký tự; Shopee thường nhận từ {min} đến {max} ký tự tùy ngành hàng."
                ),
                format!("{en} has {length} characters; Shopee mostly takes {min} to {max}, by category."),
            ),
            Text::fixed(
                "Giới hạn của ngành hàng được hỏi khi gửi; sửa trước để không bị từ chối.",
                "The category's limit is asked for on sending; change it before so that it is not refused.",
            ),
        ));
    }
}

fn category(content: &ListingContent, issues: &mut Vec<Issue>) {
    let number = |id: &str| super::send::number(id, "").is_ok();
    if !content.category.as_deref().is_some_and(number) {
        issues.push(Issue::error(
            "category.missing",
            "/category",
            Text::fixed(
                "Chưa chọn ngành hàng cuối cùng của Shopee.",
                "No category of the last level of Shopee is chosen.",
            ),
            Text::fixed("Chọn ngành hàng của sàn cho sản phẩm.", "Choose the platform's category."),
        ));
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        let mut ids = attribute.values.iter().filter_map(|value| value.id.as_deref());
        // A value of no id is written as 0 and a text.
        if !number(&attribute.id) || !ids.all(|id| id == "0" || number(id)) {
            issues.push(Issue::error(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                Text::fixed(
                    "Thuộc tính này không phải của Shopee.",
                    "This attribute is not one of Shopee's.",
                ),
                Text::fixed("Chọn lại thuộc tính của ngành hàng.", "Choose the category's attribute again."),
            ));
        }
    }
}

fn gtin(content: &ListingContent, issues: &mut Vec<Issue>) {
    let sound = |gtin: &str| (8..=14).contains(&gtin.len()) && gtin.bytes().all(|byte| byte.is_ascii_digit());
    if content.gtin.as_deref().is_some_and(|gtin| !sound(gtin)) {
        issues.push(Issue::error(
            "gtin.form",
            "/gtin",
            Text::fixed(
                "Mã số sản phẩm (GTIN) trên Shopee có 8 đến 14 chữ số.",
                "A trade item number (GTIN) on Shopee has 8 to 14 digits.",
            ),
            Text::fixed("Sửa hoặc bỏ mã số sản phẩm.", "Correct the number or leave it out."),
        ));
    }
}

/// What of the content breaks the limits that Shopee told for its category. Price and stock are looked at where they are
/// sent: with a new product.
pub(super) fn limited(content: &ListingContent, limits: &Value, new: bool) -> Vec<Issue> {
    let length = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let mut rules = vec![
        (
            "item_name_length_limit",
            "name.length",
            "/name",
            length(content.name.trim()),
            ("Tên sản phẩm: số ký tự", "Characters of the name"),
        ),
        (
            "item_description_length_limit",
            "description.length",
            "/description_html",
            length(&plain(&content.description_html)),
            ("Mô tả: số ký tự", "Characters of the description"),
        ),
        (
            "item_image_count_limit",
            "images.count",
            "/images",
            i64::try_from(content.images.len()).unwrap_or(i64::MAX),
            ("Số ảnh", "Images"),
        ),
    ];
    if new {
        rules.push((
            "price_limit",
            "price.range",
            "/price_vnd",
            content.price_vnd,
            ("Giá bán (đồng)", "The price (VND)"),
        ));
        rules.push((
            "stock_limit",
            "stock.range",
            "/stock",
            i64::from(content.stock),
            ("Tồn kho", "The stock"),
        ));
    }
    let mut issues = Vec::new();
    for (limit, code, pointer, is, (vi, en)) in rules {
        let bound = |name: &str| limits.pointer(&format!("/{limit}/{name}")).and_then(whole);
        let (min, max) = (bound("min_limit"), bound("max_limit"));
        if min.is_some_and(|min| is < min) || max.is_some_and(|max| is > max) {
            let end = |bound: Option<i64>| bound.map_or_else(|| "…".to_owned(), |bound| bound.to_string());
            let (min, max) = (end(min), end(max));
            issues.push(Issue::error(
                code,
                pointer,
                Text::made(
                    format!("{vi}: {is}; ngành hàng này của Shopee nhận từ {min} đến {max}."),
                    format!("{en}: {is}; this category of Shopee takes {min} to {max}."),
                ),
                Text::fixed(
                    "Sửa cho vừa giới hạn rồi gửi lại.",
                    "Bring it within the limit and send it again.",
                ),
            ));
        }
    }
    issues
}
