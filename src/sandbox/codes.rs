//! VK ID's authorization codes and refresh tokens: each good once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

/// How long a code may wait.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What an authorization code is bound to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// The access token it will be exchanged for.
    pub token: String,
    /// The application that asked.
    pub client_id: String,
    /// The S256 challenge of the verifier (RFC 7636 §4.2).
    pub code_challenge: String,
    /// The device that VK named in the callback.
    pub device_id: String,
    /// Where the code was sent.
    pub redirect_uri: String,
}

/// A refresh token's tie.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub(super) token: String,
    pub(super) client_id: String,
    pub(super) device_id: String,
}

/// The codes and refresh tokens not yet used.
#[derive(Default)]
pub(super) struct Codes {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    made: u64,
    codes: HashMap<String, (NewCode, DateTime<Utc>)>,
    refreshes: HashMap<String, Refresh>,
}

impl Codes {
    /// A new code: `code-1`, `code-2`, …
    pub(super) fn open(&self, code: NewCode, now: DateTime<Utc>) -> String {
        self.with(|open| {
            let name = open.name("code");
            open.codes.insert(name.clone(), (code, now + LIFETIME));
            name
        })
    }

    /// Uses up a code: what it was bound to, or nothing when it is unknown, used or too old.
    pub(super) fn consume(&self, code: &str, now: DateTime<Utc>) -> Option<NewCode> {
        let (code, expires_at) = self.with(|open| open.codes.remove(code))?;
        (now < expires_at).then_some(code)
    }

    /// A new refresh token: `refresh-1`, `refresh-2`, …
    pub(super) fn open_refresh(&self, refresh: Refresh) -> String {
        self.with(|open| {
            let name = open.name("refresh");
            open.refreshes.insert(name.clone(), refresh);
            name
        })
    }

    /// Uses up a refresh token.
    pub(super) fn consume_refresh(&self, name: &str) -> Option<Refresh> {
        self.with(|open| open.refreshes.remove(name))
    }

    /// Forgets all of them; numbers go on, so that no old name comes back to life.
    pub(super) fn reset(&self) {
        self.with(|open| {
            open.codes.clear();
            open.refreshes.clear();
        });
    }

    fn with<T>(&self, look: impl FnOnce(&mut Open) -> T) -> T {
        look(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Open {
    fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}-{}", self.made)
    }
}
