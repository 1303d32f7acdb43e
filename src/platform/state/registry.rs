//! The platforms as data. Status, source and date are what was found in public documents; nothing was called.

mod feed;
mod marketplace;
mod programme;
mod shop;

use chrono::NaiveDate;

pub use marketplace::{LAZADA, SHOPEE, TIKI, TIKTOK_SHOP};
pub use programme::{VIETTEL_POST, VNPOST};
pub use shop::{HARAVAN, SAPO, SHOPIFY, WOOCOMMERCE};

use super::Capability::{
    AttributeLookup, CategoryLookup, FindBySku, ImageByUrl, OrdersPull, PriceStock, ProductList,
    ProductUpsert, ReviewPoll, WebhookIn, Withdraw,
};
use super::{AuthField, ConsentPart, Descriptor, Kind, Label, Limits, Status};

/// When the public documents were read.
const CHECKED: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 21) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

const fn label(vi: &'static str, en: &'static str) -> Label {
    Label { vi, en }
}

const fn open(name: &'static str, vi: &'static str, en: &'static str) -> AuthField {
    AuthField { name, secret: false, optional: false, consent: None, label: label(vi, en) }
}

const fn sealed(name: &'static str, vi: &'static str, en: &'static str) -> AuthField {
    AuthField { name, secret: true, optional: false, consent: None, label: label(vi, en) }
}

/// A field without which the owner cannot be sent to the platform's page.
const fn needed(field: AuthField) -> AuthField {
    AuthField { consent: Some(ConsentPart::Needed), ..field }
}

/// A field that the owner's consent brings.
const fn brought(field: AuthField) -> AuthField {
    AuthField { consent: Some(ConsentPart::Brought), ..field }
}

const APP_KEY: AuthField = needed(open("app_key", "Mã ứng dụng", "Application key"));
const APP_SECRET: AuthField = needed(sealed("app_secret", "Khóa bí mật của ứng dụng", "Application secret"));
const REFRESH: AuthField = brought(sealed("refresh_token", "Mã làm mới", "Refresh token"));
const ACCESS: AuthField = brought(sealed("access_token", "Mã truy cập", "Access token"));
/// Name of the setting with the address of a shop on a host of its own.
pub const SITE_SETTING: &str = "base_url";

const SITE: AuthField = open(SITE_SETTING, "Địa chỉ gian hàng", "Address of the shop");
const USERNAME: AuthField = open("username", "Tên đăng nhập", "User name");
const PASSWORD: AuthField = sealed("password", "Mật khẩu", "Password");

/// What the platforms whose documents were read share.
const BASE: Descriptor = Descriptor {
    key: "",
    title: "",
    kind: Kind::LiveApi,
    status: Status::Active,
    note: label("", ""),
    status_source: "",
    checked_on: CHECKED,
    adapter: false,
    capabilities: &[],
    limits: Limits::UNKNOWN,
    auth: &[],
    shop_number: None,
    shows_old_in_review: false,
    base_url: "",
    hosts: &[],
};

const NO_INTERFACE: Label = label(
    "Chưa tìm thấy giao diện kết nối công khai; cần thỏa thuận với đơn vị vận hành. Hiện nộp hồ sơ sản phẩm bằng tệp.",
    "No public interface was found; an agreement with the operator is needed. Until then products are handed in as files.",
);

const NEEDS_APP: Label = label(
    "Cần ứng dụng được sàn phê duyệt và sự đồng ý của chủ gian hàng.",
    "Needs an application approved by the platform and the shop owner's consent.",
);

const NO_ORDERS: Label =
    label("Chỉ là danh mục sản phẩm: không có đơn hàng trả về.", "A catalogue only: no orders come back.");

const OWN_SHOP: Label = label(
    "Gian hàng riêng của chủ thể; mỗi gian hàng có khóa kết nối riêng.",
    "The producer's own shop; each shop has keys of its own.",
);

