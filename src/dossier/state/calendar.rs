//! Working days: weekends, public holidays and days made up for them. Pure.
//!
//! The days the Government announces stand in a file; those that officers of the centre added come on top. A year the
//! file does not hold has the holidays of fixed date alone, so a deadline in it comes out earlier than the law's, never
//! later, until the centre adds the others.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use crate::text_enum;

text_enum! {
    /// What is unusual about a day.
    pub enum DayKind {
        /// Offices are closed.
        Holiday = "holiday",
        /// Offices work although it is a weekend.
        WorkingDay = "working_day",
    }
}

text_enum! {
    /// How far a day is settled.
    #[schema(as = DayCertainty)]
    pub enum Certainty {
        /// Announced by the Government.
        Official = "official",
        /// Follows from the law and the lunar calendar.
        Computed = "computed",
        /// The law leaves a choice that was not announced when the file was written.
        Expected = "expected",
        /// Proposed only: it is not counted.
        Pending = "pending",
        /// Added by an officer of the centre.
        Added = "added",
    }
}

text_enum! {
    /// What a reminder of a dossier says.
    #[schema(as = DossierReminderKind)]
    pub enum Reminder {
        /// It is due within three days.
        DueSoon = "due_soon",
        /// Its due date has passed.
        Overdue = "overdue",
    }
}

/// A day that is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Special {
    /// The day.
    pub day: NaiveDate,
    /// What it is.
    pub kind: DayKind,
    /// How far that is settled.
    pub certainty: Certainty,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English; for a day that was added, the Vietnamese one.
    pub name_en: String,
}

static FILE: &str = include_str!("../data/working_days.csv");

static EMBEDDED: LazyLock<Vec<Special>> = LazyLock::new(|| rows().filter_map(parse).collect());

/// Lines of the file that hold a day.
fn rows() -> impl Iterator<Item = &'static str> {
    FILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1)
}

fn parse(line: &str) -> Option<Special> {
    let mut cells = line.split(',');
    let mut next = || cells.next();
    let (day, kind, certainty, vi, en) = (next()?, next()?, next()?, next()?, next()?);
    Some(Special {
        day: day.parse().ok()?,
        kind: kind.parse().ok()?,
        certainty: certainty.parse().ok()?,
        name_vi: vi.to_owned(),
        name_en: en.to_owned(),
    })
}

/// Public holidays on a fixed day of the Gregorian year (Labour Code 2019, article 112).
const FIXED: [(u32, u32, &str, &str); 4] = [
    (1, 1, "Tết Dương lịch", "New Year"),
    (4, 30, "Ngày Chiến thắng", "Reunification Day"),
    (5, 1, "Quốc tế Lao động", "Labour Day"),
    (9, 2, "Quốc khánh", "National Day"),
];

fn weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The special days of a year before anybody added one: of the file, or of fixed date where the file does not hold the
/// year. One that falls on a weekend is made up for on the next working day (Labour Code 2019, article 111).
pub fn of_year(year: i32) -> Vec<Special> {
    let held: Vec<_> = EMBEDDED.iter().filter(|special| special.day.year() == year).cloned().collect();
    if !held.is_empty() {
        return held;
    }
    let special = |day, vi: &str, en: &str| Special {
        day,
        kind: DayKind::Holiday,
        certainty: Certainty::Computed,
        name_vi: vi.to_owned(),
        name_en: en.to_owned(),
    };
    let mut days: Vec<Special> = FIXED
        .iter()
        .filter_map(|(month, day, vi, en)| {
            Some(special(NaiveDate::from_ymd_opt(year, *month, *day)?, vi, en))
        })
        .collect();
    let lieu: Vec<_> = days.iter().filter(|fixed| weekend(fixed.day)).cloned().collect();
    for fixed in lieu {
        let free = |day: &NaiveDate| !weekend(*day) && days.iter().all(|special| special.day != *day);
        if let Some(day) = fixed.day.iter_days().skip(1).find(free) {
            let (vi, en) =
                (format!("Nghỉ bù {}", fixed.name_vi), format!("Day off in lieu of {}", fixed.name_en));
            days.push(special(day, &vi, &en));
        }
    }
    days.sort_by_key(|special| special.day);
    days
}

