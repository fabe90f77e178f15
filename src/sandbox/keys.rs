//! What Google's certs endpoint publishes, and the ways in which a set of keys can be trouble.

use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ask::Answer,
    sign::{KeyName, Keyring},
};

/// The modulus of an RSA key of 1024 bits, too short to be trusted (RFC 7518 §3.3).
const WEAK_MODULUS: &str = include_str!("keys/weak.n");

/// What happens to the published keys.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyScenario {
    /// The key that signs is published, nothing else.
    Steady,
    /// The other key signs from now on; both are published.
    RotateWithOverlap,
    /// The other key signs from now on; the old one is gone.
    Rotate,
    /// The endpoint answers 500.
    Broken,
    /// The set is empty.
    Empty,
    /// The good key stands among keys that no one can use: secp256k1, an unknown `kty`, `use: enc`, one
    /// without `kid`, two of one `kid`, RSA-1024.
    Junk,
    /// This document is published as it is; the signing key stays.
    Custom(Value),
}

/// The published set.
pub(super) struct Keys {
    state: Mutex<State>,
}

struct State {
    signing: KeyName,
    scenario: KeyScenario,
    cache_control: Option<String>,
}

impl Default for Keys {
    fn default() -> Self {
        Self { state: Mutex::new(State::default()) }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            signing: KeyName::A,
            scenario: KeyScenario::Steady,
            cache_control: Some("public, max-age=3600, must-revalidate, no-transform".to_owned()),
        }
    }
}

impl Keys {
    /// The key that signs now.
    pub(super) fn signing(&self) -> KeyName {
        self.with(|state| state.signing)
    }

    pub(super) fn play(&self, scenario: KeyScenario) {
        self.with(|state| {
            if matches!(scenario, KeyScenario::Rotate | KeyScenario::RotateWithOverlap) {
                state.signing = other(state.signing);
            }
            state.scenario = scenario;
        });
    }

    pub(super) fn cache_control(&self, value: Option<String>) {
        self.with(|state| state.cache_control = value);
    }

    pub(super) fn reset(&self) {
        self.with(|state| *state = State::default());
    }

    /// The answer of the certs endpoint.
    pub(super) fn answer(&self, keyring: &Keyring) -> Answer {
        self.with(|state| {
            if state.scenario == KeyScenario::Broken {
                return Answer::html(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            let answer = Answer::ok(&state.set(keyring));
            match &state.cache_control {
                Some(value) => answer.header("Cache-Control", value),
                None => answer,
            }
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn set(&self, keyring: &Keyring) -> Value {
        let jwk = |key: KeyName| keyring.jwk(key, key.kid());
        let good = jwk(self.signing);
        match &self.scenario {
            KeyScenario::Steady | KeyScenario::Rotate => json!({"keys": [good]}),
            KeyScenario::RotateWithOverlap => json!({"keys": [jwk(other(self.signing)), good]}),
            KeyScenario::Broken | KeyScenario::Empty => json!({"keys": []}),
            KeyScenario::Junk => junk(keyring, other(self.signing), &good),
            KeyScenario::Custom(document) => document.clone(),
        }
    }
}

fn other(key: KeyName) -> KeyName {
    match key {
        KeyName::A => KeyName::B,
        KeyName::B | KeyName::Stranger => KeyName::A,
    }
}

/// A set in which exactly one key, `good`, may be used.
fn junk(keyring: &Keyring, spare: KeyName, good: &Value) -> Value {
    let mut without_kid = keyring.jwk(spare, "");
    let mut for_encryption = keyring.jwk(spare, "for-encryption");
    if let (Some(nameless), Some(enc)) =
        (without_kid.as_object_mut(), for_encryption.as_object_mut())
    {
        nameless.remove("kid");
        enc.insert("use".to_owned(), json!("enc"));
    }
    // The generator point of secp256k1: a valid key on a curve nobody expects.
    let x = "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g";
    let y = "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg";
    json!({"keys": [
        {"kty": "EC", "crv": "secp256k1", "kid": "koblitz", "use": "sig", "alg": "ES256K", "x": x, "y": y},
        {"kty": "LATTICE", "kid": "from-the-future", "use": "sig"},
        {"kty": "RSA", "kid": "no-modulus", "use": "sig", "alg": "RS256", "e": "AQAB"},
        for_encryption,
        without_kid,
        keyring.jwk(spare, "twin"),
        keyring.jwk(KeyName::Stranger, "twin"),
        {"kty": "RSA", "kid": "weak", "use": "sig", "alg": "RS256", "n": WEAK_MODULUS, "e": "AQAB"},
        "not even an object",
        good,
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(keys: &Keys) -> Vec<String> {
        let body = keys.answer(&Keyring::load().unwrap()).body;
        let set: Value = serde_json::from_slice(&body).unwrap();
        let kid = |key: &Value| key["kid"].as_str().map(str::to_owned);
        set["keys"].as_array().unwrap().iter().filter_map(kid).collect()
    }

    #[test]
    fn a_rotation_with_overlap_publishes_both_and_one_without_only_the_new() {
        let keys = Keys::default();
        assert_eq!(published(&keys), ["sandbox-a"]);
        keys.play(KeyScenario::RotateWithOverlap);
        assert_eq!(published(&keys), ["sandbox-a", "sandbox-b"]);
        keys.play(KeyScenario::Rotate);
        assert_eq!(published(&keys), ["sandbox-a"]);
        assert_eq!(keys.signing(), KeyName::A);
    }

    #[test]
    fn the_key_in_use_stands_among_the_junk() {
        let keys = Keys::default();
        keys.play(KeyScenario::Junk);
        let kids = published(&keys);
        assert!(kids.contains(&"sandbox-a".to_owned()));
        assert_eq!(kids.iter().filter(|kid| *kid == "twin").count(), 2);
    }

    #[test]
    fn the_weak_key_has_1024_bits() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        assert_eq!(URL_SAFE_NO_PAD.decode(WEAK_MODULUS).unwrap().len(), 128);
    }
}
