//! A set laid out for the engine: every question by its code, floors added up, rules beside the leaves they bind.

use std::collections::BTreeMap;

use super::exclusion::{self, Exclusion};
use super::model::{CriteriaSet, Criterion, NoteKind};
use crate::values::{Points, Star};

/// A set laid out for the engine.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// Groups and leaves in the order of the sheet.
    pub lines: Vec<Line>,
    /// Leaves in the order of the sheet.
    pub leaves: Vec<Leaf>,
    /// Grounds on which a dossier is out.
    pub exclusions: Vec<Exclusion>,
    /// The cases a dossier must choose from.
    pub cases: Vec<u8>,
    by_code: BTreeMap<Box<str>, Place>,
}

/// Where a code leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// To a leaf.
    Leaf(usize),
    /// To a ground for exclusion.
    Exclusion(usize),
}

/// A group or leaf.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub code: Box<str>,
    pub max: Points,
    /// Its part.
    pub part: usize,
    /// The line of the group it stands in.
    pub above: Option<usize>,
}

/// A leaf with what binds it.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub code: Box<str>,
    /// Its line.
    pub line: usize,
    /// The leaf that must score above 0 before this one is scored.
    pub needs: Option<usize>,
    /// Whether 0 points here end the evaluation.
    pub stops: bool,
    /// Whether an option carries 0 points.
    pub has_zero: bool,
    pub options: Vec<Choice>,
    /// Least whole points for one to five stars, those of lower stars included.
    floors: [u8; 5],
}

/// An option.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub id: Box<str>,
    pub points: u8,
    pub case: Option<u8>,
}

impl Leaf {
    /// Least points for a star.
    pub fn floor(&self, star: Star) -> Points {
        let at = usize::from(star.get()).saturating_sub(1);
        Points::from_whole(self.floors.get(at).copied().unwrap_or(0).into())
    }
}

impl Index {
    pub fn of(set: &CriteriaSet) -> Self {
        let mut index = Self {
            lines: Vec::new(),
            leaves: Vec::new(),
            exclusions: exclusion::of(set),
            cases: set.cases().into_keys().collect(),
            by_code: BTreeMap::new(),
        };
        let mut stops = Vec::new();
        for (part, criteria) in set.parts.iter().map(|part| &part.criteria).enumerate() {
            for criterion in criteria {
                index.add(criterion, part, None, &mut stops);
            }
        }
        for leaf in &mut index.leaves {
            leaf.stops = stops.contains(&&*leaf.code);
        }
        for (at, leaf) in index.leaves.iter().enumerate() {
            index.by_code.insert(leaf.code.clone(), Place::Leaf(at));
        }
        for (at, exclusion) in index.exclusions.iter().enumerate() {
            index.by_code.insert(exclusion.id.clone(), Place::Exclusion(at));
        }
        index
    }

    fn add<'a>(
        &mut self,
        criterion: &'a Criterion,
        part: usize,
        above: Option<usize>,
        stops: &mut Vec<&'a str>,
    ) {
        let line = self.lines.len();
        let max = Points::from_whole(criterion.max.into());
        self.lines.push(Line { code: criterion.code.clone(), max, part, above });
        for note in criterion.notes.iter().filter(|note| note.kind == NoteKind::Stop) {
            stops.extend(note.stops_at.iter().map(|leaf| &**leaf));
        }
        for narrower in &criterion.criteria {
            self.add(narrower, part, Some(line), stops);
        }
        if !criterion.is_leaf() {
            return;
        }
        // A leaf depends only on one before it.
        let needs = criterion.depends_on().and_then(|code| self.leaves.iter().position(|l| *l.code == *code));
        let choice = |option: &super::model::ScoreOption| Choice {
            id: option.id.clone(),
            points: option.points,
            case: option.case,
        };
        self.leaves.push(Leaf {
            code: criterion.code.clone(),
            line,
            needs,
            stops: false,
            has_zero: criterion.options.iter().any(|option| option.points == 0),
            options: criterion.options.iter().map(choice).collect(),
            floors: Star::ALL.map(|star| criterion.floor(star)),
        });
    }

    /// Where a code of a sheet leads.
    pub fn place(&self, code: &str) -> Option<Place> {
        self.by_code.get(code).copied()
    }

    /// A leaf by its code.
    pub fn leaf(&self, code: &str) -> Option<&Leaf> {
        match self.place(code)? {
            Place::Leaf(at) => self.leaves.get(at),
            Place::Exclusion(_) => None,
        }
    }
}

impl CriteriaSet {
    /// The set laid out for the engine.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }
}
