//! Rows of the categories and attributes of platforms. `scope` is empty where all shops share one tree, otherwise the
//! shop's id.

use diesel::prelude::*;

use crate::db::page::{Page, Want};
use crate::db::schema::{category_trees, platform_attributes, platform_categories, shops};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::listing::state::ShopStatus;
use crate::listing::state::tree::Planted;
use crate::platform::state::Attribute;
use crate::text;

/// When a tree was read and is to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = category_trees, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in crate::listing) struct Tree {
    pub platform: String,
    pub scope: String,
    pub started_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    pub due_at: Instant,
    pub issue: Option<Json>,
}

/// A category of a platform.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_categories, treat_none_as_default_value = false)]
pub(in crate::listing) struct Category {
    pub platform: String,
    pub scope: String,
    pub id: String,
    pub name: String,
    pub sort_key: String,
    pub search: String,
    pub parent: String,
    pub path: String,
    pub leaf: bool,
    pub expanded: bool,
    pub attributes_at: Option<Instant>,
    pub fetched_at: Instant,
}

/// Which categories are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::listing) struct CategoryWant {
    pub words: Vec<String>,
    pub parent: Option<String>,
    pub leaf: Option<bool>,
}

pub(in crate::listing) fn tree(conn: &mut Conn, platform: &str, scope: &str) -> Result<Option<Tree>> {
    Ok(category_trees::table.find((platform, scope)).select(Tree::as_select()).first(conn).optional()?)
}

/// Which trees of these platforms were read, by platform and scope.
pub(in crate::listing) fn read_trees(conn: &mut Conn, platforms: &[String]) -> Result<Vec<(String, String)>> {
    Ok(category_trees::table
        .filter(category_trees::platform.eq_any(platforms))
        .filter(category_trees::finished_at.is_not_null())
        .select((category_trees::platform, category_trees::scope))
        .load(conn)?)
}

pub(in crate::listing) fn save_tree(tx: &mut Tx<'_>, tree: &Tree) -> Result<()> {
    let row = category_trees::table
        .filter(category_trees::platform.eq(&tree.platform))
        .filter(category_trees::scope.eq(&tree.scope));
    if diesel::update(row).set(tree).execute(tx.conn())? == 0 {
        diesel::insert_into(category_trees::table).values(tree).execute(tx.conn())?;
    }
    Ok(())
}

/// Categories by name.
pub(in crate::listing) fn categories(
    conn: &mut Conn,
    platform: &str,
    scope: &str,
    wanted: &CategoryWant,
    want: &Want<(String, String)>,
) -> Result<Page<Category>> {
    let mut query = platform_categories::table
        .filter(platform_categories::platform.eq(platform.to_owned()))
        .filter(platform_categories::scope.eq(scope.to_owned()))
        .select(Category::as_select())
        .into_boxed();
    for word in &wanted.words {
        // Folded words are letters and digits: nothing in them means more to LIKE.
        query = query.filter(platform_categories::search.like(format!("%{word}%")));
    }
    if let Some(parent) = &wanted.parent {
        query = query.filter(platform_categories::parent.eq(parent.clone()));
    }
    if let Some(leaf) = wanted.leaf {
        query = query.filter(platform_categories::leaf.eq(leaf));
    }
    if let Some((key, id)) = &want.after {
        query =
            query.filter(platform_categories::sort_key.gt(key.clone()).or(
                platform_categories::sort_key.eq(key.clone()).and(platform_categories::id.gt(id.clone())),
            ));
    }
    let rows = query
        .order((platform_categories::sort_key.asc(), platform_categories::id.asc()))
        .limit(want.fetch())
        .load(conn)?;
    Ok(Page::cut(rows, want, |row: &Category| (row.sort_key.clone(), row.id.clone())))
}

pub(in crate::listing) fn category(
    conn: &mut Conn,
    platform: &str,
    scope: &str,
    id: &str,
) -> Result<Option<Category>> {
    let row = platform_categories::table.find((platform, scope, id)).select(Category::as_select());
    Ok(row.first(conn).optional()?)
}

/// The categories of these ids on these platforms, in whichever scope.
pub(in crate::listing) fn categories_of(
    conn: &mut Conn,
    platforms: &[String],
    ids: &[String],
) -> Result<Vec<Category>> {
    Ok(platform_categories::table
        .filter(platform_categories::platform.eq_any(platforms))
        .filter(platform_categories::id.eq_any(ids))
        .select(Category::as_select())
        .load(conn)?)
}

/// Whether a run has read anything yet.
pub(in crate::listing) fn any_of_run(
    conn: &mut Conn,
    platform: &str,
    scope: &str,
    run: Instant,
) -> Result<bool> {
    let row: Option<String> = platform_categories::table
        .filter(platform_categories::platform.eq(platform))
        .filter(platform_categories::scope.eq(scope))
        .filter(platform_categories::fetched_at.eq(run))
        .select(platform_categories::id)
        .first(conn)
        .optional()?;
    Ok(row.is_some())
}

/// The next category of a run whose children are not read yet: its id and path.
pub(in crate::listing) fn to_expand(
    conn: &mut Conn,
    platform: &str,
    scope: &str,
    run: Instant,
) -> Result<Option<(String, String)>> {
    Ok(platform_categories::table
        .filter(platform_categories::platform.eq(platform))
        .filter(platform_categories::scope.eq(scope))
        .filter(platform_categories::fetched_at.eq(run))
        .filter(platform_categories::expanded.eq(false))
        .select((platform_categories::id, platform_categories::path))
        .first(conn)
        .optional()?)
}

