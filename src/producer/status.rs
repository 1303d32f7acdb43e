//! Verifying, suspending, reinstating, dissolving: by an officer of the place, never by the producer's own member.

use crate::actor::Actor;
use crate::audit;
use crate::db::Tx;
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ProducerId;
use crate::instant::Instant;

use super::state::{self, Part, Verb};
use super::{Producer, announce, find, shown, store};

fn moved(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProducerId,
    op: &'static str,
    verb: Verb,
    change: impl FnOnce(&mut Tx<'_>, &mut Producer) -> Result<()>,
    now: Instant,
) -> Result<Producer> {
    let before = find(tx.conn(), &actor.reach, id)?;
    let place = &before.details;
    match state::part(actor, id, place.commune_code.as_deref(), &place.province_code) {
        Part::Officer => {}
        Part::Member => return Err(Error::new(Code::OwnProducer)),
        Part::Nobody => return Err(Error::new(Code::Forbidden)),
    }
    let mut after = Producer {
        status: before.status.after(verb)?,
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    change(tx, &mut after)?;
    store::save(tx, &after)?;
    audit::record(tx, actor, op, id.as_str(), Some(&shown(&before)), Some(&shown(&after)), now);
    announce(tx, before.is_public(), &after, now);
    Ok(after)
}

fn reason(note: &str) -> Result<Option<String>> {
    state::check_note(note).map(Some).map_err(|field| Error::invalid(vec![field]))
}

/// An officer has compared the producer with its papers.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `producer.wrong_status`, `producer.incomplete`.
pub fn verify(tx: &mut Tx<'_>, actor: &Actor, id: ProducerId, now: Instant) -> Result<Producer> {
    let complete = |_: &mut Tx<'_>, producer: &mut Producer| {
        let lacking = state::lacking(&producer.details);
        if lacking.is_empty() {
            Ok(())
        } else {
            Err(Error::new(Code::ProducerIncomplete).with_fields(lacking))
        }
    };
    moved(tx, actor, id, "producer.verify", Verb::Verify, complete, now)
}

/// The producer does not take part for a time, for a reason.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `producer.wrong_status`, `request.invalid`.
pub fn suspend(tx: &mut Tx<'_>, actor: &Actor, id: ProducerId, note: &str, now: Instant) -> Result<Producer> {
    let note = reason(note)?;
    let noted = move |_: &mut Tx<'_>, producer: &mut Producer| {
        producer.note = note;
        Ok(())
    };
    moved(tx, actor, id, "producer.suspend", Verb::Suspend, noted, now)
}

/// The producer takes part again.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `producer.wrong_status`.
pub fn reinstate(tx: &mut Tx<'_>, actor: &Actor, id: ProducerId, now: Instant) -> Result<Producer> {
    let cleared = |_: &mut Tx<'_>, producer: &mut Producer| {
        producer.note = None;
        Ok(())
    };
    moved(tx, actor, id, "producer.reinstate", Verb::Reinstate, cleared, now)
}

/// The producer exists no longer; another one within the officer's reach may carry on.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `producer.own`, `producer.wrong_status`, `request.invalid`.
pub fn dissolve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProducerId,
    note: &str,
    successor: Option<ProducerId>,
    now: Instant,
) -> Result<Producer> {
    let note = reason(note)?;
    let reach = actor.reach.clone();
    let named = move |tx: &mut Tx<'_>, producer: &mut Producer| {
        if let Some(successor) = successor {
            let found = store::find(tx.conn(), &reach, successor)?;
            if successor == id || !found.is_some_and(|p| p.is_public()) {
                return Err(Error::invalid(vec![FieldError::new(
                    "/successor_id",
                    "successor_id.unknown",
                    "Chủ thể kế thừa phải là một chủ thể khác đã xác minh trong phạm vi của bạn.",
                    "A successor is another verified producer within your reach.",
                )]));
            }
        }
        (producer.note, producer.successor_id) = (note, successor);
        Ok(())
    };
    moved(tx, actor, id, "producer.dissolve", Verb::Dissolve, named, now)
}
