//! Rows of shops, listings and the attempts at platforms.

mod attempts;
mod categories;
mod columns;
mod connections;
mod consents;
mod hooks;
mod issues;
mod maps;
mod orphans;

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{counters, listings, shops};
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{JobId, ListingId, ProducerId, ProductId, ShopId};
use crate::instant::Instant;
use crate::within;

use super::state::{DesiredState, ReportedState, ShopStatus};

pub(super) use attempts::{Attempt, attempts, forget_attempts, insert_attempts};
pub(super) use categories::{
    AttributeRow, CategoryWant, Tree, any_of_run, attributes_of, categories, categories_of, category,
    connected_shop, due_shops, forget_unseen, plant, read_trees, save_attributes, save_tree, set_expanded,
    to_expand, tree,
};
pub(super) use columns::{columns_of, save_columns};
pub(super) use connections::{
    Connection, Shop, any_shop, idle_shops, insert_shop, keep_token, move_orders_cursor, note_connection,
    note_failures, numbered, save_shop, shop, shops,
};
pub(super) use consents::{
    Granted, answer_consent, begin_consent, codes_left, consent, end_consents, erase_code, forget_consents,
    note_consent, note_issue, note_settings,
};
pub(super) use hooks::{forget_hooks, known_as, look_again, new_delivery};
pub(super) use issues::{
    Standing, by_code, issues_of, platform_standing, to_compare, with_code, write_issues,
};
pub(super) use maps::{MapRow, insert_map, map, mapped_categories, newest_maps, on_platform};
pub(super) use orphans::{
    Orphan, Walk, forget_orphans, forget_vanished, insert_orphan, meant, offered_in, orphan, orphans,
    orphans_as, save_orphan, save_walk, unwalked, walk,
};

/// A listing (*niêm yết*).
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = listings, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Listing {
    pub id: ListingId,
    pub product_id: ProductId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub shop_id: ShopId,
    pub platform: String,
    pub sku: String,
    pub settings: Json,
    pub desired_state: DesiredState,
    pub desired: Json,
    pub desired_hash: String,
    pub desired_offer_hash: String,
    pub desired_revision: i32,
    pub sent_hash: Option<String>,
    pub sent_offer_hash: Option<String>,
    pub sent_at: Option<Instant>,
    pub sent_certificate: Option<String>,
    pub sent_star_until: Option<Instant>,
    pub reported_state: ReportedState,
    pub reported: Option<Json>,
    pub external_id: Option<String>,
    pub issues: Json,
    pub push_id: Option<JobId>,
    pub checked_at: Option<Instant>,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Listing {
    /// Where it is: platform, shop and SKU.
    pub(super) fn place(&self) -> (&str, ShopId, &str) {
        (&self.platform, self.shop_id, &self.sku)
    }
}

pub(super) fn listing(conn: &mut Conn, reach: &Reach, id: ListingId) -> Result<Option<Listing>> {
    let query = listings::table.find(id).select(Listing::as_select()).into_boxed();
    Ok(within!(query, listings, reach).first(conn).optional()?)
}

/// A listing, whoever asks: for jobs.
pub(super) fn any_listing(conn: &mut Conn, id: ListingId) -> Result<Option<Listing>> {
    Ok(listings::table.find(id).select(Listing::as_select()).first(conn).optional()?)
}

/// These listings.
pub(super) fn many(conn: &mut Conn, ids: &[ListingId]) -> Result<Vec<Listing>> {
    Ok(listings::table.filter(listings::id.eq_any(ids)).select(Listing::as_select()).load(conn)?)
}

/// Listings, oldest first.
pub(super) fn listings(
    conn: &mut Conn,
    reach: &Reach,
    filter: &super::Filter,
    want: &Want<ListingId>,
) -> Result<Page<Listing>> {
    let mut query = within!(listings::table.select(Listing::as_select()).into_boxed(), listings, reach);
    if let Some(shop) = filter.shop_id {
        query = query.filter(listings::shop_id.eq(shop));
    }
    if let Some(product) = filter.product_id {
        query = query.filter(listings::product_id.eq(product));
    }
    if let Some(producer) = filter.producer_id {
        query = query.filter(listings::producer_id.eq(producer));
    }
    if let Some(platform) = &filter.platform {
        query = query.filter(listings::platform.eq(platform.clone()));
    }
    if let Some(status) = filter.status {
        query = query.filter(listings::reported_state.eq(status));
    }
    if let Some(code) = &filter.issue {
        query = query.filter(with_code(code));
    }
    if let Some(after) = want.after {
        query = query.filter(listings::id.gt(after));
    }
    let rows = query.order(listings::id.asc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// Wanted listings for a shop's package, oldest first; those that are confirmed only where `all` is asked for.
pub(super) fn listings_to_export(
    conn: &mut Conn,
    reach: &Reach,
    shop: ShopId,
    all: bool,
    want: &Want<ListingId>,
) -> Result<Page<Listing>> {
    let mut query = within!(listings::table.select(Listing::as_select()).into_boxed(), listings, reach)
        .filter(listings::shop_id.eq(shop))
        .filter(listings::desired_state.eq(DesiredState::Listed));
    if !all {
        query = query.filter(listings::reported_state.ne(ReportedState::Live));
    }
    if let Some(after) = want.after {
        query = query.filter(listings::id.gt(after));
    }
    let rows = query.order(listings::id.asc()).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}

/// Whether the shop offers the product, or the SKU for another one, already.
pub(super) fn taken(
    conn: &mut Conn,
    shop: ShopId,
    product: ProductId,
    sku: &str,
) -> Result<Option<ProductId>> {
    Ok(listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::product_id.eq(product).or(listings::sku.eq(sku)))
        .select(listings::product_id)
        .first(conn)
        .optional()?)
}

/// The listings of these products.
pub(super) fn of_products(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::product_id.eq_any(products))
        .order(listings::id.asc())
        .select(Listing::as_select())
        .load(conn)?)
}

