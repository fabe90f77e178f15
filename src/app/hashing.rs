//! Password hashes, on threads of their own: a flood of logins never delays a bearer check (R10).

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};

use super::{App, lanes::Lanes};
use crate::{
    config::hashing::Hashing as Options,
    crypto::password_hash::{self, HashParameters, Verdict},
    domain::{
        account::AccountId,
        audit::{Event, EventKind},
        credential::Credential,
        password::Password,
        policy::LoginField,
    },
    error::{Fault, Outcome, Refusal},
    meters::{Meters, Queue, Spread, Stopwatch},
    usecases::login::{self, Checked, Known},
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
            lanes: Lanes::start("hashing", threads, threads, wait)?,
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

    /// Runs a hash when a thread is free; "try later" when the queue is full or none is free in time.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let busy = || {
            self.meter.turned_away();
            Fault::unavailable("all hash threads are busy")
        };
        let _room = self.room.try_acquire().map_err(|_full| busy())?;
        let ticket = self.meter.enter();
        let _thread = timeout(self.wait, self.free.acquire())
            .await
            .map_err(|_elapsed| busy())?
            .map_err(|cause| Fault::because("the hash threads are closed", cause))?;
        ticket.served();
        let began = Stopwatch::start();
        let done = self.lanes.run(job).await;
        self.took.took(began.elapsed());
        done
    }
}

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
        let hashing = &self.0.hashing;
        let parameters = hashing.parameters;
        let password = password.clone();
        let shared = Arc::clone(&self.0.shared);
        let hash = hashing
            .run(move || password_hash::hash(&password, &parameters, shared.entropy.as_ref()))
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
    pub async fn check(&self, password: &Password, stored: Option<&str>) -> Outcome<PasswordCheck> {
        let hashing = &self.0.hashing;
        let parameters = hashing.parameters;
        let password = password.clone();
        let stored = stored.map(str::to_owned);
        let verdict = hashing
            .run(move || {
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

    /// Checks a name of the configured kind and a password. What it answers must still be turned into a
    /// login by a deed, which looks whether the account is active and the password unchanged.
    pub async fn check_login(&self, name: &str, password: &Password) -> Outcome<Checked> {
        self.check_login_by(self.policy().names.login, name, password).await
    }

    /// The same for a name of the given kind.
    pub async fn check_login_by(
        &self,
        by: LoginField,
        name: &str,
        password: &Password,
    ) -> Outcome<Checked> {
        let sought = name.to_owned();
        let Known(known) = self.read(move |ctx| login::look_up(ctx, &sought, by)).await?;
        let whose = known.as_ref().map(|(account, _)| *account);
        let checked = self.judge(known, password).await?;
        if checked.is_none() {
            self.tell_failed(whose, "password");
        }
        Ok(checked.ok_or(Refusal::BadLogin)?)
    }

    /// Checks the password of whoever shows the credential; `None` when it is wrong, or there is none.
    /// As with a login, the deed it is asked for must look whether it is still the one.
    pub async fn check_current(
        &self,
        shown: Option<Credential>,
        password: &Password,
    ) -> Outcome<Option<Checked>> {
        let Known(known) = self.read_as(shown, login::own).await?;
        let whose = known.as_ref().map(|(account, _)| *account);
        let checked = self.judge(known, password).await?;
        if checked.is_none() {
            self.tell_failed(whose, "current password");
        }
        Ok(checked)
    }

    fn tell_failed(&self, account: Option<AccountId>, how: &str) {
        let event = Event::new(EventKind::SignInFailed).with(how);
        self.tell_refusal(Event { account, ..event });
    }

    async fn judge(
        &self,
        known: Option<(AccountId, String)>,
        password: &Password,
    ) -> Outcome<Option<Checked>> {
        let stored = known.as_ref().map(|(_, hash)| hash.as_str());
        let found = self.check(password, stored).await?;
        let Some((account, hash)) = known.filter(|_| found != PasswordCheck::Wrong) else {
            return Ok(None);
        };
        let better = match found {
            PasswordCheck::RightButWeak => Some(self.hash(password).await?),
            PasswordCheck::Right | PasswordCheck::Wrong => None,
        };
        Ok(Some(Checked { account, hash, better }))
    }
}
