//! The letters Cambio writes.

use super::{account::AccountId, email::Email, language::Language};

/// Which letter, and so which template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LetterKind {
    /// "Activate your account", with a link.
    Activation,
    /// "Confirm your address", with a link, to somebody who may log in already.
    Verification,
    /// "Your account is active", no link.
    Confirmation,
    /// "Reset your password", with a link.
    PasswordReset,
    /// The same, with a link of seed 3's form.
    PasswordRestore,
    /// "Your password was changed", no link.
    PasswordChanged,
    /// "Somebody tried to register with your address", no link.
    AlreadyRegistered,
    /// "Confirm your new address", with a link, to that address.
    EmailChange,
    /// "Your address was changed", no link, to the old one.
    EmailChanged,
    /// "Choose another address", with a link, to the present one.
    EmailReset,
    /// "Choose a new user name", with a link.
    UsernameReset,
    /// "Your user name was changed", no link.
    UsernameChanged,
}

impl LetterKind {
    /// Every letter.
    pub const ALL: [Self; 12] = [
        Self::Activation,
        Self::Verification,
        Self::Confirmation,
        Self::PasswordReset,
        Self::PasswordRestore,
        Self::PasswordChanged,
        Self::AlreadyRegistered,
        Self::EmailChange,
        Self::EmailChanged,
        Self::EmailReset,
        Self::UsernameReset,
        Self::UsernameChanged,
    ];

    /// The stem of its template files.
    pub fn stem(self) -> &'static str {
        match self {
            Self::PasswordRestore => Self::PasswordReset.word(),
            other => other.word(),
        }
    }

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Verification => "verification",
            Self::Confirmation => "confirmation",
            Self::PasswordReset => "password_reset",
            Self::PasswordRestore => "password_restore",
            Self::PasswordChanged => "password_changed",
            Self::AlreadyRegistered => "already_registered",
            Self::EmailChange => "email_change",
            Self::EmailChanged => "email_changed",
            Self::EmailReset => "email_reset",
            Self::UsernameReset => "username_reset",
            Self::UsernameChanged => "username_changed",
        }
    }

    /// Reads [`LetterKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The purpose of the link it carries, if it carries one.
    pub fn link(self) -> Option<LinkPurpose> {
        match self {
            Self::Activation | Self::Verification => Some(LinkPurpose::Activation),
            Self::PasswordReset => Some(LinkPurpose::PasswordReset),
            Self::PasswordRestore => Some(LinkPurpose::PasswordRestore),
            Self::EmailChange => Some(LinkPurpose::EmailChange),
            Self::EmailReset => Some(LinkPurpose::EmailReset),
            Self::UsernameReset => Some(LinkPurpose::UsernameReset),
            Self::Confirmation
            | Self::PasswordChanged
            | Self::AlreadyRegistered
            | Self::EmailChanged
            | Self::UsernameChanged => None,
        }
    }
}

/// What a mailed link may be used for; a token of one purpose never serves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Proves the address of a new account.
    Activation,
    /// Sets a new password.
    PasswordReset,
    /// Sets a new password by seed 3's call.
    PasswordRestore,
    /// Proves a new address of an account that has one.
    EmailChange,
    /// Names a new address, which is then to be proven.
    EmailReset,
    /// Sets a new user name.
    UsernameReset,
}

impl LinkPurpose {
    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::PasswordReset => "password_reset",
            Self::PasswordRestore => "password_restore",
            Self::EmailChange => "email_change",
            Self::EmailReset => "email_reset",
            Self::UsernameReset => "username_reset",
        }
    }
}

/// A letter that waits in the outbox. It holds no secret: its link is minted when it is sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Which letter.
    pub kind: LetterKind,
    /// Whose account it is about.
    pub account: AccountId,
    /// Where it goes.
    pub to: Email,
    /// The language it is written in.
    pub language: Language,
}

/// What a template may say, beside the words of its language.
#[derive(Debug, Clone)]
pub struct LetterFields {
    /// The name of this installation, as configured.
    pub site: String,
    /// The public URL of this installation, without a trailing slash.
    pub site_url: String,
    /// The name of the account, may be empty.
    pub name: String,
    /// The address the letter goes to.
    pub email: String,
    /// The whole link, where the letter carries one.
    pub link: Option<String>,
    /// How many whole minutes the link is good for, at least 1.
    pub link_minutes: i64,
}
