//! What a platform is: data that the screens show as it stands.

use chrono::NaiveDate;
use serde::Serialize;

use super::Label;

/// How a product reaches the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformKind)]
pub enum Kind {
    /// Calls to a documented interface.
    LiveApi,
    /// The platform reads a file or page of ours.
    Feed,
    /// We make the files, a person hands them in and records what became of it.
    Assisted,
    /// Calls to an interface that is described by configuration once there is an agreement.
    PartnerProfile,
}

/// Whether the platform can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformStatus)]
pub enum Status {
    /// Running.
    Active,
    /// No longer trading; the adapter speaks a contract that probably nobody answers.
    Closed,
    /// Running, but without a public interface: an agreement with the operator comes first.
    NeedsAgreement,
    /// What was found neither shows that the interface works nor that it ended.
    Unconfirmed,
}

/// What can be asked of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Create and update a product.
    ProductUpsert,
    /// Change price and stock without touching the content.
    PriceStock,
    /// Take a product off sale.
    Withdraw,
    /// Find a product by our SKU.
    FindBySku,
    /// Ask what became of a product under review.
    ReviewPoll,
    /// List the products that stand in the shop.
    ProductList,
    /// Read the category tree.
    CategoryLookup,
    /// Read a category's attributes.
    AttributeLookup,
    /// Images are given as addresses that the platform fetches.
    ImageByUrl,
    /// Images are uploaded first.
    ImageUpload,
    /// Orders are pulled.
    OrdersPull,
    /// The platform calls us when something happened.
    WebhookIn,
    /// We publish a feed it reads.
    FeedOut,
    /// We make files for a person to hand in.
    FileExport,
    /// We read files that it gave to a person.
    FileImport,
    /// Parcels: create and cancel.
    Shipping,
    /// A parcel is found by our own reference, and its state asked for.
    ParcelLookup,
    /// A link or code that leads to our page of the product.
    ProductLink,
    /// A shop is connected by its owner's consent on the platform's own page: no token is copied.
    Consent,
    /// After the consent the platform is asked which shop it is for.
    ShopLookup,
}

/// Limits of the contract; `None` where it names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PlatformLimits)]
pub struct Limits {
    /// Fewest characters of a name.
    pub name_min: Option<u32>,
    /// Most characters of a name.
    pub name_max: Option<u32>,
    /// Fewest characters of a description.
    pub description_min: Option<u32>,
    /// Most characters of a description.
    pub description_max: Option<u32>,
    /// Most images of a product.
    pub images_max: Option<u32>,
    /// Shortest side of an image, pixels.
    pub image_min_px: Option<u32>,
    /// Longest side of an image, pixels.
    pub image_max_px: Option<u32>,
    /// Largest file of an image, bytes.
    pub image_max_bytes: Option<u64>,
    /// Most images inside the description.
    pub description_images_max: Option<u32>,
    /// Requests per second and shop.
    pub requests_per_second: Option<u32>,
    /// Requests per minute from one address: all shops that we serve share them.
    pub requests_per_minute: Option<u32>,
    /// Most products in one price and stock call.
    pub price_stock_batch: Option<u32>,
    /// Longest window of one pull of orders, in hours.
    pub order_window_hours: Option<u32>,
    /// Life of an access token, in seconds.
    pub token_seconds: Option<u32>,
}

impl Limits {
    /// Nothing documented.
    pub const UNKNOWN: Self = Self {
        name_min: None,
        name_max: None,
        description_min: None,
        description_max: None,
        images_max: None,
        image_min_px: None,
        image_max_px: None,
        image_max_bytes: None,
        description_images_max: None,
        requests_per_second: None,
        requests_per_minute: None,
        price_stock_batch: None,
        order_window_hours: None,
        token_seconds: None,
    };
}

/// The part that a credential has in the owner's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformConsentPart)]
pub enum ConsentPart {
    /// It has to be given before.
    Needed,
    /// The consent brings it: it is left empty.
    Brought,
}

/// A credential or setting that a shop gives when it is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AuthField {
    /// Name in the shop's credentials.
    pub name: &'static str,
    /// Whether it is sealed, never shown again and redacted everywhere.
    pub secret: bool,
    /// Whether a shop connects without it.
    pub optional: bool,
    /// What it has to do with the owner's consent, where the platform offers that.
    pub consent: Option<ConsentPart>,
    /// Label of the form.
    pub label: Label,
}

/// One platform. `status` is what was found on `checked_on` in `status_source`, not a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Stable key, used in paths and rows.
    pub key: &'static str,
    /// Name as people know it.
    pub title: &'static str,
    /// How a product reaches it.
    pub kind: Kind,
    /// Whether it can be used.
    pub status: Status,
    /// What a person should know about the status.
    pub note: Label,
    /// Where the status was found.
    pub status_source: &'static str,
    /// When it was looked up.
    pub checked_on: NaiveDate,
    /// Whether this program has an adapter for it.
    pub adapter: bool,
    /// What the contract offers; where [`Descriptor::adapter`] is true, what the adapter does.
    pub capabilities: &'static [Capability],
    /// Limits of the contract.
    pub limits: Limits,
    /// What a shop gives to connect.
    pub auth: &'static [AuthField],
    /// Which of these is the shop's own number, where the platform sends the events of all shops of an application to
    /// one address and names the shop by it: see [`Adapter::hook_shop`](crate::platform::adapter::Adapter::hook_shop).
    pub shop_number: Option<&'static str>,
    /// Whether a product on sale goes on showing what was approved before while a change of it is reviewed, or after
    /// the change was refused. A star that has ended must not stay up that long.
    pub shows_old_in_review: bool,
    /// Address of the interface; empty where each shop has its own or none is known.
    pub base_url: &'static str,
    /// Addresses of its other hosts, for example those that give tokens.
    pub hosts: &'static [&'static str],
}

impl Descriptor {
    /// Whether products are offered there, by calls, files or feeds. Carriers take parcels alone.
    pub fn takes_products(&self) -> bool {
        !self.capabilities.contains(&Capability::Shipping)
    }
}
