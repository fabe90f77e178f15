//! `[dialects.api]`: seed 2's register, login, refresh, logout and me.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::mount::Mount;
use crate::config::{
    jwt::weak_key,
    problem::{Finding, complain_if, within},
};

/// An access JWT, and a refresh token in the form of a UUID.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Whether its calls are there at all.
    pub enabled: bool,
    /// Where its paths begin.
    pub path: Mount,
    /// Its HS256 key; without one it is derived from `jwt.signing_key`, and without either the calls
    /// are not there.
    pub jwt_secret: Option<SecretString>,
    /// Seconds an access JWT is good for.
    pub access_lifetime_seconds: u32,
    /// Seconds an unused refresh token is good for.
    pub refresh_lifetime_seconds: u32,
    /// Whether an account must prove its address before it may log in.
    pub require_activation: bool,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            enabled: true,
            path: Mount::new("/api"),
            jwt_secret: None,
            access_lifetime_seconds: 300,
            refresh_lifetime_seconds: 2_592_000,
            require_activation: false,
        }
    }
}

impl Api {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let (access, refresh) = (self.access_lifetime_seconds, self.refresh_lifetime_seconds);
        let secret = self.jwt_secret.as_ref().map(ExposeSecret::expose_secret);
        let checks = [
            secret.and_then(|secret| weak_key("jwt_secret", secret)),
            within("access_lifetime_seconds", access, 10..=86_400),
            within("refresh_lifetime_seconds", refresh, 60..=31_536_000),
            complain_if(
                refresh < access,
                "refresh_lifetime_seconds",
                "is shorter than access_lifetime_seconds; write as much or more",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}
