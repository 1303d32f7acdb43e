//! The engine on chosen sheets: every set whole, every floor from both sides, every rule by name.

use std::collections::BTreeMap;

use serde_json::json;

use super::model_test::Model;
use super::{
    Code, CriteriaSet, Criterion, Mean, NoteKind, Problem, ScoreOption, Sheet, StarBands, all, find,
};
use crate::values::{Points, Star};

fn set(set_no: u8) -> &'static CriteriaSet {
    find("qd26-2026", set_no).unwrap()
}

fn star(number: u8) -> Star {
    Star::new(number).unwrap()
}

fn fits(option: &ScoreOption, case: Option<u8>) -> bool {
    option.case.is_none() || option.case == case
}

/// The best option everywhere.
fn full(set: &CriteriaSet, case: Option<u8>) -> Sheet {
    let best = |leaf: &&Criterion| {
        let option =
            leaf.options.iter().filter(|option| fits(option, case)).max_by_key(|option| option.points);
        (leaf.code.to_string(), option.unwrap().id.to_string())
    };
    Sheet { choices: set.leaves().iter().map(best).collect(), tourism_case: case, ..Sheet::default() }
}

fn sheet(choices: &[(&str, &str)]) -> Sheet {
    let choices = choices.iter().map(|(code, id)| ((*code).to_owned(), (*id).to_owned()));
    Sheet { choices: choices.collect(), ..Sheet::default() }
}

fn codes(problems: &[Problem]) -> Vec<(&str, Code)> {
    problems.iter().map(|problem| (problem.pointer.as_str(), problem.code)).collect()
}

#[test]
fn a_full_sheet_is_a_hundred_points_and_five_stars() {
    for set in all("qd26-2026") {
        let cases = if set.set_no == 26 { vec![Some(1), Some(2)] } else { vec![None] };
        for case in cases {
            let preview = set.preview(&full(set, case)).unwrap();
            assert_eq!(preview.total, Points::from_whole(100), "set {}", set.set_no);
            assert_eq!((preview.star, preview.band_star), (Some(star(5)), star(5)));
            let parts = [("A", 40), ("B", 25), ("C", 35)];
            assert!(
                preview
                    .parts
                    .iter()
                    .map(|(part, points)| (&**part, *points))
                    .eq(parts.map(|(part, max)| { (part, Points::from_whole(max)) }))
            );
            assert!(
                preview.missed_floors.is_empty()
                    && preview.problems.is_empty()
                    && preview.next_star.is_none()
            );
        }
    }
}

