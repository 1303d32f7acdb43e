//! Rules of shipments: what a parcel may hold, how it stands after what the carrier said. Pure.

use crate::error::{Code, FieldError};
use crate::platform::state::Stage;
use crate::text_enum;
use crate::values::Vnd;

text_enum! {
    /// How a shipment stands.
    pub enum ShipmentStatus {
        /// It is being handed to the carrier's system.
        Sending = "sending",
        /// It was sent and nothing came back: the carrier may have it. It is never sent again.
        Unsure = "unsure",
        /// The carrier has the consignment.
        Accepted = "accepted",
        /// It is on its way, also on its way back.
        InTransit = "in_transit",
        /// The receiver has it: its lines are in the sales figures.
        Delivered = "delivered",
        /// It came back: its lines are in no figure.
        Returned = "returned",
        /// It was called off.
        Cancelled = "cancelled",
        /// The carrier refused it, or lost it.
        Failed = "failed",
    }
}

use ShipmentStatus::{Accepted, Cancelled, Delivered, Failed, InTransit, Returned, Sending, Unsure};

/// Most lines of one parcel.
pub const LINES_MAX: usize = 20;
/// Heaviest parcel, grams: 50 kg.
const WEIGHT_MAX: i32 = 50_000;
/// Most pieces of a line.
const QUANTITY_MAX: i64 = 100_000;

impl ShipmentStatus {
    /// After the carrier's word about a consignment it has. What is not named changes nothing; the way back from an end
    /// is only open to another end.
    #[must_use]
    pub const fn after(self, stage: Stage) -> Self {
        match (self, stage) {
            (Delivered | Returned, Stage::Returned) => Returned,
            (Returned, _) => Returned,
            (_, Stage::Delivered) => Delivered,
            (_, Stage::Returned) => Returned,
            (Delivered | Cancelled | Failed, _) => self,
            (_, Stage::Lost) => Failed,
            (_, Stage::Moving) | (InTransit, Stage::Other) => InTransit,
            (_, Stage::Other) => Accepted,
        }
    }

    /// Whether its lines are sales.
    pub const fn counts(self) -> bool {
        matches!(self, Delivered)
    }

    /// Whether the receiver is still needed.
    pub const fn needs_receiver(self) -> bool {
        matches!(self, Sending)
    }

    /// Whether it can be called off.
    ///
    /// # Errors
    /// `shipment.unsure`, `shipment.too_late`.
    pub const fn check_cancel(self) -> Result<(), Code> {
        match self {
            Sending | Accepted | Cancelled => Ok(()),
            Unsure => Err(Code::ShipmentUnsure),
            InTransit | Delivered | Returned | Failed => Err(Code::ShipmentTooLate),
        }
    }
}

fn field(pointer: String, code: &'static str, vi: &'static str, en: &'static str) -> FieldError {
    FieldError::new(pointer, code, vi, en)
}

/// What is wrong with a parcel: quantities and values of its lines, its weight, its cash on delivery.
pub fn errors(lines: &[(i64, i64)], weight_g: i32, cod_vnd: i64) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if lines.is_empty() || lines.len() > LINES_MAX {
        errors.push(field(
            "/lines".into(),
            "lines.count",
            "Vận đơn có từ 1 đến 20 dòng.",
            "A shipment has 1 to 20 lines.",
        ));
    }
    for (i, (quantity, value_vnd)) in lines.iter().enumerate() {
        if !(1..=QUANTITY_MAX).contains(quantity) {
            errors.push(field(
                format!("/lines/{i}/quantity"),
                "quantity.range",
                "Số lượng từ 1 đến 100.000.",
                "A quantity is from 1 to 100,000.",
            ));
        }
        if Vnd::new(*value_vnd).is_err() {
            errors.push(field(
                format!("/lines/{i}/value_vnd"),
                "vnd.range",
                "Giá trị là số đồng nguyên từ 0.",
                "A value is whole dong from 0 on.",
            ));
        }
    }
    if !(1..=WEIGHT_MAX).contains(&weight_g) {
        errors.push(field(
            "/weight_g".into(),
            "weight.range",
            "Khối lượng từ 1 đến 50.000 gam.",
            "A parcel weighs from 1 to 50,000 grams.",
        ));
    }
    if Vnd::new(cod_vnd).is_err() {
        errors.push(field(
            "/cod_vnd".into(),
            "vnd.range",
            "Tiền thu hộ là số đồng nguyên từ 0.",
            "Cash on delivery is whole dong from 0 on.",
        ));
    }
    errors
}

