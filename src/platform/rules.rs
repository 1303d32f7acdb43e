//! Rules that many platforms have in common, checked before anything is sent, in words a cooperative can act on. What
//! only one of them wants stands with its adapter.

use super::state::{Class, Credentials, Failure, Issue, Limits, ListingContent, Text};
use crate::instant::Instant;

/// A name, a SKU and a price.
pub(super) fn basics(content: &ListingContent, issues: &mut Vec<Issue>) {
    if content.name.trim().is_empty() {
        issues.push(Issue::error(
            "name.missing",
            "/name",
            Text::fixed("Chưa có tên sản phẩm.", "The product has no name."),
            Text::fixed("Nhập tên sản phẩm.", "Enter the product's name."),
        ));
    }
    if content.sku.trim().is_empty() {
        issues.push(Issue::error(
            "sku.missing",
            "/sku",
            Text::fixed(
                "Chưa có mã SKU; sàn nhận biết sản phẩm của gian hàng bằng mã này.",
                "There is no SKU, by which the platform knows a shop's products.",
            ),
            Text::fixed(
                "Nhập mã SKU, không trùng trong gian hàng.",
                "Enter a SKU that is unique within the shop.",
            ),
        ));
    }
    if content.price_vnd <= 0 {
        issues.push(Issue::error(
            "price.not_positive",
            "/price_vnd",
            Text::fixed("Giá bán phải lớn hơn 0 đồng.", "The price must be above 0 VND."),
            Text::fixed("Nhập giá bán của sản phẩm.", "Enter the product's price."),
        ));
    }
}

/// A weight, for those that cannot do without.
pub(super) fn weight(content: &ListingContent, issues: &mut Vec<Issue>) {
    if content.weight_g == 0 {
        issues.push(Issue::error(
            "weight.missing",
            "/weight_g",
            Text::fixed(
                "Chưa có khối lượng đóng gói (gam).",
                "The weight with packaging (grams) is missing.",
            ),
            Text::fixed(
                "Nhập khối lượng sản phẩm kèm bao bì, tính bằng gam.",
                "Enter the weight with packaging in grams.",
            ),
        ));
    }
}

fn above(max: Option<u32>, count: usize) -> Option<u32> {
    max.filter(|max| usize::try_from(*max).is_ok_and(|max| count > max))
}

fn below(min: Option<u32>, count: usize) -> Option<u32> {
    min.filter(|min| usize::try_from(*min).is_ok_and(|min| count < min))
}

/// The limits of the platform's contract: lengths of the name and the description, numbers of images.
pub(super) fn lengths(content: &ListingContent, platform: &str, limits: &Limits, issues: &mut Vec<Issue>) {
    name(&content.name, platform, limits, issues);
    description(&content.description_html, platform, limits, issues);
    let images = content.images.len();
    if let Some(max) = above(limits.images_max, images) {
        issues.push(Issue::error(
            "images.too_many",
            "/images",
            Text::made(
                format!("Sản phẩm có {images} ảnh; {platform} nhận nhiều nhất {max} ảnh."),
                format!("The product has {images} images; {platform} takes at most {max}."),
            ),
            Text::fixed("Bớt ảnh của sản phẩm.", "Take images away from the product."),
        ));
    }
}

fn name(name: &str, platform: &str, limits: &Limits, issues: &mut Vec<Issue>) {
    let length = name.chars().count();
    // An empty one is told by `basics`.
    if let Some(min) = below(limits.name_min, length).filter(|_| length > 0) {
        issues.push(Issue::error(
            "name.too_short",
            "/name",
            Text::made(
                format!("Tên sản phẩm có {length} ký tự; {platform} yêu cầu ít nhất {min} ký tự."),
                format!("The name has {length} characters; {platform} wants at least {min}."),
            ),
            Text::fixed(
                "Thêm loại, vùng nguyên liệu hoặc quy cách vào tên sản phẩm.",
                "Add the kind, the place of origin or the size to the product's name.",
            ),
        ));
    }
    if let Some(max) = above(limits.name_max, length) {
        issues.push(Issue::error(
            "name.too_long",
            "/name",
            Text::made(
                format!("Tên sản phẩm có {length} ký tự; {platform} nhận nhiều nhất {max} ký tự."),
                format!("The name has {length} characters; {platform} takes at most {max}."),
            ),
            Text::fixed("Rút gọn tên sản phẩm.", "Shorten the product's name."),
        ));
    }
}

