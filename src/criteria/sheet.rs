//! A sheet of choices, checked against its set and scored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{CriteriaSet, Criterion, NoteKind, ScoreOption};
use super::problem::{Code, Problem};
use crate::values::Points;

/// Problems told at once; a sheet with more is told the first of them.
const MOST_PROBLEMS: usize = 100;

/// What one assessor chose (*phiếu chấm điểm*), a self-assessment or a council's agreed sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Code of a leaf to the id of the option chosen. A leaf that is absent has none and scores 0.
    #[serde(default)]
    pub choices: BTreeMap<String, String>,
    /// The case the dossier declared, for a set with cases (set 26: 1 or 2).
    #[serde(default)]
    pub tourism_case: Option<u8>,
}

/// A sheet that passed the check, with its points. Only [`CriteriaSet::check`] makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Sum of all points.
    pub total: Points,
    /// Points by part: `A`, `B`, `C`.
    pub parts: BTreeMap<String, Points>,
    /// Points of every group and leaf in the order of the sheet.
    pub criteria: Vec<CriterionPoints>,
    /// The first leaf where an option of 0 points ended the evaluation.
    pub stopped_by: Option<String>,
    /// Leaves without a choice where 0 points end the evaluation and no option carries 0 (in sets 2, 3 and 20 the
    /// law's 0 is no option at all). Whether nothing was chosen or nothing deserved points is for a person to say.
    pub open_stops: Vec<String>,
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
}

/// The valid choices of a sheet.
type Picked<'a> = BTreeMap<&'a str, &'a ScoreOption>;