/// The next listings of a shop, whoever asks, oldest first.
pub(super) fn of_shop(
    conn: &mut Conn,
    shop: ShopId,
    after: Option<ListingId>,
    limit: i64,
) -> Result<Vec<Listing>> {
    let mut query =
        listings::table.filter(listings::shop_id.eq(shop)).select(Listing::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(listings::id.gt(after));
    }
    Ok(query.order(listings::id.asc()).limit(limit).load(conn)?)
}

/// Ids of a shop's listings whose platform does not show what we want, or may not.
pub(super) fn out_of_step(conn: &mut Conn, shop: ShopId) -> Result<Vec<ListingId>> {
    let settled = listings::sent_hash
        .eq(listings::desired_hash.nullable())
        .and(listings::sent_offer_hash.eq(listings::desired_offer_hash.nullable()))
        .and(listings::desired_state.eq(DesiredState::Listed))
        .and(listings::reported_state.eq(ReportedState::Live));
    let rows: Vec<(ListingId, Option<bool>)> = listings::table
        .filter(listings::shop_id.eq(shop))
        .order(listings::id.asc())
        .select((listings::id, settled.nullable()))
        .load(conn)?;
    Ok(rows.into_iter().filter(|(_, settled)| *settled != Some(true)).map(|(id, _)| id).collect())
}

/// Whether buyers can see a product of ours in the shop.
/// What was refused counts where the platform goes on showing what it approved before.
pub(super) fn any_up(conn: &mut Conn, shop: ShopId, shows_old: bool) -> Result<bool> {
    let counts = |s: &ReportedState| s.up() || (shows_old && *s == ReportedState::Rejected);
    let up: Vec<ReportedState> = ReportedState::ALL.iter().copied().filter(counts).collect();
    let query =
        listings::table.filter(listings::shop_id.eq(shop)).filter(listings::reported_state.eq_any(up));
    Ok(query.select(listings::id).first::<ListingId>(conn).optional()?.is_some())
}

/// Products of listings to be looked at again: the star they show has ended, or a push that should have changed what
/// they show did not come through. A closed shop is out of our hands.
pub(super) fn to_look_at(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<ProductId>> {
    Ok(listings::table
        .inner_join(shops::table.on(shops::id.eq(listings::shop_id)))
        .filter(listings::sent_star_until.le(now))
        .filter(shops::status.ne(ShopStatus::Closed))
        .order(listings::sent_star_until.asc())
        .limit(limit)
        .select(listings::product_id)
        .load(conn)?)
}

/// Looks at the listings of these products that are due now at a later moment again, unless a push comes through
/// before: that writes its own moment.
pub(super) fn look_later(tx: &mut Tx<'_>, products: &[ProductId], now: Instant, at: Instant) -> Result<()> {
    let rows = listings::table
        .filter(listings::product_id.eq_any(products))
        .filter(listings::sent_star_until.le(now));
    diesel::update(rows).set(listings::sent_star_until.eq(at)).execute(tx.conn())?;
    Ok(())
}

/// Looks at a listing at this moment again.
pub(super) fn look_at(tx: &mut Tx<'_>, id: ListingId, at: Instant) -> Result<()> {
    diesel::update(listings::table.filter(listings::id.eq(id)))
        .set(listings::sent_star_until.eq(at))
        .execute(tx.conn())?;
    Ok(())
}

/// Which of these products, and of the products of these producers, have listings.
pub(super) fn listed(
    conn: &mut Conn,
    products: &BTreeSet<ProductId>,
    producers: &BTreeSet<ProducerId>,
) -> Result<Vec<ProductId>> {
    Ok(listings::table
        .filter(listings::product_id.eq_any(products).or(listings::producer_id.eq_any(producers)))
        .select(listings::product_id)
        .distinct()
        .load(conn)?)
}

/// What the listings of a shop offer, by SKU.
pub(super) fn by_skus(conn: &mut Conn, shop: ShopId, skus: &[String]) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::shop_id.eq(shop))
        .filter(listings::sku.eq_any(skus))
        .select(Listing::as_select())
        .load(conn)?)
}

