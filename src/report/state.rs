//! The figures of a summary and how they are counted from certificates. Pure.
//!
//! Two counts stand side by side. **Cumulative** counts every product that was ever certified, under the star of its
//! latest certificate, and ignores lapses: so the provinces publish their totals. **Valid** counts those whose
//! certificate is valid at the moment asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, Months, NaiveDate};

use crate::certificate::state::{Life, Standing, end_of_day};
use crate::error::{Code, Refusal};
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer;

/// Which of the two counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Ever certified.
    Cumulative,
    /// Certified now.
    Valid,
}

/// What a summary counts, and whose ids can be listed. Its text is the parameter `figure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// `products.valid`, `products.cumulative.star.4`, `….set.11`, `….industry.I`.
    Products(Count, Part),
    /// `producers`, `producers.kind.cooperative`: those with a product ever certified.
    Producers(Option<producer::Kind>),
    /// `listings`, `listings.state.live`.
    Listings(Option<String>),
    /// `sales`, `sales.channel.fair`, `sales.platform.sendo`.
    Sales(Sold),
}

/// Which products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All.
    All,
    /// Of a star.
    Star(i32),
    /// Of a criteria set.
    Set(i32),
    /// Of an industry.
    Industry(String),
}

/// Which sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sold {
    /// All.
    All,
    /// In a channel.
    Channel(String),
    /// On a platform.
    Platform(String),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Products(count, part) => {
                let word = if *count == Count::Valid { "valid" } else { "cumulative" };
                write!(f, "products.{word}")?;
                match part {
                    Part::All => Ok(()),
                    Part::Star(star) => write!(f, ".star.{star}"),
                    Part::Set(set) => write!(f, ".set.{set}"),
                    Part::Industry(code) => write!(f, ".industry.{code}"),
                }
            }
            Self::Producers(None) => f.write_str("producers"),
            Self::Producers(Some(kind)) => write!(f, "producers.kind.{kind}"),
            Self::Listings(None) => f.write_str("listings"),
            Self::Listings(Some(state)) => write!(f, "listings.state.{state}"),
            Self::Sales(Sold::All) => f.write_str("sales"),
            Self::Sales(Sold::Channel(word)) => write!(f, "sales.channel.{word}"),
            Self::Sales(Sold::Platform(word)) => write!(f, "sales.platform.{word}"),
        }
    }
}

impl FromStr for Figure {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let unknown = || {
            Refusal::new(
                Code::BadQuery,
                "Không có chỉ tiêu này; lấy ids_url từ báo cáo.",
                "There is no such figure; take ids_url from the report.",
            )
        };
        let words: Vec<&str> = text.split('.').collect();
        let figure = match words.as_slice() {
            ["products", count, part @ ..] => {
                let count = match *count {
                    "cumulative" => Count::Cumulative,
                    "valid" => Count::Valid,
                    _ => return Err(unknown()),
                };
                let part = match part {
                    [] => Part::All,
                    ["star", n] => Part::Star(n.parse().map_err(|_| unknown())?),
                    ["set", n] => Part::Set(n.parse().map_err(|_| unknown())?),
                    ["industry", code] => Part::Industry((*code).to_owned()),
                    _ => return Err(unknown()),
                };
                Self::Products(count, part)
            }
            ["producers"] => Self::Producers(None),
            ["producers", "kind", kind] => Self::Producers(Some(kind.parse().map_err(|_| unknown())?)),
            ["listings"] => Self::Listings(None),
            ["listings", "state", state] => Self::Listings(Some((*state).to_owned())),
            ["sales"] => Self::Sales(Sold::All),
            ["sales", "channel", word] => Self::Sales(Sold::Channel((*word).to_owned())),
            ["sales", "platform", word] => Self::Sales(Sold::Platform((*word).to_owned())),
            _ => return Err(unknown()),
        };
        Ok(figure)
    }
}

