//! The audit trail: who did what to which record, chained by hashes so that a changed or missing row shows.
//!
//! Entries are written in the transaction of the change itself. Values are those of the record without personal data
//! and secrets: callers pass what they would show an auditor.

use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::actor::Actor;
use crate::both;
use crate::db::schema::audit_entries;
use crate::db::types::hex;
use crate::db::{Conn, Json, Tx, dialect};
use crate::error::Result;
use crate::ids::AuditId;
use crate::instant::Instant;

/// An entry on its way to the trail.
#[derive(Clone, Debug)]
pub struct Entry {
    at: Instant,
    actor: String,
    op: &'static str,
    pub(crate) subject_id: String,
    before: Option<Json>,
    after: Option<Json>,
    request_id: Option<String>,
}

/// Notes a change in the trail. `before` and `after` are what an auditor may see of the record.
pub fn record<B: Serialize, A: Serialize>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    op: &'static str,
    subject_id: &str,
    before: Option<&B>,
    after: Option<&A>,
    now: Instant,
) {
    tx.collect_audit(Entry {
        at: now,
        actor: actor.name(),
        op,
        subject_id: subject_id.to_owned(),
        before: before.map(Json::of),
        after: after.map(Json::of),
        request_id: actor.request_id.clone(),
    });
}

/// An entry of the trail.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub struct Row {
    /// Place in the chain, from 1.
    pub seq: i64,
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who: an account's id, or `system:…`.
    pub actor: String,
    /// What, e.g. `product.create`.
    pub op: String,
    /// To which record.
    pub subject_id: String,
    /// The record before.
    pub before: Option<Json>,
    /// The record after.
    pub after: Option<Json>,
    /// In which request.
    pub request_id: Option<String>,
    /// SHA-256 over the previous entry's hash and this entry, in hexadecimal.
    pub hash: String,
}

fn chain(previous: &str, row: &Row) -> String {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        // Length first, so that no two different entries give the same bytes.
        digest.update(u64::try_from(text.len()).unwrap_or_default().to_be_bytes());
        digest.update(text);
    };
    part(previous);
    part(&row.seq.to_string());
    part(row.id.as_str());
    part(&row.at.to_string());
    part(&row.actor);
    part(&row.op);
    part(&row.subject_id);
    part(row.before.as_ref().map_or("", Json::as_str));
    part(row.after.as_ref().map_or("", Json::as_str));
    part(row.request_id.as_deref().unwrap_or_default());
    hex(&digest.finalize())
}

/// Appends the collected entries. The seam calls this, in the order of commits.
pub(crate) fn flush(conn: &mut Conn, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let last: Option<(i64, String)> = audit_entries::table
        .order(audit_entries::seq.desc())
        .select((audit_entries::seq, audit_entries::hash))
        .first(conn)
        .optional()?;
    let (mut seq, mut previous) = last.unwrap_or((0, String::new()));
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        let mut row = Row {
            seq,
            id: AuditId::new(),
            at: entry.at,
            actor: entry.actor.clone(),
            op: entry.op.to_owned(),
            subject_id: entry.subject_id.clone(),
            before: entry.before.clone(),
            after: entry.after.clone(),
            request_id: entry.request_id.clone(),
            hash: String::new(),
        };
        row.hash = chain(&previous, &row);
        previous.clone_from(&row.hash);
        rows.push(row);
    }
    for few in rows.chunks(dialect::AT_ONCE) {
        match few {
            // Its statement is kept prepared.
            [one] => diesel::insert_into(audit_entries::table).values(one).execute(conn)?,
            _ => both!(conn, execute, diesel::insert_into(audit_entries::table).values(few))?,
        };
    }
    Ok(())
}

/// The result of walking the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Entries walked.
    pub entries: i64,
    /// The first entry whose hash or place does not fit; `null` when the chain holds.
    pub broken_at: Option<i64>,
}

/// Walks the whole chain.
///
/// # Errors
/// Faults of the database.
pub fn verify(conn: &mut Conn) -> Result<Verdict> {
    let mut previous = String::new();
    let mut seq = 0;
    loop {
        let rows: Vec<Row> = audit_entries::table
            .filter(audit_entries::seq.gt(seq))
            .order(audit_entries::seq.asc())
            .limit(1000)
            .select(Row::as_select())
            .load(conn)?;
        if rows.is_empty() {
            return Ok(Verdict { entries: seq, broken_at: None });
        }
        for row in rows {
            if row.seq != seq + 1 || chain(&previous, &row) != row.hash {
                return Ok(Verdict { entries: seq, broken_at: Some(row.seq) });
            }
            seq = row.seq;
            previous = row.hash;
        }
    }
}
