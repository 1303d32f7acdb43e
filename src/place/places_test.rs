//! The tables as they are, and the questions people ask of them.

use proptest::prelude::*;

use super::{CommuneKind, Extent, FormerKind, Places, Resolution, load, places};
use crate::text;

fn found(province: Option<&str>, typed: &str) -> Vec<&'static str> {
    places().communes(province, typed).iter().map(|hit| hit.commune.code).collect()
}

fn exact(province: &str, district: &str, commune: &str) -> Option<&'static str> {
    match places().resolve(province, district, commune) {
        Resolution::Exact { commune } => Some(commune.code),
        _ => None,
    }
}

/// Candidate communes, whether each is likely, and whether the names were the same.
fn candidates(province: &str, district: &str, commune: &str) -> Vec<(&'static str, bool, bool)> {
    match places().resolve(province, district, commune) {
        Resolution::Candidates { candidates } => {
            candidates.iter().map(|c| (c.commune.code, c.likely, c.same_name)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn the_tables_are_whole() {
    let places = load::load().unwrap();
    assert_eq!(places.provinces.len(), 34);
    assert_eq!(places.communes.len(), 3_321);
    assert_eq!(places.formers.len(), 10_040);
    assert_eq!(places.links.len(), 10_602);
    let divided = places.formers.iter().filter(|f| places.successors(f.code).len() > 1).count();
    assert_eq!(divided, 471);
    assert_eq!(places.communes.iter().filter(|c| c.province_code == "19").count(), 92);
}

#[test]
fn the_tables_fit_together() {
    let places = places();
    for commune in &places.communes {
        assert!(places.province(commune.province_code).is_some(), "{commune:?}");
        let before = places.predecessors(commune.code);
        assert!(!before.is_empty() && before.iter().all(|s| s.commune == commune), "{commune:?}");
    }
    let mut links = 0;
    for former in &places.formers {
        let after = places.successors(former.code);
        links += after.len();
        assert_eq!(after.iter().filter(|s| s.likely).count(), 1, "{former:?}");
        assert!(after[0].likely && after.iter().all(|s| s.former == former));
        assert_eq!(after.len() > 1, after.iter().all(|s| s.extent == Extent::Part), "{former:?}");
    }
    assert_eq!(links, places.links.len());
}

#[test]
fn codes_are_text_with_their_zeros() {
    assert_eq!(places().province("01").unwrap().name, "Hà Nội");
    assert_eq!(places().province("1"), None);
    let ba_dinh = places().commune("00004").unwrap();
    assert_eq!((ba_dinh.full_name().as_str(), ba_dinh.kind), ("Phường Ba Đình", CommuneKind::Ward));
    assert_eq!(ba_dinh.latitude, Some(21.0386));
    for unknown in ["4", "0004", "000004", "", "99999", "05503 ", "É"] {
        assert_eq!(places().commune(unknown), None, "{unknown:?}");
        assert!(places().predecessors(unknown).is_empty() && places().successors(unknown).is_empty());
    }
    assert_eq!(found(None, "05503"), ["05503"]);
    assert_eq!(places().commune("19147").unwrap().area_km2, None);
}

#[test]
fn one_accent_makes_another_commune() {
    let lang = places().commune("02143").unwrap();
    let dark = places().commune("05665").unwrap();
    assert_eq!((lang.name, dark.name), ("Văn Lang", "Văn Lăng"));
    assert_eq!(found(Some("19"), "van lang")[..2], ["02143", "05665"]);
    assert_eq!(found(Some("19"), "văn lang")[..2], ["02143", "05665"]);
    assert_eq!(found(Some("19"), "VĂN LĂNG")[..2], ["05665", "02143"]);
    assert_eq!(exact("Bắc Kạn", "Na Rì", "Văn Lang"), Some("02143"));
    assert_eq!(exact("Thái Nguyên", "Đồng Hỷ", "Văn Lăng"), Some("05665"));
}

#[test]
fn search_ignores_accents_case_and_type() {
    for typed in
        ["tan cuong", "Tân Cương", "TÂN CƯƠNG", "Xã Tân Cương", "xa tan cuong", "X. Tân Cương", "tân cư"]
    {
        assert_eq!(found(Some("19"), typed)[0], "05503", "{typed}");
    }
    assert_eq!(found(None, "Tân Cương, Thái Nguyên")[0], "05503");
    assert_eq!(found(None, "dong hy")[0], "05692");
    assert!(found(Some("01"), "Tân Cương, Thái Nguyên").is_empty());
    for nothing in ["zzz", "北京", "!!!", ",", "tan cuong xyz", &"a".repeat(10_000)] {
        assert!(found(None, nothing).is_empty(), "{nothing:.20}");
    }
}

#[test]
fn an_old_name_finds_the_new_commune() {
    let hits = places().communes(None, "Hóa Thượng");
    assert_eq!(hits[0].commune.code, "05692");
    let through = hits[0].former.unwrap();
    assert_eq!((through.full_name().as_str(), through.district), ("Thị trấn Hóa Thượng", "Huyện Đồng Hỷ"));
    assert_eq!(found(None, "hoa thuong, dong hy")[0], "05692");
    // A commune that has the name itself is not shown as found by an old one.
    assert!(places().communes(Some("19"), "tan cuong")[0].former.is_none());
}

#[test]
fn lists_are_complete_and_in_the_order_of_names() {
    assert_eq!(found(None, "").len(), 3_321);
    let listed = places().communes(Some("19"), "  ");
    assert_eq!(listed.len(), 92);
    let names: Vec<String> = listed.iter().map(|hit| text::sort_key(hit.commune.name)).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(places().former("").len(), 10_040);
    assert!(found(Some("00"), "").is_empty());
}

#[test]
fn former_units_are_found_by_name_place_and_code() {
    let codes = |typed| places().former(typed).iter().map(|f| f.code).collect::<Vec<_>>();
    let hoa_thuong = places().former("hóa thượng, đồng hỷ, thái nguyên")[0];
    assert_eq!((hoa_thuong.name, hoa_thuong.kind), ("Hóa Thượng", FormerKind::Township));
    assert_eq!(codes(hoa_thuong.code), [hoa_thuong.code]);
    assert_eq!(places().former("Bạch Long Vĩ")[0].code, "318");
    assert_eq!(places().former("thi tran Óc Eo")[0].full_name(), "Thị trấn Óc Eo");
    assert!(codes("zzz").is_empty());
}

#[test]
fn old_addresses_of_the_real_list() {
    for (province, district, commune, code) in [
        ("Thái Nguyên", "Thái Nguyên", "Tân Cương", "05503"),
        ("Thái Nguyên", "TP. Thái Nguyên", "xã Thịnh Đức", "05503"),
        ("Tỉnh Thái Nguyên", "Huyện Đồng Hỷ", "Hóa Thượng", "05692"),
        ("Thái Nguyên", "Đồng Hỷ", "TT. Hoá Thượng", "05692"),
        ("Thái Nguyên", "Đồng Hỷ", "Hòa Bình", "05665"),
        ("Thái Nguyên", "Phổ Yên", "Phúc Thuận", "05857"),
        ("Bắc Kạn", "Bắc Kạn", "Nông Thượng", "01843"),
        ("Bắc Kạn", "", "Yến Dương", "01921"),
        ("bắc kạn", "ba bể", "yến dương", "01921"),
        ("Hồ Chí Minh", "Quận 4", "Phường 01", "27286"),
    ] {
        assert_eq!(exact(province, district, commune), Some(code), "{commune}, {district}, {province}");
    }
    for (province, district, commune) in [
        ("Bắc Kạn", "Na Rì", ""),
        ("", "", ""),
        ("Thái Nguyên", "Đồng Hỷ", "Atlantis"),
        ("Hà Nội", "Đồng Hỷ", "Hóa Thượng"),
    ] {
        assert_eq!(places().resolve(province, district, commune), Resolution::Unknown, "{commune}");
    }
}

#[test]
fn a_divided_unit_stays_with_a_person() {
    let divided = places().former_unit("00007").unwrap();
    assert_eq!(divided.full_name(), "Phường Cống Vị");
    let after: Vec<_> =
        places().successors("00007").iter().map(|s| (s.commune.code, s.likely, true)).collect();
    assert!(after.len() > 1 && after[0].1);
    assert_eq!(candidates("Hà Nội", "Ba Đình", "Cống Vị"), after);
}

#[test]
fn what_is_not_quite_the_name_is_not_certain() {
    for (province, district, commune) in [
        ("Thái Nguyên", "Đồng Hỷ", "Hoa Thuong"),
        ("Thái Nguyên", "Đồng Hỷ", "Xã Hóa Thượng"),
        ("Thái Nguyên", "Phú Lương", "Hóa Thượng"),
        ("", "Đồng Hỷ", "Hóa Thượng"),
    ] {
        let found = candidates(province, district, commune);
        assert_eq!(found, [("05692", true, false)], "{commune}, {district}, {province}");
    }
    // The province of today before the district of then.
    assert_eq!(candidates("Thái Nguyên", "Na Rì", "Văn Lang"), [("02143", true, false)]);
}

#[test]
fn every_undivided_unit_with_a_name_of_its_own_resolves_to_its_successor() {
    let places = places();
    let mut certain = 0;
    for former in &places.formers {
        let after = places.successors(former.code);
        match places.resolve(former.province, former.district, &former.full_name()) {
            Resolution::Exact { commune } => {
                certain += 1;
                assert!(after.len() == 1 && after[0].commune == commune, "{former:?}");
            }
            Resolution::Candidates { candidates } => {
                assert!(
                    after.iter().all(|s| candidates.iter().any(|c| c.commune == s.commune)),
                    "{former:?}"
                );
            }
            Resolution::Unknown => panic!("{former:?}"),
        }
    }
    // All but the divided ones.
    assert_eq!(certain, 10_040 - 471);
}

proptest! {
    #[test]
    fn any_question_is_answered_in_a_stable_order(typed in ".{0,30}", province in prop::option::of("[0-9]{2}")) {
        let once = found(province.as_deref(), &typed);
        prop_assert_eq!(&found(province.as_deref(), &typed), &once);
        let mut unique = once.clone();
        unique.sort_unstable();
        unique.dedup();
        prop_assert_eq!(unique.len(), once.len());
        places().former(&typed);
        places().resolve(&typed, &typed, &typed);
    }

    #[test]
    fn every_commune_is_found_by_its_name_however_it_is_typed(at in 0_usize..3_321, upper: bool, folded: bool) {
        let commune = &places().all_communes()[at];
        let mut typed = if folded { text::fold(commune.name) } else { commune.full_name() };
        if upper {
            typed = typed.to_uppercase();
        }
        prop_assert!(found(Some(commune.province_code), &typed).contains(&commune.code), "{}", typed);
    }
}

#[test]
fn an_empty_table_answers_nothing() {
    let empty = Places::default();
    assert!(empty.communes(None, "a").is_empty() && empty.communes(None, "").is_empty());
    assert_eq!(empty.resolve("a", "a", "a"), Resolution::Unknown);
}
