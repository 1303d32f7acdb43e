use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::criteria::{self, CriteriaSet, Sheet};

fn accounts(n: usize) -> Vec<AccountId> {
    (0..n).map(|_| AccountId::new()).collect()
}

fn council(n: usize) -> Vec<(AccountId, Seat)> {
    let seats = [Seat::Chair, Seat::Secretary].into_iter().chain(std::iter::repeat(Seat::Member));
    accounts(n).into_iter().zip(seats).collect()
}

fn votes(totals: &[i32]) -> Vec<Vote> {
    let vote =
        |(account_id, total): (AccountId, &i32)| Vote { account_id, total: Points::from_hundredths(*total) };
    accounts(totals.len()).into_iter().zip(totals).map(vote).collect()
}

#[test]
fn a_quorum_is_three_quarters_with_the_chair() {
    // Members, who signed by place in the council (0 is the chair), whether it is a quorum.
    let cases: &[(usize, &[usize], bool)] = &[
        (4, &[0, 1, 2], true),
        (4, &[1, 2, 3], false),
        (4, &[0, 1], false),
        (5, &[0, 1, 2], false),
        (5, &[0, 2, 3, 4], true),
        (7, &[0, 1, 2, 3, 4], false),
        (7, &[0, 1, 2, 3, 4, 5], true),
        (1, &[0], true),
        (1, &[], false),
        (0, &[], false),
    ];
    for (members, signed, enough) in cases {
        let council = council(*members);
        let mut signed: Vec<_> = signed.iter().map(|place| council[*place].0).collect();
        // Somebody without a seat counts for nothing.
        signed.push(AccountId::new());
        let verdict = check_quorum(Settings::default(), &council, &signed);
        assert_eq!(verdict.is_ok(), *enough, "{members} members, {signed:?}");
        assert!(verdict.is_ok() || verdict.map_err(|r| r.code) == Err(Code::NoQuorum));
    }
}

#[test]
fn enough_members_are_present_with_the_chair() {
    // Members, who is present by place in the council (0 is the chair), whether that is enough.
    let cases: &[(usize, &[usize], bool)] = &[
        (4, &[0, 1, 2], true),
        (4, &[1, 2, 3], false),
        (4, &[0, 1], false),
        (1, &[0], true),
        (1, &[], false),
    ];
    for (members, present, enough) in cases {
        let council = council(*members);
        let present: Vec<_> = present.iter().map(|place| council[*place].0).collect();
        let verdict = check_attendance(Settings::default(), &council, &present);
        assert_eq!(verdict.is_ok(), *enough, "{members} members, {present:?}");
        assert!(verdict.is_ok() || verdict.map_err(|r| r.code) == Err(Code::SessionNoQuorum));
    }
}

#[test]
fn a_trimmed_mean_leaves_out_a_highest_and_a_lowest() {
    let trimmed = Settings { aggregation: Aggregation::TrimmedMean, ..Settings::default() };
    // Totals, the sum of what counts, which are left out.
    let cases: &[(&[i32], i64, &[usize])] = &[
        (&[9000, 8000, 7000, 1000], 25_000, &[]),
        (&[9000, 8000, 7000, 1000, 8000], 23_000, &[0, 3]),
        (&[8000; 5], 24_000, &[0, 4]),
        (&[7000, 9000, 9000, 7000, 8000, 8100], 32_100, &[1, 3]),
    ];
    for (totals, sum, out) in cases {
        let tally = tally(&votes(totals), trimmed).unwrap();
        let count = i64::try_from(totals.len() - out.len()).unwrap();
        assert_eq!(tally.mean.fraction(), (*sum, count), "{totals:?}");
        let left: Vec<_> =
            tally.lines.iter().enumerate().filter(|(_, line)| line.left_out).map(|(at, _)| at).collect();
        assert_eq!(left, *out, "{totals:?}");
    }
    // What is left out still has to be explained when it lies far off.
    let tally = tally(&votes(&[9000, 8000, 7900, 1000, 8100]), trimmed).unwrap();
    assert_eq!(tally.mean.rounded(), Points::from_whole(80));
    assert_eq!(
        tally.lines.iter().map(|line| line.deviates).collect::<Vec<_>>(),
        [false, false, false, true, false]
    );
    assert_eq!(tally.spread, Points::from_whole(80));
}

