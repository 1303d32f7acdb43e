//! What the nouns after this one do to a dossier: a council scores it, a leader decides.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::actor::Actor;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AccountId, DossierId};
use crate::instant::Instant;

use super::state::{self, Action, Decision, Status};
use super::{Dossier, change, fresh, go, prepared, row};

/// A council takes the dossier on its agenda.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn start_scoring(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    change(tx, actor, "dossier.start_scoring", row, now, |row| {
        // A council of the centre scores afresh.
        (row.agreed_choices, row.conclusion) = (None, None);
        prepared(row, actor)?;
        go(row, Action::Score)
    })
}

/// Records what the council agreed on where its members chose differently, checked by the caller against the criteria
/// set: an option, or that none is met. `version` is the one the client read.
///
/// # Errors
/// `request.not_found`, `request.stale`, `dossier.wrong_status`.
pub fn set_agreed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    version: i32,
    choices: &BTreeMap<String, Option<String>>,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    fresh(&row, version)?;
    if row.status != Status::Scoring {
        return Err(state::wrong_status(row.status).into());
    }
    change(tx, actor, "dossier.set_agreed", row, now, |row| {
        row.agreed_choices = Some(Json::of(choices));
        Ok(())
    })
}

/// Makes a new version, because a sheet of the dossier was signed: a conclusion drawn at the same moment from the
/// sheets before it is refused as stale.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn note_signed_sheet(tx: &mut Tx<'_>, actor: &Actor, id: DossierId, now: Instant) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    if row.status != Status::Scoring {
        return Err(state::wrong_status(row.status).into());
    }
    change(tx, actor, "dossier.sheet_signed", row, now, |_| Ok(()))
}

/// Records the council's conclusion.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`.
pub fn conclude(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    conclusion: &Value,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    change(tx, actor, "dossier.conclude", row, now, |row| {
        go(row, Action::Conclude)?;
        row.conclusion = Some(Json::of(conclusion));
        prepared(row, actor)?;
        row.concluded_at = Some(now);
        Ok(())
    })
}

/// Carries out a leader's decision; who prepared it does not sign it. Whether the result allows it is the caller's to check.
///
/// # Errors
/// `request.not_found`, `dossier.wrong_status`, `dossier.preparer_signs`.
pub fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DossierId,
    decision: Decision,
    now: Instant,
) -> Result<Dossier> {
    let row = row(tx.conn(), &actor.reach, id)?;
    let preparers: Vec<AccountId> = row.prepared_by.get()?;
    if actor.account.is_some_and(|account| preparers.contains(&account)) {
        return Err(Error::new(Code::DossierPreparer));
    }
    change(tx, actor, "dossier.decide", row, now, |row| {
        go(row, decision.action())?;
        if row.status.is_final() {
            row.decided_at = Some(now);
        }
        Ok(())
    })
}
