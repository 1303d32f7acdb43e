//! Rows of sales figures, their totals, and the order lines behind those of platforms.

mod mappings;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::schema::{platform_order_lines, sales, sales_totals};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{ListingId, ProducerId, ProductId, SaleId, ShopId};
use crate::instant::Instant;
use crate::{both, within};

pub(super) use mappings::{mapping, save_mapping};

use super::state::{Amounts, FigureSource, Line, SalesChannel};

/// A sales figure (*doanh số*): a product, a channel, a month.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sales, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct Sale {
    pub id: SaleId,
    pub figure_key: String,
    pub product_id: ProductId,
    pub producer_id: ProducerId,
    pub province_code: String,
    pub commune_code: Option<String>,
    pub channel: SalesChannel,
    pub platform: Option<String>,
    pub shop_id: Option<ShopId>,
    pub month: NaiveDate,
    pub quantity: i64,
    pub revenue_vnd: i64,
    pub orders: i64,
    pub source: FigureSource,
    pub counts: bool,
    pub version: i32,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Sale {
    pub(super) fn amounts(&self) -> Amounts {
        Amounts { quantity: self.quantity, revenue_vnd: self.revenue_vnd, orders: self.orders }
    }

    pub(super) fn set_amounts(&mut self, amounts: Amounts) {
        (self.quantity, self.revenue_vnd, self.orders) =
            (amounts.quantity, amounts.revenue_vnd, amounts.orders);
    }

    fn total_key(&self) -> TotalKey {
        TotalKey {
            month: self.month,
            province_code: self.province_code.clone(),
            commune_code: self.commune_code.clone().unwrap_or_default(),
            channel: self.channel,
            platform: self.platform.clone().unwrap_or_default(),
        }
    }
}

/// What tells a total from the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct TotalKey {
    month: NaiveDate,
    province_code: String,
    commune_code: String,
    channel: SalesChannel,
    platform: String,
}

/// Changes of totals, collected so that each total is written once.
#[derive(Debug, Default)]
pub(super) struct Totals(HashMap<TotalKey, Amounts>);

impl Totals {
    /// Notes that a figure changed by so much.
    pub(super) fn add(&mut self, sale: &Sale, change: Amounts) {
        let sum = self.0.entry(sale.total_key()).or_default();
        *sum = sum.plus(change);
    }

    /// Writes the changes, in the order of their keys so that two writers never wait for each other in a circle.
    pub(super) fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        let mut changes: Vec<_> = self.0.into_iter().filter(|(_, amounts)| !amounts.is_zero()).collect();
        changes.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (key, change) in changes {
            let row = (
                sales_totals::month.eq(key.month),
                sales_totals::province_code.eq(key.province_code),
                sales_totals::commune_code.eq(key.commune_code),
                sales_totals::channel.eq(key.channel),
                sales_totals::platform.eq(key.platform),
                sales_totals::quantity.eq(change.quantity),
                sales_totals::revenue_vnd.eq(change.revenue_vnd),
                sales_totals::orders.eq(change.orders),
            );
            let upsert = diesel::insert_into(sales_totals::table)
                .values(row)
                .on_conflict((
                    sales_totals::month,
                    sales_totals::province_code,
                    sales_totals::commune_code,
                    sales_totals::channel,
                    sales_totals::platform,
                ))
                .do_update()
                .set((
                    sales_totals::quantity.eq(sales_totals::quantity + excluded(sales_totals::quantity)),
                    sales_totals::revenue_vnd
                        .eq(sales_totals::revenue_vnd + excluded(sales_totals::revenue_vnd)),
                    sales_totals::orders.eq(sales_totals::orders + excluded(sales_totals::orders)),
                ));
            both!(tx.conn(), execute, upsert)?;
        }
        Ok(())
    }
}

/// A figure within reach.
pub(super) fn find(conn: &mut Conn, reach: &Reach, id: SaleId) -> Result<Option<Sale>> {
    let row: Option<Sale> = sales::table.find(id).select(Sale::as_select()).first(conn).optional()?;
    Ok(row.filter(|s| {
        reach.covers(s.producer_id, s.commune_code.as_deref().unwrap_or_default(), &s.province_code)
    }))
}

pub(super) fn by_keys(conn: &mut Conn, keys: &[&str]) -> Result<Vec<Sale>> {
    Ok(sales::table.filter(sales::figure_key.eq_any(keys)).select(Sale::as_select()).load(conn)?)
}