/// Sendo: see [`crate::platform::sendo`].
pub const SENDO: Descriptor = Descriptor {
    key: "sendo",
    title: "Sendo",
    status: Status::Closed,
    note: label(
        "Sàn Sendo ngừng hoạt động từ ngày 15/4/2025, chỉ còn Sendo Farm. Kết nối theo tài liệu đã công bố và tắt theo mặc định.",
        "The Sendo marketplace stopped on 15 April 2025; only Sendo Farm remains. Built to the published contract and off by default.",
    ),
    status_source: "markettimes.vn; doanhnghiepkinhdoanh.doanhnhanvn.vn 13/5/2025; help-seller.sendo.vn",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        ReviewPoll,
        ProductList,
        CategoryLookup,
        AttributeLookup,
        ImageByUrl,
        OrdersPull,
        WebhookIn,
    ],
    limits: Limits {
        description_min: Some(100),
        description_max: Some(100_000),
        description_images_max: Some(20),
        price_stock_batch: Some(20),
        // The window is three days of civil dates, so 48 hours never touch a fourth.
        order_window_hours: Some(48),
        token_seconds: Some(28_800),
        ..Limits::UNKNOWN
    },
    auth: &[
        sealed("shop_key", "Mã gian hàng (shop_key)", "Shop key (shop_key)"),
        sealed("secret_key", "Khóa bí mật (secret_key)", "Secret key (secret_key)"),
        // The contract describes the body of the call and not its address.
        AuthField {
            optional: true,
            ..open(
                "price_stock_path",
                "Đường dẫn gọi giá và tồn kho do Sendo cấp (price_stock_path)",
                "Path of the price and stock call as Sendo gives it (price_stock_path)",
            )
        },
        // Nothing is signed, so the address has to hold a secret.
        AuthField {
            optional: true,
            ..sealed(
                crate::platform::sendo::HOOK_TOKEN,
                "Từ bí mật trong địa chỉ nhận tin (?token=…), để nhận thông báo của Sendo",
                "Secret word in the address for Sendo's news (?token=…), to receive its webhooks",
            )
        },
    ],
    base_url: "https://open.sendo.vn",
    ..BASE
};

/// All platforms, those the programme names first.
pub static PLATFORMS: &[Descriptor] = &[
    SENDO,
    programme::C_THAI_NGUYEN,
    programme::VOSO,
    programme::BUUDIEN,
    VIETTEL_POST,
    VNPOST,
    marketplace::SHOPEE,
    marketplace::TIKTOK_SHOP,
    marketplace::LAZADA,
    TIKI,
    shop::WOOCOMMERCE,
    shop::HARAVAN,
    shop::SAPO,
    shop::SHOPIFY,
    feed::GOOGLE_MERCHANT,
    feed::META_CATALOG,
    feed::ZALO_OA,
    feed::SCHEMA_ORG,
    feed::GS1_DIGITAL_LINK,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_says_where_its_status_comes_from_in_both_languages() {
        for platform in PLATFORMS {
            assert!(!platform.status_source.is_empty() && !platform.title.is_empty(), "{}", platform.key);
            assert!(!platform.note.vi.is_empty() && !platform.note.en.is_empty(), "{}", platform.key);
            assert_eq!(platform.checked_on, NaiveDate::from_ymd_opt(2026, 11, 21).unwrap());
            assert!(
                platform.base_url.is_empty() || platform.base_url.starts_with("https://"),
                "{}",
                platform.key
            );
            assert!(!platform.base_url.ends_with('/'), "{}", platform.key);
            for field in platform.auth {
                assert!(!field.label.vi.is_empty() && !field.label.en.is_empty());
                let named_secret = ["secret", "password", "token", "partner_key", "shop_key", "consumer"]
                    .iter()
                    .any(|word| field.name.contains(word));
                assert_eq!(field.secret, named_secret, "{} {}", platform.key, field.name);
            }
            let offered = platform.capabilities.contains(&super::super::Capability::Consent);
            for part in [ConsentPart::Needed, ConsentPart::Brought] {
                let named = platform.auth.iter().any(|field| field.consent == Some(part));
                assert!(!offered || named, "{} does not say what is {part:?}", platform.key);
            }
            if let Some(number) = platform.shop_number {
                let open = platform.auth.iter().any(|field| field.name == number && !field.secret);
                assert!(open, "{} has no open {number}", platform.key);
            }
        }
    }

    #[test]
    fn sendo_says_that_it_closed() {
        let sendo = PLATFORMS.iter().find(|platform| platform.key == "sendo").unwrap();
        assert_eq!(sendo.status, Status::Closed);
        assert!(sendo.note.vi.contains("15/4/2025"));
    }
}
