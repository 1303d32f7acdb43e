//! A changed map reaches the listings on its platform in the background, some of them at a time.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::{Json, Tx};
use crate::error::Result;
use crate::ids::ListingId;
use crate::instant::Instant;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::wanted::wanted_now;
use crate::listing::{enqueue_push, store};

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
    let mut queued = 0_usize;
    for current in wanted_now(tx.conn(), &rows, site, now)? {
        let (row, wanted, stored) = (current.row, &current.wanted, &current.stored);
        let other = current.differs();
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
