//! `[providers.egress]`: how every provider is called.

use serde::Deserialize;

use super::Complaint;

/// Limits and rules of the calls to providers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Egress {
    /// Milliseconds until a connection must stand, name lookup and TLS included.
    pub connect_timeout_ms: u64,
    /// Milliseconds until one call must be answered in full.
    pub call_timeout_ms: u64,
    /// Milliseconds for everything one conversion asks of its provider, retries included.
    pub total_timeout_ms: u64,
    /// How many calls may be under way to one provider at a time.
    pub max_in_flight: usize,
    /// Milliseconds a call waits for its turn when that many are under way; then it is refused.
    pub queue_ms: u64,
    /// Whether loopback and private addresses, IP addresses in place of host names, and plain http
    /// are allowed. For tests, the sandbox, and an emulator on the premises only.
    pub allow_private_network: bool,
}

impl Default for Egress {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 1500,
            call_timeout_ms: 3000,
            total_timeout_ms: 5000,
            max_in_flight: 512,
            queue_ms: 100,
            allow_private_network: false,
        }
    }
}

impl Egress {
    pub(super) fn validate(&self, wrong: &mut Vec<Complaint>) {
        let mut want = |fine: bool, key: &str, mend: &str| {
            if !fine {
                wrong.push((format!("egress.{key}"), mend.to_owned()));
            }
        };
        let Self { connect_timeout_ms, call_timeout_ms, total_timeout_ms, .. } = *self;
        want(
            (1..=call_timeout_ms).contains(&connect_timeout_ms),
            "connect_timeout_ms",
            "must be at least 1 and at most call_timeout_ms",
        );
        want(
            (call_timeout_ms..=60_000).contains(&total_timeout_ms),
            "total_timeout_ms",
            "must be at least call_timeout_ms and at most 60000",
        );
        want((1..=10_000).contains(&self.max_in_flight), "max_in_flight", "must be 1 to 10000");
        want(self.queue_ms <= total_timeout_ms, "queue_ms", "must be at most total_timeout_ms");
    }

    pub(super) fn warnings(&self, odd: &mut Vec<Complaint>) {
        if self.allow_private_network {
            odd.push((
                "egress.allow_private_network".to_owned(),
                "providers may be addresses of the private network; turn it off in production"
                    .to_owned(),
            ));
        }
    }
}
