//! Software for producers' own shops.

use super::{ACCESS, APP_KEY, APP_SECRET, BASE, OWN_SHOP, SITE, sealed};
use crate::platform::state::Capability::{
    CategoryLookup, FindBySku, ImageByUrl, OrdersPull, PriceStock, ProductUpsert, WebhookIn, Withdraw,
};
use crate::platform::state::{Descriptor, Limits};

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
pub(super) const SHOPIFY: Descriptor = Descriptor {
    key: "shopify",
    title: "Shopify",
    note: OWN_SHOP,
    status_source: "shopify.dev",
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
    limits: Limits { images_max: Some(250), ..Limits::UNKNOWN },
    auth: &[SITE, ACCESS],
    ..BASE
};
