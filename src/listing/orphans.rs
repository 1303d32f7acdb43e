//! Orphans: products that stand in a connected shop and that no listing here is bound to. A person says what they are: a
//! product of the cooperative, which a listing takes over, or none of ours. By itself nothing is done to them.

use std::collections::HashMap;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{OrphanId, ProductId, ShopId};
use crate::instant::Instant;
use crate::platform::state::ListingContent;
use crate::product;

use super::state::Settings;
use super::{Listing, NewListing, Reported, ReportedState, SentOffer, own, shop, store};

/// A product that stands in a shop without a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its id here.
    pub id: OrphanId,
    /// The platform's id.
    pub external_id: String,
    /// Its SKU there; empty where it has none.
    pub sku: String,
    /// Its name there.
    pub title: String,
    /// How it stands.
    pub state: ReportedState,
    /// Price there, VND.
    pub price_vnd: Option<i64>,
    /// Stock there.
    pub stock: Option<i64>,
    /// When it changed last, where the platform says.
    pub changed_at: Option<Instant>,
    /// When it was found.
    pub first_seen: Instant,
    /// When it stood there last.
    pub last_seen: Instant,
    /// Whether somebody said that it is none of ours.
    pub ignored: bool,
    /// The producer's product of the same SKU, unless the shop offers it already.
    pub product_id: Option<ProductId>,
}

impl Orphan {
    fn of(row: store::Orphan, product_id: Option<ProductId>) -> Self {
        let store::Orphan {
            id,
            shop_id: _,
            external_id,
            sku,
            title,
            state,
            price_vnd,
            stock,
            changed_at,
            first_seen,
            last_seen,
            ignored,
        } = row;
        Self {
            id,
            external_id,
            sku,
            title,
            state,
            price_vnd,
            stock,
            changed_at,
            first_seen,
            last_seen,
            ignored,
            product_id,
        }
    }
}

/// The orphans of a shop, oldest first: those that may be ours, or those that are not.
///
/// # Errors
/// `request.not_found`.
pub fn orphans(
    conn: &mut Conn,
    reach: &Reach,
    shop_id: ShopId,
    ignored: bool,
    want: &Want<OrphanId>,
) -> Result<Page<Orphan>> {
    let shop = shop::row(conn, reach, shop_id)?;
    let Page { data, next } = store::orphans(conn, shop_id, ignored, want)?;
    let skus: Vec<String> = data.iter().map(|row| row.sku.clone()).filter(|sku| !sku.is_empty()).collect();
    let mut ours: HashMap<String, ProductId> = product::by_skus(conn, shop.producer_id, &skus)?;
    let candidates: Vec<ProductId> = ours.values().copied().collect();
    let offered = store::offered_in(conn, shop_id, &candidates)?;
    ours.retain(|_, product| !offered.contains(product));
    let data = data.into_iter().map(|row| {
        // Two of one SKU there: only one of them can be the product.
        let product = ours.remove(&row.sku);
        Orphan::of(row, product)
    });
    Ok(Page { data: data.collect(), next })
}

/// Lets a listing of a product take over what stands there: it is bound to the platform's id from the beginning, so
/// nothing is created, and its first push is a change. A name or price that differs there is shown as one that the
/// seller changed unless the settings name one.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `listing.product_not_published`, `listing.exists`, `listing.sku_taken`,
/// `shop.closed`.
pub fn adopt(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrphanId,
    new: &NewListing,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let shop = shop::row(tx.conn(), &actor.reach, new.shop_id)?;
    own(actor, shop.producer_id)?;
    crate::db::dialect::lock(tx.conn(), new.shop_id.as_str())?;
    let orphan = store::orphan(tx.conn(), new.shop_id, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let sku = Some(orphan.sku.as_str()).filter(|sku| !sku.is_empty());
    let bind = |row: &mut store::Listing, content: &ListingContent| {
        row.external_id = Some(orphan.external_id.clone());
        row.reported_state = orphan.state;
        row.reported = Some(Json::of(&reported(&orphan, &new.settings, content)));
        // It was sent by somebody else: from here on it may be up.
        row.sent_at = Some(now);
    };
    let listing = super::offer(tx, actor, new, ("listing.adopt", sku, bind), site, now)?;
    store::forget_orphans(tx, new.shop_id, &[orphan.external_id])?;
    Ok(listing)
}

/// What stands there, as if we had sent what we want: of what the person did not choose, the seller's counts until
/// somebody decides.
fn reported(orphan: &store::Orphan, settings: &Settings, content: &ListingContent) -> Reported {
    let price_vnd = match (settings.price_vnd, orphan.price_vnd) {
        (Some(_), Some(theirs)) => theirs,
        _ => content.price_vnd,
    };
    // The stock is always chosen: whatever stands there, ours is sent.
    let stock = orphan.stock.and_then(|stock| u32::try_from(stock).ok()).unwrap_or(u32::MAX);
    let title = Some(&orphan.title).filter(|title| !title.trim().is_empty());
    Reported {
        name: title.cloned(),
        sent_name: title.filter(|_| settings.name.is_none()).map(|_| content.name.clone()),
        price_vnd: orphan.price_vnd,
        stock: orphan.stock,
        sent: orphan.price_vnd.map(|_| SentOffer { price_vnd, stock }),
        ..Reported::default()
    }
}

/// Says that a product there is none of ours, or that it may be after all. Nothing is done there.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn ignore(
    tx: &mut Tx<'_>,
    actor: &Actor,
    shop_id: ShopId,
    id: OrphanId,
    ignored: bool,
    now: Instant,
) -> Result<Orphan> {
    let shop = shop::row(tx.conn(), &actor.reach, shop_id)?;
    own(actor, shop.producer_id)?;
    let before = store::orphan(tx.conn(), shop_id, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    let after = store::Orphan { ignored, ..before.clone() };
    if before != after {
        store::save_orphan(tx, &after)?;
        let shown = |row: &store::Orphan| serde_json::json!({"external_id": row.external_id, "sku": row.sku, "ignored": row.ignored});
        let op = "shop.ignore_orphan";
        audit::record(tx, actor, op, shop_id.as_str(), Some(&shown(&before)), Some(&shown(&after)), now);
    }
    Ok(Orphan::of(after, None))
}
