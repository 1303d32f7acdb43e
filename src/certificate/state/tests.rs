use chrono::Datelike as _;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn star(n: u8) -> Star {
    Star::new(n).unwrap()
}

#[test]
fn a_certificate_ends_with_the_day_36_months_later() {
    for (issued, last) in [
        ("2026-11-23", "2029-11-23"),
        ("2026-01-31", "2029-01-31"),
        ("2028-02-29", "2031-02-28"),
        ("2025-12-31", "2028-12-31"),
    ] {
        let until = expiry(day(issued));
        assert_eq!(last_day(until), day(last), "{issued}");
        assert_eq!(until, Instant::start_of_day(day(last).succ_opt().unwrap()));
    }
    assert_eq!(expiry(day("2026-11-23")).to_string(), "2029-11-23T17:00:00.000000Z");
}

#[test]
fn what_a_certificate_is_worth_depends_on_the_moment_alone() {
    let at = |text: &str| Instant::start_of_day(day(text));
    let (from, until) = (at("2026-01-01"), at("2029-01-02"));
    let plain = Life { from, until, superseded_at: None, revoked_at: None };
    let superseded = Life { superseded_at: Some(at("2028-01-01")), ..plain };
    let revoked = Life { revoked_at: Some(at("2027-01-01")), ..superseded };
    let table = [
        ("2025-12-31", [Standing::NotYet; 3]),
        ("2026-01-01", [Standing::Valid; 3]),
        ("2027-01-01", [Standing::Valid, Standing::Valid, Standing::Revoked]),
        ("2028-01-01", [Standing::Valid, Standing::Superseded, Standing::Revoked]),
        ("2029-01-01", [Standing::Valid, Standing::Superseded, Standing::Revoked]),
        ("2029-01-02", [Standing::Lapsed, Standing::Superseded, Standing::Revoked]),
    ];
    for (date, worth) in table {
        assert_eq!([plain, superseded, revoked].map(|life| life.standing(at(date))), worth, "{date}");
    }
    assert_eq!(plain.standing(until.plus(Duration::microseconds(-1))), Standing::Valid);
}

#[test]
fn an_old_certificate_is_valid_only_while_that_is_certain() {
    let now = Instant::start_of_day(day("2026-11-23")).plus(Duration::hours(9));
    let start = |text: &str| Instant::start_of_day(day(text));
    // Day, year, valid from, first day after.
    let table = [
        (Some("2025-06-26"), Some(2025), "2025-06-26", "2028-06-27"),
        (Some("2021-06-30"), Some(2020), "2021-06-30", "2024-07-01"),
        (None, Some(2024), "2024-12-31", "2027-01-02"),
        (None, Some(2023), "2023-12-31", "2026-01-02"),
        // The year still runs: it was decided at the latest today.
        (None, Some(2026), "2026-11-23", "2029-01-02"),
        (None, None, "2026-11-23", "2026-11-23"),
    ];
    for (decided, year, from, until) in table {
        let found = legacy_validity(decided.map(day), year, now);
        assert_eq!(found, (start(from), start(until)), "{decided:?} {year:?}");
    }
}

#[test]
fn old_certificates_have_limits() {
    let today = day("2026-11-23");
    let codes = |s: u8, decided: Option<&str>, year: Option<i32>| -> Vec<_> {
        legacy_errors(star(s), decided.map(day), year, today).into_iter().map(|e| e.code).collect()
    };
    assert_eq!(codes(5, Some("2021-06-30"), Some(2020)), Vec::<&str>::new());
    assert_eq!(codes(3, None, None), Vec::<&str>::new());
    assert_eq!(codes(2, None, Some(2024)), ["certificate.star"]);
    assert_eq!(codes(3, Some("2026-11-24"), None), ["certificate.decided_on"]);
    assert_eq!(codes(3, Some("2017-01-01"), None), ["certificate.decided_on"]);
    assert_eq!(codes(3, None, Some(2027)), ["certificate.year"]);
    assert_eq!(codes(3, Some("2024-01-01"), Some(2025)), ["certificate.year"]);
    assert_eq!(codes(3, Some("2025-01-01"), Some(2022)), ["certificate.year"]);
}

