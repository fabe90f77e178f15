//! The keys of this installation.

use secrecy::{ExposeSecret as _, SecretString};

use super::jwt_key::{Algorithm, SigningKey, VerifyingKey};

/// What deeds sign and verify with.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// The key of the published JWT dialects; without it they are off.
    pub jwt: Option<JwtKey>,
    /// What texts are sealed under that others keep for us; there whenever there is a JWT key.
    pub sealing: Option<SecretString>,
}

/// A key that signs and verifies JWTs with HS256, as the published dialects do.
#[derive(Debug, Clone)]
pub struct JwtKey {
    /// The half that signs.
    pub signing: SigningKey,
    /// The half that verifies.
    pub verifying: VerifyingKey,
}

impl JwtKey {
    /// A key out of a shared secret; the configuration has seen to its strength.
    pub fn shared(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        Self {
            signing: SigningKey::secret(Algorithm::HS256, bytes),
            verifying: VerifyingKey::secret(Algorithm::HS256, bytes),
        }
    }
}
