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
        /// It was sent and nothing came back: the carrier may have it. Only a person who asked the carrier sends it again.
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

text_enum! {
    /// What a person found out on the carrier's own page.
    pub enum ByHand {
        /// The carrier has the consignment.
        There = "there",
        /// The carrier has no such consignment.
        NotThere = "not_there",
    }
}

use ShipmentStatus::{Accepted, Cancelled, Delivered, Failed, InTransit, Returned, Sending, Unsure};

/// Most lines of one parcel.
pub const LINES_MAX: usize = 20;
/// Heaviest parcel, grams: 50 kg.
const WEIGHT_MAX: i32 = 50_000;
/// Shortest and longest number of a carrier, in characters.
const NUMBER_MIN: usize = 4;
const NUMBER_MAX: usize = 50;
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

    /// Whether a person may settle it by hand.
    ///
    /// # Errors
    /// `shipment.not_unsure`.
    pub const fn check_by_hand(self) -> Result<(), Code> {
        match self {
            Unsure => Ok(()),
            _ => Err(Code::ShipmentNotUnsure),
        }
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

/// What is wrong with what a person says about a shipment: whether its number, and a receiver, are given where they
/// belong.
pub fn by_hand_errors(said: ByHand, number: Option<&str>, receiver: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let there = said == ByHand::There;
    let sound = |number: &str| {
        (NUMBER_MIN..=NUMBER_MAX).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
    };
    if there && !number.is_some_and(sound) {
        errors.push(field(
            "/carrier_number".into(),
            "carrier_number.format",
            "Ghi số vận đơn của đơn vị vận chuyển: 4 đến 50 chữ và số không dấu.",
            "Write the carrier's number: 4 to 50 plain letters and digits.",
        ));
    }
    if !there && number.is_some() {
        errors.push(field(
            "/carrier_number".into(),
            "carrier_number.not_there",
            "Vận đơn không có ở đơn vị vận chuyển thì không có số.",
            "A consignment that the carrier has not has no number.",
        ));
    }
    if there && receiver {
        errors.push(field(
            "/receiver".into(),
            "receiver.there",
            "Đơn vị vận chuyển đã có vận đơn nên không gửi lại; bỏ người nhận.",
            "The carrier has the consignment, so it is not sent again; leave the receiver out.",
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
    fn what_a_person_says_fits_together() {
        for (said, number, receiver, pointers) in [
            (ByHand::There, Some("CT70000001VN"), false, vec![]),
            (ByHand::There, None, false, vec!["/carrier_number"]),
            (ByHand::There, Some("CT1 2"), true, vec!["/carrier_number", "/receiver"]),
            (ByHand::NotThere, None, false, vec![]),
            (ByHand::NotThere, None, true, vec![]),
            (ByHand::NotThere, Some("10345000001"), true, vec!["/carrier_number"]),
        ] {
            let errors = by_hand_errors(said, number, receiver);
            let told: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(told, pointers, "{said} {number:?} {receiver}");
        }
        let settled: Vec<_> = ShipmentStatus::ALL.iter().filter(|s| s.check_by_hand().is_ok()).collect();
        assert_eq!(settled, [&Unsure]);
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