pub(super) fn insert_listing(tx: &mut Tx<'_>, listing: &Listing) -> Result<()> {
    diesel::insert_into(listings::table).values(listing).execute(tx.conn())?;
    write_issues(tx, listing.id, &listing.issues)
}

/// Writes a listing whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save_listing(tx: &mut Tx<'_>, listing: &Listing) -> Result<()> {
    let row =
        listings::table.filter(listings::id.eq(listing.id)).filter(listings::version.eq(listing.version - 1));
    match diesel::update(row).set(listing).execute(tx.conn())? {
        1 => write_issues(tx, listing.id, &listing.issues),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

/// The job that pushes a listing from now on; the ones queued before have nothing to do any more.
pub(super) fn set_push(tx: &mut Tx<'_>, id: ListingId, job: JobId) -> Result<()> {
    diesel::update(listings::table.filter(listings::id.eq(id)))
        .set(listings::push_id.eq(Some(job)))
        .execute(tx.conn())?;
    Ok(())
}

/// What an attempt learned of a listing. Our wishes are not in it: a person may have changed them meanwhile.
#[derive(Clone, Debug, PartialEq, AsChangeset)]
#[diesel(table_name = listings, treat_none_as_null = true)]
pub(super) struct Learned {
    pub sent_hash: Option<String>,
    pub sent_offer_hash: Option<String>,
    pub sent_at: Option<Instant>,
    pub sent_certificate: Option<String>,
    pub sent_star_until: Option<Instant>,
    pub reported_state: ReportedState,
    pub reported: Option<Json>,
    pub external_id: Option<String>,
    pub issues: Json,
    pub checked_at: Option<Instant>,
}

impl From<&Listing> for Learned {
    fn from(listing: &Listing) -> Self {
        Self {
            sent_hash: listing.sent_hash.clone(),
            sent_offer_hash: listing.sent_offer_hash.clone(),
            sent_at: listing.sent_at,
            sent_certificate: listing.sent_certificate.clone(),
            sent_star_until: listing.sent_star_until,
            reported_state: listing.reported_state,
            reported: listing.reported.clone(),
            external_id: listing.external_id.clone(),
            issues: listing.issues.clone(),
            checked_at: listing.checked_at,
        }
    }
}

pub(super) fn learn(tx: &mut Tx<'_>, id: ListingId, learned: &Learned, now: Instant) -> Result<()> {
    diesel::update(listings::table.filter(listings::id.eq(id)))
        .set((learned, listings::version.eq(listings::version + 1), listings::updated_at.eq(now)))
        .execute(tx.conn())?;
    write_issues(tx, id, &learned.issues)
}

/// Writes what we want after the product changed, without a person's hand.
pub(super) fn set_desired(
    tx: &mut Tx<'_>,
    id: ListingId,
    desired: &Json,
    hashes: (&str, &str),
    issues: &Json,
    now: Instant,
) -> Result<()> {
    diesel::update(listings::table.filter(listings::id.eq(id)))
        .set((
            listings::desired.eq(desired),
            listings::desired_hash.eq(hashes.0),
            listings::desired_offer_hash.eq(hashes.1),
            listings::desired_revision.eq(listings::desired_revision + 1),
            listings::issues.eq(issues),
            listings::version.eq(listings::version + 1),
            listings::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    write_issues(tx, id, issues)
}

/// A producer moved: who may see its shops and listings goes with its place.
pub(super) fn move_place(
    tx: &mut Tx<'_>,
    producer: ProducerId,
    (province, commune): (&str, Option<&str>),
) -> Result<()> {
    diesel::update(shops::table.filter(shops::producer_id.eq(producer)))
        .set((shops::province_code.eq(province), shops::commune_code.eq(commune)))
        .execute(tx.conn())?;
    diesel::update(listings::table.filter(listings::producer_id.eq(producer)))
        .set((listings::province_code.eq(province), listings::commune_code.eq(commune)))
        .execute(tx.conn())?;
    Ok(())
}

const FOLLOWED: &str = "listing.followed";

/// The place in the event log up to which listings follow their products.
pub(super) fn followed(conn: &mut Conn) -> Result<i64> {
    let seq = counters::table.find(FOLLOWED).select(counters::value).first(conn).optional()?;
    Ok(seq.unwrap_or(0))
}

pub(super) fn set_followed(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let row = counters::table.filter(counters::name.eq(FOLLOWED));
    if diesel::update(row).set(counters::value.eq(seq)).execute(tx.conn())? == 0 {
        diesel::insert_into(counters::table)
            .values((counters::name.eq(FOLLOWED), counters::value.eq(seq)))
            .execute(tx.conn())?;
    }
    Ok(())
}
