//! The schemes inside the program: read once, at first use.

use std::sync::LazyLock;

use super::model::CriteriaSet;
use super::scheme::Scheme;

/// The folders under `data/` as the build found them: each scheme with its sets.
const FOLDERS: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/schemes.rs"));

// The data is part of the program and a test reads every file of it, so the fallback is never taken.
static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(|| read().unwrap_or_default());

/// Every scheme, the oldest first.
pub(super) fn schemes() -> &'static [Scheme] {
    &SCHEMES
}

/// Reads all that is embedded: the oldest scheme first, its sets in the order of their numbers.
pub(super) fn read() -> Result<Vec<Scheme>, String> {
    let mut schemes =
        FOLDERS.iter().map(|(scheme, sets)| whole(scheme, sets)).collect::<Result<Vec<_>, _>>()?;
    schemes.sort_by_key(|scheme| scheme.effective_from);
    Ok(schemes)
}

fn whole(scheme: &str, sets: &[&str]) -> Result<Scheme, String> {
    let mut scheme = parse_scheme(scheme)?;
    scheme.sets = sets.iter().map(|set| parse_set(set)).collect::<Result<_, _>>()?;
    scheme.sets.sort_by_key(|set| set.set_no);
    Ok(scheme)
}

/// Reads the frame of a scheme from its JSON, without its sets and without checking that it makes sense.
///
/// # Errors
/// A text that is not JSON or not of this shape; the message says where.
pub fn parse_scheme(json: &str) -> Result<Scheme, String> {
    serde_json::from_str(json).map_err(|error| format!("scheme: {error}"))
}

/// Reads one criteria set from its JSON, without checking that it makes sense: that is
/// [`faults`](super::state::faults).
///
/// # Errors
/// A text that is not JSON or not of this shape; the message says where.
pub fn parse_set(json: &str) -> Result<CriteriaSet, String> {
    serde_json::from_str(json).map_err(|error| format!("criteria set: {error}"))
}
