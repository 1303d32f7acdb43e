//! Reports (*báo cáo*): the figures of the programme for a place and a day, each with the ids behind it.
//!
//! Products and producers are counted from certificates, so any past day can be asked for. Certificates are read
//! once after a commit that may have changed them and counted in memory; sales come from the totals that are kept
//! beside their figures. Everything kept carries the count of commits it was read at, so that a figure is never
//! older than the last commit of this process.

mod compose;
pub mod http;
pub mod state;
mod store;
pub mod view;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;

use crate::actor::Reach;
use crate::app::App;
use crate::db::page::{Page, Want};
use crate::error::{Code, Error, Result};
use crate::ids::SaleId;
use crate::instant::Instant;

pub use state::{Area, Chains, Figure};
pub use store::Amounts;
pub use view::Summary;

type Sums = Vec<(String, String, Amounts)>;

/// A summary as it is sent.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON.
    pub body: bytes::Bytes,
    /// The tag of its content, in quotes.
    pub tag: Arc<str>,
    /// The moment a figure may change by itself.
    pub until: Option<Instant>,
}

/// What reports keep in memory, each under the count of commits at which it was read.
pub struct Reports {
    chains: moka::future::Cache<u64, Arc<Chains>>,
    sums: moka::future::Cache<(Area, NaiveDate, u64), Arc<Sums>>,
    listings: moka::future::Cache<(Area, u64), Arc<BTreeMap<String, i64>>>,
    summaries: moka::future::Cache<(Area, NaiveDate, u64), Answer>,
}

impl Default for Reports {
    fn default() -> Self {
        /// What another process changes without an event is seen after this.
        const KEPT: Duration = Duration::from_secs(10);
        fn cache<K, V>(capacity: u64) -> moka::future::Cache<K, V>
        where
            K: std::hash::Hash + Eq + Send + Sync + 'static,
            V: Clone + Send + Sync + 'static,
        {
            moka::future::Cache::builder().max_capacity(capacity).time_to_live(KEPT).build()
        }
        // Sums are a few numbers each, summaries some ten thousand bytes.
        Self { chains: cache(1), sums: cache(2000), listings: cache(500), summaries: cache(200) }
    }
}

fn shared(error: &Arc<Error>) -> Error {
    Error::new(error.code()).because(error.to_string())
}

/// The area somebody may look at: the place asked for, or as far as they reach.
///
/// # Errors
/// `request.bad_query` for an unknown code, `request.not_found` out of reach, `auth.forbidden` without an area.
pub fn area(reach: &Reach, place: Option<&str>) -> Result<Area> {
    let places = crate::place::places();
    let Some(code) = place else {
        return match reach {
            Reach { all: true, .. } => Ok(Area::Country),
            Reach { province: Some(code), .. } => Ok(Area::Province(code.clone())),
            Reach { commune: Some(code), .. } => Ok(Area::Commune(code.clone())),
            _ => Err(Error::new(Code::Forbidden)),
        };
    };
    let (area, within) = if let Some(province) = places.province(code) {
        (Area::Province(code.to_owned()), reach.province.as_deref() == Some(province.code))
    } else if let Some(commune) = places.commune(code) {
        let own = reach.commune.as_deref() == Some(code);
        let below = reach.province.as_deref() == Some(commune.province_code);
        (Area::Commune(code.to_owned()), own || below)
    } else {
        return Err(Error::told(
            Code::BadQuery,
            "place là mã tỉnh (2 chữ số) hoặc mã xã (5 chữ số) hiện nay.",
            "place is the code of a province (2 digits) or a commune (5 digits) of today.",
        ));
    };
    if reach.all || within { Ok(area) } else { Err(Error::new(Code::NotFound)) }
}

async fn chains(app: &App) -> Result<Arc<Chains>> {
    let key = app.catalogue.changes.of_certificates();
    let read = async { app.db.read("report.chains", store::chains).await.map(Arc::new) };
    app.reports.chains.try_get_with(key, read).await.map_err(|e| shared(&e))
}

