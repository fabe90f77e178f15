//! Tokens: their forms, their families, how long they live.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::scope::ScopeSet;

/// The SHA-256 of a secret; all that is ever stored of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// All tokens descended from one grant; they end together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FamilyId(pub i64);

/// Which door a stored token opens; one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An OAuth access token, shown as `Bearer`.
    Access,
    /// djoser's credential, shown as `Token`.
    Auth,
    /// An access JWT of a published dialect, by its `jti`.
    Jwt,
}

impl TokenKind {
    /// Every kind.
    const ALL: [Self; 3] = [Self::Access, Self::Auth, Self::Jwt];

    /// Reads [`TokenKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Auth => "auth",
            Self::Jwt => "jwt",
        }
    }
}

/// Tokens as handed to a caller, once.
#[derive(Debug, Clone)]
pub struct IssuedTokens {
    /// The access token.
    pub access: SecretString,
    /// Whole seconds the access token lives from now.
    pub expires_in: i64,
    /// What it allows.
    pub scope: ScopeSet,
    /// The refresh token, where the grant comes with one.
    pub refresh: Option<SecretString>,
    /// Who the person is, signed (OpenID Connect), where the grant is for that.
    pub id_token: Option<SecretString>,
}

/// Where a stored refresh token stands.
#[derive(Debug, Clone)]
pub enum RefreshStage {
    /// Not used yet.
    Open,
    /// Used; the sealed answer can be opened by the very token it answered (R3).
    Used {
        /// When.
        at: DateTime<Utc>,
        /// The answer it got, sealed under a key that only the token yields.
        sealed: Option<Vec<u8>>,
    },
}
