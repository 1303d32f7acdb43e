//! What score sheets are printed from.

use crate::actor::{Actor, Reach};
use crate::council;
use crate::db::Conn;
use crate::dossier;
use crate::error::{Code, Error, Result};
use crate::ids::{DossierId, SheetId};

use super::print::SheetPaper;
use super::{ScoreSheet, mine, sheets};

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
    // The session it was written in: the centre's council may sit over the dossier by now.
    let everywhere = Reach { all: true, ..Reach::default() };
    let (council, session) = council::find_session(conn, &everywhere, sheet.session_id)?;
    let members = council::members(conn, council.id)?;
    let member = members.into_iter().find(|member| member.account_id == sheet.account_id);
    let scored = dossier.rubric()?.check(&sheet.sheet).map_err(crate::criteria::refused)?;
    Ok(SheetPaper { dossier, council, session, member, sheet, scored })
}
