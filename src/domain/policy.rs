//! Rules from the configuration, as the deeds need them.

use chrono::TimeDelta;

use super::{
    identity::OnClash, language::Language, limits::Limits, password::PasswordRules,
    scope::ScopeSet, signing::SigningAlgorithm, token::Digest, username::UsernameRules,
};

/// The rules of this installation.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What passwords must be like.
    pub passwords: PasswordRules,
    /// How often something may be tried.
    pub limits: Limits,
    /// How passwords are changed.
    pub password_change: PasswordChange,
    /// Which changes are told by a letter.
    pub notices: Notices,
    /// By which name people log in, and what it may be.
    pub names: Names,
    /// Who may register, and what the answer tells.
    pub registration: Registration,
    /// What becomes of refresh JWTs when they are used.
    pub jwt_rotation: JwtRotation,
    /// How long tokens live.
    pub lifetimes: Lifetimes,
    /// How long events are kept, and those of refusals.
    pub events_kept: (TimeDelta, TimeDelta),
    /// The rules of seed 2's accounts and tokens.
    pub api: ApiRules,
    /// The rules of seed 3's accounts and tokens.
    pub signin: SigninRules,
    /// What an e-mail clash at a first social login leads to.
    pub on_clash: OnClash,
    /// The language of letters to people of whom none is known.
    pub language: Language,
    /// What is granted where no scope is asked for, and what a client registered without any may have.
    pub default_scope: ScopeSet,
    /// The address of this installation: the issuer of its tokens (RFC 8414).
    pub issuer: String,
    /// The digest of the token that lets clients register themselves; without it nobody does.
    pub initial_access: Option<Digest>,
    /// The algorithm of what others verify.
    pub signing: SigningAlgorithm,
    /// Where people who sign in on a provider's page may be sent back to.
    pub redirect_uris: Vec<String>,
}

/// When a new account may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Once its address is proven.
    First,
    /// At once; its address counts for nothing until it is proven.
    Later,
}

/// The rules of seed 2's accounts and tokens.
#[derive(Debug, Clone)]
pub struct ApiRules {
    /// When its accounts may log in.
    pub activation: Activation,
    /// How long an access JWT lives.
    pub access: TimeDelta,
    /// How long a refresh token lives that nobody uses.
    pub refresh: TimeDelta,
}

/// The rules of seed 3's accounts and tokens.
#[derive(Debug, Clone)]
pub struct SigninRules {
    /// When its accounts may sign in.
    pub activation: Activation,
    /// How long a JWT lives.
    pub life: TimeDelta,
    /// How long after its end it can still be renewed; zero: never.
    pub window: TimeDelta,
    /// The claim `role`.
    pub role: String,
}

/// How passwords are changed.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// Whether a new one must be given twice.
    pub set_retype: bool,
    /// Whether a new one must be given twice where a mailed link is shown for it.
    pub reset_retype: bool,
    /// Whether the session that changes it ends as well.
    pub ends_own_session: bool,
}

/// What becomes of refresh JWTs when they are used.
#[derive(Debug, Clone, Copy)]
pub struct JwtRotation {
    /// Whether a new one is handed out with every access token.
    pub rotate: bool,
    /// Whether the old one is then used up.
    pub blacklist: bool,
}

/// Which changes are told by a letter.
#[derive(Debug, Clone)]
pub struct Notices {
    /// A password was changed.
    pub password_changed: bool,
    /// Another address was confirmed.
    pub email_changed: bool,
    /// A user name was changed.
    pub username_changed: bool,
}

/// The rules of the names people log in with.
#[derive(Debug, Clone)]
pub struct Names {
    /// What people log in with.
    pub login: LoginField,
    /// What user names must be like.
    pub rules: UsernameRules,
    /// Whether a new one must be given twice.
    pub set_retype: bool,
    /// Whether a new one must be given twice where a mailed link is shown for it.
    pub reset_retype: bool,
}

/// What people log in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginField {
    /// Their e-mail address.
    Email,
    /// Their user name.
    Username,
    /// Whichever of the two they type; an address wins over a user name of the same letters.
    Either,
}

/// The rules of registration.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Registration {
    /// Whether people may register themselves.
    pub enabled: bool,
    /// Whether a taken e-mail address is told (djoser's contract) or hidden behind a uniform answer.
    pub reveal_existing: bool,
    /// Whether `re_password` is demanded.
    pub retype: bool,
    /// Whether activation is confirmed by a letter.
    pub confirm: bool,
}

/// How long things live. Every value is positive unless said otherwise.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    /// Access tokens.
    pub access: TimeDelta,
    /// A refresh token that nobody uses.
    pub refresh_idle: TimeDelta,
    /// A family of refresh tokens, however often it is used.
    pub refresh_absolute: TimeDelta,
    /// For how long a retry of a refresh gets the identical answer; zero: never.
    pub refresh_grace: TimeDelta,
    /// djoser's auth token, counted from its last use; `None`: for ever.
    pub auth_token_idle: Option<TimeDelta>,
    /// The link of an activation letter, and an account that is never activated.
    pub activation: TimeDelta,
    /// The link of a password reset letter.
    pub password_reset: TimeDelta,
    /// JWT access tokens of the published dialects.
    pub jwt_access: TimeDelta,
    /// JWT refresh tokens of the published dialects.
    pub jwt_refresh: TimeDelta,
}
