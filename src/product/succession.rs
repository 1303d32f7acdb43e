//! Which product took the place of which: a new recipe, a producer divided or merged. The old product names its
//! successor; the star never passes over, the successor is rated by itself.

use serde_json::json;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ProductId;
use crate::instant::Instant;

use super::state::{self, SuccessionReason};
use super::store::succession::{self as rows, Relative};
use super::write::{announce, save};
use super::{Product, find, find_to_write};

/// The longest line of successors that is followed.
const LINE_MAX: usize = 1000;

/// Who took a product's place, and whose place it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Succession {
    /// The product that took its place.
    pub successor: Option<Relative>,
    /// The products whose place it took, at most 100.
    pub predecessors: Vec<Relative>,
}

/// Who came before and after a product, whoever asks: what of it somebody may see is for the caller to say.
///
/// # Errors
/// Faults of the database.
pub fn succession(conn: &mut Conn, id: ProductId) -> Result<Succession> {
    Ok(Succession { successor: rows::successor(conn, id)?, predecessors: rows::predecessors(conn, id)? })
}

/// The product to write to, locked against others who name successors.
fn in_hand(tx: &mut Tx<'_>, actor: &Actor, id: ProductId, version: i32) -> Result<Product> {
    rows::lock_successors(tx)?;
    let product = find_to_write(tx.conn(), actor, id)?;
    if product.version == version { Ok(product) } else { Err(Error::new(Code::PreconditionFailed)) }
}

/// Records a change of who follows; the product's version goes with it.
fn noted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut product: Product,
    (before, after): (Option<&Relative>, Option<&Relative>),
    now: Instant,
) -> Result<Product> {
    save(tx, &mut product, now)?;
    let shown = |r: &Relative| json!({"successor_id": r.owner.product_id, "reason": r.reason});
    let (old, new) = (before.map(shown), after.map(shown));
    audit::record(tx, actor, "product.succeed", product.id.as_str(), old.as_ref(), new.as_ref(), now);
    announce(tx, product.status, &product, now);
    Ok(product)
}

/// Names the product that takes this one's place, or another one than before. Both are within the actor's reach, and no
/// product follows itself. An archived product may be named, and name.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `request.invalid`.
pub fn name_successor(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProductId,
    version: i32,
    (successor, reason): (ProductId, SuccessionReason),
    now: Instant,
) -> Result<(Product, Relative)> {
    let product = in_hand(tx, actor, id, version)?;
    find(tx.conn(), &actor.reach, successor).map_err(|e| match e.code() {
        Code::NotFound => Error::invalid(vec![FieldError::new(
            "/successor_id",
            "successor_id.unknown",
            "Không có sản phẩm này trong phạm vi của bạn; nếu là của chủ thể khác, hãy đề nghị xã hoặc tỉnh ghi.",
            "There is no such product within your reach; where it is another producer's, ask the commune or province.",
        )]),
        _ => e,
    })?;
    let mut line = Vec::new();
    let mut next = rows::successor_id(tx.conn(), successor)?;
    while let Some(follower) = next.filter(|_| line.len() < LINE_MAX) {
        line.push(follower);
        next = rows::successor_id(tx.conn(), follower)?;
    }
    if let Some(error) = state::succession_error(id, successor, &line) {
        return Err(Error::invalid(vec![error]));
    }
    let before = rows::successor(tx.conn(), id)?;
    rows::put_successor(tx, id, successor, reason, now)?;
    let after = rows::successor(tx.conn(), id)?.ok_or_else(|| Error::internal("a successor is not there"))?;
    Ok((noted(tx, actor, product, (before.as_ref(), Some(&after)), now)?, after))
}

/// Takes back who was named as a product's successor.
///
/// # Errors
/// `request.not_found`, also where nobody was named; `auth.forbidden`, `request.stale`.
pub fn take_back_successor(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProductId,
    version: i32,
    now: Instant,
) -> Result<Product> {
    let product = in_hand(tx, actor, id, version)?;
    let before = rows::successor(tx.conn(), id)?;
    if !rows::remove_successor(tx, id)? {
        return Err(Error::new(Code::NotFound));
    }
    noted(tx, actor, product, (before.as_ref(), None), now)
}
