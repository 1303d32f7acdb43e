//! Rules of listings and shops: what to do next so that the platform shows what we want. Pure.

pub mod column;
pub mod hand;
pub mod mapping;
pub mod tree;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::error::{Code, FieldError, Refusal};
use crate::platform::state::{AttributeChoice, Outcome};
use crate::text_enum;
use crate::values::Vnd;

text_enum! {
    /// How the connection to a shop is.
    pub enum ShopStatus {
        /// Its keys have not been tried yet.
        Connecting = "connecting",
        /// It can be used.
        Connected = "connected",
        /// The platform refuses its keys; a person must give new ones.
        Broken = "broken",
        /// A person stopped it for a while: nothing is sent or pulled, but what must not stay up is taken down.
        Paused = "paused",
        /// Ended for good; kept for its history.
        Closed = "closed",
    }
}

text_enum! {
    /// What we want of a listing.
    pub enum DesiredState {
        /// On sale.
        Listed = "listed",
        /// Not on sale.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What the platform says of a listing.
    pub enum ReportedState {
        /// Nothing yet: it does not know the product.
        None = "none",
        /// Kept, not handed in for review.
        Draft = "draft",
        /// Taken; what becomes of it is not known yet.
        Submitted = "submitted",
        /// Under review.
        PendingReview = "pending_review",
        /// On sale.
        Live = "live",
        /// Refused by the review.
        Rejected = "rejected",
        /// Not on sale.
        Withdrawn = "withdrawn",
        /// A word that the platform's contract does not name.
        Unknown = "unknown",
    }
}

impl From<&Outcome> for ReportedState {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Draft { .. } => Self::Draft,
            Outcome::Submitted { .. } => Self::Submitted,
            Outcome::PendingReview { .. } => Self::PendingReview,
            Outcome::Live { .. } => Self::Live,
            Outcome::Rejected { .. } => Self::Rejected,
            Outcome::Withdrawn => Self::Withdrawn,
            Outcome::Unknown { .. } => Self::Unknown,
        }
    }
}

impl ReportedState {
    /// Whether the platform has yet to say what becomes of it.
    pub const fn open(self) -> bool {
        matches!(self, Self::None | Self::Draft | Self::Submitted | Self::PendingReview | Self::Unknown)
    }

    /// Whether buyers can see it, now or once its review has ended.
    pub const fn up(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::PendingReview | Self::Live | Self::Unknown)
    }
}

/// What a producer chooses for a product in one shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The platform's leaf category.
    pub category: Option<String>,
    /// Attributes of that category.
    pub attributes: Vec<AttributeChoice>,
    /// Pieces on offer.
    pub stock: u32,
    /// Name here; otherwise the product's.
    pub name: Option<String>,
    /// Price here, VND; otherwise the product's.
    pub price_vnd: Option<i64>,
    /// Weight with packaging, grams; otherwise the product's net weight.
    pub weight_g: Option<u32>,
}

/// Most pieces on offer.
const STOCK_MAX: u32 = 1_000_000;
/// Most grams of a parcel: one tonne.
const WEIGHT_MAX: u32 = 1_000_000;
/// Most attributes, and most values of one.
const ATTRIBUTES_MAX: usize = 50;
/// Longest name, in characters: no platform takes a longer one.
const NAME_MAX: usize = 255;
/// Longest text of a choice, in characters.
const TEXT_MAX: usize = 200;

impl Settings {
    /// What is wrong with them, with pointers below `/settings`.
    pub fn errors(&self) -> Vec<FieldError> {
        let Self { category, attributes, stock, name, price_vnd, weight_g } = self;
        let mut errors = Vec::new();
        let mut wrong = |field: &str, code, vi: &str, en: &str| {
            errors.push(FieldError::new(format!("/settings/{field}"), code, vi, en));
        };
        let long = |text: &str| text.is_empty() || text.chars().count() > TEXT_MAX;
        if category.as_deref().is_some_and(long) {
            wrong(
                "category",
                "category.length",
                "Mã ngành hàng có từ 1 đến 200 ký tự.",
                "A category has 1 to 200 characters.",
            );
        }
        let bad = attributes.len() > ATTRIBUTES_MAX
            || attributes.iter().any(|a| {
                long(&a.id)
                    || a.name.chars().count() > TEXT_MAX
                    || a.values.len() > ATTRIBUTES_MAX
                    || a.values
                        .iter()
                        .any(|v| v.value.chars().count() > TEXT_MAX || v.id.as_deref().is_some_and(long))
            });
        if bad {
            wrong(
                "attributes",
                "attributes.length",
                "Tối đa 50 thuộc tính, mỗi thuộc tính 50 giá trị, mỗi giá trị 200 ký tự.",
                "At most 50 attributes with 50 values of 200 characters.",
            );
        }
        if *stock > STOCK_MAX {
            wrong("stock", "stock.range", "Tồn kho từ 0 đến 1.000.000.", "The stock is from 0 to 1,000,000.");
        }
        if name.as_deref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > NAME_MAX) {
            wrong(
                "name",
                "name.length",
                "Tên trên sàn có từ 1 đến 255 ký tự.",
                "A name on a platform has 1 to 255 characters.",
            );
        }
        if price_vnd.is_some_and(|price| price == 0 || Vnd::new(price).is_err()) {
            wrong(
                "price_vnd",
                "price_vnd.range",
                "Giá bán là số đồng nguyên lớn hơn 0.",
                "A price is a whole number of dong above 0.",
            );
        }
        if weight_g.is_some_and(|weight| weight == 0 || weight > WEIGHT_MAX) {
            wrong(
                "weight_g",
                "weight_g.range",
                "Khối lượng từ 1 đến 1.000.000 gam.",
                "The weight is from 1 to 1,000,000 grams.",
            );
        }
        errors
    }
}

