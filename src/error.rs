//! How a deed fails: a refusal the caller can act on, or a fault of ours.
//!
//! No HTTP here: a status and a sentence are chosen by each dialect's `refusals.rs`.

use std::time::Duration;

use crate::domain::credential::Scheme;

/// What every deed returns.
pub type Outcome<T> = Result<T, Error>;

/// Why a deed did not happen.
#[derive(Debug)]
pub enum Error {
    /// The caller is told, and can do something about it.
    Refused(Refusal),
    /// Ours; logged once with its cause, the caller hears "try later" or "our error".
    Fault(Fault),
}

/// A "no" that names its reason as a code. Sentences are the doors' business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fields that cannot be accepted, all of them at once.
    Fields(Vec<FieldError>),
    /// The deed needs a credential and none was shown.
    NoCredential,
    /// A credential was shown under that scheme and is not good.
    BadCredential(Scheme, Why),
    /// Unknown name, wrong password, or an account that may not log in: one answer for all.
    BadLogin,
    /// The account is known but not active.
    Inactive,
    /// Unknown client, wrong secret, disabled client: one answer for all.
    BadClient,
    /// The named client does not exist (asked by an authenticated account).
    UnknownClient,
    /// The client is not registered for this grant type.
    GrantNotAllowed,
    /// The client is not registered for this provider.
    ProviderNotAllowed,
    /// A scope was asked for that the client or the grant does not have.
    ScopeNotAllowed,
    /// The token that was shown was not issued for this scope (RFC 6750 §3.1).
    ScopeMissing(&'static str),
    /// No such grant type here.
    UnsupportedGrant,
    /// The address to send people back to is not one of those allowed.
    RedirectNotAllowed,
    /// The resource or audience that a token is asked for is not one the client may ask for.
    BadTarget,
    /// A device is not let in (RFC 8628 §3.5).
    Device(DeviceNo),
    /// The request cannot be understood; the text names the parameter and the mend.
    BadRequest(&'static str),
    /// The grant (refresh token, code, password) is not good.
    BadGrant(Why),
    /// No provider goes by that name.
    UnknownProvider,
    /// The provider does not stand behind the shown token, or it was issued to another application.
    ProviderRefused(Why),
    /// The provider knows the person but gave no e-mail address, and the policy wants one.
    ProviderGaveNoEmail,
    /// The provider could not be asked; worth trying again after the given time.
    ProviderUnavailable {
        /// When to try again.
        retry_after: Duration,
        /// The HTTP status by which it said so; `None` if nothing came back.
        status: Option<u16>,
    },
    /// The provider answered something that is not an answer.
    ProviderMalformed {
        /// The HTTP status, if that was what had no meaning.
        status: Option<u16>,
    },
    /// An account with this e-mail exists and the link rule does not let the two become one.
    LinkRefused,
    /// The only way to log in cannot be cut off.
    LastLogin,
    /// The `uid` of a mailed link names nobody.
    BadMailUid,
    /// The token of a mailed link is wrong, expired or no longer good.
    BadMailToken,
    /// The mailed link was good and has already done its work.
    StaleMailToken,
    /// Known, but not allowed to do this.
    NotAllowed,
    /// What was sought does not exist, or is not the caller's to see.
    NotFound,
    /// It is not in the state any more in which it was to be changed.
    Changed,
    /// It is larger than what is kept.
    TooLarge,
    /// Asked too often.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
}

impl Refusal {
    /// The reason as one word, for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields",
            Self::NoCredential => "no_credential",
            Self::BadCredential(..) => "bad_credential",
            Self::BadLogin => "bad_login",
            Self::Inactive => "inactive",
            Self::BadClient => "bad_client",
            Self::UnknownClient => "unknown_client",
            Self::GrantNotAllowed => "grant_not_allowed",
            Self::ProviderNotAllowed => "provider_not_allowed",
            Self::ScopeNotAllowed => "scope_not_allowed",
            Self::ScopeMissing(_) => "scope_missing",
            Self::UnsupportedGrant => "unsupported_grant",
            Self::RedirectNotAllowed => "redirect_not_allowed",
            Self::BadTarget => "bad_target",
            Self::Device(_) => "device",
            Self::BadRequest(_) => "bad_request",
            Self::BadGrant(_) => "bad_grant",
            Self::UnknownProvider => "unknown_provider",
            Self::ProviderRefused(_) => "provider_refused",
            Self::ProviderGaveNoEmail => "provider_gave_no_email",
            Self::ProviderUnavailable { .. } => "provider_unavailable",
            Self::ProviderMalformed { .. } => "provider_malformed",
            Self::LinkRefused => "link_refused",
            Self::LastLogin => "last_login",
            Self::BadMailUid => "bad_mail_uid",
            Self::BadMailToken => "bad_mail_token",
            Self::StaleMailToken => "stale_mail_token",
            Self::NotAllowed => "not_allowed",
            Self::NotFound => "not_found",
            Self::Changed => "changed",
            Self::TooLarge => "too_large",
            Self::TooMany { .. } => "too_many",
        }
    }

    /// What is behind a credential or grant that is not good.
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::BadCredential(_, why) | Self::BadGrant(why) | Self::ProviderRefused(why) => {
                Some(*why)
            }
            _ => None,
        }
    }
}

