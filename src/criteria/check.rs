//! Whether a criteria set makes sense: what a test asks of every set in the program, and a person of a new one.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{CriteriaSet, Criterion, NoteKind, StarBands};
use crate::values::Star;

/// Everything in a set that contradicts itself, each as one sentence; empty for a sound set.
pub fn faults(set: &CriteriaSet) -> Vec<String> {
    let mut faults = Vec::new();
    let parts: u32 = set.parts.iter().map(|part| u32::from(part.max)).sum();
    demand(&mut faults, parts == u32::from(set.total_max), || format!("parts add up to {parts}"));
    demand(&mut faults, (1..=26).contains(&set.set_no), || format!("set_no is {}", set.set_no));
    for part in &set.parts {
        let sum = sum_of_max(&part.criteria);
        demand(&mut faults, sum == u32::from(part.max), || format!("part {} adds up to {sum}", part.code));
        for criterion in &part.criteria {
            check_criterion(criterion, &mut faults);
        }
    }
    check_bands(&set.star_bands, set.total_max, &mut faults);
    check_ids(set, &mut faults);
    check_references(set, &mut faults);
    faults
}

fn demand(faults: &mut Vec<String>, holds: bool, fault: impl FnOnce() -> String) {
    if !holds {
        faults.push(fault());
    }
}

fn sum_of_max(criteria: &[Criterion]) -> u32 {
    criteria.iter().map(|criterion| u32::from(criterion.max)).sum()
}

fn check_criterion(criterion: &Criterion, faults: &mut Vec<String>) {
    let code = &criterion.code;
    if criterion.is_leaf() {
        return check_leaf(criterion, faults);
    }
    let sum = sum_of_max(&criterion.criteria);
    demand(faults, sum == u32::from(criterion.max), || format!("{code}: narrower criteria add up to {sum}"));
    demand(faults, criterion.options.is_empty(), || format!("{code}: a group cannot have options"));
    demand(faults, criterion.min_points_for_star.is_empty(), || {
        format!("{code}: a group cannot have floors")
    });
    for narrower in &criterion.criteria {
        let below = narrower.code.strip_prefix(&**code).is_some_and(|rest| rest.starts_with('.'));
        demand(faults, below, || format!("{}: stands under {code}", narrower.code));
        check_criterion(narrower, faults);
    }
}

fn check_leaf(leaf: &Criterion, faults: &mut Vec<String>) {
    let code = &leaf.code;
    demand(faults, !leaf.options.is_empty(), || format!("{code}: no options"));
    let cases: BTreeSet<_> = leaf.options.iter().map(|option| option.case).collect();
    for case in &cases {
        let of_case = leaf.options.iter().filter(|option| option.case == *case);
        let best = of_case.map(|option| option.points).max();
        demand(faults, best == Some(leaf.max), || {
            format!("{code}: case {case:?} does not reach the maximum")
        });
    }
    let named: BTreeSet<_> = cases.iter().flatten().copied().collect();
    let told: BTreeSet<_> = leaf.cases.keys().copied().collect();
    demand(faults, named == told, || format!("{code}: options and cases differ"));
    demand(faults, named.is_empty() || !cases.contains(&None), || format!("{code}: an option without case"));
    let one_case = leaf.notes.iter().any(|note| note.kind == NoteKind::OneCase);
    demand(faults, one_case != named.is_empty(), || {
        format!("{code}: cases need the note one_case, and it them")
    });
    check_floors(leaf, faults);
}

/// The floors of a leaf follow from the marks on its options and hold for the higher stars too.
fn check_floors(leaf: &Criterion, faults: &mut Vec<String>) {
    let code = &leaf.code;
    let mut expected = BTreeMap::new();
    let mut least = None;
    for star in Star::ALL {
        let marked = leaf.options.iter().filter(|option| option.min_for_star == Some(star));
        let points: Vec<_> = marked.map(|option| option.points).collect();
        demand(faults, points.len() <= 1, || format!("{code}: two floors for {} stars", star.get()));
        let lower = least;
        least = points.first().copied().or(lower);
        demand(faults, least >= lower, || format!("{code}: the floor falls at {} stars", star.get()));
        expected.extend(least.map(|points| (star, points)));
    }
    demand(faults, !expected.contains_key(&Star::ONE), || {
        format!("{code}: a floor for one star has no star below")
    });
    demand(faults, expected == leaf.min_points_for_star, || {
        format!("{code}: min_points_for_star is not what its options say")
    });
}

fn check_bands(bands: &StarBands, total_max: u8, faults: &mut Vec<String>) {
    let stars: Vec<_> = bands.0.iter().map(|band| band.star).collect();
    demand(faults, stars == Star::ALL, || "star bands are not 1 to 5".to_owned());
    demand(faults, bands.0.first().is_some_and(|band| band.min == 0), || {
        "the lowest band leaves a gap".to_owned()
    });
    for (band, above) in bands.0.iter().zip(bands.0.iter().skip(1)) {
        let joined = band.min < above.min && band.below == Some(above.min) && band.max.is_none();
        demand(faults, joined, || {
            format!("the bands of {} and {} stars do not join", band.star.get(), above.star.get())
        });
    }
    let top = bands.0.last().is_some_and(|band| band.below.is_none() && band.max == Some(total_max));
    demand(faults, top, || "the highest band does not end at the greatest total".to_owned());
}

fn check_ids(set: &CriteriaSet, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut criteria: Vec<_> = set.parts.iter().flat_map(|part| &part.criteria).collect();
    while let Some(criterion) = criteria.pop() {
        let code = &criterion.code;
        demand(faults, seen.insert(&**code), || format!("{code}: the code appears twice"));
        for option in &criterion.options {
            let id = &option.id;
            demand(faults, seen.insert(&**id), || format!("{id}: the option id appears twice"));
            let own = id.strip_prefix(&**code).is_some_and(|rest| rest.starts_with('-'));
            demand(faults, own, || format!("{id}: stands at {code}"));
        }
        criteria.extend(&criterion.criteria);
    }
}

/// What notes refer to exists, and a leaf depends only on one before it.
fn check_references(set: &CriteriaSet, faults: &mut Vec<String>) {
    let leaves = set.leaves();
    let place = |code: &str| leaves.iter().position(|leaf| &*leaf.code == code);
    let mut criteria: Vec<_> = set.parts.iter().flat_map(|part| &part.criteria).collect();
    while let Some(criterion) = criteria.pop() {
        let code = &criterion.code;
        for note in &criterion.notes {
            let stop = note.kind == NoteKind::Stop;
            demand(faults, stop != note.stops_at.is_empty(), || {
                format!("{code}: stop and stops_at need each other")
            });
            for leaf in &note.stops_at {
                demand(faults, place(leaf).is_some(), || {
                    format!("{code}: stops at {leaf}, which is no leaf")
                });
            }
            let Some(needed) = &note.depends_on else { continue };
            let applies_if = note.kind == NoteKind::AppliesIf;
            demand(faults, applies_if, || format!("{code}: depends_on belongs to applies_if"));
            let before = place(needed).zip(place(code)).is_some_and(|(needed, own)| needed < own);
            demand(faults, before, || format!("{code}: depends on {needed}, which is no leaf before it"));
        }
        criteria.extend(&criterion.criteria);
    }
}
