//! Search by what a person types: without accents, in any case, by beginnings of words, by old names.
//!
//! `tan cuong`, `Xã Tân Cương`, `tân c` and the code `05503` find the commune; `Hóa Thượng` finds the commune
//! that the old township went to; after a comma comes a wider place: `Hóa Thượng, Đồng Hỷ`.

use std::cell::Cell;
use std::ops::Bound;

use super::naming::{self, plain};
use super::units::{Commune, FormerUnit, Places};
use crate::text;

/// Longest question in bytes that is looked at; nothing is longer than a name with its district and province.
const MAX_QUERY: usize = 200;

/// A commune found, and through which old name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<'a> {
    /// The commune.
    pub commune: &'a Commune,
    /// The former unit whose name matched, where the commune's own name did not match as well.
    pub former: Option<&'a FormerUnit>,
}

/// What was typed, ready to compare.
struct Query {
    /// The name as typed and folded, then the same without its type (`xã …`) if it has one.
    readings: Vec<(String, String)>,
    /// Folded words that the district or province must have.
    wider: Vec<String>,
    /// The last answer of [`Query::is_within`]: units come district by district.
    within: Cell<Option<([&'static str; 2], bool)>>,
}

impl Query {
    /// `None` when nothing can match.
    fn new(typed: &str) -> Option<Self> {
        let (name, wider) = typed.split_once(',').unwrap_or((typed, ""));
        let mut readings = vec![(text::sort_key(name), plain(name))];
        if let Some((_, rest)) = naming::split_type(name) {
            readings.push((text::sort_key(rest), plain(rest)));
        }
        readings.retain(|(_, folded)| !folded.is_empty());
        let wider = words(&plain(wider)).map(str::to_owned).collect();
        let answerable = typed.len() <= MAX_QUERY && !readings.is_empty();
        answerable.then(|| Self { readings, wider, within: Cell::new(None) })
    }

    /// Lower is better: 0 the same name, 1 without accents, 2 its beginning, 3 beginnings of its words.
    fn rank(&self, name: &str, folded: &str) -> Option<u8> {
        let rank = |(key, query): &(String, String)| {
            if folded == query {
                Some(if text::sort_key(name) == *key { 0 } else { 1 })
            } else if folded.starts_with(query.as_str()) {
                Some(2)
            } else {
                words(query).all(|q| words(folded).any(|w| w.starts_with(q))).then_some(3)
            }
        };
        self.readings.iter().filter_map(rank).min()
    }

    fn is_within(&self, wider_names: [&'static str; 2]) -> bool {
        if self.wider.is_empty() {
            return true;
        }
        if let Some((names, within)) = self.within.get()
            && names == wider_names
        {
            return within;
        }
        let names = wider_names.map(plain);
        let named = |q: &String| names.iter().any(|n| words(n).any(|w| w.starts_with(q.as_str())));
        let within = self.wider.iter().all(named);
        self.within.set(Some((wider_names, within)));
        within
    }
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|w| !w.is_empty())
}

impl Places {
    /// The communes of a province (all without one) that match; all of them for a blank question.
    ///
    /// Best matches first, then by name; the order of one question never changes, so a page may start after
    /// a position.
    pub fn communes(&self, province_code: Option<&str>, typed: &str) -> Vec<Hit<'_>> {
        let within = |c: &Commune| province_code.is_none_or(|p| c.province_code == p);
        // (commune, rank, former): sorted, the best way to each commune comes first.
        let mut found: Vec<(u16, u8, Option<u16>)> = Vec::new();
        if typed.trim().is_empty() {
            found.extend((0..).take(self.communes.len()).map(|at| (at, 0, None)));
        } else if let Ok(at) = self.communes.binary_search_by(|c| c.code.cmp(typed.trim())) {
            found.extend(u16::try_from(at).map(|at| (at, 0, None)));
        } else if let Some(query) = Query::new(typed) {
            for unit in self.units(&query) {
                self.rank_commune(&query, unit, &mut found);
            }
        }
        found.retain(|(commune, ..)| self.communes.get(usize::from(*commune)).is_some_and(within));
        found.sort_unstable();
        found.dedup_by_key(|(commune, ..)| *commune);
        found.sort_unstable_by_key(|(commune, rank, _)| {
            (*rank, self.order.get(usize::from(*commune)), *commune)
        });
        let hit = |(commune, _, former): (u16, u8, Option<u16>)| {
            Some(Hit {
                commune: self.communes.get(usize::from(commune))?,
                former: former.and_then(|f| self.formers.get(usize::from(f))),
            })
        };
        found.into_iter().filter_map(hit).collect()
    }

    /// The former units that match, best first, then by name; all of them for a blank question. A former
    /// code finds its unit.
    pub fn former(&self, typed: &str) -> Vec<&FormerUnit> {
        let shift = self.communes.len();
        let mut found: Vec<(u8, u16, usize)> = Vec::new();
        let order = |at: usize| self.order.get(at + shift).copied().unwrap_or_default();
        if typed.trim().is_empty() {
            found.extend((0..self.formers.len()).map(|at| (0, order(at), at)));
        } else if let Some(at) = self.former_at(typed.trim()) {
            found.push((0, 0, usize::from(at)));
        } else if let Some(query) = Query::new(typed) {
            for unit in self.units(&query) {
                let Some(at) = usize::from(unit).checked_sub(shift) else {
                    continue;
                };
                let Some(former) = self.formers.get(at) else {
                    continue;
                };
                let Some(rank) = query.rank(former.name, self.folded(unit)) else {
                    continue;
                };
                if query.is_within([former.district, former.province]) {
                    found.push((rank, order(at), at));
                }
            }
        }
        found.sort_unstable();
        found.into_iter().filter_map(|(.., at)| self.formers.get(at)).collect()
    }

    /// The ways from one matching unit to communes. An old name counts a little less than the same match of
    /// a present name.
    fn rank_commune(&self, query: &Query, unit: u16, found: &mut Vec<(u16, u8, Option<u16>)>) {
        if let Some(commune) = self.communes.get(usize::from(unit)) {
            let rank = query.rank(commune.name, self.folded(unit));
            let province = self.province(commune.province_code).map_or("", |p| p.name);
            found.extend(rank.filter(|_| query.is_within([province, ""])).map(|rank| (unit, rank * 2, None)));
            return;
        }
        let Some(at) = usize::from(unit).checked_sub(self.communes.len()) else {
            return;
        };
        let (Some(former), Ok(at)) = (self.formers.get(at), u16::try_from(at)) else {
            return;
        };
        let Some(rank) = query.rank(former.name, self.folded(unit)) else {
            return;
        };
        if query.is_within([former.district, former.province]) {
            found.extend(self.links_of(at).iter().map(|link| (link.commune, rank * 2 + 1, Some(at))));
        }
    }

    /// Units with a word that begins like the longest word of a reading: all that can match, and some more.
    fn units(&self, query: &Query) -> Vec<u16> {
        let mut units: Vec<u16> = Vec::new();
        for (_, folded) in &query.readings {
            let Some(longest) = words(folded).max_by_key(|w| w.len()) else {
                continue;
            };
            let from = (Bound::Included(longest), Bound::Unbounded);
            let alike = self.words.range::<str, _>(from).take_while(|(word, _)| word.starts_with(longest));
            units.extend(alike.flat_map(|(_, units)| units));
        }
        units.sort_unstable();
        units.dedup();
        units
    }

    /// The former units whose name is this one, accents aside.
    pub(super) fn former_named(&self, written: &str) -> Vec<&FormerUnit> {
        let Some(query) = Query::new(written) else {
            return Vec::new();
        };
        let named = |unit: &u16| {
            let folded = self.folded(*unit);
            query.readings.iter().any(|(_, reading)| reading == folded)
        };
        let units = self.units(&query).into_iter().filter(named);
        units.filter_map(|u| self.formers.get(usize::from(u).checked_sub(self.communes.len())?)).collect()
    }

    fn folded(&self, unit: u16) -> &'static str {
        self.folded.get(usize::from(unit)).copied().unwrap_or_default()
    }
}
