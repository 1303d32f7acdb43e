//! Rules of certificates: validity, numbers, the chain of a product. Pure.

use chrono::{Duration, Months, NaiveDate};

use crate::actor::{Actor, Role};
pub use crate::council::state::Tier;
use crate::error::{Code, FieldError, Refusal};
use crate::instant::Instant;
use crate::text_enum;
use crate::values::Star;

mod ending;
mod legacy;
mod number;

pub use ending::{
    ActKind, EXTENSION_MAX, NOTE_MAX, REMIND, Reason, conclusion_error, extended, in_force, notice, reminder,
    revoke_by,
};
pub use legacy::{
    Beside, Traits, UNKNOWN_ISSUER, clash, ends, legacy_errors, legacy_number, legacy_validity,
};
pub use number::{CENTRE, CERTIFICATES, Pattern, Use};

/// How long a certificate is valid (Decision 26/2026/QĐ-TTg).
const VALIDITY: Months = Months::new(36);
/// Longest decision number, title or issuer, in characters.
pub const LINE_MAX: usize = 200;

text_enum! {
    /// How a certificate stands in the records. What it is worth at a moment is its [`Standing`].
    #[schema(as = CertificateStatus)]
    pub enum Status {
        /// Issued; whether still valid is a matter of time.
        Valid = "valid",
        /// The product's next certificate took its place.
        Superseded = "superseded",
        /// Its time is over.
        Lapsed = "lapsed",
        /// Taken back.
        Revoked = "revoked",
    }
}

text_enum! {
    /// What a certificate is worth at a moment.
    pub enum Standing {
        /// The star may be shown.
        Valid = "valid",
        /// Its time is over.
        Lapsed = "lapsed",
        /// Taken back.
        Revoked = "revoked",
        /// The product's next certificate took its place.
        Superseded = "superseded",
        /// Its time has not begun.
        NotYet = "not_yet",
    }
}

text_enum! {
    /// What a certificate was in its product's chain.
    #[schema(as = CertificateStep)]
    pub enum Step {
        /// The product's first, or the first after a time without a star.
        First = "first",
        /// The same star again.
        Renewed = "renewed",
        /// A higher star than before.
        Upgraded = "upgraded",
        /// A lower star than before.
        Downgraded = "downgraded",
    }
}

text_enum! {
    /// What a leader's decision brings.
    pub enum Outcome {
        /// Decision and certificate.
        Recognised = "recognised",
        /// One or two stars, stopped, or no higher star for an upgrade: neither decision nor certificate.
        Refused = "refused",
        /// 90 points and more: for the centre to decide.
        Referred = "referred",
        /// Below five stars at the centre: back to the Chairman of the province.
        Returned = "returned",
        /// The Chairman has a product that came back evaluated again.
        EvaluatedAgain = "evaluated_again",
    }
}

text_enum! {
    /// What the Chairman of the province does with a product that came back from the centre.
    #[schema(as = DecisionChoice)]
    pub enum Choice {
        /// Recognise three or four stars on the central council's result.
        Recognise = "recognise",
        /// Have the province's council evaluate it again.
        EvaluateAgain = "evaluate_again",
    }
}

/// A council's result before the leader who decides on it.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// Who decides.
    pub by: Tier,
    /// Whose council concluded.
    pub council: Tier,
    /// The star by the exact mean alone.
    pub band: Star,
    /// The star with the floors met; `None` where the evaluation was stopped.
    pub star: Option<Star>,
    /// For an upgrade, the star the product has now.
    pub held: Option<Star>,
}

/// What a decision on a council's result brings (Decision 26/2026/QĐ-TTg, articles 7 and 8).
///
/// | decides | council | result | outcome |
/// |---|---|---|---|
/// | Chairman | province | stopped, or one or two stars | refused: neither decision nor certificate |
/// | Chairman | province | mean below 90, three or four stars | recognised |
/// | Chairman | province | mean of 90 and more, three stars or more | referred: the Ministry's, also where a floor keeps it below five stars |
/// | Minister | centre | five stars | recognised |
/// | Minister | centre | anything else | returned to the Chairman |
/// | Chairman | centre | he has it evaluated again | evaluated again by the province's council |
/// | Chairman | centre | he recognises three or four stars | recognised; below three refused |
///
/// An upgrade that brings no higher star is refused where it would be recognised: the certificate the product has
/// stays as it is (our reading).
///
/// # Errors
/// `decision.choice_needed` where the Chairman has to choose, `decision.no_choice` where there is nothing to choose.
pub fn outcome(verdict: Verdict, choice: Option<Choice>) -> Result<Outcome, Refusal> {
    let stars = verdict.star.map_or(0, Star::get);
    let came_back = (verdict.by, verdict.council) == (Tier::Province, Tier::Centre);
    match (came_back, choice) {
        (true, None) => return Err(Code::ChoiceNeeded.into()),
        (true, Some(Choice::EvaluateAgain)) => return Ok(Outcome::EvaluatedAgain),
        (false, Some(_)) => return Err(Code::NoChoice.into()),
        (true, Some(Choice::Recognise)) | (false, None) => {}
    }
    let higher = verdict.held.is_none_or(|held| stars > held.get());
    Ok(match (verdict.by, stars) {
        (Tier::Centre, 5) if higher => Outcome::Recognised,
        (Tier::Centre, _) => Outcome::Returned,
        (Tier::Province, 0..=2) => Outcome::Refused,
        (Tier::Province, _) if !came_back && verdict.band.get() == 5 => Outcome::Referred,
        (Tier::Province, _) if higher => Outcome::Recognised,
        (Tier::Province, _) => Outcome::Refused,
    })
}

