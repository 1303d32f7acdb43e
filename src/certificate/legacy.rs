//! Certificates of before this program, recorded from lists.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{CertificateId, ProductId};
use crate::instant::Instant;
use crate::values::{Points, Star};
use crate::{producer, product};

use super::state::{self, Status, Tier};
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

/// Records an old certificate and puts it into its product's chain. How long it counts as valid when its day is not
/// known, [`state::legacy_validity`] says. Recording the same again changes nothing and returns the first.
///
/// # Errors
/// `request.not_found`, `request.invalid`.
pub fn register_legacy(tx: &mut Tx<'_>, actor: &Actor, legacy: &Legacy, now: Instant) -> Result<Certificate> {
    let Legacy { product_id, scheme, star, score, year, decision, decided_on, issuer, source } = legacy;
    let mut errors = state::legacy_errors(*star, *decided_on, *year, now.date());
    let mut line = |pointer: &str, text: &str| state::line(pointer, text).map_err(|e| errors.push(e)).ok();
    let issuer = line("/issuer", issuer);
    let decision = decision.as_deref().and_then(|text| line("/decision", text));
    let Some(issuer) = issuer.filter(|_| errors.is_empty()) else { return Err(Error::invalid(errors)) };
    let product = product::any(tx.conn(), *product_id)?;
    let producer = producer::any(tx.conn(), product.producer_id)?;
    let year = year.or_else(|| decided_on.map(|day| chrono::Datelike::year(&day)));
    let same = |c: &Certificate| {
        c.dossier_id.is_none()
            && (c.star(), c.year, c.decided_on, &c.decision_number, &c.scheme)
                == (*star, year, *decided_on, &decision, scheme)
    };
    if let Some(found) = store::chain(tx.conn(), product.id)?.into_iter().find(same) {
        return Ok(found);
    }
    let (valid_from, valid_until) = state::legacy_validity(*decided_on, year, now);
    let province = &product.province_code;
    let series = year.map_or_else(|| "unknown".to_owned(), |year| year.to_string());
    let serial = store::next_number(tx, &format!("legacy_certificate/{province}/{series}"))?;
    let certificate = Certificate {
        id: CertificateId::new(),
        number: state::legacy_number(province, year, serial),
        decision_number: decision,
        decided_on: *decided_on,
        year,
        issuer,
        signer_title: None,
        product_id: product.id,
        product_name: product.name,
        product_code: None,
        producer_id: producer.id,
        producer_name: producer.details.name,
        former_address: producer.details.former_address,
        province_code: product.province_code.clone(),
        commune_code: product.commune_code,
        dossier_id: None,
        scheme: scheme.clone(),
        stars: i32::from(star.get()),
        score: score.map(Points::hundredths),
        issued_on: *decided_on,
        valid_from,
        valid_until,
        status: Status::Valid,
        superseded_at: None,
        revoked_at: None,
        revoked_reason: None,
        source: source.clone(),
        tier: if star.get() == 5 { Tier::Centre } else { Tier::Province },
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let certificate = chain::join(tx, actor, certificate, now)?;
    audit::record(
        tx,
        actor,
        "certificate.register",
        certificate.id.as_str(),
        None::<&()>,
        Some(&shown(&certificate)),
        now,
    );
    Ok(certificate)
}
