//! The meaning of an HTTP status where the body says nothing better, and of `Retry-After`.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Class, Failure, HttpReply};

/// Shortest wait after a 429 or 503: a zero would make a tight loop.
pub const WAIT_MIN: Duration = Duration::from_secs(1);
/// Longest wait that a platform can make us keep: a mistaken header must not stop a shop for days.
pub const WAIT_MAX: Duration = Duration::from_secs(3600);

impl HttpReply {
    /// The wait of `Retry-After` (RFC 9110, 10.2.3) in seconds or as a date, clamped to [`WAIT_MIN`]..[`WAIT_MAX`].
    /// A date is measured against the reply's own `Date`, so our clock does not matter.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        let wait = if let Ok(seconds) = value.parse::<u64>() {
            Duration::from_secs(seconds)
        } else if let Some(seconds) = decimal(value) {
            Duration::from_secs(seconds)
        } else if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
            WAIT_MAX
        } else {
            let span = http_date(value)? - http_date(self.header("date")?)?;
            span.to_std().unwrap_or(Duration::ZERO)
        };
        Some(wait.clamp(WAIT_MIN, WAIT_MAX))
    }

    /// What the status alone says; `None` for 2xx.
    pub fn status_failure(&self, write: bool) -> Option<Failure> {
        let failure =
            |class, code| Failure::new(class, code, format!("the platform answered {}", self.status));
        let failure = match self.status {
            200..=299 => return None,
            300..=399 => failure(Class::NeedsAction, "http.redirect"),
            401 => failure(Class::Auth { refreshable: true }, "http.unauthorized"),
            403 => failure(Class::NeedsAction, "http.forbidden"),
            404 | 410 => failure(Class::Permanent, "http.not_found"),
            408 => Failure::unknown_end(write, "http.timeout", "the platform gave up waiting"),
            429 => failure(Class::RateLimited { after: self.retry_after() }, "http.too_many_requests"),
            501 | 505 => failure(Class::Permanent, "http.not_implemented"),
            // A gateway may answer 5xx after the write behind it went through.
            500..=599 => Failure::unknown_end(
                write,
                "http.server_error",
                format!("the platform answered {}", self.status),
            ),
            _ => failure(Class::Permanent, "http.refused"),
        };
        let request_id =
            ["x-request-id", "x-correlation-id", "request-id"].iter().find_map(|name| self.header(name));
        Some(Failure {
            request_id: request_id.map(|id| id.chars().take(100).collect()),
            ..failure.with_status(self.status)
        })
    }
}

/// Seconds written as a decimal ("2.0"), which is not in the RFC and sent all the same; rounded up.
fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let more = u64::from(fraction.bytes().any(|byte| byte != b'0'));
    whole.parse::<u64>().ok().filter(|_| digits)?.checked_add(more)
}

/// The IMF-fixdate of RFC 9110, which is RFC 2822 with a fixed zone name.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&str, &str)]) -> HttpReply {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        HttpReply { status, headers, body: Vec::new() }
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_clamped() {
        let wait = |headers: &[(&str, &str)]| reply(429, headers).retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "0")]), Some(1));
        assert_eq!(wait(&[("retry-after", "2.0")]), Some(2));
        assert_eq!(wait(&[("retry-after", "2.05")]), Some(3));
        assert_eq!(wait(&[("retry-after", "2.x")]), None);
        assert_eq!(wait(&[("retry-after", "86400")]), Some(3600));
        assert_eq!(wait(&[("retry-after", "99999999999999999999999999")]), Some(3600));
        let date = ("date", "Sat, 21 Nov 2026 07:00:00 GMT");
        assert_eq!(wait(&[date, ("retry-after", "Sat, 21 Nov 2026 07:01:30 GMT")]), Some(90));
        assert_eq!(wait(&[date, ("retry-after", "Sat, 21 Nov 2026 06:00:00 GMT")]), Some(1));
        assert_eq!(wait(&[("retry-after", "Sat, 21 Nov 2026 07:01:30 GMT")]), None);
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn each_status_has_its_class() {
        let class = |status, write| reply(status, &[]).status_failure(write).map(|failure| failure.class);
        assert_eq!(class(204, true), None);
        assert_eq!(class(302, false), Some(Class::NeedsAction));
        assert_eq!(class(401, false), Some(Class::Auth { refreshable: true }));
        assert_eq!(class(403, false), Some(Class::NeedsAction));
        assert_eq!(class(422, true), Some(Class::Permanent));
        assert_eq!(class(429, true), Some(Class::RateLimited { after: None }));
        assert_eq!(class(500, false), Some(Class::Retryable));
        assert_eq!(class(502, true), Some(Class::Ambiguous));
        assert_eq!(class(501, true), Some(Class::Permanent));
        assert_eq!(class(42, true), Some(Class::Permanent));
    }
}
