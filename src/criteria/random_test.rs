//! The engine against the model of `model_test` on random sheets of every set.

use std::collections::BTreeSet;

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::model_test::{Choice, Missed, Model, Verdict};
use super::{CriteriaSet, Mean, MissedFloor, Sheet, find};
use crate::values::Points;

/// Random sheets per set.
const SHEETS_PER_SET: usize = 10_000;

impl Model {
    /// A sheet that passes the check, more or less complete and more or less good.
    pub(super) fn sound_sheet(&self, rng: &mut SmallRng) -> Sheet {
        let left_out = *[0.0, 0.0, 0.03, 0.4].choose(rng).unwrap();
        let best = *[0.0, 0.6, 0.9, 0.97].choose(rng).unwrap();
        let case = (self.has_cases && rng.random_bool(0.9)).then(|| rng.random_range(1..=2));
        let mut sheet = Sheet { tourism_case: case, ..Sheet::default() };
        for leaf in &self.leaves {
            let fits = |option: &&Choice| option.case.is_none() || option.case == case.map(u64::from);
            let mut options: Vec<&Choice> = leaf.options.iter().filter(fits).collect();
            options.sort_by_key(|option| option.points);
            let Some(choice) = options.choose(rng) else {
                continue;
            };
            let option = if rng.random_bool(best) { options.last().unwrap() } else { choice };
            let needed =
                leaf.dependence.as_ref().is_none_or(|other| self.given(&sheet, other).unwrap_or(0) > 0);
            if needed && !rng.random_bool(left_out) {
                sheet.choices.insert(leaf.code.clone(), option.id.clone());
            }
        }
        for ground in self.grounds.iter().filter(|_| rng.random_bool(0.02)) {
            sheet.choices.insert(ground.clone(), "found".to_owned());
        }
        sheet
    }

    /// Spoils a sheet in one of the ways a client can.
    fn spoil(&self, sheet: &mut Sheet, rng: &mut SmallRng) {
        let leaf = self.leaves.choose(rng).unwrap();
        let other = self.leaves.choose(rng).unwrap();
        match rng.random_range(0..9) {
            0 => drop(sheet.choices.insert("9.9.9".to_owned(), "9.9.9-1".to_owned())),
            1 => drop(sheet.choices.insert(self.headings[0].clone(), leaf.options[0].id.clone())),
            2 => drop(sheet.choices.insert(leaf.code.clone(), format!("{}-77", leaf.code))),
            3 => drop(sheet.choices.insert(leaf.code.clone(), other.options[0].id.clone())),
            4 => sheet.tourism_case = *[None, Some(0), Some(1), Some(2), Some(3)].choose(rng).unwrap(),
            5 => drop(sheet.choices.insert(leaf.code.clone(), leaf.options.choose(rng).unwrap().id.clone())),
            6 => drop(sheet.parts.insert("A".to_owned(), Points::from_whole(20))),
            7 => {
                let word = *["found", "yes", ""].choose(rng).unwrap();
                let unknown = "1.1-info".to_owned();
                let ground = self.grounds.choose(rng).unwrap_or(&unknown);
                sheet.choices.insert(ground.clone(), word.to_owned());
            }
            _ => {
                for dependent in self.leaves.iter().filter(|leaf| leaf.dependence.is_some()) {
                    sheet.choices.insert(dependent.code.clone(), dependent.options[0].id.clone());
                    let needed = dependent.dependence.as_ref().unwrap();
                    let zero =
                        self.leaves.iter().find(|leaf| leaf.code == *needed).unwrap().options[0].id.clone();
                    match rng.random_range(0..3) {
                        0 => drop(sheet.choices.remove(needed)),
                        1 => drop(sheet.choices.insert(needed.clone(), zero)),
                        _ => drop(sheet.choices.insert(needed.clone(), "none".to_owned())),
                    }
                }
            }
        }
    }
}

/// Totals of several sheets: around this sheet's own, or hard at the edge of a band.
fn totals(model: &Model, own: i64, rng: &mut SmallRng) -> Vec<Points> {
    let count = rng.random_range(1..=15);
    let edge = model.bands.choose(rng).unwrap().1;
    let (middle, spread) =
        *[(own * 100, 0), (own * 100, 900), (edge * 100, 1), (edge * 100, 50)].choose(rng).unwrap();
    let one = |_| (middle + rng.random_range(-spread..=spread)).clamp(0, 10_000);
    (0..count).map(one).map(|total| Points::from_hundredths(i32::try_from(total).unwrap())).collect()
}

fn whole(points: Points) -> i64 {
    assert_eq!(points.hundredths() % 100, 0);
    i64::from(points.hundredths() / 100)
}

