//! What a criteria set looks like: the shape of the JSON under `data/`, held in memory as it was read.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::index::Index;
use crate::values::Star;

/// A text in Vietnamese and English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BilingualText)]
pub struct Text {
    /// Vietnamese.
    pub vi: Box<str>,
    /// English.
    pub en: Box<str>,
}

/// From points to stars: half-open bands, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct StarBands(pub Vec<Band>);

/// One band: at least `min` and, but for the highest, below `below`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The star of this band.
    pub star: Star,
    /// Least points, whole; they belong to the band.
    pub min: u8,
    /// First whole points that no longer belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u8>,
    /// Greatest points of the highest band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u8>,
}

/// The criteria for one kind of product (*bộ sản phẩm*), numbered 1 to 26.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CriteriaSet {
    /// Id of the record: scheme and number, such as `qd26-2026-11`.
    pub scheme_id: Box<str>,
    /// Number of the decision.
    pub scheme: Box<str>,
    /// Number of the set, 1 to 26.
    pub set_no: u8,
    /// Short ASCII name.
    pub slug: Box<str>,
    /// Name in Vietnamese.
    pub name_vi: Box<str>,
    /// Name in English.
    pub name_en: Box<str>,
    /// The industry (*ngành*) it belongs to.
    pub group: Industry,
    /// Place in the decision's classification, such as `I.5.a`.
    pub classification: Box<str>,
    /// Ministries that lead.
    pub lead_agencies: Vec<Box<str>>,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force; `None` while it is.
    pub effective_to: Option<NaiveDate>,
    /// Decisions replaced.
    pub replaces: Vec<Box<str>>,
    /// How much of the decision's text this record holds.
    pub completeness: Box<str>,
    /// Samples handed in with a dossier.
    pub requires_samples: u8,
    /// Where the record was taken from.
    pub sources: Vec<Box<str>>,
    /// Points of a full sheet, whole.
    pub total_max: u8,
    /// From points to stars.
    pub star_bands: StarBands,
    /// What the star marks on options mean.
    pub star_floor_rule: Text,
    /// What puts a dossier out as a whole.
    pub disqualifiers: Vec<Text>,
    /// Parts A, B and C.
    pub parts: Vec<Part>,
    /// How the product code is built.
    pub product_code: ProductCode,
    /// Readings where the transcript of the decision was evidently wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript_corrections: Option<Box<str>>,
    /// What is strange in the decision and kept as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oddities: Option<Box<str>>,
    /// What the engine looks up, made at first use.
    #[serde(skip)]
    #[schema(ignore)]
    pub(super) index: OnceLock<Index>,
}

/// An industry (*ngành*), I to VI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Industry {
    /// Roman number.
    pub code: Box<str>,
    /// Name in Vietnamese.
    pub vi: Box<str>,
    /// Name in English.
    pub en: Box<str>,
}

/// How the product code is built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductCode {
    /// Pattern with named fields, such as `{province}-{commune}-{seq}-{year}`.
    pub pattern: Box<str>,
    /// In Vietnamese.
    pub vi: Box<str>,
    /// In English.
    pub en: Box<str>,
}

/// A part of a set: A product and community strength, B marketing, C quality.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// `A`, `B` or `C`.
    pub code: Box<str>,
    /// Name in Vietnamese.
    pub label_vi: Box<str>,
    /// Name in English.
    pub label_en: Box<str>,
    /// Greatest points, whole.
    pub max: u8,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
}

/// A criterion: either a group of narrower criteria or a leaf with options, never both.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Number in the set, such as `6.1.2`.
    pub code: Box<str>,
    /// Name in Vietnamese.
    pub label_vi: Box<str>,
    /// Name in English.
    pub label_en: Box<str>,
    /// Greatest points, whole.
    pub max: u8,
    /// Rules and texts that stand with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Narrower criteria of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub criteria: Vec<Criterion>,
    /// Options of a leaf; an assessor picks one or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ScoreOption>,
    /// The floors of a leaf: least whole points for a star, repeated for every higher star.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, u8>)]
    pub min_points_for_star: BTreeMap<Star, u8>,
    /// What the cases mean, where options belong to cases.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Text>)]
    pub cases: BTreeMap<u8, Text>,
    /// Why the options are not the decision's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options_inferred: Option<Box<str>>,
}

