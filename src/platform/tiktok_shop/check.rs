//! TikTok Shop's rules (create product, 202309), checked before anything is sent.

use std::borrow::Cow;

use crate::instant::Instant;
use crate::platform::rules;
use crate::platform::state::{Issue, Limits, ListingContent, Severity, Text};

/// Fewest characters of a title in South-East Asia.
const TITLE_MIN: usize = 25;
const SKU_MAX: usize = 50;
const PRICE_MAX: i64 = 180_000_000;
/// The documents say 999,999 or 99,999 by version: the lower holds in both.
const STOCK_MAX: u32 = 99_999;
/// The same character so often in a row at most.
const REPEATS_MAX: usize = 9;

/// The title. Names of OCOP products are often shorter than the 25 characters wanted here; the star, which is in the
/// content only while it is valid, then makes them longer.
pub(super) fn title(content: &ListingContent) -> Cow<'_, str> {
    let name = content.name.trim();
    match &content.certificate {
        Some(held) if !name.is_empty() && name.chars().count() < TITLE_MIN => {
            Cow::Owned(format!("{name} - Sản phẩm OCOP {} sao", held.star.get()))
        }
        _ => Cow::Borrowed(name),
    }
}

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, limits: &Limits, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    rules::basics(content, &mut issues);
    rules::weight(content, &mut issues);
    let sent = ListingContent { name: title(content).into_owned(), ..content.clone() };
    rules::lengths(&sent, "TikTok Shop", limits, &mut issues);
    rules::certificate(content, now, &mut issues);
    if sent.name != content.name.trim() {
        let detail = Text::made(
            format!("Tên ngắn hơn {TITLE_MIN} ký tự; trên TikTok Shop sẽ là “{}”.", sent.name),
            format!(
                "The name is shorter than {TITLE_MIN} characters; on TikTok Shop it will be \"{}\".",
                sent.name
            ),
        );
        let resolution = Text::fixed(
            "Nếu muốn tên khác, hãy thêm loại, vùng nguyên liệu hoặc quy cách vào tên sản phẩm.",
            "For another one add the kind, the place of origin or the size to the product's name.",
        );
        issues.push(Issue {
            severity: Severity::Notice,
            ..Issue::error("name.extended", "/name", detail, resolution)
        });
    }
    let fixed = |code: &str, pointer: &str, vi: [&'static str; 2], en: [&'static str; 2]| {
        let ([vi, do_vi], [en, do_en]) = (vi, en);
        Issue::error(code, pointer, Text::fixed(vi, en), Text::fixed(do_vi, do_en))
    };
    if let Some(what) = forbidden(&sent.name) {
        let detail = Text::made(
            format!("Tên sản phẩm có {}; TikTok Shop không nhận.", what.0),
            format!("The name has {}, which TikTok Shop does not take.", what.1),
        );
        let resolution = Text::fixed("Bỏ phần đó khỏi tên sản phẩm.", "Take it out of the product's name.");
        issues.push(Issue::error("name.characters", "/name", detail, resolution));
    }
    if content.sku.chars().count() > SKU_MAX || content.sku.contains(char::is_whitespace) {
        issues.push(fixed(
            "sku.form",
            "/sku",
            ["Mã SKU trên TikTok Shop có nhiều nhất 50 ký tự, không có dấu cách.", "Đặt mã SKU khác."],
            ["A SKU on TikTok Shop has at most 50 characters and no spaces.", "Choose another SKU."],
        ));
    }
    if content.price_vnd > PRICE_MAX {
        issues.push(fixed(
            "price.too_high",
            "/price_vnd",
            ["Giá bán trên TikTok Shop nhiều nhất là 180.000.000 đồng.", "Nhập giá thấp hơn."],
            ["A price on TikTok Shop is at most 180,000,000 VND.", "Enter a lower price."],
        ));
    }
    if content.stock > STOCK_MAX {
        issues.push(fixed(
            "stock.too_high",
            "/stock",
            ["Tồn kho trên TikTok Shop nhiều nhất là 99.999.", "Nhập tồn kho thấp hơn."],
            ["A stock on TikTok Shop is at most 99,999.", "Enter a lower stock."],
        ));
    }
    if content.images.is_empty() {
        issues.push(fixed(
            "images.missing",
            "/images",
            [
                "TikTok Shop cần ít nhất một ảnh sản phẩm.",
                "Thêm ảnh rõ nét, mỗi cạnh từ 300 đến 4.000 điểm ảnh.",
            ],
            ["TikTok Shop wants at least one image.", "Add a clear image of 300 to 4,000 pixels a side."],
        ));
    }
    if content.description_html.to_ascii_lowercase().contains("<img") {
        issues.push(fixed(
            "description.foreign_image",
            "/description_html",
            ["TikTok Shop chỉ nhận ảnh trong mô tả đã tải lên TikTok.", "Bỏ ảnh khỏi mô tả."],
            ["In a description TikTok Shop takes only images of its own.", "Take the images out of it."],
        ));
    }
    let number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !content.category.as_deref().is_some_and(number) {
        issues.push(fixed(
            "category.missing",
            "/category",
            [
                "Chưa chọn ngành hàng cấp cuối của TikTok Shop.",
                "Chọn ngành hàng cấp cuối của sàn cho sản phẩm.",
            ],
            ["No leaf category of TikTok Shop is chosen.", "Choose a leaf category of the platform."],
        ));
    }
    for (at, attribute) in content.attributes.iter().enumerate() {
        let ids = attribute.values.iter().filter_map(|value| value.id.as_deref());
        if attribute.values.is_empty() || !ids.chain([attribute.id.as_str()]).all(number) {
            issues.push(fixed(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                ["Thuộc tính này không phải của TikTok Shop.", "Chọn lại thuộc tính của ngành hàng."],
                ["This attribute is not one of TikTok Shop's.", "Choose the category's attribute again."],
            ));
        }
    }
    issues
}

/// What a title must not have, in both languages.
fn forbidden(title: &str) -> Option<(&'static str, &'static str)> {
    let han = |c: char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    let emoji = |c: char| matches!(c, '\u{200d}' | '\u{20e3}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}');
    if title.contains(han) {
        return Some(("chữ Hán", "Chinese characters"));
    }
    if title.contains(emoji) {
        return Some(("biểu tượng cảm xúc", "emoji"));
    }
    let entity = |rest: &str| {
        rest.split_once(';').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
    };
    if title.split('&').skip(1).any(entity) {
        return Some(("mã HTML", "HTML entities"));
    }
    let (mut last, mut row) = (None, 0_usize);
    for c in title.chars() {
        row = if last == Some(c) { row.saturating_add(1) } else { 1 };
        last = Some(c);
        if row > REPEATS_MAX {
            return Some(("một ký tự lặp quá 9 lần", "a character more than 9 times in a row"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_no_signs_that_they_refuse() {
        for good in ["Chè Tân Cương – Thái Nguyên (200 g), 4 sao & nhãn", "Mật ong!!!!!!!!!", "a & b; c"]
        {
            assert_eq!(forbidden(good), None, "{good}");
        }
        for bad in ["Trà 茶", "Trà 🍵", "Trà ☕", "A &amp; B", "A &#38; B", "Mật ong!!!!!!!!!!"] {
            assert!(forbidden(bad).is_some(), "{bad}");
        }
    }
}
