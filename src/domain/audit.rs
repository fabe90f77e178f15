//! Events that an operator may want to look up later: who did what, and from where.

use std::net::IpAddr;

use super::{
    account::AccountId,
    client::{ClientId, ClientKey},
};

/// Every kind of event, with the word it is stored under.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($(#[doc = $doc])+ $kind,)+ }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The word it is stored and shown under.
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)+ }
            }
        }
    };
}

kinds! {
    /// Somebody came in; the detail says how.
    SignedIn = "signed_in",
    /// Somebody did not: unknown, wrong password, not active.
    SignInFailed = "sign_in_failed",
    /// A client did not prove who it is.
    ClientRefused = "client_refused",
    /// A refresh token was shown again after its use; all that came of its grant has ended.
    RefreshReused = "refresh_reused",
    /// A code was shown again after its use; all that came of it has ended.
    CodeReplayed = "code_replayed",
    /// Somebody registered.
    Registered = "registered",
    /// Somebody registered an address that an account has, where that is not told.
    RegisteredAgain = "registered_again",
    /// A mailed link has proved an address.
    Activated = "activated",
    /// Somebody changed their password.
    PasswordChanged = "password_changed",
    /// Somebody set a new password by a mailed link.
    PasswordReset = "password_reset",
    /// An operator set a password.
    PasswordSet = "password_set",
    /// An address was changed.
    EmailChanged = "email_changed",
    /// A user name was changed.
    UsernameChanged = "username_changed",
    /// An account was made by an operator, or for somebody whom a provider named.
    AccountCreated = "account_created",
    /// An operator let an account in.
    AccountActivated = "account_activated",
    /// An operator switched an account off.
    AccountDeactivated = "account_deactivated",
    /// An account was deleted.
    AccountDeleted = "account_deleted",
    /// An account was made an administrator.
    AdminGranted = "admin_granted",
    /// An account was put into a group.
    GroupJoined = "group_joined",
    /// An account was taken out of a group.
    GroupLeft = "group_left",
    /// Somebody at a provider was tied to an account.
    ProviderLinked = "provider_linked",
    /// That tie was cut.
    ProviderUnlinked = "provider_unlinked",
    /// A client was registered.
    ClientCreated = "client_created",
    /// What a client is registered for was changed.
    ClientChanged = "client_changed",
    /// A client got a new secret.
    ClientSecretRotated = "client_secret_rotated",
    /// A client was switched off.
    ClientDisabled = "client_disabled",
    /// A client was switched on.
    ClientEnabled = "client_enabled",
    /// A client was deleted.
    ClientDeleted = "client_deleted",
    /// Another key signs from now on.
    KeyRotated = "key_rotated",
    /// A key was brought along.
    KeyImported = "key_imported",
    /// Somebody allowed an application something.
    ConsentGiven = "consent_given",
    /// Somebody ended what an application had.
    ConsentWithdrawn = "consent_withdrawn",
    /// Sessions or tokens were ended at somebody's wish.
    SessionEnded = "session_ended",
}

impl EventKind {
    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether it tells of something that was refused. Such an event outlives the deed that was not done; and since
    /// anybody can bring about any number of them, so many are written in a minute and the others counted.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::SignInFailed | Self::ClientRefused | Self::RefreshReused | Self::CodeReplayed
        )
    }
}

/// Which client an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Application {
    /// By its id.
    Id(ClientId),
    /// By its key; the id is looked up when the event is written.
    Key(ClientKey),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// Which application it is about.
    pub client: Option<Application>,
    /// More about it: a word of ours, a provider, a group, a key. Never a secret, never what a stranger typed.
    pub detail: String,
    /// How often.
    pub times: i64,
}

impl Event {
    /// One about nobody in particular yet.
    pub fn new(kind: EventKind) -> Self {
        Self { kind, account: None, client: None, detail: String::new(), times: 1 }
    }

    /// The same, about an account.
    #[must_use]
    pub fn of(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }

    /// The same, about a client.
    #[must_use]
    pub fn at(self, client: &ClientId) -> Self {
        Self { client: Some(Application::Id(client.clone())), ..self }
    }

    /// The same with more about it.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// On whose side something began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// A request.
    Request,
    /// A command on the machine.
    Operator,
    /// The house by itself.
    #[default]
    House,
}

impl Side {
    /// The word it is stored under.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Operator => "operator",
            Self::House => "house",
        }
    }
}

/// From where something was brought about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Whence {
    /// On whose side.
    pub side: Side,
    /// The address it came from.
    pub address: Option<IpAddr>,
    /// The request, by the number that its answer bears.
    pub request: Option<[u8; 8]>,
    /// The account whose credential was shown with it.
    pub principal: Option<AccountId>,
}

impl Whence {
    /// A command on the machine.
    pub const OPERATOR: Self =
        Self { side: Side::Operator, address: None, request: None, principal: None };
}

/// Longest text of an event that is kept.
const LONGEST: usize = 200;

/// A text as it may stand in a line: what could break a line, hide or turn what follows is written as an escape.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars().take(LONGEST) {
        if is_unseen(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    plain
}

/// Control characters, and those of Unicode that part lines, turn the direction or have no width.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{EventKind, plain};

    #[test]
    fn words_of_events_are_read_back_and_there_are_no_two_alike() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.word()), Some(*kind));
        }
        assert_eq!(EventKind::parse("anything"), None);
    }

    #[test]
    fn no_text_breaks_its_line_or_turns_it() {
        assert_eq!(plain("a\nb\u{1b}[31m\u{202e}c"), "a\\u{a}b\\u{1b}[31m\\u{202e}c");
        assert_eq!(plain("Ада Лавлейс, 에이다"), "Ада Лавлейс, 에이다");
        assert_eq!(plain(&"x".repeat(1000)).len(), 200);
    }
}
