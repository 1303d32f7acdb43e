//! The chain of a product's certificates, and the star it has at a moment.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::ProductId;
use crate::instant::Instant;
use crate::notice;
use crate::product::{self, Owner, Rated, Relative, Succession};
use crate::values::Star;

use super::state::{self, Standing, Status, Step};
use super::{Certificate, remind, shown, store};

/// Certificates the sweep takes at once.
const BATCH: i64 = 500;

/// A certificate in its chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// The certificate.
    pub certificate: Certificate,
    /// What it was in the chain.
    pub step: Step,
    /// What it is worth now.
    pub standing: Standing,
}

/// A product's certificates and its star on a day.
#[derive(Clone, Debug)]
pub struct History {
    /// The certificates in the order of validity.
    pub chain: Vec<Link>,
    /// The day asked for.
    pub as_of: NaiveDate,
    /// The star at the end of that day.
    pub star: Option<Star>,
    /// The certificate that gave it.
    pub number: Option<String>,
    /// Who took its place and whose place it took, as far as the asker may see them.
    pub succession: Succession,
}

/// The certificates of a product and its star at the end of a day; today without one. A product that was certified
/// has a public history; others are seen by those within reach.
///
/// # Errors
/// `request.not_found`.
pub fn history(
    conn: &mut Conn,
    reach: &Reach,
    id: ProductId,
    as_of: Option<NaiveDate>,
    now: Instant,
) -> Result<History> {
    let chain = store::chain(conn, id)?;
    if chain.is_empty() {
        let product = product::any(conn, id)?;
        if product.status != product::Status::Published {
            product::find(conn, reach, id)?;
        }
    }
    // Today's state is that of this moment: what has ended since the morning has ended.
    let (day, at) = match as_of {
        Some(day) if day != now.date() => (day, state::end_of_day(day)),
        _ => (now.date(), now),
    };
    let then = chain.iter().find(|c| c.standing(at) == Standing::Valid);
    let (star, number) = (then.map(Certificate::star), then.map(|c| c.number.clone()));
    let lives: Vec<_> = chain.iter().map(|c| (c.star(), c.life())).collect();
    let links = chain.into_iter().zip(state::steps(&lives));
    let link = |(certificate, step): (Certificate, Step)| Link {
        standing: certificate.standing(now),
        certificate,
        step,
    };
    let chain = links.map(link).collect();
    Ok(History { chain, as_of: day, star, number, succession: seen(conn, reach, id)? })
}

/// Who came before and after a product: those whose history the asker may see.
fn seen(conn: &mut Conn, reach: &Reach, id: ProductId) -> Result<Succession> {
    let Succession { successor, mut predecessors } = product::succession(conn, id)?;
    let open = |r: &Relative| {
        let Owner { producer_id, province_code, commune_code, .. } = &r.owner;
        let commune = commune_code.as_deref().unwrap_or_default();
        r.status == product::Status::Published || reach.covers(*producer_id, commune, province_code)
    };
    let hidden = predecessors.iter().chain(&successor).filter(|r| !open(r)).map(|r| r.owner.product_id);
    let certified = match hidden.collect::<Vec<_>>() {
        none if none.is_empty() => none,
        hidden => store::certified(conn, &hidden)?,
    };
    let may = |r: &Relative| open(r) || certified.contains(&r.owner.product_id);
    predecessors.retain(may);
    Ok(Succession { successor: successor.filter(may), predecessors })
}

