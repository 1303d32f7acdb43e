//! Rows of communes' statuses.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::schema::commune_statuses;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::instant::Instant;

use super::state::{NewRural, Standing};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = commune_statuses, treat_none_as_default_value = false)]
struct Row {
    commune_code: String,
    position: i32,
    status: NewRural,
    since: NaiveDate,
    criteria_met: i32,
    decision: Option<String>,
    created_at: Instant,
}

impl TryFrom<Row> for Standing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            status: row.status,
            criteria_met: u8::try_from(row.criteria_met).map_err(Error::internal)?,
            since: row.since,
            decision: row.decision,
        })
    }
}

/// A commune's statuses in the order they were recorded, which is that of their dates.
pub(super) fn standings(conn: &mut Conn, commune_code: &str) -> Result<Vec<Standing>> {
    let rows: Vec<Row> = commune_statuses::table
        .filter(commune_statuses::commune_code.eq(commune_code))
        .order(commune_statuses::position.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Standing::try_from).collect()
}

/// Adds a status behind the `recorded` ones.
pub(super) fn append(
    tx: &mut Tx<'_>,
    commune_code: &str,
    recorded: usize,
    standing: &Standing,
    now: Instant,
) -> Result<()> {
    let row = Row {
        commune_code: commune_code.to_owned(),
        position: i32::try_from(recorded).map_err(Error::internal)? + 1,
        status: standing.status,
        since: standing.since,
        criteria_met: i32::from(standing.criteria_met),
        decision: standing.decision.clone(),
        created_at: now,
    };
    diesel::insert_into(commune_statuses::table).values(&row).execute(tx.conn())?;
    Ok(())
}
