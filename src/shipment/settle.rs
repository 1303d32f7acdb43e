//! What the work found out becomes the shipment's state: one transaction with the sales figures that follow it.

use crate::actor::Actor;
use crate::audit;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::ShipmentId;
use crate::instant::Instant;
use crate::platform::state::{Issue, Stage};
use crate::sales::orders::{Shipped, take_parcel};

use super::state::{ByHand, ShipmentStatus};
use super::{shown, store, trouble};

/// What the work found out about a shipment.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// The carrier has it: number, handle, code and time of the state, price.
    There {
        number: String,
        handle: Option<String>,
        stage: Stage,
        code: Option<String>,
        at: Option<Instant>,
        fee_vnd: Option<i64>,
    },
    /// The carrier has another one with our reference: its number.
    Second(String),
    /// Nothing was sent: it may be sent later.
    NotSent,
    /// It will never be at the carrier.
    Failed(Issue),
    /// It may be at the carrier, which cannot be asked.
    Unsure(Issue),
    /// It is called off.
    Cancelled,
    /// The carrier does not call it off.
    Kept(Issue),
}

/// Stores what was found, erases the receiver where it is needed no longer, and lets the figures follow.
pub(super) fn settle(tx: &mut Tx<'_>, id: ShipmentId, found: Found, now: Instant) -> Result<store::Shipment> {
    let mut row = store::any(tx.conn(), id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let (status, before) = (row.status, shown(&row));
    let (old_code, old_issue) = (row.carrier_status.clone(), row.issue.take());
    let known: Option<Issue> = old_issue.as_ref().map(Json::get).transpose()?;
    let two_numbers = known.is_some_and(|issue| issue.code == trouble::TWO_NUMBERS);
    match found {
        Found::There { number, handle, stage, code, at, fee_vnd } => {
            // Called off only because a person did not find it: the carrier's word goes before theirs.
            let denied = row.by_hand == Some(ByHand::NotThere) && status == ShipmentStatus::Cancelled;
            row.status = if denied { ShipmentStatus::Unsure } else { status }.after(stage);
            // What the carrier refused stays told until the shipment moves on.
            row.issue = old_issue.clone().filter(|_| row.status == status || two_numbers);
            match &row.carrier_number {
                Some(known) if *known != number && row.by_hand.is_none() => {
                    row.issue = Some(Json::of(&trouble::two_numbers(&number)));
                }
                _ => row.carrier_number = Some(number),
            }
            row.by_hand = None;
            row.carrier_handle = row.carrier_handle.or(handle);
            row.carrier_status = code.or(row.carrier_status);
            row.carrier_status_at = at.or(row.carrier_status_at);
            row.fee_vnd = row.fee_vnd.or(fee_vnd);
        }
        Found::Second(number) => row.issue = Some(Json::of(&trouble::two_numbers(&number))),
        // What the carrier told before its answer was lost is known better.
        Found::NotSent | Found::Failed(_) | Found::Unsure(_) if status != ShipmentStatus::Sending => {
            row.issue.clone_from(&old_issue);
        }
        Found::NotSent => row.attempted_at = None,
        Found::Failed(issue) => {
            (row.status, row.issue) = (ShipmentStatus::Failed, Some(Json::of(&issue)));
        }
        Found::Unsure(issue) => {
            (row.status, row.issue) = (ShipmentStatus::Unsure, Some(Json::of(&issue)));
        }
        Found::Cancelled => row.status = ShipmentStatus::Cancelled,
        Found::Kept(issue) => {
            (row.cancel_wanted, row.issue) = (false, Some(Json::of(&issue)));
        }
    }
    if !row.status.needs_receiver() {
        row.receiver = None;
    }
    let open = [ShipmentStatus::Sending, ShipmentStatus::Unsure, ShipmentStatus::Accepted];
    if !open.contains(&row.status) {
        row.cancel_wanted = false;
    }
    let told = row.issue.as_ref().map(Json::as_str) != old_issue.as_ref().map(Json::as_str);
    row.version += 1;
    if row.status != status || row.carrier_status != old_code || told {
        row.updated_at = now;
    }
    store::save(tx, &row)?;
    if row.status != status {
        let actor = Actor::system("shipment.carry");
        audit::record(tx, &actor, "shipment.move", id.as_str(), Some(&before), Some(&shown(&row)), now);
        if row.status.counts() || status.counts() {
            count(tx, &row, now)?;
        }
    }
    Ok(row)
}

/// Lets the sales figures follow a shipment.
fn count(tx: &mut Tx<'_>, row: &store::Shipment, now: Instant) -> Result<()> {
    let lines: Vec<_> = store::lines(tx.conn(), &[row.id])?
        .into_iter()
        .map(|line| Shipped {
            line: line.line.to_string(),
            product_id: line.product_id,
            quantity: line.quantity,
            revenue_vnd: line.value_vnd,
        })
        .collect();
    let place = (row.shop_id, row.platform.as_str(), row.reference.as_str());
    take_parcel(tx, place, &lines, (row.status.as_str(), row.status.counts()), now)
}
