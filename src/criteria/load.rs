//! The schemes inside the program: read once, at first use.

use std::sync::LazyLock;

use super::model::CriteriaSet;
use super::scheme::Scheme;

/// The folders under `data/`, the oldest scheme first: the scheme, then its sets in the order of their numbers.
const FOLDERS: &[(&str, &[&str])] = &[
    (include_str!("data/qd148-2023/scheme.json"), &[]),
    (
        include_str!("data/qd26-2026/scheme.json"),
        &[
            include_str!("data/qd26-2026/01-rau-cu-qua-hat-tuoi.json"),
            include_str!("data/qd26-2026/02-thit-thuy-san-trung-sua-tuoi.json"),
            include_str!("data/qd26-2026/03-gao-ngu-coc-hat-so-che.json"),
            include_str!("data/qd26-2026/04-mat-ong-mat-khac.json"),
            include_str!("data/qd26-2026/05-do-an-nhanh.json"),
            include_str!("data/qd26-2026/06-che-bien-gao-ngu-coc.json"),
            include_str!("data/qd26-2026/07-che-bien-rau-cu-qua-hat.json"),
            include_str!("data/qd26-2026/08-che-bien-thit-thuy-san-trung-sua.json"),
            include_str!("data/qd26-2026/09-tuong-nuoc-mam-gia-vi-long.json"),
            include_str!("data/qd26-2026/10-gia-vi-khac.json"),
            include_str!("data/qd26-2026/11-che-tuoi-che-che-bien.json"),
            include_str!("data/qd26-2026/12-tra-tu-thuc-vat-khac.json"),
            include_str!("data/qd26-2026/13-ca-phe-ca-cao.json"),
            include_str!("data/qd26-2026/14-ruou-trang.json"),
            include_str!("data/qd26-2026/15-do-uong-co-con-khac.json"),
            include_str!("data/qd26-2026/16-nuoc-khoang-nuoc-dong-chai.json"),
            include_str!("data/qd26-2026/17-do-uong-khong-con.json"),
            include_str!("data/qd26-2026/18-thuc-pham-chuc-nang-thuoc.json"),
            include_str!("data/qd26-2026/19-my-pham-duoc-lieu.json"),
            include_str!("data/qd26-2026/20-tinh-dau-duoc-lieu-khac.json"),
            include_str!("data/qd26-2026/21-thu-cong-my-nghe.json"),
            include_str!("data/qd26-2026/22-vai-may-mac.json"),
            include_str!("data/qd26-2026/23-hoa.json"),
            include_str!("data/qd26-2026/24-cay-canh.json"),
            include_str!("data/qd26-2026/25-dong-vat-canh.json"),
            include_str!("data/qd26-2026/26-du-lich-cong-dong-sinh-thai-diem-du-lich.json"),
        ],
    ),
];

// The data is part of the program and a test reads every file of it, so the fallback is never taken.
static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(|| read().unwrap_or_default());

/// Every scheme, the oldest first.
pub(super) fn schemes() -> &'static [Scheme] {
    &SCHEMES
}

/// Reads all that is embedded.
pub(super) fn read() -> Result<Vec<Scheme>, String> {
    FOLDERS.iter().map(|(scheme, sets)| parse_scheme(scheme, sets)).collect()
}

fn parse_scheme(scheme: &str, sets: &[&str]) -> Result<Scheme, String> {
    let mut scheme: Scheme = serde_json::from_str(scheme).map_err(|error| format!("scheme: {error}"))?;
    scheme.sets = sets.iter().map(|set| parse_set(set)).collect::<Result<_, _>>()?;
    Ok(scheme)
}

/// Reads one criteria set from its JSON, without checking that it makes sense: that is
/// [`faults`](super::state::faults).
///
/// # Errors
/// A text that is not JSON or not of this shape; the message says where.
pub fn parse_set(json: &str) -> Result<CriteriaSet, String> {
    serde_json::from_str(json).map_err(|error| format!("criteria set: {error}"))
}
