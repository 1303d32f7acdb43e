use super::stars::{dates, issuer};
use super::*;

fn row(changes: &[(&'static str, &'static str)]) -> Reading {
    let mut cells = BTreeMap::from([
        ("product", "Chè tôm nõn"),
        ("producer", "HTX chè Hảo Đạt"),
        ("producer_type", "HTX"),
        ("province_2025", "Thái Nguyên"),
        ("commune_2025_code", "05503"),
        ("stars", "5"),
        ("score", "90.86"),
        ("year", "2021"),
        ("decision", "2890/QĐ-BNN-VPĐP (30/6/2021; kỳ đánh giá 2020)"),
        ("subgroup_inferred", "Chè"),
        ("status", "certified"),
    ]);
    cells.extend(changes.iter().copied());
    read_product(&cells)
}

#[test]
fn a_certified_row_is_read_whole() {
    let reading = row(&[]);
    assert_eq!(reading.remarks, []);
    let row = reading.row.unwrap();
    let [star] = row.stars.as_slice() else { panic!("{:?}", row.stars) };
    assert_eq!((star.star.get(), star.score.unwrap().hundredths()), (5, 9086));
    assert_eq!(star.decided_on, NaiveDate::from_ymd_opt(2021, 6, 30));
    assert_eq!(star.number.as_deref(), Some("2890/QĐ-BNN-VPĐP"));
    assert_eq!((row.commune_code.as_deref(), row.criteria_set), (Some("05503"), 11));
}

#[test]
fn dates_are_taken_for_what_they_are() {
    let of = |text| dates(text);
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
    assert_eq!(of("hạn đến 10/01/2023"), (None, day(2023, 1, 10)));
    assert_eq!(of("đánh giá 26/11/2021"), (None, None));
    assert_eq!(of("2890/QĐ-BNN-VPĐP (30/6/2021)"), (day(2021, 6, 30), None));
    assert_eq!(of("Hội đồng OCOP TƯ 16/01/2025 (số QĐ chưa tìm được)"), (None, None));
    assert_eq!(of("UBND tỉnh, năm 2023"), (None, None));
}

#[test]
fn what_is_unknown_is_asked_or_refused_by_its_column() {
    for (change, column, refused) in [
        (("producer", ""), "producer", true),
        (("producer_type", ""), "producer_type", true),
        (("stars", "6"), "stars", true),
        (("stars", ""), "stars", true),
        (("score", "101"), "score", true),
        (("year", "1999"), "year", true),
        (("status", "?"), "status", true),
        (("commune_2025_code", "99999"), "commune_2025_code", true),
        (("province_2025", "Bắc Kạn"), "province_2025", true),
        (("commune_2025_code", ""), "commune_2025", false),
        (("subgroup_inferred", "Có cồn"), "subgroup_inferred", true),
        (("decision", ""), "decision", false),
    ] {
        let reading = row(&[change]);
        assert_eq!(reading.remarks.first().map(|r| r.column), Some(column), "{change:?}");
        assert_eq!(reading.row.is_none(), refused, "{change:?}");
    }
}

#[test]
fn a_renewed_recognition_is_a_certificate_of_its_own() {
    let reading =
        row(&[("decision", "2890/QĐ-BNN-VPĐP (30/6/2021), công nhận lại 25/6/2024"), ("year", "2024")]);
    assert_eq!(
        reading.remarks.iter().map(|r| (r.column, r.severity)).collect::<Vec<_>>(),
        [("decision", Severity::Question)]
    );
    let row = reading.row.unwrap();
    let [first, renewed] = row.stars.as_slice() else { panic!("{:?}", row.stars) };
    assert_eq!((first.year, renewed.year), (Some(2021), Some(2024)));
    assert_eq!((first.number.as_deref(), renewed.number.as_deref()), (Some("2890/QĐ-BNN-VPĐP"), None));
    assert_eq!(renewed.decided_on, NaiveDate::from_ymd_opt(2024, 6, 25));
    assert_eq!((first.score.map(Points::hundredths), renewed.score), (Some(9086), None));
}

#[test]
fn who_decided_is_read_without_dates() {
    for (decision, who) in [
        ("UBND huyện Đồng Hỷ, năm 2023", "UBND huyện Đồng Hỷ"),
        ("Hội đồng OCOP TƯ 16/01/2025 (số QĐ chưa tìm được)", "Hội đồng OCOP TƯ"),
        ("Bộ NN&PTNT, 11/2024", "Bộ NN&PTNT"),
        ("2616/QĐ-UBND (29/12/2021)", "Không rõ cơ quan"),
        ("hạn đến 10/01/2023", "Không rõ cơ quan"),
        ("", "Không rõ cơ quan"),
    ] {
        assert_eq!(issuer(decision), who, "{decision}");
    }
}

#[test]
fn producers_of_nearly_the_same_name_stay_two() {
    let one = row(&[("producer", "HTX miến Việt Cường"), ("commune_2025_code", "05692")]).row.unwrap();
    let two = row(&[("producer", "HTX Việt Cường"), ("commune_2025_code", "02143")]).row.unwrap();
    let same_name = row(&[("producer", "HTX miến Việt Cường"), ("commune_2025_code", "02143")]).row.unwrap();
    assert_ne!(one.producer_key(), two.producer_key());
    assert_ne!(one.producer_key(), same_name.producer_key());
    assert_eq!(one.producer_key(), one.clone().producer_key());
}
