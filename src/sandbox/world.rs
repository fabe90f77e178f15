//! Everything one sandbox knows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    apps::Apps,
    codes::Codes,
    faults::Faults,
    google,
    keys::Keys,
    log::Log,
    sign::{IdToken, Keyring},
    tokens::{Meaning, NewToken, Provider, Tokens},
    vkid, yandex,
};
use crate::{clock::Clock, error::Fault};

/// The state behind the emulators.
pub(super) struct World {
    pub(super) base_url: String,
    pub(super) apps: Apps,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) keyring: Keyring,
    pub(super) keys: Keys,
    pub(super) tokens: Tokens,
    pub(super) codes: Codes,
    pub(super) faults: Faults,
    pub(super) log: Log,
    latency_ms: AtomicU64,
}

impl World {
    pub(super) fn new(base_url: String, apps: Apps, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        Ok(Self {
            base_url,
            apps,
            clock,
            keyring: Keyring::load()?,
            keys: Keys::default(),
            tokens: Tokens::default(),
            codes: Codes::default(),
            faults: Faults::default(),
            log: Log::default(),
            latency_ms: AtomicU64::new(0),
        })
    }

    /// What a token stands for at a provider.
    pub(super) fn meaning(&self, provider: Provider, token: &str) -> Meaning {
        self.tokens.meaning(&self.apps, provider, token)
    }

    /// Makes one more token known.
    pub(super) fn add_token(&self, token: NewToken) {
        self.tokens.add(token, &self.apps);
    }

    /// The JWT that the provider would give along with a token.
    pub(super) fn id_token(&self, provider: Provider, token: &str) -> IdToken<'_> {
        match provider {
            Provider::Google => google::id_token(self, token),
            Provider::Yandex => yandex::jwt(self, token),
            Provider::Vk | Provider::VkId => vkid::id_token(self, token),
        }
    }

    /// The present instant in whole seconds, as JWTs write it.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    pub(super) fn set_latency(&self, delay: Duration) {
        let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.latency_ms.store(ms, Ordering::Relaxed);
    }

    /// Waits as long as was set.
    pub(super) async fn wait(&self) {
        let ms = self.latency_ms.load(Ordering::Relaxed);
        if ms > 0 {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
    }

    /// Forgets everything told and seen.
    pub(super) fn reset(&self) {
        self.keys.reset();
        self.tokens.reset();
        self.codes.reset();
        self.faults.clear();
        self.log.clear();
        self.set_latency(Duration::ZERO);
    }
}
