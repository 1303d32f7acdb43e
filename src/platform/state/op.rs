//! What can be asked of a platform.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Capability, ListingContent, Media, ParcelOp, Secret};
use crate::instant::Instant;

/// One request to a platform, in no platform's dialect.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Get an access token for the shop's keys.
    Login,
    /// Get the first tokens for the code that the owner's consent brought. The code is good once: a refusal is for good.
    Consent {
        /// The code.
        code: Secret,
        /// Our address that the code was brought to.
        redirect: String,
    },
    /// Ask which shop the owner's consent is for, where the platform does not say it with the code or the tokens.
    ConsentedShop,
    /// Find a product by our SKU: before a create, and after a write whose end is unknown.
    FindBySku {
        /// Our SKU.
        sku: String,
    },
    /// Create (no id) or update a product with all its content.
    Upsert {
        /// The platform's id of the product, if it is bound.
        external_id: Option<String>,
        /// The content wanted.
        content: Box<ListingContent>,
        /// The images that the platform keeps already.
        media: Media,
    },
    /// Change price and stock, and nothing else.
    PriceStock {
        /// One entry per product, at most [`super::Limits::price_stock_batch`].
        items: Vec<Offer>,
    },
    /// Take a product off sale.
    Withdraw {
        /// The platform's id.
        external_id: String,
        /// Our SKU.
        sku: String,
    },
    /// Ask what became of a product.
    Review {
        /// The platform's id, or the tracking of [`super::Outcome::Submitted`].
        external_id: String,
    },
    /// One page of the products that stand in the shop, in an order that stays.
    Products {
        /// Where the last page ended.
        cursor: Option<String>,
    },
    /// One page of the orders whose status changed within a window.
    PullOrders {
        /// The window, not longer than [`super::Limits::order_window_hours`]: see [`order_windows`].
        window: OrderWindow,
        /// Where the last page ended.
        cursor: Option<String>,
    },
    /// The children of a category; `None` is the root.
    Categories {
        /// Parent category.
        parent: Option<String>,
    },
    /// The attributes of a category.
    Attributes {
        /// Category.
        category: String,
    },
    /// Carry a parcel.
    Parcel(ParcelOp),
}

impl Op {
    /// Whether it changes something at the platform.
    pub const fn is_write(&self) -> bool {
        match self {
            Self::Upsert { .. }
            | Self::PriceStock { .. }
            | Self::Withdraw { .. }
            | Self::Parcel(ParcelOp::Create(_) | ParcelOp::Cancel { .. }) => true,
            Self::Login
            | Self::Consent { .. }
            | Self::ConsentedShop
            | Self::Parcel(ParcelOp::Read { .. })
            | Self::FindBySku { .. }
            | Self::Review { .. }
            | Self::Products { .. }
            | Self::PullOrders { .. }
            | Self::Categories { .. }
            | Self::Attributes { .. } => false,
        }
    }

    /// Short name for rows, spans and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent { .. } => "consent",
            Self::ConsentedShop => "consented_shop",
            Self::FindBySku { .. } => "find_by_sku",
            Self::Upsert { .. } => "upsert",
            Self::PriceStock { .. } => "price_stock",
            Self::Withdraw { .. } => "withdraw",
            Self::Review { .. } => "review",
            Self::Products { .. } => "products",
            Self::PullOrders { .. } => "pull_orders",
            Self::Categories { .. } => "categories",
            Self::Attributes { .. } => "attributes",
            Self::Parcel(ParcelOp::Create(_)) => "create_parcel",
            Self::Parcel(ParcelOp::Read { .. }) => "read_parcel",
            Self::Parcel(ParcelOp::Cancel { .. }) => "cancel_parcel",
        }
    }

    /// The capability it needs; `None` for logging in.
    pub const fn capability(&self) -> Option<Capability> {
        Some(match self {
            Self::Login => return None,
            Self::Consent { .. } => Capability::Consent,
            Self::ConsentedShop => Capability::ShopLookup,
            Self::FindBySku { .. } => Capability::FindBySku,
            Self::Upsert { .. } => Capability::ProductUpsert,
            Self::PriceStock { .. } => Capability::PriceStock,
            Self::Withdraw { .. } => Capability::Withdraw,
            Self::Review { .. } => Capability::ReviewPoll,
            Self::Products { .. } => Capability::ProductList,
            Self::PullOrders { .. } => Capability::OrdersPull,
            Self::Categories { .. } => Capability::CategoryLookup,
            Self::Attributes { .. } => Capability::AttributeLookup,
            Self::Parcel(ParcelOp::Create(_) | ParcelOp::Cancel { .. }) => Capability::Shipping,
            Self::Parcel(ParcelOp::Read { .. }) => Capability::ParcelLookup,
        })
    }
}

