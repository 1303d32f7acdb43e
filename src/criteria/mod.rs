//! Criteria (*bộ tiêu chí*): what a product is scored against, and the engine that turns choices into stars.
//!
//! A **scheme** is one decision of the Prime Minister (`qd26-2026` is Decision 26/2026/QĐ-TTg); it holds up to 26
//! **criteria sets**, one per kind of product. A set is a tree: parts A, B and C, groups, and leaves that offer
//! options with whole points. The law is data: a scheme is a folder of JSON under `data/`, and no rule of a
//! particular set is written in Rust.
//!
//! Where only the frame of a decision is known (148/QĐ-TTg), members give points by part; [`Rubric`] tells the two ways
//! of scoring apart, and the result says that floors were not tested.
//!
//! The way of a score: a [`Sheet`] of choices is [checked](CriteriaSet::check) against its set and becomes
//! [`Scored`]; the exact [`Mean`] of the signed sheets and the council's agreed sheet become a [`Rating`], which
//! explains itself. [`preview`](CriteriaSet::preview) does the whole way for one sheet.
//!
//! Everything here is pure and known at build time, so nothing is read from the database.

mod check;
mod exclusion;
pub mod http;
mod index;
mod load;
mod model;
mod preview;
pub mod print;
mod problem;
mod rubric;
mod scheme;
mod sheet;
mod stars;
pub mod state;
mod way;

#[cfg(test)]
mod data_test;
#[cfg(test)]
mod engine_test;
#[cfg(test)]
mod model_test;
#[cfg(test)]
mod random_test;
#[cfg(test)]
mod way_test;

use chrono::NaiveDate;

use crate::error::{Error, FieldError};

pub use load::{parse_scheme, parse_set};
pub use state::*;

/// Every scheme the program knows, the oldest first.
pub fn schemes() -> &'static [Scheme] {
    load::schemes()
}

/// The scheme of this id, such as `qd26-2026`.
pub fn scheme(id: &str) -> Option<&'static Scheme> {
    schemes().iter().find(|scheme| &*scheme.id == id)
}

/// The criteria sets of a scheme in the order of their numbers; empty for a scheme known only by its frame, and for
/// an unknown one.
pub fn all(scheme_id: &str) -> &'static [CriteriaSet] {
    scheme(scheme_id).map_or(&[], |scheme| &scheme.sets)
}

/// One criteria set by scheme and number (1 to 26).
pub fn find(scheme_id: &str, set_no: u8) -> Option<&'static CriteriaSet> {
    all(scheme_id).iter().find(|set| set.set_no == set_no)
}

/// How a dossier of this scheme and set (1 to 26) is scored.
pub fn rubric(scheme_id: &str, set_no: u8) -> Option<Rubric> {
    let scheme = scheme(scheme_id)?;
    if scheme.sets.is_empty() {
        return (1..=26).contains(&set_no).then_some(Rubric::Parts(scheme));
    }
    scheme.sets.iter().find(|set| set.set_no == set_no).map(Rubric::Tree)
}

/// The scheme for a dossier filed on this day (civil date in Viet Nam); `None` before the first scheme known here.
///
/// A dossier keeps the scheme of its filing date for ever (Decision 26/2026/QĐ-TTg, article 11), so a scheme that
/// was replaced while old dossiers are still being finished is not in force for new ones.
pub fn in_force(on: NaiveDate) -> Option<&'static Scheme> {
    schemes().iter().rev().find(|scheme| scheme.effective_from <= on)
}

/// The refusal of a sheet: `request.invalid` with a pointer for each problem.
pub fn refused(problems: Vec<Problem>) -> Error {
    let field = |problem: Problem| {
        let Problem { pointer, code, vi, en } = problem;
        FieldError::new(pointer, code.as_str(), vi, en)
    };
    Error::invalid(problems.into_iter().map(field).collect())
}
