//! Rows of what platforms told us by themselves.

use diesel::prelude::*;

use crate::db::schema::{hook_deliveries, listings};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{ListingId, ShopId};
use crate::instant::Instant;

/// Keeps a delivery's name; `false` where it is known already.
pub(in crate::listing) fn new_delivery(
    tx: &mut Tx<'_>,
    shop: ShopId,
    delivery: &str,
    now: Instant,
) -> Result<bool> {
    crate::db::dialect::lock(tx.conn(), shop.as_str())?;
    let known: Option<ShopId> = hook_deliveries::table
        .find((shop, delivery))
        .select(hook_deliveries::shop_id)
        .first(tx.conn())
        .optional()?;
    if known.is_some() {
        return Ok(false);
    }
    let row = (
        hook_deliveries::shop_id.eq(shop),
        hook_deliveries::delivery.eq(delivery),
        hook_deliveries::received_at.eq(now),
    );
    diesel::insert_into(hook_deliveries::table).values(row).execute(tx.conn())?;
    Ok(true)
}

/// Forgets deliveries of before: platforms repeat for some days at most.
pub(in crate::listing) fn forget_hooks(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    let old = hook_deliveries::table.filter(hook_deliveries::received_at.lt(before));
    Ok(diesel::delete(old).execute(tx.conn())?)
}

/// The listings of a shop that the platform calls by these ids.
pub(in crate::listing) fn known_as(conn: &mut Conn, shop: ShopId, ids: &[String]) -> Result<Vec<ListingId>> {
    Ok(listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::external_id.eq_any(ids))
        .select(listings::id)
        .load(conn)?)
}

/// Lets the next push ask how things are, whatever was said last.
pub(in crate::listing) fn look_again(tx: &mut Tx<'_>, id: ListingId) -> Result<()> {
    diesel::update(listings::table.filter(listings::id.eq(id)))
        .set(listings::checked_at.eq(None::<Instant>))
        .execute(tx.conn())?;
    Ok(())
}
