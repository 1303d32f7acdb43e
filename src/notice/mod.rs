//! Notices (*thông báo*): what a producer and the officers of its place are to be told, such as that a certificate ends.
//!
//! A notice is written once, in the transaction of what it tells of, and stays as it was worded. Changes of public data
//! are no notices: they stand in [`crate::event`].

pub mod http;
mod store;

use chrono::NaiveDate;

use crate::actor::Reach;
use crate::db::page::{Page, Want};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{NoticeId, ProducerId};
use crate::instant::Instant;

pub use store::Notice;

/// What is to be told.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// What it is about, such as `certificate.expiring`.
    pub kind: &'static str,
    /// The record it is about.
    pub subject_id: &'a str,
    /// The producer that is told.
    pub producer_id: ProducerId,
    /// The commune whose officers are told.
    pub commune_code: Option<String>,
    /// The province whose officers are told.
    pub province_code: String,
    /// The words in Vietnamese and English.
    pub text: (String, String),
    /// The day that matters in it.
    pub due_on: Option<NaiveDate>,
}

/// Writes a notice.
///
/// # Errors
/// Faults of the database.
pub fn tell(tx: &mut Tx<'_>, new: NewNotice<'_>, now: Instant) -> Result<()> {
    store::insert(tx, &[row(new, now)])
}

/// Writes many notices at once, in their order.
///
/// # Errors
/// Faults of the database.
pub fn tell_all<'a>(
    tx: &mut Tx<'_>,
    new: impl IntoIterator<Item = NewNotice<'a>>,
    now: Instant,
) -> Result<()> {
    let rows: Vec<_> = new.into_iter().map(|new| row(new, now)).collect();
    store::insert(tx, &rows)
}

fn row(new: NewNotice<'_>, now: Instant) -> Notice {
    let NewNotice { kind, subject_id, producer_id, commune_code, province_code, text, due_on } = new;
    Notice {
        id: NoticeId::new(),
        kind: kind.to_owned(),
        subject_id: subject_id.to_owned(),
        producer_id,
        commune_code,
        province_code,
        text_vi: text.0,
        text_en: text.1,
        due_on,
        created_at: now,
    }
}

/// The notices somebody is told, the newest first.
///
/// # Errors
/// Faults of the database.
pub fn list(
    conn: &mut Conn,
    reach: &Reach,
    subject: Option<&str>,
    want: &Want<NoticeId>,
) -> Result<Page<Notice>> {
    store::list(conn, reach, subject, want)
}
