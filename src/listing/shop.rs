//! Shops (*gian hàng*): a producer's account on a platform, with sealed keys. Connecting, pausing, closing, and the
//! job that tries the keys.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::actor::{Actor, Reach};
use crate::app::App;
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{ProducerId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::platform::state::{Capability, Class, Descriptor, Issue, Status as PlatformStatus};
use crate::producer;

use super::remote::{self, Line};
use super::state::{self, ShopStatus};
use super::{enqueue_push, own, store};

/// The kind of the job that tries a shop's keys.
pub const CHECK: &str = "shop.check";
/// The kind of the job that pulls a shop's orders; the sales figures do it.
pub const ORDERS: &str = "shop.orders";

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
    /// How the connection is.
    pub status: ShopStatus,
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
        Ok(Self {
            id: row.id,
            producer_id: row.producer_id,
            platform: row.platform,
            name: row.name,
            status: row.status,
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

/// A shop to be connected. The keys are sealed when it is made, so that nothing else holds them.
#[derive(Clone)]
pub struct NewShop {
    id: ShopId,
    producer_id: ProducerId,
    platform: &'static Descriptor,
    name: String,
    sealed: String,
}

fn name_errors(name: &str) -> Option<FieldError> {
    let sound = (1..=200).contains(&name.trim().chars().count());
    (!sound).then(|| {
        FieldError::new(
            "/name",
            "name.length",
            "Tên gian hàng có từ 1 đến 200 ký tự.",
            "A shop's name has 1 to 200 characters.",
        )
    })
}

/// What is wrong with the keys given for a platform.
fn credential_errors(platform: &Descriptor, given: &BTreeMap<String, String>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in platform.auth {
        let value = given.get(field.name).map(|v| v.trim()).unwrap_or_default();
        if value.is_empty() || value.chars().count() > 2000 {
            errors.push(FieldError::new(
                format!("/credentials/{}", field.name),
                "credential.missing",
                format!("Cần nhập: {}.", field.label.vi),
                format!("Give: {}.", field.label.en),
            ));
        }
    }
    for name in given.keys().filter(|name| platform.auth.iter().all(|field| field.name != name.as_str())) {
        errors.push(FieldError::new(
            format!("/credentials/{}", name.replace('~', "~0").replace('/', "~1")),
            "credential.unknown",
            format!("{} không dùng khóa này.", platform.title),
            format!("{} has no such key.", platform.title),
        ));
    }
    errors
}

impl NewShop {
    /// Checks and seals what a shop is connected with.
    ///
    /// # Errors
    /// `request.invalid`, `platform.not_available` without an adapter, `platform.closed` where the platform does not
    /// trade any more and the settings name no other address for it.
    pub fn seal(
        app: &App,
        producer_id: ProducerId,
        platform: &str,
        name: &str,
        credentials: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let Some(platform) = crate::platform::descriptor(platform) else {
            return Err(Error::invalid(vec![FieldError::new(
                "/platform",
                "platform.unknown",
                "Không có sàn với khóa này; xem /platforms.",
                "There is no platform with this key; see /platforms.",
            )]));
        };
        if !platform.adapter {
            return Err(Error::told(Code::PlatformNotAvailable, platform.note.vi, platform.note.en));
        }
        if platform.status == PlatformStatus::Closed && !app.config.platform_hosts.contains_key(platform.key)
        {
            return Err(Error::told(Code::PlatformClosed, platform.note.vi, platform.note.en));
        }
        let mut errors = credential_errors(platform, credentials);
        errors.extend(name_errors(name));
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        let id = ShopId::new();
        let sealed = remote::seal(app, id, credentials)?;
        Ok(Self { id, producer_id, platform, name: name.trim().to_owned(), sealed })
    }
}

fn shown(row: &store::Shop) -> serde_json::Value {
    serde_json::json!({
        "producer_id": row.producer_id, "platform": row.platform, "name": row.name, "status": row.status,
    })
}

#[derive(Serialize, serde::Deserialize)]
struct ShopPayload {
    shop_id: ShopId,
}

fn enqueue_check(tx: &mut Tx<'_>, id: ShopId, now: Instant) -> Result<()> {
    let job = NewJob { kind: CHECK, lane: id.as_str(), run_at: now };
    jobs::enqueue(tx, &job, &ShopPayload { shop_id: id }, now)?;
    Ok(())
}

/// Connects a shop; a job tries its keys.
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
        status: ShopStatus::Connecting,
        credentials: new.sealed.clone(),
        token: None,
        token_expires_at: None,
        last_error: None,
        failures: 0,
        rest_until: None,
        orders_cursor: None,
        checked_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_shop(tx, &row)?;
    enqueue_check(tx, row.id, now)?;
    audit::record(tx, actor, "shop.connect", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

/// A shop's row within reach.
pub(super) fn row(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<store::Shop> {
    store::shop(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
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

/// What may change of a shop.
#[derive(Clone, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Other keys, sealed by [`Change::seal`].
    sealed: Option<String>,
    /// Pause it, or let it go on.
    pub paused: Option<bool>,
}

impl Change {
    /// Checks and seals other keys for the shop.
    ///
    /// # Errors
    /// `request.invalid`.
    pub fn seal(&mut self, app: &App, shop: &Shop, credentials: &BTreeMap<String, String>) -> Result<()> {
        let errors = match crate::platform::descriptor(&shop.platform) {
            Some(platform) => credential_errors(platform, credentials),
            None => Vec::new(),
        };
        if !errors.is_empty() {
            return Err(Error::invalid(errors));
        }
        self.sealed = Some(remote::seal(app, shop.id, credentials)?);
        Ok(())
    }
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
    if let Some(error) = name.as_deref().and_then(name_errors) {
        return Err(Error::invalid(vec![error]));
    }
    row.status = state::pause(row.status, paused.unwrap_or(row.status == ShopStatus::Paused))?;
    row.name = name.map_or(row.name, |name| name.trim().to_owned());
    if let Some(sealed) = sealed {
        row.credentials = sealed;
        (row.token, row.token_expires_at) = (None, None);
        (row.last_error, row.failures, row.rest_until) = (None, 0, None);
        if row.status != ShopStatus::Paused {
            row.status = ShopStatus::Connecting;
        }
    }
    row.version += 1;
    row.updated_at = now;
    store::save_shop(tx, &row)?;
    if row.status == ShopStatus::Connecting {
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
    state::check_close(row.status, store::any_up(tx.conn(), id)?)?;
    row.status = ShopStatus::Closed;
    row.credentials = String::new();
    (row.token, row.token_expires_at) = (None, None);
    row.version += 1;
    row.updated_at = now;
    store::save_shop(tx, &row)?;
    audit::record(tx, actor, "shop.close", id.as_str(), Some(&before), Some(&shown(&row)), now);
    Ok(())
}

/// Queues a pull of a shop's orders now.
///
/// # Errors
/// `request.not_found`, `shop.closed`, `shop.not_connected`.
pub fn pull_orders(tx: &mut Tx<'_>, actor: &Actor, id: ShopId, now: Instant) -> Result<Shop> {
    let row = row(tx.conn(), &actor.reach, id)?;
    own(actor, row.producer_id)?;
    match row.status {
        ShopStatus::Connected => {}
        ShopStatus::Closed => return Err(Error::new(Code::ShopClosed)),
        _ => return Err(Error::new(Code::ShopNotConnected)),
    }
    let job = NewJob { kind: ORDERS, lane: id.as_str(), run_at: now };
    jobs::enqueue(tx, &job, &OrdersPayload { shop_id: id, once: true }, now)?;
    row.try_into()
}

/// What a job that pulls orders is about.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct OrdersPayload {
    /// The shop.
    pub shop_id: ShopId,
    /// Asked for by a person, beside the one that runs all the time.
    pub once: bool,
}

/// Notes up to when a shop's orders are known.
///
/// # Errors
/// Faults of the database.
pub fn orders_known(tx: &mut Tx<'_>, id: ShopId, until: Instant) -> Result<()> {
    store::move_orders_cursor(tx, id, until)
}

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
            let issue = issue.unwrap_or_else(|| remote::refused_keys(&failure, platform));
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