#[test]
fn the_same_old_certificate_is_known_again() {
    let of = |s: u8, decided: Option<&str>, year: Option<i32>, decision: Option<&'static str>| Traits {
        star: star(s),
        decided_on: decided.map(day),
        year,
        decision,
        number: None,
    };
    let dated = of(4, Some("2024-06-30"), Some(2023), Some("1/QĐ"));
    for (other, same) in [
        (of(4, Some("2024-06-30"), Some(2024), Some("2/QĐ")), true),
        (of(4, Some("2024-06-30"), None, None), true),
        (of(3, Some("2024-06-30"), Some(2023), Some("1/QĐ")), false),
        (of(4, Some("2024-07-01"), Some(2023), Some("1/QĐ")), false),
        // The year of evaluation, not that of the decision.
        (of(4, None, Some(2023), None), true),
        (of(4, None, Some(2023), Some("1/QĐ")), true),
        (of(4, None, Some(2023), Some("2/QĐ")), false),
        (of(4, None, Some(2024), None), false),
        // Of one of which nothing is known nobody can tell.
        (of(4, None, None, Some("1/QĐ")), false),
    ] {
        assert_eq!((dated.is(&other), other.is(&dated)), (same, same), "{other:?}");
    }
    let nothing = of(4, None, None, Some("1/QĐ"));
    assert!(nothing.is(&nothing) && !nothing.is(&of(4, None, None, None)));
    let numbered = Traits { number: Some("7"), ..of(4, None, Some(2023), None) };
    assert!(!numbered.is(&Traits { number: Some("8"), ..numbered }));
    assert!(numbered.is(&of(4, None, Some(2023), None)));
}

#[test]
fn what_contradicts_a_chain_is_refused() {
    let at = |text: &str| Instant::start_of_day(day(text));
    let life = |from: &str, until: &str| Life {
        from: at(from),
        until: at(until),
        superseded_at: None,
        revoked_at: None,
    };
    let old = Beside {
        number: "A",
        star: star(4),
        life: life("2024-06-30", "2027-07-01"),
        issued_here: false,
        decided_on: Some(day("2024-06-30")),
        year: Some(2024),
    };
    let here = Beside { number: "B", issued_here: true, ..old };
    let vague = Beside { decided_on: None, life: life("2024-12-31", "2027-01-02"), ..old };
    let unknown = Beside { decided_on: None, year: None, life: life("2026-11-23", "2026-11-23"), ..old };
    let code = |beside: Beside<'_>, decided: Option<&str>, year: Option<i32>| {
        let now = at("2026-11-23");
        let validity = legacy_validity(decided.map(day), year, now);
        clash(&[beside], validity, decided.map(day), year).map(|e| e.code)
    };
    assert_eq!(code(old, Some("2024-06-30"), None), Some("certificate.same_day"));
    assert_eq!(code(old, Some("2024-07-01"), None), None);
    assert_eq!(code(old, None, Some(2024)), Some("certificate.order_unknown"));
    assert_eq!(code(old, None, Some(2023)), None);
    assert_eq!(code(here, Some("2025-01-01"), None), Some("certificate.ends_issued"));
    assert_eq!(code(here, Some("2024-06-30"), None), Some("certificate.ends_issued"));
    assert_eq!(code(here, Some("2024-01-01"), None), None);
    assert_eq!(code(vague, Some("2024-03-01"), Some(2023)), Some("certificate.order_unknown"));
    assert_eq!(code(vague, None, Some(2024)), Some("certificate.same_day"));
    // Where nothing is known, nothing is in the way.
    assert_eq!(code(unknown, None, Some(2026)), None);
    assert_eq!(code(old, None, None), None);
}

#[test]
fn each_certificate_gives_way_to_the_first_that_begins_in_its_time() {
    let at = |text: &str| Instant::start_of_day(day(text));
    let life = |from: &str, until: &str| Life {
        from: at(from),
        until: at(until),
        superseded_at: None,
        revoked_at: None,
    };
    let (one, two) = (life("2021-01-01", "2024-01-02"), life("2023-01-01", "2026-01-02"));
    let three = life("2026-01-02", "2029-01-03");
    let never = life("2022-06-01", "2022-06-01");
    let revoked = Life { revoked_at: Some(at("2022-01-01")), ..one };
    assert_eq!(ends(&[one, never, two, three]), [Some(two.from), None, None, None]);
    assert_eq!(ends(&[revoked, two]), [None, None]);
    // Two of one moment: the later in order counts.
    assert_eq!(ends(&[one, one]), [Some(one.from), None]);
    let told = Life { superseded_at: Some(at("2021-05-05")), ..one };
    assert_eq!(ends(&[told, two]), [Some(two.from), None]);
    assert_eq!(ends(&[]), []);
}

