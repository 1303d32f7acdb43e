//! The pure room of this noun: the model of a scheme, the check of a sheet, the stars.
//!
//! One file beside this one per question; other nouns and the door import all of it from here.

pub use super::check::{Fault, contradictions, faults, scheme_faults};
pub use super::exclusion::{Exclusion, FOUND};
pub use super::model::{
    Band, CriteriaSet, Criterion, Industry, Note, NoteKind, Part, ProductCode, ScoreOption, StarBands, Text,
};
pub use super::preview::Preview;
pub use super::problem::{Code, Problem};
pub use super::rubric::Rubric;
pub use super::scheme::{Amendment, FinishWithin, PartFrame, Scheme, Transition};
pub use super::sheet::{CriterionPoints, Scored, Sheet};
pub use super::stars::{Mean, MissedFloor, NextStar, Rating};
pub use super::way::Step;
