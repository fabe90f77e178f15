//! The `[resets]` section: forgotten passwords.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// How forgotten passwords are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resets {
    /// Minutes a reset link is good for.
    pub lifetime_minutes: u32,
}

impl Default for Resets {
    fn default() -> Self {
        Self { lifetime_minutes: 30 }
    }
}

impl Resets {
    pub(super) fn validate(&self) -> Vec<Finding> {
        within("lifetime_minutes", self.lifetime_minutes, 1..=10_080).into_iter().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let text = "a reset link lies in a mailbox for more than a day; write 1440 or less";
        let long = self.lifetime_minutes > 1440;
        complain_if(long, "lifetime_minutes", text).into_iter().collect()
    }
}