/// The summary of an area on a day.
///
/// # Errors
/// `request.bad_query` for a day to come; faults of the database.
pub async fn summary(app: &App, area: Area, as_of: NaiveDate) -> Result<Answer> {
    let now = app.clock.now();
    let at = state::moment(as_of, now)?;
    let key = (area.clone(), as_of, app.catalogue.changes.all());
    if let Some(kept) = app.reports.summaries.get(&key).await {
        if kept.until.is_none_or(|until| now < until) {
            return Ok(kept);
        }
        app.reports.summaries.invalidate(&key).await;
    }
    let make = async {
        let chains = chains(app).await?;
        let sums = sums(app, &area, as_of, key.2).await?;
        // What platforms said on a past day is not kept.
        let today = as_of == now.date();
        let listings = if today { Some(listings(app, &area, key.2).await?) } else { None };
        // A past day stays as it was; today changes when a certificate begins or ends.
        let until = if today { chains.until(now) } else { None };
        let summary = compose::compose(&area, as_of, at, &chains, &sums, listings.as_deref());
        let body = serde_json::to_string(&summary).map_err(Error::internal)?;
        let tag = format!("\"{}\"", crate::http::content_tag(&body)).into();
        Ok(Answer { body: body.into(), tag, until })
    };
    app.reports.summaries.try_get_with(key.clone(), make).await.map_err(|e| shared(&e))
}

async fn sums(app: &App, area: &Area, as_of: NaiveDate, commits: u64) -> Result<Arc<Sums>> {
    let (from, to) = state::year_of_months(as_of);
    let place = area.clone();
    let read = async {
        let sold = app.db.read("report.sales", move |conn| store::sold(conn, &place, from, to)).await?;
        Ok(Arc::new(sold))
    };
    app.reports.sums.try_get_with((area.clone(), to, commits), read).await.map_err(|e: Arc<Error>| shared(&e))
}

async fn listings(app: &App, area: &Area, commits: u64) -> Result<Arc<BTreeMap<String, i64>>> {
    let place = area.clone();
    let read = async {
        let counts = app.db.read("report.listings", move |conn| store::listings(conn, &place)).await?;
        Ok(Arc::new(counts))
    };
    app.reports.listings.try_get_with((area.clone(), commits), read).await.map_err(|e: Arc<Error>| shared(&e))
}

/// Where a page of ids begins: after this id, and for sales after this month.
pub type Key = (Option<NaiveDate>, String);

/// The ids behind a figure, in a stable order.
///
/// # Errors
/// `request.bad_query`, `request.bad_cursor`; faults of the database.
pub async fn ids(
    app: &App,
    area: Area,
    as_of: NaiveDate,
    figure: Figure,
    want: Want<Key>,
) -> Result<Page<String>> {
    let now = app.clock.now();
    let at = state::moment(as_of, now)?;
    let rows: Vec<Key> = match figure {
        Figure::Products(count, part) => {
            let ids = chains(app).await?.products(&area, at, count, &part);
            after(ids.iter().map(|id| id.as_str()), &want)
        }
        Figure::Producers(kind) => {
            let ids = chains(app).await?.producers(&area, at, kind);
            after(ids.iter().map(|id| id.as_str()), &want)
        }
        Figure::Listings(_) if as_of != now.date() => Vec::new(),
        Figure::Listings(state) => {
            let (last, limit) = (want.after.clone().map(|(_, id)| id), want.fetch());
            let read = move |conn: &mut crate::db::Conn| {
                store::listing_ids(conn, &area, state.as_deref(), last.as_deref(), limit)
            };
            let ids = app.db.read("report.listing_ids", read).await?;
            ids.into_iter().map(|id| (None, id)).collect()
        }
        Figure::Sales(sold) => {
            let last = match want.after.clone() {
                None => None,
                Some((Some(month), id)) => {
                    Some((month, id.parse::<SaleId>().map_err(|e| Error::new(Code::BadCursor).because(e))?))
                }
                Some((None, _)) => return Err(Error::new(Code::BadCursor)),
            };
            let (months, limit) = (state::year_of_months(as_of), want.fetch());
            let read =
                move |conn: &mut crate::db::Conn| store::sale_ids(conn, &area, months, &sold, last, limit);
            let ids = app.db.read("report.sale_ids", read).await?;
            ids.into_iter().map(|(month, id)| (Some(month), id.to_string())).collect()
        }
    };
    Ok(Page::cut(rows, &want, Key::clone).map(|(_, id)| id))
}

fn after<'a>(ids: impl Iterator<Item = &'a str>, want: &Want<Key>) -> Vec<Key> {
    let last = want.after.as_ref().map_or("", |(_, id)| id);
    let rest = ids.filter(|id| *id > last).take(usize::try_from(want.fetch()).unwrap_or(usize::MAX));
    rest.map(|id| (None, id.to_owned())).collect()
}
