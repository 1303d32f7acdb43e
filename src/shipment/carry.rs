//! The work on a shipment: handed to the carrier once, followed, called off.
//!
//! Before the call that makes a consignment goes out, that it goes out is stored. When the work begins anew after that,
//! it looks by our reference where the carrier can be asked; where it cannot, nothing is ever sent a second time.

use chrono::Duration;

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ShipmentId;
use crate::jobs::{self, Job, Outcome};
use crate::listing::shop::ParcelPayload;
use crate::listing::{Line as ShopLine, Shut};
use crate::platform::state::{
    Answer, Capability, Class, Consignment, Failure, Goods, Op, ParcelOp, ParcelSeen, Receiver, Secret, Stage,
};
use crate::product;

use super::settle::{Found, settle};
use super::state::{ByHand, ShipmentStatus};
use super::trouble::{not_sent, refused, unsure};
use super::{CarryPayload, SEALED_FOR, To, hand, hurry, store};

/// How often a carrier is asked about a parcel.
const EVERY: Duration = Duration::minutes(30);
/// How often about one that was delivered and may come back.
const SELDOM: Duration = Duration::hours(12);
/// How long a delivered parcel may come back, and how long one is followed at all.
const COMES_BACK: Duration = Duration::days(30);
const FOLLOWED: Duration = Duration::days(90);
/// How long it is tried to hand a parcel over.
const GIVE_UP: Duration = Duration::hours(24);
/// The pause after a fault that may pass.
const PAUSE: Duration = Duration::minutes(1);
/// A look that is so late has no job any more.
pub(super) const OVERDUE: Duration = Duration::hours(2);

/// Whether a carrier can be asked about a parcel by our reference.
pub(super) fn looks_up(platform: &str) -> bool {
    crate::platform::descriptor(platform).is_some_and(|p| p.capabilities.contains(&Capability::ParcelLookup))
}

/// Runs the job of one shipment.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn carry(app: &App, job: &Job) -> Result<Outcome> {
    let CarryPayload { shipment_id: id } = job.payload()?;
    let row = app.db.read("shipment.carry", move |conn| store::any(conn, id)).await?;
    let Some(row) = row else { return Ok(Outcome::Done("there is no such shipment".to_owned())) };
    let outcome = step(app, row).await?;
    let at = match &outcome {
        Outcome::Wait { after, .. } => Some(app.clock.now().plus(*after)),
        _ => None,
    };
    let this = job.clone();
    let write = move |tx: &mut Tx<'_>| {
        store::look_at(tx, id, at)?;
        jobs::waits_again(tx.conn(), &this)
    };
    let again = app.db.write("shipment.look_at", write).await?;
    // Asked for while this one ran: that one goes on.
    if again && at.is_some() { Ok(Outcome::Done("another job of it waits".to_owned())) } else { Ok(outcome) }
}

async fn step(app: &App, row: store::Shipment) -> Result<Outcome> {
    let (now, asks) = (app.clock.now(), looks_up(&row.platform));
    let age = now.since(row.created_at);
    let due = match row.status {
        ShipmentStatus::Sending => true,
        ShipmentStatus::Accepted | ShipmentStatus::InTransit => row.cancel_wanted || (asks && age < FOLLOWED),
        ShipmentStatus::Delivered => asks && now.since(row.updated_at) < COMES_BACK,
        _ => false,
    };
    if !due {
        return Ok(Outcome::Done(format!("{}: nothing is to be done", row.status)));
    }
    let mut line = match ShopLine::open(app, row.shop_id).await? {
        Ok(line) => line,
        Err(shut) => return closed(app, &row, shut).await,
    };
    match row.status {
        ShipmentStatus::Sending => send(app, &mut line, row).await,
        // The number that a person wrote down is checked first where the carrier can be asked.
        _ if row.cancel_wanted && (!asks || row.by_hand.is_none()) => call_off(app, &mut line, row).await,
        _ => look(app, &mut line, row).await,
    }
}

/// The connection to the carrier is shut. What was not sent yet and cannot be is given up, and its receiver forgotten.
async fn closed(app: &App, row: &store::Shipment, shut: Shut) -> Result<Outcome> {
    let (id, now) = (row.id, app.clock.now());
    match shut {
        Shut::Rests(after)
            if now.since(row.begun_at()) < GIVE_UP || row.status != ShipmentStatus::Sending =>
        {
            Ok(Outcome::Wait { detail: "the connection rests".to_owned(), after })
        }
        _ if row.status == ShipmentStatus::Sending => {
            let found =
                if row.attempted_at.is_some() { Found::Unsure(unsure()) } else { Found::Failed(not_sent()) };
            app.db.write("shipment.failed", move |tx| settle(tx, id, found.clone(), now)).await?;
            Ok(Outcome::Done("the connection is not open".to_owned()))
        }
        _ => Ok(Outcome::Wait { detail: "the connection is not open".to_owned(), after: SELDOM }),
    }
}

