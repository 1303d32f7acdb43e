//! The result as the API answers it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::council::{Aggregation, Seat};
use crate::criteria::MissedFloor;
use crate::criteria::http::NextStarOut;
use crate::dossier::Status;
use crate::error::Result;
use crate::http::Reply;
use crate::ids::{AccountId, DossierId};
use crate::instant::Instant;
use crate::values::{Points, Star};

use super::super::{MemberLine, Report, state};

/// What a council concluded, explained.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RatingResult)]
pub(super) struct ResultOut {
    dossier_id: DossierId,
    #[schema(example = "qd26-2026")]
    scheme: String,
    /// The criteria set, 1 to 26.
    set_no: u8,
    /// Where the dossier stands.
    status: Status,
    /// Mean of the signed sheets, rounded to print; the star comes from the exact mean.
    mean: Points,
    /// The star by points alone.
    band_star: Star,
    /// The star with the floors met; `null` where the evaluation was stopped or the dossier is out.
    star: Option<Star>,
    /// Whether floors were tested. Not under a scheme of which only the frame is known: then the star is that of the
    /// points alone.
    floors_tested: bool,
    /// The criterion where the evaluation stopped.
    stopped_by: Option<String>,
    /// Grounds for exclusion that were found.
    excluded_by: Vec<String>,
    /// The floors that lower the star.
    missed_floors: Vec<MissedFloor>,
    /// What would bring the next star, counted from the agreed sheet.
    next_star: Option<NextStarOut>,
    /// How totals became the mean.
    aggregation: Aggregation,
    /// Greatest less least total.
    spread: Points,
    /// Members of the council.
    seats: usize,
    /// Least share of them that must sign.
    quorum_percent: u8,
    /// Points a total may lie from the mean without a reason.
    deviation_points: u8,
    /// The signed totals, the greatest first.
    members: Vec<MemberOut>,
    explanation: ExplanationOut,
    concluded_at: Option<Instant>,
}

/// A member's total.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MemberTotal)]
struct MemberOut {
    /// Whose; `null` for those who may not know.
    account_id: Option<AccountId>,
    /// The member's name; `null` for those who may not know.
    full_name: Option<String>,
    /// The member's seat; `null` for those who may not know.
    seat: Option<Seat>,
    total: Points,
    /// Total less mean, rounded.
    deviation: Points,
    /// Whether it needed a reason.
    deviates: bool,
    /// Whether it was left out of the mean.
    left_out: bool,
    /// Points by part.
    #[schema(example = json!({"A": 33.0, "B": 21.0, "C": 30.0}))]
    parts: BTreeMap<String, Points>,
    /// Points by group and criterion; `null` for those who may not know who gave them.
    criteria: Option<BTreeMap<String, Points>>,
    /// The minuted reason; `null` for those who may not know who gave it.
    reason: Option<String>,
}

/// Where the points come from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RatingExplanation)]
struct ExplanationOut {
    parts: Vec<PartOut>,
    /// Every group and criterion in the order of the sheet; none where the scheme is scored by parts.
    criteria: Vec<CriterionOut>,
    /// Total of the self-assessment.
    self_total: Option<Points>,
    /// The star it alone would have brought.
    self_star: Option<Star>,
    /// The council's mean less that total, rounded.
    self_difference: Option<Points>,
}

/// One part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartResult)]
struct PartOut {
    /// `A`, `B` or `C`.
    part: String,
    label_vi: String,
    label_en: String,
    /// Greatest points.
    max: Points,
    /// Mean of the members' points.
    mean: Points,
    /// Fewest points a member gave.
    least: Points,
    /// Most points a member gave.
    most: Points,
    /// Points of the self-assessment.
    self_points: Option<Points>,
}

/// One criterion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CriterionResult)]
struct CriterionOut {
    criterion: String,
    label_vi: String,
    label_en: String,
    /// Whether points are given here; otherwise it is the sum of narrower criteria.
    leaf: bool,
    /// Greatest points.
    max: Points,
    /// Mean of the members' points.
    mean: Points,
    /// Fewest points a member gave.
    least: Points,
    /// Most points a member gave.
    most: Points,
    /// Points on the agreed sheet; `null` where the council left it open.
    agreed_points: Option<Points>,
    /// The agreed option.
    agreed_option: Option<String>,
    /// Points of the self-assessment.
    self_points: Option<Points>,
    /// Option of the self-assessment.
    self_option: Option<String>,
    /// Star to the least points it asks for here.
    floors: BTreeMap<String, Points>,
}

impl From<state::PartLine> for PartOut {
    fn from(line: state::PartLine) -> Self {
        let state::PartLine { part, label_vi, label_en, max, mean, least, most, own } = line;
        Self { part, label_vi, label_en, max, mean, least, most, self_points: own }
    }
}

impl From<state::CriterionLine> for CriterionOut {
    fn from(line: state::CriterionLine) -> Self {
        let state::CriterionLine {
            criterion,
            label_vi,
            label_en,
            leaf,
            max,
            mean,
            least,
            most,
            agreed,
            agreed_option,
            own,
            own_option,
            floors,
        } = line;
        Self {
            criterion,
            label_vi,
            label_en,
            leaf,
            max,
            mean,
            least,
            most,
            agreed_points: agreed,
            agreed_option,
            self_points: own,
            self_option: own_option,
            floors: floors.into_iter().map(|(star, points)| (star.get().to_string(), points)).collect(),
        }
    }
}

pub(super) fn outcome(report: Report) -> Result<Reply> {
    let Report { dossier, conclusion, names, members, parts, criteria, steps, own_total, own_star } = report;
    let member = |MemberLine { scorer: s, parts, criteria }: MemberLine| MemberOut {
        account_id: names.then_some(s.account_id),
        full_name: names.then_some(s.full_name),
        seat: names.then_some(s.seat),
        total: s.total,
        deviation: Points::from_hundredths(s.deviation_hundredths),
        deviates: s.deviates,
        left_out: s.left_out,
        parts,
        criteria: Some(criteria).filter(|_| names),
        reason: s.reason.filter(|_| names),
    };
    let mut members: Vec<_> = members.into_iter().map(member).collect();
    // In no order that could tell who signed when.
    members.sort_by_key(|m| std::cmp::Reverse(m.total));
    let out = ResultOut {
        dossier_id: dossier.id,
        scheme: dossier.scheme,
        set_no: dossier.set_no,
        status: dossier.status,
        mean: conclusion.score,
        band_star: conclusion.band_star,
        star: conclusion.star,
        floors_tested: conclusion.floors_tested,
        stopped_by: conclusion.stopped_by,
        excluded_by: conclusion.excluded_by,
        missed_floors: conclusion.missed_floors,
        next_star: conclusion.next_star.map(|next| NextStarOut::of(next, steps)),
        aggregation: conclusion.aggregation,
        spread: conclusion.spread,
        seats: conclusion.seats,
        quorum_percent: conclusion.quorum_percent,
        deviation_points: conclusion.deviation_points,
        members,
        explanation: ExplanationOut {
            parts: parts.into_iter().map(PartOut::from).collect(),
            criteria: criteria.into_iter().map(CriterionOut::from).collect(),
            self_total: own_total,
            self_star: own_star,
            self_difference: own_total
                .map(|own| Points::from_hundredths(conclusion.score.hundredths() - own.hundredths())),
        },
        concluded_at: dossier.concluded_at,
    };
    // What one sees depends on who asks.
    Ok(Reply::ok(&out)?.etag(format!("{}-{}", dossier.version, if names { "names" } else { "plain" })))
}