/// Puts a certificate into its product's chain, a new one or one whose validity is other than before: each ends those
/// before it that are still running, and is itself ended by the one after it. Then the product's star is copied afresh.
/// One that was recorded before comes with its version raised by one.
pub(super) fn join(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut joins: Certificate,
    now: Instant,
) -> Result<Certificate> {
    store::lock_chain(tx, joins.product_id)?;
    let mut chain = store::chain(tx.conn(), joins.product_id)?;
    let recorded = chain.iter().any(|c| c.id == joins.id);
    chain.retain(|c| c.id != joins.id);
    chain.push(joins.clone());
    chain.sort_by_key(|c| (c.valid_from, c.id));
    let lives: Vec<_> = chain.iter().map(Certificate::life).collect();
    for (mut other, end) in chain.into_iter().zip(state::ends(&lives)) {
        if other.id == joins.id {
            joins.superseded_at = end;
            joins.status = Status::of(end, joins.valid_until, now);
            continue;
        }
        if other.superseded_at == end || other.status == Status::Revoked {
            continue;
        }
        let before = shown(&other);
        other.superseded_at = end;
        other.status = Status::of(end, other.valid_until, now);
        other.version += 1;
        other.updated_at = now;
        store::save(tx, &other)?;
        let op = if end.is_some() { "certificate.supersede" } else { "certificate.reopen" };
        audit::record(tx, actor, op, other.id.as_str(), Some(&before), Some(&shown(&other)), now);
    }
    if recorded {
        store::save(tx, &joins)?;
    } else {
        store::insert(tx, &joins)?;
    }
    copy_star(tx, joins.product_id, now)?;
    Ok(joins)
}

/// Copies the star of the certificate valid now to the product; clears it where there is none.
pub(super) fn copy_star(tx: &mut Tx<'_>, id: ProductId, now: Instant) -> Result<()> {
    let valid = store::chain(tx.conn(), id)?.into_iter().find(|c| c.standing(now) == Standing::Valid);
    let before = product::any(tx.conn(), id)?;
    let copied = before.certificate_id.map(|c| (c, before.star_from, before.star_until, before.star_score));
    let right = |c: &Certificate| (c.id, Some(c.valid_from), Some(c.valid_until), c.score);
    if copied == valid.as_ref().map(right) {
        return Ok(());
    }
    let rated = valid.map(|c| Rated {
        certificate_id: c.id,
        star: c.star(),
        score: c.points(),
        from: c.valid_from,
        until: c.valid_until,
        certificate_number: c.number,
    });
    product::set_rating(tx, id, rated, now)
}

/// Marks certificates whose time is over and takes the star from their products; at most a batch. The records follow
/// the time here: readers compare with the time themselves and never wait for it. Call it again until it returns 0.
///
/// # Errors
/// Faults of the database.
pub fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let actor = Actor::system("certificate.sweep");
    let due = store::due(tx.conn(), now, BATCH)?;
    let ids: Vec<_> = due.iter().map(|c| c.id).collect();
    // Another node's sweep may have been faster with some.
    let ended: HashSet<_> = store::lapse(tx, &ids, now)?.into_iter().collect();
    let lapsed: Vec<_> =
        due.iter().filter(|c| ended.contains(&c.id)).cloned().map(|c| c.lapsed(now)).collect();
    let products: Vec<_> = lapsed.iter().map(|c| c.product_id).collect();
    let starred: HashSet<_> = store::starred(tx.conn(), &products, now)?.into_iter().collect();
    for id in &starred {
        copy_star(tx, *id, now)?;
    }
    let bare = lapsed.iter().filter(|c| !starred.contains(&c.product_id));
    product::end_ratings(tx, &bare.map(|c| (c.product_id, c.id)).collect::<Vec<_>>(), now)?;
    notice::tell_all(tx, lapsed.iter().map(|c| remind::told("certificate.lapsed", c, now)), now)?;
    for (before, after) in due.iter().filter(|c| ended.contains(&c.id)).zip(&lapsed) {
        let (id, before, after) = (after.id, shown(before), shown(after));
        audit::record(tx, &actor, "certificate.lapse", id.as_str(), Some(&before), Some(&after), now);
    }
    Ok(due.len())
}

impl Certificate {
    /// The same after its time was over.
    fn lapsed(mut self, now: Instant) -> Self {
        self.status = Status::Lapsed;
        self.version += 1;
        self.updated_at = now;
        self
    }
}