#[test]
fn numbers_are_fit_for_addresses() {
    assert_eq!(legacy_number("19", Some(2021), 12), "OCOP-19-2021-L000012");
    assert_eq!(legacy_number("19", None, 1), "OCOP-19-0000-L000001");
    assert_eq!(product_code("19", "05503", 7, 2026), "19-05503-7-2026");
}

#[test]
fn a_product_keeps_the_sequence_of_its_code() {
    assert_eq!(sequence_of("19-05503-7-2026", "19", "05503"), Some(7));
    for other in
        ["19-05692-7-2026", "01-05503-7-2026", "19-05503-7", "19-05503-x-2026", "19-05503-7-2026-1", ""]
    {
        assert_eq!(sequence_of(other, "19", "05503"), None, "{other}");
    }
}

#[test]
fn ninety_points_are_the_ministrys_and_floors_take_a_decision_away() {
    use crate::values::Points;
    let bands = &crate::criteria::find("qd26-2026", 11).unwrap().star_bands;
    let table: [(&[i32], Option<u8>, Outcome); 12] = [
        (&[9500, 9500], None, Outcome::Refused),
        (&[2000, 2000], Some(1), Outcome::Refused),
        (&[4999, 4999], Some(2), Outcome::Refused),
        (&[5000, 5000], Some(3), Outcome::Recognised),
        (&[8900, 9000], Some(4), Outcome::Recognised),
        // Prints as 90.00 and is not.
        (&[9000, 9000, 8999], Some(4), Outcome::Recognised),
        (&[9000, 9000, 8999], Some(3), Outcome::Recognised),
        (&[9000, 9000, 9000], Some(5), Outcome::Referred),
        (&[9100, 9000, 8900], Some(5), Outcome::Referred),
        // A floor keeps it below five stars: still the Ministry's.
        (&[9000, 9000, 9000], Some(4), Outcome::Referred),
        (&[9500, 9500], Some(3), Outcome::Referred),
        (&[9500, 9500], Some(2), Outcome::Refused),
    ];
    for (totals, found, expected) in table {
        let totals: Vec<_> = totals.iter().map(|t| Points::from_hundredths(*t)).collect();
        let band = bands.star(crate::criteria::Mean::of(&totals).unwrap());
        let verdict =
            Verdict { by: Tier::Province, council: Tier::Province, band, star: found.map(star), held: None };
        assert_eq!(outcome(verdict, None), Ok(expected), "{totals:?} {found:?}");
    }
}

#[test]
fn the_minister_recognises_five_stars_and_the_chairman_chooses_what_comes_back() {
    let refused = |result: Result<Outcome, Refusal>| result.map_err(|refusal| refusal.code.as_str());
    let (recognise, again) = (Some(Choice::Recognise), Some(Choice::EvaluateAgain));
    let (province, centre) = (Tier::Province, Tier::Centre);
    // Who decides, band, star, star held (for an upgrade), choice, outcome; the council is the centre's.
    for (by, band, found, held, choice, expected) in [
        (centre, 5, Some(5), None, None, Ok(Outcome::Recognised)),
        (centre, 5, Some(5), Some(4), None, Ok(Outcome::Recognised)),
        (centre, 5, Some(4), None, None, Ok(Outcome::Returned)),
        (centre, 4, Some(4), None, None, Ok(Outcome::Returned)),
        (centre, 4, None, None, None, Ok(Outcome::Returned)),
        (centre, 5, Some(5), None, again, Err("decision.no_choice")),
        (province, 4, Some(4), None, None, Err("decision.choice_needed")),
        (province, 4, Some(4), None, again, Ok(Outcome::EvaluatedAgain)),
        (province, 4, Some(4), None, recognise, Ok(Outcome::Recognised)),
        (province, 5, Some(4), None, recognise, Ok(Outcome::Recognised)),
        (province, 2, Some(2), None, recognise, Ok(Outcome::Refused)),
        (province, 4, None, None, recognise, Ok(Outcome::Refused)),
        // An upgrade that brings nothing leaves the certificate as it is.
        (province, 4, Some(4), Some(4), recognise, Ok(Outcome::Refused)),
        (province, 4, Some(4), Some(3), recognise, Ok(Outcome::Recognised)),
    ] {
        let verdict =
            Verdict { by, council: centre, band: star(band), star: found.map(star), held: held.map(star) };
        assert_eq!(refused(outcome(verdict, choice)), expected, "{verdict:?} {choice:?}");
    }
    let own = Verdict { by: province, council: province, band: star(4), star: Some(star(4)), held: None };
    assert_eq!(refused(outcome(own, again)), Err("decision.no_choice"));
    let same = Verdict { held: Some(star(4)), ..own };
    assert_eq!(refused(outcome(same, None)), Ok(Outcome::Refused));
}

