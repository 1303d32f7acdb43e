//! Catalogues and standards that read what we publish, and one interface that nobody confirmed.

use super::{APP_KEY, APP_SECRET, BASE, NO_ORDERS, REFRESH, label};
use crate::platform::state::Capability::{FeedOut, ImageByUrl, ProductLink};
use crate::platform::state::{Descriptor, Kind, Status};

/// Google Merchant Center.
pub(super) const GOOGLE_MERCHANT: Descriptor = Descriptor {
    key: "google_merchant",
    title: "Google Merchant Center",
    kind: Kind::Feed,
    note: NO_ORDERS,
    status_source: "developers.google.com (Merchant API v1; Content API ended 18/8/2026)",
    capabilities: &[FeedOut, ImageByUrl],
    ..BASE
};

/// Meta (Facebook, Instagram).
pub(super) const META_CATALOG: Descriptor = Descriptor {
    key: "meta_catalog",
    title: "Meta (Facebook, Instagram)",
    kind: Kind::Feed,
    note: NO_ORDERS,
    status_source: "developers.facebook.com",
    capabilities: &[FeedOut, ImageByUrl],
    ..BASE
};

/// Zalo Official Account.
pub(super) const ZALO_OA: Descriptor = Descriptor {
    key: "zalo_oa",
    title: "Zalo Official Account",
    status: Status::Unconfirmed,
    note: label(
        "Chỉ thấy tài liệu cũ của bên thứ ba; chưa xác nhận còn cung cấp giao diện cửa hàng.",
        "Only old third-party documents were seen; whether the store interface is still offered is not confirmed.",
    ),
    status_source: "qmatrix.space; n8n community nodes",
    auth: &[APP_KEY, APP_SECRET, REFRESH],
    base_url: "https://openapi.zalo.me",
    ..BASE
};

/// schema.org JSON-LD.
pub(super) const SCHEMA_ORG: Descriptor = Descriptor {
    key: "schema_org",
    title: "schema.org JSON-LD",
    kind: Kind::Feed,
    note: label(
        "Chuẩn đánh dấu trang sản phẩm để máy tìm kiếm đọc; không cần tài khoản.",
        "A standard for marking up product pages that search engines read; no account is needed.",
    ),
    status_source: "schema.org; developers.google.com",
    capabilities: &[FeedOut],
    ..BASE
};

/// GS1 Digital Link.
pub(super) const GS1_DIGITAL_LINK: Descriptor = Descriptor {
    key: "gs1_digital_link",
    title: "GS1 Digital Link",
    kind: Kind::Feed,
    note: label(
        "Chuẩn địa chỉ và mã QR dẫn tới trang của sản phẩm; không cần tài khoản.",
        "A standard for addresses and QR codes that lead to a product's page; no account is needed.",
    ),
    status_source: "gs1.org",
    capabilities: &[ProductLink],
    ..BASE
};
