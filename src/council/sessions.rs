//! Sessions of a council: the day, who is present, open and closed.

use chrono::NaiveDate;
use serde_json::json;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx, dialect};
use crate::dossier;
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{CouncilId, SessionId};
use crate::instant::Instant;
use crate::product::state::text_error;

use super::state::{self, Presence, Seat, SessionKind, SessionStatus, Status};
use super::{Council, Session, agenda, find, members, store};

/// Longest place, in characters.
const PLACE_MAX: usize = 200;

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

pub(super) fn session_row(
    conn: &mut Conn,
    reach: &Reach,
    id: SessionId,
) -> Result<(Council, store::Session)> {
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
        attendance: Json::of(&Vec::<Presence>::new()),
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

pub(super) fn change(
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

/// Writes who is present, as a whole list. In writing nobody is: a signed sheet is what counts.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `session.wrong_status`, `session.written`, `request.invalid`.
pub fn set_attendance(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SessionId,
    version: i32,
    present: &[Presence],
    now: Instant,
) -> Result<Session> {
    let (council, row) = session_row(tx.conn(), &actor.reach, id)?;
    holds(tx.conn(), actor, &council)?;
    row.status.writable()?;
    if row.kind == SessionKind::Written {
        return Err(Error::new(Code::SessionWritten));
    }
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let seated: Vec<_> = members(tx.conn(), council.id)?.iter().map(|member| member.account_id).collect();
    let mut errors = Vec::new();
    for (index, Presence { account_id, came_at, left_at }) in present.iter().enumerate() {
        if came_at.zip(*left_at).is_some_and(|(came, left)| left < came) {
            errors.push(FieldError::new(
                format!("/times/{index}/left_at"),
                "attendance.times",
                "Giờ rời phiên họp không trước giờ đến.",
                "Nobody leaves before they came.",
            ));
        }
        let twice = present.iter().take(index).any(|other| other.account_id == *account_id);
        if !seated.contains(account_id) || twice {
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
