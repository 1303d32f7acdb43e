//! Rows of how a shop's files of orders are read.

use diesel::prelude::*;

use crate::db::schema::order_mappings;
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::ShopId;
use crate::instant::Instant;

/// How a shop's file of orders is read and its version, where somebody said so.
pub(in crate::sales) fn mapping(conn: &mut Conn, shop: ShopId) -> Result<Option<(Json, i32)>> {
    Ok(order_mappings::table
        .find(shop)
        .select((order_mappings::mapping, order_mappings::version))
        .first(conn)
        .optional()?)
}

pub(in crate::sales) fn save_mapping(
    tx: &mut Tx<'_>,
    shop: ShopId,
    mapping: &Json,
    version: i32,
    now: Instant,
) -> Result<()> {
    let values = (
        order_mappings::mapping.eq(mapping),
        order_mappings::version.eq(version),
        order_mappings::updated_at.eq(now),
    );
    let row = order_mappings::table.filter(order_mappings::shop_id.eq(shop));
    if diesel::update(row).set(values).execute(tx.conn())? == 0 {
        diesel::insert_into(order_mappings::table)
            .values((order_mappings::shop_id.eq(shop), values.0, values.1, values.2))
            .execute(tx.conn())?;
    }
    Ok(())
}
