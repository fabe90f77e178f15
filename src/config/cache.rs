//! The `[cache]` section: how long what was read of tokens and clients need not be read again.

use serde::Deserialize;

use super::problem::{Finding, within};

/// What is remembered of tokens and clients. It never outlives a revocation: see ADR 0020.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// Seconds after which it is read again in any case; 0 remembers nothing.
    pub seconds: u32,
    /// Tokens, and as many introspected tokens and clients, that are remembered at most.
    pub entries: u32,
}

impl Default for Cache {
    fn default() -> Self {
        Self { seconds: 5, entries: 10_000 }
    }
}

impl Cache {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            within("seconds", self.seconds, 0..=10),
            within("entries", self.entries, 1..=1_000_000),
        ];
        checks.into_iter().flatten().collect()
    }
}
