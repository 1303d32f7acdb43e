//! The way into a question: which index is walked, so that no question reads the whole table.
//!
//! The rarest word of a question leads ([`Driver::Terms`]) and the others are looked up for each of its products; a
//! question of frequent words alone walks in the order of the list and meets matches soon, since they are frequent.
//! An industry is walked set by set and merged ([`Driver::Sets`]).

use std::time::Duration;

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::product_terms;
use crate::error::Result;

use super::super::state::{Filter, Sort};

/// How frequent words are, in steps; kept a while, since only the choice of the way depends on it.
pub(in super::super) struct Weights(moka::sync::Cache<String, u8>);

impl Default for Weights {
    fn default() -> Self {
        let kept = Duration::from_secs(60);
        Self(moka::sync::Cache::builder().max_capacity(20_000).time_to_live(kept).build())
    }
}

/// The steps: a word with more products than the first weighs 1, and so on.
const STEPS: [i64; 4] = [30, 300, 3_000, 30_000];
/// The greatest weight whose products may be read all and sorted.
const LIGHT: u8 = 2;
/// The most words a beginning may stand for before it counts as frequent.
const EXPANSIONS: usize = 16;

/// Which index leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// The order of the list.
    Walk,
    /// The order of the list, once for each criteria set.
    Sets(Vec<i32>),
    /// The products of each of these words.
    Terms(Vec<String>),
}

/// The way, and what is looked up for each row on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub driver: Driver,
    /// Words a row must have.
    pub words: Vec<String>,
    /// A row must have a word from here to below there.
    pub prefix: Option<(String, String)>,
}

impl Plan {
    /// Walks whose rows must be merged.
    pub(super) fn branches(&self) -> usize {
        match &self.driver {
            Driver::Walk => 1,
            Driver::Sets(sets) => sets.len(),
            Driver::Terms(terms) => terms.len(),
        }
    }
}

/// The way for a question; `None` when nothing can match.
pub(super) fn plan(conn: &mut Conn, filter: &Filter, sort: Sort, weights: &Weights) -> Result<Option<Plan>> {
    let Some(words) = &filter.words else {
        let driver = if filter.sets.len() > 1 { Driver::Sets(filter.sets.clone()) } else { Driver::Walk };
        return Ok(Some(Plan { driver, words: Vec::new(), prefix: None }));
    };
    let Some((last, fixed)) = words.split_last() else { return Ok(None) };
    let range = (last.clone(), format!("{last}{{"));
    let ends = expand(conn, &range)?;
    if ends.is_empty() {
        return Ok(None);
    }
    let mut best = (u8::MAX, None);
    if ends.len() <= EXPANSIONS && (sort == Sort::Name || ends.len() == 1) {
        let mut heaviest = 0;
        for end in &ends {
            heaviest = heaviest.max(weigh(conn, end, weights)?);
        }
        best = (heaviest, None);
    }
    for (index, word) in fixed.iter().enumerate() {
        let weight = weigh(conn, word, weights)?;
        // At equal weight a whole word is better: it needs one walk.
        if weight <= best.0 {
            best = (weight, Some(index));
        }
    }
    let walk = best.0 == u8::MAX || (sort != Sort::Name && best.0 > LIGHT);
    let (driver, words, prefix) = match best.1 {
        _ if walk => (Driver::Walk, fixed.to_vec(), Some(range)),
        None => (Driver::Terms(ends), fixed.to_vec(), None),
        Some(index) => {
            let mut others = fixed.to_vec();
            let word = others.swap_remove(index);
            // A beginning that is one whole word is looked up by its key.
            match ends.as_slice() {
                [only] => {
                    others.push(only.clone());
                    (Driver::Terms(vec![word]), others, None)
                }
                _ => (Driver::Terms(vec![word]), others, Some(range)),
            }
        }
    };
    Ok(Some(Plan { driver, words, prefix }))
}

/// The words in a range, at most one more than counts: a seek each, however many products they have.
fn expand(conn: &mut Conn, (from, to): &(String, String)) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let next = product_terms::table
        .filter(product_terms::term.lt(to))
        .order(product_terms::term.asc())
        .select(product_terms::term)
        .limit(1);
    while found.len() <= EXPANSIONS {
        let term: Option<String> = match found.last() {
            None => next.filter(product_terms::term.ge(from)).first(conn).optional()?,
            Some(last) => next.filter(product_terms::term.gt(last)).first(conn).optional()?,
        };
        let Some(term) = term else { break };
        found.push(term);
    }
    Ok(found)
}

/// How frequent a word is: the number of [`STEPS`] it passes. Reads the index no further than the last step.
fn weigh(conn: &mut Conn, term: &str, weights: &Weights) -> Result<u8> {
    if let Some(weight) = weights.0.get(term) {
        return Ok(weight);
    }
    let mut weight = 0;
    for step in STEPS {
        let further: Option<String> = product_terms::table
            .filter(product_terms::term.eq(term))
            .order((product_terms::name_key, product_terms::product_id))
            .select(product_terms::product_id)
            .offset(step)
            .first(conn)
            .optional()?;
        if further.is_none() {
            break;
        }
        weight += 1;
    }
    weights.0.insert(term.to_owned(), weight);
    Ok(weight)
}
