//! What a scheme looks like: one decision with its validity, its frame and its criteria sets.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{CriteriaSet, Part, StarBands, Text};
use crate::values::Star;

/// One decision with its criteria sets: parts, star bands and validity.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Name in paths and records, such as `qd26-2026`.
    pub id: Box<str>,
    /// Number of the decision, such as `26/2026/QĐ-TTg`.
    pub decision: Box<str>,
    /// First day on which a dossier is filed under it.
    pub effective_from: NaiveDate,
    /// Last day on which anything may still be finished under it; `None` while it is in force.
    pub effective_to: Option<NaiveDate>,
    /// Decisions it replaced.
    pub replaces: Vec<Box<str>>,
    /// A later decision that changed it without replacing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended_by: Option<Amendment>,
    /// How dossiers filed under it are finished after its replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,
    /// Points of a full sheet, in whole points.
    pub total_max: u8,
    /// Parts with their greatest points, for scores that are known by part only.
    pub parts: Vec<PartFrame>,
    /// From points to stars.
    pub star_bands: StarBands,
    /// Who recognises which star, by the day it came into force: `district`, `province` or `centre`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recognition: BTreeMap<NaiveDate, BTreeMap<Star, Box<str>>>,
    /// What a reader must know about this record of the decision.
    #[serde(default)]
    pub notes: Vec<Text>,
    /// Where the record was taken from.
    #[serde(default)]
    pub sources: Vec<Box<str>>,
    /// The criteria sets in the order of their numbers; empty where only the frame is established, and then floors
    /// cannot be tested.
    #[serde(default, skip)]
    pub sets: Vec<CriteriaSet>,
}

/// A later decision that changed a scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// Number of the decision.
    pub decision: Box<str>,
    /// First day of the change.
    pub from: NaiveDate,
}

/// How dossiers of a replaced scheme are finished (Decision 26/2026/QĐ-TTg, article 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Dossiers filed before this day keep the old scheme; its replacement begins on it.
    pub filed_before: NaiveDate,
    /// Days after `filed_before` within which they are concluded.
    pub finish_within_days: FinishWithin,
}

/// Days to finish, by kind of dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishWithin {
    /// First rating.
    pub first: u16,
    /// Rating for a higher star.
    pub upgrade: u16,
    /// Rating again (*phân hạng lại*).
    pub renewal: u16,
}

/// A part of a scheme without its criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFrame {
    /// `A`, `B` or `C`.
    pub code: Box<str>,
    /// Name in Vietnamese.
    pub label_vi: Box<str>,
    /// Name in English.
    pub label_en: Box<str>,
    /// Greatest points, whole.
    pub max: u8,
}

impl From<&Part> for PartFrame {
    fn from(part: &Part) -> Self {
        let Part { code, label_vi, label_en, max, criteria: _ } = part;
        Self { code: code.clone(), label_vi: label_vi.clone(), label_en: label_en.clone(), max: *max }
    }
}

impl Scheme {
    /// The last day on which a first rating, an upgrade or a renewal is finished under it: `None` while it is in force
    /// or nothing is known. Days run from the day its replacement began.
    pub fn finish_by(&self, within: impl FnOnce(FinishWithin) -> u16) -> Option<NaiveDate> {
        let Transition { filed_before, finish_within_days } = self.transition.as_ref()?;
        filed_before.checked_add_days(chrono::Days::new(within(*finish_within_days).into()))
    }
}
