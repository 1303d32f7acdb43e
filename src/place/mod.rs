//! Places (*địa bàn*): provinces and communes since 1 July 2025, the units before, and who succeeded whom.
//!
//! The units are the ones of Decision 19/2025/QĐ-TTg; they are compiled in, so every record may trust a
//! commune code it has looked up here. Codes are text with leading zeros. What is recorded about a commune
//! over time (its new-rural-area status) is a table: [`standings`] reads it, [`record_standing`] adds to it, [`state`]
//! says what may follow what.
//!
//! | question | function |
//! |---|---|
//! | which unit has this code | [`Places::province`], [`Places::commune`], [`Places::former_unit`] |
//! | which communes match what someone typed, also an old name | [`Places::communes`] |
//! | which old units match | [`Places::former`] |
//! | who came before, who came after | [`Places::predecessors`], [`Places::successors`] |
//! | where is this old address today | [`Places::resolve`]: certain, candidates for a person, or unknown |

pub mod http;
mod load;
mod naming;
#[cfg(test)]
mod places_test;
pub mod print;
mod resolve;
mod search;
pub mod state;
mod store;
mod units;

use std::sync::LazyLock;

use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::instant::Instant;

pub use resolve::{Candidate, Resolution};
pub use search::Hit;
pub use state::{NewRural, Standing};
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

/// Longest number of a decision, in characters.
const DECISION_MAX: usize = 100;

/// What was recorded about a commune's new-rural-area status, the first first.
///
/// # Errors
/// `request.not_found` for a code that is no commune's.
pub fn standings(conn: &mut Conn, commune_code: &str) -> Result<Vec<Standing>> {
    places().commune(commune_code).ok_or_else(|| Error::new(Code::NotFound))?;
    store::standings(conn, commune_code)
}

/// Records a commune's status from a date on; returns all that is recorded. Only an officer of its province.
///
/// # Errors
/// `request.not_found`, `auth.outside_area`, `request.invalid`, and what [`state::follow`] refuses.
pub fn record_standing(
    tx: &mut Tx<'_>,
    actor: &Actor,
    commune_code: &str,
    standing: Standing,
    now: Instant,
) -> Result<Vec<Standing>> {
    let commune = places().commune(commune_code).ok_or_else(|| Error::new(Code::NotFound))?;
    let own =
        actor.has(Role::ProvincialOfficer) && actor.reach.province.as_deref() == Some(commune.province_code);
    if !own {
        return Err(Error::new(Code::OutsideArea));
    }
    let decision = standing.decision.map(|d| crate::text::tidy(&d)).filter(|d| !d.is_empty());
    if decision.as_deref().is_some_and(|d| d.chars().count() > DECISION_MAX) {
        return Err(Error::invalid(vec![FieldError::new(
            "/decision",
            "decision.length",
            format!("Tối đa {DECISION_MAX} ký tự."),
            format!("At most {DECISION_MAX} characters."),
        )]));
    }
    let standing = Standing { decision, ..standing };
    // Two officers at once: the second sees what the first has written.
    crate::db::dialect::lock(tx.conn(), commune.code)?;
    let mut standings = store::standings(tx.conn(), commune.code)?;
    state::follow(standings.last(), &standing, now.date())?;
    store::append(tx, commune.code, standings.len(), &standing, now)?;
    audit::record(tx, actor, "place.status", commune.code, standings.last(), Some(&standing), now);
    standings.push(standing);
    Ok(standings)
}
