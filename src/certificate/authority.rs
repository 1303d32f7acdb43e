//! Authorities: how each writes its numbers, and who signs for it.

use serde_json::{Value, json};

use crate::actor::{Actor, Role};
use crate::audit;
use crate::db::{Conn, Tx, dialect};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::place::places;

use super::state::{self, CENTRE, Pattern, Tier, Use};
use super::{Authority, store};

/// What may be set of an authority.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Its name on decisions and certificates.
    pub name: String,
    /// Pattern of certificate numbers.
    pub certificate_pattern: String,
    /// Pattern of decision numbers.
    pub decision_pattern: String,
    /// The signer's title.
    pub signer_title: String,
}

/// The code under which an authority counts.
pub(super) fn code_of(tier: Tier, province: &str) -> &str {
    match tier {
        Tier::Province => province,
        Tier::Centre => CENTRE,
    }
}

/// An authority, as it was set or by the program's own manner.
///
/// # Errors
/// `request.not_found` for a code that is neither a province's nor `TW`.
pub fn authority(conn: &mut Conn, code: &str) -> Result<Authority> {
    if let Some(found) = store::authority(conn, code)? {
        return Ok(found);
    }
    let (name, decision_pattern, signer_title) = if code == CENTRE {
        ("Bộ Nông nghiệp và Môi trường".to_owned(), "{serial}/QĐ-BNNMT", "Bộ trưởng")
    } else {
        let province = places().province(code).ok_or_else(|| Error::new(Code::NotFound))?;
        let name = format!("Ủy ban nhân dân {} {}", province.kind.to_lowercase(), province.name);
        (name, "{serial}/QĐ-UBND", "Chủ tịch Ủy ban nhân dân")
    };
    let epoch = Instant::from_utc(chrono::DateTime::UNIX_EPOCH);
    Ok(Authority {
        code: code.to_owned(),
        name,
        certificate_pattern: state::CERTIFICATES.to_owned(),
        decision_pattern: decision_pattern.to_owned(),
        signer_title: signer_title.to_owned(),
        version: 0,
        created_at: epoch,
        updated_at: epoch,
    })
}

fn shown(row: &Authority) -> Value {
    json!({
        "name": row.name, "certificate_pattern": row.certificate_pattern, "decision_pattern": row.decision_pattern,
        "signer_title": row.signer_title,
    })
}

/// Sets how an authority writes its numbers: the office of the province, or of the ministry. Numbers given before stay.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `request.invalid`.
pub fn set_authority(
    tx: &mut Tx<'_>,
    actor: &Actor,
    code: &str,
    version: i32,
    manner: &Manner,
    now: Instant,
) -> Result<Authority> {
    let before = authority(tx.conn(), code)?;
    let may = match code {
        CENTRE => actor.has(Role::CentralOfficer),
        _ => actor.has(Role::ProvincialOfficer) && actor.reach.province.as_deref() == Some(code),
    };
    if !may {
        return Err(Error::new(Code::Forbidden));
    }
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let Manner { name, certificate_pattern, decision_pattern, signer_title } = manner;
    let mut errors = Vec::new();
    for (pointer, pattern, used) in [
        ("/certificate_pattern", certificate_pattern, Use::Certificates),
        ("/decision_pattern", decision_pattern, Use::Decisions),
    ] {
        errors.extend(Pattern::parse(pointer, pattern, used).err());
    }
    let mut line = |pointer, text| state::line(pointer, text).map_err(|e| errors.push(e)).unwrap_or_default();
    let after = Authority {
        code: code.to_owned(),
        name: line("/name", name),
        certificate_pattern: certificate_pattern.trim().to_owned(),
        decision_pattern: decision_pattern.trim().to_owned(),
        signer_title: line("/signer_title", signer_title),
        version: before.version + 1,
        created_at: if before.version == 0 { now } else { before.created_at },
        updated_at: now,
    };
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    dialect::lock(tx.conn(), &format!("authority/{code}"))?;
    store::save_authority(tx, &after)?;
    audit::record(tx, actor, "authority.set", code, Some(&shown(&before)), Some(&shown(&after)), now);
    Ok(after)
}

/// The next number of an authority by its pattern, without gaps.
pub(super) fn next_number(tx: &mut Tx<'_>, authority: &Authority, year: i32, used: Use) -> Result<String> {
    let (text, kind) = match used {
        Use::Certificates => (&authority.certificate_pattern, "certificate".to_owned()),
        // Offices count their decisions each by itself; certificates are looked up by number in the whole country.
        Use::Decisions => (&authority.decision_pattern, format!("decision/{}/{year}", authority.code)),
    };
    let pattern = Pattern::parse("", text, used).map_err(|e| Error::internal(e.code))?;
    let series = format!("{kind}/{}", pattern.series(&authority.code, year));
    let serial = store::next_number(tx, &series)?;
    Ok(pattern.number(&authority.code, year, serial))
}
