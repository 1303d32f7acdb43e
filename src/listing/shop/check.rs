//! The job that tries a shop's keys.

use crate::app::App;
use crate::error::{Error, Result};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::remote::Line;
use crate::listing::state::ShopStatus;
use crate::listing::{enqueue_push, store, trouble};
use crate::platform::state::{Answer, Capability, Class, Failure, Op};

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
        return ended(&mut line, &failure).await;
    }
    let mut named = None;
    if line.is_nameless() {
        match line.call(None, &Op::ConsentedShop).await? {
            Ok(Answer::Shop(settings)) => {
                line.learn(settings);
                named = Some(line.named()?);
            }
            Ok(_) => return Err(Error::internal("a look for the consent's shop that brought none")),
            Err(failure) => return ended(&mut line, &failure).await,
        }
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
            if let Some((credentials, number)) = &named {
                store::note_settings(tx, id, &keys, credentials, number.as_deref())?;
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

/// How the job ends that cannot connect the shop.
async fn ended(line: &mut Line, failure: &Failure) -> Result<Outcome> {
    if !matches!(failure.class, Class::Permanent | Class::NeedsAction) {
        return line.fail(failure).await;
    }
    let platform = line.adapter().descriptor();
    let issue = failure.issues().into_iter().next();
    let issue = issue.unwrap_or_else(|| trouble::refused_keys(failure, platform));
    let kept = line.shop.by_consent;
    line.break_off(&issue, kept).await?;
    Ok(Outcome::Dead(failure.to_string()))
}
