//! Sessions of a council: the day, the agenda, who is present, and conflicts of interest.

use chrono::NaiveDate;
use serde_json::json;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx, dialect};
use crate::dossier::{self, Dossier};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{AccountId, CouncilId, DossierId, SessionId};
use crate::instant::Instant;
use crate::product::state::text_error;

use super::state::{self, Seat, SessionKind, SessionStatus, Status, Tier};
use super::{Conflict, Council, Session, conflicts, find, members, seat, store};

/// Longest place, in characters.
const PLACE_MAX: usize = 200;
/// Longest reason of a conflict, in characters.
const REASON_MAX: usize = 2000;
/// Most dossiers on an agenda.
const AGENDA_MAX: usize = 200;

/// A new session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The day.
    pub held_on: NaiveDate,
    /// Where.
    pub place: Option<String>,
    /// How.
    pub kind: SessionKind,
}

/// A session as far as somebody sees its council.
///
/// # Errors
/// `request.not_found`.
pub fn find_session(conn: &mut Conn, reach: &Reach, id: SessionId) -> Result<(Council, Session)> {
    let (council, row) = session_row(conn, reach, id)?;
    Ok((council, row.try_into()?))
}

fn session_row(conn: &mut Conn, reach: &Reach, id: SessionId) -> Result<(Council, store::Session)> {
    let row = store::find_session(conn, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok((find(conn, reach, row.council_id)?, row))
}

/// The sessions of a council, the newest first.
///
/// # Errors
/// `request.not_found`.
pub fn list_sessions(
    conn: &mut Conn,
    reach: &Reach,
    council: CouncilId,
    want: &Want<SessionId>,
) -> Result<Page<Session>> {
    find(conn, reach, council)?;
    let Page { data, next } = store::list_sessions(conn, council, want)?;
    Ok(Page { data: data.into_iter().map(Session::try_from).collect::<Result<_>>()?, next })
}

/// The dossiers on a session's agenda, in its order.
///
/// # Errors
/// Faults of the database.
pub fn agenda(conn: &mut Conn, session: SessionId) -> Result<Vec<Dossier>> {
    let order = store::agenda(conn, session)?;
    let mut dossiers = dossier::many(conn, &order)?;
    dossiers.sort_by_key(|dossier| order.iter().position(|id| *id == dossier.id));
    Ok(dossiers)
}

/// Plans a session.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `council.closed`, `request.invalid`.
pub fn plan(
    tx: &mut Tx<'_>,
    actor: &Actor,
    council: CouncilId,
    new: &NewSession,
    now: Instant,
) -> Result<Session> {
    let council = find(tx.conn(), &actor.reach, council)?;
    state::manages(actor, council.tier, council.province_code.as_deref())?;
    if council.status == Status::Closed {
        return Err(Error::new(Code::CouncilClosed));
    }
    let NewSession { held_on, place, kind } = new;
    let mut errors: Vec<_> = place
        .as_deref()
        .and_then(|text| text_error("/place", text.trim(), 1, PLACE_MAX))
        .into_iter()
        .collect();
    if (*held_on - now.date()).num_days().abs() > 366 {
        errors.push(FieldError::new(
            "/held_on",
            "held_on.far",
            "Ngày họp cách hôm nay không quá một năm.",
            "A session is held within a year of today.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let row = store::Session {
        id: SessionId::new(),
        council_id: council.id,
        held_on: *held_on,
        place: place.as_deref().map(|text| text.trim().to_owned()),
        kind: *kind,
        status: SessionStatus::Planned,
        attendance: Json::of(&Vec::<AccountId>::new()),
        minutes: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_session(tx, &row)?;
    let shown = json!({ "council_id": council.id, "held_on": held_on, "place": row.place, "kind": kind });
    audit::record(tx, actor, "session.create", row.id.as_str(), None::<&()>, Some(&shown), now);
    row.try_into()
}

/// What the audit trail keeps of a session.
fn shown(row: &store::Session) -> serde_json::Value {
    json!({ "status": row.status, "attendance": row.attendance.get::<serde_json::Value>().ok() })
}

fn change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    mut row: store::Session,
    now: Instant,
    edit: impl FnOnce(&mut store::Session),
) -> Result<Session> {
    let before = shown(&row);
    edit(&mut row);
    row.version += 1;
    row.updated_at = now;
    store::save_session(tx, &row)?;
    audit::record(tx, actor, op, row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
}

/// Why a dossier does not fit on an agenda: it is of another province, or not there yet.
fn unfit(council: &Council, dossier: &Dossier) -> bool {
    let ready = match council.tier {
        Tier::Province => {
            dossier.status == dossier::Status::Accepted
                && council.province_code.as_deref() == Some(&*dossier.province_code)
        }
        Tier::Centre => dossier.status == dossier::Status::Referred,
    };
    !ready
}

/// Puts accepted dossiers of the province (for the ministry's council: referred ones) on a session's agenda. They are
/// being scored from then on.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `session.wrong_status`; `request.invalid` with a pointer to each dossier
/// that does not fit.
pub fn add_to_agenda(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SessionId,
    dossiers: &[DossierId],
    now: Instant,
) -> Result<Session> {
    dialect::lock(tx.conn(), id.as_str())?;
    let (council, row) = session_row(tx.conn(), &actor.reach, id)?;
    state::manages(actor, council.tier, council.province_code.as_deref())?;
    row.status.writable()?;
    let held = store::agenda(tx.conn(), id)?;
    if dossiers.is_empty() || held.len() + dossiers.len() > AGENDA_MAX {
        return Err(Error::invalid(vec![FieldError::new(
            "/dossier_ids",
            "list.length",
            format!("Chương trình có từ 1 đến {AGENDA_MAX} hồ sơ."),
            format!("An agenda has 1 to {AGENDA_MAX} dossiers."),
        )]));
    }
    let found = dossier::many(tx.conn(), dossiers)?;
    let fits = |id: &DossierId| found.iter().any(|dossier| dossier.id == *id && !unfit(&council, dossier));
    let mut errors = Vec::new();
    for (index, dossier) in dossiers.iter().enumerate() {
        let twice = dossiers.iter().take(index).any(|other| other == dossier);
        if twice || !fits(dossier) {
            errors.push(FieldError::new(
                format!("/dossier_ids/{index}"),
                "agenda.dossier_unfit",
                "Hồ sơ này không chờ hội đồng này: chưa được tiếp nhận, thuộc tỉnh khác, hoặc đã có trong chương trình.",
                "This dossier does not wait for this council: not accepted, of another province, or on an agenda already.",
            ));
        }
    }
    for (index, dossier) in dossiers.iter().enumerate() {
        let frame_only = |d: &Dossier| d.id == *dossier && d.criteria_set().is_err();
        if found.iter().any(frame_only) {
            errors.push(FieldError::new(
                format!("/dossier_ids/{index}"),
                "agenda.no_criteria",
                "Hồ sơ theo bộ tiêu chí cũ, không chấm được ở đây; hãy trả lại để nộp theo bộ đang áp dụng.",
                "The dossier follows an old scheme that is not scored here; return it to be filed anew.",
            ));
        }
    }
    for (id, text) in dossier::not_ready(tx.conn(), &found)? {
        let places = dossiers.iter().enumerate().filter(|(_, dossier)| **dossier == id && fits(&id));
        errors.extend(places.map(|(index, _)| FieldError {
            pointer: format!("/dossier_ids/{index}"),
            code: "agenda.samples_missing",
            text: text.clone(),
        }));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    for (position, dossier) in (held.len()..).zip(dossiers) {
        store::insert_item(tx, id, *dossier, i32::try_from(position).map_err(Error::internal)?)?;
        dossier::start_scoring(tx, actor, *dossier, now)?;
    }
    change(tx, actor, "session.agenda", row, now, |_| {})
}

/// Whether somebody holds a session: the office that set the council up, or its chair or secretary.
fn holds(conn: &mut Conn, actor: &Actor, council: &Council) -> Result<()> {
    if state::manages(actor, council.tier, council.province_code.as_deref()).is_ok() {
        return Ok(());
    }
    let leads = |m: &super::Member| m.seat != Seat::Member && Some(m.account_id) == actor.account;
    let leads = members(conn, council.id)?.iter().any(leads);
    if leads { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

/// Opens a session: from now on sheets are signed.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `session.wrong_status`, `council.incomplete`, `session.no_agenda`.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, id: SessionId, now: Instant) -> Result<Session> {
    let (council, row) = session_row(tx.conn(), &actor.reach, id)?;
    holds(tx.conn(), actor, &council)?;
    let status = row.status.follow(SessionStatus::Open)?;
    // Waits for a change of seats under way; those after it find the session open.
    dialect::lock(tx.conn(), council.id.as_str())?;
    let seats: Vec<_> = members(tx.conn(), council.id)?.iter().map(|member| member.seat).collect();
    state::complete(&seats)?;
    if store::agenda(tx.conn(), id)?.is_empty() {
        return Err(Error::new(Code::SessionNoAgenda));
    }
    change(tx, actor, "session.open", row, now, |row| row.status = status)
}

/// Writes who is present, as a whole list.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `session.wrong_status`, `request.invalid`.
pub fn set_attendance(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SessionId,
    version: i32,
    present: &[AccountId],
    now: Instant,
) -> Result<Session> {
    let (council, row) = session_row(tx.conn(), &actor.reach, id)?;
    holds(tx.conn(), actor, &council)?;
    row.status.writable()?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let seated: Vec<_> = members(tx.conn(), council.id)?.iter().map(|member| member.account_id).collect();
    let mut errors = Vec::new();
    for (index, account) in present.iter().enumerate() {
        if !seated.contains(account) || present.iter().take(index).any(|other| other == account) {
            errors.push(FieldError::new(
                format!("/account_ids/{index}"),
                "attendance.no_member",
                "Người này không phải thành viên hội đồng, hoặc được ghi hai lần.",
                "This person is no member of the council, or is named twice.",
            ));
        }
        if errors.len() >= 50 {
            break;
        }
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    change(tx, actor, "session.attendance", row, now, |row| row.attendance = Json::of(present))
}

/// Closes a session when every dossier on its agenda is concluded.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `session.wrong_status`, `session.unfinished`.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, id: SessionId, now: Instant) -> Result<Session> {
    let (council, row) = session_row(tx.conn(), &actor.reach, id)?;
    holds(tx.conn(), actor, &council)?;
    let status = row.status.follow(SessionStatus::Closed)?;
    if agenda(tx.conn(), id)?.iter().any(|dossier| dossier.status == dossier::Status::Scoring) {
        return Err(Error::new(Code::SessionUnfinished));
    }
    change(tx, actor, "session.close", row, now, |row| row.status = status)
}

/// A member declares that it has an interest in a dossier and does not score it.
///
/// # Errors
/// `request.not_found`, `council.no_seat`, `council.conflict_declared`, `dossier.wrong_status`, `request.invalid`.
pub fn declare_conflict(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    reason: &str,
    now: Instant,
) -> Result<Vec<Conflict>> {
    dossier::lock(tx, id)?;
    let dossier = dossier::find(tx.conn(), &actor.reach, id)?;
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    if seat(tx.conn(), id, account)?.is_none() {
        return Err(Error::new(Code::CouncilNoSeat));
    }
    if dossier.status != dossier::Status::Scoring {
        return Err(dossier::state::wrong_status(dossier.status).into());
    }
    if let Some(error) = text_error("/reason", reason.trim(), 1, REASON_MAX) {
        return Err(Error::invalid(vec![error]));
    }
    if store::conflicts(tx.conn(), id)?.iter().any(|row| row.account_id == account) {
        return Err(Error::new(Code::ConflictDeclared));
    }
    let row = store::Conflict {
        dossier_id: id,
        account_id: account,
        reason: reason.trim().to_owned(),
        declared_at: now,
    };
    store::insert_conflict(tx, &row)?;
    let shown = json!({ "account_id": account });
    audit::record(tx, actor, "conflict.declare", id.as_str(), None::<&()>, Some(&shown), now);
    conflicts(tx.conn(), id)
}
