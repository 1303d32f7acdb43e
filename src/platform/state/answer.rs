//! What a platform can answer.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Failure, Outcome, ParcelSeen, Secret};
use crate::instant::Instant;

/// What a platform answered to an [`super::Op`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Login`.
    Token(TokenGrant),
    /// To `Login` where the keys themselves are sent with each request: they are good.
    KeysGood,
    /// To `Consent`.
    Consented {
        /// The first tokens.
        grant: TokenGrant,
        /// Which shop they are for, by the names of [`super::AuthField`], as far as they say it.
        settings: BTreeMap<String, String>,
    },
    /// To `ConsentedShop`: the shop, by the names of [`super::AuthField`].
    Shop(BTreeMap<String, String>),
    /// To `FindBySku`: the product, if there is one.
    Found(Option<RemoteProduct>),
    /// To `Upsert`: what became of it.
    Written {
        /// The platform's id.
        external_id: Option<String>,
        /// The state after the write.
        outcome: Outcome,
        /// What the platform calls the images that it keeps: our address and its name.
        media: Media,
    },
    /// To `PriceStock`: one result per item, in the order asked.
    Items(Vec<ItemResult>),
    /// To `Withdraw`: it is off sale.
    Withdrawn,
    /// To `Review`.
    Reviewed(RemoteProduct),
    /// To `Products`.
    Products(ProductPage),
    /// To `PullOrders`.
    Orders(OrderPage),
    /// To `Categories`.
    Categories(Vec<Category>),
    /// To `Attributes`.
    Attributes(Vec<Attribute>),
    /// To `Parcel`: the consignment made, or found; nothing where there is none or it was called off.
    Parcel(Option<ParcelSeen>),
}

impl Answer {
    /// The first tokens as the answer to a consent, for which shop as far as they say it.
    #[must_use]
    pub fn of_consent(self, settings: BTreeMap<String, String>) -> Self {
        match self {
            Self::Token(grant) => Self::Consented { grant, settings },
            other => other,
        }
    }
}

/// Images that a platform keeps: our public address and the platform's name or address for it.
pub type Media = BTreeMap<String, String>;

/// A fresh token.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenGrant {
    /// The token.
    pub value: Secret,
    /// How long it lives.
    pub expiry: Expiry,
    /// The refresh token that takes the place of the one used: good once on most platforms.
    pub refresh: Option<Secret>,
}

impl TokenGrant {
    /// When the token that was got at `now` ends.
    pub fn expires_at(&self, now: Instant) -> Instant {
        match self.expiry {
            Expiry::At(end) => end,
            Expiry::In(span) => TimeDelta::from_std(span).map_or(now, |span| now.plus(span)),
        }
    }
}

/// The two ways in which platforms say how long a token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Until an instant.
    At(Instant),
    /// For a time from now.
    In(Duration),
}

/// A product as the platform shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteProduct {
    /// The platform's id.
    pub external_id: String,
    /// Our SKU there.
    pub sku: String,
    /// Its state.
    pub outcome: Outcome,
    /// The platform's own word for the state.
    pub raw_status: String,
    /// Whether the platform accepts changes in this state.
    pub editable: bool,
    /// Name there, where the answer tells it.
    pub name: Option<String>,
    /// Price there, in VND.
    pub price_vnd: Option<i64>,
    /// Stock there.
    pub stock: Option<i64>,
}

/// One page of the products that stand in a shop. What was deleted there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductPage {
    /// The products.
    pub products: Vec<ListedProduct>,
    /// Rows that could not be read.
    pub unread: usize,
    /// Where the next page begins; `None` after the last.
    pub next_cursor: Option<String>,
}

/// A product as a platform lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedProduct {
    /// How it stands; its SKU is that of its first variant, empty where it has none.
    pub product: RemoteProduct,
    /// Its name there.
    pub title: String,
    /// When it changed last, where the platform says.
    pub changed_at: Option<Instant>,
}

/// The result for one item of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemResult {
    /// Our SKU.
    pub sku: String,
    /// Done, or why not.
    pub result: Result<(), Failure>,
}

/// One page of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderPage {
    /// What of the page could not be read: the order's number and why, nothing about its buyer.
    pub unread: Vec<String>,
    /// The orders.
    pub orders: Vec<RemoteOrder>,
    /// Where the next page begins; `None` after the last.
    pub next_cursor: Option<String>,
}

/// What counts of an order. Nothing about the buyer is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteOrder {
    /// The platform's number of the order.
    pub order_id: String,
    /// When it was placed, where the platform says.
    pub placed_at: Option<Instant>,
    /// How far it is.
    pub status: OrderStatus,
    /// The platform's own word for the status.
    pub raw_status: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Unique within the order, stable across pulls.
    pub line_id: String,
    /// Our SKU.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// Price of one piece, in VND.
    pub unit_price_vnd: i64,
}

/// How far an order is: what sales figures count and what they take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed, not yet sent.
    Open,
    /// On its way.
    Shipping,
    /// Delivered.
    Completed,
    /// Called off.
    Cancelled,
    /// Coming back.
    Returning,
    /// Came back.
    Returned,
    /// Other orders took its place; it must not be counted beside them.
    Replaced,
    /// A word that the contract does not name: not counted.
    Unknown,
}

/// A category of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The platform's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Parent; `None` at the root.
    pub parent: Option<String>,
    /// Whether products may be put here.
    pub leaf: bool,
}

/// An attribute of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// The platform's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether a product must state it.
    pub required: bool,
    /// Values to choose from, id and text; empty for free text.
    pub values: Vec<(String, String)>,
}
