//! The stored person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::{email::Email, language::Language, username::Username};

/// The number of an account; positive, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

impl AccountId {
    /// The `uid` of mailed links: the number's digits in base64url without padding.
    pub fn uid(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_string())
    }

    /// Reads [`AccountId::uid`]; padding is tolerated.
    pub fn from_uid(uid: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?;
        let digits = std::str::from_utf8(&bytes).ok()?;
        let sound = digits.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| digits.parse().ok()).flatten().map(Self)
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Registered, its address not yet proven; may not log in.
    Pending,
    /// May log in.
    Active,
    /// Switched off by an administrator; may not log in and cannot bring itself back.
    Deactivated,
}

impl AccountState {
    /// The word under which it is stored and shown to administrators.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads [`AccountState::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Active, Self::Deactivated].into_iter().find(|s| s.word() == word)
    }
}

/// A person with an account here.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number, the `id` of every dialect.
    pub id: AccountId,
    /// Its address, unless a provider told none that can be believed.
    pub email: Option<Email>,
    /// When the address was proven, if it was.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The name it may log in with, if it has one.
    pub username: Option<Username>,
    /// The name shown, at most 255 characters, may be empty.
    pub name: String,
    /// Given name as a provider told it, may be empty.
    pub first_name: String,
    /// Family name as a provider told it, may be empty.
    pub last_name: String,
    /// Where it stands.
    pub state: AccountState,
    /// Whether it may administer Cambio.
    pub is_admin: bool,
    /// The language its letters are written in, if known.
    pub language: Option<Language>,
    /// Grows by one with every sweep (password change, deactivation); tokens of an older epoch are dead.
    pub epoch: i64,
    /// The last login with a password.
    pub last_login: Option<DateTime<Utc>>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// What a password must not be like, under the names people know it by.
    pub fn attributes(&self) -> [(&'static str, &str); 5] {
        [
            ("username", self.username.as_ref().map_or("", Username::as_str)),
            ("first name", &self.first_name),
            ("last name", &self.last_name),
            ("email address", self.email.as_ref().map_or("", Email::as_str)),
            ("name", &self.name),
        ]
    }

    /// Whether it may log in.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// A group's name: 1 to 150 characters without control characters, no surrounding space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(String);

impl Group {
    /// Reads a name; `None` when it is empty, too long or holds control characters.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let length = name.chars().count();
        ((1..=150).contains(&length) && !name.chars().any(char::is_control))
            .then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::AccountId;

    #[test]
    fn a_uid_reads_back_and_anything_else_does_not() {
        assert_eq!(AccountId(2).uid(), "Mg");
        assert_eq!(AccountId::from_uid(&AccountId(31).uid()), Some(AccountId(31)));
        for text in ["", "!!", "MQ MQ", "LTE", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"] {
            assert_eq!(AccountId::from_uid(text), None, "{text}");
        }
    }
}
