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

use crate::error::Code;
use crate::text_enum;

/// Number of criteria of a commune in the national set.
pub const CRITERIA: u8 = 19;

text_enum! {
    /// The stage a commune has reached.
    pub enum NewRural {
        /// Not recognised yet, or no longer: *chưa đạt chuẩn*.
        NotYet = "not_yet",
        /// *Đạt chuẩn*.
        Met = "met",
        /// *Nâng cao*.
        Advanced = "advanced",
        /// *Kiểu mẫu*.
        Model = "model",
    }
}

impl NewRural {
    fn next(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|stage| *stage > self)
    }
}

/// What is known of a commune from a date on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
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

/// Checks that a standing may follow the one in force and says what it means.
///
/// # Errors
/// `place.too_many_criteria`, `place.status_in_future`, `place.status_before_last`, `place.status_skips_stage`,
/// `place.no_decision`, `place.criteria_open`: the first that applies.
pub fn follow(current: Option<&Standing>, next: &Standing, today: NaiveDate) -> Result<Step, Code> {
    if next.criteria_met > CRITERIA {
        return Err(Code::TooManyCriteria);
    }
    if next.since > today {
        return Err(Code::StatusInFuture);
    }
    let Some(current) = current else {
        return Ok(Step::First);
    };
    if next.since < current.since {
        return Err(Code::StatusBeforeLast);
    }
    let step = match next.status.cmp(&current.status) {
        std::cmp::Ordering::Equal => return Ok(Step::Counted),
        std::cmp::Ordering::Less => Step::Revoked,
        std::cmp::Ordering::Greater if current.status.next() == Some(next.status) => Step::Recognised,
        std::cmp::Ordering::Greater => return Err(Code::StatusSkipsStage),
    };
    if next.decision.as_deref().is_none_or(|d| d.trim().is_empty()) {
        return Err(Code::NoDecision);
    }
    if step == Step::Recognised && next.status == NewRural::Met && next.criteria_met < CRITERIA {
        return Err(Code::CriteriaOpen);
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
        let skip = Err(Code::StatusSkipsStage);
        for (from, expected) in [
            (NotYet, [Ok(Counted), Ok(Recognised), skip, skip]),
            (Met, [Ok(Revoked), Ok(Counted), Ok(Recognised), skip]),
            (Advanced, [Ok(Revoked), Ok(Revoked), Ok(Counted), Ok(Recognised)]),
            (Model, [Ok(Revoked), Ok(Revoked), Ok(Revoked), Ok(Counted)]),
        ] {
            let found = NewRural::ALL.iter().map(|to| follow(Some(&standing(from)), &standing(*to), day(20)));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{from:?}");
        }
        for first in NewRural::ALL {
            assert_eq!(follow(None, &standing(*first), day(20)), Ok(Step::First));
        }
    }

    #[test]
    fn refusals() {
        use NewRural::{Met, NotYet};
        let from = standing(NotYet);
        let met = standing(Met);
        for (next, code) in [
            (Standing { criteria_met: 20, ..met.clone() }, Code::TooManyCriteria),
            (Standing { since: day(21), ..met.clone() }, Code::StatusInFuture),
            (Standing { since: day(9), ..met.clone() }, Code::StatusBeforeLast),
            (Standing { criteria_met: 18, ..met.clone() }, Code::CriteriaOpen),
            (Standing { decision: Some(" ".into()), ..met.clone() }, Code::NoDecision),
            (Standing { decision: None, ..met }, Code::NoDecision),
        ] {
            assert_eq!(follow(Some(&from), &next, day(20)), Err(code));
        }
        let counted = Standing { criteria_met: 15, decision: None, ..from.clone() };
        assert_eq!(follow(Some(&from), &counted, day(20)), Ok(Step::Counted));
    }
}
