//! The nightly walk through what stands in a shop: every product that the platform lists is compared with the listings
//! here, and those that none is bound to are kept as orphans. Nothing is ever changed or taken down there by it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{OrphanId, ShopId};
use crate::instant::Instant;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::remote::Line;
use crate::listing::state::ReportedState;
use crate::listing::store;
use crate::platform::adapter::Adapter;
use crate::platform::state::{Answer, Capability, Class, Descriptor, ListedProduct, Op, ProductPage};

use super::ShopPayload;

/// The kind of the job that walks through what stands in a shop.
pub const PRODUCTS: &str = "shop.products";

/// How often a shop is walked through.
const EVERY: Duration = Duration::hours(24);
/// Pages of one attempt; then other work of the shop has its turn.
const AT_ONCE: usize = 20;
/// The most pages of one walk; more means that the platform repeats itself.
const PAGES: i32 = 2_000;
/// A walk that stopped longer ago than this begins anew: its place in the list means nothing any more.
const STALE: Duration = Duration::hours(6);

/// Begins the walk through connected shops whose last one ended a day ago or never. Tells how many it began.
///
/// # Errors
/// Faults of the database.
pub fn keep_walking(tx: &mut Tx<'_>, now: Instant) -> Result<usize> {
    let lists = |p: &&Descriptor| p.adapter && p.capabilities.contains(&Capability::ProductList);
    let platforms: Vec<_> =
        crate::platform::descriptors().iter().filter(lists).map(|p| p.key.to_owned()).collect();
    let due = store::unwalked(tx.conn(), &platforms, PRODUCTS, now.plus(-EVERY))?;
    for id in &due {
        let job = NewJob { kind: PRODUCTS, lane: id.as_str(), run_at: now };
        jobs::ensure(tx, &job, &ShopPayload { shop_id: *id }, now)?;
    }
    Ok(due.len())
}

/// Runs the job. Each page is stored with the place of the next one, so that a walk that was cut off goes on there.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn walk(app: &App, job: &Job) -> Result<Outcome> {
    let shop = job.payload::<ShopPayload>()?.shop_id;
    let mut line = match Line::open(app, shop).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let now = app.clock.now();
    let mut at = app.db.write("shop.walk", move |tx| begin(tx, shop, now)).await?;
    for _ in 0..AT_ONCE {
        let op = Op::Products { cursor: at.next_page.clone() };
        let page = match line.call(None, &op).await? {
            Ok(Answer::Products(page)) => page,
            Ok(_) => return Err(Error::internal("no products in the answer to a walk through them")),
            Err(failure) => {
                if matches!(failure.class, Class::Permanent | Class::NeedsAction) {
                    // Asked again it would say the same: the next walk begins a day later, at the beginning.
                    (at.next_page, at.ended_at) = (None, Some(app.clock.now()));
                    app.db.write("shop.walk", move |tx| store::save_walk(tx, &at)).await?;
                }
                return line.fail(&failure).await;
            }
        };
        let (note, adapter, now, before) = (line.note_success(), line.adapter(), app.clock.now(), at.clone());
        let taken = app.db.write("shop.walk", move |tx| {
            note.store(tx)?;
            take(tx, adapter, &before, &page, now)
        });
        at = taken.await?;
        if at.ended_at.is_some() {
            return Ok(Outcome::Done(format!("{} products seen, {} not read", at.products, at.unread)));
        }
    }
    let detail = format!("{} products seen so far", at.products);
    Ok(Outcome::Wait { detail, after: Duration::seconds(1) })
}

/// The walk that was cut off, or a new one.
fn begin(tx: &mut Tx<'_>, shop: ShopId, now: Instant) -> Result<store::Walk> {
    let known = store::walk(tx.conn(), shop)?;
    let open = known.filter(|walk| {
        walk.ended_at.is_none() && walk.next_page.is_some() && now.since(walk.begun_at) < STALE
    });
    if let Some(walk) = open {
        return Ok(walk);
    }
    let walk = store::Walk {
        shop_id: shop,
        begun_at: now,
        next_page: None,
        pages: 0,
        products: 0,
        unread: 0,
        ended_at: None,
    };
    store::save_walk(tx, &walk)?;
    Ok(walk)
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Takes a page in: what no listing means is kept, what one means is forgotten. After the last page whatever was not seen
/// stands there no more; where rows could not be read, that is not known.
fn take(
    tx: &mut Tx<'_>,
    adapter: &dyn Adapter,
    at: &store::Walk,
    page: &ProductPage,
    now: Instant,
) -> Result<store::Walk> {
    let shop = at.shop_id;
    crate::db::dialect::lock(tx.conn(), shop.as_str())?;
    let there: BTreeMap<&str, &ListedProduct> =
        page.products.iter().map(|listed| (listed.product.external_id.as_str(), listed)).collect();
    let ids: Vec<String> = there.keys().map(|id| (*id).to_owned()).collect();
    let skus: Vec<String> =
        there.values().map(|listed| listed.product.sku.clone()).filter(|sku| !sku.is_empty()).collect();
    let (mut bound, mut awaited) = (BTreeSet::new(), BTreeSet::new());
    for (external_id, sku) in store::meant(tx.conn(), shop, &ids, &skus)? {
        // What is not bound yet is looked for by its SKU.
        match external_id.and_then(|id| adapter.listed_as(&id)) {
            Some(id) => bound.insert(id),
            None => awaited.insert(sku),
        };
    }
    let known: BTreeMap<String, store::Orphan> = store::orphans_as(tx.conn(), shop, &ids)?
        .into_iter()
        .map(|orphan| (orphan.external_id.clone(), orphan))
        .collect();
    let (mut ours, mut products) = (Vec::new(), 0_usize);
    for (id, ListedProduct { product, title, changed_at }) in there {
        products = products.saturating_add(1);
        if bound.contains(id) || awaited.contains(&product.sku) {
            ours.push(id.to_owned());
            continue;
        }
        let before = known.get(id);
        let orphan = store::Orphan {
            id: before.map_or_else(OrphanId::new, |orphan| orphan.id),
            shop_id: shop,
            external_id: id.to_owned(),
            sku: product.sku.clone(),
            title: title.clone(),
            state: ReportedState::from(&product.outcome),
            price_vnd: product.price_vnd,
            stock: product.stock,
            changed_at: *changed_at,
            first_seen: before.map_or(now, |orphan| orphan.first_seen),
            last_seen: now,
            ignored: before.is_some_and(|orphan| orphan.ignored),
        };
        match before {
            Some(_) => store::save_orphan(tx, &orphan)?,
            None => store::insert_orphan(tx, &orphan)?,
        }
    }
    store::forget_orphans(tx, shop, &ours)?;
    let pages = at.pages.saturating_add(1);
    let unread = at.unread.saturating_add(count(page.unread));
    // A platform that names the same place again would be asked for ever.
    let repeats = page.next_cursor.is_some() && page.next_cursor == at.next_page;
    let ends = page.next_cursor.is_none() || repeats || pages >= PAGES;
    let after = store::Walk {
        next_page: page.next_cursor.clone().filter(|_| !ends),
        pages,
        products: at.products.saturating_add(count(products)),
        unread,
        ended_at: ends.then_some(now),
        ..at.clone()
    };
    store::save_walk(tx, &after)?;
    if page.next_cursor.is_none() && unread == 0 {
        store::forget_vanished(tx, shop, at.begun_at)?;
    }
    Ok(after)
}
