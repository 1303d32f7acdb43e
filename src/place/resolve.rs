//! From an address of before 1 July 2025 to a commune of today: certain, or for a person to decide.

use serde::Serialize;

use super::naming::{Fit, Type, fit, fit_full};
use super::units::{Commune, Extent, FormerKind, FormerUnit, Places, Succession};

/// Longest part of an address in bytes that is looked at.
const MAX_PART: usize = 200;

/// Where an old address is today.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "certainty", rename_all = "snake_case")]
pub enum Resolution<'a> {
    /// One undivided unit has exactly these names (or several that went to one commune).
    Exact {
        /// The commune of today.
        commune: &'a Commune,
    },
    /// The unit was divided, or the names fit only nearly (accents, type, district): a person decides.
    Candidates {
        /// Best first; never empty.
        candidates: Vec<Candidate<'a>>,
    },
    /// No unit fits, or no commune was given.
    Unknown,
}

/// A commune an old address may be in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Candidate<'a> {
    /// The commune of today.
    pub commune: &'a Commune,
    /// The former unit it came through.
    pub former: &'a FormerUnit,
    /// Whether all of the former unit went there.
    pub extent: Extent,
    /// The usual successor where the unit was divided.
    pub likely: bool,
    /// Whether the names were exactly those of the former unit.
    pub same_name: bool,
}

/// How well an old unit fits the three parts of an address; `None` is a part that was not given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fits {
    district: Level,
    province: Level,
    commune: Fit,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Same,
    Alike,
    NotGiven,
    Other,
}

impl Level {
    fn of(written: &str, full: &str) -> Self {
        if written.trim().is_empty() {
            return Self::NotGiven;
        }
        match fit_full(written, full) {
            Some(Fit::Same) => Self::Same,
            Some(Fit::Alike) => Self::Alike,
            None => Self::Other,
        }
    }
}

impl Fits {
    /// The names leave no doubt: the province and the commune are these, the district is this or not given.
    fn certain(self) -> bool {
        self.commune == Fit::Same
            && self.province == Level::Same
            && matches!(self.district, Level::Same | Level::NotGiven)
    }
}

impl Places {
    /// Where an address of before 1 July 2025 is today. Each name may carry its type (`TP. Thái Nguyên`).
    ///
    /// Never guesses: a divided unit, a missing province, other accents, another type or district give
    /// candidates, even when there is only one.
    pub fn resolve(&self, province: &str, district: &str, commune: &str) -> Resolution<'_> {
        if [province, district, commune].iter().any(|part| part.len() > MAX_PART) {
            return Resolution::Unknown;
        }
        let fitting = self.former_named(commune).into_iter();
        let mut fitting: Vec<(Fits, &FormerUnit)> = fitting
            .filter_map(|former| Some((self.fits(province, district, commune, former)?, former)))
            .collect();
        if fitting.iter().any(|(fits, _)| fits.certain()) {
            fitting.retain(|(fits, _)| fits.certain());
            if let Some(commune) = self.only_commune(fitting.iter().map(|(_, former)| *former)) {
                return Resolution::Exact { commune };
            }
        } else if fitting.iter().any(|(fits, _)| fits.district <= Level::Alike) {
            fitting.retain(|(fits, _)| fits.district <= Level::Alike);
        }
        fitting.sort_by_key(|(fits, former)| (*fits, former.code));
        let candidates: Vec<Candidate<'_>> = fitting
            .into_iter()
            .flat_map(|(fits, former)| {
                self.successors(former.code).into_iter().map(move |s| candidate(s, fits.certain()))
            })
            .collect();
        if candidates.is_empty() { Resolution::Unknown } else { Resolution::Candidates { candidates } }
    }

    /// `None` when the unit was in another province and is in another one today.
    fn fits(&self, province: &str, district: &str, commune: &str, former: &FormerUnit) -> Option<Fits> {
        let mut province_fits = Level::of(province, former.province);
        if province_fits == Level::Other {
            // People write the province of today before an old district: likely, but not certain.
            let today = |s: &Succession<'_>| {
                let p = self.province(s.commune.province_code)?;
                fit_full(province, &format!("{} {}", p.kind, p.name))
            };
            self.successors(former.code).iter().find_map(today)?;
            province_fits = Level::Alike;
        }
        let kind = match former.kind {
            FormerKind::Commune => Type::Commune,
            FormerKind::Ward => Type::Ward,
            FormerKind::Township => Type::Township,
            FormerKind::District => Type::District,
        };
        Some(Fits {
            district: Level::of(district, former.district),
            province: province_fits,
            commune: fit(commune, kind, former.name)?,
        })
    }

    /// The commune all these units went to undivided.
    fn only_commune<'a>(&'a self, formers: impl Iterator<Item = &'a FormerUnit>) -> Option<&'a Commune> {
        let mut only: Option<&Commune> = None;
        for s in formers.flat_map(|former| self.successors(former.code)) {
            if s.extent == Extent::Part || only.is_some_and(|c| c.code != s.commune.code) {
                return None;
            }
            only = Some(s.commune);
        }
        only
    }
}

fn candidate(s: Succession<'_>, same_name: bool) -> Candidate<'_> {
    Candidate { commune: s.commune, former: s.former, extent: s.extent, likely: s.likely, same_name }
}
