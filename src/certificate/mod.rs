//! Certificates (*giấy chứng nhận*): what a leader decides on a council's conclusion, and the star a product may show
//! (Decision 26/2026/QĐ-TTg, articles 7, 8 and 12).
//!
//! [`decide()`] is the leaders' decision: the Chairman of the province recognises three and four stars for 36 months, the
//! Minister five. A product has a chain of certificates ([`history`]); its star comes only from the one valid at that
//! moment, which every reader compares with the time. [`sweep`] brings the records after it, [`remind`] tells of ends to
//! come. The authority that certified may [`extend`] or [`revoke`]; officers record checks ([`record_check`]).

mod authority;
mod chain;
mod checks;
mod decide;
mod ending;
pub mod http;
mod legacy;
mod remind;
pub mod state;
mod store;

use serde_json::{Value, json};

use crate::actor::Reach;
use crate::db::Conn;
use crate::db::page::{Page, Want};
use crate::error::{Code, Error, Result};
use crate::ids::CertificateId;
use crate::instant::Instant;
use crate::producer;
use crate::values::{Points, Star};

pub use authority::{Manner, authority, set_authority};
pub use chain::{History, Link, history, sweep};
pub use checks::{NewCheck, checks, record_check, remedy_check};
pub use decide::{Decided, Decree, decide};
pub use ending::{Extension, Revocation, extend, revoke};
pub use legacy::{Legacy, register_legacy};
pub use remind::remind;
pub use state::{ActKind, Choice, Life, Outcome, Reason, Standing, Status, Step, Tier};
pub use store::{Act, Authority, Certificate, Check, Filter};

impl Certificate {
    /// Its star.
    pub fn star(&self) -> Star {
        u8::try_from(self.stars).ok().and_then(Star::new).unwrap_or(Star::ONE)
    }

    /// The council's mean, rounded.
    pub fn points(&self) -> Option<Points> {
        self.score.map(Points::from_hundredths)
    }

    /// The moments it lives through.
    pub fn life(&self) -> Life {
        Life {
            from: self.valid_from,
            until: self.valid_until,
            superseded_at: self.superseded_at,
            revoked_at: self.revoked_at,
        }
    }

    /// What it is worth at a moment.
    pub fn standing(&self, at: Instant) -> Standing {
        self.life().standing(at)
    }

    /// Whether its end is known to the day; otherwise it is the earliest it can be.
    pub fn end_is_known(&self) -> bool {
        self.decided_on.is_some()
    }
}

/// What the audit trail keeps of a certificate: nothing personal.
fn shown(c: &Certificate) -> Value {
    json!({
        "number": c.number, "product_id": c.product_id, "producer_id": c.producer_id, "dossier_id": c.dossier_id,
        "scheme": c.scheme, "star": c.stars, "score": c.points(), "decision_number": c.decision_number,
        "decided_on": c.decided_on, "status": c.status, "valid_from": c.valid_from, "valid_until": c.valid_until,
        "superseded_at": c.superseded_at,
    })
}

/// A certificate by its number, for anyone, with its producer's name as the public may read it, and what its authority
/// did to it since.
///
/// # Errors
/// `request.not_found`.
pub fn check(conn: &mut Conn, number: &str) -> Result<(Certificate, String, Vec<Act>)> {
    let found = store::by_number(conn, number)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let kind = producer::any(conn, found.producer_id)?.details.kind;
    let name = producer::public_name(kind, &found.producer_name).into_owned();
    let acts = store::acts(conn, found.id)?;
    Ok((found, name, acts))
}

/// Certificates within reach, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<CertificateId>,
) -> Result<Page<Certificate>> {
    store::list(conn, reach, filter, want)
}
