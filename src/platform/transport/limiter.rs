//! How many requests a second: one counter per shop and bucket, or per host where the contract counts those; and how many
//! a minute, one counter per platform, where the contract counts what comes from our address.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::platform::state::{Class, Failure, Rate};

/// Counters that are full again are thrown away above this number.
const KEYS_MAX: usize = 10_000;

type Counters = Arc<DefaultKeyedRateLimiter<String>>;

/// The counters.
#[derive(Debug)]
pub(super) struct Limiter {
    /// By requests per second.
    by_speed: Mutex<HashMap<NonZeroU32, Counters>>,
    /// Of our address, by bucket.
    shared: HashMap<&'static str, DefaultDirectRateLimiter>,
    default: Option<NonZeroU32>,
    wait: Duration,
}

/// Never more than `most` in any minute, wherever that minute begins: what may come at once and what is added while a
/// minute passes are that together. Most of it is spread evenly.
fn a_minute(most: NonZeroU32) -> Quota {
    let at_once = NonZeroU32::new(most.get() / 4).unwrap_or(NonZeroU32::MIN);
    let added = NonZeroU32::new(most.get() - at_once.get()).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(added).allow_burst(at_once)
}

impl Limiter {
    /// `shared` names the requests a minute of each bucket that belongs to our address. Without a default no limit of
    /// that kind is held either: so tests and measurements want it.
    pub(super) fn new(
        default: Option<NonZeroU32>,
        shared: impl IntoIterator<Item = (&'static str, u32)>,
        wait: Duration,
    ) -> Self {
        let counter = |(bucket, most)| Some((bucket, RateLimiter::direct(a_minute(NonZeroU32::new(most)?))));
        let shared = shared.into_iter().filter(|_| default.is_some()).filter_map(counter).collect();
        Self { by_speed: Mutex::new(HashMap::new()), shared, default, wait }
    }

    /// Waits for the request's turn.
    pub(super) async fn wait(&self, shop_key: &str, host: &str, rate: Rate) -> Result<(), Failure> {
        if let Some(counter) = self.shared.get(rate.bucket) {
            return self.turn(counter.until_ready(), "too many requests wait for this platform").await;
        }
        let speed =
            rate.per_second.and_then(NonZeroU32::new).or(self.default).filter(|_| self.default.is_some());
        let Some(speed) = speed else { return Ok(()) };
        let counters = self.counters(speed);
        let key = if rate.per_host {
            format!("host {host} {}", rate.bucket)
        } else {
            format!("shop {shop_key} {}", rate.bucket)
        };
        self.turn(counters.until_key_ready(&key), "too many requests wait for this shop").await
    }

    /// A turn that does not come in time puts the call back: no worker is held longer.
    async fn turn(&self, ready: impl Future, late: &str) -> Result<(), Failure> {
        tokio::time::timeout(self.wait, ready).await.map(|_| ()).map_err(|_| {
            let after = Some(self.wait.max(Duration::from_secs(1)));
            Failure::new(Class::RateLimited { after }, "transport.own_limit", late)
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
        let limiter = Limiter::new(NonZeroU32::new(10_000), [("p", 40)], Duration::ZERO);
        assert!(limiter.wait("a", "h", DATA).await.is_ok());
        assert!(limiter.wait("b", "h", DATA).await.is_ok());
        let refused = limiter.wait("a", "h", DATA).await.unwrap_err();
        assert!(matches!(refused.class, Class::RateLimited { after: Some(_) }));
        assert!(limiter.wait("a", "h", LOGIN).await.is_ok());
        assert!(limiter.wait("b", "h", LOGIN).await.is_err());
        assert!(limiter.wait("b", "other", LOGIN).await.is_ok());
    }

    const SHARED: Rate = Rate { bucket: "p", per_second: None, per_host: false };

    #[tokio::test]
    async fn all_shops_of_a_platform_share_what_our_address_may() {
        let limiter = Limiter::new(NonZeroU32::new(10_000), [("p", 40)], Duration::from_millis(50));
        for shop in 0..10 {
            let (shop, host) = (format!("shop {shop}"), format!("h{shop}.example"));
            assert!(limiter.wait(&shop, &host, SHARED).await.is_ok(), "{shop}");
        }
        let begun = std::time::Instant::now();
        let refused = limiter.wait("another", "another.example", SHARED).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(1), "it is put back when the wait is over");
        assert!(matches!(refused.class, Class::RateLimited { after: Some(_) }));
        assert_eq!(refused.code, "transport.own_limit");
        assert!(limiter.wait("shop 1", "h", Rate { bucket: "data", ..SHARED }).await.is_ok());
    }

    #[test]
    fn no_minute_holds_more_than_the_contract_allows() {
        for most in [2, 3, 7, 40, 60, 1_000] {
            let quota = a_minute(NonZeroU32::new(most).unwrap());
            let added = Duration::from_secs(60).as_nanos() / quota.replenish_interval().as_nanos();
            assert!(u128::from(quota.burst_size().get()) + added <= u128::from(most) + 1, "{quota:?}");
        }
        let quota = a_minute(NonZeroU32::new(40).unwrap());
        assert_eq!((quota.burst_size().get(), quota.replenish_interval()), (10, Duration::from_secs(2)));
    }

    #[tokio::test]
    async fn without_a_limit_nothing_waits() {
        let limiter = Limiter::new(None, [("p", 40)], Duration::ZERO);
        for _ in 0..100 {
            assert!(limiter.wait("a", "h", Rate { bucket: "data", ..SHARED }).await.is_ok());
            assert!(limiter.wait("a", "h", SHARED).await.is_ok());
        }
    }
}
