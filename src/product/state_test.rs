//! The rules of products, tried.

use super::state::*;
use crate::actor::{Actor, Role};
use crate::ids::ProducerId;

fn tea() -> Written {
    Written {
        name: " Chè đinh Hảo Đạt ".into(),
        criteria_set: 11,
        description: Some("Chè một tôm hái tay ở vùng Tân Cương, sao thủ công.".into()),
        price_vnd: Some(1_250_000),
        unit: Some("hộp".into()),
        net_weight_g: Some(200),
        gtin: Some("893-4563-138165".into()),
        trace_url: Some("https://truyxuat.example.vn/a".into()),
        ..Written::default()
    }
}

#[test]
fn a_sound_product_is_tidied() {
    let tea = tea().checked().unwrap();
    assert_eq!((tea.name.as_str(), tea.gtin.as_deref()), ("Chè đinh Hảo Đạt", Some("8934563138165")));
    assert!(tea.missing().is_empty());
    let blank = Written { unit: Some("  ".into()), price_vnd: None, description: Some("Chè".into()), ..tea };
    let blank = blank.checked().unwrap();
    let pointers: Vec<_> = blank.missing().into_iter().map(|e| e.pointer).collect();
    assert_eq!(pointers, ["/description", "/price_vnd", "/unit"]);
}

#[test]
fn each_wrong_field_is_told() {
    let wrong = Written {
        name: "\u{0}".into(),
        name_en: Some("x".repeat(201)),
        criteria_set: 27,
        price_vnd: Some(-1),
        net_weight_g: Some(0),
        sku: Some("có dấu".into()),
        gtin: Some("8934563138164".into()),
        trace_url: Some("http://truyxuat.vn".into()),
        capacity: Some(Capacity { per_month: Some(-1), lead_time_days: Some(366), season: None }),
        ..tea()
    };
    let errors = wrong.checked().unwrap_err();
    let told: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code)).collect();
    assert_eq!(
        told,
        [
            ("/name", "text.characters"),
            ("/name_en", "text.length"),
            ("/criteria_set", "number.range"),
            ("/price_vnd", "vnd.range"),
            ("/net_weight_g", "number.range"),
            ("/sku", "sku.invalid"),
            ("/gtin", "gtin.check_digit"),
            ("/capacity/per_month", "number.range"),
            ("/capacity/lead_time_days", "number.range"),
            ("/trace_url", "trace_url.invalid"),
        ]
    );
    for address in [
        "https://u:p@a.vn/",
        "https://localhost/",
        "javascript:alert(1)",
        "https://",
        "https://a.vn/\0",
        "https://a.vn/ b",
    ] {
        assert!(url_error(address).is_some(), "{address}");
    }
}

#[test]
fn the_table_of_the_module_holds() {
    use Status::{Archived, Draft, Published};
    let table = [
        (Draft, [Some(Published), None, Some(Archived), None]),
        (Published, [None, Some(Draft), Some(Archived), None]),
        (Archived, [None, None, None, Some(Draft)]),
    ];
    for (from, expected) in table {
        let verbs = [Verb::Publish, Verb::Unpublish, Verb::Archive, Verb::Restore];
        assert_eq!(verbs.map(|verb| next(from, verb).ok()), expected, "{from}");
    }
}

#[test]
fn a_made_up_sku_is_sound() {
    let id = crate::ids::ProductId::new();
    let sku = made_up_sku("che dinh ngoc hao dat", id.as_str());
    assert!(sku.starts_with("CDNHD-") && sku.len() == 14 && sku_error(&sku).is_none(), "{sku}");
    assert!(sku_error(&made_up_sku("", id.as_str())).is_none());
}

#[test]
fn who_reads_everything_does_not_write_everything() {
    let (own, other, account) = (ProducerId::new(), ProducerId::new(), crate::ids::AccountId::new());
    let actor = |roles: &[Role], place| Actor::new(account, "x", roles, place, Some(own));
    let both = actor(&[Role::Auditor, Role::ProducerMember], None);
    assert!(writes(&both, own, None, "19") && !writes(&both, other, Some("05503"), "19"));
    let leader = actor(&[Role::ProvincialLeader], Some("19"));
    assert!(!writes(&leader, other, Some("05503"), "19"));
    let province = actor(&[Role::ProvincialOfficer], Some("19"));
    assert!(writes(&province, other, None, "19") && !writes(&province, other, None, "01"));
    let commune = actor(&[Role::CommuneOfficer], Some("05503"));
    assert!(writes(&commune, other, Some("05503"), "19") && !writes(&commune, other, None, "19"));
    assert!(writes(&Actor::system("import"), other, None, "01"));
}

proptest::proptest! {
    #[test]
    fn moving_keeps_everything(n in 1_usize..20, one in 0_usize..20, to in 0_usize..30) {
        let order: Vec<usize> = (0..n).collect();
        let one = one % n;
        let after = moved(&order, one, to);
        proptest::prop_assert_eq!(after.iter().position(|x| *x == one), Some(to.min(n - 1)));
        let mut sorted = after;
        sorted.sort_unstable();
        proptest::prop_assert_eq!(sorted, order);
    }

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let any = Some(text.clone());
        let _ = Written { name: text.clone(), sku: any.clone(), gtin: any.clone(), trace_url: any, ..tea() }.checked();
    }
}
