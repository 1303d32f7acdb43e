//! The ordered log of what changed in public data. The change feed, webhooks and caches read it.

use diesel::prelude::*;
use serde::Serialize;

use crate::both;
use crate::db::schema::events;
use crate::db::{Conn, Json, Tx, dialect};
use crate::error::Result;
use crate::ids::EventId;
use crate::instant::Instant;
use crate::text_enum;

text_enum! {
    /// What happened.
    #[schema(as = EventKind)]
    pub enum Kind {
        /// Something public appeared.
        Created = "created",
        /// Something public changed.
        Updated = "updated",
        /// Something is not public any more.
        Withdrawn = "withdrawn",
        /// A product's star changed.
        StarChanged = "star_changed",
        /// Sales figures changed.
        SalesChanged = "sales_changed",
    }
}

/// An event on its way to the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) at: Instant,
    kind: Kind,
    pub(crate) subject_id: String,
    data: Json,
}

/// Appends an event about a record to the log.
pub fn append<D: Serialize>(tx: &mut Tx<'_>, kind: Kind, subject_id: &str, data: &D, now: Instant) {
    tx.collect_event(Entry { at: now, kind, subject_id: subject_id.to_owned(), data: Json::of(data) });
}

/// An event of the log.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct Row {
    /// Place in the log, from 1, without gaps.
    pub seq: i64,
    /// Its id: the same in the feed and in webhooks.
    pub id: EventId,
    /// When.
    pub at: Instant,
    /// What.
    pub kind: Kind,
    /// To which record.
    pub subject_id: String,
    /// Details.
    pub data: Json,
}

/// The place of the last event; 0 when there is none.
///
/// # Errors
/// Faults of the database.
pub fn last(conn: &mut Conn) -> Result<i64> {
    let seq: Option<i64> =
        events::table.order(events::seq.desc()).select(events::seq).first(conn).optional()?;
    Ok(seq.unwrap_or(0))
}

/// Up to `limit` events after a place, in order.
///
/// # Errors
/// Faults of the database.
pub fn after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<Row>> {
    Ok(events::table
        .filter(events::seq.gt(seq))
        .order(events::seq.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// Up to `limit` places and records after a place, in order: for those who only forget what they know of a record.
///
/// # Errors
/// Faults of the database.
pub fn subjects_after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(events::table
        .filter(events::seq.gt(seq))
        .order(events::seq.asc())
        .limit(limit)
        .select((events::seq, events::subject_id))
        .load(conn)?)
}

/// Appends the collected events. The seam calls this, in the order of commits.
pub(crate) fn flush(conn: &mut Conn, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = |(seq, entry): (i64, &Entry)| Row {
        seq,
        id: EventId::new(),
        at: entry.at,
        kind: entry.kind,
        subject_id: entry.subject_id.clone(),
        data: entry.data.clone(),
    };
    let rows: Vec<_> = (last(conn)? + 1..).zip(entries).map(row).collect();
    for few in rows.chunks(dialect::AT_ONCE) {
        match few {
            // Its statement is kept prepared.
            [one] => diesel::insert_into(events::table).values(one).execute(conn)?,
            _ => both!(conn, execute, diesel::insert_into(events::table).values(few))?,
        };
    }
    Ok(())
}
