//! New-rural-area status of a commune (*xã nông thôn mới*): what may follow what.
//!
//! A commune is recognised stage by stage and may lose a recognition (Decision 18/2022/QĐ-TTg on recognising
//! and revoking). Between decisions the number of criteria met is counted again.
//!
//! | from \ to | not_yet | met | advanced | model |
//! |---|---|---|---|---|
//! | (nothing) | first | first | first | first |
//! | not_yet | counted | recognised | – | – |
//! | met | revoked | counted | recognised | – |
//! | advanced | revoked | revoked | counted | recognised |
//! | model | revoked | revoked | revoked | counted |

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Number of criteria of a commune in the national set.
pub const CRITERIA: u8 = 19;

/// The stage a commune has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewRural {
    /// Not recognised yet, or no longer.
    NotYet,
    /// *Đạt chuẩn*.
    Met,
    /// *Nâng cao*.
    Advanced,
    /// *Kiểu mẫu*.
    Model,
}

impl NewRural {
    /// All stages from the lowest.
    pub const ALL: [Self; 4] = [Self::NotYet, Self::Met, Self::Advanced, Self::Model];

    /// The name kept in the database and used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Met => "met",
            Self::Advanced => "advanced",
            Self::Model => "model",
        }
    }

    /// The stage of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// The stage in Vietnamese.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotYet => "chưa đạt chuẩn",
            Self::Met => "đạt chuẩn",
            Self::Advanced => "nâng cao",
            Self::Model => "kiểu mẫu",
        }
    }

    fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| *stage > self)
    }
}

/// What is known of a commune from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The stage.
    pub status: NewRural,
    /// Criteria met, 0 to [`CRITERIA`]. May be lower than 19 in a recognised commune: criteria were raised
    /// after its recognition.
    pub criteria_met: u8,
    /// The day of the decision or count.
    pub since: NaiveDate,
    /// Number of the decision.
    pub decision: Option<String>,
}

/// What a new standing means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The first one recorded; a commune made of others may begin at any stage.
    First,
    /// The same stage, criteria counted again.
    Counted,
    /// One stage up by decision.
    Recognised,
    /// A recognition was lost by decision.
    Revoked,
}

/// Why a standing cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than 19 criteria.
    #[error("a commune has 19 criteria")]
    TooManyCriteria,
    /// Dated after today.
    #[error("the date is in the future")]
    InFuture,
    /// Dated before the standing that is in force.
    #[error("the date is before that of the last standing")]
    BeforeLast,
    /// More than one stage up at once.
    #[error("stages are recognised one after the other")]
    SkipsStage,
    /// Recognised as met with criteria open.
    #[error("all 19 criteria are needed to be recognised")]
    CriteriaOpen,
    /// A stage was changed without a decision.
    #[error("recognition and revocation need the number of the decision")]
    NoDecision,
}

impl Refusal {
    /// The stable code of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyCriteria => "place.too_many_criteria",
            Self::InFuture => "place.status_in_future",
            Self::BeforeLast => "place.status_before_last",
            Self::SkipsStage => "place.status_skips_stage",
            Self::CriteriaOpen => "place.criteria_open",
            Self::NoDecision => "place.no_decision",
        }
    }
}

/// Checks that a standing may follow the one in force and says what it means.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn follow(current: Option<&Standing>, next: &Standing, today: NaiveDate) -> Result<Step, Refusal> {
    if next.criteria_met > CRITERIA {
        return Err(Refusal::TooManyCriteria);
    }
    if next.since > today {
        return Err(Refusal::InFuture);
    }
    let Some(current) = current else {
        return Ok(Step::First);
    };
    if next.since < current.since {
        return Err(Refusal::BeforeLast);
    }
    let step = match next.status.cmp(&current.status) {
        std::cmp::Ordering::Equal => return Ok(Step::Counted),
        std::cmp::Ordering::Less => Step::Revoked,
        std::cmp::Ordering::Greater if current.status.next() == Some(next.status) => Step::Recognised,
        std::cmp::Ordering::Greater => return Err(Refusal::SkipsStage),
    };
    if next.decision.as_deref().is_none_or(|d| d.trim().is_empty()) {
        return Err(Refusal::NoDecision);
    }
    if step == Step::Recognised && next.status == NewRural::Met && next.criteria_met < CRITERIA {
        return Err(Refusal::CriteriaOpen);
    }
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn standing(status: NewRural) -> Standing {
        Standing { status, criteria_met: 19, since: day(10), decision: Some("12/QĐ-UBND".into()) }
    }

    #[test]
    fn the_table_of_the_module_holds() {
        use NewRural::{Advanced, Met, Model, NotYet};
        use Step::{Counted, Recognised, Revoked};
        let skip = Err(Refusal::SkipsStage);
        for (from, expected) in [
            (NotYet, [Ok(Counted), Ok(Recognised), skip, skip]),
            (Met, [Ok(Revoked), Ok(Counted), Ok(Recognised), skip]),
            (Advanced, [Ok(Revoked), Ok(Revoked), Ok(Counted), Ok(Recognised)]),
            (Model, [Ok(Revoked), Ok(Revoked), Ok(Revoked), Ok(Counted)]),
        ] {
            let found = NewRural::ALL.map(|to| follow(Some(&standing(from)), &standing(to), day(20)));
            assert_eq!(found, expected, "{from:?}");
        }
        for first in NewRural::ALL {
            assert_eq!(follow(None, &standing(first), day(20)), Ok(Step::First));
        }
    }

    #[test]
    fn refusals() {
        use NewRural::{Met, NotYet};
        let from = standing(NotYet);
        let met = standing(Met);
        for (next, refusal) in [
            (Standing { criteria_met: 20, ..met.clone() }, Refusal::TooManyCriteria),
            (Standing { since: day(21), ..met.clone() }, Refusal::InFuture),
            (Standing { since: day(9), ..met.clone() }, Refusal::BeforeLast),
            (Standing { criteria_met: 18, ..met.clone() }, Refusal::CriteriaOpen),
            (Standing { decision: Some(" ".into()), ..met.clone() }, Refusal::NoDecision),
            (Standing { decision: None, ..met }, Refusal::NoDecision),
        ] {
            assert_eq!(follow(Some(&from), &next, day(20)), Err(refusal));
        }
        let counted = Standing { criteria_met: 15, decision: None, ..from.clone() };
        assert_eq!(follow(Some(&from), &counted, day(20)), Ok(Step::Counted));
    }

    #[test]
    fn names_are_those_of_the_api() {
        for stage in NewRural::ALL {
            assert_eq!(NewRural::from_name(stage.as_str()), Some(stage));
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
        assert_eq!(NewRural::from_name("Met"), None);
    }
}