#[test]
fn every_floor_holds_from_both_sides() {
    let mut pairs = 0;
    let hundred = [Points::from_whole(100)];
    let cased = all("qd26-2026").iter().filter(|set| set.set_no == 26).map(|set| (set, Some(2)));
    let sets = all("qd26-2026").iter().map(|set| (set, (set.set_no == 26).then_some(1)));
    for (set, case) in sets.chain(cased) {
        let model = Model::read(set.set_no);
        let told = |star: Option<Star>| star.map(|star| u64::from(star.get()));
        for leaf in set.leaves() {
            // The second case asks only where it differs.
            if case == Some(2) && leaf.cases.is_empty() {
                continue;
            }
            for marked in
                leaf.options.iter().filter(|option| option.min_for_star.is_some() && fits(option, case))
            {
                let floor = marked.min_for_star.unwrap();
                let lower = leaf.options.iter().filter(|option| {
                    option.points < marked.points && option.points > 0 && fits(option, case)
                });
                let below = lower.max_by_key(|option| option.points);
                let mut sheet = full(set, case);

                sheet.choices.insert(leaf.code.to_string(), marked.id.to_string());
                let at = set.check(&sheet).unwrap();
                let at = set.rate(Mean::single(Points::from_whole(100)), &at);
                assert!(at.star.unwrap() >= floor, "set {} {}", set.set_no, marked.id);
                assert_eq!(
                    told(at.star),
                    model.verdict(&sheet, &hundred).star,
                    "set {} {}",
                    set.set_no,
                    marked.id
                );

                match below {
                    Some(option) => drop(sheet.choices.insert(leaf.code.to_string(), option.id.to_string())),
                    None => {
                        sheet.choices.remove(&*leaf.code);
                        let needs = |other: &&Criterion| other.depends_on() == Some(&*leaf.code);
                        set.leaves().iter().filter(|other| needs(other)).for_each(|other| {
                            sheet.choices.remove(&*other.code);
                        });
                    }
                }
                let under = set.check(&sheet).unwrap();
                let under = set.rate(Mean::single(Points::from_whole(100)), &under);
                assert!(under.star.unwrap() < floor, "set {} under {}", set.set_no, marked.id);
                assert_eq!(
                    told(under.star),
                    model.verdict(&sheet, &hundred).star,
                    "set {} {}",
                    set.set_no,
                    marked.id
                );
                let told = under.missed_floors.iter().find(|missed| missed.star == floor).unwrap();
                assert_eq!(told.criterion, *leaf.code);
                assert_eq!(told.needed_points, Points::from_whole(marked.points.into()));
                assert_eq!(told.points, Points::from_whole(below.map_or(0, |option| option.points.into())));
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 575, "floors in the 26 sets of Decision 26/2026/QĐ-TTg");
}

#[test]
fn means_are_compared_exactly_and_rounded_only_to_print() {
    let set = set(11);
    let agreed = set.check(&full(set, None)).unwrap();
    let mut totals = vec![Points::from_whole(90); 249];
    totals.push(Points::from_whole(89));
    let almost = Mean::of(&totals).unwrap();
    let rating = set.rate(almost, &agreed);
    assert_eq!(rating.score.to_string(), "90.00", "89.996 in print");
    assert_eq!((rating.band_star, rating.star), (star(4), Some(star(4))));
    assert_eq!(rating.next_star.unwrap().points_missing, Points::from_hundredths(1));
    totals.push(Points::from_whole(91));
    assert_eq!(set.rate(Mean::of(&totals).unwrap(), &agreed).star, Some(star(5)), "exactly 90");
    assert_eq!(Mean::of(&[]), None);
}

#[test]
fn bands_are_half_open() {
    let bands: &StarBands = &set(1).star_bands;
    let at = |hundredths| bands.star(Mean::single(Points::from_hundredths(hundredths))).get();
    let edges =
        [(0, 1), (2999, 1), (3000, 2), (4999, 2), (5000, 3), (6999, 3), (7000, 4), (8999, 4), (9000, 5)];
    for (hundredths, star) in edges {
        assert_eq!(at(hundredths), star, "{hundredths}");
    }
    assert_eq!(at(10_000), 5);
}

#[test]
fn zero_points_at_a_stop_end_the_evaluation() {
    let tea = set(11);
    let mut choices = full(tea, None);
    choices.choices.insert("6.1.1".to_owned(), "6.1.1-1".to_owned());
    let preview = tea.preview(&choices).unwrap();
    assert_eq!((preview.stopped_by.as_deref(), preview.star), (Some("6.1.1"), None));
    assert_eq!((preview.total, preview.band_star), (Points::from_whole(98), star(5)));
    assert_eq!(preview.next_star, None);
    // No choice is not yet a choice of 0.
    choices.choices.remove("6.1.1");
    assert_eq!(tea.preview(&choices).unwrap().stopped_by, None);
}

#[test]
fn any_sensory_item_of_bottled_water_stops() {
    let water = set(16);
    for (code, id) in [("6.1", "6.1-1"), ("6.2", "6.2-1"), ("6.3", "6.3-1"), ("6.4", "6.4-1")] {
        let preview = water.preview(&sheet(&[(code, id)])).unwrap();
        assert_eq!((preview.stopped_by.as_deref(), preview.star), (Some(code), None));
    }
    assert_eq!(water.preview(&sheet(&[("7", "7-1")])).unwrap().stopped_by, None);
    let first = water.preview(&sheet(&[("6.4", "6.4-1"), ("6.2", "6.2-1")])).unwrap();
    assert_eq!(first.stopped_by.as_deref(), Some("6.2"), "the first on the sheet");
}

#[test]
fn a_stop_without_an_option_of_0_points_stays_open_until_answered() {
    let mut silent = Vec::new();
    for set in all("qd26-2026") {
        let scored = set.check(&Sheet::default()).unwrap();
        silent.extend(scored.open_stops.iter().map(|code| (set.set_no, code.clone())));
        assert_eq!(scored.stopped_by, None);
    }
    let expected = [(2, "6.1"), (3, "6.1"), (20, "6")].map(|(set, code)| (set, code.to_owned()));
    assert_eq!(silent, expected);
    let preview = set(20).preview(&Sheet::default()).unwrap();
    assert!(codes(&preview.problems).contains(&("/choices/6", Code::StopUnanswered)));
    let answered = set(20).preview(&sheet(&[("6", "6-1")])).unwrap();
    assert!(!codes(&answered.problems).iter().any(|(pointer, _)| *pointer == "/choices/6"));
}

#[test]
fn a_story_is_scored_only_where_there_is_one() {
    let tea = set(11);
    let refused = |choices: &[(&str, &str)]| tea.check(&sheet(choices)).unwrap_err();
    for choices in [&[("5.2", "5.2-2")][..], &[("5.1", "5.1-1"), ("5.2", "5.2-2")], &[("5.2", "5.2-1")]] {
        assert_eq!(codes(&refused(choices)), [("/choices/5.2", Code::NotApplicable)]);
    }
    assert!(tea.check(&sheet(&[("5.1", "5.1-2"), ("5.2", "5.2-2")])).is_ok());
    let open = tea.preview(&sheet(&[("5.1", "5.1-1")])).unwrap().problems;
    assert!(
        !codes(&open).iter().any(|(pointer, _)| *pointer == "/choices/5.2"),
        "not asked where it cannot apply"
    );
    // 25 sets have the rule; the note of the same kind in set 21 is only a text.
    let dependent =
        all("qd26-2026").iter().filter(|set| set.leaves().iter().any(|leaf| leaf.depends_on().is_some()));
    assert_eq!(dependent.count(), 25);
}

#[test]
fn what_does_not_belong_is_refused_with_a_pointer() {
    let tea = set(11);
    let wrong =
        sheet(&[("1", "1.1-1"), ("1.1", "1.2-1"), ("1.2", "1.2-9"), ("a/b~c", "x"), ("1.3", "1.3-1")]);
    let problems = tea.check(&wrong).unwrap_err();
    let expected = [
        ("/choices/1", Code::UnknownCriterion),
        ("/choices/1.1", Code::OptionElsewhere),
        ("/choices/1.2", Code::UnknownOption),
        ("/choices/a~1b~0c", Code::UnknownCriterion),
    ];
    assert_eq!(codes(&problems), expected);
    assert!(problems.iter().all(|problem| !problem.vi.is_empty() && !problem.en.is_empty()));
    let many = (0..1000).map(|n| (format!("x{n}"), "y".to_owned())).collect::<BTreeMap<_, _>>();
    assert_eq!(tea.check(&Sheet { choices: many, ..Sheet::default() }).unwrap_err().len(), 100);
    let needless = Sheet { tourism_case: Some(1), ..Sheet::default() };
    assert_eq!(codes(&tea.check(&needless).unwrap_err()), [("/tourism_case", Code::CaseNotUsed)]);
}

#[test]
fn a_tourism_sheet_uses_one_case() {
    let tourism = set(26);
    let with = |case, id: &str| {
        let mut sheet = sheet(&[("8", id)]);
        sheet.tourism_case = case;
        tourism.check(&sheet).map(|scored| scored.points("8")).map_err(|problems| problems[0].code)
    };
    assert_eq!(with(Some(1), "8-2"), Ok(Points::from_whole(3)));
    assert_eq!(with(Some(2), "8-4"), Ok(Points::from_whole(3)));
    assert_eq!(with(Some(1), "8-4"), Err(Code::OtherCase));
    assert_eq!(with(Some(2), "8-1"), Err(Code::OtherCase));
    assert_eq!(with(None, "8-1"), Err(Code::CaseMissing));
    assert_eq!(with(Some(3), "8-1"), Err(Code::UnknownCase));
    let undeclared = tourism.preview(&sheet(&[("1.1", "1.1-1")])).unwrap();
    assert_eq!(codes(&undeclared.problems)[0], ("/tourism_case", Code::CaseUndeclared));
    let leaves = tourism.leaves();
    let cased = leaves.iter().filter(|leaf| leaf.notes.iter().any(|note| note.kind == NoteKind::OneCase));
    assert_eq!(cased.map(|leaf| &*leaf.code).collect::<Vec<_>>(), ["8", "9", "15"]);
}

#[test]
fn a_preview_has_the_form_of_the_api() {
    let water = set(16);
    let mut choices = full(water, None);
    choices.choices.insert("4.1".to_owned(), "4.1-3".to_owned());
    choices.choices.remove("10");
    let preview = serde_json::to_value(water.preview(&choices).unwrap()).unwrap();
    let floor = json!({ "criterion": "4.1", "star": 5, "needed_points": 5.0, "points": 3.0 });
    let open = json!({
        "pointer": "/choices/10",
        "code": "criteria.unanswered",
        "vi": "Chưa chọn 10: tính 0 điểm.",
        "en": "10 has no choice: it counts 0 points.",
    });
    let expected = json!({
        "total": 93.0,
        "parts": { "A": 40.0, "B": 23.0, "C": 30.0 },
        "band_star": 5,
        "star": 4,
        "missed_floors": [floor.clone()],
        "stopped_by": null,
        "excluded_by": [],
        "steps": [{
            "criterion": "4.1",
            "from_option": "4.1-3",
            "from_points": 3.0,
            "to_option": "4.1-4",
            "to_points": 5.0,
        }],
        "next_star": { "star": 5, "points_missing": 0.0, "missed_floors": [floor] },
        "problems": [open],
    });
    assert_eq!(preview, expected);
}

#[test]
fn every_group_and_leaf_is_explained() {
    let tea = set(11);
    let scored = tea.check(&full(tea, None)).unwrap();
    assert!(scored.criteria.iter().all(|line| line.points == line.max));
    let order: Vec<_> = scored.criteria.iter().map(|line| &*line.criterion).take(3).collect();
    assert_eq!(order, ["1", "1.1", "1.2"]);
    assert_eq!(scored.criteria[0].option, None);
    assert_eq!(scored.points("6.1.1"), Points::from_whole(2));
    assert_eq!(scored.points("none of these"), Points::ZERO);
}

#[test]
fn a_ground_for_exclusion_puts_the_dossier_out_whatever_its_points() {
    let mut found = 0;
    for set in all("qd26-2026") {
        let case = (set.set_no == 26).then_some(1);
        for ground in set.exclusions() {
            let mut sheet = full(set, case);
            sheet.choices.insert(ground.id.to_string(), super::FOUND.to_owned());
            let preview = set.preview(&sheet).unwrap();
            assert_eq!(
                (preview.excluded_by.as_slice(), preview.star),
                ([ground.id.to_string()].as_slice(), None)
            );
            assert_eq!((preview.total, preview.band_star), (Points::from_whole(100), star(5)));
            assert!(preview.next_star.is_none() && preview.steps.is_empty());
            sheet.choices.insert(ground.id.to_string(), "yes".to_owned());
            let pointer = format!("/choices/{}", ground.id);
            assert_eq!(codes(&set.check(&sheet).unwrap_err()), [(pointer.as_str(), Code::UnknownOption)]);
            found += 1;
        }
    }
    // 7 prerequisites, 24 disqualifying notes, 4 of what is not evaluated, and one for each set but tourism's.
    assert_eq!(found, 7 + 24 + 4 + 25);
    let fresh: Vec<_> = set(1).exclusions().iter().map(|ground| &*ground.id).collect();
    assert!(
        fresh.starts_with(&["disqualifier-1", "1.1-prerequisite"]) && fresh.contains(&"2.1-not_evaluated")
    );
}

#[test]
fn a_preview_is_quick() {
    let set = set(26);
    let mut sheet = full(set, Some(1));
    for leaf in set.leaves().iter().step_by(3) {
        let least =
            leaf.options.iter().filter(|option| fits(option, Some(1))).min_by_key(|option| option.points);
        sheet.choices.insert(leaf.code.to_string(), least.unwrap().id.to_string());
    }
    let mut took: Vec<_> = (0..500)
        .map(|_| {
            let begun = std::time::Instant::now();
            assert!(set.preview(&sheet).is_ok());
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    println!("preview: p50 {:?}, p99 {:?}, without optimisation", took[250], took[495]);
    assert!(took[250] < std::time::Duration::from_millis(2), "{:?}", took[250]);
}
