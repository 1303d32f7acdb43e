//! The time. Everything that needs it takes an [`Instant`] or a [`Clock`]; nothing else asks the system.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;

use crate::instant::Instant;

/// Where the time comes from: the system, or a hand that tests and the demo move.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands still until it is moved.
    Fixed(Arc<Mutex<Instant>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: Instant) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// The time now.
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::from_utc(chrono::Utc::now()),
            Self::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock; the system's clock is not moved.
    pub fn advance(&self, span: Duration) {
        if let Self::Fixed(at) = self {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            *at = at.plus(span);
        }
    }
}
