//! A moment in UTC, to the microsecond: what both databases store and the API prints as RFC 3339 with `Z`.

use std::fmt;
use std::io::Write as _;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, truncated to microseconds so that a value reads back from either database as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub struct Instant(NaiveDateTime);

impl Instant {
    /// The moment of a date and time in UTC.
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.naive_utc().trunc_subsecs(6))
    }

    /// Midnight at the start of a civil day in Viet Nam.
    pub fn start_of_day(date: NaiveDate) -> Self {
        Self(date.and_time(chrono::NaiveTime::MIN) - VIET_NAM)
    }

    /// The civil date in Viet Nam (Asia/Ho_Chi_Minh, UTC+7 all year since 1975), in which legal deadlines run.
    pub fn date(self) -> NaiveDate {
        (self.0 + VIET_NAM).date()
    }

    /// This moment as a UTC date and time.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// This moment moved by a span; stays itself when the result would leave the calendar.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.checked_add_signed(span).unwrap_or(self.0))
    }

    /// The span from `earlier` to this moment.
    pub fn since(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }
}

/// Viet Nam keeps UTC+7 with no daylight saving time.
const VIET_NAM: Duration = Duration::hours(7);

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // On the stack: lists serialise many of these.
        let mut buffer = [0u8; 40];
        let mut rest: &mut [u8] = &mut buffer;
        write!(rest, "{self}").map_err(serde::ser::Error::custom)?;
        let unused = rest.len();
        let used = buffer.len() - unused;
        let text = buffer.get(..used).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        s.serialize_str(text)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        DateTime::<Utc>::deserialize(d).map(Self::from_utc)
    }
}

impl utoipa::PartialSchema for Instant {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .examples([serde_json::json!("2026-05-22T02:00:00.000000Z")])
            .into()
    }
}

impl utoipa::ToSchema for Instant {}

impl<DB: Backend> FromSql<Timestamp, DB> for Instant
where
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(raw).map(Self)
    }
}

impl<DB: Backend> ToSql<Timestamp, DB> for Instant
where
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_viet_nam_begins_at_17_hours_utc() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 22).unwrap();
        let start = Instant::start_of_day(day);
        assert_eq!(start.to_string(), "2026-05-21T17:00:00.000000Z");
        assert_eq!(start.date(), day);
        assert_eq!(start.plus(Duration::microseconds(-1)).date(), day.pred_opt().unwrap());
        assert_eq!(serde_json::to_string(&start).unwrap(), "\"2026-05-21T17:00:00.000000Z\"");
    }
}
