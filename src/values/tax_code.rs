//! The tax code of a producer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ValueError;

/// A Vietnamese tax code (*mã số thuế*, Circular 86/2024/TT-BTC): 10 digits with a check digit for an organisation, these
/// and `-` and 3 digits for its dependent unit, or the 12-digit personal number of a household's
/// representative.
///
/// `Debug` shows a personal number as `TaxCode(personal)`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaxCode(String);

super::text_value!(TaxCode);

impl TaxCode {
    /// The code as it is printed: `0100233488`, `0100233488-001` or 12 digits. May be personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a person's number: personal data, never public, never logged.
    pub fn is_personal(&self) -> bool {
        self.0.len() == 12
    }

    /// The 10 digits of the organisation a dependent unit belongs to; the code itself otherwise.
    pub fn head(&self) -> &str {
        self.0.split_once('-').map_or(self.as_str(), |(head, _)| head)
    }
}

impl FromStr for TaxCode {
    type Err = ValueError;

    /// Reads a code; blanks are ignored and 13 digits may stand without their `-`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let format = || {
            ValueError::new(
                "tax_code.format",
                "Mã số thuế gồm 10 chữ số, 10 chữ số kèm dấu gạch ngang và 3 chữ số (đơn vị phụ thuộc), hoặc số định danh cá nhân 12 chữ số.",
                "A tax code has 10 digits, 10 digits with a hyphen and 3 digits (dependent unit), or is a personal number of 12 digits.",
            )
        };
        // Longer than any spelling of a code: refused before anything is copied.
        if text.len() > 40 {
            return Err(format());
        }
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (head, unit) = match compact.split_once('-') {
            Some((head, unit)) => (head, Some(unit)),
            None if compact.len() == 13 => {
                compact.split_at_checked(10).map_or((&*compact, None), |(h, u)| (h, Some(u)))
            }
            None => (&*compact, None),
        };
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !digits(head) || !unit.is_none_or(|u| digits(u) && u.len() == 3) {
            return Err(format());
        }
        match (head.len(), unit) {
            (12, None) => Ok(Self(compact)),
            (10, _) if !check_digit_holds(head) => Err(ValueError::new(
                "tax_code.check_digit",
                "Mã số thuế sai chữ số kiểm tra: hãy đối chiếu lại với giấy đăng ký.",
                "The check digit of the tax code is wrong: compare it with the registration paper.",
            )),
            (10, None) => Ok(Self(compact)),
            (10, Some(unit)) => Ok(Self(format!("{head}-{unit}"))),
            _ => Err(format()),
        }
    }
}

/// Digit 10 is 10 less the weighted sum of the other nine modulo 11; a sum that 11 divides has no check digit.
fn check_digit_holds(ten: &str) -> bool {
    const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    let sum: u32 = ten.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = ten.bytes().last().map(|digit| u32::from(digit - b'0'));
    !sum.is_multiple_of(11) && check == Some(10 - sum % 11)
}

impl fmt::Debug for TaxCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxCode({})", if self.is_personal() { "personal" } else { self.as_str() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_three_kinds() {
        for (text, kept) in [
            ("0100233488", "0100233488"),
            (" 0100 233 488 ", "0100233488"),
            ("0100233488-001", "0100233488-001"),
            ("0100233488001", "0100233488-001"),
            ("019088001234", "019088001234"),
        ] {
            assert_eq!(text.parse::<TaxCode>().unwrap().as_str(), kept);
        }
        assert_eq!("0100233488-001".parse::<TaxCode>().unwrap().head(), "0100233488");
    }

    #[test]
    fn refuses_with_a_reason() {
        for (text, code) in [
            ("0100233480", "tax_code.check_digit"),
            ("0100233480-001", "tax_code.check_digit"),
            // The weighted sum is 0: no digit can be right.
            ("0000000000", "tax_code.check_digit"),
            ("", "tax_code.format"),
            ("010023348", "tax_code.format"),
            ("01002334881", "tax_code.format"),
            ("0100233488-1", "tax_code.format"),
            ("0100233488-", "tax_code.format"),
            ("0100233488-001-1", "tax_code.format"),
            ("010023348a", "tax_code.format"),
            ("٠١٠٠٢٣٣٤٨٨", "tax_code.format"),
            ("019088001234-001", "tax_code.format"),
        ] {
            assert_eq!(text.parse::<TaxCode>().map_err(|e| e.code), Err(code), "{text:?}");
        }
        assert!(" ".repeat(1_000_000).parse::<TaxCode>().is_err());
    }

    #[test]
    fn a_person_stays_unprinted() {
        let person: TaxCode = "019088001234".parse().unwrap();
        assert_eq!(format!("{person:?}"), "TaxCode(personal)");
        let firm: TaxCode = "0100233488".parse().unwrap();
        assert_eq!(format!("{firm:?}"), "TaxCode(0100233488)");
    }

    proptest! {
        /// Weights below 11 apart and prime to 11: one wrong digit is always found.
        #[test]
        fn one_wrong_digit_is_found(place in 0_usize..10, add in 1_u8..10) {
            let mut digits = b"0100233488".to_vec();
            digits[place] = b'0' + (digits[place] - b'0' + add) % 10;
            let text = String::from_utf8(digits).unwrap();
            prop_assert_eq!(text.parse::<TaxCode>().map_err(|e| e.code), Err("tax_code.check_digit"));
        }

        #[test]
        fn a_read_code_reads_again(text in "[0-9 -]{9,15}") {
            if let Ok(code) = text.parse::<TaxCode>() {
                prop_assert_eq!(code.as_str().parse::<TaxCode>(), Ok(code.clone()));
                let json = serde_json::to_string(&code).unwrap();
                prop_assert_eq!(serde_json::from_str::<TaxCode>(&json).unwrap(), code);
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,45}") {
            let _ = text.parse::<TaxCode>();
        }
    }
}
