//! The data inside the program: read whole, sound, and found by date and number.

use chrono::NaiveDate;

use super::{
    Fault, Mean, PartFrame, Rubric, Sheet, all, contradictions, faults, find, in_force, load, parse_set,
    rubric, scheme, scheme_faults,
};
use crate::values::Points;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_embedded_file_is_read_and_sound() {
    let schemes = load::read().unwrap();
    assert_eq!(schemes.iter().map(|scheme| &*scheme.id).collect::<Vec<_>>(), ["qd148-2023", "qd26-2026"]);
    assert!(schemes.is_sorted_by_key(|scheme| scheme.effective_from));
    let sets = all("qd26-2026");
    assert_eq!(sets.iter().map(|set| set.set_no).collect::<Vec<_>>(), (1..=26).collect::<Vec<u8>>());
    for scheme in &schemes {
        assert_eq!(told(&scheme_faults(scheme)), [""; 0], "{}", scheme.id);
        for set in &scheme.sets {
            assert_eq!(told(&faults(set)), [""; 0], "set {}", set.set_no);
            assert_eq!(told(&contradictions(scheme, set)), [""; 0], "set {}", set.set_no);
            let samples = if set.set_no == 26 { 0 } else { 5 };
            assert_eq!(set.requires_samples, samples);
        }
    }
}

fn told(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(Fault::to_string).collect()
}

#[test]
fn a_set_is_written_as_it_was_read() {
    let text = include_str!("data/qd26-2026/26-du-lich-cong-dong-sinh-thai-diem-du-lich.json");
    let raw: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(find("qd26-2026", 26)).unwrap(), raw);
}

#[test]
fn a_contradiction_in_a_set_is_found() {
    let text = include_str!("data/qd26-2026/11-che-tuoi-che-che-bien.json");
    let spoilt = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        told(&faults(&parse_set(&text.replacen(from, to, 1)).unwrap()))
    };
    assert_eq!(spoilt("\"total_max\": 100", "\"total_max\": 99").len(), 2);
    let twice = spoilt("\"code\": \"1.2\"", "\"code\": \"1.1\"");
    assert_eq!(twice[..2], ["1.1: the code appears twice", "1.2-1: stands at 1.1"]);
    assert_eq!(spoilt("\"id\": \"1.1-1\"", "\"id\": \"1.1-2\""), ["1.1-2: the option id appears twice"]);
    assert_eq!(spoilt("\"below\": 30", "\"below\": 31"), ["the bands of 1 and 2 stars do not join"]);
    assert_eq!(spoilt("\"min_for_star\": 4", "\"min_for_star\": 2").len(), 1);
    assert_eq!(spoilt("\"depends_on\": \"5.1\"", "\"depends_on\": \"5.3\"").len(), 1);
    assert_eq!(spoilt("\"depends_on\": \"5.1\"", "\"depends_on\": \"5\"").len(), 1);
    assert_eq!(spoilt("\"6.1.1\"\n", "\"6.1\"\n").len(), 1);
    assert_eq!(spoilt("\"kind\": \"stop\"", "\"kind\": \"info\"").len(), 1);
    assert!(!spoilt("\"max\": 40", "\"max\": 41").is_empty());
    assert!(parse_set(&text.replacen("\"max\"", "\"maximum\"", 1)).is_err());
    assert!(parse_set("{}").is_err());
    // A second ground of one kind at one criterion could not be told from the first.
    let note = "{\"kind\": \"disqualify\", \"vi\": \"a\", \"en\": \"b\"}, {\"kind\": \"disqualify\", ";
    assert_eq!(
        spoilt("{\n         \"kind\": \"disqualify\",", note),
        ["1.1-disqualify: the ground for exclusion appears twice"]
    );
    let other = parse_set(&text.replacen("qd26-2026-11", "qd26-2026-12", 1)).unwrap();
    let scheme = scheme("qd26-2026").unwrap();
    assert_eq!(told(&contradictions(scheme, &other)), ["scheme_id is qd26-2026-12, not qd26-2026-11"]);
}

