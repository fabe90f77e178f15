//! Devices without a keyboard that somebody lets in elsewhere (RFC 8628).

use chrono::{DateTime, TimeDelta, Utc};

use super::{account::AccountId, client::ClientKey, scope::ScopeSet, token::Digest};

/// How long a device waits.
pub const DEVICE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// How long it pauses between two questions.
pub const DEVICE_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// A device that asked to be let in.
#[derive(Debug, Clone)]
pub struct DeviceCode {
    /// The digest of its code.
    pub digest: Digest,
    /// The client it runs.
    pub client: ClientKey,
    /// What it asks for.
    pub scope: ScopeSet,
    /// For which resources.
    pub resources: Vec<String>,
    /// Where it stands.
    pub stage: DeviceStage,
    /// Who let it in.
    pub account: Option<AccountId>,
    /// The account's epoch then.
    pub epoch: i64,
    /// When that person had proved to be there.
    pub auth_time: Option<DateTime<Utc>>,
    /// How long it is to pause between two questions.
    pub pause: TimeDelta,
    /// When it asked last.
    pub polled_at: Option<DateTime<Utc>>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
}

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStage {
    /// Nobody has said anything yet.
    Waiting,
    /// Somebody said yes.
    Allowed,
    /// Somebody said no.
    Denied,
    /// It has its tokens.
    Redeemed,
}

impl DeviceStage {
    const ALL: [Self; 4] = [Self::Waiting, Self::Allowed, Self::Denied, Self::Redeemed];

    /// The word under which it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }

    /// Reads [`DeviceStage::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// The code that somebody types: eight consonants, which spell no word and are not mistaken for digits
/// (RFC 8628 §6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

const LETTERS: [char; 20] = [
    'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X',
    'Z',
];

impl UserCode {
    /// A code out of random bytes, each letter as likely as any other; `None` when too few of them will do.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let letters = bytes.iter().filter(|byte| **byte < 240);
        let letters = letters.filter_map(|byte| LETTERS.get(usize::from(*byte) % 20));
        let code: String = letters.take(8).collect();
        (code.len() == 8).then_some(Self(code))
    }

    /// Reads what somebody typed: the case, spaces and dashes do not count.
    pub fn parse(typed: &str) -> Option<Self> {
        let code: String =
            typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
        (code.len() == 8 && code.chars().all(|c| LETTERS.contains(&c))).then_some(Self(code))
    }

    /// The bare letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is shown: `WDJB-MJHT`.
    pub fn shown(&self) -> String {
        let (one, other) = self.0.split_at(4);
        format!("{one}-{other}")
    }
}

#[cfg(test)]
mod tests {
    use super::UserCode;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = UserCode::from_bytes(&[255, 0, 1, 2, 3, 4, 5, 6, 39, 8]).expect("a code");
        assert_eq!(code.shown(), "BCDF-GHJZ");
        for typed in ["bcdf-ghjz", " BCDF GHJZ ", "bcdfghjz"] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJZZ", "ＢCDF-GHJ"] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
        assert_eq!(UserCode::from_bytes(&[250; 40]), None);
    }
}
