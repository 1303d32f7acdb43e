//! Certificates (*giấy chứng nhận*): what a leader decides on a council's conclusion, and the star a product may show
//! (Decision 26/2026/QĐ-TTg, articles 7, 8 and 12).
//!
//! [`decide()`] is the leaders' decision: the Chairman of the province recognises three and four stars for 36 months, the
//! Minister five. A product has a chain of certificates ([`history`]); its star comes only from the one valid at that
//! moment, which every reader compares with the time. [`sweep`] brings the records after it, [`remind()`] tells of ends to
//! come. The authority that certified may [`extend`] or [`revoke`]; officers record checks ([`record_check`]).

mod authority;
mod chain;
mod checks;
mod decide;
mod ending;
pub mod http;
mod legacy;
mod print;
mod remind;
pub mod state;
mod store;
pub mod token;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::actor::Reach;
use crate::db::Conn;
use crate::db::page::{Page, Want};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::CertificateId;
use crate::instant::Instant;
use crate::producer;
use crate::values::{Points, Star};

pub use authority::{Manner, authority, set_authority};
pub use chain::{History, Link, history, sweep};
pub use checks::{NewCheck, checks, record_check, remedy_check};
pub use decide::{Decided, Decree, decide};
pub use ending::{Extension, Revocation, extend, revoke};
pub use legacy::{Legacy, OldPaper, Recorded, Recording, record_legacy, register_legacy};
pub use print::{Sheet, page};
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
        "superseded_at": c.superseded_at, "former_number": c.former_number,
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

/// What the page of a certificate is printed from, and what it is worth now.
///
/// # Errors
/// `request.not_found`.
pub fn sheet(conn: &mut Conn, number: &str, site: &str, now: Instant) -> Result<Sheet> {
    let (certificate, producer, acts) = check(conn, number)?;
    let (standing, check) = (certificate.standing(now), print::check_address(site, &certificate.number));
    Ok(Sheet { certificate, producer, acts, standing, check })
}

/// What the notice of a certificate's end is written from, for those within reach of it.
///
/// # Errors
/// `request.not_found`.
pub fn ending(conn: &mut Conn, reach: &Reach, number: &str) -> Result<print::papers::Ending> {
    let found = store::within_by_number(conn, reach, number)?.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(print::papers::Ending {
        address: producer::any(conn, found.producer_id)?.details.address,
        by: authority(conn, authority::code_of(found.tier, &found.province_code))?,
        acts: store::acts(conn, found.id)?,
        certificate: found,
    })
}

/// What one decision of an authority recognised, as it was decided: with the ends the certificates were issued with.
/// A province's for its own staff and the country's, the Ministry's (`TW`) for the country's. A number that was used on
/// several days needs the day.
///
/// # Errors
/// `request.not_found`; `request.invalid` where the day decides.
pub fn decision(
    conn: &mut Conn,
    reach: &Reach,
    authority: &str,
    number: &str,
    day: Option<NaiveDate>,
) -> Result<print::papers::Decision> {
    let all_of_it = reach.all || reach.province.as_deref() == Some(authority);
    let mut certificates = if all_of_it { store::of_decision(conn, authority, number)? } else { Vec::new() };
    if let Some(day) = day {
        certificates.retain(|c| c.decided_on == Some(day));
    }
    let first = certificates.first().ok_or_else(|| Error::new(Code::NotFound))?;
    let (decided_on, issuer) = (first.decided_on, first.issuer.clone());
    if certificates.iter().any(|c| c.decided_on != decided_on) {
        return Err(Error::invalid(vec![FieldError::new(
            "decided_on",
            "decision.several_days",
            "Số quyết định này được dùng vào nhiều ngày; hãy thêm ngày quyết định.",
            "This number was used on several days; add the day of the decision.",
        )]));
    }
    let ids: Vec<_> = certificates.iter().map(|c| c.id).collect();
    let mut ends = store::first_ends(conn, &ids)?;
    for c in &mut certificates {
        c.valid_until = ends.remove(&c.id).unwrap_or(c.valid_until);
    }
    certificates.sort_by(|a, b| (b.stars, &a.number).cmp(&(a.stars, &b.number)));
    Ok(print::papers::Decision { number: number.to_owned(), decided_on, issuer, certificates })
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