/// Where a summary looks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// The whole country.
    Country,
    /// A province's code.
    Province(String),
    /// A commune's code.
    Commune(String),
}

impl Area {
    /// Whether a place lies in it.
    pub fn has(&self, province: &str, commune: Option<&str>) -> bool {
        match self {
            Self::Country => true,
            Self::Province(code) => code == province,
            Self::Commune(code) => Some(code.as_str()) == commune,
        }
    }
}

/// A certificate, as far as a summary needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// For which product.
    pub product: ProductId,
    /// Its criteria set today.
    pub set: i32,
    /// Whose.
    pub producer: ProducerId,
    /// What the producer is.
    pub kind: producer::Kind,
    /// Two digits.
    pub province: &'static str,
    /// Five digits.
    pub commune: Option<&'static str>,
    /// 3 to 5.
    pub star: i32,
    /// When it was valid.
    pub life: Life,
}

impl Held {
    fn valid(&self, at: Instant) -> bool {
        self.life.standing(at) == Standing::Valid
    }
}

/// All certificates, by product and then by the moment they begin; and their producers.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    held: Vec<Held>,
    /// The number of each certificate's producer among all, so that producers are counted without comparing ids.
    numbers: Vec<usize>,
    producers: Vec<(ProducerId, producer::Kind)>,
}

impl Chains {
    /// Orders certificates.
    pub fn of(mut held: Vec<Held>) -> Self {
        held.sort_by_key(|h| (h.product, h.life.from));
        let mut producers: Vec<_> = held.iter().map(|h| (h.producer, h.kind)).collect();
        producers.sort_unstable();
        producers.dedup_by_key(|(id, _)| *id);
        let number = |h: &Held| producers.partition_point(|(id, _)| *id < h.producer);
        let numbers = held.iter().map(number).collect();
        Self { held, numbers, producers }
    }

    /// The latest certificate of each product in an area at a moment, by product.
    pub fn latest<'a>(&'a self, area: &'a Area, at: Instant) -> impl Iterator<Item = &'a Held> {
        self.numbered(area, at).map(|(_, held)| held)
    }

    /// The same, each with the number of its producer.
    fn numbered<'a>(&'a self, area: &'a Area, at: Instant) -> impl Iterator<Item = (usize, &'a Held)> {
        let mut numbers = self.numbers.as_slice();
        self.held.chunk_by(|a, b| a.product == b.product).filter_map(move |chain| {
            let (own, rest) = numbers.split_at_checked(chain.len())?;
            numbers = rest;
            let (number, latest) = own.iter().zip(chain).rev().find(|(_, h)| h.life.from <= at)?;
            area.has(latest.province, latest.commune).then_some((*number, latest))
        })
    }

    /// The next moment after `at` at which a count may change by itself.
    pub fn until(&self, at: Instant) -> Option<Instant> {
        let moments = self.held.iter().flat_map(|Held { life, .. }| {
            [Some(life.from), Some(life.until), life.superseded_at, life.revoked_at]
        });
        moments.flatten().filter(|moment| *moment > at).min()
    }

    /// Products of a figure, in order.
    pub fn products(&self, area: &Area, at: Instant, count: Count, part: &Part) -> Vec<ProductId> {
        let of_part = |h: &&Held| match part {
            Part::All => true,
            Part::Star(star) => h.star == *star,
            Part::Set(set) => h.set == *set,
            Part::Industry(code) => crate::catalogue::state::industry(h.set).is_some_and(|own| own == code),
        };
        let counted = |h: &&Held| count == Count::Cumulative || h.valid(at);
        self.latest(area, at).filter(counted).filter(of_part).map(|h| h.product).collect()
    }

    /// Producers with a certificate among those, in order.
    fn producers_of(
        &self,
        numbers: impl Iterator<Item = usize>,
    ) -> impl Iterator<Item = (ProducerId, producer::Kind)> {
        let mut counted = vec![false; self.producers.len()];
        for number in numbers {
            if let Some(counted) = counted.get_mut(number) {
                *counted = true;
            }
        }
        self.producers.iter().zip(counted).filter_map(|(producer, counted)| counted.then_some(*producer))
    }

    /// Producers of a figure, in order.
    pub fn producers(&self, area: &Area, at: Instant, kind: Option<producer::Kind>) -> Vec<ProducerId> {
        self.producers_of(self.numbered(area, at).map(|(number, _)| number))
            .filter(|(_, own)| kind.is_none_or(|kind| *own == kind))
            .map(|(id, _)| id)
            .collect()
    }

    /// All counts at once.
    pub fn tally(&self, area: &Area, at: Instant) -> Tally {
        let mut tally = Tally::default();
        let mut numbers = Vec::new();
        for (number, held) in self.numbered(area, at) {
            let valid = held.valid(at);
            tally.all.add(valid);
            tally.stars.entry(held.star).or_default().add(valid);
            tally.sets.entry(held.set).or_default().add(valid);
            numbers.push(number);
        }
        for (_, kind) in self.producers_of(numbers.into_iter()) {
            *tally.kinds.entry(kind).or_default() += 1;
        }
        tally
    }
}

