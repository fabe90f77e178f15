//! A person, as this dialect shows it.

use serde::Serialize;

use crate::{
    domain::{account::Account, email::Email, policy::LoginField, username::Username},
    usecases::register::Welcome,
};

/// djoser's user object: the required fields, the login field and the number. The user name is told where
/// people log in with it.
#[derive(Debug, Serialize)]
pub struct UserBody {
    name: String,
    email: String,
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

impl UserBody {
    /// An account.
    pub fn new(account: &Account, login: LoginField) -> Self {
        let email = account.email.as_ref().map_or("", Email::as_str).to_owned();
        let username = username(account.username.as_ref(), login);
        Self { name: account.name.clone(), email, id: account.id.0, username }
    }

    /// Somebody who has just registered.
    pub fn welcome(welcome: Welcome, login: LoginField) -> Self {
        let email = welcome.email.as_str().to_owned();
        let username = username(welcome.username.as_ref(), login);
        Self { name: welcome.name, email, id: welcome.id.0, username }
    }
}

fn username(username: Option<&Username>, login: LoginField) -> Option<String> {
    match login {
        LoginField::Email => None,
        LoginField::Username | LoginField::Either => {
            Some(username.map_or("", Username::as_str).to_owned())
        }
    }
}
