//! Shipments (*vận đơn*): parcels with a cooperative's own products that it sells outside of marketplaces and sends by a
//! carrier, such as Viettel Post or VNPost. Use a listing's orders instead where a marketplace ships.
//!
//! Life: sending → accepted → in transit → delivered, or returned, cancelled, failed; `unsure` where the end of the
//! call is unknown and the carrier cannot be asked; a person who asked settles that ([`record`]). What was delivered
//! goes into the sales figures of the carrier's platform by the same books as pulled orders; what comes back leaves
//! them.
//!
//! No buyer's data is kept. The receiver's name, phone and address are passed through to the carrier: between the request
//! and the call that carries them they are sealed in the shipment's row, and erased when the carrier has the parcel, refuses
//! it, or it is called off. Calls of parcels leave neither body nor answer in the record of attempts.

mod carry;
mod hand;
pub mod http;
mod settle;
pub mod state;
mod store;
mod trouble;

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Reach};
use crate::app::App;
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{ProducerId, ProductId, ShipmentId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::listing::{self, ShopStatus};
use crate::platform::state::Issue;
use crate::product;

pub use carry::{carry, told};
pub use hand::{Settlement, record};
pub use state::{ByHand, ShipmentStatus};

/// The kind of the job that carries a shipment: sends it, follows it, calls it off.
pub const CARRY: &str = "shipment.carry";
/// What a receiver is sealed for.
const SEALED_FOR: &str = "shipment.receiver";

/// One product in a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The product.
    pub product_id: ProductId,
    /// Pieces.
    pub quantity: i64,
    /// What they are sold for together, VND.
    pub value_vnd: i64,
}

