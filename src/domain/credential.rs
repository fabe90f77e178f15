//! What a caller shows, and who that proved to be.

use secrecy::SecretString;

use super::{
    account::Account,
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
    /// `Bearer` or `JWT`, under which of the two, and three dot-separated parts.
    Jwt(Scheme, SecretString),
    /// A JWT that is to be one of that dialect's.
    DialectJwt(JwtDialect, SecretString),
    /// A header of a known scheme that holds no token, or more than one.
    Malformed(Scheme),
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
    /// Where it showed it.
    pub shown_in: ShownIn,
}

/// Where client credentials were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownIn {
    /// The `Authorization: Basic` header.
    Basic,
    /// The body.
    Body,
}
