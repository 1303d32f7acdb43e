//! A moment in UTC, to the microsecond: what both databases store and the API prints as RFC 3339 with `Z`.

use std::fmt;

use chrono::{
    DateTime, Datelike as _, Duration, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Timelike as _, Utc,
};
use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
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
        Self(date.and_time(NaiveTime::MIN) - VIET_NAM)
    }

    /// The civil date in Viet Nam (Asia/Ho_Chi_Minh, UTC+7 all year since 1975), in which legal deadlines run.
    pub fn date(self) -> NaiveDate {
        (self.0 + VIET_NAM).date()
    }

    /// The time of day in Viet Nam.
    pub fn time(self) -> NaiveTime {
        (self.0 + VIET_NAM).time()
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

    /// Microseconds since 1970.
    pub fn unix_micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }
}

/// Viet Nam keeps UTC+7 with no daylight saving time.
const VIET_NAM: Duration = Duration::hours(7);

/// Writes a number with leading zeros.
fn digits(out: Option<&mut [u8]>, mut n: u32) {
    for slot in out.into_iter().flatten().rev() {
        *slot = b'0' + u8::try_from(n % 10).unwrap_or_default();
        n /= 10;
    }
}

/// Reads digits.
fn number(text: Option<&[u8]>) -> Option<u32> {
    text?.iter().try_fold(0_u32, |n, c| {
        let digit = c.checked_sub(b'0').filter(|digit| *digit < 10)?;
        n.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

impl Instant {
    /// RFC 3339 without chrono's format strings, which lists would spend a third of their time on; `None` outside of
    /// the years 0 to 9999.
    fn plain(self) -> Option<[u8; 27]> {
        let (date, time) = (self.0.date(), self.0.time());
        let year = u32::try_from(date.year()).ok().filter(|year| *year < 10_000)?;
        let mut out = *b"0000-00-00T00:00:00.000000Z";
        digits(out.get_mut(0..4), year);
        digits(out.get_mut(5..7), date.month());
        digits(out.get_mut(8..10), date.day());
        digits(out.get_mut(11..13), time.hour());
        digits(out.get_mut(14..16), time.minute());
        digits(out.get_mut(17..19), time.second());
        digits(out.get_mut(20..26), time.nanosecond() / 1000 % 1_000_000);
        Some(out)
    }

    /// Reads what SQLite keeps, `2026-05-22 02:00:00.123456` with or without a fraction, as fast as [`Self::plain`]
    /// writes.
    pub(crate) fn from_sqlite(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let shape = |at: usize, c: u8| text.get(at) == Some(&c);
        if !(shape(4, b'-') && shape(7, b'-') && shape(10, b' ') && shape(13, b':') && shape(16, b':')) {
            return None;
        }
        let year = i32::try_from(number(text.get(0..4))?).ok()?;
        let date = NaiveDate::from_ymd_opt(year, number(text.get(5..7))?, number(text.get(8..10))?)?;
        let micros = match text.get(19..) {
            None => return None,
            Some([]) => 0,
            Some([b'.', fraction @ ..]) if (1..=9).contains(&fraction.len()) => {
                let places = u32::try_from(fraction.len()).ok()?;
                let scaled = u64::from(number(Some(fraction))?) * 1_000_000;
                u32::try_from(scaled / 10_u64.pow(places)).ok()?
            }
            Some(_) => return None,
        };
        let (hour, minute, second) =
            (number(text.get(11..13))?, number(text.get(14..16))?, number(text.get(17..19))?);
        Some(Self(date.and_hms_micro_opt(hour, minute, second, micros)?))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plain() {
            Some(text) => f.write_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.plain() {
            Some(text) => s.serialize_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => s.collect_str(self),
        }
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

impl From<NaiveDateTime> for Instant {
    /// The moment of a date and time in UTC.
    fn from(at: NaiveDateTime) -> Self {
        Self(at.trunc_subsecs(6))
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
    use chrono::TimeZone as _;
    use proptest::prelude::*;

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

    #[test]
    fn what_sqlite_keeps_reads_back() {
        let at = Utc.with_ymd_and_hms(2026, 5, 2, 2, 3, 4).unwrap();
        for (text, micros) in [
            ("2026-05-02 02:03:04", 0),
            ("2026-05-02 02:03:04.5", 500_000),
            ("2026-05-02 02:03:04.000120", 120),
            ("2026-05-02 02:03:04.123456789", 123_456),
        ] {
            let expected = Instant::from_utc(at + Duration::microseconds(micros));
            assert_eq!(Instant::from_sqlite(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "2026-05-02",
            "2026-05-02T02:03:04",
            "2026-13-02 02:03:04",
            "2026-05-02 02:03:04.",
            "x026-05-02 02:03:04",
        ] {
            assert_eq!(Instant::from_sqlite(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_written_as_chrono_writes_it(seconds in -62_000_000_000_i64..253_000_000_000, micros in 0..1_000_000_u32) {
            let at = DateTime::from_timestamp(seconds, micros * 1000).unwrap();
            let ours = Instant::from_utc(at);
            prop_assert_eq!(ours.to_string(), at.naive_utc().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
            let kept = at.naive_utc().format("%F %T%.f").to_string();
            prop_assert_eq!(Instant::from_sqlite(&kept), Some(ours));
        }
    }
}