/// What is wrong with a receiver. The texts are not quoted: they are personal.
pub fn receiver_errors(name: &str, phone: &str, address: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(2..=100).contains(&name.trim().chars().count()) {
        errors.push(field(
            "/receiver/name".into(),
            "name.length",
            "Tên người nhận có từ 2 đến 100 ký tự.",
            "A receiver's name has 2 to 100 characters.",
        ));
    }
    let digits = phone.trim().strip_prefix('+').unwrap_or(phone.trim());
    if !(9..=12).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.push(field(
            "/receiver/phone".into(),
            "phone.digits",
            "Điện thoại người nhận có từ 9 đến 12 chữ số.",
            "A receiver's phone has 9 to 12 digits.",
        ));
    }
    if !(10..=300).contains(&address.trim().chars().count()) {
        errors.push(field(
            "/receiver/address".into(),
            "address.length",
            "Địa chỉ người nhận đầy đủ, từ 10 đến 300 ký tự.",
            "A receiver's whole address has 10 to 300 characters.",
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carriers_word_moves_a_shipment() {
        for (before, stage, after) in [
            (Sending, Stage::Other, Accepted),
            (Unsure, Stage::Other, Accepted),
            (Unsure, Stage::Delivered, Delivered),
            (Accepted, Stage::Other, Accepted),
            (Accepted, Stage::Moving, InTransit),
            (Accepted, Stage::Lost, Failed),
            (InTransit, Stage::Other, InTransit),
            (InTransit, Stage::Returned, Returned),
            (Delivered, Stage::Moving, Delivered),
            (Delivered, Stage::Other, Delivered),
            (Delivered, Stage::Lost, Delivered),
            (Delivered, Stage::Returned, Returned),
            (Returned, Stage::Delivered, Returned),
            (Cancelled, Stage::Moving, Cancelled),
            (Cancelled, Stage::Delivered, Delivered),
            (Failed, Stage::Other, Failed),
        ] {
            assert_eq!(before.after(stage), after, "{before} {stage:?}");
        }
        let counting: Vec<_> = ShipmentStatus::ALL.iter().filter(|status| status.counts()).collect();
        assert_eq!(counting, [&Delivered]);
    }

    #[test]
    fn what_cannot_be_sent_is_told_by_its_field() {
        assert!(errors(&[(1, 0)], 1, 0).is_empty());
        assert!(receiver_errors("Lê An", "0912345678", "12 Hàng Bạc, Hà Nội").is_empty());
        let pointers =
            |errors: Vec<FieldError>| -> Vec<String> { errors.into_iter().map(|e| e.pointer).collect() };
        assert_eq!(
            pointers(errors(&[(0, -1)], 0, -1)),
            ["/lines/0/quantity", "/lines/0/value_vnd", "/weight_g", "/cod_vnd"]
        );
        assert_eq!(pointers(errors(&[], 50_001, 0)), ["/lines", "/weight_g"]);
        assert_eq!(
            pointers(receiver_errors("", "09x", "Hà Nội")),
            ["/receiver/name", "/receiver/phone", "/receiver/address"]
        );
        assert_eq!(Unsure.check_cancel(), Err(Code::ShipmentUnsure));
        assert_eq!(Delivered.check_cancel(), Err(Code::ShipmentTooLate));
    }
}
