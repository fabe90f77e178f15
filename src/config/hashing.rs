//! The `[hashing]` section: what a password hash costs, and who computes it.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// Argon2id parameters, and the threads that do nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hashing {
    /// Threads that compute hashes; 0 leaves one core to everything else.
    pub threads: usize,
    /// Hashes that may wait for a thread; more are answered with 503.
    pub queue: usize,
    /// Milliseconds a hash waits for its thread; then the request is answered with 503.
    pub wait_ms: u32,
    /// KiB of memory for one hash; every thread holds as much.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub parallelism: u32,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            threads: 0,
            queue: 64,
            wait_ms: 2000,
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

impl Hashing {
    /// How many hash threads run on a machine with so many cores.
    pub fn threads_on(&self, cores: usize) -> usize {
        if self.threads == 0 { cores.saturating_sub(1).max(1) } else { self.threads }
    }

    /// Refuses anything below OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
    pub(super) fn validate(&self) -> Vec<Finding> {
        let weak = "is weaker than OWASP's minimum for Argon2id; write at least";
        let checks = [
            within("threads", self.threads, 0..=512),
            within("queue", self.queue, 1..=100_000),
            within("wait_ms", self.wait_ms, 1..=60_000),
            complain_if(self.memory_kib < 19_456, "memory_kib", &format!("{weak} 19456")),
            complain_if(self.iterations < 2, "iterations", &format!("{weak} 2")),
            complain_if(self.parallelism < 1, "parallelism", &format!("{weak} 1")),
            complain_if(
                self.memory_kib > 2_097_152,
                "memory_kib",
                "is more than 2 GiB for one hash; write at most 2097152",
            ),
            complain_if(self.iterations > 100, "iterations", "write at most 100"),
            complain_if(self.parallelism > 64, "parallelism", "write at most 64"),
        ];
        checks.into_iter().flatten().collect()
    }
}
