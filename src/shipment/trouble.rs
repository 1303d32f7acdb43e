//! What a person should know or do about a shipment.

use crate::platform::state::{Failure, Issue, Text};

/// Code of [`two_numbers`]: it stays until a person has seen to it, however the parcel moves.
pub(super) const TWO_NUMBERS: &str = "shipment.two_numbers";

/// It never reached the carrier.
pub(super) fn not_sent() -> Issue {
    Issue::error(
        "shipment.not_sent",
        "",
        Text::fixed(
            "Không gửi được vận đơn cho đơn vị vận chuyển; thông tin người nhận đã xóa.",
            "The shipment could not be handed to the carrier; its receiver is forgotten.",
        ),
        Text::fixed(
            "Kiểm tra kết nối rồi tạo vận đơn mới.",
            "Check the connection, then make a new shipment.",
        ),
    )
}

/// It may be at the carrier, and the work cannot find out.
pub(super) fn unsure() -> Issue {
    Issue::error(
        "shipment.unsure",
        "",
        Text::fixed(
            "Đã gửi nhưng không nhận được trả lời: có thể đơn vị vận chuyển đã có vận đơn. Hệ thống không gửi lại.",
            "It was sent and nothing came back: the carrier may have the consignment. It is not sent again.",
        ),
        Text::fixed(
            "Tra mã tham chiếu trên trang của đơn vị vận chuyển rồi ghi lại: có (kèm số vận đơn) hoặc không có (gửi lại hoặc hủy). Nếu họ báo tin trước, trạng thái sẽ tự cập nhật.",
            "Look for the reference on the carrier's own page and record it: there (with its number) or not there (to be sent again or called off). If they tell it first, its state comes by itself.",
        ),
    )
}

/// The carrier has another consignment with our reference.
pub(super) fn two_numbers(number: &str) -> Issue {
    Issue::error(
        TWO_NUMBERS,
        "",
        Text::made(
            format!("Đơn vị vận chuyển còn một vận đơn khác cùng mã tham chiếu: {number}."),
            format!("The carrier has another consignment with the same reference: {number}."),
        ),
        Text::fixed(
            "Hủy vận đơn thừa với đơn vị vận chuyển.",
            "Call off with the carrier the one that is too many.",
        ),
    )
}

/// The carrier's own word of a refusal.
pub(super) fn refused(failure: &Failure) -> Issue {
    failure.issues().into_iter().next().unwrap_or_else(not_sent)
}
