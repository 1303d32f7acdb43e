//! What a row of a product list means.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::place::{Resolution, places};
use crate::producer::state::Kind;
use crate::values::{Points, Star};

use super::{Remark, Severity, question, refuse};

mod stars;

use stars::old_stars;

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
            format!("The {column}'s name is missing; it is not guessed: add it and import again."),
        ));
        return None;
    }
    if text.chars().count() > 200 {
        remarks.push(refuse(
            column,
            format!("Tên {what} dài quá 200 ký tự."),
            format!("The {column}'s name is longer than 200 characters."),
        ));
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
        remarks.push(refuse(
            "producer_type",
            "Loại chủ thể phải là HTX, THT, DN, HKD hoặc TT (trang trại).",
            "A producer is a HTX (cooperative), THT (cooperative group), DN (enterprise), HKD (household) or TT (farm).",
        ));
    }
    found
}

pub(super) fn former_address(cells: &BTreeMap<&str, &str>) -> String {
    ["commune_old", "district_old", "province_old"]
        .iter()
        .filter_map(|column| cells.get(column).map(|t| t.trim()).filter(|t| !t.is_empty()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The province, and the commune where the code of the list or the old address make it sure.
pub(super) fn place(
    cells: &BTreeMap<&str, &str>,
    remarks: &mut Vec<Remark>,
) -> Option<(String, Option<String>)> {
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let places = places();
    let province = places.provinces().iter().find(|p| fold(p.name) == fold(get("province_2025")));
    let Some(province) = province else {
        let name = get("province_2025");
        let (vi, en) = (format!("Không có tỉnh tên «{name}»."), format!("No province is named “{name}”."));
        remarks.push(refuse("province_2025", vi, en));
        return None;
    };
    let code = get("commune_2025_code");
    if !code.is_empty() {
        return match places.commune(code) {
            Some(c) if c.province_code == province.code => {
                Some((province.code.to_owned(), Some(code.to_owned())))
            }
            Some(_) => {
                let vi = format!("Xã {code} không thuộc tỉnh đã ghi.");
                remarks.push(refuse(
                    "commune_2025_code",
                    vi,
                    format!("Commune {code} is not of that province."),
                ));
                None
            }
            None => {
                let vi = format!("Không có xã với mã {code}.");
                remarks.push(refuse("commune_2025_code", vi, format!("No commune has the code {code}.")));
                None
            }
        };
    }
    let resolution = places.resolve(get("province_old"), get("district_old"), get("commune_old"));
    let commune = match resolution {
        Resolution::Exact { commune } => Some(commune.code.to_owned()),
        Resolution::Candidates { candidates } if !get("commune_old").is_empty() => {
            let names: Vec<_> = candidates.iter().take(5).map(|c| c.commune.full_name()).collect();
            let names = names.join(", ");
            remarks.push(question(
                "commune_old",
                format!("Địa chỉ cũ có thể thuộc: {names}. Hãy xác nhận xã."),
                format!("The old address may be in: {names}. Confirm the commune."),
            ));
            None
        }
        _ => {
            remarks.push(question(
                "commune_2025",
                "Chưa rõ xã; chủ thể được nhập ở cấp tỉnh, hãy bổ sung xã sau.",
                "The commune is not clear; the producer is imported with its province only: add the commune later.",
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
            let vi = format!("Không hiểu trạng thái «{other}».");
            remarks.push(refuse("status", vi, format!("The status “{other}” is not known.")));
            None
        }
    }
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
            remarks.push(question(
                "subgroup_inferred",
                format!(
                    "Nhóm «{subgroup}» nay thuộc nhiều bộ; chọn bộ {set} theo tên sản phẩm, hãy kiểm tra."
                ),
                format!(
                    "“{subgroup}” is several sets today; set {set} is taken by the product's name: check it."
                ),
            ));
            Some(*set)
        }
        None => {
            remarks.push(refuse(
                "subgroup_inferred",
                format!(
                    "Nhóm «{subgroup}» ứng với nhiều bộ tiêu chí và tên không nói rõ; hãy ghi nhóm cụ thể."
                ),
                format!("“{subgroup}” is several sets and the name does not say which; write the group."),
            ));
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
mod tests;