#[test]
fn a_ground_for_exclusion_is_agreed_like_a_criterion() {
    let set = set(11);
    let one = best(set, None);
    let mut two = one.clone();
    two.insert("1.1-disqualify".to_owned(), "found".to_owned());
    let none = agree(set, None, &[&one, &one], &Given::new()).unwrap();
    assert!(none.scored.excluded_by.is_empty() && none.blocking.is_empty());
    assert_eq!(none.choices["1.1-disqualify"], None);
    let all = agree(set, None, &[&two, &two], &Given::new()).unwrap();
    assert_eq!(all.scored.excluded_by, ["1.1-disqualify"]);
    let open = agree(set, None, &[&one, &two], &Given::new()).unwrap();
    assert_eq!(
        (open.open.as_slice(), open.blocking.as_slice()),
        (&["1.1-disqualify".to_owned()][..], &["1.1-disqualify".to_owned()][..])
    );
    for (said, out) in [(Some("found"), true), (None, false)] {
        let settled = agree(set, None, &[&one, &two], &given(&[("1.1-disqualify", said)])).unwrap();
        assert!(settled.blocking.is_empty());
        assert_eq!(!settled.scored.excluded_by.is_empty(), out);
        let mean = Mean::single(Points::from_whole(100));
        assert_eq!(set.rate(mean, &settled.scored).star.is_none(), out);
    }
}

#[test]
fn a_deviation_is_more_than_ten_points_exactly() {
    // Totals, which deviate.
    let cases: &[(&[i32], &[bool])] = &[
        (&[8000, 8000, 8000], &[false, false, false]),
        // Mean 80: ten points are on the limit.
        (&[7000, 9000], &[false, false]),
        (&[6999, 9001], &[true, true]),
        // Mean 76.666…: 10 points and two thirds below.
        (&[6600, 8200, 8200], &[true, false, false]),
        // Mean 76.67 as printed; 66.67 lies 10.0033… from the exact mean of 76.6733….
        (&[6667, 8167, 8168], &[true, false, false]),
    ];
    for (totals, deviates) in cases {
        let tally = tally(&votes(totals), Settings::default()).unwrap();
        let found: Vec<_> = tally.lines.iter().map(|line| line.deviates).collect();
        assert_eq!(&found, deviates, "{totals:?}");
    }
    assert!(tally(&[], Settings::default()).is_none());
}

#[test]
fn deviations_need_a_reason_from_the_minutes() {
    let votes = votes(&[6000, 8500, 8600, 8700]);
    let tally = tally(&votes, Settings::default()).unwrap();
    assert_eq!(tally.spread, Points::from_whole(27));
    let said = |account_id, reason: &str| Explanation { account_id, reason: reason.to_owned() };
    let none = check_explanations(&votes, &[]).unwrap();
    assert_eq!(check_deviations(&tally, &none).map_err(|r| r.code), Err(Code::DeviationUnexplained));
    let other = check_explanations(&votes, &[said(votes[1].account_id, "x")]).unwrap();
    assert_eq!(check_deviations(&tally, &other).map_err(|r| r.code), Err(Code::DeviationUnexplained));
    let right = check_explanations(&votes, &[said(votes[0].account_id, " Mẫu thử khác ")]).unwrap();
    assert_eq!(right[&votes[0].account_id], "Mẫu thử khác");
    assert_eq!(check_deviations(&tally, &right), Ok(()));

    let codes = |said: &[Explanation]| -> Vec<_> {
        check_explanations(&votes, said).unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    };
    let (first, stranger) = (votes[0].account_id, AccountId::new());
    assert_eq!(codes(&[said(first, " ")]), [("/explanations/0/reason".to_owned(), "explanation.length")]);
    let long = "x".repeat(TEXT_MAX + 1);
    assert_eq!(codes(&[said(first, &long)]), [("/explanations/0/reason".to_owned(), "explanation.length")]);
    for second in [stranger, first] {
        let wrong = ("/explanations/1/account_id".to_owned(), "explanation.account");
        assert_eq!(codes(&[said(first, "x"), said(second, "x")]), [wrong]);
    }
}

#[test]
fn the_mean_that_prints_as_ninety_is_four_stars() {
    let mut totals = vec![9000; 250];
    totals[0] = 8900;
    let tally = tally(&votes(&totals), Settings::default()).unwrap();
    assert_eq!(tally.mean.rounded().to_string(), "90.00");
    assert!(!tally.mean.reaches(Points::from_whole(90)));
}