/// Price and stock of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The platform's id.
    pub external_id: String,
    /// Our SKU.
    pub sku: String,
    /// Price in VND.
    pub price_vnd: i64,
    /// Pieces on offer.
    pub stock: u32,
}

/// From `since` (with) to `until` (without).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderWindow {
    /// Start.
    pub since: Instant,
    /// End.
    pub until: Instant,
}

/// The windows, each at most `max` long, that cover everything from `since` to `until`, oldest first.
pub fn order_windows(since: Instant, until: Instant, max: TimeDelta) -> Vec<OrderWindow> {
    let mut windows = Vec::new();
    let mut start = since;
    while start < until && max > TimeDelta::zero() {
        let end = start.plus(max).min(until);
        windows.push(OrderWindow { since: start, until: end });
        // At the end of the calendar a moment moves no further; what is left is one window.
        start = if end > start { end } else { until };
    }
    windows
}

#[cfg(test)]
impl Op {
    /// One of each.
    pub(crate) fn samples(now: Instant) -> Vec<Self> {
        let offer = Offer {
            external_id: "7".into(),
            sku: "TN-CHE-TANCUONG-200G".into(),
            price_vnd: 180_000,
            stock: 4,
        };
        vec![
            Self::Login,
            Self::Consent {
                code: Secret::new("code-very-secret"),
                redirect: "https://ocop.example/api/v1/hooks/x/consent".into(),
            },
            Self::ConsentedShop,
            Self::FindBySku { sku: offer.sku.clone() },
            Self::Upsert {
                external_id: None,
                content: Box::new(super::content::tests::tea()),
                media: Media::new(),
            },
            Self::PriceStock { items: vec![offer.clone()] },
            Self::Withdraw { external_id: "7".into(), sku: offer.sku },
            Self::Review { external_id: "7".into() },
            Self::Products { cursor: None },
            Self::PullOrders {
                window: OrderWindow { since: now.plus(TimeDelta::hours(-1)), until: now },
                cursor: None,
            },
            Self::Categories { parent: None },
            Self::Attributes { category: "1".into() },
            Self::Parcel(ParcelOp::Create(Box::new(super::parcel::Consignment::sample()))),
            Self::Parcel(ParcelOp::Read { reference: "01ABC".into(), number: None }),
            Self::Parcel(ParcelOp::Cancel { number: "VTP1".into(), handle: Some("1".into()) }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn windows_cover_the_span_without_gap_or_overlap(hours in 0i64..400, max in 1i64..100) {
            let since = Instant::from_utc(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
            let until = since.plus(TimeDelta::hours(hours));
            let windows = order_windows(since, until, TimeDelta::hours(max));
            prop_assert_eq!(windows.is_empty(), hours == 0);
            let mut at = since;
            for window in &windows {
                prop_assert_eq!(window.since, at);
                prop_assert!(window.until > window.since && window.until.since(window.since) <= TimeDelta::hours(max));
                at = window.until;
            }
            prop_assert_eq!(at, until);
        }
    }

    #[test]
    fn a_window_without_length_ends_at_once() {
        let at = Instant::from_utc(chrono::DateTime::UNIX_EPOCH);
        assert!(order_windows(at, at.plus(TimeDelta::hours(1)), TimeDelta::zero()).is_empty());
    }
}