/// Which days offices work.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    added: BTreeMap<NaiveDate, DayKind>,
}

impl Calendar {
    /// The calendar with the days that were added.
    pub fn with(added: impl IntoIterator<Item = (NaiveDate, DayKind)>) -> Self {
        Self { added: added.into_iter().collect() }
    }

    /// Whether offices work on a day.
    pub fn works(&self, day: NaiveDate) -> bool {
        let told = || {
            let year = of_year(day.year());
            let found = year.into_iter().find(|s| s.day == day && s.certainty != Certainty::Pending);
            found.map(|special| special.kind)
        };
        match self.added.get(&day).copied().or_else(told) {
            Some(kind) => kind == DayKind::WorkingDay,
            None => !weekend(day),
        }
    }

    /// The last of `count` working days after a day. The day itself does not count (Civil Code 2015, article 147).
    pub fn after(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let mut last = day;
        let mut left = count;
        while left > 0 {
            let Some(next) = last.checked_add_days(Days::new(1)) else { return last };
            last = next;
            left -= u32::from(self.works(last));
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_line_of_the_file_is_a_day_of_its_own_in_order() {
        assert_eq!(EMBEDDED.len(), rows().count());
        assert!(EMBEDDED.iter().is_sorted_by(|a, b| a.day < b.day));
        for special in EMBEDDED.iter() {
            if special.kind == DayKind::WorkingDay {
                assert!(weekend(special.day), "{special:?}");
            }
        }
        // As many days are made up as were exchanged.
        for year in [2025, 2026, 2027] {
            let of = |words: &str| of_year(year).iter().filter(|s| s.name_vi.starts_with(words)).count();
            assert_eq!(of("Nghỉ hoán đổi"), of("Làm bù"), "{year}");
        }
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let calendar = Calendar::default();
        for (from, count, until) in [
            // A Monday: three weeks.
            ("2026-11-23", 15, "2026-12-14"),
            // Saturday 26 December; New Year 2027 is a Friday.
            ("2026-12-26", 5, "2027-01-04"),
            // Saturday 1 May 2027 is made up for on Monday.
            ("2027-04-29", 1, "2027-05-04"),
            ("2026-11-23", 0, "2026-11-23"),
            // Over Tết 2026: nine days without work.
            ("2026-02-13", 1, "2026-02-23"),
            // Over Tết 2025.
            ("2025-01-24", 1, "2025-02-03"),
            // 2 January 2026 was exchanged for Saturday 10 January.
            ("2025-12-31", 1, "2026-01-05"),
            ("2026-01-09", 1, "2026-01-10"),
            // Five days off at the National Day of 2026; Saturday 22 August worked.
            ("2026-08-21", 1, "2026-08-22"),
            ("2026-08-28", 1, "2026-09-03"),
            // The Hùng Kings' day of 2026 is a Sunday.
            ("2026-04-24", 1, "2026-04-28"),
            // A year the file does not hold: 1 January 2028 is a Saturday, made up for on Monday.
            ("2027-12-31", 1, "2028-01-04"),
        ] {
            assert_eq!(calendar.after(day(from), count), day(until), "{from} + {count}");
        }
    }

    #[test]
    fn what_was_added_wins() {
        let added = [(day("2026-11-24"), DayKind::Holiday), (day("2026-11-28"), DayKind::WorkingDay)];
        let calendar = Calendar::with(added);
        assert_eq!(calendar.after(day("2026-11-23"), 1), day("2026-11-25"));
        assert_eq!(calendar.after(day("2026-11-27"), 1), day("2026-11-28"));
        assert_eq!(calendar.after(day("2026-11-23"), 15), day("2026-12-14"));
    }

    proptest! {
        #[test]
        fn there_are_exactly_so_many_working_days_between(offset in 0_u64..4000, count in 1_u32..60) {
            let calendar = Calendar::default();
            let from = day("2020-01-01") + Days::new(offset);
            let until = calendar.after(from, count);
            prop_assert!(calendar.works(until));
            let between = from.iter_days().skip(1).take_while(|d| *d <= until).filter(|d| calendar.works(*d));
            prop_assert_eq!(u32::try_from(between.count()).unwrap(), count);
        }
    }
}
