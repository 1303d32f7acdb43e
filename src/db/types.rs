//! Column types the portable subset lacks: JSON in a Text column.

use std::fmt::Write as _;

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Text, Timestamp};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::instant::Instant;

/// A JSON document in a Text column, kept as its text: parse with [`Json::get`], make with [`Json::of`].
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Json(String);

impl Json {
    /// The text of a value. Values of this crate have string keys, so this cannot fail in practice; a failure is
    /// kept as JSON null and found by the reader.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Self(serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()))
    }

    /// The value of the text.
    pub fn get<T: DeserializeOwned>(&self) -> crate::error::Result<T> {
        serde_json::from_str(&self.0).map_err(crate::error::Error::internal)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<DB: Backend> FromSql<Text, DB> for Json
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(raw).map(Self)
    }
}

impl<DB: Backend> ToSql<Text, DB> for Json
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl FromSql<Timestamp, Sqlite> for Instant {
    fn from_sql(raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(raw)?;
        Self::from_sqlite(&text).ok_or_else(|| format!("{text:?} is no moment of ours").into())
    }
}

impl FromSql<Timestamp, Pg> for Instant {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <NaiveDateTime as FromSql<Timestamp, Pg>>::from_sql(raw).map(Self::from)
    }
}

impl FromSql<Timestamp, super::conn::MultiBackend> for Instant {
    fn from_sql(raw: <super::conn::MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        raw.from_sql::<Self, Timestamp>()
    }
}

/// Bytes as lower-case hexadecimal: digests are stored as text.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
