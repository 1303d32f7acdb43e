//! What platforms tell us by themselves. A call is verified on its bytes, known again when it is repeated, and only ever
//! queues a look: what it says is not the record.

use crate::app::App;
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::state::{Hook, HookCall, HookRefused, News};

use super::shop::{ORDERS, OrdersPayload};
use super::state::ShopStatus;
use super::{enqueue_push, remote, shop, store};

/// Longest name of a delivery that is kept as it is; of a longer one its digest is.
const NAME_MAX: usize = 100;

/// Takes a call for a shop; answers with the text that a platform wants back to see that the address is ours.
///
/// # Errors
/// `request.not_found` where there is no such shop, it is closed or its platform sends nothing; `hook.refused`, and
/// then nothing is stored.
pub async fn receive(app: &App, platform: &str, id: ShopId, call: HookCall<'_>) -> Result<Option<String>> {
    let missing = || Error::new(Code::NotFound);
    let shop = app.db.read("hook.shop", move |conn| store::any_shop(conn, id)).await?.ok_or_else(missing)?;
    if shop.platform != platform || shop.status == ShopStatus::Closed {
        return Err(missing());
    }
    let adapter = crate::platform::adapter(platform).ok_or_else(missing)?;
    let credentials = remote::unseal(app, &shop, adapter.descriptor())?;
    let now = app.clock.now();
    let Hook { delivery, news } =
        adapter.hook(&call, &credentials, now).map_err(|refused| match refused {
            HookRefused::Unsupported => missing(),
            HookRefused::Forged => Error::new(Code::HookRefused),
            HookRefused::Unreadable => Error::new(Code::BadRequest),
        })?;
    if let News::Challenge(text) = news {
        return Ok(Some(text));
    }
    let long = delivery.is_empty() || delivery.len() > NAME_MAX;
    let delivery = if long { crate::platform::sign::digest(delivery.as_bytes()) } else { delivery };
    let write = move |tx: &mut Tx<'_>| {
        if store::new_delivery(tx, id, &delivery, now)? { act(tx, id, &news, now) } else { Ok(()) }
    };
    app.db.write("hook.receive", write).await?;
    app.wake.notify_one();
    Ok(None)
}

fn act(tx: &mut Tx<'_>, id: ShopId, news: &News, now: Instant) -> Result<()> {
    match news {
        News::Orders => {
            // The pull that waits for its turn does it now; one that runs may have passed this order already.
            if !jobs::hasten(tx, ORDERS, id.as_str(), now)? {
                let job = NewJob { kind: ORDERS, lane: id.as_str(), run_at: now };
                jobs::enqueue(tx, &job, &OrdersPayload { shop_id: id, once: true }, now)?;
            }
        }
        News::Products(ids) => {
            for listing in store::known_as(tx.conn(), id, ids)? {
                store::look_again(tx, listing)?;
                enqueue_push(tx, listing, id, now)?;
            }
        }
        News::Shop => shop::enqueue_check(tx, id, now)?,
        News::Challenge(_) | News::Nothing => {}
    }
    Ok(())
}

/// Forgets the names of deliveries older than `before`.
///
/// # Errors
/// Faults of the database.
pub fn forget(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    store::forget_hooks(tx, before)
}
