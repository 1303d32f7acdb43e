//! Shops (*gian hàng*): a producer's account on a platform, with sealed keys. Connecting, pausing, closing, and the
//! job that tries the keys.

mod check;
mod keys;
mod sync;
mod walk;

use serde::Serialize;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ProducerId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::state::{Capability, Descriptor, Issue, ParcelNews, Stage};
use crate::producer;

use super::state::{self, ShopStatus};
use super::trouble::consent_needed;
use super::{enqueue_push, own, store};

pub use check::check;
use keys::Keys;
pub use keys::{Change, NewShop};
pub use sync::{Differing, differing, sync};
pub use walk::{PRODUCTS, keep_walking, walk};

/// The kind of the job that tries a shop's keys.
pub const CHECK: &str = "shop.check";
/// The kind of the job that pulls a shop's orders; the sales figures do it.
pub const ORDERS: &str = "shop.orders";

/// The kind of the job that takes up what a carrier told about a parcel; the shipments do it.
pub const PARCEL: &str = "shop.parcel";

/// A shop as others may see it: nothing of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub id: ShopId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// Key of the platform.
    pub platform: String,
    /// Name the producer gave it.
    pub name: String,
    /// Whether it is served by hand: files instead of calls.
    pub assisted: bool,
    /// How the connection is.
    pub status: ShopStatus,
    /// Whether it waits for its owner's consent on the platform's own page.
    pub awaits_consent: bool,
    /// Why it is broken or rests.
    pub issue: Option<Issue>,
    /// Nothing is sent before.
    pub rest_until: Option<Instant>,
    /// Orders are known up to here.
    pub orders_until: Option<Instant>,
    /// When its keys were tried last.
    pub checked_at: Option<Instant>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl TryFrom<store::Shop> for Shop {
    type Error = Error;

    fn try_from(row: store::Shop) -> Result<Self> {
        let awaits_consent = row.waits() && row.status != ShopStatus::Closed;
        Ok(Self {
            id: row.id,
            producer_id: row.producer_id,
            platform: row.platform,
            name: row.name,
            assisted: row.assisted,
            status: row.status,
            awaits_consent,
            issue: row.last_error.map(|e| e.get()).transpose()?,
            rest_until: row.rest_until,
            orders_until: row.orders_cursor,
            checked_at: row.checked_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Which shops are wanted.
#[derive(Clone, Debug, Default)]
pub struct ShopFilter {
    /// Of one producer.
    pub producer_id: Option<ProducerId>,
    /// On one platform.
    pub platform: Option<String>,
}

fn shown(row: &store::Shop) -> serde_json::Value {
    serde_json::json!({
        "producer_id": row.producer_id, "platform": row.platform, "name": row.name, "status": row.status,
        "assisted": row.assisted,
    })
}

#[derive(Serialize, serde::Deserialize)]
struct ShopPayload {
    shop_id: ShopId,
}

pub(super) fn enqueue_check(tx: &mut Tx<'_>, id: ShopId, now: Instant) -> Result<()> {
    let job = NewJob { kind: CHECK, lane: id.as_str(), run_at: now };
    jobs::enqueue(tx, &job, &ShopPayload { shop_id: id }, now)?;
    Ok(())
}

/// Connects a shop; a job tries its keys. One that is served by hand has none and is connected at once; one without
/// tokens waits for its owner's consent.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn connect(tx: &mut Tx<'_>, actor: &Actor, new: &NewShop, now: Instant) -> Result<Shop> {
    let producer = producer::find(tx.conn(), &actor.reach, new.producer_id)?;
    own(actor, producer.id)?;
    let row = store::Shop {
        id: new.id,
        producer_id: producer.id,
        province_code: producer.details.province_code.clone(),
        commune_code: producer.details.commune_code.clone(),
        platform: new.platform.key.to_owned(),
        name: new.name.clone(),
        status: if new.assisted { ShopStatus::Connected } else { ShopStatus::Connecting },
        credentials: new.sealed.clone(),
        token: None,
        token_expires_at: None,
        last_error: new.awaits.then(|| Json::of(&consent_needed(new.platform))),
        failures: 0,
        rest_until: None,
        orders_cursor: None,
        checked_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
        assisted: new.assisted,
        platform_number: new.number.clone(),
        by_consent: new.awaits,
    };
    store::insert_shop(tx, &row)?;
    if !row.assisted && !row.by_consent {
        enqueue_check(tx, row.id, now)?;
    }
    audit::record(tx, actor, "shop.connect", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

/// A shop's row within reach.
pub(super) fn row(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<store::Shop> {
    store::shop(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// A shop and its sealed keys, for [`Change::seal`].
pub struct Known {
    pub(super) row: store::Shop,
}

/// A shop of the actor's own, to be given other keys.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn known(conn: &mut Conn, actor: &Actor, id: ShopId) -> Result<Known> {
    let row = row(conn, &actor.reach, id)?;
    own(actor, row.producer_id)?;
    Ok(Known { row })
}

/// A shop within reach.
///
/// # Errors
/// `request.not_found`.
pub fn get(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<Shop> {
    row(conn, reach, id)?.try_into()
}

/// Shops within reach, oldest first.
///
/// # Errors
/// Faults of the database.
pub fn list(conn: &mut Conn, reach: &Reach, filter: &ShopFilter, want: &Want<ShopId>) -> Result<Page<Shop>> {
    let page = store::shops(conn, reach, filter, want)?;
    let data = page.data.into_iter().map(Shop::try_from).collect::<Result<_>>()?;
    Ok(Page { data, next: page.next })
}

fn editable(tx: &mut Tx<'_>, actor: &Actor, id: ShopId, version: i32) -> Result<store::Shop> {
    let row = row(tx.conn(), &actor.reach, id)?;
    own(actor, row.producer_id)?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    Ok(row)
}

/// Renames a shop, gives it other keys, pauses it or lets it go on.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `shop.closed`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ShopId,
    version: i32,
    change: Change,
    now: Instant,
) -> Result<Shop> {
    let mut row = editable(tx, actor, id, version)?;
    let before = shown(&row);
    let Change { name, sealed, paused } = change;
    if let Some(error) = name.as_deref().and_then(keys::name_errors) {
        return Err(Error::invalid(vec![error]));
    }
    row.status = state::pause(row.status, paused.unwrap_or(row.status == ShopStatus::Paused))?;
    row.name = name.map_or(row.name, |name| name.trim().to_owned());
    if let Some(Keys { sealed, assisted, number, awaits, same_application }) = sealed {
        // The owner consented to the application: with its keys unchanged the tokens are still good.
        let keeps = awaits && same_application && row.by_consent;
        (row.credentials, row.assisted, row.platform_number) = (sealed, assisted, number);
        row.by_consent = awaits;
        if !keeps {
            (row.token, row.token_expires_at) = (None, None);
        }
        (row.last_error, row.failures, row.rest_until) = (None, 0, None);
        if row.status != ShopStatus::Paused {
            row.status = ShopStatus::Connecting;
        }
    }
    let begins = row.status == ShopStatus::Connecting;
    if begins && row.assisted {
        row.status = ShopStatus::Connected;
    }
    if begins && row.waits() && row.last_error.is_none() {
        let platform = crate::platform::descriptor(&row.platform);
        row.last_error = platform.map(|platform| Json::of(&consent_needed(platform)));
    }
    row.version += 1;
    row.updated_at = now;
    store::save_shop(tx, &row)?;
    if begins && row.assisted {
        for listing in store::out_of_step(tx.conn(), id)? {
            enqueue_push(tx, listing, id, now)?;
        }
    } else if begins && !row.waits() {
        enqueue_check(tx, id, now)?;
    }
    audit::record(tx, actor, "shop.update", id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
}

/// Closes a shop for good and forgets its keys.
///
/// # Errors
/// `request.not_found`, `request.stale`, `shop.closed`, `shop.has_listings`.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, id: ShopId, version: i32, now: Instant) -> Result<()> {
    let mut row = editable(tx, actor, id, version)?;
    let before = shown(&row);
    let shows_old = crate::platform::descriptor(&row.platform).is_some_and(|p| p.shows_old_in_review);
    state::check_close(row.status, store::any_up(tx.conn(), id, shows_old)?)?;
    row.status = ShopStatus::Closed;
    row.credentials = String::new();
    (row.token, row.token_expires_at, row.platform_number) = (None, None, None);
    store::end_consents(tx, id)?;
    row.version += 1;
    row.updated_at = now;
    store::save_shop(tx, &row)?;
    audit::record(tx, actor, "shop.close", id.as_str(), Some(&before), Some(&shown(&row)), now);
    Ok(())
}

/// Queues a pull of a shop's orders now.
///
/// # Errors
/// `request.not_found`, `shop.closed`, `shop.assisted`, `shop.not_connected`.
pub fn pull_orders(tx: &mut Tx<'_>, actor: &Actor, id: ShopId, now: Instant) -> Result<Shop> {
    let row = row(tx.conn(), &actor.reach, id)?;
    own(actor, row.producer_id)?;
    match row.status {
        ShopStatus::Connected if row.assisted => return Err(Error::new(Code::ShopAssisted)),
        ShopStatus::Connected => {}
        ShopStatus::Closed => return Err(Error::new(Code::ShopClosed)),
        _ => return Err(Error::new(Code::ShopNotConnected)),
    }
    let job = NewJob { kind: ORDERS, lane: id.as_str(), run_at: now };
    jobs::enqueue(tx, &job, &OrdersPayload { shop_id: id, once: true }, now)?;
    row.try_into()
}

/// Begins the pull of orders of connected shops where none waits or runs: it goes on for ever, but after many faults
/// of ours in a row its job is given up like any other. Tells how many it began.
///
/// # Errors
/// Faults of the database.
pub fn keep_pulling(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let pulls = |p: &&Descriptor| p.adapter && p.capabilities.contains(&Capability::OrdersPull);
    let platforms: Vec<_> =
        crate::platform::descriptors().iter().filter(pulls).map(|p| p.key.to_owned()).collect();
    let idle = store::idle_shops(tx.conn(), &platforms, ORDERS)?;
    for id in &idle {
        let job = NewJob { kind: ORDERS, lane: id.as_str(), run_at: now };
        jobs::ensure(tx, &job, &OrdersPayload { shop_id: *id, once: false }, now)?;
    }
    Ok(idle.len())
}

/// What a job that pulls orders is about.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct OrdersPayload {
    /// The shop.
    pub shop_id: ShopId,
    /// Asked for by a person, beside the one that runs all the time.
    pub once: bool,
}

/// What a carrier told about a parcel: numbers, codes and amounts, nothing about its receiver.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct ParcelPayload {
    /// The shop.
    pub shop_id: ShopId,
    /// Our order number.
    pub reference: String,
    /// The carrier's number.
    pub number: String,
    /// The carrier's code of the state.
    pub code: String,
    /// Cash to be collected as the carrier has it, VND.
    pub cod_vnd: Option<i64>,
    /// What the carriage costs, VND.
    #[serde(default)]
    pub fee_vnd: Option<i64>,
    /// When the carrier noted it.
    pub at: Option<Instant>,
    /// How far the parcel is, as its adapter reads the code.
    pub stage: Stage,
}

impl ParcelPayload {
    pub(super) fn of(shop_id: ShopId, news: &ParcelNews) -> Self {
        let ParcelNews { reference, seen, cod_vnd, at } = news;
        Self {
            shop_id,
            reference: reference.clone(),
            number: seen.number.clone(),
            code: seen.code.clone().unwrap_or_default(),
            cod_vnd: *cod_vnd,
            fee_vnd: seen.fee_vnd,
            at: *at,
            stage: seen.stage,
        }
    }
}

/// Notes up to when a shop's orders are known.
///
/// # Errors
/// Faults of the database.
pub fn orders_known(tx: &mut Tx<'_>, id: ShopId, until: Instant) -> Result<()> {
    store::move_orders_cursor(tx, id, until)
}
