//! Rules of rating: quorum, deviations, the conclusion. Pure.
//!
//! A sheet's life: draft → signed → superseded. A draft is rewritten freely; a signed sheet is locked, and scoring
//! again makes a draft of the next revision that takes its place once it is signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::council::state::{Seat, Settings};
use crate::criteria::state::{Mean, MissedFloor, NextStar, Rating};
use crate::error::{Code, FieldError, Refusal};
use crate::ids::{AccountId, SessionId, SheetId};
use crate::text_enum;
use crate::values::{Points, Star};

pub use super::agreement::{Agreement, Given, agree};
pub use super::explain::{CriterionLine, PartLine, by_criterion, by_part};

/// Longest comment on a sheet and longest minuted reason, in characters.
pub const TEXT_MAX: usize = 2000;

text_enum! {
    /// Where a score sheet stands.
    pub enum SheetStatus {
        /// Being written; nobody but its member sees it.
        Draft = "draft",
        /// Signed and locked; it counts.
        Signed = "signed",
        /// Its member has scored again and signed that.
        Superseded = "superseded",
    }
}

/// A signed total that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whose.
    pub account_id: AccountId,
    /// The sheet's total.
    pub total: Points,
}

/// A total and how far it lies from the mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose.
    pub account_id: AccountId,
    /// The sheet's total.
    pub total: Points,
    /// Total less mean, rounded to print; negative below the mean.
    pub deviation: Points,
    /// Whether that is, exactly, more than the council allows without a reason.
    pub deviates: bool,
}

/// The signed totals together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Their exact mean.
    pub mean: Mean,
    /// Greatest less least total.
    pub spread: Points,
    /// One line for each, in the order given.
    pub lines: Vec<Line>,
}

/// Adds up the votes; `None` without any. A total further than `allowed` whole points from the mean deviates: on the
/// limit it does not.
pub fn tally(votes: &[Vote], allowed: u8) -> Option<Tally> {
    let totals: Vec<_> = votes.iter().map(|vote| vote.total).collect();
    let mean = Mean::of(&totals)?;
    let count = i64::try_from(votes.len()).ok()?;
    let sum: i64 = totals.iter().map(|total| i64::from(total.hundredths())).sum();
    let line = |vote: &Vote| {
        // All times the count, so that nothing is rounded before it is compared.
        let off = i64::from(vote.total.hundredths()) * count - sum;
        let rounded = (off.abs() * 2 + count).div_euclid(count * 2) * off.signum();
        Line {
            account_id: vote.account_id,
            total: vote.total,
            deviation: Points::from_hundredths(i32::try_from(rounded).unwrap_or(i32::MAX)),
            deviates: off.abs() > i64::from(allowed) * 100 * count,
        }
    };
    let (most, least) = (totals.iter().max()?, totals.iter().min()?);
    Some(Tally {
        mean,
        spread: Points::from_hundredths(most.hundredths() - least.hundredths()),
        lines: votes.iter().map(line).collect(),
    })
}

/// Refuses a conclusion without a quorum: enough members of the whole council, the chair among them, have signed.
///
/// # Errors
/// `rating.no_quorum`.
pub fn check_quorum(
    settings: Settings,
    members: &[(AccountId, Seat)],
    signed: &[AccountId],
) -> Result<(), Refusal> {
    let has_signed = |(account, _): &&(AccountId, Seat)| signed.contains(account);
    let count = members.iter().filter(has_signed).count();
    let needed = settings.quorum(members.len()).max(1);
    if count < needed {
        return Err(Refusal::new(
            Code::NoQuorum,
            format!("Mới có {count} phiếu đã ký; cần ít nhất {needed} trên {} thành viên.", members.len()),
            format!("{count} sheets are signed; at least {needed} of {} members must sign.", members.len()),
        ));
    }
    if !members.iter().filter(has_signed).any(|(_, seat)| *seat == Seat::Chair) {
        return Err(Refusal::new(
            Code::NoQuorum,
            "Chủ tịch hội đồng chưa ký phiếu chấm điểm.",
            "The chair has not signed a sheet.",
        ));
    }
    Ok(())
}

/// A minuted reason for a total far from the mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whose total.
    pub account_id: AccountId,
    /// Why it stands.
    pub reason: String,
}

