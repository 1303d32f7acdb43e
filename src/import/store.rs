//! Which row of a list became which record.

use diesel::prelude::*;

use crate::db::schema::import_keys;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::instant::Instant;

/// The record a row became, and the digest of the row then.
pub(super) fn find(conn: &mut Conn, kind: &str, key: &str) -> Result<Option<(String, String)>> {
    Ok(import_keys::table
        .find((kind, key))
        .select((import_keys::subject_id, import_keys::content))
        .first(conn)
        .optional()?)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    kind: &str,
    key: &str,
    subject_id: &str,
    content: &str,
    now: Instant,
) -> Result<()> {
    diesel::insert_into(import_keys::table)
        .values((
            import_keys::kind.eq(kind),
            import_keys::key.eq(key),
            import_keys::subject_id.eq(subject_id),
            import_keys::content.eq(content),
            import_keys::imported_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}
