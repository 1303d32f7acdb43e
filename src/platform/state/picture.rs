//! What platforms say of an image's size. Contents name images by their addresses alone, so it is checked beside them.

use super::{Descriptor, Issue, Text};

/// An image as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size of the file, bytes.
    pub bytes: u64,
}

/// The images, the main one first, that the platform would refuse for their sides or the size of their files.
pub fn picture_issues(platform: &Descriptor, pictures: impl IntoIterator<Item = PictureSize>) -> Vec<Issue> {
    let (limits, title) = (&platform.limits, platform.title);
    let mut issues = Vec::new();
    for (index, PictureSize { width, height, bytes }) in pictures.into_iter().enumerate() {
        let (pointer, number) = (format!("/images/{index}"), index.saturating_add(1));
        let small = limits.image_min_px.filter(|least| width.min(height) < *least);
        let large = limits.image_max_px.filter(|most| width.max(height) > *most);
        if let Some(side) = small.or(large) {
            let (vi, en) =
                if small.is_some() { ("ít nhất", "at least") } else { ("nhiều nhất", "at most") };
            let detail = Text::made(
                format!(
                    "Hình ảnh {number} có cỡ {width} x {height} điểm ảnh; {title} cần mỗi cạnh {vi} {side}."
                ),
                format!(
                    "Image {number} has {width} x {height} pixels; {title} wants {en} {side} on each side."
                ),
            );
            let resolution = if small.is_some() {
                Text::fixed(
                    "Chụp hoặc tải lên ảnh lớn hơn; phóng to ảnh cũ sẽ bị mờ.",
                    "Take or upload a larger picture; enlarging the old one makes it blurred.",
                )
            } else {
                Text::fixed("Thu nhỏ ảnh rồi tải lên lại.", "Make the picture smaller and upload it again.")
            };
            issues.push(Issue::error("images.size", &pointer, detail, resolution));
        }
        if let Some(most) = limits.image_max_bytes.filter(|most| bytes > *most) {
            let (is, may) = (megabytes(bytes), megabytes(most));
            let detail = Text::made(
                format!(
                    "Tệp của hình ảnh {number} nặng {} MB; {title} nhận nhiều nhất {} MB.",
                    is.replace('.', ","),
                    may.replace('.', ",")
                ),
                format!("The file of image {number} has {is} MB; {title} takes {may} MB at most."),
            );
            let resolution = Text::fixed(
                "Tải lên ảnh không có nền trong suốt (ảnh như vậy được lưu gọn hơn) hoặc ảnh nhỏ hơn.",
                "Upload a picture without a transparent ground (it is kept smaller), or a smaller one.",
            );
            issues.push(Issue::error("images.size", &pointer, detail, resolution));
        }
    }
    issues
}

/// Megabytes with one place, rounded up, so that what is too much never looks allowed.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::{SHOPEE, TIKTOK_SHOP, WOOCOMMERCE};
    use super::*;

    fn found(platform: &Descriptor, pictures: &[(u32, u32, u64)]) -> Vec<(String, String)> {
        let sizes = pictures.iter().map(|(width, height, bytes)| PictureSize {
            width: *width,
            height: *height,
            bytes: *bytes,
        });
        let issues = picture_issues(platform, sizes);
        assert!(issues.iter().all(|issue| issue.code == "images.size"));
        issues.into_iter().map(|issue| (issue.pointer, issue.detail.en.into_owned())).collect()
    }

    #[test]
    fn an_image_that_a_platform_would_refuse_is_named_with_what_it_wants() {
        let good = [(300, 300, 5_000_000), (4_000, 300, 1), (2_560, 1_920, 900_000)];
        assert_eq!(found(&TIKTOK_SHOP, &good), []);
        let bad = [(960, 960, 1), (299, 2_000, 1), (4_001, 600, 5_000_001)];
        assert_eq!(
            found(&TIKTOK_SHOP, &bad),
            [
                ("/images/1", "Image 2 has 299 x 2000 pixels; TikTok Shop wants at least 300 on each side."),
                ("/images/2", "Image 3 has 4001 x 600 pixels; TikTok Shop wants at most 4000 on each side."),
                ("/images/2", "The file of image 3 has 5.1 MB; TikTok Shop takes 5.0 MB at most."),
            ]
            .map(|(pointer, text)| (pointer.to_owned(), text.to_owned()))
        );
        let heavy = picture_issues(&SHOPEE, [PictureSize { width: 10, height: 10, bytes: 12_340_000 }]);
        assert_eq!(heavy.len(), 1);
        assert_eq!(heavy[0].detail.vi, "Tệp của hình ảnh 1 nặng 12,4 MB; Shopee nhận nhiều nhất 10,0 MB.");
        assert_eq!(found(&WOOCOMMERCE, &bad), [], "its documents name no size");
    }
}
