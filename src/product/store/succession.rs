//! Rows of which product took the place of which.

use diesel::prelude::*;

use crate::db::schema::{product_successors, products};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::ids::ProductId;
use crate::instant::Instant;

use super::super::state::{Status, SuccessionReason};
use super::Owner;

/// The most predecessors that are shown.
const SHOWN: i64 = 100;

/// A product before or after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// Which it is, and whose.
    pub owner: Owner,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub status: Status,
    /// Why the one took the other's place.
    pub reason: SuccessionReason,
    /// When that was recorded.
    pub named_at: Instant,
}

type Row = (Owner, String, Status, SuccessionReason, Instant);

fn relative((owner, name, status, reason, named_at): Row) -> Relative {
    Relative { owner, name, status, reason, named_at }
}

/// Keeps others from naming successors until the end of the transaction, so that no circle is made.
pub(in crate::product) fn lock_successors(tx: &mut Tx<'_>) -> Result<()> {
    Ok(dialect::lock(tx.conn(), "product_successors")?)
}

pub(in crate::product) fn successor_id(conn: &mut Conn, id: ProductId) -> Result<Option<ProductId>> {
    let row = product_successors::table.find(id).select(product_successors::successor_id);
    Ok(row.first(conn).optional()?)
}

pub(in crate::product) fn successor(conn: &mut Conn, id: ProductId) -> Result<Option<Relative>> {
    let row: Option<Row> = product_successors::table
        .inner_join(products::table.on(products::id.eq(product_successors::successor_id)))
        .filter(product_successors::product_id.eq(id))
        .select((
            Owner::as_select(),
            products::name,
            products::status,
            product_successors::reason,
            product_successors::named_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(relative))
}

/// The products whose place one took, the first recorded first.
pub(in crate::product) fn predecessors(conn: &mut Conn, id: ProductId) -> Result<Vec<Relative>> {
    let rows: Vec<Row> = product_successors::table
        .inner_join(products::table.on(products::id.eq(product_successors::product_id)))
        .filter(product_successors::successor_id.eq(id))
        .order((product_successors::named_at.asc(), product_successors::product_id.asc()))
        .limit(SHOWN)
        .select((
            Owner::as_select(),
            products::name,
            products::status,
            product_successors::reason,
            product_successors::named_at,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(relative).collect())
}

/// Writes who takes a product's place, instead of whoever was named before.
pub(in crate::product) fn put_successor(
    tx: &mut Tx<'_>,
    id: ProductId,
    successor: ProductId,
    reason: SuccessionReason,
    now: Instant,
) -> Result<()> {
    remove_successor(tx, id)?;
    diesel::insert_into(product_successors::table)
        .values((
            product_successors::product_id.eq(id),
            product_successors::successor_id.eq(successor),
            product_successors::reason.eq(reason),
            product_successors::named_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets who takes a product's place; whether somebody was named.
pub(in crate::product) fn remove_successor(tx: &mut Tx<'_>, id: ProductId) -> Result<bool> {
    let row = product_successors::table.find(id);
    Ok(diesel::delete(row).execute(tx.conn())? > 0)
}
