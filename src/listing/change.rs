//! What a producer does with a listing: offer it, change it, take it off sale, and settle what was changed on the platform.
//! Each writes what we want from now on and queues the push.

use crate::actor::Actor;
use crate::audit;
use crate::db::{Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::ids::ListingId;
use crate::instant::Instant;
use crate::platform::state::ListingContent;
use crate::product;

use super::{
    DesiredState, Drift, Keep, Listing, NewListing, Reported, ReportedState, Settings, ShopStatus, content,
    enqueue_push, on_offer, own, row, shop, shown, store, wanted_content,
};

/// Offers a product in a shop. `site` is the public address of this service, for images and certificates.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `listing.product_not_published`, `listing.exists`, `listing.sku_taken`,
/// `shop.closed`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewListing, site: &str, now: Instant) -> Result<Listing> {
    offer(
        tx,
        actor,
        new,
        ("listing.create", None, |_: &mut store::Listing, _: &ListingContent| {}),
        site,
        now,
    )
}

/// Makes a listing under a SKU, the product's own where none is named; `bind` adds what is known of it there.
pub(super) fn offer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewListing,
    (op, sku, bind): (&'static str, Option<&str>, impl FnOnce(&mut store::Listing, &ListingContent)),
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let NewListing { product_id, shop_id, settings } = new;
    let shop = shop::row(tx.conn(), &actor.reach, *shop_id)?;
    own(actor, shop.producer_id)?;
    let product = product::find(tx.conn(), &actor.reach, *product_id)?;
    let mut errors = settings.errors();
    if product.producer_id != shop.producer_id {
        errors.push(FieldError::new(
            "/product_id",
            "product_id.other_producer",
            "Gian hàng và sản phẩm phải của cùng một chủ thể.",
            "The shop and the product must belong to the same producer.",
        ));
    }
    if crate::platform::descriptor(&shop.platform).is_some_and(|platform| !platform.takes_products()) {
        errors.push(FieldError::new(
            "/shop_id",
            "shop_id.carrier",
            "Đây là đơn vị vận chuyển, không đăng sản phẩm; hãy tạo vận đơn tại /shipments.",
            "This is a carrier: products are not offered there. Make a shipment at /shipments.",
        ));
    }
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    if shop.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    if !on_offer(tx.conn(), &product)? {
        return Err(Error::new(Code::ListingNotPublished));
    }
    crate::db::dialect::lock(tx.conn(), shop_id.as_str())?;
    let sku = sku.unwrap_or(&product.sku);
    match store::taken(tx.conn(), *shop_id, *product_id, sku)? {
        Some(other) if other == *product_id => return Err(Error::new(Code::ListingExists)),
        Some(_) => return Err(Error::new(Code::ListingSkuTaken)),
        None => {}
    }
    let at = (shop.platform.as_str(), *shop_id, sku);
    let wanted = wanted_content(tx.conn(), &product, at, settings, site, now)?;
    let issues = wanted.issues(&shop.platform, now);
    let stored = content::stored(&wanted.content);
    let mut row = store::Listing {
        id: ListingId::new(),
        product_id: *product_id,
        producer_id: shop.producer_id,
        province_code: shop.province_code.clone(),
        commune_code: shop.commune_code.clone(),
        shop_id: *shop_id,
        platform: shop.platform.clone(),
        sku: sku.to_owned(),
        settings: Json::of(settings),
        desired_state: DesiredState::Listed,
        desired: stored.json,
        desired_hash: stored.hash,
        desired_offer_hash: stored.offer_hash,
        desired_revision: 1,
        sent_hash: None,
        sent_offer_hash: None,
        sent_at: None,
        sent_certificate: None,
        sent_star_until: None,
        reported_state: ReportedState::None,
        reported: None,
        external_id: None,
        issues: Json::of(&issues),
        push_id: None,
        checked_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    bind(&mut row, &wanted.content);
    store::insert_listing(tx, &row)?;
    enqueue_push(tx, row.id, row.shop_id, now)?;
    audit::record(tx, actor, op, row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    row.try_into()
}

/// Changes what the producer chose; the platform follows.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `shop.closed`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListingId,
    version: i32,
    change: impl FnOnce(Settings) -> Settings,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let row = editable(tx, actor, id, Some(version))?;
    let settings = change(row.settings.get()?);
    let errors = settings.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    want(tx, actor, "listing.update", row, |row| row.settings = Json::of(&settings), site, now)
}

/// Wants the product on sale, and asks the platform how things are even where nothing has changed. One that was deleted
/// there is made anew.
///
/// # Errors
/// `request.not_found`, `shop.closed`, `listing.product_not_published`.
pub fn sync(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, site: &str, now: Instant) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    let product = product::any(tx.conn(), row.product_id)?;
    if !on_offer(tx.conn(), &product)? {
        return Err(Error::new(Code::ListingNotPublished));
    }
    // Whoever asks for it wants a product that was deleted there made anew.
    let mut reported: Reported = row.reported.as_ref().map(Json::get).transpose()?.unwrap_or_default();
    let gone = std::mem::take(&mut reported.gone);
    let look = |row: &mut store::Listing| {
        (row.desired_state, row.checked_at) = (DesiredState::Listed, None);
        if gone {
            row.reported = Some(Json::of(&reported));
        }
    };
    want(tx, actor, "listing.sync", row, look, site, now)
}

