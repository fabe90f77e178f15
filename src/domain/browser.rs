//! A browser in which somebody is signed in.

use chrono::{DateTime, TimeDelta, Utc};

use super::{account::Account, token::Digest};

/// How long a session is kept that nobody uses.
pub const SESSION_IDLE: TimeDelta = TimeDelta::minutes(90);
/// How long a session is kept, used or not.
pub const SESSION_LIFE: TimeDelta = TimeDelta::hours(12);

/// A session that is good at this moment.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// The digest of its secret.
    pub digest: Digest,
    /// Who is signed in.
    pub account: Account,
    /// When the person proved to be there.
    pub auth_time: DateTime<Utc>,
    /// When it was last known to be used.
    pub seen_at: DateTime<Utc>,
}
