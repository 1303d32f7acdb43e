//! Listings follow their products: a change, a new star or the end of one reaches every platform without the product
//! knowing of it. Reads the event log behind a cursor of its own.

use std::collections::BTreeSet;

use crate::app::App;
use crate::db::{Json, Tx};
use crate::error::Result;
use crate::event;
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::product;

use super::mapping::{Maps, Place};
use super::state::{ReportedState, Settings};
use super::{brand, content, enqueue_push, image_url, on_offer, store, wanted_with};

/// Events of one step.
const STEP: i64 = 500;
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
            let listed = store::listed(tx.conn(), &changed, &producers)?;
            let mut queued = 0;
            for product in listed.into_iter().filter(|product| !ended.contains(product)) {
                queued += product_changed(tx, product, false, &site, now)?;
            }
            for product in ended.iter().copied().collect::<BTreeSet<_>>() {
                queued += product_changed(tx, product, true, &site, now)?;
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

/// Queues the push of every listing of a product that should say something else now, and tells how many. `again` is
/// for listings whose push was queued before and did not come through.
fn product_changed(tx: &mut Tx<'_>, id: ProductId, again: bool, site: &str, now: Instant) -> Result<usize> {
    let product = product::any(tx.conn(), id)?;
    let offered = on_offer(tx.conn(), &product)?;
    let rows = store::of_product(tx.conn(), id)?;
    let settings: Vec<Settings> = rows.iter().map(|row| row.settings.get()).collect::<Result<_>>()?;
    let images: Vec<String> =
        product::images(tx.conn(), id)?.iter().map(|image| image_url(site, image)).collect();
    let place = |(row, settings)| Place::of(row, &product, settings);
    let places: Vec<Place<'_>> = rows.iter().zip(&settings).map(place).collect();
    let maps = Maps::load(tx.conn(), &places)?;
    let brand = brand(tx.conn(), &maps, &product)?;
    let mut queued = 0;
    for (row, place) in rows.iter().zip(&places) {
        if (&row.province_code, &row.commune_code) != (&product.province_code, &product.commune_code) {
            let place = (product.province_code.as_str(), product.commune_code.as_deref());
            store::move_place(tx, product.producer_id, place)?;
        }
        let carried = (row.sku.as_str(), images.as_slice(), brand.as_deref());
        let wanted = wanted_with(&maps, place, &product, carried, site, now)?;
        let stored = content::stored(&wanted.content);
        let other = stored.hash != row.desired_hash || stored.offer_hash != row.desired_offer_hash;
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
        if other || gone || back || (stale && again) {
            enqueue_push(tx, row.id, row.shop_id, now)?;
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
