//! A whole shop is brought into step at its producer's word: what differs is sent, the rest is left alone.

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ListingId, ShopId};
use crate::instant::Instant;
use crate::listing::state::{DesiredState, ShopStatus};
use crate::listing::wanted::{Current, wanted_now};
use crate::listing::{own, store, want};

/// Listings that are read together.
const PAGE: usize = 500;
/// The most listings that one call queues.
const QUEUED: usize = 500;

/// What a look through a shop found. Only reads: most shops have nothing to send.
#[derive(Clone, Debug, Default)]
pub struct Differing {
    /// Listings that were looked at.
    pub looked_at: usize,
    /// Those whose platform was told something else than we want.
    pub ids: Vec<ListingId>,
}

impl Current<'_> {
    /// Whether the platform was told something else than what we want now.
    fn unsent(&self) -> bool {
        let row = self.row;
        if row.desired_state == DesiredState::Withdrawn || !self.offered {
            return row.reported_state.up();
        }
        row.sent_hash.as_ref() != Some(&self.stored.hash)
            || row.sent_offer_hash.as_ref() != Some(&self.stored.offer_hash)
    }
}

/// Looks through a shop for listings whose platform was told something else than what we want.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `shop.closed`.
pub fn differing(conn: &mut Conn, actor: &Actor, id: ShopId, site: &str, now: Instant) -> Result<Differing> {
    let shop = super::row(conn, &actor.reach, id)?;
    own(actor, shop.producer_id)?;
    if shop.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    let (mut found, mut after) = (Differing::default(), None);
    loop {
        let rows = store::of_shop(conn, id, after, i64::try_from(PAGE).unwrap_or(i64::MAX))?;
        found.looked_at = found.looked_at.saturating_add(rows.len());
        let current = wanted_now(conn, &rows, site, now)?;
        found.ids.extend(current.iter().filter(|current| current.unsent()).map(|current| current.row.id));
        match rows.last() {
            Some(last) if rows.len() == PAGE => after = Some(last.id),
            _ => return Ok(found),
        }
    }
}

/// Queues the pushes of what [`differing`] found, at most 500; tells how many.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn sync(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ShopId,
    found: &Differing,
    site: &str,
    now: Instant,
) -> Result<usize> {
    let shop = super::row(tx.conn(), &actor.reach, id)?;
    own(actor, shop.producer_id)?;
    let mut queued = 0_usize;
    for listing in found.ids.iter().take(QUEUED) {
        let Some(row) = store::listing(tx.conn(), &actor.reach, *listing)? else { continue };
        want(tx, actor, "listing.sync", row, |_| {}, site, now)?;
        queued = queued.saturating_add(1);
    }
    let seen = serde_json::json!({"looked_at": found.looked_at, "queued": queued});
    audit::record(tx, actor, "shop.sync", id.as_str(), None::<&()>, Some(&seen), now);
    Ok(queued)
}
