//! Registering a producer and changing what is registered.

use chrono::NaiveDate;

use crate::account;
use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::http::Patch;
use crate::ids::ProducerId;
use crate::instant::Instant;

use super::state::{self, Details, EnterpriseForm, Gender, Kind, Part, Representative, Status, Written};
use super::{Producer, announce, find, shown, store};

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

fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    details: Details,
    status: Status,
    source: Option<&str>,
    now: Instant,
) -> Result<Producer> {
    let producer = Producer {
        id: ProducerId::new(),
        details,
        status,
        successor_id: None,
        note: None,
        source: source.map(str::to_owned),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    tax_code_is_free(tx, &producer.details, producer.id)?;
    store::insert(tx, &producer)?;
    let op = if source.is_some() { "producer.import" } else { "producer.create" };
    audit::record(tx, actor, op, producer.id.as_str(), None::<&()>, Some(&shown(&producer)), now);
    announce(tx, false, &producer, now);
    Ok(producer)
}

/// Registers a producer as a draft: by an officer of its place, or by a member, who is bound to it.
///
/// # Errors
/// `request.invalid` with a pointer for each field, `producer.tax_code_taken`, `auth.outside_area`,
/// `producer.already_bound`.
pub fn register(tx: &mut Tx<'_>, actor: &Actor, written: &Written, now: Instant) -> Result<Producer> {
    let details = checked(written, true, now)?;
    let officer = state::governs(actor, details.commune_code.as_deref(), &details.province_code);
    let member = actor.has(Role::ProducerMember);
    if !officer && !member {
        return Err(Error::new(Code::OutsideArea));
    }
    if !officer && let Some(id) = actor.account {
        // The account itself, not the cached actor: another request may just have bound it.
        crate::db::dialect::lock(tx.conn(), id.as_str())?;
        if account::get(tx.conn(), id)?.producer_id.is_some() {
            return Err(Error::new(Code::AlreadyBound));
        }
    }
    let producer = insert(tx, actor, details, Status::Draft, None, now)?;
    if !officer {
        account::bind_producer(tx, actor, producer.id, now)?;
    }
    Ok(producer)
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
    let status = if verified { Status::Verified } else { Status::Draft };
    insert(tx, actor, checked(written, false, now)?, status, Some(source), now)
}

/// What may change of a representative.
#[derive(Clone, Debug, Default)]
pub struct RepresentativeChange {
    /// Full name.
    pub full_name: Patch<String>,
    /// Gender.
    pub gender: Patch<Gender>,
    /// *Dân tộc*.
    pub ethnicity: Patch<String>,
    /// Whether the person has a disability.
    pub disability: Patch<bool>,
}

/// What may change of a producer.
#[derive(Clone, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Kind.
    pub kind: Option<Kind>,
    /// Legal form.
    pub enterprise_form: Patch<EnterpriseForm>,
    /// Share of local capital.
    pub local_capital_percent: Patch<i32>,
    /// Tax code.
    pub tax_code: Patch<String>,
    /// Number of the registration paper.
    pub registration_number: Patch<String>,
    /// Date of the registration paper.
    pub registered_on: Patch<NaiveDate>,
    /// Commune.
    pub commune_code: Option<String>,
    /// Address within the commune.
    pub address: Patch<String>,
    /// Address of before 1 July 2025.
    pub former_address: Patch<String>,
    /// Who speaks for it.
    pub representative: Patch<RepresentativeChange>,
    /// Telephone.
    pub phone: Patch<String>,
    /// E-mail.
    pub email: Patch<String>,
    /// What it can supply.
    pub capacity: Patch<String>,
}

impl Change {
    fn apply(self, details: &Details) -> Written {
        let old = Written::from(details);
        let representative = match self.representative {
            Patch::Keep => old.representative,
            Patch::Clear => Representative::default(),
            Patch::Set(change) => Representative {
                full_name: change.full_name.apply(old.representative.full_name),
                gender: change.gender.apply(old.representative.gender),
                ethnicity: change.ethnicity.apply(old.representative.ethnicity),
                disability: change.disability.apply(old.representative.disability),
            },
        };
        Written {
            name: self.name.unwrap_or(old.name),
            kind: self.kind.unwrap_or(old.kind),
            enterprise_form: self.enterprise_form.apply(old.enterprise_form),
            local_capital_percent: self.local_capital_percent.apply(old.local_capital_percent),
            tax_code: self.tax_code.apply(old.tax_code),
            registration_number: self.registration_number.apply(old.registration_number),
            registered_on: self.registered_on.apply(old.registered_on),
            commune_code: self.commune_code.or(old.commune_code),
            province_code: old.province_code,
            address: self.address.apply(old.address),
            former_address: self.former_address.apply(old.former_address),
            representative,
            phone: self.phone.apply(old.phone),
            email: self.email.apply(old.email),
            capacity: self.capacity.apply(old.capacity),
        }
    }
}

/// Changes what is registered. A member changes everything of its draft; once the producer was verified, who it is
/// (name, kind, tax code, registration, commune) is for an officer to change.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `auth.forbidden`, `auth.outside_area`,
/// `producer.dissolved`, `producer.identity_locked`, `producer.tax_code_taken`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProducerId,
    version: i32,
    change: Change,
    now: Instant,
) -> Result<Producer> {
    let before = find(tx.conn(), &actor.reach, id)?;
    let old = &before.details;
    let part = state::part(actor, id, old.commune_code.as_deref(), &old.province_code);
    if part == Part::Nobody {
        return Err(Error::new(Code::Forbidden));
    }
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if before.status == Status::Dissolved {
        return Err(Error::new(Code::ProducerDissolved));
    }
    let details = checked(&change.apply(old), old.commune_code.is_some(), now)?;
    if part == Part::Member && before.status != Status::Draft {
        let locked = state::identity_changes(old, &details);
        if !locked.is_empty() {
            return Err(Error::new(Code::IdentityLocked).with_fields(locked));
        }
    }
    if part == Part::Officer
        && !state::governs(actor, details.commune_code.as_deref(), &details.province_code)
    {
        return Err(Error::new(Code::OutsideArea));
    }
    if before.status == Status::Verified {
        let lacking = state::lacking(&details);
        // An import may have left something open; what was there may not be taken away.
        if lacking.len() > state::lacking(old).len() {
            return Err(Error::new(Code::ProducerIncomplete).with_fields(lacking));
        }
    }
    tax_code_is_free(tx, &details, id)?;
    let after = Producer { details, version: before.version + 1, updated_at: now, ..before.clone() };
    store::save(tx, &after)?;
    audit::record(
        tx,
        actor,
        "producer.update",
        id.as_str(),
        Some(&shown(&before)),
        Some(&shown(&after)),
        now,
    );
    announce(tx, before.is_public(), &after, now);
    Ok(after)
}
