//! A successful answer with tokens (RFC 6749 §5.1).

use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::{
    domain::{account::Account, email::Email, token::IssuedTokens},
    usecases::convert::Converted,
};

/// The answer of the token endpoint.
#[derive(Serialize)]
pub struct TokensBody {
    access_token: String,
    expires_in: i64,
    token_type: &'static str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserBody>,
}

/// Whose tokens they are, as drf-social-oauth2 tells it.
#[derive(Serialize)]
struct UserBody {
    email: String,
    first_name: String,
    last_name: String,
}

impl TokensBody {
    /// The answer of a token exchange (RFC 8693 §2.2.1).
    pub fn exchanged(tokens: IssuedTokens) -> Self {
        let kind = Some("urn:ietf:params:oauth:token-type:access_token");
        Self { issued_token_type: kind, ..Self::from(tokens) }
    }
}

impl From<IssuedTokens> for TokensBody {
    fn from(tokens: IssuedTokens) -> Self {
        Self {
            access_token: tokens.access.expose_secret().to_owned(),
            expires_in: tokens.expires_in,
            token_type: "Bearer",
            scope: tokens.scope.to_string(),
            refresh_token: tokens.refresh.map(|token| token.expose_secret().to_owned()),
            id_token: tokens.id_token.map(|token| token.expose_secret().to_owned()),
            issued_token_type: None,
            user: None,
        }
    }
}

impl From<Converted> for TokensBody {
    fn from(converted: Converted) -> Self {
        Self { user: Some((&converted.account).into()), ..Self::from(converted.tokens) }
    }
}

impl From<&Account> for UserBody {
    fn from(account: &Account) -> Self {
        Self {
            email: account.email.as_ref().map_or("", Email::as_str).to_owned(),
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
        }
    }
}
