//! The `[registration]` section: how accounts come about.

use serde::Deserialize;

use super::problem::{Finding, within};

/// Whether and how people register by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct Registration {
    /// Whether people may register by themselves; sign-in through providers is not touched.
    pub enabled: bool,
    /// Whether registering with a known address says so. When off, every answer is the same and
    /// the owner of the address is told by mail.
    pub reveal_existing: bool,
    /// Whether the password must be given twice.
    pub password_retype: bool,
    /// Hours an activation link is good for.
    pub activation_hours: u32,
    /// Whether a letter confirms that the account is active.
    pub send_confirmation: bool,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            enabled: true,
            reveal_existing: true,
            password_retype: true,
            activation_hours: 72,
            send_confirmation: true,
        }
    }
}

impl Registration {
    pub(super) fn validate(&self) -> Vec<Finding> {
        within("activation_hours", self.activation_hours, 1..=720).into_iter().collect()
    }
}