/// The reasons by member, checked: each for a vote that counts, none empty or endless, none twice.
///
/// # Errors
/// Every field that is not right.
pub fn check_explanations(
    votes: &[Vote],
    explanations: &[Explanation],
) -> Result<BTreeMap<AccountId, String>, Vec<FieldError>> {
    let mut reasons = BTreeMap::new();
    let mut errors = Vec::new();
    for (index, Explanation { account_id, reason }) in explanations.iter().enumerate() {
        let reason = reason.trim();
        if !(1..=TEXT_MAX).contains(&reason.chars().count()) {
            errors.push(FieldError::new(
                format!("/explanations/{index}/reason"),
                "explanation.length",
                format!("Lý do có từ 1 đến {TEXT_MAX} ký tự."),
                format!("A reason has 1 to {TEXT_MAX} characters."),
            ));
        }
        let counts = votes.iter().any(|vote| vote.account_id == *account_id);
        if !counts || reasons.insert(*account_id, reason.to_owned()).is_some() {
            errors.push(FieldError::new(
                format!("/explanations/{index}/account_id"),
                "explanation.account",
                "Mỗi lý do thuộc về một thành viên đã ký phiếu, mỗi người một lý do.",
                "Each reason belongs to one member with a signed sheet, one reason each.",
            ));
        }
    }
    if errors.is_empty() { Ok(reasons) } else { Err(errors) }
}

/// Refuses deviations without a reason.
///
/// # Errors
/// `rating.deviation_unexplained`.
pub fn check_deviations(tally: &Tally, reasons: &BTreeMap<AccountId, String>) -> Result<(), Refusal> {
    let open = |line: &&Line| line.deviates && !reasons.contains_key(&line.account_id);
    let open: Vec<_> = tally.lines.iter().filter(open).collect();
    if open.is_empty() {
        return Ok(());
    }
    let list: Vec<_> =
        open.iter().map(|l| format!("{} ({}, {})", l.account_id, l.total, l.deviation)).collect();
    let list = list.join("; ");
    Err(Refusal::new(
        Code::DeviationUnexplained,
        format!(
            "Điểm lệch xa trung bình {}: {list}. Hãy chấm lại hoặc ghi lý do vào biên bản.",
            tally.mean.rounded()
        ),
        format!(
            "Totals far from the mean {}: {list}. Score again, or minute a reason.",
            tally.mean.rounded()
        ),
    ))
}

/// A member's line in the conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorer {
    /// Who.
    pub account_id: AccountId,
    /// The person's name.
    pub full_name: String,
    /// The person's seat.
    pub seat: Seat,
    /// The sheet that counted.
    pub sheet_id: SheetId,
    /// Its total.
    pub total: Points,
    /// Total less mean in hundredths of a point, rounded.
    pub deviation_hundredths: i32,
    /// Whether it needed a reason.
    pub deviates: bool,
    /// The minuted reason.
    pub reason: Option<String>,
}

/// What a council concluded: kept with the dossier as it was, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The session.
    pub session_id: SessionId,
    /// Sum of the totals in hundredths; with the number of members the exact mean.
    pub sum_hundredths: i64,
    /// The mean in print.
    pub score: Points,
    /// The star by points alone.
    pub band_star: Star,
    /// The star with the floors met; `None` where the evaluation was stopped.
    pub star: Option<Star>,
    /// The criterion where the evaluation stopped.
    pub stopped_by: Option<String>,
    /// Floors that lower the star.
    pub missed_floors: Vec<MissedFloor>,
    /// What would bring the next star.
    pub next_star: Option<NextStar>,
    /// Greatest less least total.
    pub spread: Points,
    /// Members of the council, signed or not.
    pub seats: usize,
    /// Quorum in percent, as it was set.
    pub quorum_percent: u8,
    /// Points a total may lie from the mean without a reason, as it was set.
    pub deviation_points: u8,
    /// Who signed.
    pub scorers: Vec<Scorer>,
    /// The agreed sheet: an option, or that none is met; criteria left open are absent.
    pub agreed: BTreeMap<String, Option<String>>,
}

impl Conclusion {
    /// The conclusion without its lines.
    pub fn of(
        session_id: SessionId,
        settings: Settings,
        seats: usize,
        tally: &Tally,
        rating: Rating,
    ) -> Self {
        let Rating { score, band_star, star, missed_floors, stopped_by, next_star } = rating;
        Self {
            session_id,
            sum_hundredths: tally.lines.iter().map(|line| i64::from(line.total.hundredths())).sum(),
            score,
            band_star,
            star,
            stopped_by,
            missed_floors,
            next_star,
            spread: tally.spread,
            seats,
            quorum_percent: settings.quorum_percent,
            deviation_points: settings.deviation_points,
            scorers: Vec::new(),
            agreed: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests;