/// All that decides the next step of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What we want; a product that is not published is not wanted on any platform.
    pub wanted: DesiredState,
    /// A rule of the platform keeps the content from being sent.
    pub blocked: bool,
    /// What was sent last names a certificate that is not valid any more.
    pub stale_star: bool,
    /// The platform shows the old content while it reviews a change.
    pub shows_old: bool,
    /// The platform's id is known.
    pub bound: bool,
    /// Something was sent before, perhaps with an unknown end.
    pub sent: bool,
    /// This attempt looked for the SKU and found nothing.
    pub missing: bool,
    /// It was on sale and was deleted there, and nobody has said since that it is wanted again.
    pub gone: bool,
    /// What the platform said last.
    pub reported: ReportedState,
    /// It was said in this attempt.
    pub fresh: bool,
    /// Somebody wants to know how things are there, whatever was said last.
    pub look: bool,
    /// The platform accepts changes in that state.
    pub editable: bool,
    /// The content differs from what was sent.
    pub content_changed: bool,
    /// Price or stock differ from what was sent.
    pub offer_changed: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Next {
    /// Look for the SKU: nothing is created before.
    LookUp,
    /// Create the product.
    Create,
    /// Send all its content.
    Update,
    /// Send price and stock alone.
    Offer,
    /// Take it off sale.
    Withdraw,
    /// Ask what became of it.
    Review,
    /// The platform has to move first: ask again later.
    Wait,
    /// A person has to put the content right first.
    Blocked,
    /// The platform neither shows it nor accepts changes to it: a person decides there.
    Stuck,
    /// It was deleted there: a person says whether it is offered again or given up.
    Gone,
    /// The platform shows what we want, or has refused it with its reasons.
    Settled,
}

impl Next {
    /// Whether the attempt ends with it.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Wait | Self::Blocked | Self::Stuck | Self::Gone | Self::Settled)
    }
}

/// The next step towards what we want. Repeated until [`Next::ends`].
pub const fn next(f: Facts) -> Next {
    match (f.bound, f.wanted) {
        (false, DesiredState::Withdrawn) => {
            // A create whose end is unknown may have happened.
            if f.sent && !f.missing { Next::LookUp } else { Next::Settled }
        }
        (false, DesiredState::Listed) => {
            if f.blocked && !f.sent {
                Next::Blocked
            } else if !f.missing {
                Next::LookUp
            } else if f.gone {
                Next::Gone
            } else if f.blocked {
                Next::Blocked
            } else {
                Next::Create
            }
        }
        (true, _) if (f.reported.open() || f.look) && !f.fresh => Next::Review,
        (true, DesiredState::Withdrawn) => {
            if matches!(f.reported, ReportedState::Withdrawn) {
                Next::Settled
            } else {
                Next::Withdraw
            }
        }
        (true, DesiredState::Listed) => listed(f),
    }
}

const fn listed(f: Facts) -> Next {
    let off = matches!(f.reported, ReportedState::Withdrawn);
    if f.stale_star && !off && (f.blocked || !f.editable || f.shows_old) {
        // It cannot be changed at once, and a star that is no longer valid must not stay up meanwhile.
        return Next::Withdraw;
    }
    if f.blocked {
        return Next::Blocked;
    }
    if f.reported.open() && !f.editable {
        return Next::Wait;
    }
    if (f.content_changed || f.offer_changed) && !f.fresh && (off || f.sent) {
        // What sales and the seller changed there must be known before anything is written over it.
        return Next::Review;
    }
    if f.content_changed {
        return if f.editable { Next::Update } else { Next::Stuck };
    }
    if f.reported.open() {
        return Next::Wait;
    }
    if f.offer_changed && f.editable && !matches!(f.reported, ReportedState::Rejected) {
        return Next::Offer;
    }
    Next::Settled
}

/// How long to wait before a product under review is looked at again: a quarter of the time it has been waiting,
/// from two seconds to half an hour.
pub fn poll_after(waiting: Duration) -> Duration {
    (waiting / 4).clamp(Duration::seconds(2), Duration::minutes(30))
}

/// Failures in a row after which a shop rests.
const PATIENCE: i32 = 5;

/// How long a shop rests after so many failures in a row, so that one that is down is not hammered: half a minute
/// after the fifth, twice as long after each further one, ten minutes at most.
pub fn rest_after(failures: i32) -> Option<Duration> {
    let over = u32::try_from(failures - PATIENCE).ok()?;
    Some(Duration::seconds(30 * (1_i64 << over.min(5))).min(Duration::minutes(10)))
}

/// Whether a shop may be closed; `up` is whether products of ours can be bought there. What is up has to be taken down
/// first, also through keys that were refused: neither new keys nor a pause are a way around it.
///
/// # Errors
/// `shop.has_listings`, `shop.closed`.
pub fn check_close(status: ShopStatus, up: bool) -> Result<(), Refusal> {
    match status {
        ShopStatus::Closed => Err(Code::ShopClosed.into()),
        _ if up => Err(Code::ShopHasListings.into()),
        _ => Ok(()),
    }
}

/// The status of a shop after a person pauses it or lets it go on; going on begins with trying its keys.
///
/// # Errors
/// `shop.closed`.
pub fn pause(status: ShopStatus, paused: bool) -> Result<ShopStatus, Refusal> {
    match (status, paused) {
        (ShopStatus::Closed, _) => Err(Code::ShopClosed.into()),
        (_, true) => Ok(ShopStatus::Paused),
        (ShopStatus::Paused, false) => Ok(ShopStatus::Connecting),
        (other, false) => Ok(other),
    }
}

#[cfg(test)]
#[path = "state_test.rs"]
mod tests;
