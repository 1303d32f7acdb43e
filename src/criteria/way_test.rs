//! The way to the next star against a search of its own: it leads there, and nothing cheaper does.

use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::model_test::Model;
use super::{CriteriaSet, Mean, Sheet, Step, find};
use crate::values::Points;

fn walked(sheet: &Sheet, steps: &[Step]) -> Sheet {
    let mut walked = sheet.clone();
    for step in steps {
        let before = walked.choices.insert(step.criterion.clone(), step.to_option.clone());
        assert_eq!(before, step.from_option, "{}", step.criterion);
    }
    walked
}

/// The least whole points that lead from a sheet to a star, by what sums can be reached at all: leaf by leaf, a pair of
/// leaves where one waits for the other.
fn least(model: &Model, sheet: &Sheet, star: u64, missing: i64) -> Option<i64> {
    let mut sums = vec![false; 301];
    sums[0] = true;
    for leaf in model.leaves.iter().filter(|leaf| leaf.dependence.is_none()) {
        let own = model.raises(leaf, sheet, star);
        let waiting = model.leaves.iter().find(|other| other.dependence.as_ref() == Some(&leaf.code));
        let pairs: Vec<i64> = match waiting {
            None => own.iter().map(|(gain, _)| *gain).collect(),
            Some(waiting) => {
                let other = model.raises(waiting, sheet, star);
                let pairs = own.iter().flat_map(|(gain, scored)| {
                    let fits = other.iter().filter(move |(more, _)| *scored || *more == 0);
                    fits.map(move |(more, _)| gain + more)
                });
                pairs.collect()
            }
        };
        let mut next = vec![false; sums.len()];
        for (sum, _) in sums.iter().enumerate().filter(|(_, reached)| **reached) {
            for gain in &pairs {
                next[sum + usize::try_from(*gain).unwrap()] = true;
            }
        }
        sums = next;
    }
    let from = usize::try_from(missing).unwrap();
    (from..sums.len()).find(|sum| sums[*sum]).map(|sum| i64::try_from(sum).unwrap())
}

fn check(set: &CriteriaSet, model: &Model, sheet: &Sheet) -> bool {
    let Ok(scored) = set.check(sheet) else { return false };
    let rating = set.rate(Mean::single(scored.total), &scored);
    let Some(next) = rating.next_star else { return false };
    let steps = set.way(&next, &scored);
    let missing = i64::from((next.points_missing.hundredths() + 99) / 100);
    let star = u64::from(next.star.get());
    let least = least(model, sheet, star, missing);
    let won: i32 = steps.iter().map(|s| s.to_points.hundredths() - s.from_points.hundredths()).sum();
    assert_eq!(least, (!steps.is_empty()).then_some(i64::from(won / 100)), "set {} {sheet:?}", set.set_no);
    if steps.is_empty() {
        return false;
    }
    let after = set.check(&walked(sheet, &steps)).unwrap();
    let reached = set.rate(Mean::single(after.total), &after);
    // A step never leads past a stop that is open or answered with 0 elsewhere.
    assert!(reached.star.unwrap() >= next.star, "set {} {sheet:?} {steps:?}", set.set_no);
    true
}

#[test]
fn the_way_leads_to_the_next_star_with_the_fewest_points() {
    let mut led = 0;
    for set_no in 1..=26 {
        let (set, model) = (find("qd26-2026", set_no).unwrap(), Model::read(set_no));
        let mut rng = SmallRng::seed_from_u64(1000 + u64::from(set_no));
        led += (0..40).filter(|_| check(set, &model, &model.sound_sheet(&mut rng))).count();
        // From nothing, in either case: to two stars at least.
        check(set, &model, &Sheet { tourism_case: (set_no == 26).then_some(2), ..Sheet::default() });
    }
    assert!(led > 400, "{led}");
}

#[test]
fn the_way_is_told_step_by_step() {
    let tea = find("qd26-2026", 11).unwrap();
    let best = |leaf: &&super::Criterion| {
        let option = leaf.options.iter().max_by_key(|option| option.points).unwrap();
        (leaf.code.to_string(), option.id.to_string())
    };
    let mut sheet = Sheet { choices: tea.leaves().iter().map(best).collect(), ..Sheet::default() };
    // 99 points, one floor of five stars missed: one step.
    sheet.choices.insert("1.1".to_owned(), "1.1-1".to_owned());
    let preview = tea.preview(&sheet).unwrap();
    assert_eq!(preview.star.map(crate::values::Star::get), Some(2));
    let expected = Step {
        criterion: "1.1".to_owned(),
        from_option: Some("1.1-1".to_owned()),
        from_points: Points::from_whole(1),
        to_option: "1.1-2".to_owned(),
        to_points: Points::from_whole(2),
    };
    assert_eq!(preview.steps, [expected]);
}
