//! Rows of products that stand in a shop without a listing, and how far the walk through a shop has come.

use diesel::prelude::*;

use crate::db::page::{Page, Want};
use crate::db::schema::{jobs, listings, shop_orphans, shop_walks, shops};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{ListingId, OrphanId, ProductId, ShopId};
use crate::instant::Instant;
use crate::jobs::Status as JobStatus;
use crate::listing::state::{ReportedState, ShopStatus};

/// A product that no listing is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shop_orphans, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in crate::listing) struct Orphan {
    pub id: OrphanId,
    pub shop_id: ShopId,
    pub external_id: String,
    pub sku: String,
    pub title: String,
    pub state: ReportedState,
    pub price_vnd: Option<i64>,
    pub stock: Option<i64>,
    pub changed_at: Option<Instant>,
    pub first_seen: Instant,
    pub last_seen: Instant,
    pub ignored: bool,
}

/// A walk through a shop's products.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shop_walks, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in crate::listing) struct Walk {
    pub shop_id: ShopId,
    pub begun_at: Instant,
    pub next_page: Option<String>,
    pub pages: i32,
    pub products: i32,
    pub unread: i32,
    pub ended_at: Option<Instant>,
}

/// Shops that are begun in one round.
const AT_ONCE: i64 = 100;

/// Connected shops on these platforms whose last walk did not end after `before`, and which have no job of this kind that
/// waits or runs.
pub(in crate::listing) fn unwalked(
    conn: &mut Conn,
    platforms: &[String],
    kind: &str,
    before: Instant,
) -> Result<Vec<ShopId>> {
    let busy = jobs::table
        .filter(jobs::lane.eq(shops::id))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::status.eq_any([JobStatus::Queued, JobStatus::Leased]))
        .select(jobs::id);
    let walked = shop_walks::table
        .filter(shop_walks::shop_id.eq(shops::id))
        .filter(shop_walks::ended_at.gt(before))
        .select(shop_walks::shop_id);
    Ok(shops::table
        .filter(shops::status.eq(ShopStatus::Connected))
        .filter(shops::platform.eq_any(platforms))
        .filter(shops::assisted.eq(false))
        .filter(diesel::dsl::not(diesel::dsl::exists(busy)))
        .filter(diesel::dsl::not(diesel::dsl::exists(walked)))
        .order(shops::id.asc())
        .limit(AT_ONCE)
        .select(shops::id)
        .load(conn)?)
}

pub(in crate::listing) fn walk(conn: &mut Conn, shop: ShopId) -> Result<Option<Walk>> {
    Ok(shop_walks::table.find(shop).select(Walk::as_select()).first(conn).optional()?)
}

pub(in crate::listing) fn save_walk(tx: &mut Tx<'_>, walk: &Walk) -> Result<()> {
    let row = shop_walks::table.filter(shop_walks::shop_id.eq(walk.shop_id));
    if diesel::update(row).set(walk).execute(tx.conn())? == 0 {
        diesel::insert_into(shop_walks::table).values(walk).execute(tx.conn())?;
    }
    Ok(())
}

/// A listing as far as it tells which product of the platform it means.
pub(in crate::listing) type Meant = (Option<String>, String);

/// What the listings of a shop mean that have one of these ids or SKUs.
pub(in crate::listing) fn meant(
    conn: &mut Conn,
    shop: ShopId,
    ids: &[String],
    skus: &[String],
) -> Result<Vec<Meant>> {
    Ok(listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::external_id.eq_any(ids).or(listings::sku.eq_any(skus)))
        .select((listings::external_id, listings::sku))
        .load(conn)?)
}

/// The orphans that a shop's platform calls by these ids.
pub(in crate::listing) fn orphans_as(conn: &mut Conn, shop: ShopId, ids: &[String]) -> Result<Vec<Orphan>> {
    Ok(shop_orphans::table
        .filter(shop_orphans::shop_id.eq(shop))
        .filter(shop_orphans::external_id.eq_any(ids))
        .select(Orphan::as_select())
        .load(conn)?)
}

pub(in crate::listing) fn insert_orphan(tx: &mut Tx<'_>, orphan: &Orphan) -> Result<()> {
    diesel::insert_into(shop_orphans::table).values(orphan).execute(tx.conn())?;
    Ok(())
}

pub(in crate::listing) fn save_orphan(tx: &mut Tx<'_>, orphan: &Orphan) -> Result<()> {
    let row = shop_orphans::table.filter(shop_orphans::id.eq(orphan.id));
    diesel::update(row).set(orphan).execute(tx.conn())?;
    Ok(())
}

/// Forgets those of a shop with these ids of the platform.
pub(in crate::listing) fn forget_orphans(tx: &mut Tx<'_>, shop: ShopId, ids: &[String]) -> Result<()> {
    let rows = shop_orphans::table
        .filter(shop_orphans::shop_id.eq(shop))
        .filter(shop_orphans::external_id.eq_any(ids));
    diesel::delete(rows).execute(tx.conn())?;
    Ok(())
}

/// Forgets those of a shop that were seen last before.
pub(in crate::listing) fn forget_vanished(tx: &mut Tx<'_>, shop: ShopId, before: Instant) -> Result<()> {
    let rows =
        shop_orphans::table.filter(shop_orphans::shop_id.eq(shop)).filter(shop_orphans::last_seen.lt(before));
    diesel::delete(rows).execute(tx.conn())?;
    Ok(())
}

/// A page of a shop's orphans, oldest first; those that a listing was bound to since the last walk are none any more.
pub(in crate::listing) fn orphans(
    conn: &mut Conn,
    shop: ShopId,
    ignored: bool,
    want: &Want<OrphanId>,
) -> Result<Page<Orphan>> {
    let bound = listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::external_id.eq(shop_orphans::external_id.nullable()))
        .select(listings::id);
    let mut query = shop_orphans::table
        .filter(shop_orphans::shop_id.eq(shop))
        .filter(shop_orphans::ignored.eq(ignored))
        .filter(diesel::dsl::not(diesel::dsl::exists(bound)))
        .select(Orphan::as_select())
        .into_boxed();
    if let Some(after) = want.after {
        query = query.filter(shop_orphans::id.gt(after));
    }
    let rows = query.order(shop_orphans::id.asc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// Which of these products the shop offers already.
pub(in crate::listing) fn offered_in(
    conn: &mut Conn,
    shop: ShopId,
    products: &[ProductId],
) -> Result<Vec<ProductId>> {
    Ok(listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::product_id.eq_any(products))
        .select(listings::product_id)
        .load(conn)?)
}

/// One of a shop's orphans, as long as it is one.
pub(in crate::listing) fn orphan(conn: &mut Conn, shop: ShopId, id: OrphanId) -> Result<Option<Orphan>> {
    let row = shop_orphans::table.find(id).filter(shop_orphans::shop_id.eq(shop));
    let row: Option<Orphan> = row.select(Orphan::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let bound: Option<ListingId> = listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::external_id.eq(&row.external_id))
        .select(listings::id)
        .first(conn)
        .optional()?;
    Ok(if bound.is_some() { None } else { Some(row) })
}
