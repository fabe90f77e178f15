//! What was allowed: client + subject + scope + how.

use chrono::{DateTime, Utc};

use super::{
    account::AccountId,
    client::{ClientId, ClientKey},
    reach::Reach,
    scope::ScopeSet,
};

/// How a grant came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// djoser's `token/login`: a name and a password, no client.
    Login,
    /// simplejwt's `jwt/create`: a name and a password, no client.
    JwtLogin,
    /// Seed 2's `login`: an address and a password, no client.
    ApiLogin,
    /// Seed 3's `signin`: a name and a password, no client.
    Signin,
    /// Signed in on a provider's own page, no client.
    SocialLogin,
    /// A provider's token was converted.
    ConvertToken,
    /// A provider's token was exchanged (RFC 8693).
    TokenExchange,
    /// Name and password through a client.
    Password,
    /// The client for itself.
    ClientCredentials,
    /// On our own pages, for a client.
    AuthorizationCode,
    /// On our own pages, for a device elsewhere.
    DeviceCode,
}

impl How {
    /// Every way.
    const ALL: [Self; 11] = [
        Self::Login,
        Self::JwtLogin,
        Self::ApiLogin,
        Self::Signin,
        Self::SocialLogin,
        Self::ConvertToken,
        Self::TokenExchange,
        Self::Password,
        Self::ClientCredentials,
        Self::AuthorizationCode,
        Self::DeviceCode,
    ];

    /// Reads [`How::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.word() == word)
    }

    /// How far what comes of it reaches. The published contracts' own logins, conversion and the password grant
    /// among them, are for the whole account; what came about by the standard's ways is for its scope.
    /// A client that acts for itself has no account to reach.
    pub fn reach(self) -> Reach {
        match self {
            Self::Login
            | Self::JwtLogin
            | Self::ApiLogin
            | Self::Signin
            | Self::SocialLogin
            | Self::ConvertToken
            | Self::Password
            | Self::ClientCredentials => Reach::Account,
            Self::TokenExchange | Self::AuthorizationCode | Self::DeviceCode => Reach::Scope,
        }
    }

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::JwtLogin => "jwt_login",
            Self::ApiLogin => "api_login",
            Self::Signin => "signin",
            Self::SocialLogin => "social_login",
            Self::ConvertToken => "convert_token",
            Self::TokenExchange => "token_exchange",
            Self::Password => "password",
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::DeviceCode => "device_code",
        }
    }
}

/// What was allowed, to whom, and how.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The account it speaks for; none when the client acts for itself.
    pub account: Option<AccountId>,
    /// The account's epoch at the time of the grant, 0 without an account.
    pub epoch: i64,
    /// The client it was given to; none for first-party logins.
    pub client: Option<ClientKey>,
    /// What it allows.
    pub scope: ScopeSet,
    /// How it came about.
    pub how: How,
    /// When the person proved to be there, where OpenID Connect is to tell (`auth_time`).
    pub auth_time: Option<DateTime<Utc>>,
    /// The resources it is for (RFC 8707); none in particular when empty.
    pub resources: Vec<String>,
    /// Those of them that the access token is for.
    pub audience: Vec<String>,
    /// The client, if its access tokens are JWTs that a resource server reads (RFC 9068).
    pub readable: Option<ClientId>,
}
