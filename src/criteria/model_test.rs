//! A second engine, written from the raw JSON and the words of its notes, against which the first is tried.
//!
//! It shares nothing with the engine but the files: it knows no tree, reads the rules from the Vietnamese notes
//! instead of the machine-readable fields, floors from the marks on options, and compares means by floor division.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Sheet;
use crate::values::Points;

pub(super) struct Leaf {
    pub(super) code: String,
    pub(super) part: String,
    pub(super) dependence: Option<String>,
    pub(super) stops: bool,
    pub(super) options: Vec<Choice>,
    /// Least points for no, one, … five stars.
    needed: Vec<i64>,
}

pub(super) struct Choice {
    pub(super) id: String,
    pub(super) points: i64,
    pub(super) mark: Option<u64>,
    pub(super) case: Option<u64>,
}

pub(super) struct Model {
    pub(super) headings: Vec<String>,
    pub(super) leaves: Vec<Leaf>,
    /// Ids of the grounds for exclusion, those of the whole set first.
    pub(super) grounds: Vec<String>,
    /// Every heading and leaf in the order of the sheet with the places of the leaves below it.
    pub(super) below: Vec<(String, Vec<usize>)>,
    /// Leaves by their codes, and by the ids of their options.
    places: BTreeMap<String, usize>,
    owners: BTreeMap<String, usize>,
    pub(super) bands: Vec<(u64, i64)>,
    pub(super) has_cases: bool,
}

/// Missed floors as `(criterion, star, needed, given)`, points whole.
pub(super) type Missed = BTreeSet<(String, u64, i64, i64)>;

#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) total: i64,
    pub(super) parts: BTreeMap<String, i64>,
    /// In the order of the sheet.
    pub(super) by_code: Vec<i64>,
    pub(super) score_hundredths: i64,
    pub(super) band: u64,
    pub(super) star: Option<u64>,
    pub(super) missed: Missed,
    pub(super) stopped_by: Option<String>,
    pub(super) excluded_by: Vec<String>,
    pub(super) next: Option<(u64, i64, Missed)>,
    pub(super) open: BTreeSet<(String, String)>,
}

