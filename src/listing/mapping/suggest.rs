//! Categories that may fit a product, by the words of its name and of its criteria set's. Only proposed.

use std::collections::{BTreeMap, BTreeSet};

use crate::actor::Reach;
use crate::db::Conn;
use crate::db::page::Want;
use crate::error::{Code, Error, Result};
use crate::ids::{ListingId, ProductId, ShopId};
use crate::instant::Instant;
use crate::listing::state::Settings;
use crate::listing::state::tree::{self, Fit};
use crate::listing::store::{self, CategoryWant};
use crate::product::{self, Product};

use super::{Maps, Place, has_tree, own_trees, scope};

/// Most suggestions.
const MOST: usize = 10;
/// Most words that are looked for.
const WORDS_MAX: usize = 12;
/// Most categories of one word that are compared.
const OF_A_WORD: i64 = 300;

/// A category that may fit.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The category and why it fits.
    pub fit: Fit,
    /// Whether the listing has it already: by its own settings or by the map.
    pub in_use: bool,
}

/// Categories that may fit a listing within reach, the best first.
///
/// # Errors
/// `request.not_found`.
pub fn for_listing(conn: &mut Conn, reach: &Reach, id: ListingId, now: Instant) -> Result<Vec<Suggestion>> {
    let row = super::super::row(conn, reach, id)?;
    let product = product::any(conn, row.product_id)?;
    let settings: Settings = row.settings.get()?;
    let shop = Some(row.shop_id);
    let place = Place { platform: &row.platform, shop, set: product.criteria_set, settings: &settings };
    suggestions(conn, &product, &place, now)
}

/// Categories of a platform that may fit a product within reach, the best first. Where each shop has categories of its
/// own, the shop is named.
///
/// # Errors
/// `request.not_found`, `platform.own_categories`.
pub fn for_product(
    conn: &mut Conn,
    reach: &Reach,
    id: ProductId,
    (key, shop): (&str, Option<ShopId>),
    now: Instant,
) -> Result<Vec<Suggestion>> {
    let product = product::find(conn, reach, id)?;
    let platform = crate::platform::descriptor(key).ok_or_else(|| Error::new(Code::NotFound))?;
    super::trees::check_shop(conn, reach, platform, shop)?;
    if own_trees(platform) && shop.is_none() {
        return Err(Error::new(Code::PlatformOwnCategories));
    }
    let settings = Settings::default();
    let place = Place { platform: key, shop, set: product.criteria_set, settings: &settings };
    suggestions(conn, &product, &place, now)
}

fn suggestions(
    conn: &mut Conn,
    product: &Product,
    place: &Place<'_>,
    now: Instant,
) -> Result<Vec<Suggestion>> {
    if !crate::platform::descriptor(place.platform).is_some_and(has_tree) {
        return Ok(Vec::new());
    }
    let set = u8::try_from(place.set).ok();
    let set =
        crate::criteria::in_force(now.date()).zip(set).and_then(|(s, no)| crate::criteria::find(&s.id, no));
    let (named, of_set) = (tree::words(&product.name), tree::words(set.map_or("", |set| &set.name_vi)));
    let scope = scope(place.platform, place.shop);
    let mut seen = BTreeSet::new();
    let looked = named.iter().chain(&of_set).filter(|word| seen.insert(word.as_str())).take(WORDS_MAX);
    let mut found: BTreeMap<String, (String, String)> = BTreeMap::new();
    for word in looked {
        let wanted = CategoryWant { words: vec![word.clone()], parent: None, leaf: Some(true) };
        let want = Want { limit: OF_A_WORD, after: None };
        for row in store::categories(conn, place.platform, &scope, &wanted, &want)?.data {
            found.insert(row.id, (row.name, row.path));
        }
    }
    let used = Maps::load(conn, std::slice::from_ref(place))?.category(place);
    let fits =
        found.into_iter().filter_map(|(id, (name, path))| tree::fit(&named, &of_set, (id, name, path)));
    let mut fits = tree::best(fits.collect(), MOST);
    if let Some(used) = used.as_ref().filter(|used| fits.iter().all(|fit| fit.id != **used))
        && let Some(row) = store::category(conn, place.platform, &scope, used)?
    {
        let words = || Vec::new();
        let (name_words, set_words) = (words(), words());
        fits.push(Fit { id: row.id, name: row.name, path: row.path, score: 0, name_words, set_words });
    }
    let told = |fit: Fit| Suggestion { in_use: used.as_ref() == Some(&fit.id), fit };
    Ok(fits.into_iter().map(told).collect())
}
