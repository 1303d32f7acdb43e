use super::*;

fn row(changes: &[(&'static str, &'static str)]) -> Result<CertificateRow, Vec<Remark>> {
    let mut cells = BTreeMap::from([
        ("product", "Chè tôm nõn"),
        ("producer", "HTX chè Hảo Đạt"),
        ("province_2025", "Thái Nguyên"),
        ("star", "4"),
        ("score", "75,5"),
        ("certificate_number", "12/GCN-OCOP"),
        ("decision_number", "2616/QĐ-UBND"),
        ("decided_on", "29/12/2021"),
        ("year", "2021"),
        ("issuer", "UBND huyện Đồng Hỷ"),
        ("commune_old", "Tân Cương"),
        ("district_old", "Thái Nguyên"),
        ("province_old", "Thái Nguyên"),
    ]);
    cells.extend(changes.iter().copied());
    read_certificate(&cells)
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

#[test]
fn a_row_is_read_whole() {
    let read = row(&[]).unwrap();
    assert_eq!((read.star.get(), read.score.map(Points::hundredths)), (4, Some(7550)));
    assert_eq!((read.decided_on, read.year), (day("2021-12-29"), Some(2021)));
    assert_eq!(read.number.as_deref(), Some("12/GCN-OCOP"));
    assert_eq!((read.scheme.as_str(), read.issuer.as_str()), ("qd1048-2019", "UBND huyện Đồng Hỷ"));
    assert_eq!(read.former_address.as_deref(), Some("Tân Cương, Thái Nguyên, Thái Nguyên"));
    let Wanted::Named { province_code, commune_code, .. } = read.wanted else { panic!("by names") };
    assert_eq!((province_code.as_str(), commune_code.as_deref()), ("19", Some("05503")));

    let id = ProductId::new();
    let text: &'static str = id.to_string().leak();
    let by_id =
        row(&[("product_id", text), ("province_2025", ""), ("former_address", "Xóm Nam Hưng")]).unwrap();
    assert_eq!(by_id.wanted, Wanted::Id(id, Some("Chè tôm nõn".to_owned())));
    assert_eq!(by_id.former_address.as_deref(), Some("Xóm Nam Hưng"));
}

#[test]
fn what_cannot_be_read_is_named_by_its_column_in_both_languages() {
    for (change, column) in [
        (("product_id", "12"), "product_id"),
        (("product", ""), "product"),
        (("producer", ""), "producer"),
        (("province_2025", ""), "province_2025"),
        (("commune_2025_code", "99999"), "commune_2025_code"),
        (("star", "2"), "star"),
        (("star", ""), "star"),
        (("score", "101"), "score"),
        (("score", "7,555"), "score"),
        (("decided_on", "2021-13-01"), "decided_on"),
        (("decided_on", "12/2021"), "decided_on"),
        (("year", "1999"), "year"),
        (("issuer", ""), "issuer"),
        (("scheme", "qd1-1999"), "scheme"),
        (("scheme", "qd148-2023"), "scheme"),
    ] {
        let remarks = row(&[change]).unwrap_err();
        assert_eq!(remarks.iter().map(|r| r.column).collect::<Vec<_>>(), [column], "{change:?}");
        assert!(
            remarks.iter().all(|r| !r.text.vi.is_empty() && !r.text.en.is_empty() && r.text.vi != r.text.en)
        );
    }
    let both = row(&[("star", "6"), ("decided_on", "?")]).unwrap_err();
    assert_eq!(both.iter().map(|r| r.column).collect::<Vec<_>>(), ["star", "decided_on"]);
}

#[test]
fn the_scheme_follows_the_day_and_is_asked_for_where_two_were_in_use() {
    for (decided_on, year, scheme) in [
        (day("2023-02-23"), Some(2022), Some("qd1048-2019")),
        (day("2023-02-24"), None, Some("qd148-2023")),
        (day("2026-05-21"), None, Some("qd148-2023")),
        (day("2026-05-22"), None, None),
        (day("2026-07-21"), None, None),
        (day("2026-07-22"), None, Some("qd26-2026")),
        (None, Some(2019), Some("qd1048-2019")),
        (None, Some(2023), Some("qd148-2023")),
        (None, Some(2026), None),
        (None, Some(2027), Some("qd26-2026")),
        (None, None, None),
    ] {
        assert_eq!(scheme_of(decided_on, year), scheme, "{decided_on:?} {year:?}");
    }
    for (named, decided_on, scheme) in [
        ("1048/qđ-ttg", "2021-12-29", "qd1048-2019"),
        ("781/QĐ-TTg", "2021-12-29", "qd1048-2019"),
        ("qd148-2023", "2026-06-30", "qd148-2023"),
        ("1489/QĐ-TTg", "2025-08-01", "qd148-2023"),
        ("26/2026/QĐ-TTg", "2026-06-30", "qd26-2026"),
    ] {
        let read = row(&[("scheme", named), ("decided_on", decided_on), ("year", "")]).unwrap();
        assert_eq!(read.scheme, scheme, "{named}");
    }
}
