//! The jobs that read categories and attributes through a connected shop's line.

use std::time::Instant as Tick;

use chrono::Duration;

use crate::app::App;
use crate::db::{Conn, Json, Tx};
use crate::error::{Error, Result};
use crate::instant::Instant;
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::listing::remote::Line;
use crate::listing::state::mapping::CategoryMap;
use crate::listing::state::tree::{self as growing, Planted};
use crate::listing::{store, trouble};
use crate::platform::state::{Answer, Attribute, Capability, Failure, Op};
use crate::text;

use super::trees::{AFTER_BEGIN, ATTRIBUTES, Payload, known_attributes};
use super::{own_trees, scope, wake};

/// How long what was read is good.
const GOOD: Duration = Duration::days(7);
/// When it is tried again after a failure.
const AFTER_FAILURE: Duration = Duration::days(1);
/// A run that lasts longer is begun anew: it would mix what is old with what is new.
const RUN_MAX: Duration = Duration::days(1);
/// Calls of one attempt, and how long it goes on: a shop's pushes wait behind it.
const CALLS: usize = 40;
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);
/// Categories of one write.
const ROWS: usize = 500;

/// Notes why a tree could not be read, and ends the job by the failure's class.
async fn failed(app: &App, line: &mut Line, place: (String, String), failure: &Failure) -> Result<Outcome> {
    let now = app.clock.now();
    let issue = failure.issues().into_iter().next().unwrap_or_else(|| trouble::unreachable(failure));
    app.db
        .write("category.failed", move |tx| {
            if let Some(row) = store::tree(tx.conn(), &place.0, &place.1)? {
                let due_at = now.plus(AFTER_FAILURE);
                store::save_tree(tx, &store::Tree { due_at, issue: Some(Json::of(&issue)), ..row })?;
            }
            Ok(())
        })
        .await?;
    line.fail(failure).await
}

/// The run that goes on, or a new one.
fn run_of(tx: &mut Tx<'_>, (key, scope): (&str, &str), now: Instant) -> Result<Instant> {
    let row = store::tree(tx.conn(), key, scope)?;
    let open = row.as_ref().and_then(|row| {
        let started = row.started_at?;
        let goes_on = row.finished_at.is_none_or(|end| end < started) && now.since(started) < RUN_MAX;
        goes_on.then_some(started)
    });
    if let Some(started) = open {
        return Ok(started);
    }
    let finished_at = row.and_then(|row| row.finished_at);
    let (platform, scope) = (key.to_owned(), scope.to_owned());
    let due_at = now.plus(AFTER_BEGIN);
    store::save_tree(
        tx,
        &store::Tree { platform, scope, started_at: Some(now), finished_at, due_at, issue: None },
    )?;
    Ok(now)
}

/// The job that reads a category tree, level by level. What is read stays readable meanwhile; a run goes on where the
/// last attempt ended, and what a finished run has not seen is forgotten.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn read_categories(app: &App, job: &Job) -> Result<Outcome> {
    let mut line = match Line::open(app, job.payload::<Payload>()?.shop_id).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let platform = line.adapter().descriptor();
    let (key, scope) = (platform.key, scope(platform.key, Some(line.shop_id())));
    let (at, now) = (scope.clone(), app.clock.now());
    let run = app.db.write("category.begin", move |tx| run_of(tx, (key, &at), now)).await?;
    let started = Tick::now();
    for _ in 0..CALLS {
        let at = scope.clone();
        let next = app.db.read("category.next", move |conn| {
            let begun = store::any_of_run(conn, key, &at, run)?;
            Ok((begun, store::to_expand(conn, key, &at, run)?))
        });
        let asked = match next.await? {
            (true, None) => return finish(app, &mut line, (key, scope), run).await,
            (_, asked) => asked,
        };
        let op = Op::Categories { parent: asked.as_ref().map(|(id, _)| id.clone()) };
        let found = match line.call(None, &op).await? {
            Ok(Answer::Categories(found)) => found,
            Ok(_) => return Err(Error::internal("the wrong kind of answer to categories")),
            Err(failure) => return failed(app, &mut line, (key.to_owned(), scope), &failure).await,
        };
        let above = asked.as_ref().map(|(id, path)| (id.as_str(), path.as_str()));
        let mut planted = growing::planted(above, found);
        if !own_trees(platform) {
            // In a shop of one's own a product may stand in any category, also in one with others below it.
            planted.iter_mut().for_each(|row| row.expanded |= row.leaf);
        }
        if asked.is_none() && planted.is_empty() {
            return finish(app, &mut line, (key, scope), run).await;
        }
        keep(app, &mut line, (key, &scope), asked, planted, run).await?;
        if started.elapsed() > BUSY {
            break;
        }
    }
    Ok(Outcome::Wait { detail: "the tree goes on".to_owned(), after: Duration::milliseconds(1) })
}

