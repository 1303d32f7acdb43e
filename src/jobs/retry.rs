//! When a failed job is tried again.

use chrono::Duration;
use rand::Rng as _;

/// The schedule: the wait doubles from `base` to `cap`, with jitter, `tries` times in all.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The first wait.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
    /// Attempts in all before the job is dead.
    pub tries: i32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { base: Duration::seconds(1), cap: Duration::minutes(30), tries: 12 }
    }
}

/// The wait after attempt number `attempt` (from 1). What the other side asked for (`Retry-After`) is honoured up to
/// the cap; otherwise the wait is drawn between half and the whole of the doubled base, so that shops spread out.
pub fn delay(retry: &Retry, attempt: i32, asked: Option<Duration>) -> Duration {
    if let Some(asked) = asked {
        return asked.clamp(Duration::milliseconds(1), retry.cap);
    }
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let base = retry.base.num_milliseconds().max(1);
    let full = base.saturating_mul(1_i64 << doublings).min(retry.cap.num_milliseconds());
    Duration::milliseconds(rand::rng().random_range(full / 2..=full).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_grow_and_stay_below_the_cap(attempt in 1..40_i32, asked in proptest::option::of(0..100_000_i64)) {
            let retry = Retry::default();
            let wait = delay(&retry, attempt, asked.map(Duration::seconds));
            prop_assert!(wait > Duration::zero() && wait <= retry.cap);
            if asked.is_none() && attempt < 8 {
                prop_assert!(wait.num_milliseconds() >= 500 << (attempt - 1));
            }
        }
    }
}
