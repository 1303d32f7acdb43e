//! What reports read.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::certificate::state::Life;
use crate::db::Conn;
use crate::db::dialect::total;
use crate::db::schema::{certificates, listings, producers, products, sales, sales_totals};
use crate::error::Result;
use crate::ids::{ListingId, ProducerId, ProductId, SaleId};
use crate::instant::Instant;
use crate::producer;

use super::state::{Area, Chains, Held, Sold};

type Row = (
    ProductId,
    i32,
    ProducerId,
    producer::Kind,
    String,
    Option<String>,
    i32,
    Instant,
    (Instant, Option<Instant>, Option<Instant>),
);

/// Every certificate, as far as a summary needs it.
pub(super) fn chains(conn: &mut Conn) -> Result<Chains> {
    let rows: Vec<Row> = certificates::table
        .inner_join(products::table.on(products::id.eq(certificates::product_id)))
        .inner_join(producers::table.on(producers::id.eq(certificates::producer_id)))
        .select((
            certificates::product_id,
            products::criteria_set,
            certificates::producer_id,
            producers::kind,
            certificates::province_code,
            certificates::commune_code,
            certificates::stars,
            certificates::valid_from,
            (certificates::valid_until, certificates::superseded_at, certificates::revoked_at),
        ))
        .load(conn)?;
    let places = crate::place::places();
    let held = rows.into_iter().map(|row| {
        let (product, set, producer, kind, province, commune, star, from, ends) = row;
        let (until, superseded_at, revoked_at) = ends;
        Held {
            product,
            set,
            producer,
            kind,
            province: places.province(&province).map_or("", |p| p.code),
            commune: commune.as_deref().and_then(|code| places.commune(code)).map(|c| c.code),
            star,
            life: Life { from, until, superseded_at, revoked_at },
        }
    });
    Ok(Chains::of(held.collect()))
}

/// Adds the place to a query whose tables have these columns.
macro_rules! within {
    ($query:expr, $area:expr, $table:ident) => {{
        let mut query = $query;
        match $area {
            Area::Country => {}
            Area::Province(code) => query = query.filter($table::province_code.eq(code.clone())),
            Area::Commune(code) => query = query.filter($table::commune_code.eq(code.clone())),
        }
        query
    }};
}

/// Listings by what their platform says now.
pub(super) fn listings(conn: &mut Conn, area: &Area) -> Result<BTreeMap<String, i64>> {
    let counts =
        listings::table.group_by(listings::reported_state).select((listings::reported_state, count_star()));
    let rows: Vec<(String, i64)> = match area {
        Area::Country => counts.load(conn)?,
        Area::Province(code) => counts.filter(listings::province_code.eq(code)).load(conn)?,
        Area::Commune(code) => counts.filter(listings::commune_code.eq(code)).load(conn)?,
    };
    Ok(rows.into_iter().collect())
}

/// Ids of listings in a state, in order.
pub(super) fn listing_ids(
    conn: &mut Conn,
    area: &Area,
    state: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>> {
    let mut query = within!(listings::table.select(listings::id).into_boxed(), area, listings);
    if let Some(state) = state {
        query = query.filter(listings::reported_state.eq(state.to_owned()));
    }
    if let Some(after) = after {
        query = query.filter(listings::id.gt(after.to_owned()));
    }
    let ids: Vec<ListingId> = query.order(listings::id).limit(limit).load(conn)?;
    Ok(ids.iter().map(ToString::to_string).collect())
}

/// What was sold through a channel or on a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// VND.
    pub revenue_vnd: i64,
    /// Pieces.
    pub quantity: i64,
    /// Orders.
    pub orders: i64,
}

impl Amounts {
    pub(super) fn add(&mut self, other: Self) {
        self.revenue_vnd = self.revenue_vnd.saturating_add(other.revenue_vnd);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.orders = self.orders.saturating_add(other.orders);
    }
}

/// Sales of some months by channel and platform (empty for none), from the totals that are kept beside the figures.
pub(super) fn sold(
    conn: &mut Conn,
    area: &Area,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(String, String, Amounts)>> {
    // Month by month, so that each is found at its place: a range of months would read every place in between.
    let months: Vec<NaiveDate> =
        from.iter_days().take_while(|day| *day <= to).filter(|day| day.day() == 1).collect();
    macro_rules! totals {
        () => {
            sales_totals::table
                .filter(sales_totals::month.eq_any(months))
                .group_by((sales_totals::channel, sales_totals::platform))
                .select((
                    sales_totals::channel,
                    sales_totals::platform,
                    total("sales_totals.revenue_vnd"),
                    total("sales_totals.quantity"),
                    total("sales_totals.orders"),
                ))
        };
    }
    type Sums = (String, String, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Sums> = match area {
        Area::Country => totals!().load(conn)?,
        Area::Province(code) => totals!().filter(sales_totals::province_code.eq(code)).load(conn)?,
        Area::Commune(code) => {
            let province = crate::place::places().commune(code).map_or("", |c| c.province_code);
            totals!()
                .filter(sales_totals::province_code.eq(province))
                .filter(sales_totals::commune_code.eq(code))
                .load(conn)?
        }
    };
    Ok(rows
        .into_iter()
        .map(|(channel, platform, revenue, quantity, orders)| {
            let amounts = Amounts {
                revenue_vnd: revenue.unwrap_or_default(),
                quantity: quantity.unwrap_or_default(),
                orders: orders.unwrap_or_default(),
            };
            (channel, platform, amounts)
        })
        .collect())
}

/// Months and ids of sales figures, in order.
pub(super) fn sale_ids(
    conn: &mut Conn,
    area: &Area,
    (from, to): (NaiveDate, NaiveDate),
    sold: &Sold,
    after: Option<(NaiveDate, SaleId)>,
    limit: i64,
) -> Result<Vec<(NaiveDate, SaleId)>> {
    let query = sales::table
        .filter(sales::month.ge(from))
        .filter(sales::month.le(to))
        .filter(sales::counts.eq(true))
        .select((sales::month, sales::id))
        .into_boxed();
    let mut query = within!(query, area, sales);
    match sold {
        Sold::All => {}
        Sold::Channel(channel) => query = query.filter(sales::channel.eq(channel.clone())),
        Sold::Platform(platform) => query = query.filter(sales::platform.eq(platform.clone())),
    }
    if let Some((month, id)) = after {
        query = query.filter(sales::month.ge(month)).filter(sales::month.gt(month).or(sales::id.gt(id)));
    }
    Ok(query.order((sales::month, sales::id)).limit(limit).load(conn)?)
}
