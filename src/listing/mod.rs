//! Listings (*niêm yết*): a product offered in a shop (*gian hàng*) on a platform.
//!
//! What we want (*desired*) and what the platform says (*reported*) are kept apart, and jobs work until they agree:
//! [`push`] takes a listing from one step of [`state::next`] to the following, [`follow`] wakes the listings of
//! products that changed, whose star ended or whose producer was suspended, [`shop`] holds the connections with their
//! sealed keys. Nothing is sent from a request. [`consent`] connects a shop by a click of its owner on the platform's
//! own page. A shop without an address is served by hand: [`hand`] says where its listings are, [`export`] makes the
//! files. A product is looked up by its SKU before it is created, so a repeat never makes a second one.

mod change;
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
mod reported;
pub mod shop;
pub mod state;
mod store;
mod trouble;
mod wanted;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Reach};
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{JobId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, NewJob};
use crate::platform::state::{Issue, ListingContent};
use crate::product::{self, Product};

use change::{offer, want};
use wanted::{Wanted, wanted_content, wanted_with};

pub use change::{create, settle, sync, update, withdraw};
pub use columns::{ExportColumns, export_columns, set_export_columns};
pub use export::{EXPORT_MAX, Entry, Package, package};
pub use hand::{Record, record};
pub use look::{
    Attempt, Health, Preview, Sold, Troubled, attempts, forget_attempts, health, preview, sold_as, troubled,
};
pub use remote::{Line, Note, Shut};
pub use reported::{Drift, Keep, Reported, SentOffer};
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

/// How far ahead of all other work of its shop goes what must not wait: a star that has ended is to be gone in a minute.
const AHEAD: Duration = Duration::days(1);

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
