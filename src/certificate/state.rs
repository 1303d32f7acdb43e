//! Rules of certificates: validity, numbers, the chain of a product. Pure.

use chrono::{Datelike as _, Duration, Months, NaiveDate};

use crate::actor::{Actor, Role};
pub use crate::council::state::Tier;
use crate::error::{Code, FieldError, Refusal};
use crate::instant::Instant;
use crate::text_enum;
use crate::values::Star;

mod ending;
mod number;

pub use ending::{
    ActKind, EXTENSION_MAX, NOTE_MAX, REMIND, Reason, conclusion_error, extended, in_force, notice, reminder,
    revoke_by,
};
pub use number::{CENTRE, CERTIFICATES, Pattern, Use};

/// How long a certificate is valid (Decision 26/2026/QĐ-TTg).
const VALIDITY: Months = Months::new(36);
/// The year the programme began (Decision 490/QĐ-TTg of 7 May 2018): nothing was certified before.
const FIRST_YEAR: i32 = 2018;
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

/// Validity of an old certificate, from what is known of it.
///
/// | known | valid from | valid until |
/// |---|---|---|
/// | the day of the decision | that day | 36 months later |
/// | only the year | the last day of the year: then it was decided for certain | 36 months after the first day of the year: until then it is valid for certain |
/// | nothing | the day it is recorded | the same day: it counts as recognised, never as valid |
///
/// So a star is shown only while it is certain, and a certificate is never valid before the day it was recorded if
/// its year has not ended.
pub fn legacy_validity(decided_on: Option<NaiveDate>, year: Option<i32>, now: Instant) -> (Instant, Instant) {
    let recorded = Instant::start_of_day(now.date());
    if let Some(day) = decided_on {
        return (Instant::start_of_day(day), expiry(day));
    }
    let days =
        year.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31)));
    match days {
        Some((first, last)) => (Instant::start_of_day(last).min(recorded), expiry(first)),
        None => (recorded, recorded),
    }
}

/// What is wrong with an old certificate's star, year and date.
pub fn legacy_errors(
    star: Star,
    decided_on: Option<NaiveDate>,
    year: Option<i32>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if star.get() < 3 {
        errors.push(FieldError::new(
            "/star",
            "certificate.star",
            "Chỉ sản phẩm từ 3 sao có giấy chứng nhận.",
            "Only products with three stars or more are certified.",
        ));
    }
    if decided_on.is_some_and(|day| day > today || day.year() < FIRST_YEAR) {
        errors.push(FieldError::new(
            "/decided_on",
            "certificate.decided_on",
            "Ngày quyết định không thể trước năm 2018 hoặc sau hôm nay.",
            "A decision is not older than 2018 and not of the future.",
        ));
    }
    let fits = |year: i32| {
        // Products evaluated in one year are often decided in the next.
        let decided = decided_on.map_or(year, |day| day.year());
        (FIRST_YEAR..=today.year()).contains(&year) && (year..=year + 1).contains(&decided)
    };
    if year.is_some_and(|year| !fits(year)) {
        errors.push(FieldError::new(
            "/year",
            "certificate.year",
            "Năm đánh giá phải từ 2018 đến năm nay và khớp với ngày quyết định.",
            "The year is from 2018 to this one and fits the day of the decision.",
        ));
    }
    errors
}

/// The number an old certificate is recorded under: `OCOP-19-2021-L000001`.
pub fn legacy_number(authority: &str, year: Option<i32>, serial: i64) -> String {
    let year = year.map_or_else(|| "0000".to_owned(), |year| year.to_string());
    format!("OCOP-{authority}-{year}-L{serial:06}")
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
