//! Money: whole dong.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ValueError;

/// An amount in Vietnamese dong, from 0 to [`Vnd::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Vnd(i64);

impl Vnd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The greatest amount, just under 10¹⁵ dong: far above any real one, and exact as a JSON number.
    pub const MAX: Self = Self(999_999_999_999_999);

    /// An amount of this many dong.
    ///
    /// # Errors
    /// `vnd.range` below 0 or above [`Vnd::MAX`].
    pub fn new(dong: i64) -> Result<Self, ValueError> {
        if (0..=Self::MAX.0).contains(&dong) {
            return Ok(Self(dong));
        }
        Err(ValueError::new(
            "vnd.range",
            "Số tiền phải từ 0 đến dưới một triệu tỷ đồng.",
            "An amount is from 0 to less than 10^15 dong.",
        ))
    }

    /// Whole dong.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or `None` above [`Vnd::MAX`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0 + other.0).ok()
    }
}

impl TryFrom<i64> for Vnd {
    type Error = ValueError;

    fn try_from(dong: i64) -> Result<Self, ValueError> {
        Self::new(dong)
    }
}

impl From<Vnd> for i64 {
    fn from(amount: Vnd) -> i64 {
        amount.0
    }
}

impl FromStr for Vnd {
    type Err = ValueError;

    /// Reads digits, whole or grouped by threes with one kind of separator: `1250000`, `1.250.000`,
    /// `1,250,000`. A fraction is refused, not cut.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let format = || {
            ValueError::new(
                "vnd.format",
                "Số tiền là số đồng nguyên, ví dụ 1250000 hoặc 1.250.000.",
                "An amount is a whole number of dong, for example 1250000 or 1.250.000.",
            )
        };
        let text = text.trim();
        let separator = text.chars().find(|c| !c.is_ascii_digit());
        let mut groups = text.split(|c| Some(c) == separator);
        let first = groups.next().unwrap_or_default();
        let grouped = separator.is_some();
        let wrong = matches!(separator, Some(c) if c != '.' && c != ',')
            || first.is_empty()
            || text.len() > 30
            || (grouped && (first.len() > 3 || !groups.clone().all(|g| g.len() == 3)));
        let digits: String = std::iter::once(first).chain(groups).collect();
        if wrong || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format());
        }
        // Too many digits for the number type: only the range can be wrong by now.
        Self::new(digits.parse().unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Vnd {
    /// As people write it: `1.250.000 ₫`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(".")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(" ₫")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, dong) in [
            ("0", 0),
            ("1250000", 1_250_000),
            ("1.250.000", 1_250_000),
            (" 1,250,000 ", 1_250_000),
            ("85.000", 85_000),
        ] {
            assert_eq!(text.parse::<Vnd>().map(Vnd::get), Ok(dong), "{text}");
        }
        assert_eq!(Vnd(1_250_000).to_string(), "1.250.000 ₫");
        assert_eq!(Vnd(85).to_string(), "85 ₫");
    }

    #[test]
    fn refuses_with_a_reason() {
        for (text, code) in [
            ("", "vnd.format"),
            ("-5", "vnd.format"),
            ("12.5", "vnd.format"),
            ("1.250,000", "vnd.format"),
            ("1250.000", "vnd.format"),
            ("1 250", "vnd.format"),
            (".000", "vnd.format"),
            ("1.", "vnd.format"),
            ("1000000000000000", "vnd.range"),
            ("99999999999999999999999", "vnd.range"),
        ] {
            assert_eq!(text.parse::<Vnd>().map_err(|e| e.code), Err(code), "{text:?}");
        }
        assert!(Vnd::new(-1).is_err() && Vnd::new(i64::MAX).is_err());
        assert_eq!(Vnd::MAX.checked_add(Vnd(1)), None);
        assert!(serde_json::from_str::<Vnd>("-1").is_err() && serde_json::from_str::<Vnd>("1.5").is_err());
    }

    proptest! {
        #[test]
        fn survives_print_and_json(dong in 0..=Vnd::MAX.0) {
            let amount = Vnd(dong);
            prop_assert_eq!(amount.to_string().trim_end_matches(" ₫").parse(), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(json.as_str(), dong.to_string());
            prop_assert_eq!(serde_json::from_str::<Vnd>(&json).unwrap(), amount);
        }

        #[test]
        fn nothing_panics(text in ".{0,40}") {
            let _ = text.parse::<Vnd>();
        }
    }
}
