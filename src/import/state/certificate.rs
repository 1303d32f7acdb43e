//! What a row of a list of old certificates means.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use crate::criteria;
use crate::ids::ProductId;
use crate::values::{Points, Star};

use super::product::{former_address, place};
use super::{Remark, Severity, refuse};

/// The columns a list of certificates cannot do without. Each row also names its product: `product_id`, or `product`,
/// `producer` and `province_2025`.
pub const CERTIFICATE_REQUIRED: &[&str] = &["star", "issuer"];

/// Which product a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// By its id; the name, where the row has one, must be that product's.
    Id(ProductId, Option<String>),
    /// By names and place, as product lists have them.
    Named {
        /// The product's name.
        product: String,
        /// The producer's name.
        producer: String,
        /// Code of the province today.
        province_code: String,
        /// Code of the commune today, where it is sure.
        commune_code: Option<String>,
    },
}

/// A row that may be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRow {
    /// The product.
    pub wanted: Wanted,
    /// The scheme, such as `qd148-2023`.
    pub scheme: String,
    /// Stars.
    pub star: Star,
    /// Score, where the paper gives it.
    pub score: Option<Points>,
    /// Number of the certificate, as written.
    pub number: Option<String>,
    /// Number of the decision, as written.
    pub decision: Option<String>,
    /// Day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Year of evaluation.
    pub year: Option<i32>,
    /// Who decided, as written.
    pub issuer: String,
    /// The producer's address of then, as written.
    pub former_address: Option<String>,
    /// Where the list has it from.
    pub source: Option<String>,
}

/// Reads one row of a list of certificates; with remarks there is no row. `cells` are by column.
///
/// # Errors
/// The cells that cannot be read.
pub fn read_certificate(cells: &BTreeMap<&str, &str>) -> Result<CertificateRow, Vec<Remark>> {
    let mut remarks = Vec::new();
    let text = |column: &str| cells.get(column).map(|t| (*t).to_owned()).filter(|t| !t.is_empty());
    let wanted = wanted(cells, &mut remarks);
    let star = star(cells.get("star").copied().unwrap_or_default(), &mut remarks);
    let score = text("score").and_then(|text| score(&text, &mut remarks));
    let decided_on = text("decided_on").and_then(|text| day(&text, &mut remarks));
    let year = text("year").and_then(|text| year(&text, &mut remarks));
    let issuer = text("issuer").unwrap_or_default();
    if issuer.is_empty() {
        remarks.push(refuse(
            "issuer",
            "Thiếu cơ quan ra quyết định; hãy ghi đúng như trên giấy, kể cả huyện nay không còn.",
            "Who decided is missing; write it as on the paper, also a district that exists no more.",
        ));
    }
    let scheme = if remarks.is_empty() {
        scheme(text("scheme").as_deref(), decided_on, year, &mut remarks)
    } else {
        None
    };
    let (Some(wanted), Some(star), Some(scheme), true) = (wanted, star, scheme, remarks.is_empty()) else {
        return Err(remarks);
    };
    Ok(CertificateRow {
        wanted,
        scheme: scheme.to_owned(),
        star,
        score,
        number: text("certificate_number"),
        decision: text("decision_number"),
        decided_on,
        year,
        issuer,
        former_address: text("former_address")
            .or_else(|| Some(former_address(cells)).filter(|a| !a.is_empty())),
        source: text("source"),
    })
}

/// How the row names its product.
fn wanted(cells: &BTreeMap<&str, &str>, remarks: &mut Vec<Remark>) -> Option<Wanted> {
    let get = |column: &str| cells.get(column).copied().unwrap_or_default();
    let name = Some(get("product").to_owned()).filter(|name| !name.is_empty());
    let id = get("product_id");
    if !id.is_empty() {
        let read = id.parse().ok();
        if read.is_none() {
            remarks.push(refuse(
                "product_id",
                format!("«{id}» không phải mã sản phẩm (prd_…)."),
                format!("“{id}” is no product's id (prd_…)."),
            ));
        }
        return read.map(|id| Wanted::Id(id, name));
    }
    let Some(product) = name else {
        remarks.push(refuse(
            "product",
            "Thiếu sản phẩm: hãy ghi product_id, hoặc tên sản phẩm, chủ thể và tỉnh.",
            "The product is missing: write product_id, or the names of product and producer and the province.",
        ));
        return None;
    };
    let producer = get("producer").to_owned();
    if producer.is_empty() {
        remarks.push(refuse(
            "producer",
            "Thiếu tên chủ thể; chỉ tên sản phẩm thì chưa biết là của ai.",
            "The producer's name is missing; a product's name alone does not say whose it is.",
        ));
    }
    let mut said = Vec::new();
    let place = place(cells, &mut said);
    // A commune that is not sure narrows nothing and is no fault here.
    remarks.extend(said.into_iter().filter(|remark| remark.severity == Severity::Refused));
    let (province_code, commune_code) = place?;
    Some(Wanted::Named { product, producer, province_code, commune_code })
}

fn star(text: &str, remarks: &mut Vec<Remark>) -> Option<Star> {
    let star = text.parse::<u8>().ok().filter(|s| (3..=5).contains(s)).and_then(Star::new);
    if star.is_none() {
        remarks.push(refuse("star", "Hạng sao phải là 3, 4 hoặc 5.", "A star is 3, 4 or 5."));
    }
    star
}

fn score(text: &str, remarks: &mut Vec<Remark>) -> Option<Points> {
    // A spreadsheet in Vietnamese writes a decimal comma.
    let score = text.replace(',', ".").parse().ok().filter(|points| *points <= Points::from_whole(100));
    if score.is_none() {
        remarks.push(refuse(
            "score",
            "Điểm phải từ 0 đến 100, nhiều nhất hai chữ số lẻ.",
            "A score is from 0 to 100 with at most two decimals.",
        ));
    }
    score
}

