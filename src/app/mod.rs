//! The staircase: the only ways from a door down to a deed and to the outside world.
//!
//! A deed runs on a lane, with one reading of the clock and one connection. What is slow, a hash or a
//! provider, runs between two deeds, with no connection in hand.

mod audit;
mod client_proof;
mod conversion;
mod deeds;
mod freshness;
mod hashing;
mod introspection;
mod keys;
mod lanes;
mod limits;
mod logins;
mod memory;
mod nodes;
mod passwords;
mod policy;
mod principals;
mod sealed;
mod writer;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::Notify;
use tracing::Instrument as _;

use self::{
    audit::{Clerk, Undone, whence},
    deeds::Shared,
    freshness::Freshness,
    hashing::Hashing,
    lanes::Lanes,
    limits::Limits,
    memory::Memory,
    writer::Writer,
};
pub use self::{
    conversion::Conversion, hashing::PasswordCheck, introspection::KnownToken, memory::Remembered,
    principals::Known,
};
use crate::{
    clock::Clock,
    config::Config,
    domain::{
        audit::Whence,
        policy::Policy,
        provider::{ProviderCredential, ProviderIdentity, ProviderName},
    },
    entropy::Entropy,
    error::{Error, Fault, Outcome, Refusal},
    meters::Meters,
    providers::Registry,
    store::{
        AnyConnection,
        open::{Backend, Store, StoreOptions},
    },
    usecases::{Ctx, Verdict, keys as signing_keys},
};

/// Everything the doors need; cheap to clone, one per process.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    lanes: Lanes,
    writes: Writes,
    hashing: Hashing,
    limits: Limits,
    providers: Registry,
    stopping: AtomicBool,
    published: Mutex<Arc<Vec<Value>>>,
    /// Whether anything is remembered, so that others have to be heard.
    remembers: bool,
}

/// How writes are grouped: on `SQLite` by the one writer, on PostgreSQL each in its own transaction.
enum Writes {
    Together(Writer),
    Apart,
}

/// How often a deed that met another one is tried.
const TRIES: usize = 4;

impl App {
    /// Opens the store, starts the lanes, and prepares the providers. Connects to nothing yet.
    pub fn build(
        config: &Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Fault> {
        let store = Store::open(&store_options(config))?;
        let backend = store.backend();
        let queue = config.database.queue;
        let patience = Duration::from_millis(config.database.acquire_timeout_ms.into());
        let limits = Limits::new(&config.limits, &clock);
        let fresh = Arc::new(Freshness::new(backend == Backend::Postgres));
        let longest = TimeDelta::seconds(config.cache.seconds.into());
        let entries = usize::try_from(config.cache.entries).unwrap_or(usize::MAX);
        let meters = Meters::new(backend.word());
        let cache = |name| meters.house.cache(name);
        let (principals, live) = (cache("principals"), cache("introspection"));
        let (proven, origins) = (cache("clients"), cache("origins"));
        let shared = Arc::new(Shared {
            store: store.clone(),
            meters,
            clerk: Clerk::new(config.audit.refused_per_minute),
            clock,
            entropy,
            policy: policy::from(config)?,
            keys: keys::from(config)?,
            letter_waits: Notify::new(),
            principals: Memory::new(&fresh, longest, entries, principals),
            live: Memory::new(&fresh, longest, entries, live),
            clients: Memory::new(&fresh, longest, entries, proven),
            origins: Memory::new(&fresh, longest, 1, origins),
            fresh: Arc::clone(&fresh),
        });
        let writes = match backend {
            Backend::Sqlite => {
                let batch = config.database.group_commit_max;
                let meters = &shared.meters;
                Writes::Together(Writer::start((store, fresh), batch, queue, patience, meters)?)
            }
            Backend::Postgres => Writes::Apart,
        };
        let threads = config.database.threads_on(cores());
        let lanes = Lanes::start("database", (threads, queue), patience, || ())?;
        let meters = &shared.meters;
        Ok(Self(Arc::new(Inner {
            lanes: lanes.counted(meters.database.clone()),
            writes,
            hashing: Hashing::start(&config.hashing, cores(), meters)?,
            limits,
            providers: Registry::build(&config.providers, &meters.providers)?,
            shared,
            stopping: AtomicBool::new(false),
            published: Mutex::default(),
            remembers: longest > TimeDelta::zero(),
        })))
    }

    /// Runs a deed that only reads.
    pub async fn read<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Ctx<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.read_at(self.now(), deed).await
    }

    /// The same at the instant of a request that has been read already.
    async fn read_at<T: Send + 'static>(
        &self,
        now: DateTime<Utc>,
        deed: impl FnOnce(&mut Ctx<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let at = (now, whence());
        let shared = Arc::clone(&self.0.shared);
        let span = tracing::info_span!(target: "spans", "database read");
        let reading = move |left| span.in_scope(|| shared.read(at, left, deed));
        self.0.lanes.run_within(reading).await?
    }