/// Keeps one reply; the category it answers to counts as read with the last part of it.
async fn keep(
    app: &App,
    line: &mut Line,
    (key, scope): (&'static str, &str),
    asked: Option<(String, String)>,
    mut planted: Vec<Planted>,
    run: Instant,
) -> Result<()> {
    loop {
        let rest = planted.split_off(planted.len().min(ROWS));
        let (rows, last) = (std::mem::replace(&mut planted, rest), planted.is_empty());
        let (note, at) = (line.note_success(), scope.to_owned());
        let read = asked.as_ref().filter(|_| last).map(|(id, _)| id.clone());
        app.db
            .write("category.keep", move |tx| {
                note.store(tx)?;
                for row in rows.clone() {
                    store::plant(tx, (key, &at), row, run)?;
                }
                read.as_deref().map_or(Ok(()), |id| store::set_expanded(tx, (key, &at), id))
            })
            .await?;
        if last {
            return Ok(());
        }
    }
}

async fn finish(
    app: &App,
    line: &mut Line,
    (key, scope): (&'static str, String),
    run: Instant,
) -> Result<Outcome> {
    let (note, now, shop) = (line.note_success(), app.clock.now(), line.shop_id());
    app.db
        .write("category.finish", move |tx| {
            note.store(tx)?;
            store::forget_unseen(tx, (key, &scope), run)?;
            let (platform, scope) = (key.to_owned(), scope.clone());
            let tree = store::Tree {
                platform,
                scope,
                started_at: Some(run),
                finished_at: Some(now),
                due_at: now.plus(GOOD),
                issue: None,
            };
            store::save_tree(tx, &tree)?;
            if next_category(tx.conn(), key, now)?.is_some() {
                let job = NewJob { kind: ATTRIBUTES, lane: shop.as_str(), run_at: now };
                jobs::ensure(tx, &job, &Payload { shop_id: shop, category: None }, now)?;
            }
            // Whether their categories are still there is told with what listings want.
            wake::enqueue(tx, key, None, None, now)?;
            Ok(Outcome::Done("the tree is read".to_owned()))
        })
        .await
}

/// The next category of the maps whose attributes were not read in the last week.
pub(super) fn next_category(conn: &mut Conn, key: &str, now: Instant) -> Result<Option<String>> {
    let mut ids = store::mapped_categories(conn, key)?;
    if let Some(row) = store::map(conn, key, "", None)? {
        ids.extend(row.map.get::<CategoryMap>()?.into_values());
    }
    let rows = store::categories_of(conn, &[key.to_owned()], &ids)?;
    let old = |at: Option<Instant>| at.is_none_or(|at| at <= now.plus(-GOOD));
    Ok(rows
        .into_iter()
        .find(|row| row.scope.is_empty() && row.leaf && old(row.attributes_at))
        .map(|row| row.id))
}

/// The job that reads attributes: of one category, or of those that the maps name.
///
/// # Errors
/// Faults of the database or the vault; the job is then tried again.
pub async fn read_attributes(app: &App, job: &Job) -> Result<Outcome> {
    let Payload { shop_id, category } = job.payload()?;
    let mut line = match Line::open(app, shop_id).await? {
        Ok(line) => line,
        Err(shut) => return Ok(shut.outcome()),
    };
    let platform = line.adapter().descriptor();
    if !platform.capabilities.contains(&Capability::AttributeLookup) {
        return Ok(Outcome::Done("the platform gives no attributes".to_owned()));
    }
    let (key, started) = (platform.key, Tick::now());
    for _ in 0..CALLS {
        let now = app.clock.now();
        let next = match &category {
            Some(one) => Some(one.clone()),
            None => app.db.read("category.next", move |conn| next_category(conn, key, now)).await?,
        };
        let Some(next) = next else { return Ok(Outcome::Done("the attributes are read".to_owned())) };
        let found = match line.call(None, &Op::Attributes { category: next.clone() }).await? {
            Ok(Answer::Attributes(found)) => found,
            Ok(_) => return Err(Error::internal("the wrong kind of answer to attributes")),
            Err(failure) => return line.fail(&failure).await,
        };
        let found = sound(found);
        let note = line.note_success();
        app.db
            .write("category.attributes", move |tx| {
                note.store(tx)?;
                let before = known_attributes(tx.conn(), key, &next)?;
                store::save_attributes(tx, key, &next, &found, now)?;
                if before != found {
                    wake::enqueue(tx, key, None, Some(next.clone()), now)?;
                }
                Ok(())
            })
            .await?;
        if category.is_some() {
            return Ok(Outcome::Done("the attributes are read".to_owned()));
        }
        if started.elapsed() > BUSY {
            break;
        }
    }
    Ok(Outcome::Wait { detail: "the attributes go on".to_owned(), after: Duration::milliseconds(1) })
}

/// Attributes that can be kept: each id once, no control characters.
fn sound(found: Vec<Attribute>) -> Vec<Attribute> {
    let mut seen = std::collections::BTreeSet::new();
    let clean = |text: &str| text::tidy(text).chars().take(500).collect::<String>();
    let mut kept = Vec::with_capacity(found.len());
    for Attribute { id, name, required, values } in found {
        let id = clean(&id);
        if !id.is_empty() && seen.insert(id.clone()) {
            let values = values.iter().map(|(id, value)| (clean(id), clean(value))).collect();
            kept.push(Attribute { id, name: clean(&name), required, values });
        }
    }
    kept
}
