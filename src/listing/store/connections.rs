//! Rows of shops.

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{jobs, shops};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ProducerId, ShopId};
use crate::instant::Instant;
use crate::jobs::Status as JobStatus;
use crate::listing::ShopFilter;
use crate::listing::state::ShopStatus;
use crate::within;

/// A shop (*gian hàng*). Its secrets are sealed; they leave this noun only inside a request to the platform.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shops, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(in crate::listing) struct Shop {
    pub id: ShopId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub platform: String,
    pub name: String,
    pub status: ShopStatus,
    pub credentials: String,
    pub token: Option<String>,
    pub token_expires_at: Option<Instant>,
    pub last_error: Option<Json>,
    pub failures: i32,
    pub rest_until: Option<Instant>,
    pub orders_cursor: Option<Instant>,
    pub checked_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub assisted: bool,
    pub platform_number: Option<String>,
    pub by_consent: bool,
}

impl Shop {
    /// Whether it waits for its owner's consent.
    pub(in crate::listing) const fn waits(&self) -> bool {
        self.by_consent && self.token.is_none()
    }
}

pub(in crate::listing) fn shop(conn: &mut Conn, reach: &Reach, id: ShopId) -> Result<Option<Shop>> {
    let query = within!(shops::table.find(id).select(Shop::as_select()).into_boxed(), shops, reach);
    Ok(query.first(conn).optional()?)
}

/// A shop, whoever asks: for jobs.
pub(in crate::listing) fn any_shop(conn: &mut Conn, id: ShopId) -> Result<Option<Shop>> {
    Ok(shops::table.find(id).select(Shop::as_select()).first(conn).optional()?)
}

/// Shops that state the same number at most; more are somebody's nonsense.
const SAME_NUMBER: i64 = 50;

/// Open shops of a platform that state this number, oldest first, whoever asks: for what the platform sends.
pub(in crate::listing) fn numbered(conn: &mut Conn, platform: &str, number: &str) -> Result<Vec<Shop>> {
    Ok(shops::table
        .filter(shops::platform.eq(platform))
        .filter(shops::platform_number.eq(number))
        .filter(shops::status.ne(ShopStatus::Closed))
        .order(shops::id.asc())
        .limit(SAME_NUMBER)
        .select(Shop::as_select())
        .load(conn)?)
}

/// Shops, oldest first.
pub(in crate::listing) fn shops(
    conn: &mut Conn,
    reach: &Reach,
    filter: &ShopFilter,
    want: &Want<ShopId>,
) -> Result<Page<Shop>> {
    let mut query = within!(shops::table.select(Shop::as_select()).into_boxed(), shops, reach);
    if let Some(producer) = filter.producer_id {
        query = query.filter(shops::producer_id.eq(producer));
    }
    if let Some(platform) = &filter.platform {
        query = query.filter(shops::platform.eq(platform.clone()));
    }
    if let Some(after) = want.after {
        query = query.filter(shops::id.gt(after));
    }
    let rows = query.order(shops::id.asc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

pub(in crate::listing) fn insert_shop(tx: &mut Tx<'_>, shop: &Shop) -> Result<()> {
    diesel::insert_into(shops::table).values(shop).execute(tx.conn())?;
    Ok(())
}

/// Writes a shop whose version has been raised by one; refuses when somebody was faster.
pub(in crate::listing) fn save_shop(tx: &mut Tx<'_>, shop: &Shop) -> Result<()> {
    let row = shops::table.filter(shops::id.eq(shop.id)).filter(shops::version.eq(shop.version - 1));
    match diesel::update(row).set(shop).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// What the program itself notes of a shop, beside whoever edits it.
#[derive(Clone, AsChangeset)]
#[diesel(table_name = shops, treat_none_as_null = true)]
pub(in crate::listing) struct Connection {
    pub status: ShopStatus,
    pub token: Option<String>,
    pub token_expires_at: Option<Instant>,
    pub last_error: Option<Json>,
    pub failures: i32,
    pub rest_until: Option<Instant>,
    pub checked_at: Option<Instant>,
}

/// Notes how the connection is. `keys` are the sealed credentials it was tried with: when a person has given others
/// meanwhile, or paused or closed the shop, what the old ones brought does not count.
pub(in crate::listing) fn note_connection(
    tx: &mut Tx<'_>,
    id: ShopId,
    keys: &str,
    seen: ShopStatus,
    to: &Connection,
) -> Result<bool> {
    let row = shops::table
        .filter(shops::id.eq(id))
        .filter(shops::credentials.eq(keys))
        .filter(shops::status.eq(seen));
    let changed = diesel::update(row).set((to, shops::version.eq(shops::version + 1))).execute(tx.conn())?;
    Ok(changed == 1)
}

/// Keeps a token without a new version: the shop itself is the same.
pub(in crate::listing) fn keep_token(
    tx: &mut Tx<'_>,
    id: ShopId,
    keys: &str,
    token: &str,
    until: Instant,
) -> Result<()> {
    diesel::update(shops::table.filter(shops::id.eq(id)).filter(shops::credentials.eq(keys)))
        .set((shops::token.eq(token), shops::token_expires_at.eq(until)))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes failures in a row and until when the shop rests.
pub(in crate::listing) fn note_failures(
    tx: &mut Tx<'_>,
    id: ShopId,
    failures: i32,
    rest_until: Option<Instant>,
    last_error: Option<&Json>,
) -> Result<()> {
    diesel::update(shops::table.filter(shops::id.eq(id)))
        .set((
            shops::failures.eq(failures),
            shops::rest_until.eq(rest_until),
            shops::last_error.eq(last_error),
            shops::version.eq(shops::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Moves the cursor up to which a shop's orders are known.
pub(in crate::listing) fn move_orders_cursor(tx: &mut Tx<'_>, id: ShopId, to: Instant) -> Result<()> {
    diesel::update(shops::table.filter(shops::id.eq(id)))
        .set(shops::orders_cursor.eq(to))
        .execute(tx.conn())?;
    Ok(())
}

/// Shops of one round that are given a job again.
const IDLE_AT_ONCE: i64 = 500;

/// Connected shops on these platforms without a job of this kind that waits or runs.
pub(in crate::listing) fn idle_shops(
    conn: &mut Conn,
    platforms: &[String],
    kind: &str,
) -> Result<Vec<ShopId>> {
    let busy = jobs::table
        .filter(jobs::lane.eq(shops::id))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::status.eq_any([JobStatus::Queued, JobStatus::Leased]))
        .select(jobs::id);
    Ok(shops::table
        .filter(shops::status.eq(ShopStatus::Connected))
        .filter(shops::platform.eq_any(platforms))
        .filter(shops::assisted.eq(false))
        .filter(diesel::dsl::not(diesel::dsl::exists(busy)))
        .order(shops::id.asc())
        .limit(IDLE_AT_ONCE)
        .select(shops::id)
        .load(conn)?)
}
