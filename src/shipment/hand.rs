//! An unsure shipment is settled by hand: a person looked on the carrier's own page. The carrier's later word goes before
//! the person's: a consignment that was denied and turns up is followed, and one that was called off by that comes back.

use crate::actor::Actor;
use crate::app::App;
use crate::audit;
use crate::db::Tx;
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ShipmentId;
use crate::instant::Instant;
use crate::jobs;
use crate::listing::shop::{PARCEL, ParcelPayload};
use crate::listing::{self, ShopStatus};

use super::state::{self, ByHand, ShipmentStatus};
use super::{SEALED_FOR, Shipment, To, hurry, one, own, shown, store};

/// What a person found out; a receiver is sealed already.
#[derive(Clone)]
pub struct Settlement {
    state: ByHand,
    number: Option<String>,
    sealed: Option<String>,
}

impl Settlement {
    /// Checks what a person says and seals the receiver of a shipment that is to be sent again: the first one's is
    /// forgotten.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn seal(
        app: &App,
        id: ShipmentId,
        state: ByHand,
        number: Option<&str>,
        to: Option<&To>,
    ) -> Result<Self> {
        let number = number.map(str::trim);
        let mut errors = state::by_hand_errors(state, number, to.is_some());
        if let Some(to) = to {
            errors.extend(state::receiver_errors(&to.name, &to.phone, &to.address));
        }
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let seal = |to: &To| {
            let text = serde_json::to_vec(to).map_err(Error::internal)?;
            app.vault.seal(SEALED_FOR, id.as_str(), &text)
        };
        Ok(Self { state, number: number.map(str::to_owned), sealed: to.map(seal).transpose()? })
    }
}

/// Whether the carrier has told something about a shipment that is not taken up yet.
pub(super) fn told_meanwhile(tx: &mut Tx<'_>, row: &store::Shipment) -> Result<bool> {
    for job in jobs::undone(tx.conn(), PARCEL, row.shop_id.as_str())? {
        if job.payload::<ParcelPayload>()?.reference == row.reference {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Settles an unsure shipment: the carrier has it, then it is followed as any other; or has not, then it is sent again
/// where a receiver is given, and called off where none is.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale` also where a carrier's word waits to be taken up,
/// `shipment.not_unsure`, `shop.closed`, `shop.not_connected`, `request.invalid` for a number that another shipment has.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ShipmentId,
    version: i32,
    said: &Settlement,
    now: Instant,
) -> Result<Shipment> {
    let mut row = store::find(tx.conn(), &actor.reach, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    own(actor, row.producer_id)?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    row.status.check_by_hand().map_err(Error::new)?;
    if told_meanwhile(tx, &row)? {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let before = shown(&row);
    match (said.state, &said.sealed) {
        (ByHand::There, _) => {
            let taken = match &said.number {
                Some(number) => store::has_number(tx.conn(), row.shop_id, number)?,
                None => false,
            };
            if taken {
                return Err(Error::invalid(vec![FieldError::new(
                    "/carrier_number",
                    "carrier_number.taken",
                    "Số vận đơn này đã thuộc một vận đơn khác.",
                    "Another shipment has this number.",
                )]));
            }
            (row.status, row.carrier_number) = (ShipmentStatus::Accepted, said.number.clone());
        }
        (ByHand::NotThere, None) => {
            (row.status, row.cancel_wanted) = (ShipmentStatus::Cancelled, false);
        }
        (ByHand::NotThere, Some(sealed)) => {
            match listing::shop::get(tx.conn(), &actor.reach, row.shop_id)?.status {
                ShopStatus::Connected => {}
                ShopStatus::Closed => return Err(Error::new(Code::ShopClosed)),
                _ => return Err(Error::new(Code::ShopNotConnected)),
            }
            (row.status, row.cancel_wanted) = (ShipmentStatus::Sending, false);
            row.receiver = Some(sealed.clone());
            if !row.followed() {
                row.attempted_at = None;
            }
        }
    }
    let works = match row.status {
        ShipmentStatus::Sending => true,
        ShipmentStatus::Accepted => row.followed() || row.cancel_wanted,
        _ => false,
    };
    (row.by_hand, row.by_hand_at) = (Some(said.state), Some(now));
    (row.issue, row.look_at) = (None, works.then_some(now));
    (row.version, row.updated_at) = (row.version + 1, now);
    store::save(tx, &row)?;
    if works {
        hurry(tx, id, row.shop_id, now)?;
    }
    audit::record(tx, actor, "shipment.settle", id.as_str(), Some(&before), Some(&shown(&row)), now);
    one(tx.conn(), row)
}
