//! The `[passwords]` section: which new passwords are good enough.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// Rules for new passwords; passwords that are in use already are not judged again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct Passwords {
    /// Characters a password must have; 8 at least.
    pub min_length: usize,
    /// Characters a password may have.
    pub max_length: usize,
    /// Whether the commonest passwords are refused.
    pub check_common: bool,
    /// Whether passwords of digits alone are refused.
    pub check_numeric: bool,
    /// Whether passwords close to the name or the address are refused.
    pub check_similar: bool,
    /// Whether a new password must be given twice.
    pub set_retype: bool,
    /// The same where a mailed link is shown for it.
    pub reset_retype: bool,
    /// Whether a password change ends the session that made it, too.
    pub logout_on_change: bool,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 256,
            check_common: true,
            check_numeric: true,
            check_similar: true,
            set_retype: false,
            reset_retype: false,
            logout_on_change: false,
        }
    }
}

impl Passwords {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            within("min_length", self.min_length, 8..=64),
            within("max_length", self.max_length, 64..=1024),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let text = "weak passwords get through; turn it on";
        let checks = [
            complain_if(!self.check_common, "check_common", text),
            complain_if(!self.check_numeric, "check_numeric", text),
            complain_if(!self.check_similar, "check_similar", text),
        ];
        checks.into_iter().flatten().collect()
    }
}
