//! The marketplaces on which cooperatives really sell.

use super::{APP_KEY, APP_SECRET, BASE, NEEDS_APP, REFRESH, brought, label, needed, open, sealed};
use crate::platform::state::Capability::{
    AttributeLookup, CategoryLookup, Consent, FindBySku, ImageByUrl, ImageUpload, OrdersPull, PriceStock,
    ProductList, ProductUpsert, ReviewPoll, ShopLookup, WebhookIn, Withdraw,
};
use crate::platform::state::{AuthField, Descriptor, Limits};

const fn optional(name: &'static str, vi: &'static str, en: &'static str) -> AuthField {
    AuthField { optional: true, ..open(name, vi, en) }
}

const PARCEL_SIZE: AuthField = optional(
    crate::platform::parcel::SIZE,
    "Kích thước kiện hàng thường dùng, dài x rộng x cao (cm), ví dụ 20x12x8",
    "Size of the usual parcel, length x width x height (cm), such as 20x12x8",
);

/// Their orders have no status for goods that come back after delivery, and the documents read name no call for it: a
/// guessed one could subtract what was kept.
const NO_RETURNS: super::Label = label(
    "Cần ứng dụng được sàn phê duyệt và sự đồng ý của chủ gian hàng. Đơn hủy được trừ tự động; hàng trả lại sau khi giao không có trong trạng thái đơn nên vẫn được tính là đã bán.",
    "Needs an application approved by the platform and the shop owner's consent. Cancelled orders are subtracted by themselves; goods returned after delivery do not show in an order's status and stay counted as sold.",
);

/// Shopee: see [`crate::platform::shopee`].
pub const SHOPEE: Descriptor = Descriptor {
    key: "shopee",
    title: "Shopee",
    note: NO_RETURNS,
    status_source: "open.shopee.com",
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
        ImageUpload,
        OrdersPull,
        WebhookIn,
        Consent,
    ],
    // Lengths, numbers of images, prices and stocks are told for each category when it is asked for.
    limits: Limits {
        image_max_bytes: Some(10_000_000),
        // The calls for price and stock take 50 models of one product.
        price_stock_batch: Some(1),
        // 15 days; one less, because a window is widened to whole seconds.
        order_window_hours: Some(14 * 24),
        token_seconds: Some(4 * 3600),
        ..Limits::UNKNOWN
    },
    shop_number: Some(crate::platform::shopee::SHOP),
    auth: &[
        needed(open("partner_id", "Mã đối tác", "Partner id")),
        needed(sealed("partner_key", "Khóa đối tác", "Partner key")),
        brought(open(crate::platform::shopee::SHOP, "Mã gian hàng", "Shop id")),
        REFRESH,
        optional(
            crate::platform::shopee::CHANNELS,
            "Mã đơn vị vận chuyển, cách nhau bằng dấu phẩy; bỏ trống để dùng các đơn vị gian hàng đã bật",
            "Numbers of the carriers' channels, with commas; left empty, those that the shop has switched on",
        ),
        optional(
            crate::platform::shopee::LOCATION,
            "Mã kho (location_id), khi gian hàng có nhiều kho",
            "Id of the stock location (location_id), where the shop has several",
        ),
        PARCEL_SIZE,
        optional(
            crate::platform::shopee::PUSH_URL,
            "Địa chỉ nhận thông báo đúng như đã đăng ký với Shopee, khi khác địa chỉ của gian hàng này",
            "Address of the webhook as registered with Shopee, where it is not this shop's",
        ),
    ],
    base_url: "https://partner.shopeemobile.com",
    ..BASE
};

