//! A session's agenda: which dossiers, and what was concluded on each.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::actor::Actor;
use crate::db::{Conn, Json, Tx, dialect};
use crate::dossier::{self, Dossier, Kind};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{DossierId, SessionId};
use crate::instant::Instant;

use super::sessions::{change, session_row};
use super::state::{self, SessionKind, Tier};
use super::{Council, Review, Session, store};

/// Most dossiers on an agenda.
const AGENDA_MAX: usize = 200;

/// A dossier on an agenda.
#[derive(Clone, Debug)]
pub struct Item {
    /// The dossier as it is now.
    pub dossier: Dossier,
    /// What this session concluded on it.
    pub conclusion: Option<Value>,
    /// When.
    pub concluded_at: Option<Instant>,
}

/// The dossiers on a session's agenda, in its order.
///
/// # Errors
/// Faults of the database.
pub fn agenda(conn: &mut Conn, session: SessionId) -> Result<Vec<Dossier>> {
    Ok(items(conn, session)?.into_iter().map(|item| item.dossier).collect())
}

/// The dossiers on a session's agenda in its order, with what the session concluded.
///
/// # Errors
/// Faults of the database.
pub fn items(conn: &mut Conn, session: SessionId) -> Result<Vec<Item>> {
    let rows = store::agenda(conn, session)?;
    let ids: Vec<_> = rows.iter().map(|row| row.dossier_id).collect();
    let mut dossiers: BTreeMap<DossierId, Dossier> =
        dossier::many(conn, &ids)?.into_iter().map(|dossier| (dossier.id, dossier)).collect();
    let mut items = Vec::new();
    for store::Item { dossier_id, conclusion, concluded_at } in rows {
        let Some(dossier) = dossiers.remove(&dossier_id) else { continue };
        let conclusion = conclusion.as_ref().map(Json::get).transpose()?;
        items.push(Item { dossier, conclusion, concluded_at });
    }
    Ok(items)
}

/// The reviews of many dossiers, whoever asks; dossiers without any are absent.
///
/// # Errors
/// Faults of the database.
pub fn reviews_of(conn: &mut Conn, dossiers: &[DossierId]) -> Result<BTreeMap<DossierId, Vec<Review>>> {
    let mut all: BTreeMap<DossierId, Vec<Review>> = BTreeMap::new();
    for row in store::reviews::reviews(conn, dossiers)? {
        let review = Review::try_from(row)?;
        all.entry(review.dossier_id).or_default().push(review);
    }
    Ok(all)
}

/// Keeps what a session concluded on a dossier for its minutes: the dossier itself forgets it when another council
/// scores it.
///
/// # Errors
/// Faults of the database.
pub fn record_conclusion(
    tx: &mut Tx<'_>,
    session: SessionId,
    dossier: DossierId,
    conclusion: &Value,
    now: Instant,
) -> Result<()> {
    store::conclude_item(tx, session, dossier, &Json::of(conclusion), now)
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
/// that does not fit: not waiting for this council, too late for its scheme, or no renewal for a session in writing.
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
    let held = store::agenda(tx.conn(), id)?.len();
    if dossiers.is_empty() || held + dossiers.len() > AGENDA_MAX {
        return Err(Error::invalid(vec![FieldError::new(
            "/dossier_ids",
            "list.length",
            format!("Chương trình có từ 1 đến {AGENDA_MAX} hồ sơ."),
            format!("An agenda has 1 to {AGENDA_MAX} dossiers."),
        )]));
    }
    let found = dossier::many(tx.conn(), dossiers)?;
    let mut errors = Vec::new();
    for (index, id) in dossiers.iter().enumerate() {
        let twice = dossiers.iter().take(index).any(|other| other == id);
        let dossier = found.iter().find(|dossier| dossier.id == *id).filter(|_| !twice);
        errors.extend(
            refusal(&council, row.kind, dossier, now)
                .map(|(code, vi, en)| FieldError::new(format!("/dossier_ids/{index}"), code, vi, en)),
        );
    }
    for (id, text) in dossier::not_ready(tx.conn(), &found)? {
        let places = dossiers.iter().enumerate().filter(|(_, dossier)| **dossier == id);
        errors.extend(places.map(|(index, _)| FieldError {
            pointer: format!("/dossier_ids/{index}"),
            code: "agenda.samples_missing",
            text: text.clone(),
        }));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    for (position, dossier) in (held..).zip(dossiers) {
        store::insert_item(tx, id, *dossier, i32::try_from(position).map_err(Error::internal)?)?;
        dossier::start_scoring(tx, actor, *dossier, now)?;
    }
    change(tx, actor, "session.agenda", row, now, |_| {})
}

/// What keeps a dossier from an agenda: code and texts.
fn refusal(
    council: &Council,
    kind: SessionKind,
    dossier: Option<&Dossier>,
    now: Instant,
) -> Option<(&'static str, String, String)> {
    let Some(dossier) = dossier.filter(|dossier| !unfit(council, dossier)) else {
        return Some((
            "agenda.dossier_unfit",
            "Hồ sơ này không chờ hội đồng này: chưa được tiếp nhận, thuộc tỉnh khác, hoặc đã có trong chương trình."
                .to_owned(),
            "This dossier does not wait for this council: not accepted, of another province, or on an agenda already."
                .to_owned(),
        ));
    };
    if kind == SessionKind::Written && dossier.kind != Kind::Renewal {
        return Some((
            "agenda.written_renewals",
            "Chỉ lấy ý kiến bằng văn bản với hồ sơ phân hạng lại; hãy đưa hồ sơ này vào một phiên họp."
                .to_owned(),
            "Only renewals are scored in writing; put this dossier on the agenda of a meeting.".to_owned(),
        ));
    }
    let late = dossier.in_time(now).err()?;
    let text = |lang| late.detail(lang).to_owned();
    Some((Code::SchemeEnded.as_str(), text(crate::error::Lang::Vi), text(crate::error::Lang::En)))
}
