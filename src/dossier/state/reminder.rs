//! What people are told of a dossier's due date. Pure.

use chrono::NaiveDate;

use super::{Stage, day};

/// What the producer and the offices of its place are told of the dossier of a product that is due on a day, in
/// Vietnamese and English.
pub fn reminder_text(product: &str, stage: Stage, due_on: NaiveDate, today: NaiveDate) -> (String, String) {
    let (vi, en) = match stage {
        Stage::Commune => ("xã", "the commune"),
        Stage::Province => ("tỉnh", "the province"),
        Stage::Centre => ("trung ương", "the centre"),
    };
    let last = day(due_on);
    match (due_on - today).num_days() {
        left @ ..0 => {
            let late = left.abs();
            (
                format!(
                    "Hồ sơ của sản phẩm {product} đang ở {vi} đã quá hạn {late} ngày (hạn hết ngày {last}): hãy xử lý \
                     ngay, còn thiếu gì thì trả lại kèm lý do."
                ),
                format!(
                    "The dossier of {product} lies with {en} and is {late} days overdue (it was due by the end of \
                     {due_on}): deal with it now, or return it with what is missing."
                ),
            )
        }
        0 => (
            format!("Hồ sơ của sản phẩm {product} đang ở {vi}: hạn xử lý là hết hôm nay, {last}."),
            format!("The dossier of {product} lies with {en}: it is due by the end of today, {due_on}."),
        ),
        left => (
            format!("Hồ sơ của sản phẩm {product} đang ở {vi}: hạn xử lý hết ngày {last}, còn {left} ngày."),
            format!(
                "The dossier of {product} lies with {en}: it is due by the end of {due_on}, {left} days from now."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_says_where_it_lies_and_how_long_it_has() {
        let of = |due: &str, stage| {
            reminder_text("Chè đinh", stage, due.parse().unwrap(), "2026-12-14".parse().unwrap())
        };
        for (due, stage, vi, en) in [
            (
                "2026-12-17",
                Stage::Commune,
                "đang ở xã: hạn xử lý hết ngày 17/12/2026, còn 3 ngày",
                "3 days from now",
            ),
            (
                "2026-12-14",
                Stage::Province,
                "đang ở tỉnh: hạn xử lý là hết hôm nay",
                "end of today, 2026-12-14",
            ),
            ("2026-12-12", Stage::Centre, "đang ở trung ương đã quá hạn 2 ngày", "is 2 days overdue"),
        ] {
            let (told_vi, told_en) = of(due, stage);
            assert!(told_vi.contains(vi) && told_vi.contains("Chè đinh"), "{told_vi}");
            assert!(told_en.contains(en), "{told_en}");
        }
    }
}