/// A shipment. Nothing of its receiver.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// Who sends it.
    pub producer_id: ProducerId,
    /// The connection to the carrier.
    pub shop_id: ShopId,
    /// Key of the carrier.
    pub platform: String,
    /// Our order number at the carrier.
    pub reference: String,
    /// How it stands.
    pub status: ShipmentStatus,
    /// The carrier's number.
    pub carrier_number: Option<String>,
    /// The carrier's own code of the state.
    pub carrier_status: Option<String>,
    /// Grams.
    pub weight_g: i32,
    /// Cash on delivery, VND.
    pub cod_vnd: i64,
    /// What its lines are sold for, VND.
    pub value_vnd: i64,
    /// Price of the carriage, VND.
    pub fee_vnd: Option<i64>,
    /// What is in it.
    pub lines: Vec<Line>,
    /// Whether it is being called off.
    pub cancel_wanted: bool,
    /// What a person should know or do.
    pub issue: Option<Issue>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl Shipment {
    fn of(row: store::Shipment, lines: Vec<Line>) -> Result<Self> {
        Ok(Self {
            id: row.id,
            producer_id: row.producer_id,
            shop_id: row.shop_id,
            platform: row.platform,
            reference: row.reference,
            status: row.status,
            carrier_number: row.carrier_number,
            carrier_status: row.carrier_status,
            weight_g: row.weight_g,
            cod_vnd: row.cod_vnd,
            value_vnd: row.value_vnd,
            fee_vnd: row.fee_vnd,
            lines,
            cancel_wanted: row.cancel_wanted,
            issue: row.issue.map(|issue| issue.get()).transpose()?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Which shipments are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// How they stand.
    pub status: Option<ShipmentStatus>,
    /// By which carrier.
    pub platform: Option<String>,
}

/// To whom a parcel goes: sealed at once.
#[derive(Clone, Serialize, Deserialize)]
pub struct To {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Address in one line.
    pub address: String,
}

/// A shipment to be made; its receiver is sealed already, so that nothing else holds it.
#[derive(Clone)]
pub struct NewShipment {
    id: ShipmentId,
    shop_id: ShopId,
    lines: Vec<Line>,
    weight_g: i32,
    cod_vnd: i64,
    sealed: String,
}

impl NewShipment {
    /// Checks a shipment and seals its receiver.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn seal(
        app: &App,
        shop_id: ShopId,
        lines: Vec<Line>,
        (weight_g, cod_vnd): (i32, i64),
        to: &To,
    ) -> Result<Self> {
        let amounts: Vec<_> = lines.iter().map(|line| (line.quantity, line.value_vnd)).collect();
        let mut errors = state::errors(&amounts, weight_g, cod_vnd);
        errors.extend(state::receiver_errors(&to.name, &to.phone, &to.address));
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let id = ShipmentId::new();
        let text = serde_json::to_vec(to).map_err(Error::internal)?;
        let sealed = app.vault.seal(SEALED_FOR, id.as_str(), &text)?;
        Ok(Self { id, shop_id, lines, weight_g, cod_vnd, sealed })
    }
}

/// What a job that carries is about.
#[derive(Serialize, Deserialize)]
struct CarryPayload {
    shipment_id: ShipmentId,
}

/// Has a shipment's work done now: its job is brought forward, or begun where none waits.
fn hurry(tx: &mut Tx<'_>, id: ShipmentId, shop: ShopId, now: Instant) -> Result<()> {
    let (job, payload) =
        (NewJob { kind: CARRY, lane: shop.as_str(), run_at: now }, CarryPayload { shipment_id: id });
    if !jobs::hasten_one(tx, &job, &payload)? {
        jobs::enqueue(tx, &job, &payload, now)?;
    }
    Ok(())
}

fn shown(row: &store::Shipment) -> serde_json::Value {
    serde_json::json!({
        "shop_id": row.shop_id, "platform": row.platform, "reference": row.reference, "status": row.status,
        "carrier_number": row.carrier_number, "weight_g": row.weight_g, "cod_vnd": row.cod_vnd,
        "value_vnd": row.value_vnd, "cancel_wanted": row.cancel_wanted, "by_hand": row.by_hand,
    })
}

fn own(actor: &Actor, producer: ProducerId) -> Result<()> {
    if actor.reach.producer == Some(producer) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

/// Makes a shipment; a job hands it to the carrier.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.invalid`, `shipment.no_carrier`, `shop.closed`,
/// `shop.not_connected`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewShipment, now: Instant) -> Result<Shipment> {
    let NewShipment { id, shop_id, lines, weight_g, cod_vnd, sealed } = new;
    let shop = listing::shop::get(tx.conn(), &actor.reach, *shop_id)?;
    own(actor, shop.producer_id)?;
    if crate::platform::descriptor(&shop.platform).is_none_or(|platform| platform.takes_products()) {
        return Err(Error::new(Code::ShipmentNoCarrier));
    }
    match shop.status {
        ShopStatus::Connected => {}
        ShopStatus::Closed => return Err(Error::new(Code::ShopClosed)),
        _ => return Err(Error::new(Code::ShopNotConnected)),
    }
    let ids: Vec<ProductId> = lines.iter().map(|line| line.product_id).collect();
    let owners = product::owners(tx.conn(), &ids)?;
    let strange = |product: &ProductId| owners.get(product).is_none_or(|o| o.producer_id != shop.producer_id);
    let errors: Vec<_> = ids
        .iter()
        .enumerate()
        .filter(|(_, product)| strange(product))
        .map(|(i, _)| {
            FieldError::new(
                format!("/lines/{i}/product_id"),
                "product_id.not_own",
                "Chỉ gửi được sản phẩm của chính chủ thể.",
                "Only the producer's own products can be sent.",
            )
        })
        .collect();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let Some(owner) = ids.first().and_then(|first| owners.get(first)) else {
        return Err(Error::new(Code::NotFound));
    };
    let row = store::Shipment {
        id: *id,
        producer_id: shop.producer_id,
        province_code: owner.province_code.clone(),
        commune_code: owner.commune_code.clone(),
        shop_id: *shop_id,
        platform: shop.platform,
        // Letters and digits alone: carriers differ in what else they take.
        reference: id.as_str().trim_start_matches("spm_").to_ascii_uppercase(),
        status: ShipmentStatus::Sending,
        weight_g: *weight_g,
        cod_vnd: *cod_vnd,
        value_vnd: lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.value_vnd)),
        fee_vnd: None,
        receiver: Some(sealed.clone()),
        attempted_at: None,
        carrier_number: None,
        carrier_handle: None,
        carrier_status: None,
        carrier_status_at: None,
        cancel_wanted: false,
        issue: None,
        look_at: Some(now),
        version: 1,
        created_at: now,
        updated_at: now,
        by_hand: None,
        by_hand_at: None,
    };
    let stored: Vec<_> = lines
        .iter()
        .zip(1..)
        .map(|(line, number)| store::Line {
            shipment_id: *id,
            line: number,
            product_id: line.product_id,
            quantity: line.quantity,
            value_vnd: line.value_vnd,
        })
        .collect();
    store::insert(tx, &row, &stored)?;
    hurry(tx, *id, *shop_id, now)?;
    audit::record(tx, actor, "shipment.create", id.as_str(), None::<&()>, Some(&shown(&row)), now);
    Shipment::of(row, lines.clone())
}

