//! What a row of a product list means.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Months, NaiveDate};

use crate::place::{Resolution, places};
use crate::producer::state::Kind;
use crate::values::{Points, Star};

use super::{Remark, Severity, question, refuse};

/// The columns a product list cannot do without.
pub const PRODUCT_REQUIRED: &[&str] = &["product", "producer", "producer_type", "province_2025", "status"];

/// What became of the product in the programme, by the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a star.
    Certified,
    /// A dossier lay with the province when the list was made.
    UnderAssessment,
    /// The producer had registered it.
    Registered,
    /// Named without a result: a candidate, a press report, a title of another programme.
    Named,
}

/// A star as an old document has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldStar {
    /// Stars.
    pub star: Star,
    /// Score, where the document gives it.
    pub score: Option<Points>,
    /// Year of the decision.
    pub year: Option<i32>,
    /// Date of the decision, where known.
    pub decided_on: Option<NaiveDate>,
    /// Number of the decision, where known.
    pub number: Option<String>,
    /// The authority as the list has it, also where it exists no longer.
    pub issuer: String,
}

/// A row that may be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    /// The product's name.
    pub product: String,
    /// The producer's name.
    pub producer: String,
    /// Its kind.
    pub kind: Kind,
    /// Code of the province today.
    pub province_code: String,
    /// Code of the commune today, where it is sure.
    pub commune_code: Option<String>,
    /// The address as it was written.
    pub former_address: String,
    /// Criteria set, 1 to 26.
    pub criteria_set: i32,
    /// What became of it.
    pub standing: Standing,
    /// Its stars, the first recognition first.
    pub stars: Vec<OldStar>,
    /// Note of the list.
    pub note: String,
    /// Where the list has it from.
    pub source: String,
}

impl ProductRow {
    /// What makes the producer this one and no other in a list: its whole name and where it is. Two producers of
    /// nearly the same name stay two.
    pub fn producer_key(&self) -> String {
        let place = self.commune_code.as_deref().unwrap_or(&self.former_address);
        format!("{}|{}|{}|{place}", self.kind, fold(&self.producer), self.province_code)
    }

    /// What makes the product this one: its producer and its whole name.
    pub fn product_key(&self) -> String {
        format!("{}|{}", self.producer_key(), fold(&self.product))
    }
}

/// Case and spaces do not count; accents do, since two names may differ by one accent only.
fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A row read, or refused: then no part of it is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The row; `None` when it is refused.
    pub row: Option<ProductRow>,
    /// Remarks on its cells.
    pub remarks: Vec<Remark>,
}

/// Reads one row of a product list. `cells` are by column.
pub fn read_product(cells: &BTreeMap<&str, &str>) -> Reading {
    let mut remarks = Vec::new();
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let product = name(get("product"), "product", "sản phẩm", &mut remarks);
    let producer = name(get("producer"), "producer", "chủ thể", &mut remarks);
    let kind = kind(get("producer_type"), &mut remarks);
    let place = place(cells, &mut remarks);
    let standing = standing(get("status"), &mut remarks);
    let stars = old_stars(cells, standing, &mut remarks);
    let criteria_set =
        criteria_set(get("group_qd148"), get("subgroup_inferred"), get("product"), &mut remarks);
    let refused = remarks.iter().any(|r| r.severity == Severity::Refused);
    let row = match (product, producer, kind, place, standing, criteria_set, refused) {
        (
            Some(product),
            Some(producer),
            Some(kind),
            Some((province_code, commune_code)),
            Some(standing),
            Some(criteria_set),
            false,
        ) => Some(ProductRow {
            product,
            producer,
            kind,
            province_code,
            commune_code,
            former_address: former_address(cells),
            criteria_set,
            standing,
            stars,
            note: get("note").to_owned(),
            source: get("source").to_owned(),
        }),
        _ => None,
    };
    Reading { row, remarks }
}

fn name(text: &str, column: &'static str, what: &str, remarks: &mut Vec<Remark>) -> Option<String> {
    if text.is_empty() {
        remarks.push(refuse(
            column,
            format!("Thiếu tên {what}; chương trình không đoán, hãy bổ sung rồi nhập lại."),
        ));
        return None;
    }
    if text.chars().count() > 200 {
        remarks.push(refuse(column, format!("Tên {what} dài quá 200 ký tự.")));
        return None;
    }
    Some(text.to_owned())
}

fn kind(text: &str, remarks: &mut Vec<Remark>) -> Option<Kind> {
    let found = match text {
        "HTX" => Some(Kind::Cooperative),
        "THT" => Some(Kind::CooperativeGroup),
        "DN" => Some(Kind::Enterprise),
        "HKD" => Some(Kind::Household),
        "TT" => Some(Kind::Farm),
        _ => None,
    };
    if found.is_none() {
        remarks.push(refuse("producer_type", "Loại chủ thể phải là HTX, THT, DN, HKD hoặc TT (trang trại)."));
    }
    found
}