/// Both counts of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both {
    /// Ever certified.
    pub cumulative: i64,
    /// Certified now.
    pub valid: i64,
}

impl Both {
    fn add(&mut self, valid: bool) {
        self.cumulative += 1;
        self.valid += i64::from(valid);
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { cumulative: self.cumulative + other.cumulative, valid: self.valid + other.valid }
    }
}

/// The counts of products and producers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All products.
    pub all: Both,
    /// By star.
    pub stars: BTreeMap<i32, Both>,
    /// By criteria set.
    pub sets: BTreeMap<i32, Both>,
    /// Producers by kind.
    pub kinds: BTreeMap<producer::Kind, i64>,
}

/// A part of a whole in percent, two digits.
pub fn share(part: i64, whole: i64) -> f64 {
    let hundredths = if whole > 0 { (part.saturating_mul(20_000) / whole + 1) / 2 } else { 0 };
    f64::from(i32::try_from(hundredths).unwrap_or(i32::MAX)) / 100.0
}

/// The twelve months up to and with that of a day: the first and the last, each by its first day.
pub fn year_of_months(as_of: NaiveDate) -> (NaiveDate, NaiveDate) {
    let last = as_of.with_day(1).unwrap_or(as_of);
    (last.checked_sub_months(Months::new(11)).unwrap_or(last), last)
}

