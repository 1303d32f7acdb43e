//! Dates and numbers as Vietnamese papers write them.

use chrono::{Datelike as _, NaiveDate};

use crate::instant::Instant;
use crate::values::Points;

/// `ngày 05 tháng 02 năm 2026`: days below 10 and the first two months have a zero in front (Decree 30/2020/NĐ-CP,
/// appendix I).
pub fn date_in_full(date: NaiveDate) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let month = if month < 3 { format!("0{month}") } else { month.to_string() };
    format!("ngày {day:02} tháng {month} năm {year}")
}

/// The same for a day to be filled in by hand.
pub fn date_blank(year: i32) -> String {
    format!("ngày ..... tháng ..... năm {year}")
}

/// `05/02/2026`.
pub fn date(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// `08:30`, the time of day in Viet Nam.
pub fn time(at: Instant) -> String {
    at.time().format("%H:%M").to_string()
}

/// Points with a decimal comma and no more digits than needed: `3`, `80,25`.
pub fn points(points: Points) -> String {
    let text = points.to_string();
    text.strip_suffix(".00").map_or_else(|| text.replace('.', ","), str::to_owned)
}

/// A mean with its two digits: `80,00`.
pub fn score(points: Points) -> String {
    points.to_string().replace('.', ",")
}

/// A text with a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_the_first_months_have_a_zero() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(date_in_full(day(2026, 2, 5)), "ngày 05 tháng 02 năm 2026");
        assert_eq!(date_in_full(day(2026, 3, 15)), "ngày 15 tháng 3 năm 2026");
        assert_eq!(date(day(2026, 2, 5)), "05/02/2026");
        let morning = Instant::start_of_day(day(2026, 2, 5)).plus(chrono::Duration::minutes(8 * 60 + 5));
        assert_eq!(time(morning), "08:05");
    }

    #[test]
    fn points_have_a_comma() {
        for (hundredths, short, long) in
            [(300, "3", "3,00"), (8025, "80,25", "80,25"), (-50, "-0,50", "-0,50")]
        {
            let value = Points::from_hundredths(hundredths);
            assert_eq!((points(value).as_str(), score(value).as_str()), (short, long));
        }
        assert_eq!((capital("ủy ban").as_str(), capital("").as_str()), ("Ủy ban", ""));
    }
}