fn former_address(cells: &BTreeMap<&str, &str>) -> String {
    ["commune_old", "district_old", "province_old"]
        .iter()
        .filter_map(|column| cells.get(column).map(|t| t.trim()).filter(|t| !t.is_empty()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The province, and the commune where the code of the list or the old address make it sure.
fn place(cells: &BTreeMap<&str, &str>, remarks: &mut Vec<Remark>) -> Option<(String, Option<String>)> {
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let places = places();
    let province = places.provinces().iter().find(|p| fold(p.name) == fold(get("province_2025")));
    let Some(province) = province else {
        remarks.push(refuse("province_2025", format!("Không có tỉnh tên «{}».", get("province_2025"))));
        return None;
    };
    let code = get("commune_2025_code");
    if !code.is_empty() {
        return match places.commune(code) {
            Some(c) if c.province_code == province.code => {
                Some((province.code.to_owned(), Some(code.to_owned())))
            }
            Some(_) => {
                remarks.push(refuse("commune_2025_code", format!("Xã {code} không thuộc tỉnh đã ghi.")));
                None
            }
            None => {
                remarks.push(refuse("commune_2025_code", format!("Không có xã với mã {code}.")));
                None
            }
        };
    }
    let resolution = places.resolve(get("province_old"), get("district_old"), get("commune_old"));
    let commune = match resolution {
        Resolution::Exact { commune } => Some(commune.code.to_owned()),
        Resolution::Candidates { candidates } if !get("commune_old").is_empty() => {
            let names: Vec<_> = candidates.iter().take(5).map(|c| c.commune.full_name()).collect();
            let text = format!("Địa chỉ cũ có thể thuộc: {}. Hãy xác nhận xã.", names.join(", "));
            remarks.push(question("commune_old", text));
            None
        }
        _ => {
            remarks.push(question(
                "commune_2025",
                "Chưa rõ xã; chủ thể được nhập ở cấp tỉnh, hãy bổ sung xã sau.",
            ));
            None
        }
    };
    Some((province.code.to_owned(), commune))
}

fn standing(text: &str, remarks: &mut Vec<Remark>) -> Option<Standing> {
    match text {
        "certified" => Some(Standing::Certified),
        "under_assessment" => Some(Standing::UnderAssessment),
        "registered" => Some(Standing::Registered),
        "candidate" | "reported_ocop" | "cnnttb_national" | "cnnttb_district" => Some(Standing::Named),
        other => {
            remarks.push(refuse("status", format!("Không hiểu trạng thái «{other}».")));
            None
        }
    }
}

fn old_stars(
    cells: &BTreeMap<&str, &str>,
    standing: Option<Standing>,
    remarks: &mut Vec<Remark>,
) -> Vec<OldStar> {
    let Some(star) = old_star(cells, standing, remarks) else { return Vec::new() };
    let decision = cells.get("decision").copied().unwrap_or_default();
    // A recognition and the next one in the same cell: the number and the score are the first one's.
    let Some((_, again)) = decision.split_once(AGAIN) else { return vec![star] };
    let decided_on = dates(again).0;
    let text = "Có lần công nhận lại: hãy bổ sung số quyết định và điểm của lần đó.";
    remarks.push(question("decision", text));
    let renewed = OldStar { score: None, decided_on, number: None, ..star.clone() };
    let first = OldStar { year: star.decided_on.map(|day| day.year()), ..star };
    vec![first, renewed]
}

/// Before the date of a renewed recognition.
const AGAIN: &str = "công nhận lại";

fn old_star(
    cells: &BTreeMap<&str, &str>,
    standing: Option<Standing>,
    remarks: &mut Vec<Remark>,
) -> Option<OldStar> {
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let stars = get("stars");
    if stars.is_empty() {
        if standing == Some(Standing::Certified) {
            remarks.push(refuse("stars", "Đã ghi là được chứng nhận nhưng thiếu hạng sao."));
        }
        return None;
    }
    if standing.is_some_and(|s| s != Standing::Certified) {
        remarks.push(refuse("stars", "Có hạng sao nhưng trạng thái không phải là đã chứng nhận."));
        return None;
    }
    let Some(star) = stars.parse::<u8>().ok().filter(|s| (3..=5).contains(s)).and_then(Star::new) else {
        remarks.push(refuse("stars", "Hạng sao phải là 3, 4 hoặc 5."));
        return None;
    };
    let score = match get("score") {
        "" => None,
        text => match text.parse::<Points>() {
            Ok(points) if points <= Points::from_whole(100) => Some(points),
            _ => {
                remarks.push(refuse("score", "Điểm phải từ 0 đến 100, nhiều nhất hai chữ số lẻ."));
                return None;
            }
        },
    };
    let year = match get("year") {
        "" => None,
        text => match text.parse::<i32>().ok().filter(|y| (2018..=2100).contains(y)) {
            Some(year) => Some(year),
            None => {
                remarks.push(refuse("year", "Năm phải từ 2018 (năm bắt đầu chương trình)."));
                return None;
            }
        },
    };
    let decision = get("decision").split(AGAIN).next().unwrap_or_default().trim_end_matches([',', ';', ' ']);
    let (decided_on, expires_on) = dates(decision);
    let decided_on = decided_on.or_else(|| expires_on?.checked_sub_months(VALID_MONTHS));
    if decided_on.is_none() {
        remarks.push(question("decision", "Chưa rõ ngày quyết định nên chưa biết hạn của giấy chứng nhận."));
    }
    Some(OldStar { star, score, year, decided_on, number: number(decision), issuer: issuer(decision) })
}

/// How long a certificate is valid: where a list names only its last day, the decision was this long before.
const VALID_MONTHS: Months = Months::new(36);

/// Who decided, as the list has it; an authority is not read out of a number.
fn issuer(decision: &str) -> String {
    let named = decision.split([',', '(']).next().unwrap_or_default();
    let words = named.split_whitespace().take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    match words.collect::<Vec<_>>().join(" ") {
        named if named.is_empty() || named.starts_with("hạn") || named.starts_with("đánh giá") => {
            "Không rõ cơ quan".to_owned()
        }
        named => named,
    }
}

/// A decision's number, e.g. `2890/QĐ-BNN-VPĐP`, where the text begins with one.
fn number(decision: &str) -> Option<String> {
    let first = decision.split([' ', ',']).next()?;
    (first.contains("/QĐ") && first.starts_with(|c: char| c.is_ascii_digit())).then(|| first.to_owned())
}

/// The date of the decision and the last day it names: `(30/6/2021; …)`, `hạn đến 10/01/2023`. The date of an
/// evaluation (`đánh giá …`) or of a council's session (`Hội đồng …`) is not the decision's.
fn dates(decision: &str) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (mut decided, mut expires) = (None, None);
    let words: Vec<&str> = decision.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let Some(date) = date(word) else { continue };
        let before = words.get(..index).unwrap_or_default().join(" ");
        if before.ends_with("hạn đến") {
            expires = Some(date);
        } else if !before.ends_with("đánh giá") && !before.starts_with("Hội đồng") {
            decided = Some(date);
        }
    }
    (decided, expires)
}

fn date(word: &str) -> Option<NaiveDate> {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let mut parts = word.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The criteria set of today for an old group. Where the group became several, the product's own name decides and a
/// person is asked to look; a name that says nothing is refused, not guessed.
fn criteria_set(group: &str, subgroup: &str, product: &str, remarks: &mut Vec<Remark>) -> Option<i32> {
    let one = match subgroup {
        "Gạo, ngũ cốc sơ chế" => Some(3),
        "Mật ong, mật khác" => Some(4),
        "Đồ ăn nhanh / bánh kẹo" => Some(5),
        "Chế biến từ gạo, ngũ cốc" => Some(6),
        "Chế biến từ rau, củ, quả, hạt" => Some(7),
        "Chế biến từ thịt" => Some(8),
        "Gia vị" => Some(10),
        "Chè" => Some(11),
        "Chè (trà từ thực vật khác)" => Some(12),
        "Thực phẩm chức năng / dược liệu" => Some(18),
        "Tinh dầu / thảo dược" => Some(20),
        "" if group.starts_with("Dịch vụ du lịch") => Some(26),
        _ => None,
    };
    if one.is_some() {
        return one;
    }
    let named =
        BY_NAME.iter().find(|(old, words, _)| *old == subgroup && words.iter().any(|w| has_word(product, w)));
    match named {
        Some((_, _, set)) => {
            let text = format!(
                "Nhóm «{subgroup}» nay thuộc nhiều bộ; chọn bộ {set} theo tên sản phẩm, hãy kiểm tra."
            );
            remarks.push(question("subgroup_inferred", text));
            Some(*set)
        }
        None => {
            let text = format!(
                "Nhóm «{subgroup}» ứng với nhiều bộ tiêu chí và tên không nói rõ; hãy ghi nhóm cụ thể."
            );
            remarks.push(refuse("subgroup_inferred", text));
            None
        }
    }
}

/// Words of a product's name that tell the set where the old group became several.
const BY_NAME: &[(&str, &[&str], i32)] = &[
    ("Tươi sống", &["thịt", "cá", "tôm", "trứng", "sữa", "gà", "lợn"], 2),
    ("Tươi sống", &["na", "ổi", "cam", "măng", "nấm", "bí", "rau", "củ", "quả", "bưởi", "chuối", "nhãn"], 1),
    ("Có cồn", &["rượu mơ", "rượu chuối", "vang", "rượu mận"], 15),
    ("Có cồn", &["rượu men lá", "rượu trắng", "rượu gạo", "rượu ngô"], 14),
];

fn has_word(name: &str, word: &str) -> bool {
    format!(" {} ", fold(name)).contains(&format!(" {word} "))
}

#[cfg(test)]
mod tests {
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
        let same_name =
            row(&[("producer", "HTX miến Việt Cường"), ("commune_2025_code", "02143")]).row.unwrap();
        assert_ne!(one.producer_key(), two.producer_key());
        assert_ne!(one.producer_key(), same_name.producer_key());
        assert_eq!(one.producer_key(), one.clone().producer_key());
    }
}
