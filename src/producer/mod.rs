//! Producers (*chủ thể*): cooperatives, enterprises, farms, households. Identity is the id and the tax code, never the
//! name: two cooperatives Việt Cường of one province are two.
//!
//! States: draft → verified → suspended → dissolved; an officer of the place moves a producer, never its own member.

pub mod state;
mod store;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::event;
use crate::ids::ProducerId;
use crate::instant::Instant;

pub use state::{Details, EnterpriseForm, Gender, Kind, Representative, Status, Written, public_name};

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

/// Checks what was written, with the tables of places.
fn checked(written: &Written, commune_needed: bool, now: Instant) -> Result<Details> {
    let places = crate::place::places();
    let province_code = match (&written.commune_code, &written.province_code) {
        (Some(commune), _) => places.commune(commune).map(|c| c.province_code),
        (None, Some(province)) => places.province(province).map(|p| p.code),
        (None, None) => None,
    };
    let located = state::Located { province_code, commune_needed };
    state::check(written, located, now.date()).map_err(Error::invalid)
}

/// Refuses a tax code that another producer has.
fn tax_code_is_free(tx: &mut Tx<'_>, details: &Details, own: ProducerId) -> Result<()> {
    let Some(tax_code) = &details.tax_code else { return Ok(()) };
    match store::by_tax_code(tx.conn(), tax_code.as_str())? {
        Some(other) if other.id != own => Err(Error::new(Code::TaxCodeTaken)),
        _ => Ok(()),
    }
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
        "status": producer.status, "successor_id": producer.successor_id, "source": producer.source,
    })
}

/// Tells the log of public changes, when the public sees or saw the producer.
fn announce(tx: &mut Tx<'_>, before: bool, after: &Producer, now: Instant) {
    let kind = match (before, after.is_public()) {
        (false, false) => return,
        (false, true) => event::Kind::Created,
        (true, true) => event::Kind::Updated,
        (true, false) => event::Kind::Withdrawn,
    };
    event::append(tx, kind, after.id.as_str(), &serde_json::json!({"noun": "producer"}), now);
}

fn insert(tx: &mut Tx<'_>, actor: &Actor, producer: &Producer, op: &'static str, now: Instant) -> Result<()> {
    tax_code_is_free(tx, &producer.details, producer.id)?;
    store::insert(tx, producer)?;
    audit::record(tx, actor, op, producer.id.as_str(), None::<&()>, Some(&shown(producer)), now);
    announce(tx, false, producer, now);
    Ok(())
}

/// Makes a producer from an import: `verified` when its source is an official list, with where the data comes from.
/// The commune may be missing where the source does not say; the province may not.
///
/// # Errors
/// `request.invalid` with a pointer for each field, `producer.tax_code_taken`.
pub fn register_imported(
    tx: &mut Tx<'_>,
    actor: &Actor,
    written: &Written,
    verified: bool,
    source: &str,
    now: Instant,
) -> Result<Producer> {
    let producer = Producer {
        id: ProducerId::new(),
        details: checked(written, false, now)?,
        status: if verified { Status::Verified } else { Status::Draft },
        successor_id: None,
        note: None,
        source: Some(source.to_owned()),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    insert(tx, actor, &producer, "producer.import", now)?;
    Ok(producer)
}
