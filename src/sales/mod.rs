//! Sales figures (*doanh số*): what a product sold in a month, by channel and platform.
//!
//! A figure is declared by a person, imported from a file, or counted from a platform's orders; each source has a
//! figure of its own, and only declared ones are edited. Where orders count what was declared or imported before, that
//! figure stays visible and adds to nothing; afterwards it is refused. Every change keeps `sales_totals` right in the same
//! transaction, so that reports over millions of figures stay fast. No buyer's data is kept.

pub mod files;
pub mod http;
mod import;
pub mod orders;
mod sheet;
pub mod state;
mod store;

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::actor::{Actor, Reach};
use crate::audit;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::event;
use crate::ids::{ProducerId, ProductId, SaleId, ShopId};
use crate::instant::Instant;
use crate::product::{self, Owner};

pub use import::{Imported, import_rows};
pub use state::{Amounts, FigureSource, SalesChannel};

/// A sales figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Its id.
    pub id: SaleId,
    /// The product.
    pub product_id: ProductId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// Where it was sold.
    pub channel: SalesChannel,
    /// On which platform; online sales only.
    pub platform: Option<String>,
    /// In which shop; figures counted from orders only.
    pub shop_id: Option<ShopId>,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// What was sold.
    pub amounts: Amounts,
    /// Where the figure comes from.
    pub source: FigureSource,
    /// Whether it adds to totals and reports: not where a platform's orders count the same sales.
    pub counts: bool,
    /// Raised by each change.
    pub version: i32,
    /// Made.
    pub created_at: Instant,
    /// Changed.
    pub updated_at: Instant,
}

impl From<store::Sale> for Sale {
    fn from(row: store::Sale) -> Self {
        Self {
            amounts: row.amounts(),
            id: row.id,
            product_id: row.product_id,
            producer_id: row.producer_id,
            channel: row.channel,
            platform: row.platform,
            shop_id: row.shop_id,
            month: row.month,
            source: row.source,
            counts: row.counts,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Which figures are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one product.
    pub product_id: Option<ProductId>,
    /// Of one producer.
    pub producer_id: Option<ProducerId>,
    /// Of one channel.
    pub channel: Option<SalesChannel>,
    /// From this month on.
    pub month_from: Option<NaiveDate>,
    /// Up to this month.
    pub month_to: Option<NaiveDate>,
}

/// A figure to be written: its owner is already known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFigure {
    /// Whose it is.
    pub owner: Owner,
    /// Where it was sold.
    pub channel: SalesChannel,
    /// On which platform.
    pub platform: Option<String>,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// What was sold.
    pub amounts: Amounts,
}

impl NewFigure {
    /// What makes a figure this one: two of the same key would count the same sales.
    fn key(&self, shop: Option<ShopId>, source: FigureSource) -> String {
        let Self { owner, channel, platform, month, amounts: _ } = self;
        let place = shop.map(|id| id.to_string()).or_else(|| platform.clone()).unwrap_or_default();
        format!("{}|{channel}|{place}|{month}|{source}", owner.product_id)
    }

