//! The `[notices]` section: letters that tell people what was changed.

use serde::Deserialize;

/// Which changes are told by a letter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notices {
    /// A password was changed.
    pub password_changed: bool,
    /// Another address was confirmed; the letter goes to the old one.
    pub email_changed: bool,
    /// A user name was changed.
    pub username_changed: bool,
}

impl Default for Notices {
    fn default() -> Self {
        Self { password_changed: true, email_changed: true, username_changed: true }
    }
}
