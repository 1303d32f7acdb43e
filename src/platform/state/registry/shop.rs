//! Software for producers' own shops.

use super::{ACCESS, APP_KEY, APP_SECRET, BASE, OWN_SHOP, SITE, needed, open, sealed};
use crate::platform::state::Capability::{
    CategoryLookup, Consent, FindBySku, ImageByUrl, OrdersPull, PriceStock, ProductList, ProductUpsert,
    ReviewPoll, WebhookIn, Withdraw,
};
use crate::platform::state::{AuthField, Capability, Descriptor, Limits};

/// WooCommerce: see [`crate::platform::woocommerce`].
pub const WOOCOMMERCE: Descriptor = Descriptor {
    key: "woocommerce",
    title: "WooCommerce",
    note: OWN_SHOP,
    status_source: "github.com/woocommerce/woocommerce-rest-api-docs",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        // There is no review, but the shop says how a product stands.
        ReviewPoll,
        ProductList,
        CategoryLookup,
        ImageByUrl,
        OrdersPull,
        WebhookIn,
    ],
    limits: Limits { price_stock_batch: Some(100), ..Limits::UNKNOWN },
    auth: &[
        SITE,
        sealed("consumer_key", "Khóa kết nối (consumer key)", "Consumer key"),
        sealed("consumer_secret", "Mã bí mật (consumer secret)", "Consumer secret"),
        WEBHOOK_SECRET,
        // A setting of the shop that its interface does not tell.
        AuthField {
            optional: true,
            ..open(
                "weight_unit",
                "Đơn vị khối lượng của gian hàng: kg (mặc định) hoặc g",
                "Unit of weight of the shop: kg (unless told otherwise) or g",
            )
        },
    ],
    ..BASE
};

/// What the shop's calls to us are signed with.
const WEBHOOK_SECRET: AuthField = AuthField {
    optional: true,
    ..sealed("webhook_secret", "Mã bí mật của webhook", "Secret of the webhooks")
};

/// Haravan: see [`crate::platform::haravan`].
pub const HARAVAN: Descriptor = Descriptor {
    key: "haravan",
    title: "Haravan",
    note: OWN_SHOP,
    status_source: "docs.haravan.com",
    adapter: true,
    capabilities: OLD_REST,
    limits: Limits {
        images_max: Some(250),
        // A bucket of 80 that empties by four a second.
        requests_per_second: Some(4),
        price_stock_batch: Some(1),
        ..Limits::UNKNOWN
    },
    auth: &[
        ACCESS,
        AuthField {
            optional: true,
            ..needed(open(
                "app_key",
                "Mã ứng dụng (App Id), để chủ gian hàng đồng ý kết nối",
                "Application id (App Id), for the owner's consent",
            ))
        },
        AuthField {
            optional: true,
            ..needed(sealed(
                "app_secret",
                "Khóa bí mật của ứng dụng (để nhận webhook và để chủ gian hàng đồng ý kết nối)",
                "Application secret (for webhooks and for the owner's consent)",
            ))
        },
        AuthField {
            optional: true,
            ..sealed("verify_token", "Mã xác minh webhook", "Verify token of the webhooks")
        },
        AuthField {
            optional: true,
            ..open(
                "location_id",
                "Mã địa điểm kho bán hàng (bỏ trống: kho chính)",
                "Id of the place whose stock is sold (empty: the main one)",
            )
        },
    ],
    base_url: "https://apis.haravan.com/com",
    hosts: &["https://accounts.haravan.com"],
    ..BASE
};

/// What the two with the old REST shape do. There is no review, but they say how a product stands.
const OLD_REST: &[Capability] = &[
    ProductUpsert,
    PriceStock,
    Withdraw,
    FindBySku,
    ReviewPoll,
    ProductList,
    ImageByUrl,
    OrdersPull,
    WebhookIn,
    Consent,
];

/// Sapo: see [`crate::platform::sapo`].
pub const SAPO: Descriptor = Descriptor {
    key: "sapo",
    title: "Sapo",
    note: OWN_SHOP,
    status_source: "support.sapo.vn; github.com/epoxyteam/sapo-client-sdk",
    adapter: true,
    capabilities: OLD_REST,
    // 80,000 a day are allowed too: more than forty a minute ever make.
    limits: Limits { requests_per_minute: Some(40), price_stock_batch: Some(1), ..Limits::UNKNOWN },
    auth: &[SITE, APP_KEY, APP_SECRET, AuthField { optional: true, ..ACCESS }],
    ..BASE
};

/// Shopify.
pub const SHOPIFY: Descriptor = Descriptor {
    key: "shopify",
    title: "Shopify",
    note: OWN_SHOP,
    status_source: "shopify.dev",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        ReviewPoll,
        ProductList,
        ImageByUrl,
        OrdersPull,
        WebhookIn,
        Consent,
    ],
    limits: Limits {
        name_min: Some(1),
        name_max: Some(255),
        images_max: Some(250),
        order_window_hours: Some(24),
        ..Limits::UNKNOWN
    },
    auth: &[
        SITE,
        ACCESS,
        AuthField {
            optional: true,
            ..needed(open(
                crate::platform::shopify::CLIENT,
                "Mã ứng dụng (client id), để chủ gian hàng đồng ý kết nối",
                "Client id of the app, for the owner's consent",
            ))
        },
        AuthField {
            optional: true,
            ..needed(sealed(
                "client_secret",
                "Khóa bí mật của ứng dụng, để nhận webhook và để chủ gian hàng đồng ý kết nối",
                "Client secret of the app, for webhooks and for the owner's consent",
            ))
        },
        AuthField {
            optional: true,
            ..open(
                crate::platform::shopify::LOCATION,
                "Mã địa điểm kho (gid://shopify/Location/…)",
                "Id of the place of stock (gid://shopify/Location/…)",
            )
        },
        AuthField {
            optional: true,
            ..open(
                crate::platform::shopify::VERSION,
                "Phiên bản giao diện, từ 2026-04, ví dụ 2026-07",
                "Version of the interface, 2026-04 or later, such as 2026-07",
            )
        },
    ],
    ..BASE
};