/// A day as people and spreadsheets write it: `2021-06-30` or `30/6/2021`.
fn day(text: &str, remarks: &mut Vec<Remark>) -> Option<NaiveDate> {
    let numbers: Vec<&str> = text.split(['-', '/']).collect();
    let parts = match (numbers.as_slice(), text.contains('/')) {
        ([year, month, day], false) | ([day, month, year], true) => Some((*year, *month, *day)),
        _ => None,
    };
    let digits = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let read = parts.filter(|(year, ..)| year.len() == 4).and_then(|(year, month, day)| {
        NaiveDate::from_ymd_opt(i32::try_from(digits(year)?).ok()?, digits(month)?, digits(day)?)
    });
    if read.is_none() {
        remarks.push(refuse(
            "decided_on",
            format!("Ngày quyết định ghi như 2021-06-30 hoặc 30/6/2021, không phải «{text}»."),
            format!("The day of the decision is written like 2021-06-30 or 30/6/2021, not “{text}”."),
        ));
    }
    read
}

fn year(text: &str, remarks: &mut Vec<Remark>) -> Option<i32> {
    let year = text.parse().ok().filter(|year| (2018..=2100).contains(year));
    if year.is_none() {
        remarks.push(refuse(
            "year",
            "Năm phải từ 2018 (năm bắt đầu chương trình).",
            "A year is not before 2018, when the programme began.",
        ));
    }
    year
}

/// The scheme before Decision 148/QĐ-TTg, of which only the name is known.
const FIRST: &str = "qd1048-2019";
/// The scheme of Decision 148/QĐ-TTg.
const SECOND: &str = "qd148-2023";

/// Other names of schemes: a decision that changed a scheme belongs to it.
const NAMES: &[(&str, &str)] = &[
    (FIRST, FIRST),
    ("1048/QĐ-TTg", FIRST),
    ("781/QĐ-TTg", FIRST),
    ("1489/QĐ-TTg", SECOND),
    ("qd1489-2025", SECOND),
];

/// The scheme of a decision of that day, or of an evaluation of that year; `None` where neither is known, or where it
/// may be one or the other: a scheme that was replaced is finished for a while beside its replacement.
pub fn scheme_of(decided_on: Option<NaiveDate>, year: Option<i32>) -> Option<&'static str> {
    let Some(day) = decided_on else {
        let year = year?;
        // A year alone leaves January and February 2023 to the scheme of most of that year.
        let begun = |scheme: &&criteria::Scheme| scheme.effective_from.year() <= year;
        let scheme = criteria::schemes().iter().rev().find(begun);
        let overlaps = scheme.is_some_and(|s| overlap(s).is_some_and(|last| last.year() == year));
        return if overlaps { None } else { Some(scheme.map_or(FIRST, |scheme| &scheme.id)) };
    };
    let scheme = criteria::in_force(day);
    let overlaps = scheme.is_some_and(|s| overlap(s).is_some_and(|last| day <= last));
    if overlaps { None } else { Some(scheme.map_or(FIRST, |scheme| &scheme.id)) }
}

/// The last day on which the scheme before this one is still finished.
fn overlap(scheme: &criteria::Scheme) -> Option<NaiveDate> {
    criteria::schemes().iter().rev().find(|s| s.effective_from < scheme.effective_from)?.effective_to
}

/// The scheme a row names, or the one of its day.
fn scheme(
    named: Option<&str>,
    decided_on: Option<NaiveDate>,
    year: Option<i32>,
    remarks: &mut Vec<Remark>,
) -> Option<&'static str> {
    let Some(named) = named else {
        let found = scheme_of(decided_on, year);
        if found.is_none() {
            remarks.push(refuse(
                "scheme",
                "Ngày và năm đã ghi không cho biết bộ tiêu chí; hãy ghi scheme: qd1048-2019, qd148-2023 hoặc qd26-2026.",
                "Day and year do not tell the scheme; write it: qd1048-2019, qd148-2023 or qd26-2026.",
            ));
        }
        return found;
    };
    let fold = |text: &str| text.trim().to_lowercase();
    let same = |other: &str| fold(other) == fold(named);
    let by_name = NAMES.iter().find(|(name, _)| same(name)).map(|(_, id)| *id);
    let known = criteria::schemes().iter().find(|s| same(&s.id) || same(&s.decision));
    let Some(id) = by_name.or(known.map(|s| &*s.id)) else {
        remarks.push(refuse(
            "scheme",
            format!("Không biết bộ tiêu chí «{named}»; hãy ghi qd1048-2019, qd148-2023 hoặc qd26-2026."),
            format!("The scheme “{named}” is not known; write qd1048-2019, qd148-2023 or qd26-2026."),
        ));
        return None;
    };
    let begun = criteria::scheme(id).map(|scheme| scheme.effective_from);
    let early = begun.is_some_and(|begun| {
        decided_on.is_some_and(|day| day < begun)
            || (decided_on.is_none() && year.is_some_and(|y| y < begun.year()))
    });
    if early {
        remarks.push(refuse(
            "scheme",
            format!("Bộ tiêu chí {id} chưa có hiệu lực vào ngày hoặc năm đã ghi; hãy kiểm tra scheme và ngày quyết định."),
            format!("Scheme {id} was not in force on that day or in that year; check the scheme and the day of the decision."),
        ));
        return None;
    }
    Some(id)
}

#[cfg(test)]
mod tests;
