//! The data inside the program: read whole, sound, and found by date and number.

use chrono::NaiveDate;

use super::{all, faults, find, in_force, load, parse_set, scheme};

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
    let frame = scheme("qd26-2026").unwrap();
    for set in sets {
        assert_eq!(faults(set), [""; 0], "set {}", set.set_no);
        assert_eq!(*set.scheme_id, format!("{}-{:02}", frame.id, set.set_no));
        assert_eq!((&set.scheme, set.effective_from), (&frame.decision, frame.effective_from));
        assert_eq!((&set.star_bands, set.total_max), (&frame.star_bands, frame.total_max));
        let parts = set.parts.iter().map(|part| (&part.code, &part.label_vi, &part.label_en, part.max));
        assert!(parts.eq(frame.parts.iter().map(|part| (
            &part.code,
            &part.label_vi,
            &part.label_en,
            part.max
        ))));
        let samples = if set.set_no == 26 { 0 } else { 5 };
        assert_eq!(set.requires_samples, samples);
    }
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
        faults(&parse_set(&text.replacen(from, to, 1)).unwrap())
    };
    assert_eq!(spoilt("\"total_max\": 100", "\"total_max\": 99").len(), 2);
    assert_eq!(spoilt("\"code\": \"1.2\"", "\"code\": \"1.1\"").first().unwrap(), "1.2-1: stands at 1.1");
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