fn with_lines(conn: &mut Conn, rows: Vec<store::Shipment>) -> Result<Vec<Shipment>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let all = store::lines(conn, &ids)?;
    let lines = |id: ShipmentId| {
        let of = all.iter().filter(|line| line.shipment_id == id);
        of.map(|l| Line { product_id: l.product_id, quantity: l.quantity, value_vnd: l.value_vnd }).collect()
    };
    rows.into_iter()
        .map(|row| {
            let lines = lines(row.id);
            Shipment::of(row, lines)
        })
        .collect()
}

fn one(conn: &mut Conn, row: store::Shipment) -> Result<Shipment> {
    with_lines(conn, vec![row])?.pop().ok_or_else(|| Error::new(Code::NotFound))
}

/// A shipment within reach.
///
/// # Errors
/// `request.not_found`.
pub fn get(conn: &mut Conn, reach: &Reach, id: ShipmentId) -> Result<Shipment> {
    let row = store::find(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    one(conn, row)
}

/// Shipments within reach, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<ShipmentId>,
) -> Result<Page<Shipment>> {
    let Page { data, next } = store::list(conn, reach, filter, want)?;
    Ok(Page { data: with_lines(conn, data)?, next })
}

/// Calls a shipment off: at once where nothing was sent yet, otherwise a job asks the carrier.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `shipment.unsure`, `shipment.too_late`.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: ShipmentId, now: Instant) -> Result<Shipment> {
    let mut row = store::find(tx.conn(), &actor.reach, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    own(actor, row.producer_id)?;
    row.status.check_cancel().map_err(Error::new)?;
    if row.status == ShipmentStatus::Cancelled || row.cancel_wanted {
        return one(tx.conn(), row);
    }
    let before = shown(&row);
    if row.status == ShipmentStatus::Sending && row.attempted_at.is_none() {
        (row.status, row.receiver, row.look_at) = (ShipmentStatus::Cancelled, None, None);
    } else {
        (row.cancel_wanted, row.look_at) = (true, Some(now));
        hurry(tx, id, row.shop_id, now)?;
    }
    (row.version, row.updated_at) = (row.version + 1, now);
    store::save(tx, &row)?;
    audit::record(tx, actor, "shipment.cancel", id.as_str(), Some(&before), Some(&shown(&row)), now);
    one(tx.conn(), row)
}

/// Has the carrier asked now how a shipment stands; a job does it. What has ended is not asked about any more.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `shipment.tells_itself` for a carrier that cannot be asked.
pub fn refresh(tx: &mut Tx<'_>, actor: &Actor, id: ShipmentId, now: Instant) -> Result<Shipment> {
    let row = store::find(tx.conn(), &actor.reach, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    own(actor, row.producer_id)?;
    if !row.followed() {
        return Err(Error::new(Code::ShipmentTellsItself));
    }
    if row.look_at.is_some() {
        hurry(tx, id, row.shop_id, now)?;
    }
    one(tx.conn(), row)
}

impl store::Shipment {
    /// Whether its carrier can be asked how it stands, so that a job follows it.
    fn followed(&self) -> bool {
        carry::looks_up(&self.platform)
    }

    /// Since when it is tried to hand it over: anew once a person said that the carrier has it not.
    fn begun_at(&self) -> Instant {
        self.by_hand_at.unwrap_or(self.created_at)
    }
}

/// Begins the work on shipments whose job was given up after faults of ours. Tells how many it began.
///
/// # Errors
/// Faults of the database.
pub fn keep_carrying(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let overdue = store::overdue(tx.conn(), now.plus(-carry::OVERDUE))?;
    for (id, shop) in &overdue {
        store::look_at(tx, *id, Some(now))?;
        hurry(tx, *id, *shop, now)?;
    }
    Ok(overdue.len())
}
