//! The platforms that the programme names, and the parcel services behind two of them.

use super::{BASE, NO_INTERFACE, PASSWORD, USERNAME, label, open};
use crate::platform::state::Capability::{FeedOut, FileExport, FileImport, ProductLink, Shipping, WebhookIn};
use crate::platform::state::{Descriptor, Kind, Status};

/// C-Thái Nguyên.
pub(super) const C_THAI_NGUYEN: Descriptor = Descriptor {
    key: "c_thai_nguyen",
    title: "C-Thái Nguyên",
    kind: Kind::PartnerProfile,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "danviet.vn 27/12/2021",
    capabilities: &[FileExport, FileImport, FeedOut, ProductLink],
    ..BASE
};

/// Voso (Viettel Post).
pub(super) const VOSO: Descriptor = Descriptor {
    key: "voso",
    title: "Voso (Viettel Post)",
    kind: Kind::Assisted,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "tintuc.voso.vn; viettellogistics.com.vn",
    capabilities: &[FileExport, FileImport],
    ..BASE
};

/// Buudien.vn (Postmart, VNPost).
pub(super) const BUUDIEN: Descriptor = Descriptor {
    key: "buudien",
    title: "Buudien.vn (Postmart, VNPost)",
    kind: Kind::Assisted,
    status: Status::NeedsAgreement,
    note: NO_INTERFACE,
    status_source: "nongsan.buudien.vn 10/2024",
    capabilities: &[FileExport, FileImport],
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
