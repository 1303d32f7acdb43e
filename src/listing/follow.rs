//! Listings follow their products: a change, a new star or the end of one reaches every platform without the product
//! knowing of it. Reads the event log behind a cursor of its own.

use std::collections::BTreeSet;

use crate::app::App;
use crate::db::{Json, Tx};
use crate::error::Result;
use crate::event;
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;

use super::state::ReportedState;
use super::wanted::{Current, wanted_now};
use super::{AHEAD, enqueue_push, store};

/// Events of one step.
const STEP: i64 = 500;
/// Products whose listings are read together.
const PRODUCTS: usize = 100;
/// When a listing is looked at again that shows a star or a product which it must not, and a push is under way: the
/// push may die.
const AGAIN: chrono::Duration = chrono::Duration::hours(1);

/// Takes the next events, the stars that have ended and the listings that still show what they must not, and queues
/// the pushes they ask for. `true` when there may be more.
///
/// # Errors
/// Faults of the database.
pub async fn follow(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let (seen, rows, ended) = app
        .db
        .read("listing.follow", move |conn| {
            let seen = store::followed(conn)?;
            Ok((seen, event::after(conn, seen, STEP)?, store::to_look_at(conn, now, STEP)?))
        })
        .await?;
    if rows.is_empty() && ended.is_empty() {
        return Ok(false);
    }
    let last = rows.last().map_or(seen, |row| row.seq);
    let subjects = || {
        let public = rows.iter().filter(|row| row.kind != event::Kind::SalesChanged);
        public.map(|row| row.subject_id.as_str())
    };
    let changed: BTreeSet<ProductId> = subjects().filter_map(|id| id.parse().ok()).collect();
    // A producer that is suspended takes no part: its products leave the platforms until it does again.
    let producers: BTreeSet<ProducerId> = subjects().filter_map(|id| id.parse().ok()).collect();
    let site = app.config.public_url.clone();
    let queued = app
        .db
        .write("listing.follow", move |tx| {
            crate::db::dialect::lock(tx.conn(), "listing.follow")?;
            if store::followed(tx.conn())? != seen {
                return Ok(0);
            }
            let mut products: BTreeSet<_> =
                store::listed(tx.conn(), &changed, &producers)?.into_iter().collect();
            products.extend(&ended);
            let products: Vec<_> = products.into_iter().collect();
            let mut queued = 0;
            for some in products.chunks(PRODUCTS) {
                queued += products_changed(tx, some, &ended, &site, now)?;
            }
            store::look_later(tx, &ended, now, now.plus(AGAIN))?;
            store::set_followed(tx, last)?;
            Ok(queued)
        })
        .await?;
    if queued > 0 {
        app.wake.notify_waiters();
        app.wake.notify_one();
    }
    Ok(true)
}

/// Queues the push of every listing of these products that should say something else now, and tells how many. `again`
/// are those whose push was queued before and did not come through.
fn products_changed(
    tx: &mut Tx<'_>,
    products: &[ProductId],
    again: &[ProductId],
    site: &str,
    now: Instant,
) -> Result<usize> {
    let rows = store::of_products(tx.conn(), products)?;
    let (mut queued, mut moved) = (0, BTreeSet::new());
    for current in wanted_now(tx.conn(), &rows, site, now)? {
        let other = current.differs();
        let Current { row, place, offered, star_until: _, wanted, stored } = current;
        if (&row.province_code, &row.commune_code) != (&place.0, &place.1) && moved.insert(row.producer_id) {
            store::move_place(tx, row.producer_id, (&place.0, place.1.as_deref()))?;
        }
        if other {
            let issues = Json::of(&wanted.issues(&row.platform, now));
            store::set_desired(tx, row.id, &stored.json, (&stored.hash, &stored.offer_hash), &issues, now)?;
        }
        let certificate = wanted.content.certificate.as_ref().map(|certificate| &certificate.number);
        let stale = row.sent_certificate.is_some() && row.sent_certificate.as_ref() != certificate;
        let gone = !offered && row.reported_state.up();
        let back = offered && row.reported_state == ReportedState::Withdrawn && row.sent_hash.is_none();
        if stale || gone {
            store::look_at(tx, row.id, now.plus(AGAIN))?;
        }
        if other || gone || back || (stale && again.contains(&row.product_id)) {
            let due = if stale || gone { now.plus(-AHEAD) } else { now };
            enqueue_push(tx, row.id, row.shop_id, due)?;
            queued += 1;
        }
    }
    Ok(queued)
}

/// How long a listing is believed to be as it was seen last.
const SEEN: chrono::Duration = chrono::Duration::hours(24);

/// Queues a look at listings that nobody has looked at for a day, so that what was changed or taken down on the
/// platform itself is seen. Tells how many it queued.
///
/// # Errors
/// Faults of the database.
pub fn compare(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let due = store::to_compare(tx.conn(), now.plus(-SEEN), STEP)?;
    for (id, shop) in &due {
        store::look_again(tx, *id)?;
        enqueue_push(tx, *id, *shop, now)?;
    }
    Ok(due.len())
}
