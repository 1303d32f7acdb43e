//! What score sheets and minutes are printed from.

use crate::actor::Actor;
use crate::council;
use crate::db::Conn;
use crate::dossier;
use crate::error::{Code, Error, Result};
use crate::ids::{DossierId, SessionId, SheetId};

use super::print::{Item, Minutes, SheetPaper, conflicts_of};
use super::{ScoreSheet, concluded, mine, sheets};

/// One's own newest sheet, to be printed.
///
/// # Errors
/// `request.not_found`, also before the first.
pub fn own_paper(conn: &mut Conn, actor: &Actor, id: DossierId) -> Result<SheetPaper> {
    let sheet = mine(conn, actor, id)?;
    paper(conn, sheet)
}

/// A signed sheet that counts, to be printed: for staff and for the council.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn sheet_paper(conn: &mut Conn, actor: &Actor, id: DossierId, sheet: SheetId) -> Result<SheetPaper> {
    let signed = sheets(conn, actor, id)?.into_iter().find(|(signed, _)| signed.id == sheet);
    let (sheet, _) = signed.ok_or_else(|| Error::new(Code::NotFound))?;
    paper(conn, sheet)
}

fn paper(conn: &mut Conn, sheet: ScoreSheet) -> Result<SheetPaper> {
    let dossier = dossier::any(conn, sheet.dossier_id)?;
    let session = council::session_of(conn, dossier.id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let council = council::any(conn, session.council_id)?;
    let members = council::members(conn, council.id)?;
    let member = members.into_iter().find(|member| member.account_id == sheet.account_id);
    let scored = dossier.criteria_set()?.check(&sheet.sheet).map_err(super::refused)?;
    Ok(SheetPaper { dossier, council, session, member, sheet, scored })
}

/// A session and what came out of it, to be printed: for whoever sees the session. Who works for a producer does not
/// learn which member gave its product which points.
///
/// # Errors
/// `request.not_found`.
pub fn minutes(conn: &mut Conn, actor: &Actor, id: SessionId) -> Result<Minutes> {
    let (council, session) = council::find_session(conn, &actor.reach, id)?;
    let members = council::members(conn, council.id)?;
    let agenda = council::agenda(conn, id)?;
    let ids: Vec<_> = agenda.iter().map(|dossier| dossier.id).collect();
    let declared = council::declared_conflicts(conn, &ids)?;
    let reach = &actor.reach;
    let seated = members.iter().any(|member| Some(member.account_id) == reach.seat);
    let mut items = Vec::with_capacity(agenda.len());
    for dossier in agenda {
        let here = concluded(&dossier).ok().filter(|conclusion| conclusion.session_id == id);
        let staff = reach.all || reach.province.as_deref() == Some(&dossier.province_code);
        items.push(Item {
            conflicts: conflicts_of(&declared, &members, &dossier),
            names: reach.producer != Some(dossier.producer_id) && (staff || seated),
            conclusion: here,
            dossier,
        });
    }
    Ok(Minutes { council, session, members, items })
}
