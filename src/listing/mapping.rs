//! From products to a platform's categories and attributes: the maps that administrators keep, and what listings make
//! of them. Nothing is chosen but by a listing's own settings or by these maps; [`suggest`] only proposes.

mod completeness;
mod fetch;
mod maps;
mod suggest;
mod trees;
mod wake;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::db::Conn;
use crate::error::Result;
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::place::print::{commune_name, province_name};
use crate::platform::state::{Attribute, AttributeChoice, Capability, Descriptor, Issue};
use crate::product::Product;

use super::state::Settings;
use super::state::mapping::{self, CategoryMap, Facts, ProductField, Rule, Source, Standing};
use super::store;

pub use completeness::{Complete, completeness};
pub use fetch::{read_attributes, read_categories};
pub use maps::{Kept, attribute_map, category_map, set_attribute_map, set_category_map};
pub use suggest::{Suggestion, for_listing, for_product};
pub use trees::{
    ATTRIBUTES, CATEGORIES, CategoryFilter, PlatformCategory, Tree, attributes, categories, keep_trees,
    refresh_attributes, refresh_categories, tree,
};
pub use wake::{REMAP, remap};

/// Whether the platform gives its categories.
fn has_tree(platform: &Descriptor) -> bool {
    platform.capabilities.contains(&Capability::CategoryLookup)
}

/// Whether each shop on the platform has categories of its own, because it is on a host of its own.
fn own_trees(platform: &Descriptor) -> bool {
    has_tree(platform) && platform.base_url.is_empty()
}

/// Whose tree a shop's listings are put into: the platform's, or the shop's own.
fn scope(platform: &str, shop: Option<ShopId>) -> String {
    let own = crate::platform::descriptor(platform).is_some_and(own_trees);
    shop.filter(|_| own).map_or_else(String::new, |shop| shop.to_string())
}

/// Where a product is to be offered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// Key of the platform.
    pub(super) platform: &'a str,
    /// The shop; `None` before there is one.
    pub(super) shop: Option<ShopId>,
    /// The product's criteria set.
    pub(super) set: i32,
    /// What the producer chose.
    pub(super) settings: &'a Settings,
}

impl<'a> Place<'a> {
    /// Where a listing is.
    pub(super) fn of(row: &'a store::Listing, product: &Product, settings: &'a Settings) -> Self {
        Self { platform: &row.platform, shop: Some(row.shop_id), set: product.criteria_set, settings }
    }
}

/// What a listing makes of the maps.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    /// The category.
    pub(super) category: Option<String>,
    /// The attributes.
    pub(super) attributes: Vec<AttributeChoice>,
    /// What the platform's own data says against them.
    pub(super) issues: Vec<Issue>,
}

/// The maps that some listings need, read at once for all of them.
#[derive(Debug, Default)]
pub(super) struct Maps {
    categories: HashMap<String, CategoryMap>,
    rules: HashMap<(String, String), Vec<Rule>>,
    attributes: HashMap<(String, String), Vec<Attribute>>,
    leaves: HashMap<(String, String, String), bool>,
    read: HashSet<(String, String)>,
}

