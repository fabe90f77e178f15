//! A clock that stands still until it is told to move.

use std::sync::atomic::{AtomicI64, Ordering};

use cambio::clock::Clock;
use chrono::{DateTime, TimeDelta, Utc};

/// Starts on a leap day at noon, 2024-02-29T12:00:00Z.
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_709_208_000_000_000))
    }
}

impl ManualClock {
    /// Moves on.
    pub fn forward(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}
