//! Conflicts of interest: declared, found, and suspected because of a name. A suspicion bars nobody by itself: the
//! secretary confirms or dismisses it, and the council does not conclude before.

use std::collections::BTreeMap;

use serde_json::json;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::dossier::{self, Dossier};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId};
use crate::instant::Instant;
use crate::producer;
use crate::product::state::text_error;

use super::state::{Conflict, ConflictKind, ConflictState, Seat, Verdict, same_name};
use super::{Member, Session, members, session_of, store};

/// Longest reason, in characters.
const REASON_MAX: usize = 2000;

/// The council at a dossier: the last session that has it on its agenda, its members and their conflicts.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The session.
    pub session: Session,
    /// Everybody with a seat.
    pub members: Vec<Member>,
    /// Why some of them do not score, or perhaps should not.
    pub conflicts: Vec<Conflict>,
}

impl Panel {
    /// Somebody's seat.
    pub fn seat(&self, account: AccountId) -> Option<&Member> {
        self.members.iter().find(|member| member.account_id == account)
    }

    /// Whether somebody does not score because of an interest.
    pub fn bars(&self, account: AccountId) -> bool {
        self.conflicts.iter().any(|conflict| conflict.account_id == account && conflict.bars())
    }
}

/// The council at a dossier; `None` before it is on an agenda.
///
/// # Errors
/// Faults of the database.
pub fn panel(conn: &mut Conn, dossier: &Dossier) -> Result<Option<Panel>> {
    let Some(session) = session_of(conn, dossier.id)? else { return Ok(None) };
    let members = members(conn, session.council_id)?;
    let conflicts = conflicts_of(conn, std::slice::from_ref(dossier), &members)?;
    let conflicts = conflicts.into_values().next().unwrap_or_default();
    Ok(Some(Panel { session, members, conflicts }))
}

/// Who of the council may not score a dossier, or perhaps should not.
///
/// # Errors
/// Faults of the database.
pub fn conflicts(conn: &mut Conn, dossier: &Dossier) -> Result<Vec<Conflict>> {
    Ok(panel(conn, dossier)?.map(|panel| panel.conflicts).unwrap_or_default())
}

/// The conflicts of a council's members with each of these dossiers, in a fixed number of queries.
///
/// # Errors
/// Faults of the database.
pub fn conflicts_of(
    conn: &mut Conn,
    dossiers: &[Dossier],
    members: &[Member],
) -> Result<BTreeMap<DossierId, Vec<Conflict>>> {
    let ids: Vec<_> = dossiers.iter().map(|dossier| dossier.id).collect();
    let mut producers: Vec<_> = dossiers.iter().map(|dossier| dossier.producer_id).collect();
    producers.sort_unstable();
    producers.dedup();
    let producers = producer::many(conn, &producers)?;
    let declared = store::conflicts(conn, &ids)?;
    let checks = store::conflict_checks(conn, &ids)?;
    let mut all = BTreeMap::new();
    for dossier in dossiers {
        let own = |row: &&store::Conflict| row.dossier_id == dossier.id;
        let mut found: Vec<_> = declared
            .iter()
            .filter(own)
            .map(|row| Conflict {
                account_id: row.account_id,
                kind: ConflictKind::Declared,
                state: ConflictState::Barred,
                reason: Some(row.reason.clone()),
            })
            .collect();
        let producer = producers.iter().find(|producer| producer.id == dossier.producer_id);
        let name = producer.and_then(|producer| producer.details.representative.full_name.as_deref());
        for member in members {
            let account_id = member.account_id;
            if member.producers.contains(&dossier.producer_id) {
                let (kind, state) = (ConflictKind::Producer, ConflictState::Barred);
                found.push(Conflict { account_id, kind, state, reason: None });
            } else if name.is_some_and(|name| same_name(name, &member.full_name)) {
                let check = checks.iter().find(|c| c.dossier_id == dossier.id && c.account_id == account_id);
                let state = match check.map(|check| check.verdict) {
                    None => ConflictState::ToCheck,
                    Some(Verdict::Confirmed) => ConflictState::Barred,
                    Some(Verdict::Dismissed) => ConflictState::Dismissed,
                };
                let reason = check.map(|check| check.note.clone());
                found.push(Conflict { account_id, kind: ConflictKind::Namesake, state, reason });
            }
        }
        all.insert(dossier.id, found);
    }
    Ok(all)
}

/// A dossier that is being scored, with its council.
fn scoring(tx: &mut Tx<'_>, actor: &Actor, id: DossierId) -> Result<(Dossier, Panel, AccountId)> {
    dossier::lock(tx, id)?;
    let dossier = dossier::find(tx.conn(), &actor.reach, id)?;
    let account = actor.account.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let panel = panel(tx.conn(), &dossier)?.filter(|panel| panel.seat(account).is_some());
    let panel = panel.ok_or_else(|| Error::new(Code::CouncilNoSeat))?;
    if dossier.status != dossier::Status::Scoring {
        return Err(dossier::state::wrong_status(dossier.status).into());
    }
    Ok((dossier, panel, account))
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
    let (dossier, panel, account) = scoring(tx, actor, id)?;
    if let Some(error) = text_error("/reason", reason.trim(), 1, REASON_MAX) {
        return Err(Error::invalid(vec![error]));
    }
    let declared = |c: &Conflict| c.account_id == account && c.kind == ConflictKind::Declared;
    if panel.conflicts.iter().any(declared) {
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
    conflicts(tx.conn(), &dossier)
}

/// The secretary, or the chair, settles a suspicion: the member has the name of the producer's representative. While
/// the dossier is scored it may be settled anew.
///
/// # Errors
/// `request.not_found`, also where nothing is suspected; `council.no_seat`, `council.conflict_checker`,
/// `dossier.wrong_status`, `request.invalid`.
pub fn check_conflict(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    suspect: AccountId,
    (verdict, note): (Verdict, &str),
    now: Instant,
) -> Result<Vec<Conflict>> {
    let (dossier, panel, account) = scoring(tx, actor, id)?;
    let leads = panel.seat(account).is_some_and(|member| member.seat != Seat::Member);
    if !leads || account == suspect {
        return Err(Error::new(Code::ConflictChecker));
    }
    let suspected = |c: &Conflict| c.account_id == suspect && c.kind == ConflictKind::Namesake;
    if !panel.conflicts.iter().any(suspected) {
        return Err(Error::new(Code::NotFound));
    }
    if let Some(error) = text_error("/note", note.trim(), 1, REASON_MAX) {
        return Err(Error::invalid(vec![error]));
    }
    let row = store::ConflictCheck {
        dossier_id: id,
        account_id: suspect,
        verdict,
        note: note.trim().to_owned(),
        checked_by: account,
        checked_at: now,
    };
    store::put_check(tx, &row)?;
    let shown = json!({ "account_id": suspect, "verdict": verdict });
    audit::record(tx, actor, "conflict.check", id.as_str(), None::<&()>, Some(&shown), now);
    conflicts(tx.conn(), &dossier)
}
