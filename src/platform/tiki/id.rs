//! What a listing is known by at Tiki. A product there begins as a request with a number of its own and has none of a
//! product's until it is approved; a change of its content is a request, too. So an id of ours says which of them to ask.

use std::fmt;

use crate::platform::state::Failure;

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Id {
    /// `7`: a product.
    Product(u64),
    /// `7/new`: a product that was approved and has still to be put on sale.
    New(u64),
    /// `7/update/T`: a product with a change under way; `7/restore/T` where it is to go on sale with that change.
    Change {
        /// The product's number.
        product: u64,
        /// The change's tracking number.
        track: String,
        /// Whether it was off sale when the change was sent.
        restore: bool,
    },
    /// `track/T/SKU`: a product that was asked for.
    Asked {
        /// The tracking number.
        track: String,
        /// Our SKU: a product is found by it as soon as it exists.
        sku: String,
    },
    /// `request/R/SKU`: the same, where the tracking number never reached us and the request was found again.
    Request {
        /// The request's number.
        request: String,
        /// Our SKU.
        sku: String,
    },
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(product) => write!(f, "{product}"),
            Self::New(product) => write!(f, "{product}/new"),
            Self::Change { product, track, restore } => {
                write!(f, "{product}/{}/{track}", if *restore { "restore" } else { "update" })
            }
            Self::Asked { track, sku } => write!(f, "track/{track}/{sku}"),
            Self::Request { request, sku } => write!(f, "request/{request}/{sku}"),
        }
    }
}

impl Id {
    /// Reads one of ours.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let mut parts = text.splitn(3, '/');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let owned = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
        let read = match (first, second, third) {
            ("track", Some(track), Some(sku)) => {
                owned(track).zip(owned(sku)).map(|(track, sku)| Self::Asked { track, sku })
            }
            ("request", Some(request), Some(sku)) => {
                owned(request).zip(owned(sku)).map(|(request, sku)| Self::Request { request, sku })
            }
            (product, second, third) => {
                product.parse().ok().filter(|product| *product > 0).and_then(|product| {
                    match (second, third) {
                        (None, None) => Some(Self::Product(product)),
                        (Some("new"), None) => Some(Self::New(product)),
                        (Some(word @ ("update" | "restore")), Some(track)) => owned(track)
                            .map(|track| Self::Change { product, track, restore: word == "restore" }),
                        _ => None,
                    }
                })
            }
        };
        read.ok_or_else(|| Failure::permanent("tiki.id", format!("{text:?} is no id of a product on Tiki")))
    }

    /// The product's number, where there is one.
    pub(super) fn product(&self) -> Option<u64> {
        match self {
            Self::Product(product) | Self::New(product) | Self::Change { product, .. } => Some(*product),
            Self::Asked { .. } | Self::Request { .. } => None,
        }
    }

    /// Our SKU, where it is part of it.
    pub(super) fn sku(&self) -> &str {
        match self {
            Self::Asked { sku, .. } | Self::Request { sku, .. } => sku,
            Self::Product(_) | Self::New(_) | Self::Change { .. } => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        for text in ["7", "7/new", "7/update/c3", "7/restore/c3", "track/c3/A/B", "request/112/track"] {
            assert_eq!(Id::read(text).unwrap().to_string(), text);
        }
        assert_eq!(Id::read("track/c3/A/B").unwrap().sku(), "A/B");
        for text in ["", "0", "-7", "7/", "7/old", "7/new/x", "7/update", "7/update/", "track/c3", "track//A"]
        {
            assert!(Id::read(text).is_err(), "{text}");
        }
    }
}
