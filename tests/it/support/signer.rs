//! A client that signs who it is, with a key of its own.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cambio::{
    crypto::{
        jwt,
        jwt_key::{Algorithm, SigningKey},
    },
    domain::client::{ClientKind, ClientOptions, GrantType},
    usecases::clients::RegisterClient,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{House, callers::wish};

/// What an assertion is said to be.
pub const KIND: (&str, &str) =
    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

/// No two assertions of a run have the same name.
static NAMES: AtomicUsize = AtomicUsize::new(0);

/// A client with a key.
pub struct Signer {
    /// Its id.
    pub id: String,
    /// What it signs with.
    pub key: SigningKey,
}

impl Signer {
    /// A key of that algorithm for a client of that id, which need not be there.
    pub fn new(id: &str, algorithm: Algorithm) -> Self {
        let der = match algorithm {
            Algorithm::ES256 | Algorithm::EdDSA => SigningKey::generate(algorithm).unwrap(),
            _ => {
                let text = include_str!("../../../src/crypto/test_keys/rsa_2048.b64");
                STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap()
            }
        };
        let key = SigningKey::pkcs8(algorithm, &der).unwrap().named(format!("key of {id}"));
        Self { id: id.to_owned(), key }
    }

    /// Its key set.
    pub fn key_set(&self) -> Value {
        json!({ "keys": [self.key.public_jwk().unwrap().unwrap()] })
    }

    /// A registration with these grants.
    pub fn wish(&self, grants: &[GrantType]) -> RegisterClient {
        let key_set = Some(self.key_set().to_string());
        RegisterClient {
            grants: grants.to_vec(),
            options: ClientOptions { key_set, ..ClientOptions::default() },
            ..wish(&self.id, ClientKind::Confidential)
        }
    }

    /// A new machine that may ask for tokens of its own.
    pub async fn machine(house: &House, id: &str) -> Self {
        let own = Self::new(id, Algorithm::ES256);
        house.client_with(own.wish(&[GrantType::ClientCredentials])).await;
        own
    }

    /// What it claims, everything as it should be.
    pub fn claims(&self, house: &House) -> Value {
        let name = NAMES.fetch_add(1, Ordering::Relaxed);
        let issuer = house.config().public_url.as_str();
        let now = seconds(house);
        json!({
            "iss": self.id, "sub": self.id, "aud": issuer,
            "iat": now, "exp": now + 120, "jti": format!("name-{name}"),
        })
    }

    /// A good assertion.
    pub fn assertion(&self, house: &House) -> String {
        self.signs(&self.claims(house))
    }

    /// An assertion whose claims are otherwise; a claim that is nothing is left out.
    pub fn claiming(&self, house: &House, other: &Value) -> String {
        let mut claims = self.claims(house);
        let members = claims.as_object_mut().unwrap();
        members.extend(other.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        self.signs(&claims)
    }

    /// Any claims, signed.
    pub fn signs(&self, claims: &Value) -> String {
        jwt::sign(claims, &self.key).unwrap()
    }
}

/// The time of a house, as JWTs have it.
pub fn seconds(house: &House) -> i64 {
    let now: DateTime<Utc> = house.app.now();
    now.timestamp()
}
