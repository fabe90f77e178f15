//! Queues, commits and connections.

use std::sync::Arc;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{Spread, Stopwatch};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    queue: &'static str,
}

type Waits = Family<Labels, Spread, fn() -> Spread>;

/// The metrics that every queue has.
pub(super) struct Queues {
    waiting: Family<Labels, Gauge>,
    waited: Waits,
    turned_away: Family<Labels, Counter>,
}

impl Queues {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let (waiting, waited) = (Family::default(), Waits::new_with_constructor(Spread::of_time));
        let turned_away = Family::default();
        registry.register(
            "queue_waiting",
            "Deeds and hashes that wait for a thread",
            Family::clone(&waiting),
        );
        registry.register(
            "queue_wait_duration_seconds",
            "How long deeds and hashes waited for their thread",
            waited.clone(),
        );
        registry.register(
            "queue_turned_away",
            "Deeds and hashes answered 503: the queue was full, or no thread was free in time",
            Family::clone(&turned_away),
        );
        Self { waiting, waited, turned_away }
    }

    pub(super) fn named(&self, queue: &'static str) -> Queue {
        let labels = Labels { queue };
        Queue(Arc::new(Inner {
            waiting: self.waiting.get_or_create_owned(&labels),
            waited: self.waited.get_or_create_owned(&labels),
            turned_away: self.turned_away.get_or_create_owned(&labels),
        }))
    }
}

/// One queue.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    waiting: Gauge,
    waited: Spread,
    turned_away: Counter,
}

impl Queue {
    /// Somebody begins to wait, until the ticket is dropped.
    pub fn enter(&self) -> Ticket {
        self.0.waiting.inc();
        Ticket { queue: self.clone(), since: Stopwatch::start() }
    }

    /// Somebody was sent away.
    pub fn turned_away(&self) {
        self.0.turned_away.inc();
    }
}

/// A place in a queue.
#[derive(Debug)]
pub struct Ticket {
    queue: Queue,
    since: Stopwatch,
}

impl Ticket {
    /// It is its turn.
    pub fn served(self) {
        self.queue.0.waited.took(self.since.elapsed());
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.queue.0.waiting.dec();
    }
}

/// Transactions that were kept.
#[derive(Debug, Clone)]
pub struct Commits {
    /// How long the database took to keep one.
    pub took: Spread,
    /// How many deeds one kept.
    pub deeds: Spread,
    /// Deeds that met another one and were run again.
    pub conflicts: Counter,
}

impl Commits {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let new = Self {
            took: Spread::of_time(),
            deeds: Spread::of_numbers(),
            conflicts: Counter::default(),
        };
        registry.register(
            "commit_duration_seconds",
            "How long the database took to keep a transaction",
            new.took.clone(),
        );
        registry.register("commit_deeds", "Deeds kept by one commit", new.deeds.clone());
        registry.register(
            "deed_conflicts",
            "Deeds that met another one and were run again",
            new.conflicts.clone(),
        );
        new
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    pool: &'static str,
    state: &'static str,
}

/// Connections to the database, looked at when the metrics are read.
#[derive(Debug)]
pub struct Connections(Family<PoolLabels, Gauge>);

impl Connections {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let all = Family::default();
        registry.register(
            "database_connections",
            "Connections to the database, by pool and whether one is at work",
            Family::clone(&all),
        );
        Self(all)
    }

    /// How many connections a pool has at work and at rest.
    pub fn are(&self, pool: &'static str, busy: u32, idle: u32) {
        self.0.get_or_create(&PoolLabels { pool, state: "busy" }).set(busy.into());
        self.0.get_or_create(&PoolLabels { pool, state: "idle" }).set(idle.into());
    }
}

#[cfg(test)]
mod tests {
    use crate::meters::Meters;

    #[test]
    fn whoever_waits_is_counted_until_served_or_gone() {
        let meters = Meters::new("sqlite");
        let told = |line: &str| {
            let text = meters.text().expect("a text");
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        };
        let (one, other) = (meters.writer.enter(), meters.writer.enter());
        told("cambio_queue_waiting{queue=\"writer\"} 2");
        one.served();
        drop(other);
        told("cambio_queue_waiting{queue=\"writer\"} 0");
        told("cambio_queue_wait_duration_seconds_count{queue=\"writer\"} 1");
    }
}
