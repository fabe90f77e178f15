//! What goes on beside requests: letters, clearing away, tasks, caches, and which program this is.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// One label.
macro_rules! labelled {
    ($labels:ident, $($name:ident),+) => {
        #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        struct $labels { $($name: &'static str),+ }
    };
}

labelled!(StateLabels, state);
labelled!(OutcomeLabels, outcome);
labelled!(TaskLabels, task);
labelled!(EventLabels, event);
labelled!(CacheLabels, cache, outcome);
labelled!(BuildLabels, version, database);

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// The next in the chain has it.
    Sent,
    /// It is tried again later.
    PutBack,
    /// It is set aside.
    Parked,
}

/// Of the house.
#[derive(Debug)]
pub struct House {
    /// 1 while the database answers, as far as was seen when the metrics were read.
    pub database_up: Gauge,
    waiting: Family<StateLabels, Gauge>,
    oldest: Gauge,
    letters: Family<OutcomeLabels, Counter>,
    /// Rows that were cleared away.
    pub pruned: Counter,
    /// Spans that no collector has got.
    pub lost_spans: Counter,
    restarts: Family<TaskLabels, Counter>,
    events: Family<EventLabels, Counter>,
    caches: Family<CacheLabels, Counter>,
    listening: Family<TaskLabels, Gauge>,
}

impl House {
    pub(super) fn registered(registry: &mut Registry, database: &'static str) -> Self {
        let new = Self {
            database_up: Gauge::default(),
            waiting: Family::default(),
            oldest: Gauge::default(),
            letters: Family::default(),
            pruned: Counter::default(),
            lost_spans: Counter::default(),
            restarts: Family::default(),
            events: Family::default(),
            caches: Family::default(),
            listening: Family::default(),
        };
        let build = Family::<BuildLabels, Gauge>::default();
        build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION"), database }).set(1);
        registry.register("build_info", "Which program this is; always 1", build);
        new.register(registry);
        new
    }

    fn register(&self, registry: &mut Registry) {
        registry.register(
            "database_up",
            "Whether the database answered when these numbers were read",
            self.database_up.clone(),
        );
        registry.register(
            "outbox_letters",
            "Letters in the outbox: due, put back for later, or parked",
            self.waiting.clone(),
        );
        registry.register(
            "outbox_oldest_age_seconds",
            "Seconds since the oldest letter that is not parked was asked for",
            self.oldest.clone(),
        );
        registry.register("letters", "Letters, by what became of a try", self.letters.clone());
        registry.register("pruned_rows", "Rows that were cleared away", self.pruned.clone());
        registry.register(
            "lost_spans",
            "Spans of traces that no collector has got",
            self.lost_spans.clone(),
        );
        registry.register(
            "task_restarts",
            "Tasks beside the server that broke down and were started again",
            self.restarts.clone(),
        );
        registry.register(
            "audit_events",
            "Events, whether they were written one by one or by their number",
            self.events.clone(),
        );
        registry.register(
            "cache_lookups",
            "Looks into a cache, by whether it was there",
            self.caches.clone(),
        );
        registry.register(
            "listener_connected",
            "Whether a task that listens to the database hears it",
            self.listening.clone(),
        );
    }

    /// What is in the outbox, and how long the oldest letter has been waiting there, in seconds.
    pub fn outbox(&self, due: i64, later: i64, parked: i64, oldest: i64) {
        for (state, letters) in [("due", due), ("later", later), ("parked", parked)] {
            self.waiting.get_or_create(&StateLabels { state }).set(letters);
        }
        self.oldest.set(oldest);
    }

    /// What became of a letter.
    pub fn letter(&self, became: Letter) {
        let outcome = match became {
            Letter::Sent => "sent",
            Letter::PutBack => "put_back",
            Letter::Parked => "parked",
        };
        self.letters.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// A task broke down and is started again.
    pub fn restarted(&self, task: &'static str) {
        self.restarts.get_or_create(&TaskLabels { task }).inc();
    }

    /// An event was told.
    pub fn event(&self, event: &'static str) {
        self.events.get_or_create(&EventLabels { event }).inc();
    }

    /// The counters of a cache; asked for once, and held.
    pub fn cache(&self, cache: &'static str) -> Cache {
        let counter = |outcome| self.caches.get_or_create_owned(&CacheLabels { cache, outcome });
        Cache { hits: counter("hit"), misses: counter("miss") }
    }

    /// Whether that task hears the database; asked for once, and set whenever it changes.
    pub fn listener(&self, task: &'static str) -> Gauge {
        self.listening.get_or_create_owned(&TaskLabels { task })
    }
}

/// Of one cache.
#[derive(Debug, Clone)]
pub struct Cache {
    hits: Counter,
    misses: Counter,
}

impl Cache {
    /// It was there.
    pub fn hit(&self) {
        self.hits.inc();
    }

    /// How often it was there.
    pub fn hits(&self) -> u64 {
        self.hits.get()
    }

    /// It was not, or was not good any more.
    pub fn miss(&self) {
        self.misses.inc();
    }
}

#[cfg(test)]
mod tests {
    use crate::meters::Meters;

    #[test]
    fn a_cache_tells_hits_from_misses() {
        let meters = Meters::new("sqlite");
        let cache = meters.house.cache("principals");
        cache.hit();
        cache.hit();
        cache.miss();
        meters.house.listener("ended").set(1);
        let text = meters.text().expect("a text");
        for line in [
            "cambio_cache_lookups_total{cache=\"principals\",outcome=\"hit\"} 2",
            "cambio_cache_lookups_total{cache=\"principals\",outcome=\"miss\"} 1",
            "cambio_listener_connected{task=\"ended\"} 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        }
    }
}
