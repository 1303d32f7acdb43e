//! The maps themselves: read, and changed by new versions.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::listing::state::mapping::{self, CategoryMap, Rule};
use crate::listing::store;
use crate::platform::state::{Attribute, Descriptor};

use super::{own_trees, trees, wake};

/// A map as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    /// The map.
    pub map: T,
    /// Raised by each change; 0 while there is none.
    pub version: i32,
    /// Who changed it: an account's id.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: Option<Instant>,
    /// The paths of the categories in it, where they are known.
    pub paths: HashMap<String, String>,
}

/// The platform, where it can have maps.
fn mappable(key: &str) -> Result<&'static Descriptor> {
    let platform = crate::platform::descriptor(key).ok_or_else(|| Error::new(Code::NotFound))?;
    if own_trees(platform) { Err(Error::new(Code::PlatformOwnCategories)) } else { Ok(platform) }
}

fn kept<T: DeserializeOwned + Default>(
    conn: &mut Conn,
    key: &str,
    category: &str,
    version: Option<i32>,
) -> Result<Kept<T>> {
    match store::map(conn, key, category, version)? {
        Some(row) => Ok(Kept {
            map: row.map.get()?,
            version: row.version,
            changed_by: Some(row.changed_by),
            changed_at: Some(row.changed_at),
            paths: HashMap::new(),
        }),
        None if version.is_some() => Err(Error::new(Code::NotFound)),
        None => Ok(Kept {
            map: T::default(),
            version: 0,
            changed_by: None,
            changed_at: None,
            paths: HashMap::new(),
        }),
    }
}

fn with_paths<T>(conn: &mut Conn, key: &str, ids: Vec<String>, found: Kept<T>) -> Result<Kept<T>> {
    let rows = store::categories_of(conn, &[key.to_owned()], &ids)?;
    Ok(Kept { paths: rows.into_iter().map(|row| (row.id, row.path)).collect(), ..found })
}

/// The leaf category of each criteria set on a platform; an earlier version where one is named.
///
/// # Errors
/// `request.not_found`, `platform.own_categories`.
pub fn category_map(conn: &mut Conn, key: &str, version: Option<i32>) -> Result<Kept<CategoryMap>> {
    mappable(key)?;
    let found: Kept<CategoryMap> = kept(conn, key, "", version)?;
    with_paths(conn, key, found.map.values().cloned().collect(), found)
}

/// How the attributes of a category are filled; an earlier version where one is named.
///
/// # Errors
/// `request.not_found`, `platform.own_categories`.
pub fn attribute_map(
    conn: &mut Conn,
    key: &str,
    category: &str,
    version: Option<i32>,
) -> Result<Kept<Vec<Rule>>> {
    mappable(key)?;
    let found = kept(conn, key, category, version)?;
    with_paths(conn, key, vec![category.to_owned()], found)
}

/// Writes the next version and wakes the listings.
fn write<T: Serialize + DeserializeOwned + Default + PartialEq>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (op, key, category): (&'static str, &str, &str),
    version: i32,
    map: &T,
    now: Instant,
) -> Result<()> {
    crate::db::dialect::lock(tx.conn(), "platform_maps")?;
    let before: Kept<T> = kept(tx.conn(), key, category, None)?;
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if before.map == *map {
        return Ok(());
    }
    let row = store::MapRow {
        platform: key.to_owned(),
        category: category.to_owned(),
        version: version + 1,
        newest: true,
        map: Json::of(map),
        changed_by: actor.name(),
        changed_at: now,
    };
    store::insert_map(tx, &row)?;
    let subject = if category.is_empty() { key.to_owned() } else { format!("{key}/{category}") };
    audit::record(tx, actor, op, &subject, Some(&before.map), Some(map), now);
    wake::enqueue(tx, key, None, None, now)
}

/// Changes which category each criteria set has on a platform, in full. Listings that follow the map are brought into
/// step in the background.
///
/// # Errors
/// `request.not_found`, `platform.own_categories`, `request.stale`, `request.invalid`.
pub fn set_category_map(
    tx: &mut Tx<'_>,
    actor: &Actor,
    key: &str,
    version: i32,
    pairs: &[(i32, String)],
    now: Instant,
) -> Result<Kept<CategoryMap>> {
    mappable(key)?;
    let ids: Vec<String> = pairs.iter().map(|(_, id)| id.clone()).collect();
    let platforms = [key.to_owned()];
    let rows = store::categories_of(tx.conn(), &platforms, &ids)?;
    let read = !store::read_trees(tx.conn(), &platforms)?.is_empty();
    let leaf = |id: &str| read.then(|| rows.iter().any(|row| row.id == id && row.leaf));
    let errors = mapping::category_errors(pairs, leaf);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let map: CategoryMap = pairs.iter().cloned().collect();
    write(tx, actor, ("platform.category_map", key, ""), version, &map, now)?;
    trees::enqueue_mapped(tx, key, now)?;
    category_map(tx.conn(), key, None)
}

/// Changes how the attributes of a category are filled, in full. Listings in that category are brought into step in the
/// background.
///
/// # Errors
/// `request.not_found`, `platform.own_categories`, `request.stale`, `request.invalid`.
pub fn set_attribute_map(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (key, category): (&str, &str),
    version: i32,
    rules: &Vec<Rule>,
    now: Instant,
) -> Result<Kept<Vec<Rule>>> {
    mappable(key)?;
    let known = store::category(tx.conn(), key, "", category)?;
    let read = !store::read_trees(tx.conn(), &[key.to_owned()])?.is_empty();
    if known.is_none() && read {
        return Err(Error::new(Code::NotFound));
    }
    let known: Option<Vec<Attribute>> = match known.and_then(|row| row.attributes_at) {
        Some(_) => Some(trees::known_attributes(tx.conn(), key, category)?),
        None => None,
    };
    let errors = mapping::rule_errors(rules, known.as_deref());
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    write(tx, actor, ("platform.attribute_map", key, category), version, rules, now)?;
    trees::enqueue_mapped(tx, key, now)?;
    attribute_map(tx.conn(), key, category, None)
}
