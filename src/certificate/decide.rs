//! The leaders' decisions.

use chrono::Datelike as _;

use crate::actor::Actor;
use crate::audit;
use crate::council;
use crate::db::Tx;
use crate::dossier::{self, Decision, Dossier, Stage};
use crate::error::{Error, Result};
use crate::ids::{CertificateId, DossierId};
use crate::instant::Instant;
use crate::producer;
use crate::rating;
use crate::values::{Points, Star};

use super::state::{self, Choice, Outcome, Standing, Status, Tier, Use, Verdict};
use super::{Certificate, authority, chain, shown, store};

/// What stands on the decision.
#[derive(Clone, Debug, Default)]
pub struct Decree {
    /// The office's number; without one the program counts.
    pub decision_number: Option<String>,
    /// The signer's title; usually the authority's own.
    pub signer_title: Option<String>,
    /// What becomes of a product that came back from the centre.
    pub choice: Option<Choice>,
}

/// What a decision brought.
#[derive(Clone, Debug)]
pub struct Decided {
    /// What it was.
    pub outcome: Outcome,
    /// The dossier after it.
    pub dossier: Dossier,
    /// The star the council proposed; `None` where it was stopped.
    pub star: Option<Star>,
    /// The council's mean, rounded.
    pub score: Points,
    /// The certificate of a recognition.
    pub certificate: Option<Certificate>,
}

/// A leader decides on a concluded dossier: the Chairman of the province on three and four stars, the Minister on five,
/// by the table of [`state::outcome`]. Who prepared the decision does not sign it.
///
/// # Errors
/// `request.not_found`, `certificate.wrong_authority`, `rating.not_concluded`, `dossier.wrong_status`,
/// `dossier.preparer_signs`, `decision.choice_needed`, `decision.no_choice`, `request.invalid`.
pub fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    decree: &Decree,
    now: Instant,
) -> Result<Decided> {
    dossier::lock(tx, id)?;
    let before = dossier::find(tx.conn(), &actor.reach, id)?;
    let by = if before.stage == Stage::Centre { Tier::Centre } else { Tier::Province };
    state::signs(actor, by, &before.province_code)?;
    let conclusion = rating::concluded(&before)?;
    if before.status != dossier::Status::Concluded {
        return Err(dossier::state::wrong_status(before.status).into());
    }
    let verdict = Verdict {
        by,
        council: council::tier_of(tx.conn(), conclusion.session_id)?,
        band: conclusion.band_star,
        star: conclusion.star,
        held: match before.kind {
            dossier::Kind::Upgrade => held(tx, &before, now)?,
            dossier::Kind::First | dossier::Kind::Renewal => None,
        },
    };
    let outcome = state::outcome(verdict, decree.choice)?;
    let decision = match outcome {
        Outcome::Recognised => Decision::Recognised,
        Outcome::Refused => Decision::Refused,
        Outcome::Referred | Outcome::Returned => Decision::Referred,
        Outcome::EvaluatedAgain => Decision::EvaluatedAgain,
    };
    let written =
        (line("/decision_number", &decree.decision_number)?, line("/signer_title", &decree.signer_title)?);
    let dossier = dossier::decide(tx, actor, id, decision, now)?;
    let (star, score) = (conclusion.star, conclusion.score);
    let certificate = match (outcome, star) {
        (Outcome::Recognised, Some(star)) => {
            Some(issue(tx, actor, &dossier, by, (star, score), written, now)?)
        }
        _ => None,
    };
    Ok(Decided { outcome, dossier, star, score, certificate })
}

/// The star a dossier's product has now.
fn held(tx: &mut Tx<'_>, dossier: &Dossier, now: Instant) -> Result<Option<Star>> {
    let chain = store::chain(tx.conn(), dossier.product_id)?;
    Ok(chain.iter().find(|c| c.standing(now) == Standing::Valid).map(Certificate::star))
}

fn line(pointer: &str, text: &Option<String>) -> Result<Option<String>> {
    let text = text.as_deref().map(|text| state::line(pointer, text)).transpose();
    text.map_err(|e| Error::invalid(vec![e]))
}

/// Issues the certificate of a recognition. It is valid from this moment for 36 months.
fn issue(
    tx: &mut Tx<'_>,
    actor: &Actor,
    dossier: &Dossier,
    tier: Tier,
    (star, score): (Star, Points),
    (decision_number, signer_title): (Option<String>, Option<String>),
    now: Instant,
) -> Result<Certificate> {
    let (province, commune, today) = (&dossier.province_code, &dossier.commune_code, now.date());
    let year = today.year();
    let producer = producer::any(tx.conn(), dossier.producer_id)?;
    let by = authority::authority(tx.conn(), authority::code_of(tier, province))?;
    let decision_number = match decision_number {
        Some(number) => number,
        None => authority::next_number(tx, &by, year, Use::Decisions)?,
    };
    let number = authority::next_number(tx, &by, year, Use::Certificates)?;
    // A product rated again keeps the sequence of its code.
    let chain = store::chain(tx.conn(), dossier.product_id)?;
    let mut codes = chain.iter().rev().filter_map(|c| c.product_code.as_deref());
    let sequence = match codes.find_map(|code| state::sequence_of(code, province, commune)) {
        Some(sequence) => sequence,
        None => store::next_number(tx, &format!("product_code/{commune}"))?,
    };
    let certificate = Certificate {
        id: CertificateId::new(),
        number,
        decision_number: Some(decision_number),
        decided_on: Some(today),
        year: Some(year),
        issuer: by.name,
        signer_title: Some(signer_title.unwrap_or(by.signer_title)),
        product_id: dossier.product_id,
        product_name: dossier.product_name.clone(),
        product_code: Some(state::product_code(province, commune, sequence, year)),
        producer_id: dossier.producer_id,
        producer_name: dossier.producer_name.clone(),
        former_address: producer.details.former_address,
        province_code: province.clone(),
        commune_code: Some(commune.clone()),
        dossier_id: Some(dossier.id),
        scheme: dossier.scheme.clone(),
        stars: i32::from(star.get()),
        score: Some(score.hundredths()),
        issued_on: Some(today),
        valid_from: now,
        valid_until: state::expiry(today),
        status: Status::Valid,
        superseded_at: None,
        revoked_at: None,
        revoked_reason: None,
        source: None,
        tier,
        former_number: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let certificate = chain::join(tx, actor, certificate, now)?;
    audit::record(
        tx,
        actor,
        "certificate.issue",
        certificate.id.as_str(),
        None::<&()>,
        Some(&shown(&certificate)),
        now,
    );
    Ok(certificate)
}
