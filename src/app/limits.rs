//! Limits that this process counts by itself, in memory: how often a network or a client may call.
//!
//! They keep a flood off the threads and the database. What must hold over all nodes and restarts is counted by
//! deeds (`usecases::throttle`).

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore,
};

use super::App;
use crate::{
    clock::Clock,
    config::limits::Limits as Options,
    domain::{
        account::AccountId,
        caller::{Caller, Network},
        client::{Client, ClientId, ClientKind},
    },
    error::Refusal,
};

/// Whose calls are counted: a client's, or a network's with a client's name.
type Named = (Option<Network>, Option<ClientId>);

/// What is counted.
pub(super) struct Limits {
    logins: Limit<Network>,
    registrations: Limit<Network>,
    letters: Limit<Network>,
    codes: Limit<Network>,
    codes_of: Limit<AccountId>,
    tokens: Limit<Named>,
    secrets: Limit<Named>,
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

impl Limits {
    pub(super) fn new(options: &Options, clock: &Arc<dyn Clock>) -> Self {
        let most = |most: u32, within: Duration| Rate { most, within, burst: most };
        let on = |rate: Rate| if options.enabled { rate } else { Rate { most: 0, ..rate } };
        let logins = most(options.logins_per_minute, MINUTE);
        let codes = most(options.device_codes_per_minute, MINUTE);
        let second = most(options.token_requests_per_second, Duration::from_secs(1));
        let tokens = Rate { burst: options.token_request_burst.max(second.most), ..second };
        Self {
            logins: Limit::new(on(logins), clock),
            registrations: Limit::new(on(most(options.registrations_per_hour, HOUR)), clock),
            letters: Limit::new(on(most(options.letter_requests_per_hour, HOUR)), clock),
            codes: Limit::new(on(codes), clock),
            codes_of: Limit::new(on(codes), clock),
            tokens: Limit::new(on(tokens), clock),
            secrets: Limit::new(on(most(options.wrong_secrets_per_minute, MINUTE)), clock),
        }
    }

    /// Another login with a password.
    pub(super) fn login(&self, from: Caller) -> Result<(), Refusal> {
        self.logins.count(&from.network())
    }

    /// Another registration.
    pub(super) fn registration(&self, from: Caller) -> Result<(), Refusal> {
        self.registrations.count(&from.network())
    }

    /// Another letter asked for.
    pub(super) fn letter(&self, from: Caller) -> Result<(), Refusal> {
        self.letters.count(&from.network())
    }

    /// Another call of a client that is proven. A public one proves nothing, so that anybody could use up what is
    /// another's: each network has its own share of it.
    pub(super) fn token(&self, client: &Client, from: Caller) -> Result<(), Refusal> {
        let network = match client.kind {
            ClientKind::Confidential => None,
            ClientKind::Public => Some(from.network()),
        };
        self.tokens.count(&(network, Some(client.id.clone())))
    }

    /// Whether secrets may still be tried from there for that client.
    pub(super) fn may_prove(&self, id: Option<&ClientId>, from: Caller) -> Result<(), Refusal> {
        self.secrets.look(&(Some(from.network()), id.cloned()))
    }

    /// A secret was wrong.
    pub(super) fn wrong_secret(&self, id: Option<&ClientId>, from: Caller) -> Result<(), Refusal> {
        self.secrets.count(&(Some(from.network()), id.cloned()))
    }
}

impl App {
    /// Counts another code of a device that is typed, by the network and by who is signed in; refuses one too many.
    pub fn count_device_code(&self, from: Caller, by: AccountId) -> Result<(), Refusal> {
        let limits = &self.0.limits;
        limits.codes.count(&from.network())?;
        limits.codes_of.count(&by)
    }
}

/// How often within which time, and how many at once; 0: as often as one likes.
#[derive(Debug, Clone, Copy)]
struct Rate {
    most: u32,
    within: Duration,
    burst: u32,
}

/// Most keys of one limit that are remembered. Whoever has more networks than that is not held by a limit for each.
const KEYS: usize = 50_000;

/// A limit for each key.
struct Limit<K: Clone + Hash + Eq> {
    quota: Option<Quota>,
    clock: Steady,
    counts: RwLock<Counts<K>>,
    /// Keys that are over the limit, and until when.
    closed: Mutex<HashMap<K, Duration>>,
}

type Counts<K> = RateLimiter<K, HashMapStateStore<K>, Steady, NoOpMiddleware<Duration>>;

impl<K: Clone + Hash + Eq> Limit<K> {
    fn new(rate: Rate, clock: &Arc<dyn Clock>) -> Self {
        let quota = NonZeroU32::new(rate.burst).filter(|_| rate.most > 0).and_then(|burst| {
            let one = rate.within.checked_div(rate.most)?;
            Some(Quota::with_period(one)?.allow_burst(burst))
        });
        let clock = Steady(Arc::clone(clock));
        let counts = RwLock::new(fresh(quota, &clock));
        Self { quota, clock, counts, closed: Mutex::default() }
    }

