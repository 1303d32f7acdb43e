//! What a single sheet would bring: for a producer's self-assessment and for anyone who tries a set.

use std::collections::BTreeMap;

use serde::Serialize;

use super::model::{CriteriaSet, Criterion};
use super::problem::{Code, Problem};
use super::sheet::{Scored, Sheet};
use super::stars::{Mean, MissedFloor, NextStar};
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
    /// What would bring the next star.
    pub next_star: Option<NextStar>,
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
            problems: self.open_matters(sheet, &scored),
            total: scored.total,
            parts: scored.parts,
            band_star: rating.band_star,
            star: rating.star,
            missed_floors: rating.missed_floors,
            stopped_by: rating.stopped_by,
            next_star: rating.next_star,
        })
    }

    /// What is not answered yet on a sheet that passed the check.
    pub fn open_matters(&self, sheet: &Sheet, scored: &Scored) -> Vec<Problem> {
        let mut open = Vec::new();
        if sheet.tourism_case.is_none() && !self.cases().is_empty() {
            open.push(Problem::case(
                Code::CaseUndeclared,
                "Chưa khai trường hợp; các tiêu chí chia trường hợp chưa chấm được.".to_owned(),
                "No case is declared; the criteria with cases cannot be scored yet.".to_owned(),
            ));
        }
        let applies =
            |leaf: &Criterion| leaf.depends_on().is_none_or(|needed| scored.points(needed) > Points::ZERO);
        for leaf in self.leaves() {
            let code = &*leaf.code;
            if scored.open_stops.iter().any(|stop| stop == code) {
                open.push(Problem::at(
                    code,
                    Code::StopUnanswered,
                    format!("Chưa chọn {code}; nếu không phương án nào đạt thì dừng chấm, sản phẩm không được xếp hạng."),
                    format!("{code} has no choice; if no option is met, the evaluation stops and there is no star."),
                ));
            } else if !sheet.choices.contains_key(code) && applies(leaf) {
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
