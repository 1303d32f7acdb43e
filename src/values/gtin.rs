//! The trade item number behind a bar code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ValueError;

/// A GTIN of 8, 12, 13 or 14 digits with a right check digit (GS1 General Specifications, section 7.9), kept
/// as it was given. Only GS1 members have numbers: never make one up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gtin(String);

super::text_value!(Gtin);

impl Gtin {
    /// The digits as they were given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 14 digits, filled with zeros in front: the form GS1 Digital Link and comparison use.
    pub fn to_gtin14(&self) -> String {
        format!("{:0>14}", self.0)
    }

    /// Whether GS1 Viet Nam issued the number (prefix 893).
    pub fn is_vietnamese(&self) -> bool {
        match self.0.len() {
            14 => self.0.get(1..4) == Some("893"),
            13 => self.0.starts_with("893"),
            _ => false,
        }
    }
}

impl FromStr for Gtin {
    type Err = ValueError;

    /// Reads a number; blanks and hyphens are ignored.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let format = || {
            ValueError::new(
                "gtin.format",
                "Mã GTIN gồm 8, 12, 13 hoặc 14 chữ số.",
                "A GTIN has 8, 12, 13 or 14 digits.",
            )
        };
        if text.len() > 40 {
            return Err(format());
        }
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        if !plain || !matches!(digits.len(), 8 | 12 | 13 | 14) || digits.bytes().all(|b| b == b'0') {
            return Err(format());
        }
        // From the right: the check digit counts once, then 3 and 1 in turn; the sum must end in 0.
        let sum: u32 = digits
            .bytes()
            .rev()
            .zip([1, 3].into_iter().cycle())
            .map(|(d, weight)| u32::from(d - b'0') * weight)
            .sum();
        if !sum.is_multiple_of(10) {
            return Err(ValueError::new(
                "gtin.check_digit",
                "Mã GTIN sai chữ số kiểm tra: hãy đọc lại mã vạch.",
                "The check digit of the GTIN is wrong: read the bar code again.",
            ));
        }
        Ok(Self(digits))
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_every_length() {
        for (text, long, vietnamese) in [
            ("96385074", "00000096385074", false),
            ("036000291452", "00036000291452", false),
            ("4006381333931", "04006381333931", false),
            ("8934563138165", "08934563138165", true),
            ("10614141000415", "10614141000415", false),
        ] {
            let gtin: Gtin = text.parse().unwrap();
            assert_eq!((gtin.as_str(), gtin.to_gtin14().as_str()), (text, long));
            assert_eq!(gtin.is_vietnamese(), vietnamese, "{text}");
        }
        assert_eq!("893-4563-138165".parse::<Gtin>().unwrap().to_string(), "8934563138165");
    }

    #[test]
    fn refuses_with_a_reason() {
        for (text, code) in [
            ("8934563138164", "gtin.check_digit"),
            ("", "gtin.format"),
            ("0000000000000", "gtin.format"),
            ("400638133393", "gtin.check_digit"),
            ("40063813339", "gtin.format"),
            ("400638133393I", "gtin.format"),
        ] {
            assert_eq!(text.parse::<Gtin>().map_err(|e| e.code), Err(code), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn one_check_digit_fits(body in "[1-9][0-9]{11}") {
            let fits: Vec<Gtin> = (0..10).filter_map(|check| format!("{body}{check}").parse().ok()).collect();
            prop_assert_eq!(fits.len(), 1);
            let json = serde_json::to_string(&fits[0]).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Gtin>(&json).unwrap(), &fits[0]);
            prop_assert_eq!(fits[0].to_gtin14().parse::<Gtin>().map(|g| g.to_gtin14()), Ok(fits[0].to_gtin14()));
        }

        #[test]
        fn nothing_panics(text in ".{0,45}") {
            let _ = text.parse::<Gtin>();
        }
    }
}
