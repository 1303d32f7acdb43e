//! The council's agreed sheet: what all members chose, and for the rest what the secretary recorded.
//!
//! That floors are tested on this sheet is a reading of Decision 26/2026/QĐ-TTg.

use std::collections::{BTreeMap, BTreeSet};

use crate::criteria::state::{CriteriaSet, Criterion, Problem, Scored, Sheet};
use crate::error::FieldError;
use crate::values::Points;

/// Choices as the secretary gives them: an option, or `None` when the council agreed that none is met.
pub type Given = BTreeMap<String, Option<String>>;

/// How far the council agrees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The agreed option of each leaf, `None` where it is agreed that none is met; at a ground for exclusion `found`,
    /// or `None` where it was not found. What is open is absent.
    pub choices: Given,
    /// Where all members say the same.
    pub unanimous: BTreeSet<String>,
    /// What is still open.
    pub open: Vec<String>,
    /// What is open and a conclusion cannot do without: leaves with a floor, those where 0 points end the evaluation,
    /// and grounds for exclusion.
    pub blocking: Vec<String>,
    /// The agreed sheet with its points, where open leaves have none.
    pub scored: Scored,
}

/// Puts the agreed sheet together. Unanimity wins over what was recorded: members may have scored again since.
///
/// # Errors
/// What makes the recorded choices impossible.
pub fn agree(
    set: &CriteriaSet,
    case: Option<u8>,
    sheets: &[&BTreeMap<String, String>],
    recorded: &Given,
) -> Result<Agreement, Vec<Problem>> {
    let mut choices = Given::new();
    let mut unanimous = BTreeSet::new();
    let mut open = Vec::new();
    for leaf in set.leaves() {
        let code = leaf.code.to_string();
        let mut votes = sheets.iter().map(|sheet| sheet.get(&code));
        let first = votes.next().flatten();
        let same = !sheets.is_empty() && votes.all(|vote| vote == first);
        match (same, recorded.get(&code)) {
            (true, _) if !applies(set, leaf, &choices) => match leaf.depends_on() {
                // What this one depends on is still open, and so is this one.
                Some(needed) if !choices.contains_key(needed) => open.push(code),
                _ => {
                    choices.insert(code, None);
                }
            },
            (true, _) => {
                choices.insert(code.clone(), first.cloned());
                unanimous.insert(code);
            }
            (false, Some(choice)) => {
                choices.insert(code, choice.clone());
            }
            (false, None) => open.push(code),
        }
    }
    let unsettled = open.clone();
    for ground in set.exclusions() {
        let id = ground.id.to_string();
        let mut votes = sheets.iter().map(|sheet| sheet.get(&id));
        let first = votes.next().flatten();
        // Without a sheet nobody has found anything.
        match (votes.all(|vote| vote == first), recorded.get(&id)) {
            (true, _) => {
                choices.insert(id.clone(), first.cloned());
                unanimous.insert(id);
            }
            (false, Some(found)) => {
                choices.insert(id, found.clone());
            }
            (false, None) => open.push(id),
        }
    }
    let picked = choices.iter().filter_map(|(code, option)| Some((code.clone(), option.clone()?))).collect();
    let mut scored = set.check(&Sheet { choices: picked, tourism_case: case, ..Sheet::default() })?;
    scored.unsettled = unsettled;
    let said =
        |code: &String| matches!(recorded.get(code), Some(None)) && matches!(choices.get(code), Some(None));
    settle_stops(set, &mut scored, said);
    let needs = |leaf: &&Criterion| {
        let code = leaf.code.to_string();
        let unsaid = scored.open_stops.contains(&code);
        let matters = set.stops_at(&code) || !leaf.min_points_for_star.is_empty();
        unsaid || (matters && open.contains(&code))
    };
    let mut blocking: Vec<_> =
        set.leaves().into_iter().filter(needs).map(|leaf| leaf.code.to_string()).collect();
    let grounds = set.exclusions().iter().map(|ground| ground.id.to_string());
    blocking.extend(grounds.filter(|id| open.contains(id)));
    Ok(Agreement { choices, unanimous, open, blocking, scored })
}

/// Whether the leaf it depends on has points on the agreed sheet so far.
fn applies(set: &CriteriaSet, leaf: &Criterion, choices: &Given) -> bool {
    let Some(needed) = leaf.depends_on() else { return true };
    let Some(Some(option)) = choices.get(needed) else { return false };
    let leaves = set.leaves();
    let mut options = leaves.iter().filter(|l| &*l.code == needed).flat_map(|l| &l.options);
    options.any(|o| *o.id == **option && o.points > 0)
}

/// Where no option carries the 0 points that end the evaluation, the secretary says that none is met.
fn settle_stops(set: &CriteriaSet, scored: &mut Scored, said: impl Fn(&String) -> bool) {
    let (stops, unsaid): (Vec<_>, Vec<_>) = scored.open_stops.drain(..).partition(said);
    scored.open_stops = unsaid;
    let stopped =
        |code: &str| stops.iter().any(|stop| stop == code) || scored.stopped_by.as_deref() == Some(code);
    let first = set.leaves().into_iter().find(|leaf| stopped(&leaf.code)).map(|leaf| leaf.code.to_string());
    scored.stopped_by = first;
}

impl Agreement {
    /// What keeps the council from concluding, criterion by criterion.
    pub fn obstacles(&self) -> Vec<FieldError> {
        let obstacle = |code: &String| {
            FieldError::new(
                format!("/choices/{code}"),
                "agreed_sheet.open",
                format!(
                    "Các thành viên chọn khác nhau ở tiêu chí {code}; thư ký cần ghi phương án đã thống nhất (null khi không phương án nào đạt)."
                ),
                format!(
                    "The members chose differently at {code}; the secretary records what was agreed (null where no option is met)."
                ),
            )
        };
        self.blocking.iter().map(obstacle).collect()
    }

    /// Points of a leaf; `None` while it is open.
    pub fn points(&self, code: &str) -> Option<Points> {
        self.choices.contains_key(code).then(|| self.scored.points(code))
    }
}