    /// Runs a deed that writes, in a transaction of its own: `Ok` is kept, `Err` is dropped. A deed that
    /// met another one is run again from the start, so it must not have effects outside the store.
    pub async fn write<T: Send + 'static>(
        &self,
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let deed = Arc::new(deed);
        let at = (self.now(), whence());
        let mut tries = 1;
        loop {
            match self.write_once(at, Arc::clone(&deed)).await {
                Err(undone) if undone.is_conflict() && tries < TRIES => tries += 1,
                other => return other.map_err(|undone| self.undone(undone)),
            }
            self.meters().commits.conflicts.inc();
        }
    }

    /// Runs a deed whose refusal must be kept, too.
    pub async fn settle<T: Send + 'static>(
        &self,
        deed: impl Fn(&mut Ctx<'_>) -> Outcome<Verdict<T>> + Send + Sync + 'static,
    ) -> Outcome<T> {
        self.write(deed).await?.settle()
    }

    /// The configured provider of that name or alias.
    pub fn provider(&self, name: &str) -> Outcome<ProviderName> {
        let known = self.0.providers.resolve(name).cloned();
        known.ok_or_else(|| Refusal::UnknownProvider.into())
    }

    /// Asks a provider whose credential this is. The one call that leaves the house on behalf of a caller.
    pub async fn identify(
        &self,
        provider: &ProviderName,
        shown: &ProviderCredential,
    ) -> Outcome<ProviderIdentity> {
        self.0.providers.identify(provider, shown, self.now()).await
    }

    /// Asks a provider whose a code is that came back from its own page.
    pub async fn redeem(
        &self,
        provider: &ProviderName,
        code: &ProviderCredential,
    ) -> Outcome<ProviderIdentity> {
        self.0.providers.redeem(provider, code, self.now()).await
    }

    /// What the providers' part of the configuration says.
    pub fn providers(&self) -> &Registry {
        &self.0.providers
    }

    /// The rules of this installation.
    pub fn policy(&self) -> &Policy {
        &self.0.shared.policy
    }

    /// The present instant of the house.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.shared.clock.now()
    }

    /// Where unpredictable bytes come from.
    pub fn entropy(&self) -> &dyn Entropy {
        self.0.shared.entropy.as_ref()
    }

    /// The store, for bringing its tables up to date.
    pub fn store(&self) -> &Store {
        &self.0.shared.store
    }

    /// Whether there is a key to seal with: without it there is no OpenID Connect, and there are no pages.
    pub fn keeps_keys(&self) -> bool {
        self.0.shared.keys.sealing.is_some()
    }

    /// The keys that verify our signatures; made, if there are none. While the store cannot be asked, those
    /// that were published last.
    pub async fn published_keys(&self) -> Outcome<Arc<Vec<Value>>> {
        let last = || self.0.published.lock().unwrap_or_else(PoisonError::into_inner);
        let mut asked = self.read(signing_keys::published).await;
        if asked.as_ref().is_ok_and(Vec::is_empty) {
            self.write(signing_keys::ensure).await?;
            asked = self.read(signing_keys::published).await;
        }
        match asked {
            Ok(keys) => *last() = Arc::new(keys),
            Err(Error::Fault(Fault::Unavailable { .. })) if !last().is_empty() => {}
            Err(other) => return Err(other),
        }
        Ok(Arc::clone(&last()))
    }

    /// What is counted in this process.
    pub fn meters(&self) -> &Meters {
        &self.0.shared.meters
    }

    /// From now on this process says that it is not ready; it serves all the same.
    pub fn begin_to_stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Waits until a letter has been put into the outbox of this process.
    pub async fn letter_waits(&self) {
        self.0.shared.letter_waits.notified().await;
    }

    /// The same staircase for the command line: one deed, in its transaction, on this thread. What it has ended
    /// is accepted nowhere any more when it returns.
    pub fn run_now<T>(&self, deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>) -> Outcome<T> {
        let before = self.0.shared.fresh.note();
        let done = self.transact_now(deed);
        if self.0.remembers && self.0.shared.fresh.note() != before {
            self.0.shared.fresh.let_pass(freshness::ELSEWHERE);
        }
        done
    }

    fn transact_now<T>(&self, deed: impl Fn(&mut Ctx<'_>) -> Outcome<T>) -> Outcome<T> {
        let at = (self.now(), Whence::OPERATOR);
        let mut tries = 1;
        loop {
            // Nobody waits for it but whoever typed the command.
            let lent = self.0.shared.store.writer().inspect(|loan| loan.take_your_time());
            match self.0.shared.transact(lent, at, &deed) {
                Err(undone) if undone.is_conflict() && tries < TRIES => tries += 1,
                other => return other.map_err(|undone| self.undone(undone)),
            }
        }
    }

    async fn write_once<T: Send + 'static>(
        &self,
        at: (DateTime<Utc>, Whence),
        deed: Arc<impl Fn(&mut Ctx<'_>) -> Outcome<T> + Send + Sync + 'static>,
    ) -> Result<T, Undone> {
        let shared = Arc::clone(&self.0.shared);
        let span = tracing::info_span!(target: "spans", "database write");
        match &self.0.writes {
            Writes::Apart => {
                let done = move |left| {
                    span.in_scope(|| shared.transact(shared.store.writer_within(left), at, &*deed))
                };
                self.0.lanes.run_within(done).await?
            }
            Writes::Together(writer) => {
                let done = {
                    let shared = Arc::clone(&shared);
                    let its = span.clone();
                    let job = move |conn: &mut AnyConnection| {
                        its.in_scope(|| shared.deed(conn, at, &*deed))
                    };
                    // The commit is waited for in it, too.
                    writer.run(job).instrument(span).await
                };
                let (value, letter_waits) = done?;
                shared.wake(letter_waits);
                Ok(value)
            }
        }
    }
}

/// How to reach the database of these settings.
pub fn store_options(config: &Config) -> StoreOptions {
    let database = &config.database;
    StoreOptions {
        url: database.url.expose_secret().to_owned(),
        connections: u32::try_from(database.threads_on(cores())).unwrap_or(u32::MAX),
        acquire_ms: database.acquire_timeout_ms.into(),
        statement_ms: database.statement_timeout_ms.into(),
        lock_ms: database.lock_timeout_ms.into(),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
