//! Certificates of before this program, recorded from lists and from their papers.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, FieldError, Result};
use crate::ids::{CertificateId, ProductId};
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::product;
use crate::values::{Points, Star};

use super::state::{self, Beside, Status, Tier, Traits, UNKNOWN_ISSUER};
use super::{Certificate, chain, shown, store};

/// What is known of an old certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legacy {
    /// The product.
    pub product_id: ProductId,
    /// The scheme it was scored by, for example `qd148-2023`.
    pub scheme: String,
    /// 3 to 5.
    pub star: Star,
    /// The score, where it was published.
    pub score: Option<Points>,
    /// Year of evaluation.
    pub year: Option<i32>,
    /// Number of the decision, or what is known of it, as the source writes it.
    pub decision: Option<String>,
    /// Day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Who decided, literally, also where it exists no longer: a district.
    pub issuer: String,
    /// Where this comes from.
    pub source: Option<String>,
}

/// What stands on an old certificate's own paper and in no list of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OldPaper {
    /// Its number, as written.
    pub number: Option<String>,
    /// The producer's address, as written; without one, the producer's own of before 1 July 2025.
    pub former_address: Option<String>,
}

/// What recording an old certificate did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    Made,
    /// It was recorded, and something that was not known of it is now.
    Completed,
    /// It was recorded before, with all that is known now.
    Same,
}

/// An old certificate after it was recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The certificate.
    pub certificate: Certificate,
    /// What was done.
    pub how: Recorded,
    /// What had been recorded otherwise and was left as it is: by its field.
    pub kept: Vec<FieldError>,
    /// Certificates of the product that may be the same one, of which too little is known to tell.
    pub perhaps: Vec<String>,
}

/// Records an old certificate and puts it into its product's chain. How long it counts as valid when its day is not
/// known, [`state::legacy_validity`] says. Recording the same again changes nothing and returns the first.
///
/// # Errors
/// `request.not_found`, `request.invalid`.
pub fn register_legacy(tx: &mut Tx<'_>, actor: &Actor, legacy: &Legacy, now: Instant) -> Result<Certificate> {
    record_legacy(tx, actor, legacy, &OldPaper::default(), now).map(|recording| recording.certificate)
}

/// Records an old certificate with what stands on its paper. One that was recorded before ([`Traits::is`]) is completed
/// with what was not known of it; what was recorded otherwise stays, and is told. Nothing is written where it is refused.
///
/// # Errors
/// `request.not_found`; `request.invalid`, also where it contradicts what is known of the product ([`state::clash`]).
pub fn record_legacy(
    tx: &mut Tx<'_>,
    actor: &Actor,
    legacy: &Legacy,
    paper: &OldPaper,
    now: Instant,
) -> Result<Recording> {
    let (legacy, paper) = checked(legacy, paper, now)?;
    store::lock_chain(tx, legacy.product_id)?;
    let product = product::any(tx.conn(), legacy.product_id)?;
    let producer = producer::any(tx.conn(), product.producer_id)?;
    let chain = store::chain(tx.conn(), product.id)?;
    let traits = Traits {
        star: legacy.star,
        decided_on: legacy.decided_on,
        year: legacy.year,
        decision: legacy.decision.as_deref(),
        number: paper.number.as_deref(),
    };
    // Of several that may be meant, the one of that very day.
    let mut same: Vec<_> = chain.iter().filter(|c| of(c).is(&traits)).collect();
    same.sort_by_key(|c| c.decided_on != legacy.decided_on);
    if let Some(found) = same.first() {
        return complete(tx, actor, (*found).clone(), &chain, (&legacy, &paper, &producer), now);
    }
    let validity = state::legacy_validity(legacy.decided_on, legacy.year, now);
    refuse_clash(&chain, None, validity, &legacy)?;
    let vague =
        |c: &&Certificate| c.star() == legacy.star && (c.decided_on.is_none() || legacy.decided_on.is_none());
    let perhaps = chain.iter().filter(vague).map(|c| c.number.clone()).collect();
    let (year, province) = (legacy.year, &product.province_code);
    let series = year.map_or_else(|| "unknown".to_owned(), |year| year.to_string());
    let serial = store::next_number(tx, &format!("legacy_certificate/{province}/{series}"))?;
    let certificate = Certificate {
        id: CertificateId::new(),
        number: state::legacy_number(province, year, serial),
        decision_number: legacy.decision,
        decided_on: legacy.decided_on,
        year,
        issuer: legacy.issuer,
        signer_title: None,
        product_id: product.id,
        product_name: product.name,
        product_code: None,
        producer_id: producer.id,
        producer_name: producer.details.name,
        former_address: paper.former_address.or(producer.details.former_address),
        province_code: product.province_code,
        commune_code: product.commune_code,
        dossier_id: None,
        scheme: legacy.scheme,
        stars: i32::from(legacy.star.get()),
        score: legacy.score.map(Points::hundredths),
        issued_on: legacy.decided_on,
        valid_from: validity.0,
        valid_until: validity.1,
        status: Status::Valid,
        superseded_at: None,
        revoked_at: None,
        revoked_reason: None,
        source: legacy.source,
        tier: if legacy.star.get() == 5 { Tier::Centre } else { Tier::Province },
        former_number: paper.number,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let certificate = chain::join(tx, actor, certificate, now)?;
    let id = certificate.id;
    audit::record(
        tx,
        actor,
        "certificate.register",
        id.as_str(),
        None::<&()>,
        Some(&shown(&certificate)),
        now,
    );
    Ok(Recording { certificate, how: Recorded::Made, kept: Vec::new(), perhaps })
}

/// What was written, trimmed, with the year of the decision where none was given.
fn checked(legacy: &Legacy, paper: &OldPaper, now: Instant) -> Result<(Legacy, OldPaper)> {
    let Legacy { product_id, scheme, star, score, year, decision, decided_on, issuer, source } = legacy;
    let OldPaper { number, former_address } = paper;
    let mut errors = state::legacy_errors(*star, *decided_on, *year, now.date());
    let mut line = |pointer: &str, text: &str| state::line(pointer, text).map_err(|e| errors.push(e)).ok();
    let issuer = line("/issuer", issuer).unwrap_or_default();
    let decision = decision.as_deref().and_then(|text| line("/decision", text));
    let number = number.as_deref().and_then(|text| line("/number", text));
    let former_address = former_address.as_deref().and_then(|text| line("/former_address", text));
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let legacy = Legacy {
        product_id: *product_id,
        scheme: scheme.clone(),
        star: *star,
        score: *score,
        year: year.or_else(|| decided_on.map(|day| chrono::Datelike::year(&day))),
        decision,
        decided_on: *decided_on,
        issuer,
        source: source.clone(),
    };
    Ok((legacy, OldPaper { number, former_address }))
}

/// What tells a recorded certificate from others. One that was issued here has its own number on its paper.
fn of(c: &Certificate) -> Traits<'_> {
    let number = if c.dossier_id.is_some() { Some(c.number.as_str()) } else { c.former_number.as_deref() };
    Traits {
        star: c.star(),
        decided_on: c.decided_on,
        year: c.year,
        decision: c.decision_number.as_deref(),
        number,
    }
}

