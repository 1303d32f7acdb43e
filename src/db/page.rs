//! Pages of a list: a limit and an opaque cursor that holds the sort key of the last row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result};

/// The most rows a page may have.
pub const MAX: i64 = 100;
/// Rows of a page when nothing is said.
pub const DEFAULT: i64 = 20;

/// Which page is wanted: `K` is the sort key of the last row of the page before.
#[derive(Clone, Debug)]
pub struct Want<K> {
    /// Rows per page, 1 to 100.
    pub limit: i64,
    /// Rows after this key.
    pub after: Option<K>,
}

impl<K: DeserializeOwned> Want<K> {
    /// Reads `limit` and `cursor` of a query.
    ///
    /// # Errors
    /// `request.bad_query`, `request.bad_cursor`.
    pub fn of(limit: Option<i64>, cursor: Option<&str>) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT);
        if !(1..=MAX).contains(&limit) {
            return Err(Error::told(
                Code::BadQuery,
                format!("limit phải từ 1 đến {MAX}."),
                format!("limit must be from 1 to {MAX}."),
            ));
        }
        let after = cursor.map(decode).transpose()?;
        Ok(Self { limit, after })
    }
}

impl<K> Want<K> {
    /// How many rows to ask for: one more than the page, to know whether another follows.
    pub fn fetch(&self) -> i64 {
        self.limit + 1
    }
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|e| Error::new(Code::BadCursor).because(e))?;
    // No sort key holds a NUL; PostgreSQL takes none in a text.
    if bytes.windows(6).any(|w| w == br"\u0000") {
        return Err(Error::new(Code::BadCursor));
    }
    serde_json::from_slice(&bytes).map_err(|e| Error::new(Code::BadCursor).because(e))
}

/// A page of rows and the cursor of the next one.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts the rows fetched with [`Want::fetch`] to a page; `key` is a row's sort key.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, want: &Want<K>, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(want.limit).unwrap_or(20);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some(last) if more => {
                serde_json::to_vec(&key(last)).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
            }
            _ => None,
        };
        Self { data: rows, next }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(f).collect(), next: self.next }
    }
}
