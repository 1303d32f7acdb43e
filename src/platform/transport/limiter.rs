//! How many requests a second: one counter per shop and bucket, or per host where the contract counts addresses.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::platform::state::{Class, Failure, Rate};

/// Counters that are full again are thrown away above this number.
const KEYS_MAX: usize = 10_000;

type Counters = Arc<DefaultKeyedRateLimiter<String>>;

/// The counters, by requests per second.
#[derive(Debug)]
pub(super) struct Limiter {
    by_speed: Mutex<HashMap<NonZeroU32, Counters>>,
    default: Option<NonZeroU32>,
    wait: Duration,
}

impl Limiter {
    pub(super) fn new(default: Option<NonZeroU32>, wait: Duration) -> Self {
        Self { by_speed: Mutex::new(HashMap::new()), default, wait }
    }

    /// Waits for the request's turn.
    pub(super) async fn wait(&self, shop_key: &str, host: &str, rate: Rate) -> Result<(), Failure> {
        let speed = match rate.per_second {
            Some(speed) => NonZeroU32::new(speed),
            None => self.default,
        };
        let Some(speed) = speed else { return Ok(()) };
        let counters = self.counters(speed);
        let key = if rate.per_host {
            format!("host {host} {}", rate.bucket)
        } else {
            format!("shop {shop_key} {}", rate.bucket)
        };
        tokio::time::timeout(self.wait, counters.until_key_ready(&key)).await.map_err(|_| {
            let after = Some(self.wait.max(Duration::from_secs(1)));
            Failure::new(
                Class::RateLimited { after },
                "transport.own_limit",
                "too many requests wait for this shop",
            )
        })
    }

    fn counters(&self, speed: NonZeroU32) -> Counters {
        let mut by_speed = self.by_speed.lock().unwrap_or_else(PoisonError::into_inner);
        let counters = by_speed.entry(speed).or_insert_with(|| {
            // Evenly spaced: a burst would pass twice the limit within one second of the platform's clock.
            Arc::new(RateLimiter::keyed(Quota::per_second(speed).allow_burst(NonZeroU32::MIN)))
        });
        if counters.len() > KEYS_MAX {
            counters.retain_recent();
        }
        counters.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Rate = Rate { bucket: "login", per_second: Some(1), per_host: true };
    const DATA: Rate = Rate { bucket: "data", per_second: Some(1), per_host: false };

    #[tokio::test]
    async fn shops_do_not_slow_each_other_but_share_a_limit_per_host() {
        let limiter = Limiter::new(None, Duration::ZERO);
        assert!(limiter.wait("a", "h", DATA).await.is_ok());
        assert!(limiter.wait("b", "h", DATA).await.is_ok());
        let refused = limiter.wait("a", "h", DATA).await.unwrap_err();
        assert!(matches!(refused.class, Class::RateLimited { after: Some(_) }));
        assert!(limiter.wait("a", "h", LOGIN).await.is_ok());
        assert!(limiter.wait("b", "h", LOGIN).await.is_err());
        assert!(limiter.wait("b", "other", LOGIN).await.is_ok());
    }

    #[tokio::test]
    async fn without_a_limit_nothing_waits() {
        let limiter = Limiter::new(None, Duration::ZERO);
        for _ in 0..100 {
            assert!(
                limiter
                    .wait("a", "h", Rate { bucket: "data", per_second: None, per_host: false })
                    .await
                    .is_ok()
            );
        }
    }
}