impl Maps {
    /// Reads them: five queries at most, however many places.
    pub(super) fn load(conn: &mut Conn, places: &[Place<'_>]) -> Result<Self> {
        let mut maps = Self::default();
        let platforms: BTreeSet<String> = places.iter().map(|place| place.platform.to_owned()).collect();
        let platforms: Vec<String> = platforms.into_iter().collect();
        for row in store::newest_maps(conn, &platforms, &[String::new()])? {
            maps.categories.insert(row.platform, row.map.get()?);
        }
        let used: BTreeSet<String> = places.iter().filter_map(|place| maps.category(place)).collect();
        let used: Vec<String> = used.into_iter().collect();
        if used.is_empty() {
            return Ok(maps);
        }
        for row in store::newest_maps(conn, &platforms, &used)? {
            maps.rules.insert((row.platform, row.category), row.map.get()?);
        }
        for row in store::categories_of(conn, &platforms, &used)? {
            if row.attributes_at.is_some() {
                maps.attributes.entry((row.platform.clone(), row.id.clone())).or_default();
            }
            maps.leaves.insert((row.platform, row.scope, row.id), row.leaf);
        }
        for row in store::attributes_of(conn, &platforms, &used)? {
            let key = (row.platform.clone(), row.category.clone());
            maps.attributes.entry(key).or_default().push(row.attribute()?);
        }
        maps.read = store::read_trees(conn, &platforms)?.into_iter().collect();
        Ok(maps)
    }

    /// The category of a listing there: the one that was chosen, otherwise by the map.
    pub(super) fn category(&self, place: &Place<'_>) -> Option<String> {
        let mapped = || self.categories.get(place.platform)?.get(&place.set).cloned();
        place.settings.category.clone().or_else(mapped)
    }

    /// Whether any of the maps asks for the producer's name.
    pub(super) fn want_brand(&self) -> bool {
        self.rules.values().flatten().any(|rule| rule.source == Source::Field(ProductField::Brand))
    }

    /// What a listing of a product there makes of them. `brand` is the producer's public name.
    pub(super) fn mapped(
        &self,
        place: &Place<'_>,
        product: &Product,
        brand: Option<&str>,
        now: Instant,
    ) -> Result<Mapped> {
        let chosen = &place.settings.attributes;
        let Some(category) = self.category(place) else {
            return Ok(Mapped { attributes: chosen.clone(), ..Mapped::default() });
        };
        let key = (place.platform.to_owned(), category.clone());
        let known = self.attributes.get(&key).map(Vec::as_slice);
        let rules = self.rules.get(&key).map(Vec::as_slice).unwrap_or_default();
        let attributes = if rules.is_empty() {
            chosen.clone()
        } else {
            mapping::fill(rules, known, &facts(product, brand, now)?, chosen)
        };
        let scope = scope(place.platform, place.shop);
        let standing = match self.leaves.get(&(place.platform.to_owned(), scope.clone(), category.clone())) {
            Some(true) => Standing::Leaf,
            Some(false) => Standing::Inner,
            None if self.read.contains(&(place.platform.to_owned(), scope)) => Standing::Gone,
            None => Standing::Unread,
        };
        let issues = mapping::issues(Some(&category), standing, known, &attributes);
        Ok(Mapped { category: Some(category), attributes, issues })
    }
}

/// What rules may say of a product. The star is among it only while its certificate is valid.
fn facts(product: &Product, brand: Option<&str>, now: Instant) -> Result<Facts> {
    let rating = product.rating(now);
    // `valid_until` is the first moment on which it is not valid any more.
    let last_day = |until: Instant| until.plus(-chrono::Duration::microseconds(1)).date();
    let all = [
        (ProductField::Name, Some(product.name.clone())),
        (ProductField::Sku, Some(product.sku.clone())),
        (ProductField::Gtin, product.gtin.clone()),
        (ProductField::Brand, brand.map(str::to_owned)),
        (ProductField::OriginCommune, product.commune_code.as_deref().map(|c| commune_name(c).to_owned())),
        (ProductField::OriginProvince, Some(province_name(&product.province_code).to_owned())),
        (ProductField::NetWeight, product.net_weight_g.map(|grams| format!("{grams} g"))),
        (ProductField::Unit, product.unit.clone()),
        (ProductField::Star, rating.as_ref().map(|rating| format!("{} sao", rating.star.get()))),
        (ProductField::CertificateNumber, rating.as_ref().map(|rating| rating.certificate_number.clone())),
        (
            ProductField::CertificateUntil,
            rating.map(|rating| last_day(rating.valid_until).format("%d/%m/%Y").to_string()),
        ),
    ];
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Bool(yes) => if yes { "có" } else { "không" }.to_owned(),
        other => other.to_string(),
    };
    let attributes: BTreeMap<String, String> =
        product.attributes()?.0.into_iter().map(|(name, value)| (name, text(value))).collect();
    let fields = all.into_iter().filter_map(|(field, value)| Some((field, value?)));
    Ok(Facts { fields: fields.collect(), attributes })
}