/// TikTok Shop: see [`crate::platform::tiktok_shop`].
pub const TIKTOK_SHOP: Descriptor = Descriptor {
    key: "tiktok_shop",
    title: "TikTok Shop",
    note: NO_RETURNS,
    status_source: "partner.tiktokshop.com/docv2; github.com/lywzx/tiktok-partner-api",
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
        ImageUpload,
        OrdersPull,
        WebhookIn,
        Consent,
        ShopLookup,
    ],
    limits: Limits {
        name_min: Some(25),
        name_max: Some(255),
        description_max: Some(10_000),
        description_images_max: Some(30),
        images_max: Some(9),
        image_min_px: Some(300),
        image_max_px: Some(4_000),
        image_max_bytes: Some(5_000_000),
        // The calls for price and stock name one product each.
        price_stock_batch: Some(1),
        ..Limits::UNKNOWN
    },
    auth: &[
        APP_KEY,
        APP_SECRET,
        optional(
            crate::platform::tiktok_shop::SERVICE,
            "Mã dịch vụ của ứng dụng (service_id), để chủ gian hàng ngoài Hoa Kỳ, gồm Việt Nam, đồng ý kết nối",
            "Service id of the application (service_id), for the consent of sellers outside the US, Viet Nam among them",
        ),
        REFRESH,
        AuthField {
            optional: true,
            ..brought(open(
                crate::platform::tiktok_shop::SHOP,
                "Mã số gian hàng (shop_id), để nhận tin tại địa chỉ chung của ứng dụng",
                "Number of the shop (shop_id), for news at the application's one address",
            ))
        },
        AuthField {
            optional: true,
            ..brought(open(
                crate::platform::tiktok_shop::CIPHER,
                "Mã gian hàng (shop_cipher), khi ứng dụng được cấp quyền cho nhiều gian hàng",
                "Cipher of the shop (shop_cipher), where the application may act for several",
            ))
        },
        AuthField {
            optional: true,
            ..open(
                crate::platform::tiktok_shop::WAREHOUSE,
                "Mã kho bán hàng (warehouse_id), khi gian hàng có nhiều kho",
                "Id of the sales warehouse (warehouse_id), where the shop has several",
            )
        },
        PARCEL_SIZE,
    ],
    shop_number: Some(crate::platform::tiktok_shop::SHOP),
    // "Content edits are audited": what buyers see meanwhile is not said, so the worse case is taken.
    shows_old_in_review: true,
    base_url: "https://open-api.tiktokglobalshop.com",
    hosts: &["https://auth.tiktok-shops.com"],
    ..BASE
};

/// Lazada: see [`crate::platform::lazada`].
pub const LAZADA: Descriptor = Descriptor {
    key: "lazada",
    title: "Lazada",
    note: NEEDS_APP,
    status_source: "open.lazada.com",
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
        ImageUpload,
        OrdersPull,
        WebhookIn,
        Consent,
    ],
    limits: Limits {
        description_max: Some(25_000),
        images_max: Some(8),
        // 50 are allowed; a refusal does not say which of several were done, so they go one by one.
        price_stock_batch: Some(1),
        requests_per_second: Some(50),
        // The contract asks for short windows in place of deep lists.
        order_window_hours: Some(24),
        token_seconds: Some(30 * 86_400),
        ..Limits::UNKNOWN
    },
    shop_number: Some(crate::platform::lazada::SELLER),
    auth: &[
        APP_KEY,
        APP_SECRET,
        REFRESH,
        brought(optional(
            crate::platform::lazada::SELLER,
            "Mã người bán (seller_id), để nhận thông báo qua địa chỉ chung của ứng dụng",
            "The seller's number (seller_id), for news at the application's one address",
        )),
        PARCEL_SIZE,
        optional(
            crate::platform::lazada::BRAND,
            "Mã thương hiệu (brand_id), nếu không phải “No Brand”",
            "Id of the brand (brand_id), where it is not \"No Brand\"",
        ),
        optional(
            crate::platform::lazada::WAREHOUSE,
            "Mã kho (warehouse_code), khi gian hàng có nhiều kho",
            "Code of the warehouse (warehouse_code), where the shop has several",
        ),
    ],
    base_url: "https://api.lazada.vn/rest",
    hosts: &["https://auth.lazada.com/rest"],
    ..BASE
};

/// Tiki: see [`crate::platform::tiki`].
pub const TIKI: Descriptor = Descriptor {
    key: "tiki",
    title: "Tiki",
    note: label(
        "Sàn nhỏ, còn hoạt động đầu năm 2026; tình trạng cuối năm 2026 chưa rõ.",
        "A small marketplace, running in early 2026; its state in late 2026 is not known.",
    ),
    status_source: "open.tiki.vn; github.com/tikivn/open-api-samples",
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
        Consent,
    ],
    limits: Limits { requests_per_second: Some(200), price_stock_batch: Some(1), ..Limits::UNKNOWN },
    auth: &[
        needed(open("client_id", "Mã ứng dụng", "Client id")),
        needed(sealed("client_secret", "Khóa bí mật", "Client secret")),
        // Only an application of a third party has one.
        AuthField { optional: true, ..REFRESH },
        AuthField {
            optional: true,
            ..open(
                "inventory_type",
                "Mô hình kho: dropship (mặc định), instock, backorder, seller_backorder hoặc cross_border",
                "Inventory type: dropship (unless told otherwise), instock, backorder, seller_backorder or cross_border",
            )
        },
    ],
    shows_old_in_review: true,
    base_url: "https://api.tiki.vn",
    ..BASE
};
