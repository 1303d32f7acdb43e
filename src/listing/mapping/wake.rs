//! A changed map reaches the listings on its platform in the background, some of them at a time.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::{Json, Tx};
use crate::error::Result;
use crate::ids::{ListingId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::state::Settings;
use crate::listing::{content, enqueue_push, image_url, store, wanted_with};
use crate::{producer, product};

use super::{Maps, Place};

/// The kind of the job that brings the listings on a platform into step with its maps.
pub const REMAP: &str = "listing.remap";
/// Listings of one job.
const BATCH: i64 = 100;

#[derive(Serialize, Deserialize)]
struct Payload {
    platform: String,
    after: Option<ListingId>,
    /// Listings in this category are pushed even where they want nothing else: what is demanded of them changed.
    touched: Option<String>,
}

/// Queues the listings on a platform from the one after `after` on.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    platform: &str,
    after: Option<ListingId>,
    touched: Option<String>,
    now: Instant,
) -> Result<()> {
    let job = NewJob { kind: REMAP, lane: &format!("remap:{platform}"), run_at: now };
    jobs::enqueue(tx, &job, &Payload { platform: platform.to_owned(), after, touched }, now)?;
    Ok(())
}

/// Lets the next listings on a platform want what the maps say now, and queues the pushes of those that want something
/// else.
///
/// # Errors
/// Faults of the database; the job is then tried again.
pub async fn remap(app: &App, job: &Job) -> Result<Outcome> {
    let (payload, now) = (job.payload::<Payload>()?, app.clock.now());
    let site = app.config.public_url.clone();
    let outcome = app.db.write("listing.remap", move |tx| step(tx, &payload, &site, now)).await?;
    app.wake.notify_waiters();
    app.wake.notify_one();
    Ok(outcome)
}

fn step(tx: &mut Tx<'_>, payload: &Payload, site: &str, now: Instant) -> Result<Outcome> {
    let Payload { platform, after, touched } = payload;
    let rows = store::on_platform(tx.conn(), platform, *after, BATCH)?;
    let Some(last) = rows.last().map(|row| row.id) else {
        return Ok(Outcome::Done("there are no more listings".to_owned()));
    };
    let mut ids: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products: HashMap<ProductId, product::Product> =
        product::many(tx.conn(), &ids)?.into_iter().map(|product| (product.id, product)).collect();
    let mut images: HashMap<ProductId, Vec<String>> = HashMap::new();
    for image in product::images_of(tx.conn(), &ids)? {
        images.entry(image.product_id).or_default().push(image_url(site, &image));
    }
    let settings: Vec<Settings> = rows.iter().map(|row| row.settings.get()).collect::<Result<_>>()?;
    let places: Vec<Place<'_>> = rows
        .iter()
        .zip(&settings)
        .filter_map(|(row, settings)| Some(Place::of(row, products.get(&row.product_id)?, settings)))
        .collect();
    let maps = Maps::load(tx.conn(), &places)?;
    let mut makers: Vec<ProducerId> = rows.iter().map(|row| row.producer_id).collect();
    makers.sort_unstable();
    makers.dedup();
    let mut brands: HashMap<ProducerId, String> = HashMap::new();
    if maps.want_brand() {
        for maker in producer::many(tx.conn(), &makers)? {
            brands.insert(maker.id, maker.public_name().into_owned());
        }
    }
    let mut queued = 0_usize;
    for (row, settings) in rows.iter().zip(&settings) {
        let Some(product) = products.get(&row.product_id) else { continue };
        let place = Place::of(row, product, settings);
        let pictures = images.get(&row.product_id).map(Vec::as_slice).unwrap_or_default();
        let brand = brands.get(&row.producer_id).map(String::as_str);
        let wanted = wanted_with(&maps, &place, product, (&row.sku, pictures, brand), site, now)?;
        let stored = content::stored(&wanted.content);
        let other = stored.hash != row.desired_hash || stored.offer_hash != row.desired_offer_hash;
        if other {
            let issues = Json::of(&wanted.issues(&row.platform, now));
            store::set_desired(tx, row.id, &stored.json, (&stored.hash, &stored.offer_hash), &issues, now)?;
        }
        if other || (touched.is_some() && wanted.content.category == *touched) {
            enqueue_push(tx, row.id, row.shop_id, now)?;
            queued = queued.saturating_add(1);
        }
    }
    if i64::try_from(rows.len()).is_ok_and(|count| count == BATCH) {
        enqueue(tx, platform, Some(last), touched.clone(), now)?;
    }
    Ok(Outcome::Done(format!("{queued} of {} listings want something else", rows.len())))
}
