//! People as providers know them.

use cambio::sandbox::{NewToken, Provider};

/// A token of somebody at Google, good under its own name, with an address that Google has verified.
pub fn google(token: &str, email: &str) -> NewToken {
    NewToken {
        email: Some(email.to_owned()),
        email_verified: true,
        ..NewToken::new(Provider::Google, token, "108204268033311374519")
    }
}
