//! The platforms that the programme names, and the parcel services behind two of them.

use super::{BASE, NO_INTERFACE, PASSWORD, SITE, USERNAME, label, open, sealed};
use crate::platform::state::Capability::{
    FeedOut, FileExport, FileImport, FindBySku, ImageByUrl, OrdersPull, PriceStock, ProductLink,
    ProductUpsert, ReviewPoll, Shipping, WebhookIn, Withdraw,
};
use crate::platform::state::{AuthField, Descriptor, Kind, Limits, Status};

/// What a shop gives where there is an agreement: all of it may be missing, and then products are handed in as files.
const PARTNER_AUTH: &[AuthField] = &[
    AuthField { optional: true, ..SITE },
    AuthField { optional: true, ..open("client_id", "Mã đối tác", "Partner id") },
    AuthField {
        optional: true, ..sealed("client_secret", "Khóa bí mật của đối tác", "Partner secret")
    },
    AuthField {
        optional: true,
        ..open(
            crate::platform::partner::PROFILE,
            "Hồ sơ giao diện theo thỏa thuận (JSON)",
            "Profile of the interface by the agreement (JSON)",
        )
    },
];

/// A day: the agreement may say otherwise.
const PARTNER_LIMITS: Limits = Limits { order_window_hours: Some(24), ..Limits::UNKNOWN };

/// C-Thái Nguyên.
pub(super) const C_THAI_NGUYEN: Descriptor = Descriptor {
    key: "c_thai_nguyen",
    title: "C-Thái Nguyên",
    kind: Kind::PartnerProfile,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "danviet.vn 27/12/2021",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        ReviewPoll,
        ImageByUrl,
        OrdersPull,
        FileExport,
        FileImport,
        FeedOut,
        ProductLink,
    ],
    limits: PARTNER_LIMITS,
    auth: PARTNER_AUTH,
    ..BASE
};

/// Voso (Viettel Post).
pub(super) const VOSO: Descriptor = Descriptor {
    key: "voso",
    title: "Voso (Viettel Post)",
    kind: Kind::PartnerProfile,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "tintuc.voso.vn; viettellogistics.com.vn",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        ReviewPoll,
        ImageByUrl,
        OrdersPull,
        FileExport,
        FileImport,
    ],
    limits: PARTNER_LIMITS,
    auth: PARTNER_AUTH,
    ..BASE
};

/// Buudien.vn (Postmart, VNPost).
pub(super) const BUUDIEN: Descriptor = Descriptor {
    key: "buudien",
    title: "Buudien.vn (Postmart, VNPost)",
    kind: Kind::PartnerProfile,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "nongsan.buudien.vn 10/2024",
    adapter: true,
    capabilities: &[
        ProductUpsert,
        PriceStock,
        Withdraw,
        FindBySku,
        ReviewPoll,
        ImageByUrl,
        OrdersPull,
        FileExport,
        FileImport,
    ],
    limits: PARTNER_LIMITS,
    auth: PARTNER_AUTH,
    ..BASE
};

/// Viettel Post.
pub(super) const VIETTEL_POST: Descriptor = Descriptor {
    key: "viettel_post",
    title: "Viettel Post",
    note: label(
        "Giao diện vận chuyển: tạo, theo dõi, hủy vận đơn; không đăng sản phẩm.",
        "A shipping interface: create, track and cancel parcels; products are not published there.",
    ),
    status_source: "partner2.viettelpost.vn/document",
    capabilities: &[Shipping, WebhookIn],
    auth: &[USERNAME, PASSWORD],
    base_url: "https://partner.viettelpost.vn/v2",
    ..BASE
};

/// MyVNPost (VNPost).
pub(super) const VNPOST: Descriptor = Descriptor {
    key: "vnpost",
    title: "MyVNPost (VNPost)",
    note: label(
        "Giao diện vận chuyển: tạo, theo dõi, hủy vận đơn; không đăng sản phẩm.",
        "A shipping interface: create, track and cancel parcels; products are not published there.",
    ),
    status_source: "my-uat.vnpost.vn/static",
    capabilities: &[Shipping],
    auth: &[USERNAME, PASSWORD, open("customer_code", "Mã khách hàng (CMS)", "Customer code (CMS)")],
    base_url: "https://connect-my.vnpost.vn",
    ..BASE
};
