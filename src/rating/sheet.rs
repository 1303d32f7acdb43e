//! Score sheets: writing, signing, reading.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::audit;
use crate::council::{self, Member, Session};
use crate::criteria::{self, Sheet};
use crate::db::{Conn, Json, Tx};
use crate::dossier::{self, Dossier, Status};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{AccountId, DossierId, SheetId};
use crate::instant::Instant;
use crate::values::Points;

use super::state::{Agreement, SheetStatus, TEXT_MAX};
use super::{ScoreSheet, Table, locked_dossier, panel_of, sees_names, shown, store};

/// What a member writes.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Leaf to option, and the grounds for exclusion that were found.
    pub choices: BTreeMap<String, String>,
    /// Points by part, where the scheme is scored by parts; otherwise empty.
    pub parts: BTreeMap<String, Points>,
    /// The dossier's case; may be left out.
    pub tourism_case: Option<u8>,
    /// What the member has to say.
    pub comment: Option<String>,
}

/// The member's account and the session, if it may score the dossier.
fn scorer(conn: &mut Conn, actor: &Actor, dossier: &Dossier, now: Instant) -> Result<(AccountId, Session)> {
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let panel = council::panel(conn, dossier)?.filter(|panel| panel.seat(account).is_some());
    let panel = panel.ok_or_else(|| Error::new(Code::CouncilNoSeat))?;
    if actor.reach.producer == Some(dossier.producer_id) {
        return Err(Error::new(Code::ScoresOwn));
    }
    if panel.bars(account) {
        return Err(Error::new(Code::ConflictOfInterest));
    }
    if dossier.status != Status::Scoring {
        return Err(dossier::state::wrong_status(dossier.status).into());
    }
    dossier.in_time(now)?;
    Ok((account, panel.session))
}

/// The member's own newest sheet.
///
/// # Errors
/// `request.not_found`, also before the first.
pub fn mine(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<ScoreSheet> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let session = council::session_of(conn, dossier.id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let row = store::newest(conn, id, session.id, account)?;
    row.ok_or_else(|| Error::new(Code::NotFound))?.try_into()
}

/// Saves the member's draft: the first sheet, the draft there is, or after signing the next revision. `version` is
/// the one of the member's newest sheet, and needed once there is one.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `rating.own_producer`, `rating.conflict_of_interest`, `dossier.wrong_status`,
/// `dossier.scheme_ended`, `request.invalid` with a pointer for each choice, `request.if_match_required`, `request.stale`.
pub fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: Option<i32>,
    draft: &Draft,
    now: Instant,
) -> Result<ScoreSheet> {
    let dossier = locked_dossier(tx, actor, id)?;
    let (account, session) = scorer(tx.conn(), actor, &dossier, now)?;
    let sheet = checked(&dossier, draft)?;
    let newest = store::newest(tx.conn(), id, session.id, account)?;
    match (&newest, version) {
        (None, Some(_)) => return Err(Error::new(Code::PreconditionFailed)),
        (Some(_), None) => return Err(Error::new(Code::PreconditionRequired)),
        (Some(row), Some(version)) if row.version != version => {
            return Err(Error::new(Code::PreconditionFailed));
        }
        _ => {}
    }
    let before = newest.as_ref().filter(|row| row.status == SheetStatus::Draft).cloned();
    let before = before.map(ScoreSheet::try_from).transpose()?;
    let row = store::Sheet {
        id: before.as_ref().map_or_else(SheetId::new, |b| b.id),
        dossier_id: id,
        session_id: session.id,
        account_id: account,
        revision: match &before {
            Some(draft) => draft.revision,
            None => store::last_revision(tx.conn(), id, account)? + 1,
        },
        choices: Json::of(&sheet.choices),
        parts: (!sheet.parts.is_empty()).then(|| Json::of(&sheet.parts)),
        tourism_case: sheet.tourism_case.map(i32::from),
        comment: draft.comment.as_deref().map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned),
        status: SheetStatus::Draft,
        total: None,
        signed_at: None,
        version: newest.as_ref().map_or(1, |row| row.version + 1),
        created_at: before.as_ref().map_or(now, |b| b.created_at),
        updated_at: now,
    };
    match before {
        Some(_) => store::save(tx, &row)?,
        None => store::insert(tx, &row)?,
    }
    let after = ScoreSheet::try_from(row)?;
    audit::record(
        tx,
        actor,
        "rating.write_sheet",
        after.id.as_str(),
        before.as_ref().map(shown).as_ref(),
        Some(&shown(&after)),
        now,
    );
    Ok(after)
}

