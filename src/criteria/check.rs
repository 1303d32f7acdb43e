//! Whether a criteria set makes sense: what a test asks of every set in the program, and a person of a new one
//! (`ocop criteria check`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::exclusion;
use super::model::{CriteriaSet, Criterion, NoteKind, StarBands};
use super::scheme::{FinishWithin, PartFrame, Scheme};
use crate::values::Star;

/// Something that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Code of the criterion or id of the option; `None` for the file as a whole.
    pub criterion: Option<String>,
    /// Why, as one sentence.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.criterion {
            Some(criterion) => write!(f, "{criterion}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// Faults as they are found.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    /// Something that must hold of the file as a whole.
    fn demand(&mut self, holds: bool, reason: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Fault { criterion: None, reason: reason() });
        }
    }

    /// Something that must hold of a criterion.
    fn demand_of(&mut self, criterion: &str, holds: bool, reason: impl FnOnce() -> String) {
        if !holds {
            self.0.push(Fault { criterion: Some(criterion.to_owned()), reason: reason() });
        }
    }
}

/// Everything in a set that contradicts itself; empty for a sound set.
pub fn faults(set: &CriteriaSet) -> Vec<Fault> {
    let mut faults = Faults::default();
    let parts: u32 = set.parts.iter().map(|part| u32::from(part.max)).sum();
    faults.demand(parts == u32::from(set.total_max), || format!("parts add up to {parts}"));
    faults.demand((1..=26).contains(&set.set_no), || format!("set_no is {}", set.set_no));
    faults.demand(set.effective_to.is_none_or(|to| to >= set.effective_from), || {
        "effective_to is before effective_from".to_owned()
    });
    let codes: BTreeSet<_> = set.parts.iter().map(|part| &part.code).collect();
    faults.demand(codes.len() == set.parts.len(), || "a part appears twice".to_owned());
    for part in &set.parts {
        let sum = sum_of_max(&part.criteria);
        faults.demand(sum == u32::from(part.max), || format!("part {} adds up to {sum}", part.code));
        for criterion in &part.criteria {
            check_criterion(criterion, &mut faults);
        }
    }
    check_bands(&set.star_bands, set.total_max, &mut faults);
    check_ids(set, &mut faults);
    check_notes(set, &mut faults);
    faults.0
}

/// Everything in the frame of a scheme that contradicts itself.
pub fn scheme_faults(scheme: &Scheme) -> Vec<Fault> {
    let mut faults = Faults::default();
    let parts: u32 = scheme.parts.iter().map(|part| u32::from(part.max)).sum();
    faults.demand(parts == u32::from(scheme.total_max), || format!("parts add up to {parts}"));
    faults.demand(scheme.effective_to.is_none_or(|to| to >= scheme.effective_from), || {
        "effective_to is before effective_from".to_owned()
    });
    if let Some(transition) = &scheme.transition {
        let kinds: [fn(FinishWithin) -> u16; 3] =
            [|days| days.first, |days| days.upgrade, |days| days.renewal];
        let last = kinds.into_iter().filter_map(|days| scheme.finish_by(days)).max();
        faults.demand(last == scheme.effective_to, || {
            "effective_to is not the last day of the transition".to_owned()
        });
        faults.demand(transition.filed_before > scheme.effective_from, || {
            "the transition begins before the scheme".to_owned()
        });
    }
    check_bands(&scheme.star_bands, scheme.total_max, &mut faults);
    let mut numbers = BTreeSet::new();
    for set in &scheme.sets {
        faults.demand(numbers.insert(set.set_no), || format!("set {} appears twice", set.set_no));
    }
    faults.0
}