/// Writes a category of a run; one that the run has read already stays as it is.
pub(in crate::listing) fn plant(
    tx: &mut Tx<'_>,
    (platform, scope): (&str, &str),
    planted: Planted,
    run: Instant,
) -> Result<()> {
    let Planted { id, name, parent, path, leaf, expanded } = planted;
    let there = category(tx.conn(), platform, scope, &id)?;
    if there.as_ref().is_some_and(|row| row.fetched_at == run) {
        return Ok(());
    }
    let row = Category {
        platform: platform.to_owned(),
        scope: scope.to_owned(),
        sort_key: text::sort_key(&name),
        search: text::fold(&name),
        attributes_at: there.as_ref().and_then(|row| row.attributes_at),
        fetched_at: run,
        id,
        name,
        parent,
        path,
        leaf,
        expanded,
    };
    if there.is_some() {
        let old = platform_categories::table
            .filter(platform_categories::platform.eq(platform))
            .filter(platform_categories::scope.eq(scope))
            .filter(platform_categories::id.eq(&row.id));
        diesel::delete(old).execute(tx.conn())?;
    }
    diesel::insert_into(platform_categories::table).values(&row).execute(tx.conn())?;
    Ok(())
}

pub(in crate::listing) fn set_expanded(
    tx: &mut Tx<'_>,
    (platform, scope): (&str, &str),
    id: &str,
) -> Result<()> {
    let row = platform_categories::table
        .filter(platform_categories::platform.eq(platform))
        .filter(platform_categories::scope.eq(scope))
        .filter(platform_categories::id.eq(id));
    diesel::update(row).set(platform_categories::expanded.eq(true)).execute(tx.conn())?;
    Ok(())
}

/// Forgets what a finished run has not seen any more.
pub(in crate::listing) fn forget_unseen(
    tx: &mut Tx<'_>,
    (platform, scope): (&str, &str),
    run: Instant,
) -> Result<()> {
    let gone = platform_categories::table
        .filter(platform_categories::platform.eq(platform))
        .filter(platform_categories::scope.eq(scope))
        .filter(platform_categories::fetched_at.ne(run));
    diesel::delete(gone).execute(tx.conn())?;
    Ok(())
}

/// An attribute of a category.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_attributes)]
pub(in crate::listing) struct AttributeRow {
    pub platform: String,
    pub category: String,
    pub id: String,
    pub place: i32,
    pub name: String,
    pub required: bool,
    pub choices: Json,
}

impl AttributeRow {
    /// The attribute in no database's words.
    pub(in crate::listing) fn attribute(self) -> Result<Attribute> {
        let Self { platform: _, category: _, id, place: _, name, required, choices } = self;
        Ok(Attribute { id, name, required, values: choices.get()? })
    }
}

/// The attributes of these categories on these platforms, in their order.
pub(in crate::listing) fn attributes_of(
    conn: &mut Conn,
    platforms: &[String],
    categories: &[String],
) -> Result<Vec<AttributeRow>> {
    Ok(platform_attributes::table
        .filter(platform_attributes::platform.eq_any(platforms))
        .filter(platform_attributes::category.eq_any(categories))
        .order((
            platform_attributes::platform.asc(),
            platform_attributes::category.asc(),
            platform_attributes::place.asc(),
        ))
        .select(AttributeRow::as_select())
        .load(conn)?)
}

/// Writes the attributes of a category as they were read.
pub(in crate::listing) fn save_attributes(
    tx: &mut Tx<'_>,
    platform: &str,
    category: &str,
    attributes: &[Attribute],
    now: Instant,
) -> Result<()> {
    let old = platform_attributes::table
        .filter(platform_attributes::platform.eq(platform))
        .filter(platform_attributes::category.eq(category));
    diesel::delete(old).execute(tx.conn())?;
    for (place, attribute) in (0..).zip(attributes) {
        let row = AttributeRow {
            platform: platform.to_owned(),
            category: category.to_owned(),
            id: attribute.id.clone(),
            place,
            name: attribute.name.clone(),
            required: attribute.required,
            choices: Json::of(&attribute.values),
        };
        diesel::insert_into(platform_attributes::table).values(&row).execute(tx.conn())?;
    }
    let row = platform_categories::table
        .filter(platform_categories::platform.eq(platform))
        .filter(platform_categories::scope.eq(""))
        .filter(platform_categories::id.eq(category));
    diesel::update(row).set(platform_categories::attributes_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// A connected shop on a platform: through which its common tree can be read.
pub(in crate::listing) fn connected_shop(conn: &mut Conn, platform: &str) -> Result<Option<ShopId>> {
    Ok(shops::table
        .filter(shops::status.eq(ShopStatus::Connected))
        .filter(shops::platform.eq(platform))
        .filter(shops::assisted.eq(false))
        .order(shops::id.asc())
        .select(shops::id)
        .first(conn)
        .optional()?)
}

/// Shops of one round whose own trees are read again.
const DUE_AT_ONCE: i64 = 100;

/// Connected shops on these platforms whose own tree is to be read: platform and shop.
pub(in crate::listing) fn due_shops(
    conn: &mut Conn,
    platforms: &[String],
    now: Instant,
) -> Result<Vec<(String, ShopId)>> {
    let fresh = category_trees::table
        .filter(category_trees::platform.eq(shops::platform))
        .filter(category_trees::scope.eq(shops::id))
        .filter(category_trees::due_at.gt(now))
        .select(category_trees::scope);
    Ok(shops::table
        .filter(shops::status.eq(ShopStatus::Connected))
        .filter(shops::assisted.eq(false))
        .filter(shops::platform.eq_any(platforms))
        .filter(diesel::dsl::not(diesel::dsl::exists(fresh)))
        .order(shops::id.asc())
        .limit(DUE_AT_ONCE)
        .select((shops::platform, shops::id))
        .load(conn)?)
}
