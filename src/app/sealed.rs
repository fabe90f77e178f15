//! What needs a key of the house and nothing from the store: it is done where it is asked for.

use secrecy::SecretString;

use super::App;
use crate::{
    error::Outcome,
    usecases::{
        asks::{self, Pending},
        social_login,
    },
};

impl App {
    /// Reads what an application asked for, as it was sealed for this browser.
    pub fn unpack_ask(&self, sealed: &str, browser: &SecretString) -> Outcome<Pending> {
        asks::unpack(&self.0.shared.keys, sealed, browser, self.now())
    }

    /// Whether people can be sent to a provider's page.
    pub fn leads_to_providers(&self) -> bool {
        social_login::is_open(&self.0.shared.keys)
    }
}