/// An option of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreOption {
    /// Id within the set, such as `1.1-3`.
    pub id: Box<str>,
    /// Whole points.
    pub points: u8,
    /// Text in Vietnamese.
    pub label_vi: Box<str>,
    /// Text in English.
    pub label_en: Box<str>,
    /// The star for which this option is the least a product needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_for_star: Option<Star>,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u8>,
}

/// A note on a criterion: a rule or a text to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it does.
    pub kind: NoteKind,
    /// For `applies_if`: the leaf that must score above 0. Without it the note is a text only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<Box<str>>,
    /// For `stop`: the leaves where an option of 0 points ends the evaluation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops_at: Vec<Box<str>>,
    /// Text in Vietnamese.
    pub vi: Box<str>,
    /// Text in English.
    pub en: Box<str>,
}

/// What a note does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Must hold before the criterion is scored at all; when it is found not to, the dossier is out.
    Prerequisite,
    /// When it is found, the dossier is out.
    Disqualify,
    /// 0 points at one of `stops_at` end the evaluation: no star.
    Stop,
    /// The criterion is scored only where `depends_on` scored above 0.
    AppliesIf,
    /// Options belong to cases; a dossier declares its case once.
    OneCase,
    /// A product of this kind is not evaluated; when it is found to be one, the dossier is out.
    NotEvaluated,
    /// The evidence looked for.
    Evidence,
    /// A text to show.
    Info,
}

impl NoteKind {
    /// The word of the data for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prerequisite => "prerequisite",
            Self::Disqualify => "disqualify",
            Self::Stop => "stop",
            Self::AppliesIf => "applies_if",
            Self::OneCase => "one_case",
            Self::NotEvaluated => "not_evaluated",
            Self::Evidence => "evidence",
            Self::Info => "info",
        }
    }

    /// Whether what it says, once found, puts the dossier out.
    pub const fn excludes(self) -> bool {
        matches!(self, Self::Prerequisite | Self::Disqualify | Self::NotEvaluated)
    }
}

impl Part {
    /// Its leaves in the order of the sheet.
    pub fn leaves(&self) -> Vec<&Criterion> {
        let mut leaves = Vec::new();
        for criterion in &self.criteria {
            criterion.collect_leaves(&mut leaves);
        }
        leaves
    }
}

impl CriteriaSet {
    /// The leaves in the order of the sheet.
    pub fn leaves(&self) -> Vec<&Criterion> {
        self.parts.iter().flat_map(Part::leaves).collect()
    }

    /// The cases a dossier must choose from, with what they mean; empty for a set without cases.
    pub fn cases(&self) -> BTreeMap<u8, &Text> {
        let leaves = self.leaves();
        leaves.iter().flat_map(|leaf| leaf.cases.iter().map(|(case, text)| (*case, text))).collect()
    }
}

impl Criterion {
    /// Whether it carries options itself.
    pub fn is_leaf(&self) -> bool {
        self.criteria.is_empty()
    }

    /// The leaf that must score above 0 before this one is scored.
    pub fn depends_on(&self) -> Option<&str> {
        self.notes.iter().find_map(|note| note.depends_on.as_deref())
    }

    /// Least whole points here for a star. Floors of lower stars hold for higher ones (a reading of the decision).
    pub fn floor(&self, star: Star) -> u8 {
        self.min_points_for_star.range(..=star).map(|(_, points)| *points).max().unwrap_or(0)
    }

    fn collect_leaves<'a>(&'a self, leaves: &mut Vec<&'a Criterion>) {
        if self.is_leaf() {
            leaves.push(self);
        }
        for narrower in &self.criteria {
            narrower.collect_leaves(leaves);
        }
    }
}
