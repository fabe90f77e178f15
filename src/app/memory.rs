//! What was read not long ago, so that it need not be read again: bounded, for a few seconds, and only as long as
//! nothing that it hangs on has ended.

use std::{hash::Hash, ops::Deref, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;

use super::freshness::{Freshness, Noted, Ties};
use crate::meters::Cache as Meter;

/// Something read from the store, and how long it counts.
#[derive(Debug)]
pub struct Remembered<V> {
    value: V,
    ties: Ties,
    noted: Noted,
    read_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl<V> Deref for Remembered<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> Remembered<V> {
    /// Something read at that instant, after the number was taken down, which is over by itself at `until`.
    pub(super) fn new(
        value: V,
        ties: Ties,
        noted: Noted,
        (read_at, until): (DateTime<Utc>, Option<DateTime<Utc>>),
    ) -> Arc<Self> {
        Arc::new(Self { value, ties, noted, read_at, until })
    }

    /// Whether it counts then: a clock that was put back makes it older than it can be, and it does not.
    fn is_young(&self, now: DateTime<Utc>, longest: TimeDelta) -> bool {
        let age = now - self.read_at;
        let is_over = self.until.is_some_and(|end| end <= now);
        age >= TimeDelta::zero() && age < longest && !is_over
    }
}

/// A memory of one kind of thing.
pub(super) struct Memory<K, V> {
    kept: Option<Cache<K, Arc<Remembered<V>>>>,
    fresh: Arc<Freshness>,
    longest: TimeDelta,
    meter: Meter,
}

impl<K: Eq + Hash, V> Memory<K, V> {
    /// A memory of so many entries, for so long; of no time at all it remembers nothing.
    pub(super) fn new(
        fresh: &Arc<Freshness>,
        longest: TimeDelta,
        entries: usize,
        meter: Meter,
    ) -> Self {
        Self {
            kept: (longest > TimeDelta::zero()).then(|| Cache::new(entries)),
            fresh: Arc::clone(fresh),
            longest,
            meter,
        }
    }

    /// What is remembered under the key and counts.
    pub(super) fn find(&self, key: &K, now: DateTime<Utc>) -> Option<Arc<Remembered<V>>> {
        let kept = self.kept.as_ref()?;
        let found = self.counting(kept, key, now);
        if found.is_some() {
            self.meter.hit();
        } else {
            self.meter.miss();
        }
        found
    }

    fn counting(
        &self,
        kept: &Cache<K, Arc<Remembered<V>>>,
        key: &K,
        now: DateTime<Utc>,
    ) -> Option<Arc<Remembered<V>>> {
        // In this order: what others had ended by the moment from which it is trusted has its number by now.
        if !self.fresh.is_trusted() {
            return None;
        }
        let known = kept.get(key)?;
        let counts =
            known.is_young(now, self.longest) && self.fresh.holds(known.noted, &known.ties);
        counts.then_some(known)
    }

    /// Remembers it from now on.
    pub(super) fn keep(&self, key: K, known: &Arc<Remembered<V>>) {
        if let Some(kept) = &self.kept {
            kept.insert(key, Arc::clone(known));
        }
    }

    /// How often something was found.
    pub(super) fn found(&self) -> u64 {
        self.meter.hits()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Freshness, Memory, Remembered, Ties};
    use crate::{
        domain::{account::AccountId, ended::Ended},
        meters::Meters,
    };

    const TIES: Ties =
        Ties { account: Some(AccountId(1)), family: None, client: None, any_client: false };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + seconds, 0).expect("an instant")
    }

    fn memory(entries: usize, seconds: i64) -> (Arc<Freshness>, Memory<u32, &'static str>) {
        let fresh = Arc::new(Freshness::new(false));
        fresh.trust_from(fresh.moment());
        let meter = Meters::new("sqlite").house.cache("test");
        let memory = Memory::new(&fresh, TimeDelta::seconds(seconds), entries, meter);
        (fresh, memory)
    }

    #[test]
    fn it_counts_for_its_time_and_never_past_its_own_end() {
        let (fresh, memory) = memory(10, 5);
        memory.keep(1, &Remembered::new("a", TIES, fresh.note(), (at(0), None)));
        memory.keep(2, &Remembered::new("b", TIES, fresh.note(), (at(0), Some(at(3)))));
        for (key, now, counts) in [
            (1, at(0), true),
            (1, at(4), true),
            (1, at(5), false),
            (1, at(-1), false),
            (2, at(2), true),
            (2, at(3), false),
            (3, at(0), false),
        ] {
            fresh.trust_from(fresh.moment());
            assert_eq!(memory.find(&key, now).is_some(), counts, "{key} at {now}");
        }
    }

    #[test]
    fn what_was_read_before_a_sweep_is_not_found_after_it_however_late_it_was_kept() {
        let (fresh, memory) = memory(10, 5);
        let noted = fresh.note();
        fresh.end(&[Ended::Account(AccountId(1))]);
        memory.keep(1, &Remembered::new("stale", TIES, noted, (at(0), None)));
        assert!(memory.find(&1, at(0)).is_none());
    }

    #[test]
    fn it_is_bounded_and_without_time_it_remembers_nothing() {
        let (fresh, small) = memory(10, 5);
        for key in 0..1000 {
            small.keep(key, &Remembered::new("x", TIES, fresh.note(), (at(0), None)));
        }
        fresh.trust_from(fresh.moment());
        assert!((0..1000).filter(|key| small.find(key, at(0)).is_some()).count() <= 16);
        let (fresh, none) = memory(10, 0);
        none.keep(1, &Remembered::new("x", TIES, fresh.note(), (at(0), None)));
        assert!(none.find(&1, at(0)).is_none());
    }
}
