//! Before its time is over: the authority that certified extends a certificate or takes it back.

use chrono::NaiveDate;

use crate::actor::Actor;
use crate::audit;
use crate::db::Tx;
use crate::dossier;
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, ActId};
use crate::instant::Instant;
use crate::notice::{self, NewNotice};
use crate::product::state::text_error;

use super::state::{self, ActKind, Reason, Status};
use super::{Act, Certificate, chain, shown, store};

/// An extension as it is signed.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The new last day.
    pub until: NaiveDate,
    /// Number of the decision.
    pub decision_number: String,
    /// Why.
    pub note: String,
}

/// A revocation as it is signed.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// The ground.
    pub reason: Reason,
    /// Day of the conclusion it rests on.
    pub concluded_on: NaiveDate,
    /// Number of the decision.
    pub decision_number: String,
    /// What was concluded.
    pub note: String,
}

/// A certificate that the actor may extend or revoke now, and who signs.
fn in_hand(tx: &mut Tx<'_>, actor: &Actor, number: &str, now: Instant) -> Result<(Certificate, AccountId)> {
    let found = store::by_number(tx.conn(), number)?.ok_or_else(|| Error::new(Code::NotFound))?;
    state::signs(actor, found.tier, &found.province_code)?;
    state::in_force(found.standing(now))?;
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    Ok((found, account))
}

/// The decision's number and the note, trimmed.
fn written(decision_number: &str, note: &str) -> Result<(String, String)> {
    let mut errors = Vec::new();
    let number = state::line("/decision_number", decision_number).map_err(|e| errors.push(e));
    errors.extend(text_error("/note", note.trim(), 1, state::NOTE_MAX));
    match number {
        Ok(number) if errors.is_empty() => Ok((number, note.trim().to_owned())),
        _ => Err(Error::invalid(errors)),
    }
}

fn save(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    before: &Certificate,
    after: &Certificate,
    act: &Act,
    now: Instant,
) -> Result<()> {
    store::save(tx, after)?;
    store::insert_act(tx, act)?;
    chain::copy_star(tx, after.product_id, now)?;
    audit::record(tx, actor, op, after.id.as_str(), Some(&shown(before)), Some(&shown(after)), now);
    Ok(())
}

fn tell(
    tx: &mut Tx<'_>,
    kind: &'static str,
    c: &Certificate,
    text: (String, String),
    now: Instant,
) -> Result<()> {
    let new = NewNotice {
        kind,
        subject_id: c.id.as_str(),
        producer_id: c.producer_id,
        commune_code: c.commune_code.clone(),
        province_code: c.province_code.clone(),
        text,
        due_on: Some(state::last_day(c.valid_until)),
    };
    notice::tell(tx, new, now)
}

/// Extends a certificate in force whose renewal has been filed and is not decided: to a day, at most 180 days after the
/// end it was issued with (Decision 26/2026/QĐ-TTg, article 8).
///
/// # Errors
/// `request.not_found`, `certificate.wrong_authority`, `certificate.not_valid`, `certificate.no_renewal`,
/// `request.invalid`.
pub fn extend(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    extension: &Extension,
    now: Instant,
) -> Result<Certificate> {
    let (before, account_id) = in_hand(tx, actor, number, now)?;
    let renewal = dossier::open_of(tx.conn(), before.product_id)?;
    if !renewal.is_some_and(|d| d.kind == dossier::Kind::Renewal && d.filed_at.is_some()) {
        return Err(Error::new(Code::NoRenewal));
    }
    let (decision_number, note) = written(&extension.decision_number, &extension.note)?;
    let acts = store::acts(tx.conn(), before.id)?;
    let first = acts.iter().find_map(|act| act.old_until).unwrap_or(before.valid_until);
    let until =
        state::extended(first, before.valid_until, extension.until).map_err(|e| Error::invalid(vec![e]))?;
    let mut after = before.clone();
    after.valid_until = until;
    after.version += 1;
    after.updated_at = now;
    let act = Act {
        id: ActId::new(),
        certificate_id: before.id,
        kind: ActKind::Extended,
        reason: None,
        note,
        decision_number,
        concluded_on: None,
        old_until: Some(before.valid_until),
        new_until: Some(until),
        account_id,
        acted_at: now,
    };
    save(tx, actor, "certificate.extend", &before, &after, &act, now)?;
    let (name, last) = (&after.product_name, extension.until);
    let text = (
        format!(
            "Giấy chứng nhận {number} của sản phẩm {name} được gia hạn đến hết ngày {}.",
            last.format("%d/%m/%Y")
        ),
        format!("Certificate {number} of {name} is extended to the end of {last}."),
    );
    tell(tx, "certificate.extended", &after, text, now)?;
    Ok(after)
}

/// Takes a certificate back, for one of six reasons (Decision 26/2026/QĐ-TTg, article 12). The star is gone with this
/// transaction. Who recorded a check of the certificate prepared its revocation and does not sign it.
///
/// # Errors
/// `request.not_found`, `certificate.wrong_authority`, `certificate.not_valid`, `certificate.preparer_signs`,
/// `request.invalid`.
pub fn revoke(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    revocation: &Revocation,
    now: Instant,
) -> Result<Certificate> {
    let (before, account_id) = in_hand(tx, actor, number, now)?;
    if store::checked(tx.conn(), before.id, account_id)? {
        return Err(Error::new(Code::CheckerSigns));
    }
    let Revocation { reason, concluded_on, decision_number, note } = revocation;
    let (decision_number, note) = written(decision_number, note)?;
    if let Some(error) = state::conclusion_error(*concluded_on, before.issued_on, now.date()) {
        return Err(Error::invalid(vec![error]));
    }
    let mut after = before.clone();
    after.status = Status::Revoked;
    after.revoked_at = Some(now);
    after.revoked_reason = Some(reason.to_string());
    after.version += 1;
    after.updated_at = now;
    let act = Act {
        id: ActId::new(),
        certificate_id: before.id,
        kind: ActKind::Revoked,
        reason: Some(*reason),
        note,
        decision_number: decision_number.clone(),
        concluded_on: Some(*concluded_on),
        old_until: None,
        new_until: None,
        account_id,
        acted_at: now,
    };
    save(tx, actor, "certificate.revoke", &before, &after, &act, now)?;
    let name = &after.product_name;
    let text = (
        format!(
            "Giấy chứng nhận {number} của sản phẩm {name} bị thu hồi theo quyết định {decision_number}: gỡ hạng sao \
             khỏi bao bì và mọi nơi bán."
        ),
        format!(
            "Certificate {number} of {name} is revoked by decision {decision_number}: take the star off packages and \
             wherever it is sold."
        ),
    );
    tell(tx, "certificate.revoked", &after, text, now)?;
    Ok(after)
}
