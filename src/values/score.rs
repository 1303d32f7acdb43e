//! Points and stars.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ValueError;

/// Points of a score sheet in hundredths of a point: `90.00` is `Points::from_hundredths(9000)`.
///
/// Option points are whole numbers; hundredths appear when totals of several sheets are averaged or legacy
/// scores such as 90.86 are carried over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i32);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// Points from hundredths of a point.
    pub const fn from_hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// Points from whole points; saturates far outside any score sheet.
    pub const fn from_whole(points: i32) -> Self {
        Self(points.saturating_mul(100))
    }

    /// Hundredths of a point.
    pub const fn hundredths(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

impl Serialize for Points {
    /// A decimal number with at most two digits: the API's form of a score.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(f64::from(self.0) / 100.0)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(d)?;
        number.to_string().parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Points {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .examples([serde_json::json!(86.25)])
            .into()
    }
}

impl utoipa::ToSchema for Points {}

impl FromStr for Points {
    type Err = ValueError;

    /// Reads a decimal with at most two digits after the point, exactly.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                "points.format",
                "Điểm phải là số từ 0 đến 999,99, viết với dấu chấm và nhiều nhất hai chữ số thập phân.",
                "Points are a number from 0 to 999.99 with at most two decimals.",
            )
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || !digits(whole) || fraction.len() > 2 || !digits(fraction) {
            return Err(refused());
        }
        let whole: i32 = whole.parse().map_err(|_| refused())?;
        let fraction: i32 = format!("{fraction:0<2}").parse().map_err(|_| refused())?;
        Ok(Self(whole * 100 + fraction))
    }
}

/// A star rating (*hạng sao*), 1 to 5. Only 3 to 5 are ever certified (Decision 26/2026/QĐ-TTg).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Star(u8);

impl Star {
    /// The lowest star.
    pub const ONE: Self = Self(1);

    /// Every star, the lowest first.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// The star of this number; `None` outside 1 to 5.
    pub const fn new(star: u8) -> Option<Self> {
        if star >= 1 && star <= 5 { Some(Self(star)) } else { None }
    }

    /// The number of stars.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl utoipa::PartialSchema for Star {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(5))
            .into()
    }
}

impl utoipa::ToSchema for Star {}

impl TryFrom<u8> for Star {
    type Error = ValueError;

    fn try_from(star: u8) -> Result<Self, ValueError> {
        Self::new(star).ok_or_else(|| {
            ValueError::new(
                "star.range",
                "Hạng sao là số nguyên từ 1 đến 5.",
                "A star is a whole number from 1 to 5.",
            )
        })
    }
}

impl From<Star> for u8 {
    fn from(star: Star) -> u8 {
        star.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_points_exactly_or_not_at_all() {
        for (text, hundredths) in
            [("0", 0), ("90", 9000), ("90.8", 9080), ("90.86", 9086), ("100.00", 10_000)]
        {
            assert_eq!(text.parse(), Ok(Points::from_hundredths(hundredths)), "{text}");
        }
        for text in ["", ".", ".5", "-1", "+1", "1e2", "90.866", "1000", "90,86", " 90", "٩"] {
            assert_eq!(text.parse::<Points>().map_err(|e| e.code), Err("points.format"), "{text:?}");
        }
    }

    #[test]
    fn stars_are_one_to_five() {
        let known: Vec<u8> = (0..=u8::MAX).filter_map(Star::new).map(Star::get).collect();
        assert_eq!(known, [1, 2, 3, 4, 5]);
        assert_eq!(serde_json::from_str::<Star>("4").unwrap().get(), 4);
        assert!(serde_json::from_str::<Star>("6").is_err());
    }

    proptest! {
        #[test]
        fn points_survive_print_and_json(hundredths in 0..100_000_i32) {
            let points = Points::from_hundredths(hundredths);
            prop_assert_eq!(points.to_string().parse(), Ok(points));
            let json = serde_json::to_string(&points).unwrap();
            prop_assert_eq!(serde_json::from_str::<Points>(&json).unwrap(), points);
        }
    }
}