fn refuse_clash(
    chain: &[Certificate],
    own: Option<CertificateId>,
    validity: (Instant, Instant),
    legacy: &Legacy,
) -> Result<()> {
    let beside: Vec<_> = chain
        .iter()
        .filter(|c| c.status != Status::Revoked && Some(c.id) != own)
        .map(|c| Beside {
            number: &c.number,
            star: c.star(),
            life: c.life(),
            issued_here: c.dossier_id.is_some(),
            decided_on: c.decided_on,
            year: c.year,
        })
        .collect();
    match state::clash(&beside, validity, legacy.decided_on, legacy.year) {
        Some(error) => Err(Error::invalid(vec![error])),
        None => Ok(()),
    }
}

/// Completes a certificate that was recorded before. One that this program issued, that was revoked, or that its authority
/// has extended, stays as it is.
fn complete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    found: Certificate,
    chain: &[Certificate],
    (legacy, paper, producer): (&Legacy, &OldPaper, &Producer),
    now: Instant,
) -> Result<Recording> {
    let mut after = found.clone();
    let mut kept = Vec::new();
    fill(&mut after.decided_on, &legacy.decided_on, "/decided_on", &mut kept);
    fill(&mut after.decision_number, &legacy.decision, "/decision", &mut kept);
    let mut score = found.points();
    fill(&mut score, &legacy.score, "/score", &mut kept);
    after.score = score.map(Points::hundredths);
    fill(&mut after.former_number, &paper.number, "/number", &mut kept);
    fill(&mut after.source, &legacy.source, "", &mut Vec::new());
    if found.former_address == producer.details.former_address {
        // It was the producer's; the paper's own is nearer.
        after.former_address = paper.former_address.clone().or(after.former_address);
    } else {
        fill(&mut after.former_address, &paper.former_address, "/former_address", &mut kept);
    }
    if found.issuer == UNKNOWN_ISSUER {
        after.issuer.clone_from(&legacy.issuer);
    } else if found.issuer != legacy.issuer && legacy.issuer != UNKNOWN_ISSUER {
        kept.push(stays("/issuer", &found.issuer));
    }
    let dated = found.decided_on.is_none() && after.decided_on.is_some();
    if dated {
        // The year alone had told the scheme, and the end it has at least.
        after.scheme.clone_from(&legacy.scheme);
        after.issued_on = after.decided_on;
        (after.valid_from, after.valid_until) = state::legacy_validity(after.decided_on, after.year, now);
    } else if found.scheme != legacy.scheme {
        kept.push(stays("/scheme", &found.scheme));
    }
    let fixed = found.dossier_id.is_some()
        || found.status == Status::Revoked
        || !store::acts(tx.conn(), found.id)?.is_empty();
    if after == found || fixed {
        return Ok(Recording { certificate: found, how: Recorded::Same, kept, perhaps: Vec::new() });
    }
    if dated {
        refuse_clash(chain, Some(found.id), (after.valid_from, after.valid_until), legacy)?;
    }
    after.version += 1;
    after.updated_at = now;
    let after = chain::join(tx, actor, after, now)?;
    let id = after.id;
    audit::record(
        tx,
        actor,
        "certificate.complete",
        id.as_str(),
        Some(&shown(&found)),
        Some(&shown(&after)),
        now,
    );
    Ok(Recording { certificate: after, how: Recorded::Completed, kept, perhaps: Vec::new() })
}

/// Takes what is written over where nothing is recorded; tells where something else is.
fn fill<T: Clone + PartialEq + std::fmt::Display>(
    recorded: &mut Option<T>,
    written: &Option<T>,
    pointer: &'static str,
    kept: &mut Vec<FieldError>,
) {
    match (&*recorded, written) {
        (None, Some(value)) => *recorded = Some(value.clone()),
        (Some(old), Some(new)) if old != new => kept.push(stays(pointer, old)),
        _ => {}
    }
}

fn stays(pointer: &'static str, recorded: &impl std::fmt::Display) -> FieldError {
    FieldError::new(
        pointer,
        "certificate.recorded_otherwise",
        format!("Giấy này đã được ghi với «{recorded}»; giữ nguyên, hãy đối chiếu với bản gốc."),
        format!("This certificate is recorded with “{recorded}”; that stays, compare it with the original."),
    )
}