/// Where a set contradicts the scheme it belongs to.
pub fn contradictions(scheme: &Scheme, set: &CriteriaSet) -> Vec<Fault> {
    let mut faults = Faults::default();
    let id = format!("{}-{:02}", scheme.id, set.set_no);
    faults.demand(*set.scheme_id == *id, || format!("scheme_id is {}, not {id}", set.scheme_id));
    faults.demand(set.scheme == scheme.decision, || format!("the decision is not {}", scheme.decision));
    faults.demand(set.effective_from == scheme.effective_from, || {
        format!("effective_from is not {}", scheme.effective_from)
    });
    faults.demand(set.total_max == scheme.total_max, || format!("total_max is not {}", scheme.total_max));
    faults.demand(set.star_bands == scheme.star_bands, || {
        "the star bands are not those of the scheme".to_owned()
    });
    let parts: Vec<_> = set.parts.iter().map(PartFrame::from).collect();
    faults.demand(parts == scheme.parts, || "the parts are not those of the scheme".to_owned());
    faults.0
}

fn sum_of_max(criteria: &[Criterion]) -> u32 {
    criteria.iter().map(|criterion| u32::from(criterion.max)).sum()
}

fn check_criterion(criterion: &Criterion, faults: &mut Faults) {
    let code = &*criterion.code;
    let named = !criterion.label_vi.trim().is_empty() && !criterion.label_en.trim().is_empty();
    faults.demand_of(code, named, || "has no name in one of the languages".to_owned());
    if criterion.is_leaf() {
        return check_leaf(criterion, faults);
    }
    let sum = sum_of_max(&criterion.criteria);
    faults.demand_of(code, sum == u32::from(criterion.max), || format!("narrower criteria add up to {sum}"));
    faults.demand_of(code, criterion.options.is_empty(), || "a group cannot have options".to_owned());
    let floors = criterion.min_points_for_star.is_empty();
    faults.demand_of(code, floors, || "a group cannot have floors".to_owned());
    for narrower in &criterion.criteria {
        let below = narrower.code.strip_prefix(code).is_some_and(|rest| rest.starts_with('.'));
        faults.demand_of(&narrower.code, below, || format!("stands under {code}"));
        check_criterion(narrower, faults);
    }
}

fn check_leaf(leaf: &Criterion, faults: &mut Faults) {
    let code = &*leaf.code;
    faults.demand_of(code, !leaf.options.is_empty(), || "no options".to_owned());
    for option in &leaf.options {
        let named = !option.label_vi.trim().is_empty() && !option.label_en.trim().is_empty();
        faults.demand_of(&option.id, named, || "has no name in one of the languages".to_owned());
    }
    let cases: BTreeSet<_> = leaf.options.iter().map(|option| option.case).collect();
    for case in &cases {
        let of_case = leaf.options.iter().filter(|option| option.case == *case);
        let best = of_case.map(|option| option.points).max();
        faults.demand_of(code, best == Some(leaf.max), || match case {
            Some(case) => format!("case {case} does not reach the maximum"),
            None => "the best option is not the maximum".to_owned(),
        });
    }
    let named: BTreeSet<_> = cases.iter().flatten().copied().collect();
    let told: BTreeSet<_> = leaf.cases.keys().copied().collect();
    faults.demand_of(code, named == told, || "options and cases differ".to_owned());
    let all = named.is_empty() || !cases.contains(&None);
    faults.demand_of(code, all, || "an option without case".to_owned());
    let one_case = leaf.notes.iter().any(|note| note.kind == NoteKind::OneCase);
    faults.demand_of(code, one_case != named.is_empty(), || {
        "cases need the note one_case, and it them".to_owned()
    });
    check_floors(leaf, faults);
}

