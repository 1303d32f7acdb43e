//! Listings (*niêm yết*): a product offered in a shop (*gian hàng*) on a platform.
//!
//! What we want (*desired*) and what the platform says (*reported*) are kept apart, and jobs work until they agree:
//! [`push`] takes a listing from one step of [`state::next`] to the following, [`follow`] wakes the listings of
//! products that changed, whose star ended or whose producer was suspended, [`shop`] holds the connections with their sealed keys. Nothing is sent
//! from a request. [`consent`] connects a shop by a click of its owner on the platform's own page. A shop without an address is served by hand: [`hand`] says where its listings are, [`export`] makes the
//! files. A product is looked up by its SKU before it is created, so a repeat never makes a second one.

mod columns;
pub mod consent;
mod content;
mod export;
pub mod follow;
mod hand;
pub mod hook;
pub mod http;
mod look;
pub mod mapping;
pub mod orphans;
pub mod push;
mod remote;
pub mod shop;
pub mod state;
mod store;
mod trouble;
mod wanted;

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{JobId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::state::{Issue, ListingContent, Media};
use crate::product::{self, Product};

use wanted::{Wanted, wanted_content, wanted_with};

pub use columns::{ExportColumns, export_columns, set_export_columns};
pub use export::{EXPORT_MAX, Entry, Package, package};
pub use hand::{Record, record};
pub use look::{
    Attempt, Health, Preview, Sold, Troubled, attempts, forget_attempts, health, preview, sold_as, troubled,
};
pub use remote::{Line, Note, Shut};
pub use shop::{Shop, ShopFilter};
pub use state::hand::Submission;
pub use state::{DesiredState, ReportedState, Settings, ShopStatus};

/// The kind of the job that brings one listing into step.
pub const PUSH: &str = "listing.push";

/// A listing as others may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// The product.
    pub product_id: ProductId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// The shop.
    pub shop_id: ShopId,
    /// Key of the platform.
    pub platform: String,
    /// The SKU by which the platform knows it: that of the product when the listing was made, or the one that stood there
    /// when it was taken over.
    pub sku: String,
    /// What the producer chose here.
    pub settings: Settings,
    /// What we want.
    pub desired_state: DesiredState,
    /// What it should say.
    pub desired: ListingContent,
    /// Raised each time we want something else.
    pub desired_revision: i32,
    /// What the platform says.
    pub reported_state: ReportedState,
    /// The platform's details.
    pub reported: Reported,
    /// The platform's id of the product.
    pub external_id: Option<String>,
    /// Number of the certificate that the platform was sent.
    pub sent_certificate: Option<String>,
    /// Whether the platform shows what we want.
    pub in_step: bool,
    /// What stands in the way.
    pub issues: Vec<Issue>,
    /// When the platform was asked last.
    pub checked_at: Option<Instant>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

/// Details of what a platform says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The platform's own word for the state.
    pub raw_status: Option<String>,
    /// Name there.
    #[serde(default)]
    pub name: Option<String>,
    /// Price there, VND.
    pub price_vnd: Option<i64>,
    /// Stock there.
    pub stock: Option<i64>,
    /// Why it refused, in its words.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// What it calls the images that it keeps.
    #[serde(default)]
    pub media: Media,
    /// Price and stock as we wanted them when we sent them last.
    #[serde(default)]
    pub sent: Option<SentOffer>,
    /// The name as we wanted it when we sent it last.
    #[serde(default)]
    pub sent_name: Option<String>,
    /// It was on sale and is there no more: a person decides whether it is offered again.
    #[serde(default)]
    pub gone: bool,
}

/// Price and stock as we wanted them when we sent them last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentOffer {
    /// VND.
    pub price_vnd: i64,
    /// Pieces.
    pub stock: u32,
}

impl Reported {
    /// What the seller changed on the platform itself after we sent it; `state` is what the platform says. The stock is
    /// not in it: that falls there with each sale. Nor is the name while a change may still be under review, or was
    /// refused: then what is there is what was there before.
    pub fn drift(&self, state: ReportedState) -> Option<Drift> {
        let price_vnd = self.sent.map(|sent| sent.price_vnd).zip(self.price_vnd);
        let price_vnd = price_vnd.filter(|(ours, theirs)| ours != theirs);
        let name = self.sent_name.clone().zip(self.own_name(state).map(str::to_owned));
        let name = name.filter(|(ours, theirs)| !ours.split_whitespace().eq(theirs.split_whitespace()));
        (price_vnd.is_some() || name.is_some()).then_some(Drift { name, price_vnd })
    }

