//! What is counted: every metric of a process, under its name.
//!
//! Whoever counts holds a handle that was looked up once; to count is an addition to an atomic number. Labels are
//! words of the source or of the configuration, never of a request.

mod database;
mod house;
mod providers;
mod refusals;
mod requests;
mod spread;

pub use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use prometheus_client::{encoding::text, registry::Registry};

pub use self::{
    database::{Commits, Connections, Queue, Ticket},
    house::{Cache, House, Letter},
    providers::{Provider, Providers},
    refusals::Refusals,
    requests::{Requests, Route},
    spread::{Spread, Stopwatch},
};
use crate::error::Fault;

/// Everything that is counted.
#[derive(Debug)]
pub struct Meters {
    registry: Registry,
    /// Requests and their answers.
    pub requests: Requests,
    /// Who was told no, and why.
    pub refusals: Refusals,
    /// Deeds on their way to the database.
    pub database: Queue,
    /// Deeds on their way to the one writer.
    pub writer: Queue,
    /// Passwords that wait to be hashed.
    pub hashing: Queue,
    /// How long a hash takes.
    pub hash: Spread,
    /// Transactions that were kept.
    pub commits: Commits,
    /// Connections to the database.
    pub connections: Connections,
    /// What providers answered.
    pub providers: Providers,
    /// What goes on beside requests.
    pub house: House,
}

impl Meters {
    /// Everything at zero, for a process that works on that kind of database.
    pub fn new(database: &'static str) -> Self {
        let mut registry = Registry::with_prefix("cambio");
        let queues = database::Queues::registered(&mut registry);
        let hash = Spread::of_time();
        registry.register(
            "hash_duration_seconds",
            "How long computing a password hash took",
            hash.clone(),
        );
        Self {
            requests: Requests::registered(&mut registry),
            refusals: Refusals::registered(&mut registry),
            database: queues.named("database"),
            writer: queues.named("writer"),
            hashing: queues.named("hashing"),
            hash,
            commits: Commits::registered(&mut registry),
            connections: Connections::registered(&mut registry),
            providers: Providers::registered(&mut registry),
            house: House::registered(&mut registry, database),
            registry,
        }
    }

    /// All of it in the text form of `OpenMetrics` 1.0.
    pub fn text(&self) -> Result<String, Fault> {
        let mut told = String::new();
        text::encode(&mut told, &self.registry)
            .map_err(|cause| Fault::because("the metrics cannot be told", cause))?;
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use super::Meters;

    #[test]
    fn each_metric_that_is_told_says_what_it_is() {
        let text = Meters::new("sqlite").text().expect("a text");
        let types = text.lines().filter(|line| line.starts_with("# TYPE cambio_")).count();
        let helps = text.lines().filter(|line| line.starts_with("# HELP cambio_")).count();
        assert!(types > 10, "{text}");
        assert_eq!(types, helps);
        assert!(text.ends_with("# EOF\n"));
    }
}
