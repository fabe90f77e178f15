//! `[dialects.signin]`: seed 3's signup, signin, refresh, restore, validation and `get_user`.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::mount::Mount;
use crate::config::{
    jwt::weak_key,
    problem::{Finding, complain_if, within},
};

/// One JWT that is renewed by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signin {
    /// Whether its calls are there at all.
    pub enabled: bool,
    /// Where its paths begin.
    pub path: Mount,
    /// Its key; without one it is derived from `jwt.signing_key`, and without either the calls are not
    /// there.
    pub jwt_secret: Option<SecretString>,
    /// The algorithm it signs with.
    pub jwt_algorithm: Hmac,
    /// The claim `role`.
    pub jwt_role: String,
    /// Seconds a JWT is good for.
    pub lifetime_seconds: u32,
    /// Seconds after its end in which a JWT may still be renewed; 0: never.
    pub refresh_window_seconds: u32,
    /// Whether an account must prove its address before it may sign in.
    pub require_activation: bool,
    /// A Fernet key under which the token of a restoring link is encrypted.
    pub email_encrypt_key: Option<SecretString>,
}

/// An algorithm with a shared secret (RFC 7518 §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Hmac {
    /// With SHA-256.
    Hs256,
    /// With SHA-384.
    Hs384,
    /// With SHA-512.
    Hs512,
}

impl Hmac {
    /// The least a key may have: as much as the hash (RFC 7518 §3.2).
    fn bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }
}

impl Default for Signin {
    fn default() -> Self {
        Self {
            enabled: true,
            path: Mount::new("/"),
            jwt_secret: None,
            jwt_algorithm: Hmac::Hs256,
            jwt_role: "user".to_owned(),
            lifetime_seconds: 86_400,
            refresh_window_seconds: 1_209_600,
            require_activation: false,
            email_encrypt_key: None,
        }
    }
}

impl Signin {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let secret = self.jwt_secret.as_ref().map(ExposeSecret::expose_secret);
        let fernet = self.email_encrypt_key.as_ref().map(ExposeSecret::expose_secret);
        let checks = [
            secret.and_then(|secret| weak_key("jwt_secret", secret)),
            complain_if(
                secret.is_some_and(|key| key.len() < self.jwt_algorithm.bytes()),
                "jwt_secret",
                "is shorter than the hash of jwt_algorithm; write 48 bytes for HS384, 64 for HS512",
            ),
            within("lifetime_seconds", self.lifetime_seconds, 60..=2_592_000),
            within("refresh_window_seconds", self.refresh_window_seconds, 0..=7_776_000),
            complain_if(
                self.jwt_role.chars().count() > 150,
                "jwt_role",
                "is longer than 150 characters; write a shorter word",
            ),
            complain_if(
                fernet.is_some_and(|key| !is_fernet_key(key)),
                "email_encrypt_key",
                "is no Fernet key; write 32 random bytes in URL-safe base64, as \
                 `openssl rand -base64 32 | tr +/ -_` prints them, or leave the key out",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}

/// 32 bytes in URL-safe base64, with its padding.
fn is_fernet_key(key: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE};

    URL_SAFE.decode(key).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::Signin;

    #[test]
    fn an_encryption_key_is_a_fernet_key() {
        for (key, fine) in [
            ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", true),
            ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4", false),
            ("too-short", false),
            ("", false),
        ] {
            let signin = Signin { email_encrypt_key: Some(key.into()), ..Signin::default() };
            assert_eq!(signin.validate().is_empty(), fine, "{key}");
        }
    }
}