    fn row(&self, source: FigureSource, shop: Option<ShopId>, now: Instant) -> store::Sale {
        let Self { owner, channel, platform, month, amounts } = self;
        store::Sale {
            id: SaleId::new(),
            figure_key: self.key(shop, source),
            product_id: owner.product_id,
            producer_id: owner.producer_id,
            province_code: owner.province_code.clone(),
            commune_code: owner.commune_code.clone(),
            channel: *channel,
            platform: platform.clone(),
            shop_id: shop,
            month: *month,
            quantity: amounts.quantity,
            revenue_vnd: amounts.revenue_vnd,
            orders: amounts.orders,
            source,
            counts: true,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// What is wrong with it, field by field: for imports and forms alike.
    pub fn errors(&self, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = self.amounts.errors();
        errors.extend(state::month_error(self.month, today));
        let known = self.platform.as_deref().is_some_and(|platform| {
            platform == state::OTHER_PLATFORM || crate::platform::descriptor(platform).is_some()
        });
        errors.extend(state::platform_error(self.channel, self.platform.as_deref(), known));
        errors
    }
}

/// A figure that a person declares.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The product.
    pub product_id: ProductId,
    /// Where it was sold.
    pub channel: SalesChannel,
    /// On which platform.
    pub platform: Option<String>,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// What was sold.
    pub amounts: Amounts,
}

fn shown(row: &store::Sale) -> serde_json::Value {
    serde_json::json!({
        "product_id": row.product_id, "channel": row.channel, "platform": row.platform, "month": row.month,
        "quantity": row.quantity, "revenue_vnd": row.revenue_vnd, "orders": row.orders, "source": row.source,
        "counts": row.counts,
    })
}

fn changed(tx: &mut Tx<'_>, subject: &str, now: Instant) {
    event::append(tx, event::Kind::SalesChanged, subject, &serde_json::json!({}), now);
}

/// Declares a figure.
///
/// # Errors
/// `request.not_found`, `request.invalid`, `sale.exists`, `sale.counted_by_platform`.
pub fn declare(tx: &mut Tx<'_>, actor: &Actor, new: &Declared, now: Instant) -> Result<Sale> {
    let Declared { product_id, channel, platform, month, amounts } = new;
    let product = product::find(tx.conn(), &actor.reach, *product_id)?;
    let figure = NewFigure {
        owner: product.owner(),
        channel: *channel,
        platform: platform.clone(),
        month: *month,
        amounts: *amounts,
    };
    let errors = figure.errors(now.date());
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    lock(tx)?;
    let row = figure.row(FigureSource::Declared, None, now);
    let others = [FigureSource::Declared, FigureSource::Imported];
    if let Some(Some(code)) = clashes(tx.conn(), std::slice::from_ref(&figure), &others)?.pop() {
        return Err(Error::new(code));
    }
    store::insert(tx, &row)?;
    total(tx, &row, row.amounts())?;
    audit::record(tx, actor, "sale.declare", row.id.as_str(), None::<&()>, Some(&shown(&row)), now);
    changed(tx, product_id.as_str(), now);
    Ok(row.into())
}

/// Waits for whoever writes figures, until the end of the transaction. Declared, imported and counted figures of the
/// same sales must see each other, so one lock serves them all; take it before anything is read. The transactions are
/// short, an import's some thousand rows at the most.
fn lock(tx: &mut Tx<'_>) -> Result<()> {
    Ok(crate::db::dialect::lock(tx.conn(), "sales")?)
}

/// Which of these figures would count again what figures of other sources count: for each the reason, if any.
fn clashes(conn: &mut Conn, figures: &[NewFigure], others: &[FigureSource]) -> Result<Vec<Option<Code>>> {
    let key = |figure: &NewFigure, source| figure.key(None, source);
    let keys: Vec<String> =
        figures.iter().flat_map(|figure| others.iter().map(move |source| key(figure, *source))).collect();
    let held = store::held(conn, &keys)?;
    let online: Vec<&NewFigure> = figures.iter().filter(|figure| figure.platform.is_some()).collect();
    let products: Vec<ProductId> = online.iter().map(|figure| figure.owner.product_id).collect();
    let months = || online.iter().map(|figure| figure.month);
    let counted = match (months().min(), months().max()) {
        (Some(from), Some(to)) => store::counted(conn, &products, (from, to))?,
        _ => HashSet::new(),
    };
    let clash = |figure: &NewFigure| {
        if others.iter().any(|source| held.contains(&key(figure, *source))) {
            return Some(Code::SaleExists);
        }
        let sold = (figure.owner.product_id, figure.platform.clone(), figure.month);
        counted.contains(&sold).then_some(Code::SaleCounted)
    };
    Ok(figures.iter().map(clash).collect())
}

fn total(tx: &mut Tx<'_>, row: &store::Sale, change: Amounts) -> Result<()> {
    if !row.counts {
        return Ok(());
    }
    let mut totals = store::Totals::default();
    totals.add(row, change);
    totals.write(tx)
}

/// A figure within reach.
///
/// # Errors
/// `request.not_found`.
pub fn get(conn: &mut Conn, reach: &Reach, id: SaleId) -> Result<Sale> {
    store::find(conn, reach, id)?.map(Sale::from).ok_or_else(|| Error::new(Code::NotFound))
}

/// Figures within reach, the latest month first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    filter: &Filter,
    want: &Want<(NaiveDate, SaleId)>,
) -> Result<Page<Sale>> {
    Ok(store::list(conn, reach, filter, want)?.map(Sale::from))
}

fn editable(tx: &mut Tx<'_>, actor: &Actor, id: SaleId, version: i32) -> Result<store::Sale> {
    lock(tx)?;
    let row = store::find(tx.conn(), &actor.reach, id)?.ok_or_else(|| Error::new(Code::NotFound))?;
    if row.source != FigureSource::Declared {
        return Err(Error::new(Code::SaleNotDeclared));
    }
    if row.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    Ok(row)
}

/// Corrects the amounts of a declared figure.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`, `sale.not_declared`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: SaleId,
    version: i32,
    change: impl FnOnce(Amounts) -> Amounts,
    now: Instant,
) -> Result<Sale> {
    let mut row = editable(tx, actor, id, version)?;
    let (before, old) = (shown(&row), row.amounts());
    let amounts = change(old);
    let errors = amounts.errors();
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    row.set_amounts(amounts);
    row.version += 1;
    row.updated_at = now;
    store::save(tx, &row)?;
    total(tx, &row, amounts.less(old))?;
    audit::record(tx, actor, "sale.update", id.as_str(), Some(&before), Some(&shown(&row)), now);
    changed(tx, row.product_id.as_str(), now);
    Ok(row.into())
}

