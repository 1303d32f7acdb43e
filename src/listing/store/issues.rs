//! Which issues listings have, how platforms stand, and what is compared with its platform next.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::schema::{listing_issues, listings, shops};
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::ids::{ListingId, ShopId};
use crate::instant::Instant;
use crate::listing::state::{ReportedState, ShopStatus};
use crate::platform::state::{Issue, Severity};
use crate::within;

/// Whether a listing has an issue of this code.
#[diesel::dsl::auto_type(no_type_alias)]
pub(in crate::listing) fn with_code<'a>(code: &'a str) -> _ {
    let of = listing_issues::listing_id.eq(listings::id).and(listing_issues::code.eq(code));
    diesel::dsl::exists(listing_issues::table.filter(of))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Keeps the codes of a listing's issues beside it.
pub(in crate::listing) fn write_issues(tx: &mut Tx<'_>, id: ListingId, issues: &Json) -> Result<()> {
    let mut now: BTreeMap<String, Severity> = BTreeMap::new();
    for Issue { code, severity, .. } in issues.get::<Vec<Issue>>()? {
        let worst = now.entry(code).or_insert(severity);
        *worst = (*worst).max(severity);
    }
    let now: BTreeMap<String, String> = now.into_iter().map(|(code, s)| (code, word(s).to_owned())).collect();
    let of = listing_issues::table.filter(listing_issues::listing_id.eq(id));
    let kept: Vec<(String, String)> =
        of.select((listing_issues::code, listing_issues::severity)).load(tx.conn())?;
    if kept.into_iter().collect::<BTreeMap<_, _>>() == now {
        return Ok(());
    }
    diesel::delete(of).execute(tx.conn())?;
    for (code, severity) in now {
        let row = (
            listing_issues::listing_id.eq(id),
            listing_issues::code.eq(code),
            listing_issues::severity.eq(severity),
        );
        diesel::insert_into(listing_issues::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// How many listings within reach have an issue of each code, the most frequent first, with the last listing that has
/// it.
pub(in crate::listing) fn by_code(
    conn: &mut Conn,
    reach: &Reach,
    platform: Option<&str>,
) -> Result<Vec<(String, i64, Option<ListingId>)>> {
    let query = listing_issues::table
        .inner_join(listings::table.on(listings::id.eq(listing_issues::listing_id)))
        .group_by(listing_issues::code)
        .select((
            listing_issues::code,
            diesel::dsl::count_star(),
            diesel::dsl::max(listing_issues::listing_id),
        ))
        .into_boxed();
    let mut query = within!(query, listings, reach);
    if let Some(platform) = platform {
        query = query.filter(listings::platform.eq(platform.to_owned()));
    }
    let mut rows: Vec<(String, i64, Option<ListingId>)> = query.load(conn)?;
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(rows)
}

/// The issues of these listings.
pub(in crate::listing) fn issues_of(conn: &mut Conn, ids: &[ListingId]) -> Result<Vec<(ListingId, Json)>> {
    Ok(listings::table
        .filter(listings::id.eq_any(ids))
        .select((listings::id, listings::issues))
        .load(conn)?)
}

/// How a platform's shops and listings within reach stand.
pub(in crate::listing) struct Standing {
    pub shops: Vec<(ShopStatus, i64)>,
    pub resting: i64,
    pub listings: Vec<(ReportedState, i64)>,
}

pub(in crate::listing) fn platform_standing(
    conn: &mut Conn,
    reach: &Reach,
    platform: &str,
    now: Instant,
) -> Result<Standing> {
    let count = diesel::dsl::count_star;
    let query = shops::table.group_by(shops::status).select((shops::status, count())).into_boxed();
    let by_status =
        within!(query, shops, reach).filter(shops::platform.eq(platform.to_owned())).load(conn)?;
    let query = shops::table.select(count()).into_boxed();
    let resting = within!(query, shops, reach)
        .filter(shops::platform.eq(platform.to_owned()))
        .filter(shops::rest_until.gt(now))
        .first(conn)?;
    let query = listings::table
        .group_by(listings::reported_state)
        .select((listings::reported_state, count()))
        .into_boxed();
    let by_state =
        within!(query, listings, reach).filter(listings::platform.eq(platform.to_owned())).load(conn)?;
    Ok(Standing { shops: by_status, resting, listings: by_state })
}

/// Listings on sale in connected shops that were looked at before this moment, those longest ago first.
pub(in crate::listing) fn to_compare(
    conn: &mut Conn,
    before: Instant,
    limit: i64,
) -> Result<Vec<(ListingId, ShopId)>> {
    Ok(listings::table
        .inner_join(shops::table.on(shops::id.eq(listings::shop_id)))
        .filter(listings::reported_state.eq(ReportedState::Live))
        .filter(listings::checked_at.lt(before))
        .filter(shops::status.eq(ShopStatus::Connected))
        .filter(shops::assisted.eq(false))
        .order(listings::checked_at.asc())
        .limit(limit)
        .select((listings::id, listings::shop_id))
        .load(conn)?)
}
