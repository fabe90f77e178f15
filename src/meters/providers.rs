//! What providers answered.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::Spread;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    provider: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    provider: String,
    outcome: &'static str,
}

type Times = Family<Labels, Spread, fn() -> Spread>;

/// Of every provider.
#[derive(Debug)]
pub struct Providers {
    outcomes: Family<OutcomeLabels, Counter>,
    times: Times,
    open: Family<Labels, Gauge>,
}

impl Default for Providers {
    fn default() -> Self {
        let times = Times::new_with_constructor(Spread::of_time);
        Self { outcomes: Family::default(), times, open: Family::default() }
    }
}

impl Providers {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register(
            "provider_questions",
            "Questions to a provider, by what came of them",
            new.outcomes.clone(),
        );
        registry.register(
            "provider_question_duration_seconds",
            "How long questions to a provider took, all calls of one together",
            new.times.clone(),
        );
        registry.register(
            "provider_breaker_open",
            "Hosts of a provider that are left alone because they failed too often",
            new.open.clone(),
        );
        new
    }

    /// The counters of one provider; asked for once, and held.
    pub fn named(&self, provider: &str) -> Provider {
        let labels = Labels { provider: provider.to_owned() };
        Provider {
            name: provider.to_owned(),
            outcomes: self.outcomes.clone(),
            times: self.times.get_or_create_owned(&labels),
            open: self.open.get_or_create_owned(&labels),
        }
    }
}

/// Of one provider.
#[derive(Debug, Clone)]
pub struct Provider {
    name: String,
    outcomes: Family<OutcomeLabels, Counter>,
    times: Spread,
    open: Gauge,
}

impl Provider {
    /// What came of a question, as a word of the source, and how long it took.
    pub fn asked(&self, outcome: &'static str, took: Duration) {
        // A call over the network has just been made: the name may be copied.
        let labels = OutcomeLabels { provider: self.name.clone(), outcome };
        self.outcomes.get_or_create(&labels).inc();
        self.times.took(took);
    }

    /// How many of its hosts are left alone.
    pub fn open_breakers(&self, hosts: usize) {
        self.open.set(i64::try_from(hosts).unwrap_or(i64::MAX));
    }
}
