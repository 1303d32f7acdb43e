//! Sendo's rules (17992165478425), checked before anything is sent, in words a cooperative can act on.

use crate::instant::Instant;
use crate::platform::state::{Issue, Limits, ListingContent, Text};

/// What stands in the way of this content.
pub(super) fn issues(content: &ListingContent, limits: &Limits, now: Instant) -> Vec<Issue> {
    let mut issues = Vec::new();
    basics(content, &mut issues);
    description(&content.description_html, limits, &mut issues);
    images(&content.images, &mut issues);
    category(content, &mut issues);
    certificate(content, now, &mut issues);
    issues
}

fn basics(content: &ListingContent, issues: &mut Vec<Issue>) {
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

fn description(html: &str, limits: &Limits, issues: &mut Vec<Issue>) {
    const POINTER: &str = "/description_html";
    let length = html.chars().count();
    let above =
        |max: Option<u32>, count: usize| max.filter(|max| usize::try_from(*max).is_ok_and(|max| count > max));
    if let Some(min) =
        limits.description_min.filter(|min| usize::try_from(*min).is_ok_and(|min| length < min))
    {
        issues.push(Issue::error(
            "description.too_short",
            POINTER,
            Text::made(
                format!("Mô tả có {length} ký tự; Sendo yêu cầu ít nhất {min} ký tự."),
                format!("The description has {length} characters; Sendo wants at least {min}."),
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
                format!("Mô tả có {length} ký tự; Sendo nhận nhiều nhất {max} ký tự."),
                format!("The description has {length} characters; Sendo takes at most {max}."),
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
                format!("Mô tả có {pictures} ảnh; Sendo nhận nhiều nhất {max} ảnh."),
                format!("The description has {pictures} images; Sendo takes at most {max}."),
            ),
            Text::fixed("Bớt ảnh trong mô tả.", "Take images out of the description."),
        ));
    }
}

fn images(images: &[String], issues: &mut Vec<Issue>) {
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
        let ids = attribute.values.iter().filter_map(|value| value.id.as_deref());
        if !ids.chain([attribute.id.as_str()]).all(number) {
            issues.push(Issue::error(
                "attribute.unknown",
                &format!("/attributes/{at}"),
                Text::fixed("Thuộc tính này không phải của Sendo.", "This attribute is not one of Sendo's."),
                Text::fixed("Chọn lại thuộc tính của ngành hàng.", "Choose the category's attribute again."),
            ));
        }
    }
}

fn certificate(content: &ListingContent, now: Instant, issues: &mut Vec<Issue>) {
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

/// Whether Sendo could fetch it. Plain http is let through for the demo on loopback; Sendo judges the rest.
fn is_public_address(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}
