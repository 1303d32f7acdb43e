//! What the secretary adds to the minutes (*biên bản*) of a session; all the rest of them is on record already.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::{DossierId, SessionId};
use crate::instant::Instant;
use crate::product::state::text_error;

use super::sessions::session_row;
use super::state::Seat;
use super::{Session, members, store};

/// Longest remark, in characters.
const REMARK_MAX: usize = 10_000;

/// The secretary's remarks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// On the session as a whole.
    #[serde(default)]
    pub general: Option<String>,
    /// On a dossier of its agenda.
    #[serde(default)]
    pub dossiers: BTreeMap<DossierId, String>,
}

/// Writes the secretary's remarks, all of them, in place of those before, while the session is open.
///
/// # Errors
/// `request.not_found`, `rating.secretary_only`, `session.wrong_status`, `request.stale`, `request.invalid`.
pub fn write_remarks(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SessionId,
    version: i32,
    remarks: &Remarks,
    now: Instant,
) -> Result<Session> {
    let (council, mut row) = session_row(tx.conn(), &actor.reach, id)?;
    let secretary =
        |member: &super::Member| member.seat == Seat::Secretary && Some(member.account_id) == actor.account;
    if !members(tx.conn(), council.id)?.iter().any(secretary) {
        return Err(Error::new(Code::SecretaryOnly));
    }
    row.status.sitting()?;
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let agenda = store::agenda(tx.conn(), id)?;
    let mut errors: Vec<_> = remarks
        .general
        .as_deref()
        .and_then(|text| text_error("/remarks", text.trim(), 1, REMARK_MAX))
        .into_iter()
        .collect();
    for (dossier, text) in &remarks.dossiers {
        errors.extend(text_error(&format!("/dossiers/{dossier}"), text.trim(), 1, REMARK_MAX));
        if !agenda.iter().any(|item| item.dossier_id == *dossier) {
            errors.push(FieldError::new(
                format!("/dossiers/{dossier}"),
                "minutes.not_on_agenda",
                "Hồ sơ này không có trong chương trình của phiên họp.",
                "This dossier is not on the session's agenda.",
            ));
        }
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    let kept = Remarks {
        general: remarks.general.as_deref().map(|text| text.trim().to_owned()),
        dossiers: remarks.dossiers.iter().map(|(id, text)| (*id, text.trim().to_owned())).collect(),
    };
    let before = row.minutes.as_ref().map(Json::get::<serde_json::Value>).transpose()?;
    row.minutes = Some(Json::of(&kept));
    row.version += 1;
    row.updated_at = now;
    store::save_session(tx, &row)?;
    let shown = json!({ "remarks": kept });
    audit::record(tx, actor, "session.write_minutes", id.as_str(), before.as_ref(), Some(&shown), now);
    row.try_into()
}
