//! Producers (*chủ thể*): cooperatives, enterprises, farms, households. Identity is the id and the tax code, never the
//! name: two cooperatives Việt Cường of one province are two.
//!
//! States: draft → verified → suspended → dissolved; an officer of the place moves a producer, never its own member.

mod duplicates;
pub mod http;
mod register;
pub mod state;
mod status;
mod store;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::event;
use crate::ids::ProducerId;
use crate::instant::Instant;

pub use duplicates::{Duplicate, Reason, duplicates};
pub use register::{Change, RepresentativeChange, register, register_imported, update};
pub use state::{Details, EnterpriseForm, Gender, Kind, Representative, Status, Written, public_name};
pub use status::{dissolve, reinstate, suspend, verify};

/// A producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    /// Its id.
    pub id: ProducerId,
    /// What is registered about it.
    pub details: Details,
    /// Where it stands.
    pub status: Status,
    /// Who carries on after its dissolution.
    pub successor_id: Option<ProducerId>,
    /// Why it was suspended or dissolved.
    pub note: Option<String>,
    /// Where an imported producer's data comes from.
    pub source: Option<String>,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl Producer {
    /// The name as the public sees it.
    pub fn public_name(&self) -> std::borrow::Cow<'_, str> {
        public_name(self.details.kind, &self.details.name)
    }

    /// Whether the public may see it.
    pub fn is_public(&self) -> bool {
        self.status == Status::Verified
    }
}

/// A producer within reach.
///
/// # Errors
/// `request.not_found`, also for a producer out of reach.
pub fn find(conn: &mut Conn, reach: &Reach, id: ProducerId) -> Result<Producer> {
    store::find(conn, reach, id)?.ok_or_else(|| Error::new(Code::NotFound))
}

/// A producer, whoever asks: for the program's own work.
///
/// # Errors
/// `request.not_found`.
pub fn any(conn: &mut Conn, id: ProducerId) -> Result<Producer> {
    find(conn, &Reach { all: true, ..Reach::default() }, id)
}

/// Which producers are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of the name or the tax code, without accents.
    pub q: Option<String>,
    /// Where they stand.
    pub status: Option<Status>,
    /// What they are.
    pub kind: Option<Kind>,
    /// In which province.
    pub province_code: Option<String>,
    /// In which commune.
    pub commune_code: Option<String>,
}

/// The sort key of a list: key of the name, id.
pub type Key = (String, ProducerId);

/// The producers within reach that a filter lets through, by name.
///
/// # Errors
/// Faults of the database.
pub fn list(conn: &mut Conn, reach: &Reach, filter: &Filter, want: &Want<Key>) -> Result<Page<Producer>> {
    store::list(conn, reach, filter, want)
}

/// The producers of these ids, in no order: for lists that show names. At most a page's worth of ids.
///
/// # Errors
/// Faults of the database.
pub fn many(conn: &mut Conn, ids: &[ProducerId]) -> Result<Vec<Producer>> {
    store::many(conn, ids)
}

/// The producer of a tax code, whoever asks: for imports.
///
/// # Errors
/// Faults of the database.
pub fn by_tax_code(conn: &mut Conn, tax_code: &str) -> Result<Option<Producer>> {
    store::by_tax_code(conn, tax_code)
}

/// The producers of one name in a province, whoever asks: for imports. More than one are different producers.
///
/// # Errors
/// Faults of the database.
pub fn named(conn: &mut Conn, province_code: &str, name: &str) -> Result<Vec<Producer>> {
    store::named(conn, province_code, name)
}

/// What the audit trail keeps of a producer: nothing personal.
fn shown(producer: &Producer) -> serde_json::Value {
    let Details { kind, enterprise_form, local_capital_percent, tax_code, registration_number, .. } =
        &producer.details;
    serde_json::json!({
        "name": producer.public_name(), "kind": kind, "enterprise_form": enterprise_form,
        "local_capital_percent": local_capital_percent, "registration_number": registration_number,
        "tax_code": tax_code.as_ref().filter(|t| !t.is_personal()).map(crate::values::TaxCode::as_str),
        "commune_code": producer.details.commune_code, "province_code": producer.details.province_code,
        "status": producer.status, "successor_id": producer.successor_id, "note": producer.note,
        "source": producer.source,
    })
}

/// Tells the log of public changes, when the public sees or saw the producer.
fn announce(tx: &mut Tx<'_>, public_before: bool, after: &Producer, now: Instant) {
    let kind = match (public_before, after.is_public()) {
        (false, false) => return,
        (false, true) => event::Kind::Created,
        (true, true) => event::Kind::Updated,
        (true, false) => event::Kind::Withdrawn,
    };
    event::append(tx, kind, after.id.as_str(), &serde_json::json!({"status": after.status}), now);
}
