//! Rows of owners' consents.

use diesel::prelude::*;

use crate::db::schema::{shop_consents, shops};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::listing::state::ShopStatus;

/// A consent that was asked for.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = shop_consents)]
pub(in crate::listing) struct Consent {
    pub state_hash: String,
    pub shop_id: ShopId,
    pub expires_at: Instant,
    pub answered_at: Option<Instant>,
    pub code: Option<String>,
}

/// Asks for a consent of a shop; one that was asked for before and not answered is worth nothing any more.
pub(in crate::listing) fn begin_consent(
    tx: &mut Tx<'_>,
    shop: ShopId,
    state_hash: &str,
    now: Instant,
    until: Instant,
) -> Result<()> {
    let earlier = shop_consents::table
        .filter(shop_consents::shop_id.eq(shop))
        .filter(shop_consents::answered_at.is_null());
    diesel::delete(earlier).execute(tx.conn())?;
    diesel::insert_into(shop_consents::table)
        .values((
            shop_consents::state_hash.eq(state_hash),
            shop_consents::shop_id.eq(shop),
            shop_consents::created_at.eq(now),
            shop_consents::expires_at.eq(until),
            shop_consents::answered_at.eq(None::<Instant>),
            shop_consents::code.eq(None::<String>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The consent of a state.
pub(in crate::listing) fn consent(conn: &mut Conn, state_hash: &str) -> Result<Option<Consent>> {
    Ok(shop_consents::table.find(state_hash).select(Consent::as_select()).first(conn).optional()?)
}

/// Notes the answer, once and before the end; of several at the same moment one is told `true`.
pub(in crate::listing) fn answer_consent(
    tx: &mut Tx<'_>,
    state_hash: &str,
    code: Option<&str>,
    now: Instant,
) -> Result<bool> {
    let row = shop_consents::table
        .filter(shop_consents::state_hash.eq(state_hash))
        .filter(shop_consents::answered_at.is_null())
        .filter(shop_consents::expires_at.gt(now));
    let set = (shop_consents::answered_at.eq(now), shop_consents::code.eq(code));
    Ok(diesel::update(row).set(set).execute(tx.conn())? == 1)
}

/// Erases a code.
pub(in crate::listing) fn erase_code(tx: &mut Tx<'_>, state_hash: &str) -> Result<()> {
    diesel::update(shop_consents::table.find(state_hash))
        .set(shop_consents::code.eq(None::<String>))
        .execute(tx.conn())?;
    Ok(())
}

/// Erases what was asked and answered of a shop.
pub(in crate::listing) fn end_consents(tx: &mut Tx<'_>, shop: ShopId) -> Result<()> {
    diesel::delete(shop_consents::table.filter(shop_consents::shop_id.eq(shop))).execute(tx.conn())?;
    Ok(())
}

/// Codes of answers from before that were never used, with their shops.
pub(in crate::listing) fn codes_left(conn: &mut Conn, before: Instant) -> Result<Vec<(String, ShopId)>> {
    Ok(shop_consents::table
        .filter(shop_consents::code.is_not_null())
        .filter(shop_consents::answered_at.lt(before))
        .order(shop_consents::created_at)
        .limit(500)
        .select((shop_consents::state_hash, shop_consents::shop_id))
        .load(conn)?)
}

/// Forgets consents that were asked for before.
pub(in crate::listing) fn forget_consents(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    let old = shop_consents::table
        .filter(shop_consents::created_at.lt(before))
        .filter(shop_consents::code.is_null());
    Ok(diesel::delete(old).execute(tx.conn())?)
}

/// What a consent gave a shop.
#[derive(Clone)]
pub(in crate::listing) struct Granted {
    /// The credentials, sealed, with what the consent says of the shop.
    pub credentials: String,
    /// The shop's number on its platform.
    pub number: Option<String>,
    /// The first tokens, sealed.
    pub token: String,
    /// When the access token ends.
    pub until: Instant,
}

/// Keeps what a consent gave; `keys` are the sealed credentials it was got with: when a person has given others
/// meanwhile, or closed the shop, it does not count. A paused shop stays so.
pub(in crate::listing) fn note_consent(
    tx: &mut Tx<'_>,
    id: ShopId,
    keys: &str,
    granted: &Granted,
) -> Result<bool> {
    let of_keys = shops::table
        .filter(shops::id.eq(id))
        .filter(shops::credentials.eq(keys))
        .filter(shops::status.ne(ShopStatus::Closed));
    let set = (
        shops::credentials.eq(&granted.credentials),
        shops::platform_number.eq(&granted.number),
        shops::token.eq(&granted.token),
        shops::token_expires_at.eq(granted.until),
        shops::by_consent.eq(true),
        shops::last_error.eq(None::<Json>),
        shops::failures.eq(0),
        shops::rest_until.eq(None::<Instant>),
        shops::version.eq(shops::version + 1),
    );
    if diesel::update(of_keys).set(set).execute(tx.conn())? == 0 {
        return Ok(false);
    }
    let runs = shops::table.filter(shops::id.eq(id)).filter(shops::status.ne(ShopStatus::Paused));
    diesel::update(runs).set(shops::status.eq(ShopStatus::Connecting)).execute(tx.conn())?;
    Ok(true)
}

/// Keeps what the platform says of the shop, among its sealed credentials.
pub(in crate::listing) fn note_settings(
    tx: &mut Tx<'_>,
    id: ShopId,
    keys: &str,
    credentials: &str,
    number: Option<&str>,
) -> Result<()> {
    diesel::update(shops::table.filter(shops::id.eq(id)).filter(shops::credentials.eq(keys)))
        .set((shops::credentials.eq(credentials), shops::platform_number.eq(number)))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes what is to be known of a shop that is not connected; of one that works it is not noted.
pub(in crate::listing) fn note_issue(tx: &mut Tx<'_>, id: ShopId, issue: &Json) -> Result<()> {
    let waits = [ShopStatus::Connecting, ShopStatus::Broken, ShopStatus::Paused];
    diesel::update(shops::table.filter(shops::id.eq(id)).filter(shops::status.eq_any(waits)))
        .set((shops::last_error.eq(issue), shops::version.eq(shops::version + 1)))
        .execute(tx.conn())?;
    Ok(())
}
