//! The `[prune]` section: clearing away what has expired.

use serde::Deserialize;

use super::problem::{Finding, within};

/// How often and how much is cleared. What has expired is refused whether it is cleared or not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prune {
    /// Seconds between two rounds.
    pub interval_seconds: u32,
    /// Rows deleted by one statement; a round repeats it until nothing is left.
    pub batch: u32,
}

impl Default for Prune {
    fn default() -> Self {
        Self { interval_seconds: 60, batch: 1000 }
    }
}

impl Prune {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            within("interval_seconds", self.interval_seconds, 1..=86_400),
            within("batch", self.batch, 1..=100_000),
        ];
        checks.into_iter().flatten().collect()
    }
}
