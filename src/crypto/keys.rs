//! The keys of this installation.

use std::sync::{Arc, Mutex, PoisonError};

use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::{
    fernet::FernetKey,
    jwt_key::{Algorithm, SigningKey, VerifyingKey},
};
use crate::error::Fault;

/// What deeds sign and verify with.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// The key of simplejwt's dialect; without it that is off.
    pub jwt: Option<JwtKey>,
    /// The key of seed 2's JWTs; without it they are off.
    pub api: Option<JwtKey>,
    /// The key of seed 3's JWTs; without it they are off.
    pub signin: Option<JwtKey>,
    /// What the tokens of seed 3's restoring links are encrypted under, where they are.
    pub restoring: Option<FernetKey>,
    /// What texts are sealed under that others keep for us; there whenever there is a JWT key.
    pub sealing: Option<SecretString>,
    /// Signing keys that have been opened already.
    pub opened: OpenedKeys,
}

/// Most keys kept open. One signs at a time; what was retired makes room.
const MOST_OPEN: usize = 4;

/// Signing keys out of the store, opened and read, by their names. A name is the key's thumbprint: what is stored under
/// it is this key or none. Copies share it.
#[derive(Debug, Clone, Default)]
pub struct OpenedKeys(Arc<Mutex<Vec<(String, SigningKey)>>>);

impl OpenedKeys {
    /// The key of that name, if it is open.
    pub fn find(&self, kid: &str) -> Option<SigningKey> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().find(|(name, _)| name == kid).map(|(_, key)| key.clone())
    }

    /// Keeps a key open, in place of the one that was opened first if there are too many.
    pub fn keep(&self, kid: &str, key: &SigningKey) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(name, _)| name != kid);
        if open.len() == MOST_OPEN {
            open.remove(0);
        }
        open.push((kid.to_owned(), key.clone()));
    }
}

/// A key that signs and verifies JWTs with one HMAC algorithm, as the published dialects do.
#[derive(Debug, Clone)]
pub struct JwtKey {
    /// The half that signs.
    pub signing: SigningKey,
    /// The half that verifies.
    pub verifying: VerifyingKey,
}

impl JwtKey {
    /// A key out of a shared secret; the configuration has seen to its strength.
    pub fn shared(secret: &SecretString, algorithm: Algorithm) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        Self {
            signing: SigningKey::secret(algorithm, bytes),
            verifying: VerifyingKey::secret(algorithm, bytes),
        }
    }
}

/// A secret for one purpose, made of one for all: who knows it knows neither that nor its siblings.
pub fn derived(secret: &SecretString, purpose: &str) -> Result<SecretString, Fault> {
    let mut key = [0; 64];
    Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes())
        .expand(purpose.as_bytes(), &mut key)
        .map_err(|_length| Fault::internal("a key cannot be derived"))?;
    Ok(hex::encode(key).into())
}

#[cfg(test)]
mod tests {
    use super::derived;
    use secrecy::ExposeSecret as _;

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let of = |secret: &str, purpose: &str| {
            derived(&secret.into(), purpose).expect("a key").expose_secret().to_owned()
        };
        assert_eq!(of("s", "one"), of("s", "one"));
        assert_ne!(of("s", "one"), of("s", "other"));
        assert_ne!(of("s", "one"), of("t", "one"));
        assert_eq!(of("s", "one").len(), 128);
    }
}
