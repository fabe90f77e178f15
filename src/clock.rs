//! The wall clock, handed in. The only place that reads it.

use chrono::{DateTime, Utc};

/// Tells the time. One reading per request, taken at the door.
pub trait Clock: Send + Sync {
    /// The present instant, cut to whole microseconds (the databases keep no more).
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one legal reading of the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        whole_micros(Utc::now())
    }
}

/// Cuts an instant to whole microseconds.
pub fn whole_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}
