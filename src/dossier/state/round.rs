//! Rounds of evaluation (*đợt đánh giá*): when dossiers are closed and by when a round ends. Pure.
//!
//! Each tier has the rounds of the law every year; an office moves the dates of its own rounds or adds further ones.
//! A round is named by its office, year and number: `19-2026-1`, `centre-2026-2`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{Datelike as _, NaiveDate};

use crate::actor::{Actor, Role};
use crate::error::{Code, FieldError, Refusal};
use crate::text_enum;

text_enum! {
    /// Whose round.
    #[schema(as = RoundTier)]
    pub enum Tier {
        /// A province's: three and four stars.
        Province = "province",
        /// The ministry's: five stars.
        Centre = "centre",
    }
}

/// The office that holds a round.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Office {
    /// A province's, by its code.
    Province(String),
    /// The ministry's.
    Centre,
}

impl Office {
    /// Its tier.
    pub fn tier(&self) -> Tier {
        match self {
            Self::Province(_) => Tier::Province,
            Self::Centre => Tier::Centre,
        }
    }

    /// The province's code.
    pub fn province(&self) -> Option<&str> {
        match self {
            Self::Province(code) => Some(code),
            Self::Centre => None,
        }
    }

    /// The office of a tier and place.
    pub fn of(tier: Tier, province: Option<&str>) -> Option<Self> {
        match (tier, province) {
            (Tier::Province, Some(code)) => Some(Self::Province(code.to_owned())),
            (Tier::Centre, None) => Some(Self::Centre),
            _ => None,
        }
    }

    /// Whether somebody moves and adds rounds here: an officer of the office.
    ///
    /// # Errors
    /// `auth.forbidden`.
    pub fn manages(&self, actor: &Actor) -> Result<(), Refusal> {
        let may = match self {
            Self::Province(code) => {
                actor.has(Role::ProvincialOfficer) && actor.reach.province.as_ref() == Some(code)
            }
            Self::Centre => actor.has(Role::CentralOfficer),
        };
        if may { Ok(()) } else { Err(Code::Forbidden.into()) }
    }
}

/// The name of a round.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoundCode {
    /// Who holds it.
    pub office: Office,
    /// The year in which dossiers are closed.
    pub year: i32,
    /// Its number in that year, from 1.
    pub number: i32,
}

impl fmt::Display for RoundCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let office = self.office.province().unwrap_or("centre");
        write!(f, "{office}-{}-{}", self.year, self.number)
    }
}

impl FromStr for RoundCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let (office, year, number) =
            (parts.next().ok_or(())?, parts.next().ok_or(())?, parts.next().ok_or(())?);
        let office = match office {
            "centre" => Office::Centre,
            code if code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit()) => {
                Office::Province(code.to_owned())
            }
            _ => return Err(()),
        };
        let code =
            Self { office, year: year.parse().map_err(|_| ())?, number: number.parse().map_err(|_| ())? };
        // Only the way it is written is its name: no leading zeros or signs.
        if parts.next().is_none() && code.to_string() == text { Ok(code) } else { Err(()) }
    }
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Its name.
    pub code: RoundCode,
    /// Last day on which a dossier arrives in time.
    pub closes_on: NaiveDate,
    /// Last day of the evaluation.
    pub ends_on: NaiveDate,
    /// Raised by each change; 0 for a round as the law has it.
    pub version: i32,
}

/// A round of the law: tier, number, month and day of closing and end.
#[derive(Debug)]
struct Rule {
    tier: Tier,
    number: i32,
    closes: (u32, u32),
    ends: (u32, u32),
}

static FILE: &str = include_str!("../data/rounds.csv");

static LAW: LazyLock<Vec<Rule>> = LazyLock::new(|| rows().filter_map(parse).collect());

fn rows() -> impl Iterator<Item = &'static str> {
    FILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1)
}

fn parse(line: &str) -> Option<Rule> {
    let day = |text: &str| {
        let (month, day) = text.split_once('-')?;
        Some((month.parse().ok()?, day.parse().ok()?))
    };
    let mut cells = line.split(',');
    let (tier, number, closes, ends) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some(Rule {
        tier: tier.parse().ok()?,
        number: number.parse().ok()?,
        closes: day(closes)?,
        ends: day(ends)?,
    })
}

