//! What the emulators saw: enough to assert on, and no token but those of the table.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use super::{
    ask::Ask,
    tokens::{Meaning, Provider},
    world::World,
};

/// How many requests are kept.
const KEPT: usize = 10_000;

/// One request as the provider saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The provider asked; none when the path is nobody's.
    pub provider: Option<Provider>,
    /// The endpoint asked, by its short name: `userinfo`, `users.get`, …
    pub endpoint: Option<String>,
    /// The names of the parameters in the URL.
    pub query_keys: Vec<String>,
    /// The names of the parameters in the body, when it was a form.
    pub body_keys: Vec<String>,
    /// Whether a token, or a parameter that carries one, was in the URL.
    pub token_in_url: bool,
    /// The word before the credential in `Authorization`.
    pub auth_scheme: Option<String>,
    /// The tokens shown, by name; `jwt` for any JWT and `garbage` for what nobody knows.
    pub tokens: Vec<String>,
    /// Whether the caller named its software.
    pub user_agent: bool,
}

impl Seen {
    pub(super) fn of(world: &World, ask: &Ask, place: Option<(Provider, &str)>) -> Self {
        let keys = |pairs: &[(String, String)]| pairs.iter().map(|(key, _)| key.clone()).collect();
        let provider = place.map(|(provider, _)| provider);
        let name = |token: &str| provider.map_or("garbage".to_owned(), |at| name(world, at, token));
        let in_url = |(_, value): &(String, String)| name(value.as_str()) != "garbage";
        Self {
            method: ask.method.to_string(),
            path: ask.path.clone(),
            provider,
            endpoint: place.map(|(_, endpoint)| endpoint.to_owned()),
            query_keys: keys(&ask.query),
            body_keys: keys(&ask.form),
            token_in_url: ask.secret_key_in_url() || ask.query.iter().any(in_url),
            auth_scheme: ask.scheme.clone(),
            tokens: ask.shown_tokens().map(name).collect(),
            user_agent: ask.user_agent,
        }
    }
}

/// The name a token goes by in the log. What is not ours may be real, so it has none.
fn name(world: &World, provider: Provider, token: &str) -> String {
    if token.starts_with("eyJ") {
        return "jwt".to_owned();
    }
    if token == world.apps.vk_service_token {
        return "service".to_owned();
    }
    match world.meaning(provider, token) {
        Meaning::Garbage => "garbage".to_owned(),
        Meaning::Grant(_)
        | Meaning::Expired
        | Meaning::Revoked
        | Meaning::Service
        | Meaning::Group
        | Meaning::EmptyList => token.to_owned(),
    }
}

/// The requests seen, the oldest forgotten first.
#[derive(Default)]
pub(super) struct Log {
    seen: Mutex<VecDeque<Seen>>,
}

impl Log {
    pub(super) fn note(&self, seen: Seen) {
        let mut kept = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(seen);
    }

    pub(super) fn all(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
