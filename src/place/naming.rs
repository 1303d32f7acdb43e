//! Names of units as people write them: with or without the type, shortened or not.

use crate::text;

/// The type of a unit at any level, before or after 1 July 2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Province,
    City,
    Town,
    District,
    UrbanDistrict,
    Commune,
    Ward,
    Township,
    SpecialZone,
}

/// Every way to write a type before a name: folded, with accents.
const TYPES: [(&str, &str, Type); 18] = [
    ("xa", "xã", Type::Commune),
    ("x", "x", Type::Commune),
    ("phuong", "phường", Type::Ward),
    ("p", "p", Type::Ward),
    ("thi tran", "thị trấn", Type::Township),
    ("tt", "tt", Type::Township),
    ("dac khu", "đặc khu", Type::SpecialZone),
    ("dk", "đk", Type::SpecialZone),
    ("huyen", "huyện", Type::District),
    ("h", "h", Type::District),
    ("quan", "quận", Type::UrbanDistrict),
    ("q", "q", Type::UrbanDistrict),
    ("thi xa", "thị xã", Type::Town),
    ("tx", "tx", Type::Town),
    ("thanh pho", "thành phố", Type::City),
    ("tp", "tp", Type::City),
    ("tinh", "tỉnh", Type::Province),
    ("t", "t", Type::Province),
];

/// How well a written name fits a unit's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The same name, accents included; the place of a tone and the case do not matter.
    Same,
    /// Only without accents, or the name is the same and the type is another.
    Alike,
}

/// Takes the type off a written name: `TP. Thái Nguyên` is a city and `Thái Nguyên`.
///
/// A word with other accents is no type: `Xá Lượng` is a name.
pub(super) fn split_type(written: &str) -> Option<(Type, &str)> {
    [1, 2].into_iter().find_map(|count| {
        let (head, name) = take_words(written, count)?;
        let plain = text::fold(head);
        let (_, spelling, kind) = TYPES.iter().find(|(folded, ..)| *folded == plain)?;
        let accents_fit = head.is_ascii() || text::sort_key(head) == text::sort_key(spelling);
        (accents_fit && !name.is_empty()).then_some((*kind, name))
    })
}

/// The first words (parted by blanks or dots) and the rest without what parts them.
fn take_words(written: &str, count: usize) -> Option<(&str, &str)> {
    let parts = |c: char| c.is_whitespace() || c == '.';
    let written = written.trim_start();
    let mut end = 0;
    for _ in 0..count {
        let rest = written.get(end..)?;
        let start = rest.len() - rest.trim_start_matches(parts).len();
        end += start + rest.get(start..)?.find(parts)?;
    }
    let (head, rest) = written.split_at_checked(end)?;
    Some((head, rest.trim_matches(parts)))
}

/// Folds a name; a number loses the zeros in front (`Phường 01` is `Phường 1`).
pub(super) fn plain(written: &str) -> String {
    let folded = text::fold(written);
    if !folded.contains('0') {
        return folded;
    }
    let number = |w: &str| w.len() > 1 && w.bytes().all(|b| b.is_ascii_digit());
    let words = folded.split(' ').map(|w| if number(w) { w.trim_start_matches('0') } else { w });
    words.collect::<Vec<_>>().join(" ")
}

/// How a written name, with or without type, fits a name of this type.
pub(super) fn fit(written: &str, kind: Type, name: &str) -> Option<Fit> {
    let typed = split_type(written);
    let same = |a: &str| text::sort_key(a) == text::sort_key(name);
    if same(written) || typed.is_some_and(|(k, rest)| k == kind && same(rest)) {
        return Some(Fit::Same);
    }
    let folded = plain(name);
    let alike = plain(written) == folded || typed.is_some_and(|(_, rest)| plain(rest) == folded);
    alike.then_some(Fit::Alike)
}

/// How a written name fits a full name such as `Thành phố Thái Nguyên`.
pub(super) fn fit_full(written: &str, full: &str) -> Option<Fit> {
    let (kind, name) = split_type(full)?;
    fit(written, kind, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_off() {
        for (written, kind, name) in [
            ("Xã Tân Cương", Type::Commune, "Tân Cương"),
            ("xa tan cuong", Type::Commune, "tan cuong"),
            ("TP. Thái Nguyên", Type::City, "Thái Nguyên"),
            ("TP.Thái Nguyên", Type::City, "Thái Nguyên"),
            ("Thành Phố Bắc Kạn", Type::City, "Bắc Kạn"),
            ("TT.  Trại Cau ", Type::Township, "Trại Cau"),
            ("Thị trấn Trại Cau", Type::Township, "Trại Cau"),
            ("Thị xã Phổ Yên", Type::Town, "Phổ Yên"),
            ("Q.1", Type::UrbanDistrict, "1"),
            ("Đặc khu Côn Đảo", Type::SpecialZone, "Côn Đảo"),
        ] {
            assert_eq!(split_type(written), Some((kind, name)), "{written}");
        }
        for written in ["Tân Cương", "Xá Lượng", "Xã", "Xã ", "", "Thị", "Thị trấn", "...", "Phượng Tiến"]
        {
            assert_eq!(split_type(written), None, "{written}");
        }
    }

    #[test]
    fn names_fit() {
        for (written, fits) in [
            ("Hòa Bình", Some(Fit::Same)),
            ("hoà bình", Some(Fit::Same)),
            ("Xã Hòa Bình", Some(Fit::Same)),
            ("Phường Hòa Bình", Some(Fit::Alike)),
            ("Hoa Binh", Some(Fit::Alike)),
            ("Hóa Bình", Some(Fit::Alike)),
            ("Hòa", None),
            ("", None),
        ] {
            assert_eq!(fit(written, Type::Commune, "Hòa Bình"), fits, "{written}");
        }
        assert_eq!(fit_full("TP Thái Nguyên", "Thành phố Thái Nguyên"), Some(Fit::Same));
        assert_eq!(fit_full("Quận 01", "Quận 1"), Some(Fit::Same));
    }
}
