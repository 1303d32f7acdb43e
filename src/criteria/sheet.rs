//! A sheet of choices, checked against its set and scored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::exclusion::FOUND;
use super::index::{Choice, Index, Leaf, Place};
use super::model::CriteriaSet;
use super::problem::{Code, Problem};
use crate::values::Points;

/// Problems told at once; a sheet with more is told the first of them.
const MOST_PROBLEMS: usize = 100;

/// What one assessor chose (*phiếu chấm điểm*), a self-assessment or a council's agreed sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Code of a leaf to the id of the option chosen; a leaf that is absent has none and scores 0. The id of a ground
    /// for exclusion stands with `found` where it was found.
    #[serde(default)]
    pub choices: BTreeMap<String, String>,
    /// The case the dossier declared, for a set with cases (set 26: 1 or 2).
    #[serde(default)]
    pub tourism_case: Option<u8>,
    /// Points by part, for a scheme that is scored by parts; otherwise empty.
    #[serde(default)]
    pub parts: BTreeMap<String, Points>,
}

/// A sheet that passed the check, with its points. Only [`CriteriaSet::check`] and, for a scheme that is scored by
/// parts, [`Rubric::check`](super::Rubric::check) make it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Sum of all points.
    pub total: Points,
    /// Points by part: `A`, `B`, `C`.
    pub parts: BTreeMap<String, Points>,
    /// Points of every group and leaf in the order of the sheet.
    pub criteria: Vec<CriterionPoints>,
    /// The case the sheet declares.
    pub tourism_case: Option<u8>,
    /// The first leaf where an option of 0 points ended the evaluation.
    pub stopped_by: Option<String>,
    /// Grounds for exclusion that were found, in the order of the sheet.
    pub excluded_by: Vec<String>,
    /// Leaves without a choice where 0 points end the evaluation and no option carries 0 (in sets 2, 3 and 20 the
    /// law's 0 is no option at all). Whether nothing was chosen or nothing deserved points is for a person to say.
    pub open_stops: Vec<String>,
    /// Leaves whose points are not settled, on an agreed sheet: they count 0 here, and no advice leads over them.
    pub unsettled: Vec<String>,
}

/// The points of one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionPoints {
    /// Its code.
    pub criterion: String,
    /// Points given; for a group their sum.
    pub points: Points,
    /// Greatest points possible.
    pub max: Points,
    /// The option chosen at a leaf.
    pub option: Option<String>,
}

impl Scored {
    /// Points of a criterion, 0 where the set has none of this code.
    pub fn points(&self, criterion: &str) -> Points {
        self.criteria.iter().find(|line| line.criterion == criterion).map_or(Points::ZERO, |line| line.points)
    }

    /// Points of a leaf of the set this sheet was checked against.
    pub(super) fn at(&self, leaf: &Leaf) -> Points {
        self.criteria.get(leaf.line).map_or(Points::ZERO, |line| line.points)
    }
}

/// What a sheet says at a leaf.
#[derive(Clone, Copy)]
enum Picked<'a> {
    Nothing,
    /// A choice that was refused for itself.
    Refused,
    Option(&'a Choice),
}

impl Picked<'_> {
    fn points(self) -> Option<u8> {
        match self {
            Self::Option(option) => Some(option.points),
            Self::Nothing | Self::Refused => None,
        }
    }
}

impl CriteriaSet {
    /// Scores a sheet.
    ///
    /// # Errors
    /// Everything that makes the sheet impossible, at most a hundred of them: unknown criteria and options, options of
    /// another criterion or case, a missing or needless case, a choice where the criterion does not apply, points by
    /// part.
    pub fn check(&self, sheet: &Sheet) -> Result<Scored, Vec<Problem>> {
        let index = self.index();
        let mut problems = self.check_case(index, sheet);
        if !sheet.parts.is_empty() {
            problems.push(Problem::parts_not_used(self.set_no));
        }
        let mut picked = vec![Picked::Nothing; index.leaves.len()];
        let mut found = Vec::new();
        for (code, id) in &sheet.choices {
            match index.place(code) {
                Some(Place::Leaf(at)) => {
                    let Some((leaf, slot)) = index.leaves.get(at).zip(picked.get_mut(at)) else { continue };
                    *slot = match pick(index, leaf, sheet, id) {
                        Ok(option) => Picked::Option(option),
                        Err(problem) => {
                            problems.push(problem);
                            Picked::Refused
                        }
                    };
                }
                Some(Place::Exclusion(at)) if id == FOUND => found.push(at),
                Some(Place::Exclusion(_)) => problems.push(Problem::not_found_word(code)),
                None => problems.push(Problem::unknown_criterion(code, self.set_no)),
            }
        }
        problems.extend(not_applicable(index, &picked));
        problems.truncate(MOST_PROBLEMS);
        if !problems.is_empty() {
            return Err(problems);
        }
        found.sort_unstable();
        Ok(self.score(index, &picked, &found, sheet.tourism_case))
    }

    fn check_case(&self, index: &Index, sheet: &Sheet) -> Vec<Problem> {
        let cases = &index.cases;
        match sheet.tourism_case {
            Some(_) if cases.is_empty() => vec![Problem::case(
                Code::CaseNotUsed,
                format!("Bộ tiêu chí số {} không chia trường hợp; hãy bỏ trống.", self.set_no),
                format!("Criteria set {} has no cases; leave it out.", self.set_no),
            )],
            Some(case) if !cases.contains(&case) => vec![Problem::case(
                Code::UnknownCase,
                format!("Không có trường hợp {case}; hãy chọn {}.", list(cases, "hoặc")),
                format!("There is no case {case}; choose {}.", list(cases, "or")),
            )],
            _ => Vec::new(),
        }
    }