impl CriteriaSet {
    /// Scores a sheet.
    ///
    /// # Errors
    /// Everything that makes the sheet impossible, at most a hundred of them: unknown criteria and options, options of another
    /// criterion or case, a missing or needless case, a choice where the criterion does not apply.
    pub fn check(&self, sheet: &Sheet) -> Result<Scored, Vec<Problem>> {
        let leaves = self.leaves();
        let mut problems = self.check_case(sheet);
        let mut picked = Picked::new();
        for (code, id) in &sheet.choices {
            match self.pick(&leaves, sheet, code, id) {
                Ok(option) => {
                    picked.insert(code, option);
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(leaves.iter().filter_map(|leaf| not_applicable(leaf, sheet, &picked)));
        problems.truncate(MOST_PROBLEMS);
        if problems.is_empty() { Ok(self.score(&leaves, &picked)) } else { Err(problems) }
    }

    fn check_case(&self, sheet: &Sheet) -> Vec<Problem> {
        let cases = self.cases();
        match sheet.tourism_case {
            Some(_) if cases.is_empty() => vec![Problem::case(
                Code::CaseNotUsed,
                format!("Bộ tiêu chí số {} không chia trường hợp; hãy bỏ trống.", self.set_no),
                format!("Criteria set {} has no cases; leave it out.", self.set_no),
            )],
            Some(case) if !cases.contains_key(&case) => vec![Problem::case(
                Code::UnknownCase,
                format!("Không có trường hợp {case}; hãy chọn {}.", list(cases.keys(), "hoặc")),
                format!("There is no case {case}; choose {}.", list(cases.keys(), "or")),
            )],
            _ => Vec::new(),
        }
    }

    /// The option a choice names, if it may stand at this leaf in the case declared.
    fn pick<'a>(
        &self,
        leaves: &[&'a Criterion],
        sheet: &Sheet,
        code: &str,
        id: &str,
    ) -> Result<&'a ScoreOption, Problem> {
        let Some(leaf) = leaves.iter().find(|leaf| &*leaf.code == code) else {
            return Err(Problem::at(
                code,
                Code::UnknownCriterion,
                format!("Bộ tiêu chí số {} không chấm điểm ở mã tiêu chí này.", self.set_no),
                format!("Criteria set {} scores no criterion of this code.", self.set_no),
            ));
        };
        let Some(option) = leaf.options.iter().find(|option| &*option.id == id) else {
            let owner = leaves.iter().find(|leaf| leaf.options.iter().any(|option| &*option.id == id));
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

    fn score(&self, leaves: &[&Criterion], picked: &Picked<'_>) -> Scored {
        let mut criteria = Vec::new();
        let mut parts = BTreeMap::new();
        let mut total = 0;
        for part in &self.parts {
            let points: i32 = part.criteria.iter().map(|c| add_up(c, picked, &mut criteria)).sum();
            parts.insert(part.code.to_string(), Points::from_whole(points));
            total += points;
        }
        let stops: Vec<_> = leaves.iter().copied().filter(|leaf| self.stops_at(&leaf.code)).collect();
        let has_zero = |leaf: &Criterion| leaf.options.iter().any(|option| option.points == 0);
        let stopped_by = stops.iter().find(|leaf| picked.get(&*leaf.code).is_some_and(|o| o.points == 0));
        let open_stops = stops.iter().filter(|leaf| !picked.contains_key(&*leaf.code) && !has_zero(leaf));
        Scored {
            total: Points::from_whole(total),
            parts,
            criteria,
            stopped_by: stopped_by.map(|leaf| leaf.code.to_string()),
            open_stops: open_stops.map(|leaf| leaf.code.to_string()).collect(),
        }
    }

    /// Whether 0 points at this leaf end the evaluation.
    pub fn stops_at(&self, code: &str) -> bool {
        fn any(criterion: &Criterion, code: &str) -> bool {
            let here = |note: &super::model::Note| {
                note.kind == NoteKind::Stop && note.stops_at.iter().any(|leaf| &**leaf == code)
            };
            criterion.notes.iter().any(here) || criterion.criteria.iter().any(|narrower| any(narrower, code))
        }
        self.parts.iter().flat_map(|part| &part.criteria).any(|criterion| any(criterion, code))
    }
}

/// Points of a criterion; appends its line and those below it.
fn add_up(criterion: &Criterion, picked: &Picked<'_>, lines: &mut Vec<CriterionPoints>) -> i32 {
    let option = picked.get(&*criterion.code);
    let at = lines.len();
    lines.push(CriterionPoints {
        criterion: criterion.code.to_string(),
        points: Points::ZERO,
        max: Points::from_whole(i32::from(criterion.max)),
        option: option.map(|option| option.id.to_string()),
    });
    let own = option.map_or(0, |option| i32::from(option.points));
    let points = own + criterion.criteria.iter().map(|narrower| add_up(narrower, picked, lines)).sum::<i32>();
    if let Some(line) = lines.get_mut(at) {
        line.points = Points::from_whole(points);
    }
    points
}

/// The refusal of a choice at a leaf that applies only where another scored above 0. A choice of 0 points is refused
/// too: where there is no story, its structure is not scored at all.
fn not_applicable(leaf: &Criterion, sheet: &Sheet, picked: &Picked<'_>) -> Option<Problem> {
    let needed = leaf.depends_on()?;
    let chosen = sheet.choices.contains_key(&*leaf.code);
    // A choice that was refused for itself says nothing about this one.
    let refused = sheet.choices.contains_key(needed) && !picked.contains_key(needed);
    if !chosen || refused || picked.get(needed).is_some_and(|option| option.points > 0) {
        return None;
    }
    let code = &leaf.code;
    Some(Problem::at(
        code,
        Code::NotApplicable,
        format!("Chỉ chấm {code} khi {needed} có điểm; hãy bỏ trống {code}."),
        format!("{code} is scored only where {needed} has points; leave {code} out."),
    ))
}

fn list<'a>(cases: impl Iterator<Item = &'a u8>, or: &str) -> String {
    let cases: Vec<_> = cases.map(u8::to_string).collect();
    cases.join(&format!(" {or} "))
}