#[test]
fn only_the_authority_that_certified_signs() {
    use crate::ids::AccountId;
    let actor = |role, place| Actor::new(AccountId::new(), "x", &[role], place, None);
    let chairman = actor(Role::ProvincialLeader, Some("19"));
    let minister = actor(Role::CentralLeader, None);
    assert!(signs(&chairman, Tier::Province, "19").is_ok());
    assert!(signs(&minister, Tier::Centre, "19").is_ok());
    for (who, tier, province) in [
        (&chairman, Tier::Province, "01"),
        (&chairman, Tier::Centre, "19"),
        (&minister, Tier::Province, "19"),
        (&actor(Role::ProvincialOfficer, Some("19")), Tier::Province, "19"),
    ] {
        assert_eq!(signs(who, tier, province).map_err(|r| r.code), Err(Code::WrongAuthority));
    }
}

#[test]
fn a_chain_tells_what_each_certificate_was() {
    let at = |year: i32| Instant::start_of_day(NaiveDate::from_ymd_opt(year, 6, 1).unwrap());
    let held = |stars: u8, from: i32, superseded: Option<i32>, revoked: Option<i32>| {
        let (superseded_at, revoked_at) = (superseded.map(at), revoked.map(at));
        (star(stars), Life { from: at(from), until: at(from + 3), superseded_at, revoked_at })
    };
    let chain = [
        held(3, 2020, Some(2021), None),
        held(4, 2021, Some(2024), None),
        held(4, 2024, Some(2025), None),
        // Lapses.
        held(3, 2025, None, None),
        // Is revoked.
        held(4, 2029, None, Some(2030)),
        held(4, 2031, None, None),
    ];
    use Step::{Downgraded, First, Renewed, Upgraded};
    assert_eq!(steps(&chain), [First, Upgraded, Renewed, Downgraded, First, First]);
    assert!(steps(&[]).is_empty());
}

#[test]
fn a_line_is_short_and_one_line() {
    assert_eq!(line("/x", "  2890/QĐ-BNN-VPĐP "), Ok("2890/QĐ-BNN-VPĐP".to_owned()));
    for wrong in ["", "  ", "a\nb", &"x".repeat(LINE_MAX + 1)] {
        assert_eq!(line("/x", wrong).map_err(|e| e.code), Err("line.length"));
    }
}

proptest! {
    #[test]
    fn every_day_has_36_months_after_it(days in 0..20_000_i64) {
        let issued = day("2019-01-01") + Duration::days(days);
        let last = last_day(expiry(issued));
        prop_assert_eq!((last.year(), last.month()), (issued.year() + 3, issued.month()));
        prop_assert!(last.day() == issued.day() || (issued.day() == 29 && last.day() == 28));
    }

    #[test]
    fn codes_give_their_sequence_back(sequence in 1..1_000_000_i64, year in 2018..2100_i32) {
        let code = product_code("19", "05503", sequence, year);
        prop_assert_eq!(sequence_of(&code, "19", "05503"), Some(sequence));
    }

    /// What is shown valid for a year was valid whichever day of the year the decision fell on.
    #[test]
    fn a_year_is_never_shown_longer_than_any_of_its_days(year in 2018..2026_i32, ordinal in 1..=365_u32, later in 0..3000_i64) {
        let now = Instant::start_of_day(day("2026-11-23"));
        let (from, until) = legacy_validity(None, Some(year), now);
        let (real_from, real_until) =
            legacy_validity(NaiveDate::from_yo_opt(year, ordinal), Some(year), now);
        let at = Instant::start_of_day(day("2018-01-01") + Duration::days(later));
        let life = |from, until| Life { from, until, superseded_at: None, revoked_at: None };
        if life(from, until).standing(at) == Standing::Valid {
            prop_assert_eq!(life(real_from, real_until).standing(at), Standing::Valid);
        }
    }
}