#[test]
fn the_scheme_follows_the_filing_date() {
    let id = |on| in_force(day(on)).map(|scheme| &*scheme.id);
    assert_eq!(id("2023-02-23"), None);
    assert_eq!(id("2023-02-24"), Some("qd148-2023"));
    assert_eq!(id("2026-05-21"), Some("qd148-2023"));
    assert_eq!(id("2026-05-22"), Some("qd26-2026"));
    let old = scheme("qd148-2023").unwrap();
    let transition = old.transition.as_ref().unwrap();
    let end = transition.filed_before + chrono::Days::new(transition.finish_within_days.first.into());
    assert_eq!(Some(end), old.effective_to);
    assert!(
        all("qd148-2023").is_empty() && find("qd148-2023", 1).is_none() && find("qd26-2026", 27).is_none()
    );
}

#[test]
fn a_scheme_without_a_tree_is_scored_by_parts() {
    let by_parts = rubric("qd148-2023", 11).unwrap();
    assert!(
        by_parts.tree().is_none() && rubric("qd148-2023", 27).is_none() && rubric("qd1-1999", 1).is_none()
    );
    assert!(matches!(rubric("qd26-2026", 11), Some(Rubric::Tree(set)) if set.set_no == 11));
    assert_eq!(by_parts.parts(), rubric("qd26-2026", 11).unwrap().parts(), "the parts are those of today");
    let maxima: Vec<_> =
        by_parts.parts().iter().map(|PartFrame { code, max, .. }| (code.to_string(), *max)).collect();
    assert_eq!(maxima, [("A".to_owned(), 40), ("B".to_owned(), 25), ("C".to_owned(), 35)]);
    assert!(by_parts.scores("A") && !by_parts.scores("1.1"));

    let sheet = |parts: &[(&str, i32)]| Sheet {
        parts: parts.iter().map(|(part, h)| ((*part).to_owned(), Points::from_hundredths(*h))).collect(),
        ..Sheet::default()
    };
    let scored = by_parts.check(&sheet(&[("A", 3550), ("B", 2500), ("C", 2950)])).unwrap();
    assert_eq!(scored.total, Points::from_whole(90));
    let rating = by_parts.rate(Mean::single(scored.total), &scored);
    assert_eq!((rating.star.map(crate::values::Star::get), rating.floors_tested), (Some(5), false));
    let almost = by_parts.rate(Mean::of(&[Points::from_whole(90), Points::from_whole(89)]).unwrap(), &scored);
    assert_eq!(almost.star.map(crate::values::Star::get), Some(4));
    assert_eq!(almost.next_star.unwrap().points_missing, Points::from_hundredths(50));
    assert!(almost.missed_floors.is_empty());

    let refused = |sheet: &Sheet| -> Vec<_> {
        by_parts.check(sheet).unwrap_err().into_iter().map(|p| (p.pointer, p.code.as_str())).collect()
    };
    let at = |pointer: &str, code: &'static str| (pointer.to_owned(), code);
    assert_eq!(
        refused(&sheet(&[("A", 4001), ("B", 2500), ("D", 0)])),
        [
            at("/parts/D", "criteria.unknown_part"),
            at("/parts/A", "criteria.part_points"),
            at("/parts/C", "criteria.part_missing")
        ]
    );
    let mut mixed = sheet(&[("A", 0), ("B", 0), ("C", 0)]);
    assert_eq!(by_parts.check(&mixed).unwrap().total, Points::ZERO);
    mixed.choices.insert("1.1".to_owned(), "1.1-1".to_owned());
    mixed.tourism_case = Some(1);
    assert_eq!(
        refused(&mixed),
        [at("/choices", "criteria.choices_not_used"), at("/tourism_case", "criteria.case_not_used")]
    );
}
