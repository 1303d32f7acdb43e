//! The categories and attributes of platforms as they were read last, and having them read: by jobs ([`super::fetch`]),
//! weekly.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Reach, Role};
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::listing::state::ShopStatus;
use crate::listing::store::{self, CategoryWant};
use crate::listing::{own, shop};
use crate::platform::state::{Attribute, Capability, Descriptor, Issue};
use crate::text;

use super::fetch::next_category;
use super::{has_tree, own_trees, scope};

/// The kind of the job that reads a category tree.
pub const CATEGORIES: &str = "platform.categories";
/// The kind of the job that reads the attributes of categories.
pub const ATTRIBUTES: &str = "platform.attributes";

/// When a reading that was begun and did not come back is begun anew.
pub(super) const AFTER_BEGIN: Duration = Duration::hours(1);

/// When a category tree was read and is to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// When the last reading began.
    pub started_at: Option<Instant>,
    /// When the last reading that came to its end did.
    pub finished_at: Option<Instant>,
    /// When it is read again by itself.
    pub due_at: Option<Instant>,
    /// Why it could not be read.
    pub issue: Option<Issue>,
}

/// Which categories are wanted.
#[derive(Clone, Debug, Default)]
pub struct CategoryFilter {
    /// Of this shop, where each has its own.
    pub shop_id: Option<ShopId>,
    /// Words of the name, with or without accents.
    pub q: Option<String>,
    /// Below this category; empty for the root.
    pub parent: Option<String>,
    /// Whether products may be put there.
    pub leaf: Option<bool>,
}

/// A category of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformCategory {
    /// The platform's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The names from the root to it.
    pub path: String,
    /// The category above; `None` at the root.
    pub parent: Option<String>,
    /// Whether products may be put here.
    pub leaf: bool,
    /// When its attributes were read.
    pub attributes_at: Option<Instant>,
    /// When it was read.
    pub fetched_at: Instant,
}

fn known_platform(key: &str) -> Result<&'static Descriptor> {
    crate::platform::descriptor(key).ok_or_else(|| Error::new(Code::NotFound))
}

/// A shop within reach that is named must be one of the platform.
pub(super) fn check_shop(
    conn: &mut Conn,
    reach: &Reach,
    platform: &Descriptor,
    id: Option<ShopId>,
) -> Result<Option<store::Shop>> {
    let Some(id) = id else { return Ok(None) };
    let row = shop::row(conn, reach, id)?;
    if row.platform == platform.key {
        return Ok(Some(row));
    }
    Err(Error::invalid(vec![FieldError::new(
        "/shop_id",
        "shop_id.other_platform",
        "Gian hàng này thuộc sàn khác.",
        "This shop is on another platform.",
    )]))
}

/// Where the categories that somebody asks for are.
fn scope_of(conn: &mut Conn, reach: &Reach, platform: &Descriptor, shop: Option<ShopId>) -> Result<String> {
    check_shop(conn, reach, platform, shop)?;
    if own_trees(platform) && shop.is_none() {
        return Err(Error::new(Code::PlatformOwnCategories));
    }
    Ok(scope(platform.key, shop))
}

/// The categories of a platform as they were read last, by name.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `platform.own_categories`.
pub fn categories(
    conn: &mut Conn,
    reach: &Reach,
    key: &str,
    filter: &CategoryFilter,
    want: &Want<(String, String)>,
) -> Result<Page<PlatformCategory>> {
    let platform = known_platform(key)?;
    let scope = scope_of(conn, reach, platform, filter.shop_id)?;
    let wanted = CategoryWant {
        words: filter.q.as_deref().map(text::terms).unwrap_or_default(),
        parent: filter.parent.clone(),
        leaf: filter.leaf,
    };
    Ok(store::categories(conn, key, &scope, &wanted, want)?.map(|row| PlatformCategory {
        parent: Some(row.parent).filter(|parent| !parent.is_empty()),
        id: row.id,
        name: row.name,
        path: row.path,
        leaf: row.leaf,
        attributes_at: row.attributes_at,
        fetched_at: row.fetched_at,
    }))
}

pub(super) fn known_attributes(conn: &mut Conn, key: &str, category: &str) -> Result<Vec<Attribute>> {
    let rows = store::attributes_of(conn, &[key.to_owned()], &[category.to_owned()])?;
    rows.into_iter().map(store::AttributeRow::attribute).collect()
}

/// The attributes of a category as they were read last, and when that was.
///
/// # Errors
/// `request.not_found`.
pub fn attributes(conn: &mut Conn, key: &str, category: &str) -> Result<(Vec<Attribute>, Option<Instant>)> {
    let row = store::category(conn, key, "", category)?.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok((known_attributes(conn, key, category)?, row.attributes_at))
}

/// When the categories of a platform were read.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `platform.own_categories`.
pub fn tree(conn: &mut Conn, reach: &Reach, key: &str, shop: Option<ShopId>) -> Result<Tree> {
    let platform = known_platform(key)?;
    let scope = scope_of(conn, reach, platform, shop)?;
    let Some(row) = store::tree(conn, key, &scope)? else {
        return Ok(Tree { started_at: None, finished_at: None, due_at: None, issue: None });
    };
    Ok(Tree {
        started_at: row.started_at,
        finished_at: row.finished_at,
        due_at: Some(row.due_at),
        issue: row.issue.map(|issue| issue.get()).transpose()?,
    })
}

