//! The table of transitions is what happens; everybody has a desk of their own.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::state::*;
use crate::actor::{Actor, Role};
use crate::criteria::{self, Sheet};
use crate::error::{Code, Refusal};
use crate::ids::ProducerId;

type Row = (Status, Stage, Action, Status, Stage);

/// The rows of the table at the top of this file.
fn table() -> Vec<Row> {
    let rows = include_str!("state.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    let cells = rows.map(|row| row.trim_end_matches(" |").split(" | ").collect::<Vec<_>>());
    cells
        .filter(|cells| cells[0] != "from")
        .map(|cells| {
            (
                cells[0].parse().unwrap(),
                cells[1].parse().unwrap(),
                cells[2].parse().unwrap(),
                cells[3].parse().unwrap(),
                cells[4].parse().unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_table_is_what_happens() {
    let table = table();
    assert_eq!(table.len(), 24);
    for status in Status::ALL {
        for stage in Stage::ALL {
            for action in Action::ALL {
                let row = table.iter().find(|row| (row.0, row.1, row.2) == (*status, *stage, *action));
                let told = row.map(|row| (row.3, row.4));
                let done = next(*status, *stage, *action).ok();
                assert_eq!(done, told, "{status} at {stage}: {action}");
            }
        }
    }
}

#[test]
fn nothing_leads_out_of_a_final_status_and_something_out_of_every_other() {
    for status in Status::ALL {
        let leads = table().iter().any(|row| row.0 == *status);
        assert_eq!(leads, !status.is_final(), "{status}");
    }
}

proptest! {
    #[test]
    fn no_sequence_of_actions_reaches_a_place_the_table_does_not_know(
        actions in proptest::collection::vec(proptest::sample::select(Action::ALL), 0..60)
    ) {
        let mut known: BTreeSet<_> = table().into_iter().map(|row| (row.3, row.4)).collect();
        known.insert((Status::Draft, Stage::Commune));
        let mut at = (Status::Draft, Stage::Commune);
        let mut forwarded = false;
        for action in actions {
            if let Ok(to) = next(at.0, at.1, action) {
                at = to;
                forwarded |= action == Action::Forward;
            }
            prop_assert!(known.contains(&at), "{:?}", at);
            // Nobody comes past the commune.
            prop_assert!(forwarded || at.1 == Stage::Commune);
        }
    }
}

#[test]
fn everybody_has_a_desk_of_their_own() {
    let producer = ProducerId::new();
    let belongs = Belongs { producer, commune: "05503", province: "19" };
    let actor = |roles: &[Role], place: Option<&str>, producer: Option<ProducerId>| {
        Actor::new(crate::ids::AccountId::new(), "x", roles, place, producer)
    };
    let member = actor(&[Role::ProducerMember], None, Some(producer));
    let other = actor(&[Role::ProducerMember], None, Some(ProducerId::new()));
    let commune = actor(&[Role::CommuneOfficer], Some("05503"), None);
    let neighbour = actor(&[Role::CommuneOfficer], Some("05692"), None);
    let province = actor(&[Role::ProvincialOfficer], Some("19"), None);
    let auditor = actor(&[Role::Auditor, Role::CommuneOfficer], Some("05692"), None);
    let both = actor(&[Role::CommuneOfficer, Role::ProducerMember], Some("05503"), Some(producer));
    let code = |result: Result<(), Refusal>| result.err().map(|refusal| refusal.code);

    for writer in [&member, &commune, &province] {
        assert_eq!(code(belongs.writer(writer)), None);
    }
    for stranger in [&other, &neighbour, &auditor] {
        assert_eq!(code(belongs.writer(stranger)), Some(Code::Forbidden));
        assert_eq!(code(belongs.owner(stranger)), Some(Code::Forbidden));
        assert_eq!(code(belongs.officer(stranger, Stage::Commune)), Some(Code::Forbidden));
    }
    assert_eq!(code(belongs.owner(&member)), None);
    assert_eq!(code(belongs.owner(&commune)), Some(Code::Forbidden));
    assert_eq!(code(belongs.officer(&commune, Stage::Commune)), None);
    assert_eq!(code(belongs.officer(&commune, Stage::Province)), Some(Code::Forbidden));
    assert_eq!(code(belongs.officer(&province, Stage::Province)), None);
    assert_eq!(code(belongs.officer(&province, Stage::Centre)), Some(Code::Forbidden));
    assert_eq!(code(belongs.officer(&both, Stage::Commune)), Some(Code::DossierOwn));
}

#[test]
fn a_self_assessment_is_complete_when_every_part_is_begun_and_nothing_blocks_it() {
    let set = criteria::find("qd26-2026", 11).unwrap();
    let pointers = |sheet: &Sheet| -> Vec<String> {
        missing_choices(set, sheet).into_iter().map(|e| e.pointer).collect()
    };
    let empty = pointers(&Sheet::default());
    assert!(
        ["A", "B", "C"].iter().all(|p| empty.contains(&format!("/self_assessment/parts/{p}"))),
        "{empty:?}"
    );
    // The best option of every leaf.
    let mut full = Sheet::default();
    for leaf in set.leaves() {
        let best = leaf.options.iter().max_by_key(|option| option.points).unwrap();
        full.choices.insert(leaf.code.to_string(), best.id.to_string());
    }
    assert_eq!(pointers(&full), Vec::<String>::new());
    full.choices.insert("1.1".to_owned(), "nothing".to_owned());
    assert_eq!(pointers(&full), ["/self_assessment/choices/1.1"]);
    // Set 26 has cases: without one it cannot be rated.
    let tourism = criteria::find("qd26-2026", 26).unwrap();
    let open: Vec<_> = missing_choices(tourism, &Sheet::default()).into_iter().map(|e| e.pointer).collect();
    assert!(open.contains(&"/self_assessment/tourism_case".to_owned()), "{open:?}");
}
