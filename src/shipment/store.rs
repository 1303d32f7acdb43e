//! Rows of shipments and their lines.

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{shipment_lines, shipments};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ProducerId, ProductId, ShipmentId, ShopId};
use crate::instant::Instant;
use crate::within;

use super::state::{ByHand, ShipmentStatus};

/// A shipment (*vận đơn*). `receiver` is sealed, and there only until the carrier has the parcel or never will.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shipments, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Shipment {
    pub id: ShipmentId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub shop_id: ShopId,
    pub platform: String,
    pub reference: String,
    pub status: ShipmentStatus,
    pub weight_g: i32,
    pub cod_vnd: i64,
    pub value_vnd: i64,
    pub fee_vnd: Option<i64>,
    pub receiver: Option<String>,
    pub attempted_at: Option<Instant>,
    pub carrier_number: Option<String>,
    pub carrier_handle: Option<String>,
    pub carrier_status: Option<String>,
    pub carrier_status_at: Option<Instant>,
    pub cancel_wanted: bool,
    pub issue: Option<Json>,
    pub look_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub by_hand: Option<ByHand>,
    pub by_hand_at: Option<Instant>,
}

/// What is in a parcel: one product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = shipment_lines)]
pub(super) struct Line {
    pub shipment_id: ShipmentId,
    pub line: i32,
    pub product_id: ProductId,
    pub quantity: i64,
    pub value_vnd: i64,
}

pub(super) fn find(conn: &mut Conn, reach: &Reach, id: ShipmentId) -> Result<Option<Shipment>> {
    let query = shipments::table.find(id).select(Shipment::as_select()).into_boxed();
    Ok(within!(query, shipments, reach).first(conn).optional()?)
}

/// A shipment, whoever asks: for jobs.
pub(super) fn any(conn: &mut Conn, id: ShipmentId) -> Result<Option<Shipment>> {
    Ok(shipments::table.find(id).select(Shipment::as_select()).first(conn).optional()?)
}

/// The shipment of a shop with this reference, whoever asks: for jobs.
pub(super) fn by_reference(conn: &mut Conn, shop: ShopId, reference: &str) -> Result<Option<Shipment>> {
    Ok(shipments::table
        .filter(shipments::reference.eq(reference).and(shipments::shop_id.eq(shop)))
        .select(Shipment::as_select())
        .first(conn)
        .optional()?)
}

/// Whether a shipment of a shop has this number of the carrier.
pub(super) fn has_number(conn: &mut Conn, shop: ShopId, number: &str) -> Result<bool> {
    let taken = shipments::table
        .filter(shipments::shop_id.eq(shop).and(shipments::carrier_number.eq(number)))
        .select(shipments::id)
        .first::<ShipmentId>(conn);
    Ok(taken.optional()?.is_some())
}

/// Shipments, the newest first.
pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &super::Filter,
    want: &Want<ShipmentId>,
) -> Result<Page<Shipment>> {
    let mut query = within!(shipments::table.select(Shipment::as_select()).into_boxed(), shipments, reach);
    if let Some(status) = filter.status {
        query = query.filter(shipments::status.eq(status));
    }
    if let Some(platform) = &filter.platform {
        query = query.filter(shipments::platform.eq(platform.clone()));
    }
    if let Some(after) = want.after {
        query = query.filter(shipments::id.lt(after));
    }
    let rows = query.order(shipments::id.desc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// The lines of shipments, in their order.
pub(super) fn lines(conn: &mut Conn, ids: &[ShipmentId]) -> Result<Vec<Line>> {
    Ok(shipment_lines::table
        .filter(shipment_lines::shipment_id.eq_any(ids))
        .order((shipment_lines::shipment_id.asc(), shipment_lines::line.asc()))
        .select(Line::as_select())
        .load(conn)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Shipment, lines: &[Line]) -> Result<()> {
    diesel::insert_into(shipments::table).values(row).execute(tx.conn())?;
    for line in lines {
        diesel::insert_into(shipment_lines::table).values(line).execute(tx.conn())?;
    }
    Ok(())
}

/// Writes a shipment whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, row: &Shipment) -> Result<()> {
    let old =
        shipments::table.filter(shipments::id.eq(row.id)).filter(shipments::version.eq(row.version - 1));
    match diesel::update(old).set(row).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// Notes when the work looks again.
pub(super) fn look_at(tx: &mut Tx<'_>, id: ShipmentId, at: Option<Instant>) -> Result<()> {
    diesel::update(shipments::table.filter(shipments::id.eq(id)))
        .set(shipments::look_at.eq(at))
        .execute(tx.conn())?;
    Ok(())
}

/// Shipments that should have been looked at before this: their job has been given up.
pub(super) fn overdue(conn: &mut Conn, before: Instant) -> Result<Vec<(ShipmentId, ShopId)>> {
    Ok(shipments::table
        .filter(shipments::look_at.lt(before))
        .order(shipments::look_at.asc())
        .limit(500)
        .select((shipments::id, shipments::shop_id))
        .load(conn)?)
}
