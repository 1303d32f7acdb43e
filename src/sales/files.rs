//! Orders of a shop that is served by hand, from the file that its platform's console gave to a person: through the
//! same door as orders that are pulled, so that the same file twice counts nothing twice.

use std::collections::BTreeSet;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result, Text};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::listing::{self, shop};
use crate::platform::state::RemoteOrder;

use super::orders::{Taken, take};
use super::sheet;
use super::state::file::{self, Remark, Row};
use super::state::mapping::Mapping;
use super::store;

/// Orders that are stored at once.
const CHUNK: usize = 500;
/// Most remarks of one answer.
const REMARKS_MAX: usize = 200;

/// How a shop's file of orders is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderMapping {
    /// How.
    pub mapping: Mapping,
    /// 0 for what is proposed; raised by each change.
    pub version: i32,
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows with something in them.
    pub rows: usize,
    /// Orders in it.
    pub orders: usize,
    /// Orders that are new or have changed.
    pub changed: usize,
    /// Orders that were known as they are.
    pub unchanged: usize,
    /// Orders left out for a fault.
    pub refused: usize,
    /// What is to be told, the first of them.
    pub remarks: Vec<Remark>,
    /// How many there are.
    pub told: usize,
}

fn by_hand(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<shop::Shop> {
    let shop = shop::get(conn, reach, id)?;
    if shop.status == listing::ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    if shop.assisted { Ok(shop) } else { Err(Error::new(Code::ShopNotAssisted)) }
}

fn mapping_of(conn: &mut Conn, id: ShopId) -> Result<OrderMapping> {
    Ok(match store::mapping(conn, id)? {
        Some((mapping, version)) => OrderMapping { mapping: mapping.get()?, version },
        None => OrderMapping { mapping: Mapping::proposed(), version: 0 },
    })
}

/// How a shop's file of orders is read.
///
/// # Errors
/// `request.not_found`, `shop.closed`, `shop.not_assisted`.
pub fn mapping(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<OrderMapping> {
    by_hand(conn, reach, id)?;
    mapping_of(conn, id)
}

/// Says how a shop's file of orders is read.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `shop.closed`, `shop.not_assisted`.
pub fn set_mapping(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ShopId,
    version: i32,
    mapping: Mapping,
    now: Instant,
) -> Result<OrderMapping> {
    crate::db::dialect::lock(tx.conn(), id.as_str())?;
    by_hand(tx.conn(), &actor.reach, id)?;
    let before = mapping_of(tx.conn(), id)?;
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let errors = mapping.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let after = OrderMapping { mapping, version: version + 1 };
    store::save_mapping(tx, id, &Json::of(&after.mapping), after.version, now)?;
    let (old, new) = (&before.mapping, &after.mapping);
    audit::record(tx, actor, "shop.order_mapping", id.as_str(), Some(old), Some(new), now);
    Ok(after)
}

/// The rows of a file.
///
/// # Errors
/// `request.invalid` with what is wrong with the file.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>> {
    sheet::read(bytes).map_err(unreadable)
}

fn unreadable(Text { vi, en }: Text) -> Error {
    Error::invalid(vec![FieldError::new("", "file.unreadable", vi, en)])
}

/// Takes the orders of a file over. Nothing of it is kept but the orders' numbers, lines, amounts and states.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `shop.closed`, `shop.not_assisted`.
pub fn import(tx: &mut Tx<'_>, actor: &Actor, id: ShopId, rows: &[Row], now: Instant) -> Result<Report> {
    let shop = by_hand(tx.conn(), &actor.reach, id)?;
    let mapping = mapping_of(tx.conn(), id)?.mapping;
    let file::Read { rows, orders, refused, mut remarks } =
        file::orders(&mapping, rows, now.date()).map_err(unreadable)?;
    remarks.extend(not_ours(tx.conn(), id, &mapping, &orders)?);
    remarks.sort_by_key(|remark| remark.line);
    let mut report =
        Report { rows, orders: orders.len() + refused, refused, told: remarks.len(), ..Report::default() };
    remarks.truncate(REMARKS_MAX);
    report.remarks = remarks;
    let orders: Vec<RemoteOrder> = orders.into_iter().map(|(_, order)| order).collect();
    for chunk in orders.chunks(CHUNK) {
        let Taken { changed, unchanged } = take(tx, id, &shop.platform, chunk, now)?;
        report.changed += changed;
        report.unchanged += unchanged;
    }
    if report.changed > 0 {
        let counts = serde_json::json!({
            "rows": report.rows, "orders": report.orders, "changed": report.changed, "refused": report.refused,
        });
        audit::record(tx, actor, "shop.import_orders", id.as_str(), None::<&()>, Some(&counts), now);
    }
    Ok(report)
}

/// SKUs that the shop does not offer: their lines are kept and count for nothing, until they are listed and the file is
/// imported once more.
fn not_ours(
    conn: &mut Conn,
    id: ShopId,
    mapping: &Mapping,
    orders: &[(u64, RemoteOrder)],
) -> Result<Vec<Remark>> {
    let lines =
        || orders.iter().flat_map(|(line, order)| order.lines.iter().map(move |sold| (*line, &sold.sku)));
    let skus: BTreeSet<&String> = lines().map(|(_, sku)| sku).collect();
    let mut known = BTreeSet::new();
    let skus: Vec<String> = skus.into_iter().cloned().collect();
    for chunk in skus.chunks(CHUNK) {
        known.extend(listing::sold_as(conn, id, chunk)?.into_iter().map(|sold| sold.sku));
    }
    let mut told = BTreeSet::new();
    Ok(lines()
        .filter(|(_, sku)| !known.contains(*sku) && told.insert(*sku))
        .map(|(line, _)| Remark {
            line,
            column: mapping.columns.sku.clone(),
            code: "sku.not_listed",
            reason: Text::new(
                "Đơn hàng có mã SKU mà gian hàng không niêm yết: dòng đó chưa tính vào doanh số.",
                "The order has an SKU that the shop does not list: that line counts for nothing yet.",
            ),
            refused: false,
        })
        .collect())
}