/// The draft as a sheet of the dossier's set and case, without its points.
fn checked(dossier: &Dossier, draft: &Draft) -> Result<Sheet> {
    let case = dossier.self_sheet.tourism_case;
    let mut errors = Vec::new();
    if draft.tourism_case.is_some() && draft.tourism_case != case {
        errors.push(FieldError::new(
            "/tourism_case",
            "sheet.other_case",
            "Trường hợp phải đúng như hồ sơ đã khai.",
            "The case must be the one the dossier declares.",
        ));
    }
    if draft.comment.as_ref().is_some_and(|c| c.chars().count() > TEXT_MAX) {
        errors.push(FieldError::new(
            "/comment",
            "comment.length",
            format!("Nhận xét dài nhất {TEXT_MAX} ký tự."),
            format!("A comment has at most {TEXT_MAX} characters."),
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let sheet = Sheet { choices: draft.choices.clone(), tourism_case: case, parts: draft.parts.clone() };
    dossier.rubric()?.check(&sheet).map_err(criteria::refused)?;
    Ok(sheet)
}

/// Signs the member's draft: it is locked and counts from now on, in place of the one signed before.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `rating.own_producer`, `rating.conflict_of_interest`, `dossier.wrong_status`,
/// `dossier.scheme_ended`, `session.wrong_status` unless the session is open, `rating.nothing_to_sign`.
pub fn sign(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<ScoreSheet> {
    let dossier = locked_dossier(tx, actor, id)?;
    let (account, session) = scorer(tx.conn(), actor, &dossier, now)?;
    session.status.sitting()?;
    let newest = store::newest(tx.conn(), id, session.id, account)?;
    let draft = newest.filter(|row| row.status == SheetStatus::Draft);
    let mut row = draft.ok_or_else(|| Error::new(Code::NothingToSign))?;
    let before = ScoreSheet::try_from(row.clone())?;
    let scored = dossier.rubric()?.check(&before.sheet).map_err(criteria::refused)?;
    if let Some(mut old) = store::signed_by(tx.conn(), id, session.id, account)? {
        (old.status, old.version, old.updated_at) = (SheetStatus::Superseded, old.version + 1, now);
        store::save(tx, &old)?;
    }
    row.status = SheetStatus::Signed;
    row.total = Some(scored.total.hundredths());
    row.signed_at = Some(now);
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    dossier::note_signed_sheet(tx, actor, id, now)?;
    let after = ScoreSheet::try_from(row)?;
    audit::record(
        tx,
        actor,
        "rating.sign_sheet",
        after.id.as_str(),
        Some(&shown(&before)),
        Some(&shown(&after)),
        now,
    );
    Ok(after)
}

/// The signed sheets that count, with whose they are: for staff and for the council.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn sheets(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<Vec<(ScoreSheet, Member)>> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    if !sees_names(conn, actor, &dossier)? {
        return Err(Error::new(Code::Forbidden));
    }
    let Some(panel) = council::panel(conn, &dossier)? else { return Ok(Vec::new()) };
    Ok(Table::of(conn, dossier, panel)?.ballots.into_iter().map(|b| (b.sheet, b.member)).collect())
}

/// How far the council agrees by now, and the dossier's version.
///
/// # Errors
/// `request.not_found`, also before it is on an agenda; `auth.forbidden`.
pub fn agreement(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<(Agreement, i32)> {
    let dossier = dossier::find(conn, &actor.reach, id)?;
    if !sees_names(conn, actor, &dossier)? {
        return Err(Error::new(Code::Forbidden));
    }
    let version = dossier.version;
    let panel = panel_of(conn, &dossier)?;
    let table = Table::of(conn, dossier, panel)?;
    Ok((table.agreement(&table.recorded())?, version))
}