/// Why a device is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceNo {
    /// Nobody has said anything yet: it asks again after a pause.
    Waits,
    /// It asked too early, and pauses longer from now on.
    Slower,
    /// Somebody said no.
    Denied,
    /// Nobody came in time.
    Expired,
}

/// The reason behind a refused credential: for logs, metrics and tests; the wire stays vague.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing by that value is known.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was ended before its time.
    Revoked,
    /// It was good once and has been used up.
    Used,
    /// It is not of the form such a thing has.
    Malformed,
    /// It was issued for somebody else.
    ForeignAudience,
    /// The provider bound it to another network address.
    IpBound,
    /// Its signature or nonce does not hold.
    Forged,
    /// It is of another kind than the one asked for.
    WrongKind,
    /// The person behind it is blocked or gone.
    Unavailable,
    /// It names nobody.
    NoSubject,
    /// The account it names is gone.
    NoAccount,
    /// The account it names may not log in.
    Inactive,
}

impl Why {
    /// The reason as one word, for metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Used => "used",
            Self::Malformed => "malformed",
            Self::ForeignAudience => "foreign_audience",
            Self::IpBound => "ip_bound",
            Self::Forged => "forged",
            Self::WrongKind => "wrong_kind",
            Self::Unavailable => "unavailable",
            Self::NoSubject => "no_subject",
            Self::NoAccount => "no_account",
            Self::Inactive => "inactive",
        }
    }
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire, or [`FieldError::OBJECT`] for the body as a whole.
    pub field: &'static str,
    /// What is wrong with it.
    pub code: FieldCode,
}

impl FieldError {
    /// The name under which complaints about the body as a whole are collected.
    pub const OBJECT: &'static str = "non_field_errors";

    /// A complaint about one field.
    pub fn new(field: &'static str, code: FieldCode) -> Self {
        Self { field, code }
    }
}

/// What is wrong with a field, as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCode {
    /// It is missing.
    Required,
    /// It is empty.
    Blank,
    /// It is `null`.
    Null,
    /// It is a list, an object or a boolean where a string is due.
    NotAString,
    /// It is not a whole number.
    NotAnInteger,
    /// It holds a NUL character.
    Nul,
    /// It holds control characters.
    Control,
    /// It is longer than this many characters.
    TooLong(usize),
    /// It is not an e-mail address.
    NotAnEmail,
    /// Somebody has it already.
    Taken,
    /// Somebody has this user name already.
    UsernameTaken,
    /// Nobody may have it.
    Reserved,
    /// It holds signs that a user name may not hold here.
    UsernameSigns,
    /// It looks like an e-mail address that is not the account's own.
    UsernamePoses,
    /// The two user names or addresses differ.
    LoginMismatch,
    /// The two passwords differ.
    PasswordMismatch,
    /// The password is shorter than this many characters.
    PasswordTooShort(usize),
    /// The password is longer than this many characters.
    PasswordTooLong(usize),
    /// The password is one of the common ones.
    PasswordCommon,
    /// The password is digits only.
    PasswordNumeric,
    /// The password is too close to this attribute of the account.
    PasswordSimilar(&'static str),
    /// The current password is wrong.
    WrongPassword,
    /// The value is not one of those allowed.
    NotAChoice,
    /// The body is not an object.
    NotAnObject,
    /// It has more objects and lists within one another than this.
    TooDeep(usize),
    /// There are this many already.
    TooMany(usize),
    /// It is no name of a language.
    NotALanguage,
    /// The value is not acceptable; the text says why.
    Invalid(&'static str),
}

/// A failure of ours, never blamed on the caller.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Cannot be done now; worth trying again.
    #[error("unavailable: {what}")]
    Unavailable {
        /// What is unavailable, in words for the log.
        what: String,
        /// The cause, where there is one.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Two deeds met; the whole deed may be tried once more.
    #[error("conflict: {what}")]
    Conflict {
        /// Which rule of the store was hit.
        what: String,
    },
    /// Something is wrong with us.
    #[error("internal: {what}")]
    Internal {
        /// What went wrong, in words for the log.
        what: String,
        /// The cause, where there is one.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl Fault {
    /// An impossible case, told in a sentence.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal { what: what.into(), cause: None }
    }

    /// A failure of ours with its cause.
    pub fn because(
        what: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal { what: what.into(), cause: Some(cause.into()) }
    }

    /// A passing failure: the caller should try again.
    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::Unavailable { what: what.into(), cause: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