/// Hands a consignment over, once.
async fn send(app: &App, line: &mut ShopLine, row: store::Shipment) -> Result<Outcome> {
    let (id, asks) = (row.id, looks_up(&row.platform));
    if row.attempted_at.is_some() {
        if !asks {
            return found(app, line, id, Found::Unsure(unsure())).await;
        }
        // The answer that would have told its number was lost.
        let look = ParcelOp::Read { reference: row.reference.clone(), number: None };
        match line.call(None, &Op::Parcel(look)).await? {
            Ok(Answer::Parcel(Some(seen))) => return found(app, line, id, there(seen)).await,
            Ok(Answer::Parcel(None)) => {}
            Ok(_) => return Err(Error::internal("a look for a parcel was answered with something else")),
            Err(failure) if app.clock.now().since(row.begun_at()) < GIVE_UP => {
                return later(line, &failure).await;
            }
            Err(failure) => {
                line.fail(&failure).await?;
                return found(app, line, id, Found::Unsure(unsure())).await;
            }
        }
    }
    if row.cancel_wanted {
        return found(app, line, id, Found::Cancelled).await;
    }
    if app.clock.now().since(row.begun_at()) >= GIVE_UP {
        return found(app, line, id, Found::Failed(not_sent())).await;
    }
    let Some(parcel) = consignment(app, &row).await? else {
        return found(app, line, id, Found::Failed(not_sent())).await;
    };
    let now = app.clock.now();
    // Stored before it goes out: whatever happens from here on, the next one knows.
    let marked = app.db.write("shipment.attempt", move |tx| {
        let fresh = store::any(tx.conn(), id)?;
        let Some(mut fresh) = fresh.filter(|row| row.status == ShipmentStatus::Sending && !row.cancel_wanted)
        else {
            return Ok(false);
        };
        // A person denied it, and the carrier tells of it: that goes first.
        if fresh.by_hand == Some(ByHand::NotThere) && hand::told_meanwhile(tx, &fresh)? {
            return Ok(false);
        }
        (fresh.attempted_at, fresh.version) = (Some(now), fresh.version + 1);
        store::save(tx, &fresh)?;
        Ok(true)
    });
    if !marked.await? {
        return Ok(Outcome::Wait { detail: "the shipment was changed meanwhile".to_owned(), after: PAUSE });
    }
    match line.call(None, &Op::Parcel(ParcelOp::Create(Box::new(parcel)))).await? {
        Ok(Answer::Parcel(Some(seen))) => found(app, line, id, there(seen)).await,
        Ok(_) => Err(Error::internal("a consignment was answered with something else")),
        Err(failure) => {
            let next = match failure.class {
                Class::Ambiguous if asks => None,
                Class::Ambiguous => Some(Found::Unsure(unsure())),
                Class::Permanent | Class::NeedsAction | Class::Auth { refreshable: false } => {
                    Some(Found::Failed(refused(&failure)))
                }
                Class::Retryable | Class::RateLimited { .. } | Class::Auth { refreshable: true } => {
                    Some(Found::NotSent)
                }
            };
            let outcome = later(line, &failure).await?;
            let Some(next) = next else { return Ok(outcome) };
            let waits = matches!(next, Found::NotSent);
            let now = app.clock.now();
            app.db.write("shipment.not_sent", move |tx| settle(tx, id, next.clone(), now)).await?;
            Ok(if waits { outcome } else { Outcome::Done(failure.to_string()) })
        }
    }
}

/// Notes a failure on the connection; the shipment waits, however often it fails.
async fn later(line: &mut ShopLine, failure: &Failure) -> Result<Outcome> {
    Ok(match line.fail(failure).await? {
        Outcome::Again { detail, after } => Outcome::Wait { detail, after: after.unwrap_or(PAUSE) },
        Outcome::Dead(detail) => Outcome::Wait { detail, after: SELDOM },
        other => other,
    })
}

/// Stores what was found together with the calls that found it.
async fn found(app: &App, line: &mut ShopLine, id: ShipmentId, found: Found) -> Result<Outcome> {
    let (note, now) = (line.note_success(), app.clock.now());
    let asks = looks_up(line.adapter().descriptor().key);
    let row = app
        .db
        .write("shipment.found", move |tx| {
            note.store(tx)?;
            settle(tx, id, found.clone(), now)
        })
        .await?;
    let detail = row.status.to_string();
    Ok(match row.status {
        ShipmentStatus::Accepted if row.cancel_wanted => Outcome::Wait { detail, after: Duration::zero() },
        ShipmentStatus::Sending => Outcome::Wait { detail, after: PAUSE },
        ShipmentStatus::Accepted | ShipmentStatus::InTransit if asks => {
            Outcome::Wait { detail, after: EVERY }
        }
        ShipmentStatus::Delivered if asks => Outcome::Wait { detail, after: SELDOM },
        _ => Outcome::Done(detail),
    })
}

fn there(seen: ParcelSeen) -> Found {
    let ParcelSeen { number, handle, stage, code, fee_vnd } = seen;
    Found::There { number, handle, stage, code, at: None, fee_vnd }
}

