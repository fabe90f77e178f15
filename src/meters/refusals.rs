//! Who was told no, by dialect and reason.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use crate::error::Refusal;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    dialect: &'static str,
    reason: &'static str,
    why: &'static str,
}

/// Counts every "no" by the code that stands behind it.
#[derive(Debug)]
pub struct Refusals(Family<Labels, Counter>);

impl Refusals {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let all = Family::default();
        registry.register(
            "refusals",
            "Requests that were told no, by the dialect that said so, its reason and what is behind that",
            Family::clone(&all),
        );
        Self(all)
    }

    /// Notes that a dialect refused.
    pub fn refused(&self, dialect: &'static str, no: &Refusal) {
        self.note(dialect, no.word(), no.why().map_or("", |why| why.word()));
    }

    /// Notes that a dialect told of a fault of ours.
    pub fn failed(&self, dialect: &'static str) {
        self.note(dialect, "fault", "");
    }

    fn note(&self, dialect: &'static str, reason: &'static str, why: &'static str) {
        self.0.get_or_create(&Labels { dialect, reason, why }).inc();
    }
}