proptest! {
    #[test]
    fn a_tally_agrees_with_fractions(totals in proptest::collection::vec(0..=10_000_i32, 1..12), allowed in 1..=20_u8) {
        let settings = Settings { deviation_points: allowed, ..Settings::default() };
        let tally = tally(&votes(&totals), settings).unwrap();
        let count = i32::try_from(totals.len()).unwrap();
        let sum: i32 = totals.iter().sum();
        for (line, total) in tally.lines.iter().zip(&totals) {
            // total - sum / count > allowed * 100, either way, multiplied out.
            let above = total * count > sum + i32::from(allowed) * 100 * count;
            let below = total * count < sum - i32::from(allowed) * 100 * count;
            prop_assert_eq!(line.deviates, above || below);
            let exact = f64::from(*total) - f64::from(sum) / f64::from(count);
            prop_assert!((f64::from(line.deviation.hundredths()) - exact).abs() <= 0.500_001);
        }
        prop_assert_eq!(tally.spread.hundredths(), totals.iter().max().unwrap() - totals.iter().min().unwrap());
    }

    #[test]
    fn a_quorum_never_shrinks_with_more_signatures(members in 1..15_usize, signed in 0..15_usize, percent in 1..=100_u8) {
        let settings = Settings { quorum_percent: percent, ..Settings::default() };
        let council = council(members);
        let enough = |n: usize| {
            let signed: Vec<_> = council.iter().take(n).map(|(account, _)| *account).collect();
            check_quorum(settings, &council, &signed).is_ok()
        };
        let signed = signed.min(members);
        prop_assert!(!enough(0));
        prop_assert!(enough(members));
        prop_assert_eq!(enough(signed), signed > 0 && signed * 100 >= members * usize::from(percent));
    }
}

fn set(number: u8) -> &'static CriteriaSet {
    criteria::find("qd26-2026", number).unwrap()
}

/// The option with the most points at every leaf of one case.
fn best(set: &CriteriaSet, case: Option<u8>) -> BTreeMap<String, String> {
    let top = |leaf: &&criteria::Criterion| {
        let options = leaf.options.iter().filter(|o| o.case.is_none() || o.case == case);
        let option = options.max_by_key(|o| o.points)?;
        Some((leaf.code.to_string(), option.id.to_string()))
    };
    set.leaves().iter().filter_map(top).collect()
}

fn given(choices: &[(&str, Option<&str>)]) -> Given {
    choices.iter().map(|(code, option)| ((*code).to_owned(), option.map(str::to_owned))).collect()
}

