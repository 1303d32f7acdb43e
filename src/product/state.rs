//! Rules of products: fields, what publishing needs, transitions. Pure.

use crate::instant::Instant;
use crate::text_enum;
use crate::values::{Points, Star};

text_enum! {
    /// How far a product is.
    pub enum Status {
        /// Being written; seen by its producer and the officers of its place.
        Draft = "draft",
        /// In the public catalogue.
        Published = "published",
        /// Not made any more; kept for its history.
        Archived = "archived",
    }
}

/// The star a product bears: a copy of the certificate that is valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// 3 to 5.
    pub star: Star,
    /// The council's mean; legacy certificates may lack it.
    pub score: Option<Points>,
    /// The certificate.
    pub certificate_number: String,
    /// The first moment it is not valid any more.
    pub valid_until: Instant,
}
