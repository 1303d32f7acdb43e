//! Rows of notices.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::actor::Reach;
use crate::both;
use crate::db::page::{Page, Want};
use crate::db::schema::notices;
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::ids::{NoticeId, ProducerId};
use crate::instant::Instant;
use crate::within;

/// A notice.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What it is about.
    pub kind: String,
    /// The record it is about.
    pub subject_id: String,
    /// The producer that is told.
    pub producer_id: ProducerId,
    /// The commune whose officers are told.
    pub commune_code: Option<String>,
    /// The province whose officers are told.
    pub province_code: String,
    /// The words in Vietnamese.
    pub text_vi: String,
    /// The words in English.
    pub text_en: String,
    /// The day that matters in it.
    pub due_on: Option<NaiveDate>,
    /// Written.
    pub created_at: Instant,
}

pub(super) fn insert(tx: &mut Tx<'_>, rows: &[Notice]) -> Result<()> {
    for few in rows.chunks(dialect::AT_ONCE) {
        match few {
            // Its statement is kept prepared.
            [one] => diesel::insert_into(notices::table).values(one).execute(tx.conn())?,
            _ => both!(tx.conn(), execute, diesel::insert_into(notices::table).values(few))?,
        };
    }
    Ok(())
}

pub(super) fn list(
    conn: &mut Conn,
    reach: &Reach,
    subject: Option<&str>,
    want: &Want<NoticeId>,
) -> Result<Page<Notice>> {
    let mut query = within!(notices::table.into_boxed(), notices, reach);
    if let Some(subject) = subject {
        query = query.filter(notices::subject_id.eq(subject.to_owned()));
    }
    if let Some(after) = want.after {
        query = query.filter(notices::id.lt(after));
    }
    let query = query.order(notices::id.desc()).limit(want.fetch());
    let rows = query.select(Notice::as_select()).load(conn)?;
    Ok(Page::cut(rows, want, |row| row.id))
}
