//! The clocks, handed in. The only place that reads them.

use std::{sync::OnceLock, time::Duration};

use chrono::{DateTime, Utc};

/// Tells the time. One reading per request, taken at the door.
pub trait Clock: Send + Sync {
    /// The present instant, cut to whole microseconds (the databases keep no more).
    fn now(&self) -> DateTime<Utc>;

    /// What has passed since some beginning. It never goes back, even where the time of day is set back; of a
    /// clock that is never set back that is its time.
    fn steady(&self) -> Duration {
        Duration::from_micros(self.now().timestamp_micros().try_into().unwrap_or_default())
    }
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// When the steady clock was first read.
static BEGINNING: OnceLock<std::time::Instant> = OnceLock::new();

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one legal reading of the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        whole_micros(Utc::now())
    }

    fn steady(&self) -> Duration {
        BEGINNING.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// Cuts an instant to whole microseconds.
pub fn whole_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}
