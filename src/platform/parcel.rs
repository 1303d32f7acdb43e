//! What carriers want to know of a parcel and a product of ours does not say: a shop tells its usual box.

use std::collections::BTreeMap;

use super::state::{Credentials, SettingError, Text};

/// Setting: length, width and height of the shop's usual parcel in whole centimetres, `20x12x8`.
pub(super) const SIZE: &str = "package_size";
/// Longest side, in centimetres: beyond it stands a slip of the finger.
const SIDE_MAX: u32 = 300;

/// Length, width and height in centimetres.
pub(super) fn size(text: &str) -> Option<[u32; 3]> {
    let sides = text.split(['x', 'X', '×', '*']).map(|side| side.trim().parse::<u32>().ok());
    let sides: Vec<u32> = sides.collect::<Option<_>>()?;
    let sides: [u32; 3] = sides.try_into().ok()?;
    sides.iter().all(|side| (1..=SIDE_MAX).contains(side)).then_some(sides)
}

/// The shop's usual parcel, if it told one.
pub(super) fn of(credentials: &Credentials) -> Option<[u32; 3]> {
    size(credentials.setting(SIZE, ""))
}

/// What is wrong with the size that a shop tells, if it tells one.
pub(super) fn errors(settings: &BTreeMap<String, String>) -> Option<SettingError> {
    let given = settings.get(SIZE).map(|text| text.trim()).filter(|text| !text.is_empty());
    given.filter(|text| size(text).is_none()).map(|_| SettingError {
        name: SIZE,
        text: Text::fixed(
            "Kích thước kiện hàng ghi là dài x rộng x cao bằng số nguyên cm, ví dụ 20x12x8.",
            "The size of the parcel is length x width x height in whole centimetres, such as 20x12x8.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_three_sides() {
        for text in ["20x12x8", " 20 x 12 × 8", "20X12*8"] {
            assert_eq!(size(text), Some([20, 12, 8]), "{text}");
        }
        for text in ["", "20", "20x12", "20x12x8x1", "0x1x1", "301x1x1", "-1x1x1", "1.5x1x1"] {
            assert_eq!(size(text), None, "{text}");
        }
        let told = |text: &str| errors(&BTreeMap::from([(SIZE.to_owned(), text.to_owned())]));
        assert_eq!((told("20x12x8"), told(" "), errors(&BTreeMap::new())), (None, None, None));
        let text = told("20x12").unwrap().text;
        assert!(text.vi.contains("dài x rộng x cao") && text.en.contains("length"));
    }
}
