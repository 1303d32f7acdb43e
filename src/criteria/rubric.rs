//! How a scheme is scored: by its tree of criteria, or, where only the frame of the decision is known, by parts.

use std::collections::BTreeMap;

use super::model::CriteriaSet;
use super::problem::{Code, Problem};
use super::scheme::{PartFrame, Scheme};
use super::sheet::{Scored, Sheet};
use super::stars::{Mean, NextStar, Rating};
use crate::values::Points;

/// How a dossier is scored.
#[derive(Clone, Copy, Debug)]
pub enum Rubric {
    /// By choices in a tree of criteria.
    Tree(&'static CriteriaSet),
    /// By points for each part. Floors stand in the tree, so none is tested.
    Parts(&'static Scheme),
}

impl Rubric {
    /// The tree, where there is one.
    pub fn tree(self) -> Option<&'static CriteriaSet> {
        match self {
            Self::Tree(set) => Some(set),
            Self::Parts(_) => None,
        }
    }

    /// The parts, in order.
    pub fn parts(self) -> Vec<PartFrame> {
        match self {
            Self::Tree(set) => set.parts.iter().map(PartFrame::from).collect(),
            Self::Parts(scheme) => scheme.parts.clone(),
        }
    }

    /// Whether points are given at this code: of a leaf, or of a part.
    pub fn scores(self, code: &str) -> bool {
        match self {
            Self::Tree(set) => set.index().leaf(code).is_some(),
            Self::Parts(scheme) => scheme.parts.iter().any(|part| &*part.code == code),
        }
    }

    /// Whether an agreed sheet has something to say at this code: at a leaf, or at a ground for exclusion.
    pub fn asks(self, code: &str) -> bool {
        self.tree().is_some_and(|set| set.index().place(code).is_some())
    }

    /// Scores a sheet.
    ///
    /// # Errors
    /// Everything that makes the sheet impossible; see [`CriteriaSet::check`]. By parts: choices, a case, a part that
    /// the scheme has not, one without points or with more than its greatest.
    pub fn check(self, sheet: &Sheet) -> Result<Scored, Vec<Problem>> {
        match self {
            Self::Tree(set) => set.check(sheet),
            Self::Parts(scheme) => by_parts(scheme, sheet),
        }
    }

    /// The stars for a mean. By parts the agreed sheet has nothing to say, and the star is that of the points alone.
    pub fn rate(self, mean: Mean, agreed: &Scored) -> Rating {
        let bands = match self {
            Self::Tree(set) => return set.rate(mean, agreed),
            Self::Parts(scheme) => &scheme.star_bands,
        };
        let star = bands.star(mean);
        let next = bands.above(star).map(|(star, least)| NextStar {
            star,
            points_missing: mean.missing_to(least),
            missed_floors: Vec::new(),
        });
        Rating {
            score: mean.rounded(),
            band_star: star,
            star: Some(star),
            floors_tested: false,
            missed_floors: Vec::new(),
            stopped_by: None,
            excluded_by: Vec::new(),
            next_star: next,
        }
    }
}

fn by_parts(scheme: &Scheme, sheet: &Sheet) -> Result<Scored, Vec<Problem>> {
    let mut problems = Vec::new();
    if !sheet.choices.is_empty() {
        problems.push(Problem::choices_not_used(&scheme.decision));
    }
    if sheet.tourism_case.is_some() {
        problems.push(Problem::case(
            Code::CaseNotUsed,
            format!("Quyết định {} chấm theo phần, không chia trường hợp; hãy bỏ trống.", scheme.decision),
            format!("Decision {} is scored by parts and has no cases; leave it out.", scheme.decision),
        ));
    }
    for code in sheet.parts.keys().filter(|code| !scheme.parts.iter().any(|part| *part.code == ***code)) {
        problems.push(Problem::part(
            code,
            Code::UnknownPart,
            format!("Quyết định {} không có phần này.", scheme.decision),
            format!("Decision {} has no such part.", scheme.decision),
        ));
    }
    let mut parts = BTreeMap::new();
    for PartFrame { code, label_vi, label_en, max } in &scheme.parts {
        let most = Points::from_whole(i32::from(*max));
        match sheet.parts.get(&**code) {
            Some(points) if (Points::ZERO..=most).contains(points) => {
                parts.insert(code.to_string(), *points);
            }
            Some(_) => problems.push(Problem::part(
                code,
                Code::PartRange,
                format!("Phần {code} ({label_vi}) nhận từ 0 đến {max} điểm."),
                format!("Part {code} ({label_en}) takes 0 to {max} points."),
            )),
            None => problems.push(Problem::part(
                code,
                Code::PartMissing,
                format!("Chưa chấm phần {code} ({label_vi}); hãy ghi 0 nếu không được điểm nào."),
                format!("Part {code} ({label_en}) has no points; give 0 where none are deserved."),
            )),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let total = parts.values().map(|points| points.hundredths()).sum();
    Ok(Scored { total: Points::from_hundredths(total), parts, ..Scored::default() })
}
