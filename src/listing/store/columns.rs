//! Rows of the columns that administrators changed.

use diesel::prelude::*;

use crate::db::schema::export_columns;
use crate::db::{Conn, Json, Tx};
use crate::error::Result;
use crate::instant::Instant;

/// The columns of a platform's product file and their version, where they were changed.
pub(in crate::listing) fn columns_of(conn: &mut Conn, platform: &str) -> Result<Option<(Json, i32)>> {
    Ok(export_columns::table
        .find(platform)
        .select((export_columns::layout, export_columns::version))
        .first(conn)
        .optional()?)
}

pub(in crate::listing) fn save_columns(
    tx: &mut Tx<'_>,
    platform: &str,
    columns: &Json,
    version: i32,
    now: Instant,
) -> Result<()> {
    let values = (
        export_columns::layout.eq(columns),
        export_columns::version.eq(version),
        export_columns::updated_at.eq(now),
    );
    let row = export_columns::table.filter(export_columns::platform.eq(platform));
    if diesel::update(row).set(values).execute(tx.conn())? == 0 {
        diesel::insert_into(export_columns::table)
            .values((export_columns::platform.eq(platform), values.0, values.1, values.2))
            .execute(tx.conn())?;
    }
    Ok(())
}
