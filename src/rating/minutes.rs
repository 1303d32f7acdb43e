//! The minutes (*biên bản*) of a session as data: who was there, what was on the agenda, what came out.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::council::{self, Conflict, Council, Member, Review, Session, SessionKind};
use crate::db::Conn;
use crate::dossier::Dossier;
use crate::error::{Error, Result};
use crate::ids::{AccountId, DossierId, SessionId};
use crate::instant::Instant;

use super::state::Conclusion;
use super::store;

/// The minutes of a session.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// The council.
    pub council: Council,
    /// The session, with the attendance and the secretary's remarks.
    pub session: Session,
    /// Everybody with a seat.
    pub members: Vec<Member>,
    /// Who took part: was present, or in writing signed a sheet.
    pub took_part: Vec<AccountId>,
    /// The agenda in its order.
    pub items: Vec<MinutesItem>,
}

/// What the minutes say of a dossier.
#[derive(Clone, Debug)]
pub struct MinutesItem {
    /// The dossier as it is now.
    pub dossier: Dossier,
    /// Sheets signed in this session.
    pub signed: usize,
    /// What the advisory team wrote about it; none for the producer's own people.
    pub reviews: Vec<Review>,
    /// Who did not score it, or perhaps should not.
    pub conflicts: Vec<Conflict>,
    /// What this session concluded, whatever became of the dossier since.
    pub conclusion: Option<Conclusion>,
    /// When.
    pub concluded_at: Option<Instant>,
    /// Whether the one who asks may know which member gave which points: not the producer's own people.
    pub names: bool,
}

/// The minutes of a session, in a fixed number of queries.
///
/// # Errors
/// `request.not_found`.
pub fn minutes(conn: &mut Conn, actor: &Actor, id: SessionId) -> Result<Minutes> {
    let (council, session) = council::find_session(conn, &actor.reach, id)?;
    let members = council::members(conn, council.id)?;
    let items = council::items(conn, id)?;
    let dossiers: Vec<_> = items.iter().map(|item| item.dossier.clone()).collect();
    let mut conflicts = council::conflicts_of(conn, &dossiers, &members)?;
    let ids: Vec<_> = dossiers.iter().map(|dossier| dossier.id).collect();
    let mut reviews = council::reviews_of(conn, &ids)?;
    let signers = store::signers(conn, id)?;
    let mut signed: BTreeMap<DossierId, usize> = BTreeMap::new();
    for (dossier, _) in &signers {
        *signed.entry(*dossier).or_default() += 1;
    }
    let took_part = match session.kind {
        SessionKind::Meeting => session.attendance.iter().map(|presence| presence.account_id).collect(),
        SessionKind::Written => {
            let mut accounts: Vec<_> = signers.iter().map(|(_, account)| *account).collect();
            accounts.sort_unstable();
            accounts.dedup();
            accounts
        }
    };
    let item = |item: council::Item| {
        let council::Item { dossier, conclusion, concluded_at } = item;
        let conclusion = conclusion.map(serde_json::from_value).transpose().map_err(Error::internal)?;
        let names = actor.reach.producer != Some(dossier.producer_id);
        Ok(MinutesItem {
            signed: signed.get(&dossier.id).copied().unwrap_or_default(),
            reviews: reviews.remove(&dossier.id).filter(|_| names).unwrap_or_default(),
            conflicts: conflicts.remove(&dossier.id).unwrap_or_default(),
            names,
            conclusion,
            concluded_at,
            dossier,
        })
    };
    let items = items.into_iter().map(item).collect::<Result<_>>()?;
    Ok(Minutes { council, session, members, took_part, items })
}