/// Settles what the seller changed on the platform: ours is sent again, or theirs becomes ours. Changes nothing where
/// both are the same.
///
/// # Errors
/// `request.not_found`, `shop.closed`.
pub fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ListingId,
    keep: Keep,
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    let mut reported: Reported = row.reported.as_ref().map(Json::get).transpose()?.unwrap_or_default();
    let Some(Drift { name, price_vnd }) = reported.drift(row.reported_state) else { return row.try_into() };
    let mut settings: Settings = row.settings.get()?;
    let (renamed, repriced) = (name.is_some(), price_vnd.is_some());
    match keep {
        Keep::Ours => {
            reported.sent = reported.sent.filter(|_| !repriced);
            reported.sent_name = reported.sent_name.filter(|_| !renamed);
        }
        Keep::Theirs => {
            settings.price_vnd = price_vnd.map(|(_, theirs)| theirs).or(settings.price_vnd);
            settings.name = name.map(|(_, theirs)| theirs).or(settings.name);
        }
    }
    let change = |row: &mut store::Listing| {
        row.settings = Json::of(&settings);
        row.reported = Some(Json::of(&reported));
        row.sent_offer_hash = row.sent_offer_hash.take().filter(|_| !repriced);
        row.sent_hash = row.sent_hash.take().filter(|_| !renamed);
    };
    want(tx, actor, "listing.settle", row, change, site, now)
}

/// Takes the product off sale.
///
/// # Errors
/// `request.not_found`, `shop.closed`.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, site: &str, now: Instant) -> Result<Listing> {
    let row = editable(tx, actor, id, None)?;
    want(tx, actor, "listing.withdraw", row, |row| row.desired_state = DesiredState::Withdrawn, site, now)
}

fn editable(tx: &mut Tx<'_>, actor: &Actor, id: ListingId, version: Option<i32>) -> Result<store::Listing> {
    let row = row(tx.conn(), &actor.reach, id)?;
    own(actor, row.producer_id)?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::new(Code::PreconditionFailed));
    }
    if shop::row(tx.conn(), &actor.reach, row.shop_id)?.status == ShopStatus::Closed {
        return Err(Error::new(Code::ShopClosed));
    }
    Ok(row)
}

/// Writes what we want from now on and queues the push.
pub(super) fn want(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    mut row: store::Listing,
    change: impl FnOnce(&mut store::Listing),
    site: &str,
    now: Instant,
) -> Result<Listing> {
    let before = shown(&row);
    change(&mut row);
    let product = product::any(tx.conn(), row.product_id)?;
    let wanted = wanted_content(tx.conn(), &product, row.place(), &row.settings.get()?, site, now)?;
    let stored = content::stored(&wanted.content);
    (row.desired, row.desired_hash, row.desired_offer_hash) = (stored.json, stored.hash, stored.offer_hash);
    row.issues = Json::of(&wanted.issues(&row.platform, now));
    row.desired_revision += 1;
    row.version += 1;
    row.updated_at = now;
    store::save_listing(tx, &row)?;
    row.push_id = Some(enqueue_push(tx, row.id, row.shop_id, now)?);
    audit::record(tx, actor, op, row.id.as_str(), Some(&before), Some(&shown(&row)), now);
    row.try_into()
}
