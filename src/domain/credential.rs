//! What a caller shows, and who that proved to be.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use secrecy::SecretString;

use super::{
    account::Account,
    caller::Caller,
    client::{ClientId, ClientKey},
    scope::ScopeSet,
    token::FamilyId,
};

/// A credential as read from the `Authorization` header; nothing about it is checked yet.
#[derive(Debug, Clone)]
pub enum Credential {
    /// `Bearer` and an opaque token.
    Bearer(SecretString),
    /// `Token` and djoser's auth token.
    AuthToken(SecretString),
    /// `Bearer` or `JWT`, and three dot-separated parts.
    Jwt(ShownJwt),
    /// A JWT that is to be one of that dialect's.
    DialectJwt(JwtDialect, SecretString),
    /// A header of a known scheme that holds no token, or more than one.
    Malformed(Scheme),
}

/// A JWT as it is shown. Copies of it share the mark that it is outdated.
#[derive(Debug, Clone)]
pub struct ShownJwt {
    /// Under which scheme.
    pub scheme: Scheme,
    /// The token.
    pub token: SecretString,
    outdated: Arc<AtomicBool>,
}

impl ShownJwt {
    /// A token that nobody has looked at.
    pub fn new(scheme: Scheme, token: impl Into<SecretString>) -> Self {
        Self { scheme, token: token.into(), outdated: Arc::default() }
    }

    /// Notes that it is good but says what is no longer so: the account's groups have changed since.
    pub fn mark_outdated(&self) {
        self.outdated.store(true, Ordering::Relaxed);
    }

    /// Whether it was found outdated.
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
    }
}

/// A dialect with JWTs of its own, beside simplejwt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtDialect {
    /// Seed 2: claims `user_id` and `username`.
    Api,
    /// Seed 3: claims `role` and `userid`.
    Signin,
}

/// The scheme of an `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// djoser's auth token.
    Token,
    /// simplejwt's own scheme.
    Jwt,
}

/// By what a principal was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// An OAuth access token.
    AccessToken,
    /// djoser's auth token.
    AuthToken,
    /// A JWT of a published dialect.
    Jwt,
}

/// Who a credential proved to be, and with what scope.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account; none when a client acts for itself.
    pub account: Option<Account>,
    /// The client the token was given to, if any.
    pub client: Option<ClientKey>,
    /// What the credential allows; empty for first-party logins, which allow everything.
    pub scope: ScopeSet,
    /// The family of the credential.
    pub family: FamilyId,
    /// By what it was proved.
    pub via: Via,
}

/// How a client showed itself (RFC 6749 §2.3).
#[derive(Debug, Clone)]
pub struct ClientCredential {
    /// The id it named; `None` when what it named cannot be an id.
    pub id: Option<ClientId>,
    /// The secret it showed, if any.
    pub secret: Option<SecretString>,
    /// The JWT it signed instead of showing a secret, if any (RFC 7523 §2.2).
    pub assertion: Option<SecretString>,
    /// Where it showed it.
    pub shown_in: ShownIn,
    /// From where it was shown.
    pub from: Caller,
}

/// Where client credentials were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownIn {
    /// The `Authorization: Basic` header.
    Basic,
    /// The body.
    Body,
}