/// The rounds of the law for an office in a year.
pub fn by_law(office: &Office, year: i32) -> Vec<Round> {
    let date = |(month, day)| NaiveDate::from_ymd_opt(year, month, day);
    let rules = LAW.iter().filter(|rule| rule.tier == office.tier());
    rules
        .filter_map(|rule| {
            Some(Round {
                code: RoundCode { office: office.clone(), year, number: rule.number },
                closes_on: date(rule.closes)?,
                ends_on: date(rule.ends)?,
                version: 0,
            })
        })
        .collect()
}

/// The round a dossier that arrives on a day belongs to: the next to close. `rounds` are of one office.
pub fn next_to_close(rounds: &[Round], arrived: NaiveDate) -> Option<&Round> {
    rounds.iter().filter(|round| round.closes_on >= arrived).min_by_key(|round| round.closes_on)
}

/// The round that still runs and that a dossier came too late for.
pub fn missed(rounds: &[Round], arrived: NaiveDate) -> Option<&Round> {
    let running = |round: &&Round| round.closes_on < arrived && arrived <= round.ends_on;
    rounds.iter().filter(running).max_by_key(|round| round.closes_on)
}

/// What is wrong with a round's dates.
pub fn date_errors(year: i32, closes_on: NaiveDate, ends_on: NaiveDate) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if closes_on.year() != year {
        errors.push(FieldError::new(
            "/closes_on",
            "round.year",
            format!("Đợt này chốt hồ sơ trong năm {year}."),
            format!("This round closes in {year}."),
        ));
    }
    if ends_on < closes_on || (ends_on - closes_on).num_days() > 366 {
        errors.push(FieldError::new(
            "/ends_on",
            "round.dates",
            "Ngày kết thúc không trước ngày chốt hồ sơ và không quá một năm sau đó.",
            "A round ends on or after the day it closes, within a year.",
        ));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_law_has_two_rounds_a_year_for_each_tier() {
        assert_eq!(LAW.len(), rows().count());
        let of = |office: Office| -> Vec<String> {
            let rounds = by_law(&office, 2027);
            rounds.iter().map(|r| format!("{} {} {}", r.code, r.closes_on, r.ends_on)).collect()
        };
        assert_eq!(
            of(Office::Province("19".to_owned())),
            ["19-2027-1 2027-04-30 2027-06-30", "19-2027-2 2027-10-30 2027-12-30"]
        );
        assert_eq!(
            of(Office::Centre),
            ["centre-2027-1 2027-01-30 2027-03-30", "centre-2027-2 2027-07-30 2027-09-30"]
        );
    }

    #[test]
    fn a_dossier_goes_to_the_next_round_to_close() {
        let office = Office::Province("19".to_owned());
        let rounds: Vec<_> = [2026, 2027].into_iter().flat_map(|year| by_law(&office, year)).collect();
        for (arrived, next, late) in [
            ("2026-04-30", "19-2026-1", None),
            ("2026-05-01", "19-2026-2", Some("19-2026-1")),
            ("2026-07-01", "19-2026-2", None),
            ("2026-11-23", "19-2027-1", Some("19-2026-2")),
            ("2026-12-31", "19-2027-1", None),
        ] {
            let code = |round: Option<&Round>| round.map(|round| round.code.to_string());
            assert_eq!(code(next_to_close(&rounds, day(arrived))).as_deref(), Some(next), "{arrived}");
            assert_eq!(code(missed(&rounds, day(arrived))).as_deref(), late, "{arrived}");
        }
    }

    #[test]
    fn only_the_way_a_round_is_written_is_its_name() {
        for name in ["19-2026-1", "centre-2027-12"] {
            assert_eq!(name.parse::<RoundCode>().unwrap().to_string(), name);
        }
        for name in
            ["", "19", "19-2026", "19-2026-01", "19-2026-1-1", "1-2026-1", "center-2026-1", "19-+2026-1"]
        {
            assert!(name.parse::<RoundCode>().is_err(), "{name}");
        }
    }
}
