//! Software for producers' own shops.

use super::{ACCESS, APP_KEY, APP_SECRET, BASE, OWN_SHOP, SITE, open, sealed};
use crate::platform::state::Capability::{
    CategoryLookup, FindBySku, ImageByUrl, OrdersPull, PriceStock, ProductUpsert, ReviewPoll, WebhookIn,
    Withdraw,
};
use crate::platform::state::{AuthField, Descriptor, Limits};

/// WooCommerce.
pub(super) const WOOCOMMERCE: Descriptor = Descriptor {
    key: "woocommerce",
    title: "WooCommerce",
    note: OWN_SHOP,
    status_source: "github.com/woocommerce/woocommerce-rest-api-docs",
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
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
    ],
    ..BASE
};

/// Haravan.
pub(super) const HARAVAN: Descriptor = Descriptor {
    key: "haravan",
    title: "Haravan",
    note: OWN_SHOP,
    status_source: "docs.haravan.com",
    capabilities: &[ProductUpsert, PriceStock, Withdraw, FindBySku, ImageByUrl, OrdersPull, WebhookIn],
    limits: Limits { images_max: Some(250), ..Limits::UNKNOWN },
    auth: &[ACCESS],
    base_url: "https://apis.haravan.com/com",
    ..BASE
};

/// Sapo.
pub(super) const SAPO: Descriptor = Descriptor {
    key: "sapo",
    title: "Sapo",
    note: OWN_SHOP,
    status_source: "support.sapo.vn",
    capabilities: &[ProductUpsert, PriceStock, Withdraw, FindBySku, ImageByUrl, OrdersPull, WebhookIn],
    auth: &[SITE, APP_KEY, APP_SECRET],
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
        ImageByUrl,
        OrdersPull,
        WebhookIn,
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
            ..sealed(
                "client_secret",
                "Khóa bí mật của ứng dụng, để nhận webhook",
                "Client secret of the app, for webhooks",
            )
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
                "Phiên bản giao diện, ví dụ 2026-07",
                "Version of the interface, such as 2026-07",
            )
        },
    ],
    ..BASE
};
