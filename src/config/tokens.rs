//! The `[tokens]` section: how long tokens live, and what they allow by default.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};
use crate::domain::scope::ScopeSet;

/// Lifetimes of opaque tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// Seconds an access token is good for: 60 to 86400.
    pub access_lifetime_seconds: u32,
    /// Seconds after which an unused refresh token ends; each rotation starts anew.
    pub refresh_idle_seconds: u32,
    /// Seconds after which a token family ends, used or not.
    pub refresh_absolute_seconds: u32,
    /// Seconds in which the refresh token used last may be shown again, and is given the same
    /// answer; 0 ends the family at once. At most 60.
    pub refresh_grace_seconds: u32,
    /// Seconds after which an unused auth token ends; 0 keeps it until it is revoked.
    pub auth_token_idle_seconds: u32,
    /// What is granted where no scope is asked for, and what a client registered without any may have.
    #[serde(deserialize_with = "scope")]
    pub default_scope: ScopeSet,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access_lifetime_seconds: 3600,
            refresh_idle_seconds: 14 * DAY,
            refresh_absolute_seconds: 90 * DAY,
            refresh_grace_seconds: 10,
            auth_token_idle_seconds: 30 * DAY,
            default_scope: ScopeSet::parse("read write").unwrap_or_default(),
        }
    }
}

const DAY: u32 = 86_400;

impl Tokens {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let (access, idle) = (self.access_lifetime_seconds, self.refresh_idle_seconds);
        let absolute = self.refresh_absolute_seconds;
        let checks = [
            within("access_lifetime_seconds", access, 60..=DAY),
            within("refresh_idle_seconds", idle, 60..=3650 * DAY),
            within("refresh_absolute_seconds", absolute, 60..=3650 * DAY),
            within("refresh_grace_seconds", self.refresh_grace_seconds, 0..=60),
            within("auth_token_idle_seconds", self.auth_token_idle_seconds, 0..=3650 * DAY),
            complain_if(
                idle < access,
                "refresh_idle_seconds",
                "is shorter than access_lifetime_seconds; write as much or more",
            ),
            complain_if(
                absolute < idle,
                "refresh_absolute_seconds",
                "is shorter than refresh_idle_seconds; write as much or more",
            ),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let text = "auth tokens are good until somebody revokes them; write a number of seconds";
        let forever = self.auth_token_idle_seconds == 0;
        complain_if(forever, "auth_token_idle_seconds", text).into_iter().collect()
    }
}

/// Reads a scope.
fn scope<'de, D: serde::Deserializer<'de>>(text: D) -> Result<ScopeSet, D::Error> {
    ScopeSet::parse(&String::deserialize(text)?).ok_or_else(|| {
        serde::de::Error::custom("write words separated by one space, without quotes and \\")
    })
}