    fn score(&self, index: &Index, picked: &[Picked<'_>], found: &[usize], case: Option<u8>) -> Scored {
        let blank = |line: &super::index::Line| CriterionPoints {
            criterion: String::from(&*line.code),
            points: Points::ZERO,
            max: line.max,
            option: None,
        };
        let mut criteria: Vec<_> = index.lines.iter().map(blank).collect();
        let mut parts = vec![0; self.parts.len()];
        let mut scored = Scored { tourism_case: case, ..Scored::default() };
        for (leaf, choice) in index.leaves.iter().zip(picked) {
            let Picked::Option(option) = choice else {
                if leaf.stops && !leaf.has_zero {
                    scored.open_stops.push(leaf.code.to_string());
                }
                continue;
            };
            if option.points == 0 && leaf.stops && scored.stopped_by.is_none() {
                scored.stopped_by = Some(leaf.code.to_string());
            }
            if let Some(line) = criteria.get_mut(leaf.line) {
                line.option = Some(option.id.to_string());
            }
            let points = i32::from(option.points);
            let mut at = Some(leaf.line);
            while let Some((line, told)) =
                at.and_then(|at| index.lines.get(at)).zip(at.and_then(|at| criteria.get_mut(at)))
            {
                told.points = Points::from_hundredths(told.points.hundredths() + points * 100);
                at = line.above;
                if let Some(sum) = parts.get_mut(line.part).filter(|_| at.is_none()) {
                    *sum += points;
                }
            }
        }
        scored.total = Points::from_whole(parts.iter().sum());
        let part = |(part, points): (&super::model::Part, &i32)| {
            (part.code.to_string(), Points::from_whole(*points))
        };
        scored.parts = self.parts.iter().zip(&parts).map(part).collect();
        scored.criteria = criteria;
        let id = |at: &usize| index.exclusions.get(*at).map(|exclusion| exclusion.id.to_string());
        scored.excluded_by = found.iter().filter_map(id).collect();
        scored
    }

    /// Whether 0 points at this leaf end the evaluation.
    pub fn stops_at(&self, code: &str) -> bool {
        self.index().leaf(code).is_some_and(|leaf| leaf.stops)
    }
}

/// The option a choice names, if it may stand at this leaf in the case declared.
fn pick<'a>(index: &'a Index, leaf: &'a Leaf, sheet: &Sheet, id: &str) -> Result<&'a Choice, Problem> {
    let code = &*leaf.code;
    let Some(option) = leaf.options.iter().find(|option| &*option.id == id) else {
        let owner = index.leaves.iter().find(|leaf| leaf.options.iter().any(|option| &*option.id == id));
        return Err(match owner {
            Some(owner) => Problem::at(
                code,
                Code::OptionElsewhere,
                format!("Phương án này thuộc tiêu chí {}, không thuộc {code}.", owner.code),
                format!("This option belongs to criterion {}, not to {code}.", owner.code),
            ),
            None => Problem::at(
                code,
                Code::UnknownOption,
                format!("Tiêu chí {code} không có phương án này."),
                format!("Criterion {code} has no such option."),
            ),
        });
    };
    match (option.case, sheet.tourism_case) {
        (Some(case), None) => Err(Problem::at(
            code,
            Code::CaseMissing,
            format!("Phương án này thuộc trường hợp {case}; phiếu chưa khai trường hợp."),
            format!("This option belongs to case {case}; the sheet declares no case."),
        )),
        (Some(case), Some(declared)) if case != declared => Err(Problem::at(
            code,
            Code::OtherCase,
            format!("Phương án này thuộc trường hợp {case}; hồ sơ khai trường hợp {declared}."),
            format!("This option belongs to case {case}; the dossier declares case {declared}."),
        )),
        _ => Ok(option),
    }
}

/// The refusals of choices at leaves that apply only where another scored above 0. A choice of 0 points is refused
/// too: where there is no story, its structure is not scored at all. A choice that was refused for itself says nothing
/// about the leaf that depends on it.
fn not_applicable(index: &Index, picked: &[Picked<'_>]) -> Vec<Problem> {
    let refuse = |(leaf, own): (&Leaf, &Picked<'_>)| {
        let needs = leaf.needs.filter(|_| !matches!(own, Picked::Nothing))?;
        let (needed, choice) = index.leaves.get(needs).zip(picked.get(needs))?;
        let stands = matches!(choice, Picked::Refused) || choice.points().is_some_and(|points| points > 0);
        (!stands).then(|| {
            let (code, needed) = (&leaf.code, &needed.code);
            Problem::at(
                code,
                Code::NotApplicable,
                format!("Chỉ chấm {code} khi {needed} có điểm; hãy bỏ trống {code}."),
                format!("{code} is scored only where {needed} has points; leave {code} out."),
            )
        })
    };
    index.leaves.iter().zip(picked).filter_map(refuse).collect()
}

fn list(cases: &[u8], or: &str) -> String {
    let cases: Vec<_> = cases.iter().map(u8::to_string).collect();
    cases.join(&format!(" {or} "))
}
