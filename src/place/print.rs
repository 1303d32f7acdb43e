//! How papers name places: the type in small letters within a sentence, `xã Tân Cương, tỉnh Thái Nguyên`.

use super::places;

/// `tỉnh Thái Nguyên`; empty for an unknown code.
pub fn province(code: &str) -> String {
    places().province(code).map_or_else(String::new, |p| format!("{} {}", p.kind.to_lowercase(), p.name))
}

/// `xã Tân Cương`; empty for an unknown code.
pub fn commune(code: &str) -> String {
    let named = |c: &super::Commune| format!("{} {}", c.kind.label().to_lowercase(), c.name);
    places().commune(code).map_or_else(String::new, named)
}

/// The name of a commune without its type, as it stands before a date.
pub fn commune_name(code: &str) -> &'static str {
    places().commune(code).map_or("", |c| c.name)
}

/// The name of a province without its type, as it stands before a date.
pub fn province_name(code: &str) -> &'static str {
    places().province(code).map_or("", |p| p.name)
}

/// Where the Ministry is, as it stands before a date.
pub const CAPITAL: &str = "Hà Nội";

/// `xã Tân Cương, tỉnh Thái Nguyên`, with what is within the commune in front where it is known.
pub fn address(within: Option<&str>, commune_code: Option<&str>, province_code: &str) -> String {
    let parts = [within.map(str::to_owned), commune_code.map(commune), Some(province(province_code))];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
