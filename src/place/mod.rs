//! Places (*địa bàn*): provinces and communes since 1 July 2025, the units before, and who succeeded whom.
//!
//! The units are the ones of Decision 19/2025/QĐ-TTg; they are compiled in, so every record may trust a
//! commune code it has looked up here. Codes are text with leading zeros. What is recorded about a commune
//! over time (its new-rural-area status) is in [`state`].
//!
//! | question | function |
//! |---|---|
//! | which unit has this code | [`Places::province`], [`Places::commune`], [`Places::former_unit`] |
//! | which communes match what someone typed, also an old name | [`Places::communes`] |
//! | which old units match | [`Places::former`] |
//! | who came before, who came after | [`Places::predecessors`], [`Places::successors`] |
//! | where is this old address today | [`Places::resolve`]: certain, candidates for a person, or unknown |

mod load;
mod naming;
#[cfg(test)]
mod places_test;
mod resolve;
mod search;
pub mod state;
mod units;

use std::sync::LazyLock;

pub use resolve::{Candidate, Resolution};
pub use search::Hit;
pub use units::{Commune, CommuneKind, Extent, FormerKind, FormerUnit, Places, Province, Succession};

/// The units, unpacked on first use (some milliseconds) and kept for the life of the program.
pub fn places() -> &'static Places {
    static PLACES: LazyLock<Places> = LazyLock::new(|| {
        load::load().unwrap_or_else(|unreadable| {
            // The tables are part of the program and a test reads them whole; this is a broken build.
            tracing::error!(%unreadable, "the built-in table of places is broken, no place is known");
            Places::default()
        })
    });
    &PLACES
}
