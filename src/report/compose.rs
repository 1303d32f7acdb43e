//! From counts to the summary as it is answered: shares, names, the addresses of ids.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::criteria;
use crate::instant::Instant;

use super::state::{self, Area, Both, Chains, Count, Figure, Part, Sold};
use super::view::{self, Summary};
use super::{Amounts, Sums};

/// Writes figures with their shares and the addresses of their ids.
struct Pen<'a> {
    as_of: NaiveDate,
    place: Option<&'a str>,
}

impl Pen<'_> {
    fn ids_url(&self, figure: &Figure) -> String {
        let place = self.place.map(|code| format!("&place={code}")).unwrap_or_default();
        format!("/api/v1/reports/summary/ids?figure={figure}&as_of={}{place}", self.as_of)
    }

    fn figure(&self, figure: &Figure, value: i64, whole: i64) -> view::Figure {
        view::Figure { value, share_percent: state::share(value, whole), ids_url: self.ids_url(figure) }
    }

    fn counts(&self, part: &Part, both: Both, whole: Both) -> view::Counts {
        let figure = |count, value, whole| self.figure(&Figure::Products(count, part.clone()), value, whole);
        view::Counts {
            cumulative: figure(Count::Cumulative, both.cumulative, whole.cumulative),
            valid: figure(Count::Valid, both.valid, whole.valid),
        }
    }

    fn amounts(&self, sold: Sold, amounts: Amounts, whole: Amounts) -> view::Amounts {
        view::Amounts {
            revenue_vnd: amounts.revenue_vnd,
            share_percent: state::share(amounts.revenue_vnd, whole.revenue_vnd),
            quantity: amounts.quantity,
            orders: amounts.orders,
            ids_url: self.ids_url(&Figure::Sales(sold)),
        }
    }
}

/// Puts a summary together.
pub(super) fn compose(
    area: &Area,
    as_of: NaiveDate,
    at: Instant,
    chains: &Chains,
    sums: &Sums,
    listings: Option<&BTreeMap<String, i64>>,
) -> Summary {
    let places = crate::place::places();
    let place = match area {
        Area::Country => None,
        Area::Province(code) => places.province(code).map(|p| (code, p.name.to_owned())),
        Area::Commune(code) => places.commune(code).map(|c| (code, c.full_name())),
    };
    let place = place.map(|(code, name)| view::Place { code: code.clone(), name });
    let pen = Pen { as_of, place: place.as_ref().map(|p| p.code.as_str()) };
    let producers = chains.tally(area, at);
    Summary {
        products: products(&pen, &producers),
        producers: self::producers(&pen, &producers),
        listings: listings.map(|listings| listed(&pen, listings)),
        sales: sales(&pen, sums),
        as_of,
        place,
    }
}

fn products(pen: &Pen<'_>, tally: &state::Tally) -> view::Products {
    let all = tally.all;
    let mut industries: BTreeMap<&'static str, (&'static str, Both)> = BTreeMap::new();
    let mut by_criteria_set = Vec::new();
    for (set, both) in &tally.sets {
        let found =
            u8::try_from(*set).ok().and_then(|no| criteria::find(crate::catalogue::state::SCHEME, no));
        if let Some(found) = found {
            let entry = industries.entry(&found.group.code).or_insert((&found.group.vi, Both::default()));
            entry.1 = entry.1.plus(*both);
        }
        let name = found.map(|found| &*found.name_vi);
        let counts = pen.counts(&Part::Set(*set), *both, all);
        by_criteria_set.push(view::OfSet { criteria_set: *set, name, counts });
    }
    let stars = [3, 4, 5].map(|star| (star, tally.stars.get(&star).copied().unwrap_or_default()));
    view::Products {
        counts: pen.counts(&Part::All, all, all),
        by_star: stars
            .into_iter()
            .map(|(star, both)| view::OfStar { star, counts: pen.counts(&Part::Star(star), both, all) })
            .collect(),
        by_industry: industries
            .into_iter()
            .map(|(industry, (name, both))| {
                let counts = pen.counts(&Part::Industry(industry.to_owned()), both, all);
                view::OfIndustry { industry, name, counts }
            })
            .collect(),
        by_criteria_set,
    }
}

fn producers(pen: &Pen<'_>, tally: &state::Tally) -> view::Producers {
    let whole = tally.kinds.values().sum();
    let by_kind = tally.kinds.iter().map(|(kind, value)| {
        let figure = pen.figure(&Figure::Producers(Some(*kind)), *value, whole);
        view::OfKind { kind: *kind, figure }
    });
    view::Producers { by_kind: by_kind.collect(), figure: pen.figure(&Figure::Producers(None), whole, whole) }
}

fn listed(pen: &Pen<'_>, listings: &BTreeMap<String, i64>) -> view::Listings {
    let whole = listings.values().sum();
    let by_state = listings.iter().map(|(state, value)| {
        let figure = pen.figure(&Figure::Listings(Some(state.clone())), *value, whole);
        view::OfState { state: state.clone(), figure }
    });
    view::Listings { by_state: by_state.collect(), figure: pen.figure(&Figure::Listings(None), whole, whole) }
}

fn sales(pen: &Pen<'_>, sums: &Sums) -> view::Sales {
    let mut whole = Amounts::default();
    let mut channels: BTreeMap<&str, Amounts> = BTreeMap::new();
    let mut platforms: BTreeMap<&str, Amounts> = BTreeMap::new();
    for (channel, platform, amounts) in sums {
        whole.add(*amounts);
        channels.entry(channel).or_default().add(*amounts);
        if !platform.is_empty() {
            platforms.entry(platform).or_default().add(*amounts);
        }
    }
    let (from, to) = state::year_of_months(pen.as_of);
    view::Sales {
        from,
        to,
        amounts: pen.amounts(Sold::All, whole, whole),
        by_channel: channels
            .into_iter()
            .map(|(channel, amounts)| view::OfChannel {
                channel: channel.to_owned(),
                amounts: pen.amounts(Sold::Channel(channel.to_owned()), amounts, whole),
            })
            .collect(),
        by_platform: platforms
            .into_iter()
            .map(|(platform, amounts)| view::OfPlatform {
                platform: platform.to_owned(),
                amounts: pen.amounts(Sold::Platform(platform.to_owned()), amounts, whole),
            })
            .collect(),
    }
}
