//! The `[accounts]` section: by which name people log in, and what it may be.

use serde::Deserialize;

use super::problem::{Finding, complain_if};

/// How people are named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// What people log in with at the djoser calls: `email`, `username` or `either`.
    pub login_field: LoginField,
    /// The characters a user name may hold beside letters and digits.
    pub username_signs: String,
    /// User names that nobody may take, in any letter case.
    pub reserved_usernames: Vec<String>,
    /// Whether a new e-mail address or user name must be given twice.
    pub set_login_retype: bool,
    /// The same where a mailed link is shown for it.
    pub reset_login_retype: bool,
}

/// What people log in with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoginField {
    /// Their e-mail address.
    #[default]
    Email,
    /// Their user name.
    Username,
    /// Whichever of the two they type.
    Either,
}

impl Default for Accounts {
    fn default() -> Self {
        let reserved = ["admin", "administrator", "current", "everyone", "me", "moderator"];
        Self {
            login_field: LoginField::Email,
            username_signs: " .@+-_".to_owned(),
            reserved_usernames: reserved.map(str::to_owned).into(),
            set_login_retype: false,
            reset_login_retype: false,
        }
    }
}

impl Accounts {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let strange = |c: char| !c.is_ascii_graphic() && c != ' ';
        let text = "write printable ASCII characters";
        complain_if(self.username_signs.contains(strange), "username_signs", text)
            .into_iter()
            .collect()
    }
}
