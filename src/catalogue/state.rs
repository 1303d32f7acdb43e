//! What may be asked of the catalogue. Pure.

use serde::{Deserialize, Serialize};

use crate::criteria;
use crate::error::{Code, Refusal};
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::text;
use crate::text_enum;
use crate::values::Star;

text_enum! {
    /// The order of a list of products.
    pub enum Sort {
        /// By name, in the Vietnamese order.
        Name = "name",
        /// The cheapest first; products without a price are left out.
        Price = "price",
        /// The dearest first; products without a price are left out.
        PriceDown = "-price",
        /// The newest first.
        Newest = "newest",
    }
}

/// Which products are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words they are found by, folded; the last may be the beginning of one. `None` without a question.
    pub words: Option<Vec<String>>,
    /// The star they bear now.
    pub star: Option<i32>,
    /// Their criteria sets; empty is any.
    pub sets: Vec<i32>,
    /// Two digits.
    pub province_code: Option<String>,
    /// Five digits.
    pub commune_code: Option<String>,
    /// Who makes them.
    pub producer_id: Option<ProducerId>,
    /// Least price, VND.
    pub price_min: Option<i64>,
    /// Greatest price, VND.
    pub price_max: Option<i64>,
}

/// The longest question, in characters.
pub const Q_MAX: usize = 200;
/// The most words of a question that count.
const WORDS: usize = 8;

/// The words of a question; `None` where it is empty.
///
/// # Errors
/// `request.bad_query` for one too long.
pub fn words(q: &str) -> Result<Option<Vec<String>>, Refusal> {
    if q.chars().count() > Q_MAX {
        return Err(bad(
            format!("q có nhiều nhất {Q_MAX} ký tự."),
            format!("q has at most {Q_MAX} characters."),
        ));
    }
    if q.trim().is_empty() {
        return Ok(None);
    }
    let mut words = text::terms(q);
    words.truncate(WORDS);
    Ok(Some(words))
}

/// The criteria sets of a question: one set, those of an industry, or both.
///
/// # Errors
/// `request.bad_query` for a set or an industry there is not.
pub fn sets(set: Option<i32>, industry: Option<&str>) -> Result<Vec<i32>, Refusal> {
    let all = criteria::all(SCHEME);
    if set.is_some_and(|set| !all.iter().any(|s| i32::from(s.set_no) == set)) {
        return Err(bad("criteria_set từ 1 đến 26.", "criteria_set is from 1 to 26."));
    }
    let Some(industry) = industry else { return Ok(set.into_iter().collect()) };
    let own: Vec<i32> =
        all.iter().filter(|s| &*s.group.code == industry).map(|s| i32::from(s.set_no)).collect();
    if own.is_empty() {
        return Err(bad("industry là số La Mã từ I đến VI.", "industry is a Roman number from I to VI."));
    }
    match set {
        None => Ok(own),
        Some(set) if own.contains(&set) => Ok(vec![set]),
        Some(_) => {
            Err(bad("Bộ tiêu chí này thuộc ngành khác.", "This criteria set belongs to another industry."))
        }
    }
}

/// A star somebody asks for.
///
/// # Errors
/// `request.bad_query` for one no certificate has.
pub fn star(star: Option<u8>) -> Result<Option<i32>, Refusal> {
    match star {
        None => Ok(None),
        Some(n @ 3..=5) => Ok(Star::new(n).map(|star| i32::from(star.get()))),
        Some(_) => Err(bad("star là 3, 4 hoặc 5.", "star is 3, 4 or 5.")),
    }
}

/// The scheme whose classification the catalogue is browsed by.
pub const SCHEME: &str = "qd26-2026";

/// The industry of a criteria set: its Roman number.
pub fn industry(set: i32) -> Option<&'static str> {
    let set = u8::try_from(set).ok()?;
    criteria::find(SCHEME, set).map(|set| &*set.group.code)
}

/// The star a product bears at a moment, and until when, from its copy of a certificate.
pub fn borne(
    star: Option<i32>,
    from: Option<Instant>,
    until: Option<Instant>,
    now: Instant,
) -> Option<(i32, Instant)> {
    let (star, from, until) = (star?, from?, until?);
    (from <= now && now < until).then_some((star, until))
}

fn bad(vi: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Code::BadQuery, vi, en)
}

/// Where a row stands in the order of its list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// By name.
    #[serde(rename = "n")]
    Name(String, ProductId),
    /// By price.
    #[serde(rename = "p")]
    Price(i64, ProductId),
    /// By age.
    #[serde(rename = "t")]
    Made(ProductId),
}

impl Key {
    /// Whether this is a key of that order.
    pub fn fits(&self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            (Self::Name(..), Sort::Name)
                | (Self::Price(..), Sort::Price | Sort::PriceDown)
                | (Self::Made(_), Sort::Newest)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_become_words() {
        assert_eq!(words("  Chè TÂN Cương ").unwrap().unwrap(), ["che", "tan", "cuong"]);
        assert_eq!(words(" ").unwrap(), None);
        assert_eq!(words("…").unwrap().unwrap(), Vec::<String>::new());
        assert!(words(&"x".repeat(201)).is_err());
        assert_eq!(words(&"a b c d e f g h i k".repeat(2)).unwrap().unwrap().len(), 8);
    }

    #[test]
    fn an_industry_is_its_sets() {
        assert_eq!(sets(Some(11), None).unwrap(), [11]);
        let tea = industry(11).unwrap();
        assert!(sets(None, Some(tea)).unwrap().contains(&11));
        assert_eq!(sets(Some(11), Some(tea)).unwrap(), [11]);
        assert!(sets(Some(26), Some(tea)).is_err());
        assert!(sets(Some(27), None).is_err() && sets(None, Some("X")).is_err());
        assert!(star(Some(2)).is_err() && star(Some(6)).is_err());
    }
}
