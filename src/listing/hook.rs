//! What platforms tell us by themselves. A call is verified on its bytes, known again when it is repeated, and only ever
//! queues a look: what it says is not the record.

use crate::app::App;
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::adapter::Adapter;
use crate::platform::state::{Hook, HookCall, HookRefused, News};

use super::shop::{ORDERS, OrdersPayload, PARCEL, ParcelPayload};
use super::state::ShopStatus;
use super::{enqueue_push, remote, shop, store};

/// Longest name of a delivery that is kept as it is; of a longer one its digest is.
const NAME_MAX: usize = 100;

fn missing() -> Error {
    Error::new(Code::NotFound)
}

/// Whether a name or number from outside can stand in a column as it is: PostgreSQL takes no NUL.
fn storable(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len()) && !name.contains('\0')
}

/// Takes a call for a shop; answers with the text that a platform wants back to see that the address is ours.
///
/// # Errors
/// `request.not_found` where there is no such shop, it is closed or its platform sends nothing; `hook.refused`, and
/// then nothing is stored.
pub async fn receive(app: &App, platform: &str, id: ShopId, call: HookCall<'_>) -> Result<Option<String>> {
    let shop = app.db.read("hook.shop", move |conn| store::any_shop(conn, id)).await?.ok_or_else(missing)?;
    if shop.platform != platform || shop.status == ShopStatus::Closed {
        return Err(missing());
    }
    let adapter = crate::platform::adapter(platform).ok_or_else(missing)?;
    take(app, adapter, &shop, &call).await
}

/// Takes a call to the one address of an application, for the shops of the number that it names. It is believed by the
/// keys of each of them alone, so what somebody else states as his number opens nothing.
///
/// # Errors
/// `request.not_found` where the platform has no such address; `hook.refused` where no shop is named, none has this
/// number or its keys do not verify the call: nobody is told which shops there are. Nothing is stored then.
pub async fn receive_for_app(app: &App, platform: &str, call: HookCall<'_>) -> Result<Option<String>> {
    let adapter = crate::platform::adapter(platform).ok_or_else(missing)?;
    if adapter.descriptor().shop_number.is_none() {
        return Err(missing());
    }
    let number = adapter.hook_shop(&call).filter(|number| storable(number));
    let number = number.ok_or_else(|| Error::new(Code::HookRefused))?;
    let key = adapter.descriptor().key;
    let shops = app.db.read("hook.shops", move |conn| store::numbered(conn, key, &number)).await?;
    let mut answer = Err(Error::new(Code::HookRefused));
    for shop in shops {
        match take(app, adapter, &shop, &call).await {
            // Of another application's shop: one that it is meant for may follow.
            Err(error) if error.code() == Code::HookRefused => {}
            Err(error) => return Err(error),
            taken => answer = taken,
        }
    }
    answer
}

async fn take(
    app: &App,
    adapter: &dyn Adapter,
    shop: &store::Shop,
    call: &HookCall<'_>,
) -> Result<Option<String>> {
    let (id, now) = (shop.id, app.clock.now());
    let credentials = remote::unseal(app, shop, adapter.descriptor())?;
    let Hook { delivery, news } = adapter.hook(call, &credentials, now).map_err(|refused| match refused {
        HookRefused::Unsupported => missing(),
        HookRefused::Forged => Error::new(Code::HookRefused),
        HookRefused::Unreadable => Error::new(Code::BadRequest),
    })?;
    if let News::Challenge(text) = news {
        return Ok(Some(text));
    }
    let delivery =
        if storable(&delivery) { delivery } else { crate::platform::sign::digest(delivery.as_bytes()) };
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
        News::Parcel(news) => {
            let job = NewJob { kind: PARCEL, lane: id.as_str(), run_at: now };
            jobs::enqueue(tx, &job, &ParcelPayload::of(id, news), now)?;
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