fn description(html: &str, platform: &str, limits: &Limits, issues: &mut Vec<Issue>) {
    const POINTER: &str = "/description_html";
    let length = html.chars().count();
    if let Some(min) = below(limits.description_min, length) {
        issues.push(Issue::error(
            "description.too_short",
            POINTER,
            Text::made(
                format!("Mô tả có {length} ký tự; {platform} yêu cầu ít nhất {min} ký tự."),
                format!("The description has {length} characters; {platform} wants at least {min}."),
            ),
            Text::fixed(
                "Viết thêm về nguyên liệu, cách làm, cách dùng và câu chuyện sản phẩm.",
                "Write more about the material, the making, the use and the story of the product.",
            ),
        ));
    }
    if let Some(max) = above(limits.description_max, length) {
        issues.push(Issue::error(
            "description.too_long",
            POINTER,
            Text::made(
                format!("Mô tả có {length} ký tự; {platform} nhận nhiều nhất {max} ký tự."),
                format!("The description has {length} characters; {platform} takes at most {max}."),
            ),
            Text::fixed("Rút gọn mô tả.", "Shorten the description."),
        ));
    }
    let pictures = html.to_ascii_lowercase().matches("<img").count();
    if let Some(max) = above(limits.description_images_max, pictures) {
        issues.push(Issue::error(
            "description.too_many_images",
            POINTER,
            Text::made(
                format!("Mô tả có {pictures} ảnh; {platform} nhận nhiều nhất {max} ảnh."),
                format!("The description has {pictures} images; {platform} takes at most {max}."),
            ),
            Text::fixed("Bớt ảnh trong mô tả.", "Take images out of the description."),
        ));
    }
}

/// Images with addresses that a platform can fetch.
pub(super) fn images(images: &[String], issues: &mut Vec<Issue>) {
    if images.is_empty() {
        issues.push(Issue::warning(
            "images.missing",
            "/images",
            Text::fixed("Sản phẩm chưa có ảnh.", "The product has no image."),
            Text::fixed("Thêm ít nhất một ảnh rõ nét, nền sáng.", "Add at least one clear image."),
        ));
    }
    for (at, image) in images.iter().enumerate() {
        if !is_public_address(image) {
            issues.push(Issue::error(
                "image.not_public",
                &format!("/images/{at}"),
                Text::fixed(
                    "Sàn tải ảnh theo địa chỉ, nhưng địa chỉ ảnh này không hợp lệ.",
                    "The platform fetches images by address, and this is not one.",
                ),
                Text::fixed(
                    "Tải ảnh lên lại để có địa chỉ công khai.",
                    "Upload the image again so that it has a public address.",
                ),
            ));
        }
    }
}

/// The certificate behind the star is valid and can be seen.
pub(super) fn certificate(content: &ListingContent, now: Instant, issues: &mut Vec<Issue>) {
    let Some(certificate) = &content.certificate else {
        issues.push(Issue::warning(
            "certificate.missing",
            "/certificate",
            Text::fixed(
                "Không có giấy chứng nhận OCOP còn hiệu lực; sản phẩm lên sàn không có hạng sao.",
                "No valid OCOP certificate: the product is listed without a star.",
            ),
            Text::fixed(
                "Hoàn thành đánh giá, phân hạng hoặc phân hạng lại.",
                "Complete the rating or its renewal.",
            ),
        ));
        return;
    };
    if certificate.valid_until < now.date() {
        issues.push(Issue::error(
            "certificate.expired",
            "/certificate",
            Text::made(
                format!("Giấy chứng nhận OCOP số {} đã hết hiệu lực.", certificate.number),
                format!("The OCOP certificate {} has lapsed.", certificate.number),
            ),
            Text::fixed(
                "Bỏ hạng sao khỏi nội dung hoặc phân hạng lại sản phẩm.",
                "Take the star out of the content or renew the rating.",
            ),
        ));
    }
    if !is_public_address(&certificate.url) {
        issues.push(Issue::error(
            "certificate.not_public",
            "/certificate/url",
            Text::fixed(
                "Tệp giấy chứng nhận không có địa chỉ công khai.",
                "The certificate's file has no public address.",
            ),
            Text::fixed("Cấu hình địa chỉ công khai của hệ thống.", "Configure the system's public address."),
        ));
    }
}

/// Whether a platform could fetch it. Plain http is let through for the demo on loopback; the platform judges the rest.
fn is_public_address(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}
/// A setting that the platform cannot go without.
pub(super) fn setting<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a str, Failure> {
    let value = credentials.setting(name, "").trim();
    if value.is_empty() {
        let message = format!("the shop has no setting {name:?}");
        return Err(Failure::new(Class::NeedsAction, "shop.credential_missing", message));
    }
    Ok(value)
}
