//! Numbers of decisions and certificates, by the pattern of each authority. Pure.

use crate::error::FieldError;

/// The pattern of certificate numbers where an authority has set none.
pub const CERTIFICATES: &str = "OCOP-{authority}-{year}-{serial:6}";
/// The Ministry's code in numbers (*trung ương*); a province has its own two digits.
pub const CENTRE: &str = "TW";
/// Longest pattern, in characters.
const PATTERN_MAX: usize = 60;
/// Most digits a serial number is filled up to.
const WIDTH_MAX: usize = 9;

/// Which numbers a pattern makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Of certificates: they stand in addresses, so ASCII letters, digits, `-`, `.` and `_` alone.
    Certificates,
    /// Of decisions: what an office writes, such as `2890/QĐ-UBND`.
    Decisions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Authority,
    Year,
    Serial(usize),
}

/// A pattern such as `OCOP-{authority}-{year}-{serial:6}`: `{authority}` is the authority's code, `{year}` the year of
/// the decision, `{serial}` the running number, `{serial:6}` the same filled up to six digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, at `pointer`: an unknown placeholder, none or two of `{serial}`, a character that
    /// does not belong there, more than 60 characters.
    pub fn parse(pointer: &str, text: &str, used: Use) -> Result<Self, FieldError> {
        let wrong =
            |vi: &str, en: &str| FieldError::new(pointer, "pattern.invalid", vi.to_owned(), en.to_owned());
        let text = text.trim();
        if text.is_empty() || text.chars().count() > PATTERN_MAX {
            return Err(wrong("Mẫu số có từ 1 đến 60 ký tự.", "A pattern has 1 to 60 characters."));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.extend((!before.is_empty()).then(|| Piece::Text(before.to_owned())));
            let Some((name, after)) = after.split_once('}') else {
                return Err(wrong("Dấu { chưa được đóng.", "A { is not closed."));
            };
            let width = name.strip_prefix("serial:").and_then(|width| width.parse().ok());
            pieces.push(match (name, width) {
                ("authority", _) => Piece::Authority,
                ("year", _) => Piece::Year,
                ("serial", _) => Piece::Serial(1),
                (_, Some(width @ 1..=WIDTH_MAX)) => Piece::Serial(width),
                _ => {
                    return Err(wrong(
                        "Chỉ nhận {authority}, {year}, {serial} hoặc {serial:6} (1 đến 9 chữ số).",
                        "Takes {authority}, {year}, {serial} or {serial:6} (1 to 9 digits).",
                    ));
                }
            });
            rest = after;
        }
        pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.to_owned())));
        let fits = |c: char| match used {
            Use::Certificates => c.is_ascii_alphanumeric() || "-._".contains(c),
            Use::Decisions => !c.is_control() && c != '}',
        };
        let strange = |piece: &Piece| matches!(piece, Piece::Text(text) if !text.chars().all(fits));
        if pieces.iter().any(strange) {
            return Err(wrong(
                "Số giấy chứng nhận chỉ gồm chữ không dấu, chữ số và - . _ vì nằm trong địa chỉ tra cứu.",
                "A certificate's number has plain letters, digits and - . _ only, since it stands in addresses.",
            ));
        }
        let serials = pieces.iter().filter(|piece| matches!(piece, Piece::Serial(_))).count();
        if serials != 1 {
            return Err(wrong("Mẫu số cần đúng một {serial}.", "A pattern needs {serial} exactly once."));
        }
        Ok(Self(pieces))
    }

    fn write(&self, authority: &str, year: i32, serial: impl Fn(usize) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Authority => authority.to_owned(),
            Piece::Year => year.to_string(),
            Piece::Serial(width) => serial(*width),
        };
        self.0.iter().map(piece).collect()
    }

    /// The series a number belongs to: its text with the running number left open. Patterns that come to the same text
    /// count together, so that no number is given twice.
    pub fn series(&self, authority: &str, year: i32) -> String {
        self.write(authority, year, |width| match width {
            1 => "{serial}".to_owned(),
            width => format!("{{serial:{width}}}"),
        })
    }

    /// A number.
    pub fn number(&self, authority: &str, year: i32, serial: i64) -> String {
        self.write(authority, year, |width| format!("{serial:0width$}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_makes_numbers_of_its_series() {
        let table = [
            (CERTIFICATES, Use::Certificates, "OCOP-19-2026-000007", "OCOP-19-2026-{serial:6}"),
            ("{serial}/QĐ-UBND", Use::Decisions, "7/QĐ-UBND", "{serial}/QĐ-UBND"),
            ("{year}.{serial:3}", Use::Certificates, "2026.007", "2026.{serial:3}"),
        ];
        for (text, used, number, series) in table {
            let pattern = Pattern::parse("/x", text, used).unwrap();
            assert_eq!(pattern.number("19", 2026, 7), number);
            assert_eq!(pattern.series("19", 2026), series);
        }
        let long = Pattern::parse("/x", "{serial:3}", Use::Decisions).unwrap();
        assert_eq!(long.number("19", 2026, 12_345), "12345");
    }

    #[test]
    fn a_pattern_that_makes_no_good_numbers_is_refused() {
        for (text, used) in [
            ("", Use::Decisions),
            ("QĐ-UBND", Use::Decisions),
            ("{serial}{serial:2}", Use::Decisions),
            ("{serial:0}", Use::Decisions),
            ("{serial:10}", Use::Decisions),
            ("{number}", Use::Decisions),
            ("{serial", Use::Decisions),
            ("{serial}}", Use::Decisions),
            ("{serial}/OCOP", Use::Certificates),
            ("Số {serial}", Use::Certificates),
            ("{serial}\n-", Use::Certificates),
        ] {
            assert_eq!(
                Pattern::parse("/x", text, used).map_err(|e| e.code),
                Err("pattern.invalid"),
                "{text}"
            );
        }
        assert!(Pattern::parse("/x", &format!("{{serial}}{}", "x".repeat(60)), Use::Decisions).is_err());
    }
}