/// The floors of a leaf follow from the marks on its options and hold for the higher stars too.
fn check_floors(leaf: &Criterion, faults: &mut Faults) {
    let code = &*leaf.code;
    let mut expected = BTreeMap::new();
    let mut least = None;
    for star in Star::ALL {
        let marked = leaf.options.iter().filter(|option| option.min_for_star == Some(star));
        let points: Vec<_> = marked.map(|option| option.points).collect();
        faults.demand_of(code, points.len() <= 1, || format!("two floors for {} stars", star.get()));
        let lower = least;
        least = points.first().copied().or(lower);
        faults.demand_of(code, least >= lower, || format!("the floor falls at {} stars", star.get()));
        expected.extend(least.map(|points| (star, points)));
    }
    let none_below = !expected.contains_key(&Star::ONE);
    faults.demand_of(code, none_below, || "a floor for one star has no star below".to_owned());
    faults.demand_of(code, expected == leaf.min_points_for_star, || {
        "min_points_for_star is not what its options say".to_owned()
    });
}

fn check_bands(bands: &StarBands, total_max: u8, faults: &mut Faults) {
    let stars: Vec<_> = bands.0.iter().map(|band| band.star).collect();
    faults.demand(stars == Star::ALL, || "star bands are not 1 to 5".to_owned());
    faults.demand(bands.0.first().is_some_and(|band| band.min == 0), || {
        "the lowest band leaves a gap".to_owned()
    });
    for (band, above) in bands.0.iter().zip(bands.0.iter().skip(1)) {
        let joined = band.min < above.min && band.below == Some(above.min) && band.max.is_none();
        faults.demand(joined, || {
            format!("the bands of {} and {} stars do not join", band.star.get(), above.star.get())
        });
    }
    let top = bands.0.last().is_some_and(|band| band.below.is_none() && band.max == Some(total_max));
    faults.demand(top, || "the highest band does not end at the greatest total".to_owned());
}

/// Every group and leaf of a set, in no order.
fn every(set: &CriteriaSet) -> Vec<&Criterion> {
    let mut all: Vec<_> = set.parts.iter().flat_map(|part| &part.criteria).collect();
    let mut next = 0;
    while let Some(criterion) = all.get(next).copied() {
        all.extend(&criterion.criteria);
        next += 1;
    }
    all
}

fn check_ids(set: &CriteriaSet, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for criterion in every(set) {
        let code = &*criterion.code;
        faults.demand_of(code, seen.insert(code.to_owned()), || "the code appears twice".to_owned());
        for option in &criterion.options {
            let id = &*option.id;
            faults.demand_of(id, seen.insert(id.to_owned()), || "the option id appears twice".to_owned());
            let own = id.strip_prefix(code).is_some_and(|rest| rest.starts_with('-'));
            faults.demand_of(id, own, || format!("stands at {code}"));
        }
    }
    for exclusion in exclusion::of(set) {
        let once = seen.insert(exclusion.id.to_string());
        faults.demand_of(&exclusion.id, once, || "the ground for exclusion appears twice".to_owned());
    }
}

/// Notes have texts, what they refer to exists, and a leaf depends only on one before it.
fn check_notes(set: &CriteriaSet, faults: &mut Faults) {
    let leaves = set.leaves();
    let place = |code: &str| leaves.iter().position(|leaf| &*leaf.code == code);
    for criterion in every(set) {
        let code = &*criterion.code;
        for note in &criterion.notes {
            let told = !note.vi.trim().is_empty() && !note.en.trim().is_empty();
            faults.demand_of(code, told, || "a note has no text in one of the languages".to_owned());
            let stop = note.kind == NoteKind::Stop;
            faults.demand_of(code, stop != note.stops_at.is_empty(), || {
                "stop and stops_at need each other".to_owned()
            });
            for leaf in &note.stops_at {
                faults
                    .demand_of(code, place(leaf).is_some(), || format!("stops at {leaf}, which is no leaf"));
            }
            let Some(needed) = &note.depends_on else { continue };
            let applies_if = note.kind == NoteKind::AppliesIf;
            faults.demand_of(code, applies_if, || "depends_on belongs to applies_if".to_owned());
            let before = place(needed).zip(place(code)).is_some_and(|(needed, own)| needed < own);
            faults.demand_of(code, before, || format!("depends on {needed}, which is no leaf before it"));
        }
    }
}
