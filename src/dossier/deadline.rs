//! Deadlines in working days. Pure.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// Working days in which a commune answers a dossier (Decision 26/2026/QĐ-TTg, articles 5 to 8).
pub const COMMUNE_DAYS: u32 = 15;

/// Public holidays on a fixed day of the Gregorian year: month and day (Labour Code 2019, article 112). Those of the
/// lunar calendar (Tết, the Hùng Kings) and days made up for a weekend are announced year by year and not in here,
/// so a deadline over them comes out earlier than the law's, never later.
const FIXED_HOLIDAYS: [(u32, u32); 4] = [(1, 1), (4, 30), (5, 1), (9, 2)];

/// Whether offices work on a day.
pub fn is_working_day(day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    !weekend && !FIXED_HOLIDAYS.contains(&(day.month(), day.day()))
}

/// The last of `count` working days after a day. The day itself does not count (Civil Code 2015, article 147).
pub fn working_days_after(day: NaiveDate, count: u32) -> NaiveDate {
    let mut last = day;
    let mut left = count;
    while left > 0 {
        let Some(next) = last.checked_add_days(Days::new(1)) else { return last };
        last = next;
        left -= u32::from(is_working_day(last));
    }
    last
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        for (from, count, until) in [
            // A Monday: three weeks.
            ("2026-11-23", 15, "2026-12-14"),
            // Saturday 26 December; New Year 2027 is a Friday.
            ("2026-12-26", 5, "2027-01-04"),
            // 30 April 2027 is a Friday, 1 May a Saturday.
            ("2027-04-29", 1, "2027-05-03"),
            ("2026-09-01", 1, "2026-09-03"),
            ("2026-11-23", 0, "2026-11-23"),
        ] {
            assert_eq!(working_days_after(day(from), count), day(until), "{from} + {count}");
        }
    }

    proptest! {
        #[test]
        fn there_are_exactly_so_many_working_days_between(offset in 0_u64..4000, count in 1_u32..60) {
            let from = day("2020-01-01") + Days::new(offset);
            let until = working_days_after(from, count);
            prop_assert!(is_working_day(until));
            let between = from.iter_days().skip(1).take_while(|d| *d <= until).filter(|d| is_working_day(*d));
            prop_assert_eq!(u32::try_from(between.count()).unwrap(), count);
        }
    }
}
