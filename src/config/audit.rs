//! The `[audit]` section: how long events are kept.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// The events that `cambio audit` shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Days for which events are kept.
    pub keep_days: u32,
    /// Days for which events of refusals are kept.
    pub keep_refused_days: u32,
    /// Events of refusals that are written in a minute; of the others it is only counted how many there were.
    pub refused_per_minute: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { keep_days: 365, keep_refused_days: 30, refused_per_minute: 60 }
    }
}

impl Audit {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            within("keep_days", self.keep_days, 1..=3650),
            within("keep_refused_days", self.keep_refused_days, 1..=3650),
            within("refused_per_minute", self.refused_per_minute, 2..=100_000),
            complain_if(
                self.keep_refused_days > self.keep_days,
                "keep_refused_days",
                "is longer than audit.keep_days, at which every event goes; write no more than that",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}
