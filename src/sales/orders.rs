//! Orders of a shop become sales figures: pulled behind a cursor with an overlap, counted once however often they are
//! seen, taken back when they are called off or come back.

use std::collections::{BTreeMap, HashMap};

use chrono::{Duration, NaiveDate};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{ListingId, ProductId, ShopId};
use crate::instant::Instant;
use crate::jobs::{Job, Outcome};
use crate::listing::shop::{OrdersPayload, orders_known};
use crate::listing::{self, Line as ShopLine};
use crate::platform::state::{
    Answer, Class, Failure, Op, OrderPage, OrderWindow, RemoteOrder, order_windows,
};
use crate::product;

use super::state::{self, Line};
use super::{Amounts, Owner, count_orders, store};

/// How far a pull looks back before its cursor: platforms are not exact about the time of a change.
const OVERLAP: Duration = Duration::minutes(10);
/// How often orders are pulled.
const EVERY: Duration = Duration::minutes(10);
/// The longest window where the contract names none.
const WINDOW_HOURS: u32 = 24;
/// The most pages of one window; more means that the platform repeats itself.
const PAGES: usize = 1000;

/// Runs the job: one for each shop that goes on for ever, and those asked for by hand.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn pull(app: &App, job: &Job) -> Result<Outcome> {
    let OrdersPayload { shop_id, once } = job.payload()?;
    let mut line = match ShopLine::open(app, shop_id).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let now = app.clock.now();
    let (connected, known) = line.orders_known();
    let since = known.unwrap_or(connected).plus(-OVERLAP);
    let hours = line.adapter().descriptor().limits.order_window_hours.unwrap_or(WINDOW_HOURS);
    let (mut seen, mut unread) = (0, Vec::new());
    for window in order_windows(since, now, Duration::hours(i64::from(hours))) {
        match window_of(app, &mut line, window, &mut unread).await? {
            Ok(orders) => seen += orders,
            Err(failure) => {
                let outcome = line.fail(&failure).await?;
                return Ok(if once { outcome } else { go_on(&failure, outcome) });
            }
        }
        let until = window.until;
        app.db.write("shop.orders_known", move |tx| orders_known(tx, shop_id, until)).await?;
    }
    line.note_orders(&unread).await?;
    let detail = match unread.len() {
        0 => format!("{seen} orders seen"),
        bad => format!("{seen} orders seen, {bad} not read"),
    };
    Ok(if once { Outcome::Done(detail) } else { Outcome::Wait { detail, after: EVERY } })
}

/// How the job that goes on for ever ends after a failure: it waits and never dies, unless the platform refuses the
/// shop's keys; connecting the shop anew then begins another.
fn go_on(failure: &Failure, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Dead(detail) if !matches!(failure.class, Class::Auth { .. }) => {
            Outcome::Wait { detail, after: EVERY * 6 }
        }
        Outcome::Again { detail, .. } => Outcome::Wait { detail, after: EVERY },
        other => other,
    }
}

/// Pulls one window, page by page; each page is stored before the next is asked for. An order that cannot be read, or
/// whose amounts cannot be, is left out and named.
async fn window_of(
    app: &App,
    line: &mut ShopLine,
    window: OrderWindow,
    unread: &mut Vec<String>,
) -> Result<std::result::Result<usize, Failure>> {
    let (mut cursor, mut seen) = (None, 0);
    for _ in 0..PAGES {
        let op = Op::PullOrders { window, cursor };
        let page = match line.call(None, &op).await? {
            Ok(Answer::Orders(page)) => page,
            Ok(_) => return Err(Error::internal("no orders in the answer to a pull of orders")),
            Err(failure) => return Ok(Err(failure)),
        };
        let OrderPage { orders, unread: bad, next_cursor } = page;
        let (orders, beyond): (Vec<_>, Vec<_>) = orders.into_iter().partition(state::plausible);
        seen += orders.len();
        unread.extend(bad);
        unread.extend(beyond.iter().map(|order| format!("{}: its amounts cannot be right", order.order_id)));
        let (shop, note, now) = (line.shop_id(), line.note_success(), app.clock.now());
        let platform = line.adapter().descriptor().key;
        app.db
            .write("sales.orders", move |tx| {
                note.store(tx)?;
                take(tx, shop, platform, &orders, now).map(|_| ())
            })
            .await?;
        match next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(Ok(seen)),
        }
    }
    Err(Error::internal("the platform's pages of orders do not end"))
}

/// What became of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// New ones, and those that are others now.
    pub changed: usize,
    /// Those that were known as they are.
    pub unchanged: usize,
}