#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) shop_id: ShopId,
    /// One category; otherwise all that the maps name.
    #[serde(default)]
    pub(super) category: Option<String>,
}

/// The shop through which somebody has a platform read.
fn reader(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (key, needs): (&str, Capability),
    id: ShopId,
) -> Result<store::Shop> {
    let platform = known_platform(key)?;
    if !platform.adapter || !platform.capabilities.contains(&needs) {
        return Err(Error::new(Code::PlatformNoCategories));
    }
    let row = check_shop(tx.conn(), &actor.reach, platform, Some(id))?;
    let row = row.ok_or_else(|| Error::new(Code::NotFound))?;
    if !actor.roles.iter().any(|role| matches!(role, Role::Admin | Role::CentralOfficer)) {
        own(actor, row.producer_id)?;
    }
    match row.status {
        ShopStatus::Connected if row.assisted => Err(Error::new(Code::ShopAssisted)),
        ShopStatus::Connected => Ok(row),
        ShopStatus::Closed => Err(Error::new(Code::ShopClosed)),
        _ => Err(Error::new(Code::ShopNotConnected)),
    }
}

/// Has the categories of a platform read again, through a connected shop.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `auth.forbidden`, `platform.no_categories`, `shop.closed`, `shop.assisted`,
/// `shop.not_connected`.
pub fn refresh_categories(
    tx: &mut Tx<'_>,
    actor: &Actor,
    key: &str,
    shop: ShopId,
    now: Instant,
) -> Result<Tree> {
    reader(tx, actor, (key, Capability::CategoryLookup), shop)?;
    begin_reading(tx, key, shop, now)?;
    tree(tx.conn(), &actor.reach, key, Some(shop))
}

/// Has the attributes of a category read again, through a connected shop.
///
/// # Errors
/// As [`refresh_categories`].
pub fn refresh_attributes(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (key, category): (&str, &str),
    shop: ShopId,
    now: Instant,
) -> Result<()> {
    reader(tx, actor, (key, Capability::AttributeLookup), shop)?;
    if store::category(tx.conn(), key, "", category)?.is_none() {
        return Err(Error::new(Code::NotFound));
    }
    let job = NewJob { kind: ATTRIBUTES, lane: shop.as_str(), run_at: now };
    jobs::enqueue(tx, &job, &Payload { shop_id: shop, category: Some(category.to_owned()) }, now)?;
    Ok(())
}

/// Queues the reading of the attributes that the maps need and that were not read yet, where a shop is connected.
pub(super) fn enqueue_mapped(tx: &mut Tx<'_>, key: &str, now: Instant) -> Result<()> {
    let can = crate::platform::descriptor(key)
        .is_some_and(|platform| platform.capabilities.contains(&Capability::AttributeLookup));
    if !can || next_category(tx.conn(), key, now)?.is_none() {
        return Ok(());
    }
    if let Some(shop) = store::connected_shop(tx.conn(), key)? {
        let job = NewJob { kind: ATTRIBUTES, lane: shop.as_str(), run_at: now };
        jobs::enqueue(tx, &job, &Payload { shop_id: shop, category: None }, now)?;
    }
    Ok(())
}

/// Queues a reading of a tree unless one is under way; it is not due again for a while.
fn begin_reading(tx: &mut Tx<'_>, key: &str, shop: ShopId, now: Instant) -> Result<()> {
    let scope = scope(key, Some(shop));
    let row = store::tree(tx.conn(), key, &scope)?.unwrap_or(store::Tree {
        platform: key.to_owned(),
        scope,
        started_at: None,
        finished_at: None,
        due_at: now,
        issue: None,
    });
    store::save_tree(tx, &store::Tree { due_at: now.plus(AFTER_BEGIN), ..row })?;
    let job = NewJob { kind: CATEGORIES, lane: shop.as_str(), run_at: now };
    jobs::ensure(tx, &job, &Payload { shop_id: shop, category: None }, now)?;
    Ok(())
}

/// Queues the reading of every tree that is due. Tells how many.
///
/// # Errors
/// Faults of the database.
pub fn keep_trees(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let readable = |p: &&Descriptor| p.adapter && has_tree(p);
    let (own, common): (Vec<&Descriptor>, Vec<&Descriptor>) =
        crate::platform::descriptors().iter().filter(readable).partition(|platform| own_trees(platform));
    let mut due = Vec::new();
    for platform in common {
        let fresh = store::tree(tx.conn(), platform.key, "")?.is_some_and(|tree| tree.due_at > now);
        if !fresh && let Some(shop) = store::connected_shop(tx.conn(), platform.key)? {
            due.push((platform.key.to_owned(), shop));
        }
    }
    let own: Vec<String> = own.into_iter().map(|platform| platform.key.to_owned()).collect();
    due.extend(store::due_shops(tx.conn(), &own, now)?);
    for (key, shop) in &due {
        begin_reading(tx, key, *shop, now)?;
    }
    Ok(due.len())
}
