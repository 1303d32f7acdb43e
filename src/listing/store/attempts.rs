//! Rows of the calls to platforms.

use diesel::prelude::*;

use crate::db::page::{Page, Want};
use crate::db::schema::platform_attempts;
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{AttemptId, ListingId, ShopId};
use crate::instant::Instant;

/// One call to a platform, without secrets.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_attempts, treat_none_as_default_value = false)]
pub(in crate::listing) struct Attempt {
    pub id: AttemptId,
    pub shop_id: ShopId,
    pub listing_id: Option<ListingId>,
    pub at: Instant,
    pub took_ms: i64,
    pub op: String,
    pub outcome: String,
    pub code: Option<String>,
    pub detail: Json,
}

pub(in crate::listing) fn insert_attempts(tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<()> {
    for attempt in attempts {
        diesel::insert_into(platform_attempts::table).values(attempt).execute(tx.conn())?;
    }
    Ok(())
}

/// A listing's attempts, the newest first.
pub(in crate::listing) fn attempts(
    conn: &mut Conn,
    listing: ListingId,
    want: &Want<AttemptId>,
) -> Result<Page<Attempt>> {
    let mut query = platform_attempts::table
        .filter(platform_attempts::listing_id.eq(listing))
        .select(Attempt::as_select())
        .into_boxed();
    if let Some(after) = want.after {
        query = query.filter(platform_attempts::id.lt(after));
    }
    let rows = query.order(platform_attempts::id.desc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// Forgets attempts older than `before`.
pub(in crate::listing) fn forget_attempts(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    Ok(diesel::delete(platform_attempts::table.filter(platform_attempts::at.lt(before)))
        .execute(tx.conn())?)
}
