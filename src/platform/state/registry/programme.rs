//! The platforms that the programme names, and the parcel services behind two of them.

use super::{BASE, NO_INTERFACE, PASSWORD, SITE, USERNAME, label, open, sealed};
use crate::platform::state::Capability::{
    FileExport, FileImport, FindBySku, ImageByUrl, OrdersPull, ParcelLookup, PriceStock, ProductUpsert,
    ReviewPoll, Shipping, WebhookIn, Withdraw,
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

/// Who sends: the cooperative's own details, which a carrier asks for on every parcel.
const SENDER: [AuthField; 3] = [
    open("sender_name", "Tên người gửi", "Sender's name"),
    open("sender_phone", "Điện thoại người gửi", "Sender's phone"),
    open("sender_address", "Địa chỉ lấy hàng", "Address where parcels are picked up"),
];

/// Viettel Post: see [`crate::platform::viettel_post`].
pub const VIETTEL_POST: Descriptor = Descriptor {
    key: "viettel_post",
    title: "Viettel Post",
    note: label(
        "Giao diện vận chuyển: tạo và hủy vận đơn; hành trình do Viettel Post gọi về (tài liệu không có lệnh tra cứu); không đăng sản phẩm.",
        "A shipping interface: parcels are created and cancelled; Viettel Post calls us about their way (its documents name no look-up); products are not published there.",
    ),
    status_source: "partner2.viettelpost.vn/document",
    adapter: true,
    capabilities: &[Shipping, WebhookIn],
    auth: &[
        USERNAME,
        PASSWORD,
        sealed(
            "webhook_token",
            "TOKEN đã đăng ký với Viettel Post cho webhook",
            "TOKEN registered with Viettel Post for the webhook",
        ),
        SENDER[0],
        SENDER[1],
        SENDER[2],
        AuthField {
            optional: true,
            ..open("service", "Mã dịch vụ (mặc định VCN)", "Code of the service (VCN by default)")
        },
    ],
    base_url: "https://partner.viettelpost.vn/v2",
    ..BASE
};

/// MyVNPost (VNPost): see [`crate::platform::my_vnpost`].
pub const VNPOST: Descriptor = Descriptor {
    key: "vnpost",
    title: "MyVNPost (VNPost)",
    note: label(
        "Giao diện vận chuyển: tạo, tra cứu, hủy vận đơn; tài liệu không có webhook nên trạng thái được hỏi định kỳ; không đăng sản phẩm.",
        "A shipping interface: parcels are created, looked up and cancelled; its documents name no webhook, so their state is asked for; products are not published there.",
    ),
    status_source: "my-uat.vnpost.vn/static",
    adapter: true,
    capabilities: &[Shipping, ParcelLookup],
    auth: &[
        USERNAME,
        PASSWORD,
        open("customer_code", "Mã khách hàng (CMS)", "Customer code (CMS)"),
        SENDER[0],
        SENDER[1],
        SENDER[2],
        open("service", "Mã dịch vụ theo hợp đồng", "Code of the service by the contract"),
    ],
    base_url: "https://connect-my.vnpost.vn",
    ..BASE
};
