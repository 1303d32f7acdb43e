//! What a single sheet would bring: for a producer's self-assessment and for anyone who tries a set.

use std::collections::BTreeMap;

use serde::Serialize;

use super::model::CriteriaSet;
use super::problem::{Code, Problem};
use super::sheet::{Scored, Sheet};
use super::stars::{Mean, MissedFloor, NextStar};
use super::way::Step;
use crate::values::{Points, Star};

/// The rating one sheet alone would bring, and what is still open on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Sum of all points.
    pub total: Points,
    /// Points by part: `A`, `B`, `C`.
    pub parts: BTreeMap<String, Points>,
    /// The star by points alone.
    pub band_star: Star,
    /// The star with the floors met; `None` where the evaluation stops.
    pub star: Option<Star>,
    /// The floors that lower the star.
    pub missed_floors: Vec<MissedFloor>,
    /// The criterion that stops the evaluation.
    pub stopped_by: Option<String>,
    /// Grounds for exclusion that were found.
    pub excluded_by: Vec<String>,
    /// What would bring the next star.
    pub next_star: Option<NextStar>,
    /// The way there with the fewest points.
    pub steps: Vec<Step>,
    /// Open matters: they lower nothing by themselves.
    pub problems: Vec<Problem>,
}

impl CriteriaSet {
    /// Rates a sheet as if it were the only one and the agreed one.
    ///
    /// # Errors
    /// The problems of [`check`](CriteriaSet::check).
    pub fn preview(&self, sheet: &Sheet) -> Result<Preview, Vec<Problem>> {
        let scored = self.check(sheet)?;
        let rating = self.rate(Mean::single(scored.total), &scored);
        Ok(Preview {
            steps: rating.next_star.as_ref().map(|next| self.way(next, &scored)).unwrap_or_default(),
            problems: self.open_matters(sheet, &scored),
            total: scored.total,
            parts: scored.parts,
            band_star: rating.band_star,
            star: rating.star,
            missed_floors: rating.missed_floors,
            stopped_by: rating.stopped_by,
            excluded_by: rating.excluded_by,
            next_star: rating.next_star,
        })
    }

    /// What is not answered yet on a sheet that passed the check.
    pub fn open_matters(&self, sheet: &Sheet, scored: &Scored) -> Vec<Problem> {
        let mut open = Vec::new();
        let index = self.index();
        if sheet.tourism_case.is_none() && !index.cases.is_empty() {
            open.push(Problem::case(
                Code::CaseUndeclared,
                "Chưa khai trường hợp; các tiêu chí chia trường hợp chưa chấm được.".to_owned(),
                "No case is declared; the criteria with cases cannot be scored yet.".to_owned(),
            ));
        }
        let needed = |at: usize| index.leaves.get(at).map(|leaf| scored.at(leaf));
        for leaf in &index.leaves {
            let code = &*leaf.code;
            let applies = leaf.needs.and_then(needed).is_none_or(|points| points > Points::ZERO);
            if scored.open_stops.iter().any(|stop| stop == code) {
                open.push(Problem::at(
                    code,
                    Code::StopUnanswered,
                    format!("Chưa chọn {code}; nếu không phương án nào đạt thì dừng chấm, sản phẩm không được xếp hạng."),
                    format!("{code} has no choice; if no option is met, the evaluation stops and there is no star."),
                ));
            } else if applies && !sheet.choices.contains_key(code) {
                open.push(Problem::at(
                    code,
                    Code::Unanswered,
                    format!("Chưa chọn {code}: tính 0 điểm."),
                    format!("{code} has no choice: it counts 0 points."),
                ));
            }
        }
        open
    }
}
