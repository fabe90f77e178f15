//! Password hashes, on threads of their own: a flood of logins never delays a bearer check (R10).

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{App, lanes::Lanes};
use crate::{
    config::hashing::Hashing as Options,
    crypto::{
        password_hash::{self, HashParameters, Verdict},
        room,
    },
    domain::password::Password,
    error::{Fault, Outcome},
    meters::{Meters, Queue, Spread, Stopwatch},
};

/// The threads and what they hash with.
pub(super) struct Hashing {
    lanes: Lanes,
    meter: Queue,
    took: Spread,
    /// One permit a thread: waiting for a permit can be given up, a queued job cannot.
    free: Semaphore,
    /// One permit for everybody who is served or waits.
    room: Semaphore,
    wait: Duration,
    parameters: HashParameters,
}

impl Hashing {
    pub(super) fn start(options: &Options, cores: usize, meters: &Meters) -> Result<Self, Fault> {
        let threads = options.threads_on(cores);
        let wait = Duration::from_millis(options.wait_ms.into());
        Ok(Self {
            lanes: Lanes::start("hashing", (threads, threads), wait, room::give_back)?,
            meter: meters.hashing.clone(),
            took: meters.hash.clone(),
            free: Semaphore::new(threads),
            room: Semaphore::new(threads + options.queue),
            wait,
            parameters: HashParameters {
                memory_kib: options.memory_kib,
                iterations: options.iterations,
                parallelism: options.parallelism,
            },
        })
    }

    /// A place in the queue; "try later" when it is full.
    pub(super) fn room(&self) -> Result<Room<'_>, Fault> {
        self.room.try_acquire().map(Room).map_err(|_full| self.busy())
    }

    fn busy(&self) -> Fault {
        self.meter.turned_away();
        Fault::unavailable("all hash threads are busy")
    }

    /// Runs a hash when a thread is free; "try later" when none is free in time.
    async fn run<T: Send + 'static>(
        &self,
        _room: &Room<'_>,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let span = tracing::info_span!(target: "spans", "hash");
        let ticket = self.meter.enter();
        let _thread = timeout(self.wait, self.free.acquire())
            .await
            .map_err(|_elapsed| self.busy())?
            .map_err(|cause| Fault::because("the hash threads are closed", cause))?;
        ticket.served();
        let began = Stopwatch::start();
        let done = self.lanes.run(move || span.in_scope(job)).await;
        self.took.took(began.elapsed());
        done
    }
}

/// A place in the queue of the hash threads.
pub(super) struct Room<'a>(#[expect(dead_code, reason = "held, not read")] SemaphorePermit<'a>);

/// What came of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is right.
    Right,
    /// It is right, but stored in a form that should be replaced.
    RightButWeak,
    /// It is wrong, or there is none.
    Wrong,
}

impl App {
    /// Hashes a password on the hash threads.
    pub async fn hash(&self, password: &Password) -> Outcome<String> {
        self.hash_in(&self.0.hashing.room()?, password).await
    }

    /// The same in a place of the queue that is held already.
    pub(super) async fn hash_in(&self, room: &Room<'_>, password: &Password) -> Outcome<String> {
        let hashing = &self.0.hashing;
        let parameters = hashing.parameters;
        let password = password.clone();
        let shared = Arc::clone(&self.0.shared);
        let hash = hashing
            .run(room, move || password_hash::hash(&password, &parameters, shared.entropy.as_ref()))
            .await??;
        Ok(hash)
    }

    /// Hashes a password on this thread, for the command line.
    pub fn hash_now(&self, password: &Password) -> Outcome<String> {
        let entropy = self.0.shared.entropy.as_ref();
        Ok(password_hash::hash(password, &self.0.hashing.parameters, entropy)?)
    }

    /// Checks a password against a stored form on the hash threads; without a stored form it does the
    /// same work and finds it wrong (R12).
    pub(super) async fn check_in(
        &self,
        room: &Room<'_>,
        password: &Password,
        stored: Option<&str>,
    ) -> Outcome<PasswordCheck> {
        let hashing = &self.0.hashing;
        let parameters = hashing.parameters;
        let password = password.clone();
        let stored = stored.map(str::to_owned);
        let verdict = hashing
            .run(room, move || {
                if let Some(stored) = stored {
                    return password_hash::verify(&password, &stored, &parameters);
                }
                password_hash::dummy_work(&password, &parameters);
                Verdict::Wrong
            })
            .await?;
        Ok(match verdict {
            Verdict::Right => PasswordCheck::Right,
            Verdict::RightButWeak => PasswordCheck::RightButWeak,
            Verdict::Wrong => PasswordCheck::Wrong,
        })
    }
}
