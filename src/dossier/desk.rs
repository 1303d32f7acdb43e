//! From desk to desk: submit, report, forward, return, accept, withdraw.

use crate::actor::Actor;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::DossierId;
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::product::{self, Product};

use super::forms::{CommuneReport, Reason, Registration, reason_errors};
use super::state::{self, Action, Stage, Status};
use super::{Dossier, belongs, change, fresh, go, prepare, prepared, row};

/// What of the producer and its product a submission needs and is not so.
fn missing_of(producer: &Producer, product: &Product) -> Vec<FieldError> {
    let mut missing = Vec::new();
    if producer.status != producer::Status::Verified {
        let status = producer.status;
        missing.push(FieldError::new(
            "/producer/status",
            "producer.not_verified",
            format!("Chủ thể đang ở trạng thái {status}; cần được xác minh trước khi nộp hồ sơ."),
            format!("The producer is {status}; it has to be verified before a dossier is filed."),
        ));
    }
    if product.status == product::Status::Archived {
        missing.push(FieldError::new(
            "/product/status",
            "product.archived",
            "Sản phẩm đã ngừng.",
            "The product is not made any more.",
        ));
    }
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    if blank(&product.description) {
        missing.push(FieldError::new(
            "/product/description",
            "product.description_missing",
            "Sản phẩm chưa có mô tả.",
            "The product has no description.",
        ));
    }
    if blank(&product.unit) {
        missing.push(FieldError::new(
            "/product/unit",
            "product.unit_missing",
            "Sản phẩm chưa có đơn vị tính.",
            "The product has no unit of sale.",
        ));
    }
    missing
}

/// Files a dossier with its commune, or again with whoever returned it. Names and place are taken over from the
/// product as they are now; the scheme is the one of the first filing.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.wrong_status`, `dossier.no_criteria`; `dossier.incomplete` with
/// everything that is missing.
pub fn submit(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let mut row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).writer(actor)?;
    let (status, _) = state::next(row.status, row.stage, Action::Submit)?;
    let product = product::any(tx.conn(), row.product_id)?;
    let producer = producer::any(tx.conn(), row.producer_id)?;
    let scheme = prepare::scheme_of(&row, now)?;
    let filed = row.filed_at.filter(|_| *scheme.id == *row.scheme).unwrap_or(now);
    // By the frame of a decision the self-assessment is on paper.
    let set = prepare::rubric_of(scheme, product.criteria_set)?.tree();
    let sheet = Dossier::try_from(row.clone())?.self_sheet;
    let mut missing = row.registration.get::<Registration>()?.missing();
    missing.extend(set.map(|set| state::missing_choices(set, &sheet)).unwrap_or_default());
    missing.extend(missing_of(&producer, &product));
    if !missing.is_empty() {
        return Err(Error::new(Code::DossierIncomplete).with_fields(missing));
    }
    if status == Status::Submitted {
        row.province_code = product.province_code;
        row.commune_code = product.commune_code.unwrap_or(row.commune_code);
        row.submitted_at = Some(now);
    }
    let scored = set.map(|set| set.check(&sheet)).transpose().map_err(crate::criteria::refused)?;
    change(tx, actor, "dossier.submit", row, now, |row| {
        row.product_name = product.name;
        row.producer_name = producer.details.name;
        row.scheme = scheme.id.to_string();
        row.set_no = product.criteria_set;
        row.self_total = scored.map(|scored| scored.total.hundredths());
        row.filed_at = Some(filed);
        go(row, Action::Submit)
    })
}

/// Writes form 03, the commune's report.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.own`, `dossier.wrong_status`, `request.stale`, `request.invalid`.
pub fn report(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    report: &CommuneReport,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).officer(actor, Stage::Commune)?;
    if row.status != Status::Submitted {
        return Err(state::wrong_status(row.status).into());
    }
    fresh(&row, version)?;
    let errors = report.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    change(tx, actor, "dossier.report", row, now, |row| {
        row.commune_report = Some(Json::of(report));
        Ok(())
    })
}

/// Sends a dossier on to the province, with the commune's report.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.own`, `dossier.wrong_status`, `dossier.report_missing`.
pub fn forward(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).officer(actor, Stage::Commune)?;
    change(tx, actor, "dossier.forward", row, now, |row| {
        go(row, Action::Forward)?;
        row.forwarded_at = Some(now);
        if row.commune_report.is_some() { Ok(()) } else { Err(Error::new(Code::DossierReport)) }
    })
}

/// Asks the producer for completion: the commune or the province, whoever has the dossier. One whose scheme has run out
/// is completed under the scheme in force, by which it is then filed anew.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.own`, `dossier.wrong_status`, `request.invalid`.
pub fn return_for_completion(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    reasons: &[Reason],
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).officer(actor, row.stage)?;
    state::next(row.status, row.stage, Action::Return)?;
    let errors = reason_errors(reasons);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    change(tx, actor, "dossier.return", row, now, |row| {
        row.return_reasons = Some(Json::of(reasons));
        let scheme = prepare::scheme_of(row, now)?;
        if *scheme.id != *row.scheme {
            prepare::rubric_of(scheme, row.set_no)?;
            row.scheme = scheme.id.to_string();
            row.filed_at = None;
        }
        go(row, Action::Return)
    })
}

/// The province's office takes a dossier in.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.own`, `dossier.wrong_status`.
pub fn accept(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).officer(actor, Stage::Province)?;
    change(tx, actor, "dossier.accept", row, now, |row| {
        row.accepted_at = Some(now);
        prepared(row, actor)?;
        go(row, Action::Accept)
    })
}

/// The producer takes its dossier back, until a council scores it.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `dossier.wrong_status`.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    belongs(&row).owner(actor)?;
    change(tx, actor, "dossier.withdraw", row, now, |row| go(row, Action::Withdraw))
}