/// The consignment with its receiver unsealed, for as long as the call needs it.
async fn consignment(app: &App, row: &store::Shipment) -> Result<Option<Consignment>> {
    let Some(sealed) = &row.receiver else { return Ok(None) };
    let text = app.vault.open_sealed(SEALED_FOR, row.id.as_str(), sealed)?;
    let To { name, phone, address } = serde_json::from_slice(&text).map_err(Error::internal)?;
    let id = row.id;
    let goods = app.db.read("shipment.goods", move |conn| {
        let lines = store::lines(conn, &[id])?;
        let ids: Vec<_> = lines.iter().map(|line| line.product_id).collect();
        let products = product::many(conn, &ids)?;
        let name = |id| products.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
        let goods = lines.iter().map(|line| Goods {
            name: name(line.product_id),
            quantity: line.quantity,
            value_vnd: line.value_vnd,
        });
        Ok(goods.collect::<Vec<_>>())
    });
    let receiver =
        Receiver { name: Secret::new(name), phone: Secret::new(phone), address: Secret::new(address) };
    Ok(Some(Consignment {
        reference: row.reference.clone(),
        goods: goods.await?,
        weight_g: u32::try_from(row.weight_g).unwrap_or_default(),
        cod_vnd: row.cod_vnd,
        receiver,
    }))
}

async fn look(app: &App, line: &mut ShopLine, row: store::Shipment) -> Result<Outcome> {
    // A number that a person wrote down may be wrong: our own is asked for until the carrier has told its own.
    let number = row.carrier_number.clone().filter(|_| row.by_hand.is_none());
    match line.call(None, &Op::Parcel(ParcelOp::Read { reference: row.reference, number })).await? {
        Ok(Answer::Parcel(Some(seen)))
            if row.by_hand.is_some() || row.carrier_number.as_ref().is_none_or(|n| *n == seen.number) =>
        {
            found(app, line, row.id, there(seen)).await
        }
        Ok(Answer::Parcel(_)) => {
            let note = line.note_success();
            app.db.write("shipment.looked", move |tx| note.store(tx)).await?;
            Ok(Outcome::Wait { detail: "the carrier shows no such parcel".to_owned(), after: SELDOM })
        }
        Ok(_) => Err(Error::internal("a look for a parcel was answered with something else")),
        Err(failure) => later(line, &failure).await,
    }
}

/// Calls a consignment off; doing it twice does no harm.
async fn call_off(app: &App, line: &mut ShopLine, row: store::Shipment) -> Result<Outcome> {
    let Some(number) = row.carrier_number.clone() else {
        return Ok(Outcome::Done("a consignment without a number".to_owned()));
    };
    let op = Op::Parcel(ParcelOp::Cancel { number, handle: row.carrier_handle.clone() });
    match line.call(None, &op).await? {
        Ok(_) => found(app, line, row.id, Found::Cancelled).await,
        Err(failure) if failure.class == Class::Permanent => {
            let issue = refused(&failure);
            line.fail(&failure).await?;
            found(app, line, row.id, Found::Kept(issue)).await
        }
        Err(failure) => later(line, &failure).await,
    }
}

/// Takes up what a carrier told by itself. Where it can be asked, it is only a reason to look. Where it cannot, it is all
/// there is: it must name our reference and the carrier's number, and the cash that we asked for.
///
/// # Errors
/// Faults of the database; the job is then tried again.
pub async fn told(app: &App, job: &Job) -> Result<Outcome> {
    let ParcelPayload { shop_id, reference, number, code, cod_vnd, fee_vnd, at, stage } = job.payload()?;
    let now = app.clock.now();
    app.db
        .write("shipment.told", move |tx| {
            let done = |why: &str| Ok(Outcome::Done(why.to_owned()));
            let Some(row) = store::by_reference(tx.conn(), shop_id, &reference)? else {
                return done("none of our shipments");
            };
            if looks_up(&row.platform) {
                hurry(tx, row.id, shop_id, now)?;
                return done("it is looked at");
            }
            let sent = row.attempted_at.is_some() || row.by_hand.is_some();
            if !sent || cod_vnd.is_some_and(|cod| cod != row.cod_vnd) {
                return done("it does not fit our shipment");
            }
            // A number that a person wrote down gives way to the carrier's own.
            if row.by_hand.is_none() && row.carrier_number.as_ref().is_some_and(|known| *known != number) {
                settle(tx, row.id, Found::Second(number.clone()), now)?;
                return done("the carrier has a second consignment");
            }
            let late = at.zip(row.carrier_status_at).is_some_and(|(at, known)| at < known);
            // A later word is known; but that it came back is never too late.
            if late && stage != Stage::Returned {
                return done("a later state is known");
            }
            let found = Found::There {
                number: number.clone(),
                handle: None,
                stage,
                code: Some(code.clone()),
                at,
                fee_vnd,
            };
            let row = settle(tx, row.id, found, now)?;
            if row.status == ShipmentStatus::Accepted && row.cancel_wanted {
                // Wished for while nobody knew whether there is something to call off.
                store::look_at(tx, row.id, Some(now))?;
                hurry(tx, row.id, row.shop_id, now)?;
            }
            done(row.status.as_str())
        })
        .await
}