fn missed(floors: &[MissedFloor]) -> Missed {
    let one = |floor: &MissedFloor| {
        (floor.criterion.clone(), floor.star.get().into(), whole(floor.needed_points), whole(floor.points))
    };
    let set: Missed = floors.iter().map(one).collect();
    assert_eq!(set.len(), floors.len(), "a floor is told twice");
    set
}

/// The engine's answer in the model's words.
fn answer(
    set: &CriteriaSet,
    sheet: &Sheet,
    totals: &[Points],
) -> Result<Verdict, BTreeSet<(String, String)>> {
    let told = |problems: Vec<super::Problem>| -> BTreeSet<(String, String)> {
        problems.into_iter().map(|problem| (problem.pointer, problem.code.as_str().to_owned())).collect()
    };
    let scored = set.check(sheet).map_err(told)?;
    let rating = set.rate(Mean::of(totals).unwrap(), &scored);
    Ok(Verdict {
        total: whole(scored.total),
        parts: scored.parts.iter().map(|(part, points)| (part.clone(), whole(*points))).collect(),
        by_code: scored.criteria.iter().map(|line| whole(line.points)).collect(),
        score_hundredths: rating.score.hundredths().into(),
        band: rating.band_star.get().into(),
        star: rating.star.map(|star| star.get().into()),
        missed: missed(&rating.missed_floors),
        stopped_by: rating.stopped_by,
        excluded_by: rating.excluded_by,
        next: rating.next_star.map(|next| {
            (next.star.get().into(), next.points_missing.hundredths().into(), missed(&next.missed_floors))
        }),
        open: told(set.open_matters(sheet, &scored)),
    })
}

/// Tries a set with as many sheets as wanted, and tells what they met.
fn try_set(set_no: u8) -> BTreeSet<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let set = find("qd26-2026", set_no).unwrap();
    let model = Model::read(set_no);
    let codes: Vec<_> = set.check(&Sheet::default()).unwrap().criteria;
    assert!(codes.iter().map(|line| &line.criterion).eq(model.below.iter().map(|(code, _)| code)));
    let mut rng = SmallRng::seed_from_u64(set_no.into());
    for _ in 0..SHEETS_PER_SET {
        let mut sheet = model.sound_sheet(&mut rng);
        let spoilt = rng.random_bool(0.25);
        for _ in 0..if spoilt { rng.random_range(1..=3) } else { 0 } {
            model.spoil(&mut sheet, &mut rng);
        }
        let refusals = model.refusals(&sheet);
        assert!(spoilt || refusals.is_empty(), "set {set_no}: a sound sheet is refused: {refusals:?}");
        let own = sheet.choices.keys().filter_map(|code| model.given(&sheet, code)).sum();
        let totals = totals(&model, own, &mut rng);
        let expected = if refusals.is_empty() { Ok(model.verdict(&sheet, &totals)) } else { Err(refusals) };
        let got = answer(set, &sheet, &totals);
        assert_eq!(got, expected, "set {set_no}: {sheet:?} {totals:?}");
        match got {
            Err(refusals) => seen.extend(refusals.into_iter().map(|(_, code)| code)),
            Ok(verdict) => {
                seen.extend(verdict.open.into_iter().map(|(_, code)| code));
                seen.extend(verdict.star.map(|star| format!("{star} stars of {}", verdict.band)));
                seen.extend(verdict.stopped_by.map(|_| "stopped".to_owned()));
                seen.extend(verdict.excluded_by.into_iter().next().map(|_| "excluded".to_owned()));
            }
        }
    }
    seen
}

#[test]
fn the_engine_agrees_with_the_model_on_every_set() {
    let sets = std::sync::Mutex::new((1..=26).rev().collect::<Vec<u8>>());
    let work = || {
        let mut seen = BTreeSet::new();
        loop {
            let Some(set_no) = sets.lock().unwrap().pop() else { return seen };
            seen.extend(try_set(set_no));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().for_each(|thread| seen.extend(thread.join().unwrap()));
    });
    // What the random sheets must have met for the agreement to mean anything; points by part are another rubric's.
    use super::Code::{ChoicesNotUsed, PartMissing, PartRange, UnknownPart};
    let by_parts = [ChoicesNotUsed, PartMissing, PartRange, UnknownPart];
    for code in super::Code::ALL.iter().filter(|code| !by_parts.contains(code)) {
        assert!(seen.contains(code.as_str()), "no sheet met {}", code.as_str());
    }
    for met in [
        "1 stars of 1",
        "2 stars of 2",
        "2 stars of 5",
        "3 stars of 4",
        "4 stars of 5",
        "5 stars of 5",
        "stopped",
        "excluded",
    ] {
        assert!(seen.contains(met), "no sheet met {met}");
    }
}