/// Which of these keys have a figure.
pub(super) fn held(conn: &mut Conn, keys: &[String]) -> Result<HashSet<String>> {
    let rows: Vec<String> =
        sales::table.filter(sales::figure_key.eq_any(keys)).select(sales::figure_key).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// For which of these products, platforms and months orders are counted.
pub(super) fn counted(
    conn: &mut Conn,
    products: &[ProductId],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<HashSet<(ProductId, Option<String>, NaiveDate)>> {
    let rows: Vec<(ProductId, Option<String>, NaiveDate)> = sales::table
        .filter(sales::product_id.eq_any(products).and(sales::month.between(from, to)))
        .filter(sales::shop_id.is_not_null())
        .select((sales::product_id, sales::platform, sales::month))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Figures that a person or a file gave for what a platform's orders count now, and that still count.
pub(super) fn counted_twice(conn: &mut Conn, by: &Sale) -> Result<Vec<Sale>> {
    Ok(sales::table
        .filter(sales::product_id.eq(by.product_id).and(sales::month.eq(by.month)))
        .filter(sales::platform.eq(by.platform.clone()))
        .filter(sales::shop_id.is_null())
        .filter(sales::counts.eq(true))
        .select(Sale::as_select())
        .load(conn)?)
}

/// Figures, the latest month first.
pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &super::Filter,
    want: &Want<(NaiveDate, SaleId)>,
) -> Result<Page<Sale>> {
    let mut query = within!(sales::table.select(Sale::as_select()).into_boxed(), sales, reach);
    if let Some(product) = filter.product_id {
        query = query.filter(sales::product_id.eq(product));
    }
    if let Some(producer) = filter.producer_id {
        query = query.filter(sales::producer_id.eq(producer));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(sales::channel.eq(channel));
    }
    if let Some(from) = filter.month_from {
        query = query.filter(sales::month.ge(from));
    }
    if let Some(to) = filter.month_to {
        query = query.filter(sales::month.le(to));
    }
    if let Some((month, id)) = want.after {
        query = query.filter(sales::month.lt(month).or(sales::month.eq(month).and(sales::id.lt(id))));
    }
    let rows = query.order((sales::month.desc(), sales::id.desc())).limit(want.fetch()).load(conn)?;
    Ok(Page::cut(rows, want, |row| (row.month, row.id)))
}

pub(super) fn insert(tx: &mut Tx<'_>, sale: &Sale) -> Result<()> {
    diesel::insert_into(sales::table).values(sale).execute(tx.conn())?;
    Ok(())
}

/// Inserts many figures in one statement; at most [`CHUNK`] of them.
pub(super) fn insert_many(tx: &mut Tx<'_>, rows: &[Sale]) -> Result<()> {
    if !rows.is_empty() {
        both!(tx.conn(), execute, diesel::insert_into(sales::table).values(rows))?;
    }
    Ok(())
}

/// Rows of one statement: 18 columns each, below SQLite's 32,766 parameters.
pub(super) const CHUNK: usize = 500;

/// Writes a figure whose version has been raised by one; refuses when somebody was faster.
pub(super) fn save(tx: &mut Tx<'_>, sale: &Sale) -> Result<()> {
    let row = sales::table.filter(sales::id.eq(sale.id)).filter(sales::version.eq(sale.version - 1));
    match diesel::update(row).set(sale).execute(tx.conn())? {
        1 => Ok(()),
        _ => Err(Error::new(Code::PreconditionFailed)),
    }
}

pub(super) fn delete(tx: &mut Tx<'_>, id: SaleId) -> Result<()> {
    diesel::delete(sales::table.filter(sales::id.eq(id))).execute(tx.conn())?;
    Ok(())
}

/// A line of an order. No buyer's data has a column.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_order_lines, treat_none_as_default_value = false)]
struct OrderLine {
    shop_id: ShopId,
    order_number: String,
    line: String,
    listing_id: Option<ListingId>,
    product_id: Option<ProductId>,
    sku: String,
    quantity: i64,
    revenue_vnd: i64,
    status: String,
    ordered_on: NaiveDate,
    counted: bool,
    updated_at: Instant,
}

/// The lines of these orders, by order number.
pub(super) fn order_lines(
    conn: &mut Conn,
    shop: ShopId,
    numbers: &[String],
) -> Result<HashMap<String, Vec<Line>>> {
    let rows: Vec<OrderLine> = platform_order_lines::table
        .filter(platform_order_lines::shop_id.eq(shop))
        .filter(platform_order_lines::order_number.eq_any(numbers))
        .order((platform_order_lines::order_number.asc(), platform_order_lines::line.asc()))
        .select(OrderLine::as_select())
        .load(conn)?;
    let mut out: HashMap<String, Vec<Line>> = HashMap::new();
    for row in rows {
        let OrderLine {
            line,
            sku,
            listing_id,
            product_id,
            quantity,
            revenue_vnd,
            status,
            counted,
            ordered_on,
            ..
        } = row;
        out.entry(row.order_number).or_default().push(Line {
            line,
            sku,
            listing_id,
            product_id,
            quantity,
            revenue_vnd,
            status,
            counted,
            ordered_on,
        });
    }
    Ok(out)
}

/// Replaces the lines of an order.
pub(super) fn save_order(
    tx: &mut Tx<'_>,
    shop: ShopId,
    number: &str,
    lines: &[Line],
    now: Instant,
) -> Result<()> {
    let old = platform_order_lines::table
        .filter(platform_order_lines::shop_id.eq(shop).and(platform_order_lines::order_number.eq(number)));
    diesel::delete(old).execute(tx.conn())?;
    for line in lines {
        let row = OrderLine {
            shop_id: shop,
            order_number: number.to_owned(),
            line: line.line.clone(),
            listing_id: line.listing_id,
            product_id: line.product_id,
            sku: line.sku.clone(),
            quantity: line.quantity,
            revenue_vnd: line.revenue_vnd,
            status: line.status.clone(),
            ordered_on: line.ordered_on,
            counted: line.counted,
            updated_at: now,
        };
        diesel::insert_into(platform_order_lines::table).values(&row).execute(tx.conn())?;
    }
    Ok(())
}
