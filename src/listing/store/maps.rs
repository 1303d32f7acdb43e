//! Rows of the maps of categories and attributes. The map of categories stands under the empty category.

use diesel::prelude::*;

use crate::db::schema::{listings, platform_maps};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::ListingId;
use crate::instant::Instant;

use super::Listing;

/// One version of a map.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_maps)]
pub(in crate::listing) struct MapRow {
    pub platform: String,
    pub category: String,
    pub version: i32,
    pub newest: bool,
    pub map: Json,
    pub changed_by: String,
    pub changed_at: Instant,
}

/// A version of a map; the newest where none is named.
pub(in crate::listing) fn map(
    conn: &mut Conn,
    platform: &str,
    category: &str,
    version: Option<i32>,
) -> Result<Option<MapRow>> {
    let query = platform_maps::table
        .filter(platform_maps::platform.eq(platform.to_owned()))
        .filter(platform_maps::category.eq(category.to_owned()))
        .select(MapRow::as_select())
        .into_boxed();
    let query = match version {
        Some(version) => query.filter(platform_maps::version.eq(version)),
        None => query.filter(platform_maps::newest.eq(true)),
    };
    Ok(query.first(conn).optional()?)
}

/// The newest maps of these platforms for these categories.
pub(in crate::listing) fn newest_maps(
    conn: &mut Conn,
    platforms: &[String],
    categories: &[String],
) -> Result<Vec<MapRow>> {
    Ok(platform_maps::table
        .filter(platform_maps::platform.eq_any(platforms))
        .filter(platform_maps::newest.eq(true))
        .filter(platform_maps::category.eq_any(categories))
        .select(MapRow::as_select())
        .load(conn)?)
}

/// The categories of a platform that have attribute maps.
pub(in crate::listing) fn mapped_categories(conn: &mut Conn, platform: &str) -> Result<Vec<String>> {
    Ok(platform_maps::table
        .filter(platform_maps::platform.eq(platform))
        .filter(platform_maps::newest.eq(true))
        .filter(platform_maps::category.ne(""))
        .select(platform_maps::category)
        .load(conn)?)
}

/// Writes a new version; those before are kept.
pub(in crate::listing) fn insert_map(tx: &mut Tx<'_>, row: &MapRow) -> Result<()> {
    let before = platform_maps::table
        .filter(platform_maps::platform.eq(&row.platform))
        .filter(platform_maps::category.eq(&row.category))
        .filter(platform_maps::newest.eq(true));
    diesel::update(before).set(platform_maps::newest.eq(false)).execute(tx.conn())?;
    diesel::insert_into(platform_maps::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Listings on a platform after one of them, in their order.
pub(in crate::listing) fn on_platform(
    conn: &mut Conn,
    platform: &str,
    after: Option<ListingId>,
    limit: i64,
) -> Result<Vec<Listing>> {
    let mut query = listings::table
        .filter(listings::platform.eq(platform.to_owned()))
        .select(Listing::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(listings::id.gt(after));
    }
    Ok(query.order(listings::id.asc()).limit(limit).load(conn)?)
}