    /// The name that the platform shows and will go on showing.
    fn own_name(&self, state: ReportedState) -> Option<&str> {
        let stands = matches!(state, ReportedState::Live | ReportedState::Withdrawn);
        self.name.as_deref().filter(|_| stands)
    }
}

/// What somebody changed on the platform itself: each ours, then theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The name.
    pub name: Option<(String, String)>,
    /// The price, VND.
    pub price_vnd: Option<(i64, i64)>,
}

/// Which of two counts from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListingDriftChoice)]
pub enum Keep {
    /// Ours: it is sent again.
    Ours,
    /// The platform's: it becomes that of this listing.
    Theirs,
}

impl TryFrom<store::Listing> for Listing {
    type Error = Error;

    fn try_from(row: store::Listing) -> Result<Self> {
        let same = row.sent_hash.as_ref() == Some(&row.desired_hash)
            && row.sent_offer_hash.as_ref() == Some(&row.desired_offer_hash);
        let reported: Reported = row.reported.map(|r| r.get()).transpose()?.unwrap_or_default();
        let in_step = match row.desired_state {
            DesiredState::Listed => {
                same && row.reported_state == ReportedState::Live
                    && reported.drift(row.reported_state).is_none()
            }
            DesiredState::Withdrawn => !row.reported_state.up(),
        };
        Ok(Self {
            id: row.id,
            product_id: row.product_id,
            producer_id: row.producer_id,
            shop_id: row.shop_id,
            platform: row.platform,
            sku: row.sku,
            settings: row.settings.get()?,
            desired_state: row.desired_state,
            desired: row.desired.get()?,
            desired_revision: row.desired_revision,
            reported_state: row.reported_state,
            reported,
            external_id: row.external_id,
            sent_certificate: row.sent_certificate,
            in_step,
            issues: row.issues.get()?,
            checked_at: row.checked_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Which listings are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What the platform says.
    pub status: Option<ReportedState>,
    /// In one shop.
    pub shop_id: Option<ShopId>,
    /// Of one product.
    pub product_id: Option<ProductId>,
    /// Of one producer.
    pub producer_id: Option<ProducerId>,
    /// On one platform.
    pub platform: Option<String>,
    /// With an issue of this code.
    pub issue: Option<String>,
}

/// A new listing.
#[derive(Clone, Debug)]
pub struct NewListing {
    /// The product.
    pub product_id: ProductId,
    /// The shop.
    pub shop_id: ShopId,
    /// What the producer chose.
    pub settings: Settings,
}

#[derive(Serialize, Deserialize)]
struct PushPayload {
    listing_id: ListingId,
}

/// Queues the push of a listing; what was queued for it before has nothing to do any more.
fn enqueue_push(tx: &mut Tx<'_>, id: ListingId, shop: ShopId, now: Instant) -> Result<JobId> {
    let job = NewJob { kind: PUSH, lane: shop.as_str(), run_at: now };
    let job = jobs::enqueue(tx, &job, &PushPayload { listing_id: id }, now)?;
    store::set_push(tx, id, job)?;
    Ok(job)
}

/// An image's public address. It ends like the image's kind: WordPress takes no other.
fn image_url(site: &str, image: &product::Image) -> String {
    format!("{site}/api/v1/products/{}/images/{}/file.{}", image.product_id, image.id, image.ending())
}

/// Whether a product may be on sale on platforms: published, and its producer takes part.
fn on_offer(conn: &mut Conn, product: &Product) -> Result<bool> {
    if product.status != product::Status::Published {
        return Ok(false);
    }
    let producer = crate::producer::any(conn, product.producer_id)?;
    Ok(on_offer_of(product, &producer))
}

/// The same, with its producer read before.
fn on_offer_of(product: &Product, producer: &crate::producer::Producer) -> bool {
    product.status == product::Status::Published
        && product::state::producer_takes_part(producer.status).is_ok()
}

fn own(actor: &Actor, producer: ProducerId) -> Result<()> {
    if actor.reach.producer == Some(producer) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

fn shown(row: &store::Listing) -> serde_json::Value {
    serde_json::json!({
        "product_id": row.product_id, "shop_id": row.shop_id, "platform": row.platform,
        "desired_state": row.desired_state, "settings": row.settings.as_str(),
    })
}

/// Offers a product in a shop. `site` is the public address of this service, for images and certificates.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `listing.product_not_published`, `listing.exists`, `listing.sku_taken`,
/// `shop.closed`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewListing, site: &str, now: Instant) -> Result<Listing> {
    offer(
        tx,
        actor,
        new,
        ("listing.create", None, |_: &mut store::Listing, _: &ListingContent| {}),
        site,
        now,
    )
}

/// Makes a listing under a SKU, the product's own where none is named; `bind` adds what is known of it there.
fn offer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewListing,
    (op, sku, bind): (&'static str, Option<&str>, impl FnOnce(&mut store::Listing, &ListingContent)),
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let NewListing { product_id, shop_id, settings } = new;
    let shop = shop::row(tx.conn(), &actor.reach, *shop_id)?;
    own(actor, shop.producer_id)?;
    let product = product::find(tx.conn(), &actor.reach, *product_id)?;
    let mut errors = settings.errors();
    if product.producer_id != shop.producer_id {
        errors.push(FieldError::new(
            "/product_id",
            "product_id.other_producer",
            "Gian hàng và sản phẩm phải của cùng một chủ thể.",
            "The shop and the product must belong to the same producer.",
        ));
    }
    if crate::platform::descriptor(&shop.platform).is_some_and(|platform| !platform.takes_products()) {
        errors.push(FieldError::new(
            "/shop_id",
            "shop_id.carrier",
            "Đây là đơn vị vận chuyển, không đăng sản phẩm; hãy tạo vận đơn tại /shipments.",
            "This is a carrier: products are not offered there. Make a shipment at /shipments.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    if shop.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    if !on_offer(tx.conn(), &product)? {
        return Err(Error::new(Code::ListingNotPublished));
    }
    crate::db::dialect::lock(tx.conn(), shop_id.as_str())?;
    let sku = sku.unwrap_or(&product.sku);
    match store::taken(tx.conn(), *shop_id, *product_id, sku)? {
        Some(other) if other == *product_id => return Err(Error::new(Code::ListingExists)),
        Some(_) => return Err(Error::new(Code::ListingSkuTaken)),
        None => {}
    }
    let at = (shop.platform.as_str(), *shop_id, sku);
    let wanted = wanted_content(tx.conn(), &product, at, settings, site, now)?;
    let issues = wanted.issues(&shop.platform, now);
    let stored = content::stored(&wanted.content);
    let mut row = store::Listing {
        id: ListingId::new(),
        product_id: *product_id,
        producer_id: shop.producer_id,
        province_code: shop.province_code.clone(),
        commune_code: shop.commune_code.clone(),
        shop_id: *shop_id,
        platform: shop.platform.clone(),
        sku: sku.to_owned(),
        settings: Json::of(settings),
        desired_state: DesiredState::Listed,
        desired: stored.json,
        desired_hash: stored.hash,
        desired_offer_hash: stored.offer_hash,
        desired_revision: 1,
        sent_hash: None,
        sent_offer_hash: None,
        sent_at: None,
        sent_certificate: None,
        sent_star_until: None,
        reported_state: ReportedState::None,
        reported: None,
        external_id: None,
        issues: Json::of(&issues),
        push_id: None,
        checked_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    bind(&mut row, &wanted.content);
    store::insert_listing(tx, &row)?;
    enqueue_push(tx, row.id, row.shop_id, now)?;
    audit::record(tx, actor, op, row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

fn row(conn: &mut Conn, reach: &Reach, id: ListingId) -> Result<store::Listing> {
    store::listing(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// A listing within reach.
///
/// # Errors
/// `request.not_found`.
pub fn get(conn: &mut Conn, reach: &Reach, id: ListingId) -> Result<Listing> {
    row(conn, reach, id)?.try_into()
}

/// Listings within reach, oldest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<ListingId>,
) -> Result<Page<Listing>> {
    let page = store::listings(conn, reach, filter, want)?;
    let data = page.data.into_iter().map(Listing::try_from).collect::<Result<_>>()?;
    Ok(Page { data, next: page.next })
}

/// Changes what the producer chose; the platform follows.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `shop.closed`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListingId,
    version: i32,
    change: impl FnOnce(Settings) -> Settings,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let row = editable(tx, actor, id, Some(version))?;
    let settings = change(row.settings.get()?);
    let errors = settings.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    want(tx, actor, "listing.update", row, |row| row.settings = Json::of(&settings), site, now)
}

/// Wants the product on sale, and asks the platform how things are even where nothing has changed. One that was deleted
/// there is made anew.
///
/// # Errors
/// `request.not_found`, `shop.closed`, `listing.product_not_published`.
pub fn sync(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, site: &str, now: Instant) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    let product = product::any(tx.conn(), row.product_id)?;
    if !on_offer(tx.conn(), &product)? {
        return Err(Error::new(Code::ListingNotPublished));
    }
    // Whoever asks for it wants a product that was deleted there made anew.
    let mut reported: Reported = row.reported.as_ref().map(Json::get).transpose()?.unwrap_or_default();
    let gone = std::mem::take(&mut reported.gone);
    let look = |row: &mut store::Listing| {
        (row.desired_state, row.checked_at) = (DesiredState::Listed, None);
        if gone {
            row.reported = Some(Json::of(&reported));
        }
    };
    want(tx, actor, "listing.sync", row, look, site, now)
}

/// Settles what the seller changed on the platform: ours is sent again, or theirs becomes ours. Changes nothing where
/// both are the same.
///
/// # Errors
/// `request.not_found`, `shop.closed`.
pub fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListingId,
    keep: Keep,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    let mut reported: Reported = row.reported.as_ref().map(Json::get).transpose()?.unwrap_or_default();
    let Some(Drift { name, price_vnd }) = reported.drift(row.reported_state) else { return row.try_into() };
    let mut settings: Settings = row.settings.get()?;
    let (renamed, repriced) = (name.is_some(), price_vnd.is_some());
    match keep {
        Keep::Ours => {
            reported.sent = reported.sent.filter(|_| !repriced);
            reported.sent_name = reported.sent_name.filter(|_| !renamed);
        }
        Keep::Theirs => {
            settings.price_vnd = price_vnd.map(|(_, theirs)| theirs).or(settings.price_vnd);
            settings.name = name.map(|(_, theirs)| theirs).or(settings.name);
        }
    }
    let change = |row: &mut store::Listing| {
        row.settings = Json::of(&settings);
        row.reported = Some(Json::of(&reported));
        row.sent_offer_hash = row.sent_offer_hash.take().filter(|_| !repriced);
        row.sent_hash = row.sent_hash.take().filter(|_| !renamed);
    };
    want(tx, actor, "listing.settle", row, change, site, now)
}

/// Takes the product off sale.
///
/// # Errors
/// `request.not_found`, `shop.closed`.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, site: &str, now: Instant) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    want(tx, actor, "listing.withdraw", row, |row| row.desired_state = DesiredState::Withdrawn, site, now)
}

fn editable(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, version: Option<i32>) -> Result<store::Listing> {
    let row = row(tx.conn(), &actor.reach, id)?;
    own(actor, row.producer_id)?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if shop::row(tx.conn(), &actor.reach, row.shop_id)?.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    Ok(row)
}

/// Writes what we want from now on and queues the push.
fn want(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    mut row: store::Listing,
    change: impl FnOnce(&mut store::Listing),
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let before = shown(&row);
    change(&mut row);
    let product = product::any(tx.conn(), row.product_id)?;
    let wanted = wanted_content(tx.conn(), &product, row.place(), &row.settings.get()?, site, now)?;
    let stored = content::stored(&wanted.content);
    (row.desired, row.desired_hash, row.desired_offer_hash) = (stored.json, stored.hash, stored.offer_hash);
    row.issues = Json::of(&wanted.issues(&row.platform, now));
    row.desired_revision += 1;
    row.version += 1;
    row.updated_at = now;
    store::save_listing(tx, &row)?;
    row.push_id = Some(enqueue_push(tx, row.id, row.shop_id, now)?);
    audit::record(tx, actor, op, row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
}