/// The moment a summary of a day looks at: now for today, otherwise the end of the day in Viet Nam.
///
/// # Errors
/// `request.bad_query` for a day to come.
pub fn moment(as_of: NaiveDate, now: Instant) -> Result<Instant, Refusal> {
    let today = now.date();
    if as_of > today {
        return Err(Refusal::new(Code::BadQuery, "as_of chưa tới.", "as_of is still to come."));
    }
    Ok(if as_of < today { end_of_day(as_of) } else { now })
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _, Utc};

    use super::*;

    fn at(year: i32) -> Instant {
        Instant::from_utc(Utc.with_ymd_and_hms(year, 6, 1, 0, 0, 0).unwrap())
    }

    fn held(product: ProductId, star: i32, from: i32) -> Held {
        Held {
            product,
            set: 11,
            producer: ProducerId::new(),
            kind: producer::Kind::Cooperative,
            province: "19",
            commune: Some("05503"),
            star,
            life: Life { from: at(from), until: at(from + 3), superseded_at: None, revoked_at: None },
        }
    }

    #[test]
    fn cumulative_ignores_lapses_and_counts_the_latest_star() {
        let (a, b) = (ProductId::new(), ProductId::new());
        let mut upgraded = held(a, 3, 2020);
        upgraded.life.superseded_at = Some(at(2022));
        let standing = Chains::of(vec![held(a, 4, 2022), upgraded, held(b, 5, 2020)]);
        let tally = |year| standing.tally(&Area::Country, at(year));
        assert_eq!(tally(2019), Tally::default());
        assert_eq!(tally(2021).stars[&3], Both { cumulative: 1, valid: 1 });
        assert_eq!(tally(2024).stars[&4], Both { cumulative: 1, valid: 1 });
        assert_eq!(tally(2024).stars[&5], Both { cumulative: 1, valid: 0 });
        assert_eq!(tally(2030).all, Both { cumulative: 2, valid: 0 });
        assert_eq!(tally(2030).kinds[&producer::Kind::Cooperative], 2);
        assert_eq!(standing.until(at(2020)), Some(at(2022)));
        let elsewhere = Area::Commune("05632".to_owned());
        assert_eq!(standing.tally(&elsewhere, at(2024)), Tally::default());
    }

    #[test]
    fn every_count_equals_its_ids() {
        let ids: Vec<_> = (0..40).map(|_| ProductId::new()).collect();
        let all = ids.iter().enumerate().map(|(n, id)| {
            let n = i32::try_from(n).unwrap();
            Held { set: n % 26 + 1, ..held(*id, 3 + n % 3, 2020 + n % 7) }
        });
        let standing = Chains::of(all.collect());
        let len = |ids: Vec<ProductId>| i64::try_from(ids.len()).unwrap();
        for year in 2019..2032 {
            let area = Area::Province("19".to_owned());
            let tally = standing.tally(&area, at(year));
            let of = |count, part| len(standing.products(&area, at(year), count, &part));
            assert_eq!(of(Count::Valid, Part::All), tally.all.valid);
            for (star, both) in &tally.stars {
                assert_eq!(of(Count::Cumulative, Part::Star(*star)), both.cumulative);
                assert_eq!(of(Count::Valid, Part::Star(*star)), both.valid);
            }
            let sets = tally.sets.keys().map(|set| of(Count::Cumulative, Part::Set(*set)));
            assert_eq!(sets.sum::<i64>(), tally.all.cumulative);
            let industries = ["I", "II", "III", "IV", "V", "VI"];
            let industries = industries.map(|code| of(Count::Valid, Part::Industry(code.to_owned())));
            assert_eq!(industries.iter().sum::<i64>(), tally.all.valid);
        }
    }

    #[test]
    fn figures_read_back() {
        for text in [
            "products.valid",
            "products.cumulative.star.4",
            "products.valid.set.11",
            "products.valid.industry.I",
            "producers",
            "producers.kind.farm",
            "listings",
            "listings.state.live",
            "sales",
            "sales.channel.fair",
            "sales.platform.sendo",
        ] {
            assert_eq!(text.parse::<Figure>().unwrap().to_string(), text);
        }
        for text in
            ["", "products", "products.all", "products.valid.star", "products.valid.star.x", "sales.x.y"]
        {
            assert!(text.parse::<Figure>().is_err(), "{text}");
        }
    }

    #[test]
    fn shares_and_months_and_days() {
        assert_eq!(share(121, 173), 69.94);
        assert_eq!(share(1, 3), 33.33);
        assert_eq!(share(2, 3), 66.67);
        assert_eq!(share(0, 0), 0.0);
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(year_of_months(day(2026, 11, 23)), (day(2025, 12, 1), day(2026, 11, 1)));
        let now = Instant::start_of_day(day(2026, 11, 23)).plus(Duration::hours(9));
        assert_eq!(moment(day(2026, 11, 23), now).unwrap(), now);
        let last = Instant::start_of_day(day(2026, 11, 23)).plus(Duration::microseconds(-1));
        assert_eq!(moment(day(2026, 11, 22), now).unwrap(), last);
        assert!(moment(day(2026, 11, 24), now).is_err());
    }
}
