//! Checks after certification (*hậu kiểm*): what officers found, and how it was put right.

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::actor::{Actor, Reach, Role};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::CheckId;
use crate::instant::Instant;
use crate::product::state::text_error;

use super::{Certificate, Check, state, store};

/// Most findings of a check.
const FINDINGS_MAX: usize = 50;
/// Longest time to put findings right, days.
const REMEDY_MAX: u64 = 365;

/// A check as it is recorded.
#[derive(Clone, Debug)]
pub struct NewCheck {
    /// The day.
    pub checked_on: NaiveDate,
    /// Who checked: people and their offices.
    pub checked_by: String,
    /// What was found; nothing where all is in order.
    pub findings: Vec<String>,
    /// By when it is to be put right.
    pub remedy_by: Option<NaiveDate>,
}

/// A certificate within somebody's reach.
fn within(conn: &mut Conn, reach: &Reach, number: &str) -> Result<Certificate> {
    let found = store::by_number(conn, number)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let commune = found.commune_code.as_deref().unwrap_or_default();
    if reach.covers(found.producer_id, commune, &found.province_code) {
        Ok(found)
    } else {
        Err(Error::new(Code::NotFound))
    }
}

/// The checks of a certificate, the newest first.
///
/// # Errors
/// `request.not_found`.
pub fn checks(conn: &mut Conn, reach: &Reach, number: &str, want: &Want<CheckId>) -> Result<Page<Check>> {
    let certificate = within(conn, reach, number)?;
    store::checks(conn, certificate.id, want)
}

/// Whether somebody checks producers of this place: officers of its commune, its province, the ministry; nobody their
/// own producer.
fn checker(actor: &Actor, certificate: &Certificate) -> Result<()> {
    let reach = &actor.reach;
    let may = actor.has(Role::CentralOfficer)
        || (actor.has(Role::ProvincialOfficer)
            && reach.province.as_deref() == Some(&certificate.province_code))
        || (actor.has(Role::CommuneOfficer)
            && reach.commune.is_some()
            && reach.commune == certificate.commune_code);
    if !may {
        return Err(Error::new(Code::Forbidden));
    }
    if reach.producer == Some(certificate.producer_id) { Err(Error::new(Code::OwnProducer)) } else { Ok(()) }
}

fn errors(new: &NewCheck, today: NaiveDate) -> Vec<FieldError> {
    let NewCheck { checked_on, checked_by, findings, remedy_by } = new;
    let mut errors: Vec<_> =
        text_error("/checked_by", checked_by.trim(), 1, state::LINE_MAX).into_iter().collect();
    if *checked_on > today || (today - *checked_on).num_days() > 366 {
        errors.push(FieldError::new(
            "/checked_on",
            "check.day",
            "Ngày kiểm tra trong vòng một năm đến hôm nay.",
            "A check was within the year up to today.",
        ));
    }
    if findings.len() > FINDINGS_MAX {
        errors.push(FieldError::new(
            "/findings",
            "list.length",
            format!("Nhiều nhất {FINDINGS_MAX} nội dung."),
            format!("{FINDINGS_MAX} findings at most."),
        ));
    }
    for (index, finding) in findings.iter().enumerate().take(FINDINGS_MAX) {
        errors.extend(text_error(&format!("/findings/{index}"), finding.trim(), 1, state::NOTE_MAX));
    }
    let latest = checked_on.checked_add_days(Days::new(REMEDY_MAX)).unwrap_or(*checked_on);
    let fits = match remedy_by {
        None => findings.is_empty(),
        Some(day) => !findings.is_empty() && (*checked_on..=latest).contains(day),
    };
    if !fits {
        errors.push(FieldError::new(
            "/remedy_by",
            "check.remedy_by",
            "Có nội dung cần khắc phục thì ghi hạn trong vòng một năm; không có thì để trống.",
            "With findings give a day within a year; without any leave it out.",
        ));
    }
    errors
}

/// Records a check.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `request.invalid`.
pub fn record_check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    new: &NewCheck,
    now: Instant,
) -> Result<Check> {
    let certificate = within(tx.conn(), &actor.reach, number)?;
    checker(actor, &certificate)?;
    let errors = errors(new, now.date());
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let findings: Vec<_> = new.findings.iter().map(|text| text.trim().to_owned()).collect();
    let row = Check {
        id: CheckId::new(),
        certificate_id: certificate.id,
        checked_on: new.checked_on,
        checked_by: new.checked_by.trim().to_owned(),
        findings: Json::of(&findings),
        remedy_by: new.remedy_by,
        remedied_on: None,
        remedy_note: None,
        account_id: actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_check(tx, &row)?;
    let shown = json!({ "check_id": row.id, "checked_on": row.checked_on, "findings": findings });
    audit::record(tx, actor, "certificate.check", certificate.id.as_str(), None::<&()>, Some(&shown), now);
    Ok(row)
}

/// Records that the findings of a check were put right.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `certificate.nothing_to_remedy`, `request.invalid`.
pub fn remedy_check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    number: &str,
    id: CheckId,
    (remedied_on, note): (NaiveDate, &str),
    now: Instant,
) -> Result<Check> {
    let certificate = within(tx.conn(), &actor.reach, number)?;
    checker(actor, &certificate)?;
    let found = store::check(tx.conn(), certificate.id, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    if found.remedy_by.is_none() || found.remedied_on.is_some() {
        return Err(Error::new(Code::NothingToRemedy));
    }
    let mut errors: Vec<_> = text_error("/note", note.trim(), 1, state::NOTE_MAX).into_iter().collect();
    if !(found.checked_on..=now.date()).contains(&remedied_on) {
        errors.push(FieldError::new(
            "/remedied_on",
            "check.remedied_on",
            "Ngày khắc phục từ ngày kiểm tra đến hôm nay.",
            "Findings are put right between the check and today.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let row = Check {
        remedied_on: Some(remedied_on),
        remedy_note: Some(note.trim().to_owned()),
        version: found.version + 1,
        updated_at: now,
        ..found
    };
    store::save_check(tx, &row)?;
    let shown = json!({ "check_id": id, "remedied_on": remedied_on });
    audit::record(tx, actor, "certificate.remedy", certificate.id.as_str(), None::<&()>, Some(&shown), now);
    Ok(row)
}
