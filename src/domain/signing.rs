//! The keys that sign what others verify, and what is signed about a person.

/// How long others may keep the published keys before they look again, in seconds.
pub const KEYS_MAX_AGE: i64 = 600;

/// Where a signing key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStage {
    /// Published, so that everybody knows it before it signs.
    Next,
    /// It signs.
    Current,
    /// It signs no more; published until the last token it signed is over.
    Retired,
}

impl KeyStage {
    /// The word under which it is stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
        }
    }

    /// Reads [`KeyStage::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Next, Self::Current, Self::Retired].into_iter().find(|stage| stage.word() == word)
    }
}

/// The algorithm of what others verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256.
    #[default]
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA, for clients that know nothing else; its key is brought along.
    Rs256,
}

impl SigningAlgorithm {
    /// The name of RFC 7518.
    pub fn word(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// Reads [`SigningAlgorithm::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Es256, Self::EdDsa, Self::Rs256].into_iter().find(|known| known.word() == word)
    }
}
