//! The columns of each platform's product file: shipped as data, since no platform publishes its template, and changed
//! by an administrator once the operator has given one.

use std::collections::BTreeMap;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, Result};
use crate::instant::Instant;
use crate::platform::state::Capability;

use super::state::column::{self, Column};
use super::store;

/// The columns of one platform's product file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportColumns {
    /// In their order.
    pub columns: Vec<Column>,
    /// 0 for those that are shipped; raised by each change.
    pub version: i32,
}

/// By platform; `default` for those that are not named.
fn shipped(platform: &str) -> Result<Vec<Column>> {
    let mut all: BTreeMap<String, Vec<Column>> =
        serde_json::from_str(include_str!("export_columns.json")).map_err(Error::internal)?;
    let own = all.remove(platform).or_else(|| all.remove("default"));
    own.ok_or_else(|| Error::internal("there are no columns for a product file"))
}

/// The columns of a platform's product file.
///
/// # Errors
/// `request.not_found` where the platform takes no files.
pub fn export_columns(conn: &mut Conn, platform: &str) -> Result<ExportColumns> {
    let takes = crate::platform::descriptor(platform)
        .is_some_and(|platform| platform.capabilities.contains(&Capability::FileExport));
    if !takes {
        return Err(Error::new(Code::NotFound));
    }
    match store::columns_of(conn, platform)? {
        Some((columns, version)) => Ok(ExportColumns { columns: columns.get()?, version }),
        None => Ok(ExportColumns { columns: shipped(platform)?, version: 0 }),
    }
}

/// Changes the columns of a platform's product file.
///
/// # Errors
/// `request.not_found`, `request.stale`, `request.invalid`.
pub fn set_export_columns(
    tx: &mut Tx<'_>,
    actor: &Actor,
    platform: &str,
    version: i32,
    mut columns: Vec<Column>,
    now: Instant,
) -> Result<ExportColumns> {
    crate::db::dialect::lock(tx.conn(), "export_columns")?;
    let before = export_columns(tx.conn(), platform)?;
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    let errors = column::errors(&columns);
    if !errors.is_empty() {
        return Err(Error::invalid(errors));
    }
    for column in &mut columns {
        column.heading = column.heading.trim().to_owned();
    }
    let after = ExportColumns { columns, version: version + 1 };
    store::save_columns(tx, platform, &Json::of(&after.columns), after.version, now)?;
    let (old, new) = (&before.columns, &after.columns);
    audit::record(tx, actor, "platform.export_columns", platform, Some(old), Some(new), now);
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_that_are_shipped_are_sound() {
        for platform in ["voso", "buudien", "c_thai_nguyen", "another"] {
            assert_eq!(column::errors(&shipped(platform).unwrap()), Vec::new(), "{platform}");
        }
    }
}
