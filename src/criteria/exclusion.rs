//! Grounds on which a dossier is out, whatever its points: what a council finds, not what it scores.
//!
//! They are questions of the sheet like the leaves: a sheet that names a ground's id with [`FOUND`] says that it was
//! found, and one that leaves it out says that it was not.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{CriteriaSet, Criterion, NoteKind, Text};

/// What a sheet says at a ground that was found.
pub const FOUND: &str = "found";

/// A ground for exclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exclusion {
    /// Its id on a sheet: code and kind of the note, such as `1.1-disqualify`; for the set as a whole
    /// `disqualifier-1`.
    pub id: Box<str>,
    /// The criterion it stands with; `None` for the set as a whole.
    pub criterion: Option<Box<str>>,
    /// What it does: `prerequisite` (found not to hold), `disqualify` or `not_evaluated`.
    pub kind: NoteKind,
    /// In Vietnamese.
    pub vi: Box<str>,
    /// In English.
    pub en: Box<str>,
}

impl Exclusion {
    /// Its text in both languages.
    pub fn text(&self) -> Text {
        Text { vi: self.vi.clone(), en: self.en.clone() }
    }
}

/// The grounds of a set: those of the set as a whole, then those of its criteria in the order of the sheet.
pub(super) fn of(set: &CriteriaSet) -> Vec<Exclusion> {
    let whole = set.disqualifiers.iter().enumerate().map(|(at, text)| Exclusion {
        id: format!("disqualifier-{}", at + 1).into(),
        criterion: None,
        kind: NoteKind::Disqualify,
        vi: text.vi.clone(),
        en: text.en.clone(),
    });
    let mut all: Vec<_> = whole.collect();
    for criterion in set.parts.iter().flat_map(|part| &part.criteria) {
        collect(criterion, &mut all);
    }
    all
}

fn collect(criterion: &Criterion, all: &mut Vec<Exclusion>) {
    for note in criterion.notes.iter().filter(|note| note.kind.excludes()) {
        all.push(Exclusion {
            id: format!("{}-{}", criterion.code, note.kind.as_str()).into(),
            criterion: Some(criterion.code.clone()),
            kind: note.kind,
            vi: note.vi.clone(),
            en: note.en.clone(),
        });
    }
    for narrower in &criterion.criteria {
        collect(narrower, all);
    }
}

impl CriteriaSet {
    /// The grounds on which a dossier of this set is out.
    pub fn exclusions(&self) -> &[Exclusion] {
        &self.index().exclusions
    }
}