/// Takes back a declared figure.
///
/// # Errors
/// `request.not_found`, `request.stale`, `sale.not_declared`.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: SaleId, version: i32, now: Instant) -> Result<()> {
    let row = editable(tx, actor, id, version)?;
    store::delete(tx, id)?;
    total(tx, &row, Amounts::default().less(row.amounts()))?;
    audit::record(tx, actor, "sale.delete", id.as_str(), Some(&shown(&row)), None::<&()>, now);
    changed(tx, row.product_id.as_str(), now);
    Ok(())
}

/// Adds to (or takes from) the figures of a shop what changed in its orders. Part of the transaction that stores the
/// orders. Orders are the better source: a figure that was declared or imported for the same sales before stays as it
/// was written and counts no more.
fn count_orders(
    tx: &mut Tx<'_>,
    shop: ShopId,
    platform: &str,
    changes: &[(Owner, NaiveDate, Amounts)],
    now: Instant,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    lock(tx)?;
    let mut totals = store::Totals::default();
    for (owner, month, change) in changes {
        let figure = NewFigure {
            owner: owner.clone(),
            channel: SalesChannel::Online,
            platform: Some(platform.to_owned()),
            month: *month,
            amounts: *change,
        };
        let row = figure.row(FigureSource::Platform, Some(shop), now);
        match store::by_keys(tx.conn(), &[&row.figure_key])?.pop() {
            None => {
                store::insert(tx, &row)?;
                totals.add(&row, *change);
                replace(tx, &row, &mut totals, now)?;
            }
            Some(mut old) => {
                old.set_amounts(old.amounts().plus(*change));
                old.version += 1;
                old.updated_at = now;
                store::save(tx, &old)?;
                totals.add(&old, *change);
            }
        }
        changed(tx, owner.product_id.as_str(), now);
    }
    totals.write(tx)
}

/// Takes what a person or a file gave for the same sales out of the totals.
fn replace(tx: &mut Tx<'_>, by: &store::Sale, totals: &mut store::Totals, now: Instant) -> Result<()> {
    for mut row in store::counted_twice(tx.conn(), by)? {
        let before = shown(&row);
        totals.add(&row, Amounts::default().less(row.amounts()));
        row.counts = false;
        row.version += 1;
        row.updated_at = now;
        store::save(tx, &row)?;
        let actor = Actor::system("sales.orders");
        let after = shown(&row);
        audit::record(tx, &actor, "sale.replace", row.id.as_str(), Some(&before), Some(&after), now);
    }
    Ok(())
}
