//! Hosts that do not answer. A call that times out holds a worker all that time, whatever shop it is for: after some in a
//! row nobody is sent there for a while but one that looks, so that one platform that hangs does not slow the others.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use crate::platform::state::{Class, Failure};

/// Time-outs in a row after which a host is left alone.
const PATIENCE: u32 = 3;
/// How often the pause doubles.
const DOUBLED: u32 = 4;

/// What a failure says that is no answer.
pub(super) const TIMEOUTS: [&str; 2] = ["transport.timeout", "transport.connect_timeout"];

/// A host as it is told apart: with its port.
pub(super) fn name(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

#[derive(Clone, Copy, Debug)]
struct Silent {
    timeouts: u32,
    until: Option<Instant>,
}

/// The hosts whose last call was not answered.
#[derive(Debug)]
pub(super) struct Breaker {
    pause: Duration,
    hosts: Mutex<HashMap<String, Silent>>,
}

impl Breaker {
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, hosts: Mutex::default() }
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Silent>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may go there now. After a pause one may, and the next pause begins with it.
    ///
    /// # Errors
    /// `RateLimited` until the pause has ended: no shop is to blame.
    pub(super) fn enter(&self, host: &str, now: Instant) -> Result<(), Failure> {
        let mut hosts = self.hosts();
        let Some(silent) = hosts.get_mut(host) else { return Ok(()) };
        let Some(until) = silent.until else { return Ok(()) };
        if until > now {
            let after = Some(until.duration_since(now));
            let message = "the platform has not answered for a while; it is asked again shortly";
            return Err(Failure::new(Class::RateLimited { after }, "transport.silent", message));
        }
        silent.until = now.checked_add(self.after(silent.timeouts));
        Ok(())
    }

    /// It answered, however badly.
    pub(super) fn answered(&self, host: &str) {
        self.hosts().remove(host);
    }

    /// It did not answer in time.
    pub(super) fn silent(&self, host: &str, now: Instant) {
        let mut hosts = self.hosts();
        let silent = hosts.entry(host.to_owned()).or_insert(Silent { timeouts: 0, until: None });
        silent.timeouts = silent.timeouts.saturating_add(1);
        if silent.timeouts >= PATIENCE {
            silent.until = now.checked_add(self.after(silent.timeouts));
        }
    }

    fn after(&self, timeouts: u32) -> Duration {
        self.pause.saturating_mul(1 << timeouts.saturating_sub(PATIENCE).min(DOUBLED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);

    fn waits(breaker: &Breaker, host: &str, now: Instant) -> Option<Duration> {
        match breaker.enter(host, now).map_err(|failure| failure.class) {
            Ok(()) => None,
            Err(Class::RateLimited { after }) => after,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_host_that_is_silent_is_left_alone_and_looked_at_by_one() {
        let (breaker, now) = (Breaker::new(PAUSE), Instant::now());
        for _ in 1..PATIENCE {
            breaker.silent("a:443", now);
            assert_eq!(waits(&breaker, "a:443", now), None);
        }
        breaker.silent("a:443", now);
        assert_eq!(waits(&breaker, "a:443", now), Some(PAUSE));
        assert_eq!(waits(&breaker, "b:443", now), None, "no other host is slowed");
        let later = now + PAUSE;
        assert_eq!(waits(&breaker, "a:443", later), None, "one may look");
        assert_eq!(waits(&breaker, "a:443", later), Some(PAUSE), "and the others wait for it");
        breaker.silent("a:443", later);
        assert_eq!(waits(&breaker, "a:443", later), Some(PAUSE * 2));
        for _ in 0..20 {
            breaker.silent("a:443", later);
        }
        assert_eq!(waits(&breaker, "a:443", later), Some(PAUSE * 16), "the pause has an end");
        breaker.answered("a:443");
        assert_eq!(waits(&breaker, "a:443", later), None);
        breaker.silent("a:443", later);
        assert_eq!(waits(&breaker, "a:443", later), None, "it is counted anew");
    }
}
