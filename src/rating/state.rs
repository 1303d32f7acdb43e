//! Rules of rating: quorum, deviations, the conclusion. Pure.
//!
//! A sheet's life: draft → signed → superseded. A draft is rewritten freely; a signed sheet is locked, and scoring
//! again makes a draft of the next revision that takes its place once it is signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::council::state::{Aggregation, Seat, Settings};
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
    /// Whether the council's way to a score leaves it out of the mean.
    pub left_out: bool,
}

/// The signed totals together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The exact mean of those that are not left out.
    pub mean: Mean,
    /// Greatest less least of all totals.
    pub spread: Points,
    /// One line for each, in the order given.
    pub lines: Vec<Line>,
}

/// Sheets from which on a highest and a lowest are left out, where the council does that.
const TRIMMED_FROM: usize = 5;

/// Which votes are left out of the mean: of equal ones the first highest and the last lowest.
fn left_out(totals: &[Points], aggregation: Aggregation) -> Option<(usize, usize)> {
    if aggregation == Aggregation::Mean || totals.len() < TRIMMED_FROM {
        return None;
    }
    let (most, least) = (totals.iter().max()?, totals.iter().min()?);
    let highest = totals.iter().position(|total| total == most)?;
    let lowest = totals.iter().rposition(|total| total == least)?;
    Some((highest, lowest))
}

/// Adds up the votes; `None` without any. A total further from the mean than the settings allow deviates: on the limit
/// it does not.
pub fn tally(votes: &[Vote], settings: Settings) -> Option<Tally> {
    let totals: Vec<_> = votes.iter().map(|vote| vote.total).collect();
    let left = left_out(&totals, settings.aggregation);
    let out = |index: usize| left.is_some_and(|(highest, lowest)| index == highest || index == lowest);
    let counted: Vec<_> =
        totals.iter().enumerate().filter(|(index, _)| !out(*index)).map(|(_, total)| *total).collect();
    let mean = Mean::of(&counted)?;
    let line = |(index, vote): (usize, &Vote)| Line {
        account_id: vote.account_id,
        total: vote.total,
        deviation: mean.deviation(vote.total),
        deviates: mean.is_far(vote.total, settings.deviation_points),
        left_out: out(index),
    };
    let (most, least) = (totals.iter().max()?, totals.iter().min()?);
    Some(Tally {
        mean,
        spread: Points::from_hundredths(most.hundredths() - least.hundredths()),
        lines: votes.iter().enumerate().map(line).collect(),
    })
}

/// Refuses a conclusion without enough members present, the chair among them.
///
/// # Errors
/// `session.no_quorum`.
pub fn check_attendance(
    settings: Settings,
    members: &[(AccountId, Seat)],
    present: &[AccountId],
) -> Result<(), Refusal> {
    let here: Vec<_> = members.iter().filter(|(account, _)| present.contains(account)).collect();
    let needed = settings.quorum(members.len()).max(1);
    if here.len() < needed {
        return Err(Refusal::new(
            Code::SessionNoQuorum,
            format!(
                "Mới ghi {} thành viên dự họp; cần ít nhất {needed} trên {} (PUT /sessions/{{id}}/attendance).",
                here.len(),
                members.len()
            ),
            format!(
                "{} members are noted as present; at least {needed} of {} are needed (PUT /sessions/{{id}}/attendance).",
                here.len(),
                members.len()
            ),
        ));
    }
    if !here.iter().any(|(_, seat)| *seat == Seat::Chair) {
        return Err(Refusal::new(
            Code::SessionNoQuorum,
            "Chủ tịch hội đồng chưa được ghi là dự họp (PUT /sessions/{id}/attendance).",
            "The chair is not noted as present (PUT /sessions/{id}/attendance).",
        ));
    }
    Ok(())
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
            format!(
                "Mới có {count} phiếu đã ký; theo quy chế hội đồng cần ít nhất {needed} trên {} thành viên ký.",
                members.len()
            ),
            format!(
                "{count} sheets are signed; by the council's rules at least {needed} of {} members must sign.",
                members.len()
            ),
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
    /// Whether it was left out of the mean.
    #[serde(default)]
    pub left_out: bool,
    /// The minuted reason.
    pub reason: Option<String>,
}

/// What a council concluded: kept with the dossier as it was, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The session.
    pub session_id: SessionId,
    /// Sum of the totals that were not left out, in hundredths; with their number the exact mean.
    pub sum_hundredths: i64,
    /// How totals became the score.
    #[serde(default = "arithmetic")]
    pub aggregation: Aggregation,
    /// The mean in print.
    pub score: Points,
    /// The star by points alone.
    pub band_star: Star,
    /// The star with the floors met; `None` where the evaluation was stopped or the dossier is out.
    pub star: Option<Star>,
    /// Whether floors were tested: not where only the frame of the scheme is known.
    #[serde(default = "tested")]
    pub floors_tested: bool,
    /// The criterion where the evaluation stopped.
    pub stopped_by: Option<String>,
    /// Grounds for exclusion that were found.
    #[serde(default)]
    pub excluded_by: Vec<String>,
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

/// How totals became a score before councils could choose.
const fn arithmetic() -> Aggregation {
    Aggregation::Mean
}

/// Conclusions of before schemes without a tree were scored here had their floors tested.
const fn tested() -> bool {
    true
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
        let Rating {
            score,
            band_star,
            star,
            floors_tested,
            missed_floors,
            stopped_by,
            excluded_by,
            next_star,
        } = rating;
        let (sum_hundredths, _) = tally.mean.fraction();
        Self {
            session_id,
            sum_hundredths,
            aggregation: settings.aggregation,
            score,
            band_star,
            star,
            floors_tested,
            excluded_by,
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