/// Leaves with a floor that are not stops, with their options from the fewest points.
fn floored(set: &'static CriteriaSet) -> &'static criteria::Criterion {
    let leaves = set.leaves();
    let fits = |leaf: &&criteria::Criterion| {
        !leaf.min_points_for_star.is_empty() && !set.stops_at(&leaf.code) && leaf.options.len() > 1
    };
    leaves.into_iter().find(fits).unwrap()
}

#[test]
fn what_all_chose_is_filled_in_and_the_rest_is_recorded() {
    let set = set(11);
    let leaf = floored(set);
    let code = leaf.code.to_string();
    let (one, mut two) = (best(set, None), best(set, None));
    let lower = leaf.options.iter().min_by_key(|o| o.points).unwrap();
    two.insert(code.clone(), lower.id.to_string());

    let open = agree(set, None, &[&one, &two], &Given::new()).unwrap();
    assert_eq!(open.open, [&*code]);
    assert_eq!(open.blocking, [&*code]);
    assert_eq!(open.obstacles()[0].pointer, format!("/choices/{code}"));
    assert_eq!(open.choices.len(), one.len() - 1 + set.exclusions().len());
    assert!(!open.unanimous.contains(&code) && open.points(&code).is_none());

    let recorded = given(&[(code.as_str(), Some(&*lower.id))]);
    let settled = agree(set, None, &[&one, &two], &recorded).unwrap();
    assert!(settled.open.is_empty() && settled.blocking.is_empty());
    assert_eq!(settled.points(&code), Some(Points::from_whole(i32::from(lower.points))));

    let none = agree(set, None, &[&one, &two], &given(&[(code.as_str(), None)])).unwrap();
    assert!(none.blocking.is_empty());
    assert_eq!(none.points(&code), Some(Points::ZERO));

    // Both have scored again and agree now: what was recorded before counts no more.
    let again = agree(set, None, &[&one, &one], &recorded).unwrap();
    assert_eq!(again.choices[&code].as_ref(), one.get(&code));
    assert_eq!(again.scored.total, set.check(&Sheet { choices: one, ..Sheet::default() }).unwrap().total);
}

#[test]
fn a_criterion_waits_for_the_one_it_depends_on() {
    let (set, leaf) = (1..=26)
        .map(set)
        .find_map(|set| {
            let leaf = set.leaves().into_iter().find(|leaf| leaf.depends_on().is_some())?;
            Some((set, leaf))
        })
        .unwrap();
    let needed = leaf.depends_on().unwrap();
    let one = best(set, None);
    let mut two = one.clone();
    let other = set.leaves().into_iter().find(|l| &*l.code == needed).unwrap();
    let option = other.options.iter().find(|o| Some(&*o.id) != one.get(needed).map(|s| &**s) && o.points > 0);
    two.insert(needed.to_owned(), option.unwrap().id.to_string());
    // All chose the same at the leaf, but differ at what it depends on.
    let open = agree(set, None, &[&one, &two], &Given::new()).unwrap();
    assert!(open.open.contains(&needed.to_owned()) && open.open.contains(&leaf.code.to_string()));
    // Agreed that none is met there: then it is not scored here either.
    let none = agree(set, None, &[&one, &two], &given(&[(needed, None)])).unwrap();
    assert_eq!(none.choices.get(&*leaf.code), Some(&None));
    assert!(!none.open.contains(&leaf.code.to_string()));
}

#[test]
fn where_no_option_carries_zero_the_secretary_says_that_none_is_met() {
    // Sets 2, 3 and 20 have leaves whose 0 points, which end the evaluation, are no option.
    let mut found = 0;
    for set in (1..=26).map(set) {
        let case = set.cases().keys().next().copied();
        for leaf in set.leaves() {
            let code = &*leaf.code;
            if !set.stops_at(code) || leaf.options.iter().any(|o| o.points == 0) {
                continue;
            }
            found += 1;
            let mut sheet = best(set, case);
            sheet.remove(code);
            let open = agree(set, case, &[&sheet, &sheet], &Given::new()).unwrap();
            assert!(open.blocking.contains(&code.to_owned()), "set {} {code}", set.set_no);
            let said = agree(set, case, &[&sheet, &sheet], &given(&[(code, None)])).unwrap();
            assert_eq!(said.scored.stopped_by.as_deref(), Some(code));
            assert!(said.blocking.is_empty());
        }
    }
    assert!(found > 0);
}

proptest! {
    /// Against a brute-force model: unanimous leaves are the members', others the record's, nothing else is agreed.
    #[test]
    fn agreement_follows_the_members_and_the_record(
        number in 1..=26_u8, seed in proptest::collection::vec(0..1000_usize, 200), members in 1..5_usize,
    ) {
        let set = set(number);
        let case = set.cases().keys().next().copied();
        let mut seed = seed.into_iter().cycle();
        let pick = |seed: &mut dyn Iterator<Item = usize>| {
            let mut sheet = BTreeMap::new();
            for leaf in set.leaves() {
                let options: Vec<_> = leaf.options.iter().filter(|o| o.case.is_none() || o.case == case).collect();
                let n = seed.next().unwrap() % (options.len() + 1);
                if let Some(option) = options.get(n) {
                    sheet.insert(leaf.code.to_string(), option.id.to_string());
                }
            }
            // Leave out what does not apply, as a member must.
            let trial = Sheet { choices: sheet.clone(), tourism_case: case, ..Sheet::default() };
            if let Err(problems) = set.check(&trial) {
                for problem in problems {
                    sheet.remove(problem.pointer.trim_start_matches("/choices/"));
                }
            }
            sheet
        };
        let sheets: Vec<_> = (0..members).map(|_| pick(&mut seed)).collect();
        let sheets: Vec<_> = sheets.iter().collect();
        let agreement = agree(set, case, &sheets, &Given::new()).unwrap();
        for leaf in set.leaves() {
            let code = leaf.code.to_string();
            let first = sheets[0].get(&code);
            let same = sheets.iter().all(|sheet| sheet.get(&code) == first);
            match agreement.choices.get(&code) {
                Some(choice) => prop_assert!(same && choice.as_ref() == first || choice.is_none()),
                None => prop_assert!(!same || leaf.depends_on().is_some_and(|n| agreement.open.iter().any(|o| o == n))),
            }
            if !same {
                prop_assert!(agreement.open.contains(&code));
                let matters = !leaf.min_points_for_star.is_empty() || set.stops_at(&code);
                prop_assert_eq!(agreement.blocking.contains(&code), matters || agreement.scored.open_stops.contains(&code));
            }
        }
        // One member alone agrees with itself.
        if members == 1 {
            let scored = set.check(&Sheet { choices: sheets[0].clone(), tourism_case: case, ..Sheet::default() }).unwrap();
            prop_assert_eq!(agreement.scored.total, scored.total);
            prop_assert!(agreement.open.is_empty());
        }
    }
}