    /// Counts one more, or says no.
    fn count(&self, key: &K) -> Result<(), Refusal> {
        if self.quota.is_none() {
            return Ok(());
        }
        self.make_room();
        let now = clock::Clock::now(&self.clock);
        let counts = self.counts.read().unwrap_or_else(PoisonError::into_inner);
        counts.check_key(key).map_err(|over| {
            let retry_after = over.wait_time_from(now);
            self.close(key, now, now + retry_after);
            Refusal::TooMany { retry_after }
        })
    }

    /// Whether it is not over the limit; nothing is counted.
    fn look(&self, key: &K) -> Result<(), Refusal> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = closed.get(key) else { return Ok(()) };
        match until.checked_sub(clock::Clock::now(&self.clock)) {
            Some(wait) if !wait.is_zero() => Err(Refusal::TooMany { retry_after: wait }),
            _ => Ok(()),
        }
    }

    fn close(&self, key: &K, now: Duration, until: Duration) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() >= KEYS {
            closed.retain(|_, until| *until > now);
        }
        if closed.len() < KEYS {
            closed.insert(key.clone(), until);
        }
    }

    /// Forgets keys that are as good as new once there are too many; all of them if that does not help.
    fn make_room(&self) {
        let is_full = || self.counts.read().unwrap_or_else(PoisonError::into_inner).len() >= KEYS;
        if !is_full() {
            return;
        }
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        counts.retain_recent();
        if counts.len() >= KEYS {
            *counts = fresh(self.quota, &self.clock);
        }
        counts.shrink_to_fit();
    }
}

fn fresh<K: Clone + Hash + Eq>(quota: Option<Quota>, clock: &Steady) -> Counts<K> {
    // Where there is no limit nothing is ever counted.
    let quota = quota.unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
    RateLimiter::new(quota, HashMapStateStore::default(), clock.clone())
}

/// The clock of the house, as the limits read it.
#[derive(Clone)]
struct Steady(Arc<dyn Clock>);

impl clock::Clock for Steady {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{HOUR, KEYS, Limit, Rate};
    use crate::clock::{Clock, SystemClock};

    fn limit(most: u32) -> Limit<usize> {
        let rate = Rate { most, within: HOUR, burst: most };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Limit::new(rate, &clock)
    }

    #[test]
    fn one_too_many_is_refused_and_stays_so_without_being_counted() {
        let limit = limit(3);
        for _ in 0..3 {
            assert!(limit.look(&1).is_ok() && limit.count(&1).is_ok());
        }
        assert!(limit.count(&1).is_err() && limit.look(&1).is_err());
        assert!(limit.count(&2).is_ok() && limit.look(&2).is_ok());
        let off = super::tests::limit(0);
        assert!((0..100).all(|_| off.count(&1).is_ok()));
    }

    #[test]
    fn more_keys_than_are_remembered_take_no_more_room() {
        let limit = limit(1);
        for key in 0..=KEYS {
            assert!(limit.count(&key).is_ok());
            let _over = limit.count(&key);
        }
        assert!(limit.counts.read().expect("counts").len() <= KEYS);
        assert!(limit.closed.lock().expect("closed").len() <= KEYS);
    }
}
