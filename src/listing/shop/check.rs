//! The job that tries a shop's keys.

use crate::app::App;
use crate::error::Result;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::remote::Line;
use crate::listing::state::ShopStatus;
use crate::listing::{enqueue_push, store, trouble};
use crate::platform::state::{Capability, Class};

use super::{ORDERS, OrdersPayload, ShopPayload};

/// The job that tries a shop's keys: connected, its listings and orders come into step; refused, it says which field.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn check(app: &App, job: &Job) -> Result<Outcome> {
    let id = job.payload::<ShopPayload>()?.shop_id;
    let mut line = match Line::open(app, id).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let platform = line.adapter().descriptor();
    if let Err(failure) = line.log_in().await? {
        if matches!(failure.class, Class::Permanent | Class::NeedsAction) {
            let issue = failure.issues().into_iter().next();
            let issue = issue.unwrap_or_else(|| trouble::refused_keys(&failure, platform));
            line.break_off(&issue).await?;
            return Ok(Outcome::Dead(failure.to_string()));
        }
        return line.fail(&failure).await;
    }
    let note = line.note_success();
    let (keys, seen, now) = (line.shop.credentials.clone(), line.shop.status, app.clock.now());
    let connected = store::Connection {
        status: ShopStatus::Connected,
        token: line.shop.token.clone(),
        token_expires_at: line.shop.token_expires_at,
        last_error: None,
        failures: 0,
        rest_until: None,
        checked_at: Some(now),
    };
    let pulls = platform.capabilities.contains(&Capability::OrdersPull);
    app.db
        .write("shop.connected", move |tx| {
            note.store(tx)?;
            if !store::note_connection(tx, id, &keys, seen, &connected)? {
                return Ok(Outcome::Done("the shop was changed meanwhile".to_owned()));
            }
            for listing in store::out_of_step(tx.conn(), id)? {
                enqueue_push(tx, listing, id, now)?;
            }
            if pulls {
                let job = NewJob { kind: ORDERS, lane: id.as_str(), run_at: now };
                jobs::ensure(tx, &job, &OrdersPayload { shop_id: id, once: false }, now)?;
            }
            Ok(Outcome::Done("connected".to_owned()))
        })
        .await
}