impl Model {
    pub(super) fn read(set_no: u8) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/criteria/data/qd26-2026");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let file = files
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{set_no:02}-")));
        let text = std::fs::read_to_string(file.last().unwrap()).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let mut model = Self {
            headings: Vec::new(),
            leaves: Vec::new(),
            grounds: Vec::new(),
            below: Vec::new(),
            places: BTreeMap::new(),
            owners: BTreeMap::new(),
            bands: Vec::new(),
            has_cases: false,
        };
        for place in 1..=json["disqualifiers"].as_array().unwrap().len() {
            model.grounds.push(format!("disqualifier-{place}"));
        }
        let mut stopping = BTreeSet::new();
        for part in json["parts"].as_array().unwrap() {
            // The next criterion of the sheet is always on top.
            let mut pile: Vec<&Value> = part["criteria"].as_array().unwrap().iter().rev().collect();
            while let Some(criterion) = pile.pop() {
                model.take(criterion, part["code"].as_str().unwrap(), &mut stopping);
                pile.extend(criterion["criteria"].as_array().into_iter().flatten().rev());
            }
        }
        for leaf in &mut model.leaves {
            let siblings = leaf.code.rsplit_once('.').map(|(above, _)| format!("{above}.*"));
            leaf.stops = stopping.contains(&leaf.code) || siblings.is_some_and(|all| stopping.contains(&all));
        }
        model.has_cases = model.leaves.iter().any(|leaf| leaf.options.iter().any(|o| o.case.is_some()));
        model.bands = json["star_bands"]
            .as_array()
            .unwrap()
            .iter()
            .map(|band| (band["star"].as_u64().unwrap(), band["min"].as_i64().unwrap()))
            .collect();
        let within = |code: &str, above: &str| code == above || code.starts_with(&format!("{above}."));
        for (above, below) in &mut model.below {
            below.extend((0..model.leaves.len()).filter(|at| within(&model.leaves[*at].code, above)));
        }
        for leaf in &mut model.leaves {
            leaf.needed = (0..=5).map(|star| Self::needed(leaf, star)).collect();
        }
        for (at, leaf) in model.leaves.iter().enumerate() {
            model.places.insert(leaf.code.clone(), at);
            model.owners.extend(leaf.options.iter().map(|option| (option.id.clone(), at)));
        }
        model
    }

    fn take(&mut self, criterion: &Value, part: &str, stopping: &mut BTreeSet<String>) {
        let code = criterion["code"].as_str().unwrap().to_owned();
        self.below.push((code.clone(), Vec::new()));
        let mut dependence = None;
        for note in criterion["notes"].as_array().into_iter().flatten() {
            let words = note["vi"].as_str().unwrap();
            match note["kind"].as_str().unwrap() {
                "stop" if words.contains("bất kỳ") => {
                    stopping.insert(format!("{}.*", code.rsplit_once('.').unwrap().0));
                }
                "stop" => {
                    stopping.insert(code.clone());
                }
                "applies_if" => {
                    let condition = words.split_once('(').and_then(|(_, rest)| rest.split_once(" > 0)"));
                    dependence = condition.map(|(other, _)| other.to_owned());
                }
                kind @ ("prerequisite" | "disqualify" | "not_evaluated") => {
                    self.grounds.push(format!("{code}-{kind}"));
                }
                _ => {}
            }
        }
        let Some(options) = criterion["options"].as_array() else {
            return self.headings.push(code);
        };
        let options = options.iter().map(|option| Choice {
            id: option["id"].as_str().unwrap().to_owned(),
            points: option["points"].as_i64().unwrap(),
            mark: option["min_for_star"].as_u64(),
            case: option["case"].as_u64(),
        });
        let options = options.collect();
        self.leaves.push(Leaf {
            code,
            part: part.to_owned(),
            dependence,
            stops: false,
            options,
            needed: Vec::new(),
        });
    }

    /// The points of a choice, if leaf and option belong together.
    pub(super) fn given(&self, sheet: &Sheet, code: &str) -> Option<i64> {
        let id = sheet.choices.get(code)?;
        let leaf = &self.leaves[*self.places.get(code)?];
        Some(leaf.options.iter().find(|option| option.id == *id)?.points)
    }

    pub(super) fn refusals(&self, sheet: &Sheet) -> BTreeSet<(String, String)> {
        let mut refusals = BTreeSet::new();
        let mut refuse = |pointer: &str, code: &str| {
            refusals.insert((pointer.to_owned(), format!("criteria.{code}")));
        };
        match sheet.tourism_case {
            Some(_) if !self.has_cases => refuse("/tourism_case", "case_not_used"),
            Some(1 | 2) | None => {}
            Some(_) => refuse("/tourism_case", "unknown_case"),
        }
        if !sheet.parts.is_empty() {
            refuse("/parts", "parts_not_used");
        }
        for (code, id) in &sheet.choices {
            let pointer = format!("/choices/{code}");
            if self.grounds.contains(code) {
                if id != "found" {
                    refuse(&pointer, "unknown_option");
                }
                continue;
            }
            let owner = self.owners.get(id).map(|at| &self.leaves[*at]);
            let exists = self.places.contains_key(code);
            match owner {
                _ if !exists => refuse(&pointer, "unknown_criterion"),
                None => refuse(&pointer, "unknown_option"),
                Some(leaf) if leaf.code != *code => refuse(&pointer, "option_elsewhere"),
                Some(leaf) => {
                    let case = leaf.options.iter().find(|option| option.id == *id).unwrap().case;
                    match (case, sheet.tourism_case.map(u64::from)) {
                        (Some(_), None) => refuse(&pointer, "case_missing"),
                        (Some(of), Some(declared)) if of != declared => refuse(&pointer, "other_case"),
                        _ => {}
                    }
                }
            }
        }
        for leaf in &self.leaves {
            let Some(other) = &leaf.dependence else { continue };
            let wrong_other = sheet.choices.contains_key(other) && self.given(sheet, other).is_none();
            let zero = self.given(sheet, other).unwrap_or(0) == 0;
            if sheet.choices.contains_key(&leaf.code) && zero && !wrong_other {
                refuse(&format!("/choices/{}", leaf.code), "not_applicable");
            }
        }
        refusals
    }

    /// The points of every leaf, `None` where nothing is chosen.
    fn filled(&self, sheet: &Sheet) -> Vec<Option<i64>> {
        let points = |leaf: &Leaf| {
            let id = sheet.choices.get(&leaf.code)?;
            leaf.options.iter().find(|option| option.id == *id).map(|option| option.points)
        };
        self.leaves.iter().map(points).collect()
    }

    /// Least points at a leaf for a star.
    fn needed(leaf: &Leaf, star: u64) -> i64 {
        let marked = leaf.options.iter().filter(|option| option.mark.is_some_and(|mark| mark <= star));
        marked.map(|option| option.points).max().unwrap_or(0)
    }

    /// What may become of a leaf with the floor of a star met: points won, and whether it has any then.
    pub(super) fn raises(&self, leaf: &Leaf, sheet: &Sheet, star: u64) -> Vec<(i64, bool)> {
        let (now, needed) = (self.given(sheet, &leaf.code).unwrap_or(0), Self::needed(leaf, star));
        let fits = |option: &&Choice| {
            let case = option.case.is_none() || option.case == sheet.tourism_case.map(u64::from);
            case && option.points > now && option.points >= needed
        };
        let better = leaf.options.iter().filter(fits).map(|option| (option.points - now, true));
        (now >= needed).then_some((0, now > 0)).into_iter().chain(better).collect()
    }

    fn missed(&self, filled: &[Option<i64>], star: u64) -> Missed {
        let star_at = usize::try_from(star).unwrap();
        let mut missed = Missed::new();
        for (leaf, points) in self.leaves.iter().zip(filled) {
            let (needed, points) = (leaf.needed[star_at], points.unwrap_or(0));
            if points < needed {
                missed.insert((leaf.code.clone(), star, needed, points));
            }
        }
        missed
    }

    fn meets(&self, filled: &[Option<i64>], star: u64) -> bool {
        let star = usize::try_from(star).unwrap();
        self.leaves.iter().zip(filled).all(|(leaf, points)| points.unwrap_or(0) >= leaf.needed[star])
    }

    pub(super) fn verdict(&self, sheet: &Sheet, totals: &[Points]) -> Verdict {
        let filled = self.filled(sheet);
        let mut parts: BTreeMap<String, i64> = BTreeMap::new();
        for (leaf, points) in self.leaves.iter().zip(&filled) {
            *parts.entry(leaf.part.clone()).or_default() += points.unwrap_or(0);
        }
        let (sum, n) = (
            totals.iter().map(|t| i64::from(t.hundredths())).sum::<i64>(),
            i64::try_from(totals.len()).unwrap(),
        );
        let below = sum / n;
        let stars: Vec<u64> =
            self.bands.iter().filter(|(_, min)| below >= min * 100).map(|(star, _)| *star).collect();
        let band = *stars.iter().max().unwrap();
        let missed = |star: u64| self.missed(&filled, star);
        let star = *stars.iter().filter(|star| self.meets(&filled, **star)).max().unwrap();
        let stopped =
            self.leaves.iter().zip(&filled).find(|(leaf, points)| leaf.stops && **points == Some(0));
        let stopped_by = stopped.map(|(leaf, _)| leaf.code.clone());
        let found = self.grounds.iter().filter(|ground| sheet.choices.contains_key(*ground));
        let excluded_by: Vec<_> = found.cloned().collect();
        let rated = stopped_by.is_none() && excluded_by.is_empty();
        let next = self.bands.iter().find(|(above, _)| *above == star + 1 && rated);
        let next = next.map(|(above, min)| {
            // The least number of hundredths that lifts the mean to the band, found by trying around the quotient.
            let about = ((min * 100 * n - sum) / n - 1).max(0);
            let lack = (about..).find(|lack| sum + lack * n >= min * 100 * n);
            (*above, lack.unwrap(), missed(*above))
        });
        let summed = |below: &[usize]| below.iter().map(|at| filled[*at].unwrap_or(0)).sum();
        Verdict {
            total: parts.values().sum(),
            parts,
            by_code: self.below.iter().map(|(_, below)| summed(below)).collect(),
            score_hundredths: if (sum % n) * 2 >= n { below + 1 } else { below },
            band,
            star: Some(star).filter(|_| rated),
            missed: (star + 1..=band).flat_map(missed).collect(),
            stopped_by,
            excluded_by,
            next,
            open: self.open(sheet),
        }
    }

    fn open(&self, sheet: &Sheet) -> BTreeSet<(String, String)> {
        let mut open = BTreeSet::new();
        if self.has_cases && sheet.tourism_case.is_none() {
            open.insert(("/tourism_case".to_owned(), "criteria.case_undeclared".to_owned()));
        }
        for leaf in self.leaves.iter().filter(|leaf| !sheet.choices.contains_key(&leaf.code)) {
            let blocked =
                leaf.dependence.as_ref().is_some_and(|other| self.given(sheet, other).unwrap_or(0) == 0);
            let silent_stop = leaf.stops && leaf.options.iter().all(|option| option.points > 0);
            let code = if silent_stop { "criteria.stop_unanswered" } else { "criteria.unanswered" };
            if !blocked {
                open.insert((format!("/choices/{}", leaf.code), code.to_owned()));
            }
        }
        open
    }
}