/// Whether somebody signs for the authority that certifies, or has certified: the Chairman of the province, or the
/// Minister.
///
/// # Errors
/// `certificate.wrong_authority`.
pub fn signs(actor: &Actor, tier: Tier, province: &str) -> Result<(), Refusal> {
    let may = match tier {
        Tier::Province => {
            actor.has(Role::ProvincialLeader) && actor.reach.province.as_deref() == Some(province)
        }
        Tier::Centre => actor.has(Role::CentralLeader),
    };
    if may { Ok(()) } else { Err(Code::WrongAuthority.into()) }
}

/// The moments a certificate lives through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// First moment of validity.
    pub from: Instant,
    /// First moment after it.
    pub until: Instant,
    /// The next certificate took its place.
    pub superseded_at: Option<Instant>,
    /// Taken back.
    pub revoked_at: Option<Instant>,
}

impl Life {
    /// What the certificate is worth at a moment, also a past one.
    pub fn standing(&self, at: Instant) -> Standing {
        let passed = |end: Option<Instant>| end.is_some_and(|end| end <= at);
        if passed(self.revoked_at) {
            Standing::Revoked
        } else if passed(self.superseded_at) {
            Standing::Superseded
        } else if self.until <= at {
            Standing::Lapsed
        } else if at < self.from {
            Standing::NotYet
        } else {
            Standing::Valid
        }
    }
}

impl Status {
    /// How a certificate stands in the records that is not revoked.
    pub fn of(superseded_at: Option<Instant>, until: Instant, now: Instant) -> Self {
        match superseded_at {
            Some(_) => Self::Superseded,
            None if until <= now => Self::Lapsed,
            None => Self::Valid,
        }
    }
}

impl Life {
    /// The next moment after `at` at which the time alone changes what the certificate is worth.
    pub fn changes_after(&self, at: Instant) -> Option<Instant> {
        let moments = [Some(self.from), Some(self.until), self.superseded_at, self.revoked_at];
        moments.into_iter().flatten().filter(|moment| *moment > at).min()
    }
}

/// The first moment after 36 calendar months from a day: the last day counts in full, and a day the last month lacks is
/// that month's last (Civil Code 2015, article 148).
pub fn expiry(issued_on: NaiveDate) -> Instant {
    let last = issued_on.checked_add_months(VALIDITY).unwrap_or(NaiveDate::MAX);
    Instant::start_of_day(last.succ_opt().unwrap_or(last))
}

/// The last day of validity of an expiry.
pub fn last_day(until: Instant) -> NaiveDate {
    until.plus(Duration::microseconds(-1)).date()
}

/// The code of a product: province, commune, the commune's own sequence, year of evaluation (annex of Decision
/// 26/2026/QĐ-TTg), for example `19-05503-7-2026`.
pub fn product_code(province: &str, commune: &str, sequence: i64, year: i32) -> String {
    format!("{province}-{commune}-{sequence}-{year}")
}

/// The sequence in a product code of this commune: a product keeps it when it is rated again.
pub fn sequence_of(code: &str, province: &str, commune: &str) -> Option<i64> {
    let mut parts = code.split('-');
    let here = parts.next() == Some(province) && parts.next() == Some(commune);
    let sequence = parts.next()?.parse().ok()?;
    (here && parts.count() == 1).then_some(sequence)
}

/// What each certificate was in the chain, in the order of validity. One that did not take the place of the one before,
/// because that had lapsed or was revoked, begins anew.
pub fn steps(chain: &[(Star, Life)]) -> Vec<Step> {
    let before = std::iter::once(None).chain(chain.iter().map(Some));
    let step = |((star, life), before): (&(Star, Life), Option<&(Star, Life)>)| match before {
        Some((held, ended)) if ended.superseded_at == Some(life.from) => match star.cmp(held) {
            std::cmp::Ordering::Greater => Step::Upgraded,
            std::cmp::Ordering::Less => Step::Downgraded,
            std::cmp::Ordering::Equal => Step::Renewed,
        },
        _ => Step::First,
    };
    chain.iter().zip(before).map(step).collect()
}

/// The moment at which the state of a day is read: its end, so that what happens on the day counts.
pub fn end_of_day(day: NaiveDate) -> Instant {
    Instant::start_of_day(day.succ_opt().unwrap_or(day)).plus(Duration::microseconds(-1))
}

/// A line somebody wrote, without blanks around it.
///
/// # Errors
/// Empty or too long.
pub fn line(pointer: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if (1..=LINE_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(FieldError::new(
        pointer,
        "line.length",
        format!("Nhập từ 1 đến {LINE_MAX} ký tự, trên một dòng."),
        format!("Write 1 to {LINE_MAX} characters on one line."),
    ))
}

#[cfg(test)]
mod tests;