/// Stores orders and what they change in the figures: the one door for orders, however they came.
pub(super) fn take(
    tx: &mut Tx<'_>,
    shop: ShopId,
    platform: &str,
    orders: &[RemoteOrder],
    now: Instant,
) -> Result<Taken> {
    let mut taken = Taken::default();
    if orders.is_empty() {
        return Ok(taken);
    }
    crate::db::dialect::lock(tx.conn(), shop.as_str())?;
    let numbers: Vec<String> = orders.iter().map(|order| order.order_id.clone()).collect();
    let mut before = store::order_lines(tx.conn(), shop, &numbers)?;
    let mut skus: Vec<String> = orders.iter().flat_map(|o| &o.lines).map(|line| line.sku.clone()).collect();
    skus.sort();
    skus.dedup();
    let mut owners: HashMap<ProductId, Owner> = HashMap::new();
    let mut sold: HashMap<String, (ListingId, ProductId)> = HashMap::new();
    for listing::Sold { sku, listing_id, product_id, producer_id, province_code, commune_code } in
        listing::sold_as(tx.conn(), shop, &skus)?
    {
        owners.insert(product_id, Owner { product_id, producer_id, province_code, commune_code });
        sold.insert(sku, (listing_id, product_id));
    }
    let mut changes: BTreeMap<(ProductId, NaiveDate), Amounts> = BTreeMap::new();
    for order in orders {
        let old = before.remove(&order.order_id).unwrap_or_default();
        let day = old.first().map(|line| line.ordered_on).or(order.placed_at.map(|at| at.date()));
        let day = day.unwrap_or(now.date());
        let new = lines_of(order, &sold, day);
        if new == old {
            taken.unchanged += 1;
            continue;
        }
        taken.changed += 1;
        for (key, change) in state::difference(&old, &new) {
            let sum = changes.entry(key).or_default();
            *sum = sum.plus(change);
        }
        store::save_order(tx, shop, &order.order_id, &new, now)?;
        // The same order may stand twice in a page.
        before.insert(order.order_id.clone(), new);
    }
    for (product, _) in changes.keys() {
        // What is taken back may be sold under this SKU no longer.
        if !owners.contains_key(product) {
            owners.insert(*product, product::any(tx.conn(), *product)?.owner());
        }
    }
    let changes: Vec<_> = changes
        .into_iter()
        .filter(|(_, amounts)| !amounts.is_zero())
        .filter_map(|((product, month), amounts)| Some((owners.get(&product)?.clone(), month, amounts)))
        .collect();
    count_orders(tx, shop, platform, &changes, now)?;
    Ok(taken)
}

/// A line of a parcel that a cooperative sent itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Unique within the parcel.
    pub line: String,
    /// The product.
    pub product_id: ProductId,
    /// Pieces.
    pub quantity: i64,
    /// What they were sold for together, VND.
    pub revenue_vnd: i64,
}

/// Counts a parcel's lines as sales by its carrier, or takes them back: the same books as for orders, so a parcel that
/// is reported twice counts once.
///
/// # Errors
/// Faults of the database.
pub fn take_parcel(
    tx: &mut Tx<'_>,
    (shop, platform, number): (ShopId, &str, &str),
    lines: &[Shipped],
    (status, counted): (&str, bool),
    now: Instant,
) -> Result<()> {
    crate::db::dialect::lock(tx.conn(), shop.as_str())?;
    let old = store::order_lines(tx.conn(), shop, &[number.to_owned()])?.remove(number).unwrap_or_default();
    let day = old.first().map_or(now.date(), |line| line.ordered_on);
    let mut new: Vec<Line> = lines
        .iter()
        .map(|line| Line {
            line: line.line.clone(),
            sku: line.product_id.to_string(),
            listing_id: None,
            product_id: Some(line.product_id),
            quantity: line.quantity,
            revenue_vnd: line.revenue_vnd,
            status: status.to_owned(),
            counted,
            ordered_on: day,
        })
        .collect();
    new.sort_by(|a, b| a.line.cmp(&b.line));
    if new == old {
        return Ok(());
    }
    let products: Vec<ProductId> = old.iter().chain(&new).filter_map(|line| line.product_id).collect();
    let owners = product::owners(tx.conn(), &products)?;
    let changes: Vec<_> = state::difference(&old, &new)
        .into_iter()
        .filter_map(|((product, month), amounts)| Some((owners.get(&product)?.clone(), month, amounts)))
        .collect();
    store::save_order(tx, shop, number, &new, now)?;
    count_orders(tx, shop, platform, &changes, now)
}

/// An order's lines as they are stored; lines with the same id are one.
fn lines_of(
    order: &RemoteOrder,
    sold: &HashMap<String, (ListingId, ProductId)>,
    day: NaiveDate,
) -> Vec<Line> {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    for line in &order.lines {
        let ours = sold.get(&line.sku);
        let stored = lines.entry(&line.line_id).or_insert_with(|| Line {
            line: line.line_id.clone(),
            sku: line.sku.clone(),
            listing_id: ours.map(|(listing, _)| *listing),
            product_id: ours.map(|(_, product)| *product),
            quantity: 0,
            revenue_vnd: 0,
            status: order.raw_status.clone(),
            counted: state::counts(order.status),
            ordered_on: day,
        });
        stored.quantity = stored.quantity.saturating_add(line.quantity);
        let revenue = line.quantity.saturating_mul(line.unit_price_vnd);
        stored.revenue_vnd = stored.revenue_vnd.saturating_add(revenue);
    }
    lines.into_values().collect()
}
