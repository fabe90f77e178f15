//! What a deed has ended or changed, for whoever remembers what it was.

use super::{account::AccountId, client::ClientKey, token::FamilyId};

/// Whatever is remembered of it does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// An account was changed or is gone, or tokens of it have ended.
    Account(AccountId),
    /// An account was changed in a way that takes nothing from anybody.
    Noted(AccountId),
    /// A family has ended.
    Family(FamilyId),
    /// A family's access tokens were replaced by others.
    Replaced(FamilyId),
    /// A client was changed, came or is gone, or its secrets were.
    Client(ClientKey),
    /// Nobody knows what exactly.
    Everything,
}

impl Ended {
    /// Whether somebody has lost something, so that every node must have been told when the deed is done.
    pub fn is_urgent(self) -> bool {
        !matches!(self, Self::Noted(_) | Self::Replaced(_))
    }

    /// The word under which nodes tell it each other.
    pub fn word(self) -> String {
        match self {
            Self::Account(id) | Self::Noted(id) => format!("a{}", id.0),
            Self::Family(id) | Self::Replaced(id) => format!("f{}", id.0),
            Self::Client(key) => format!("c{}", key.0),
            Self::Everything => "*".to_owned(),
        }
    }

    /// Reads [`Ended::word`]; what cannot be read, another version's word, may be anything.
    pub fn parse(word: &str) -> Self {
        let known = word.split_at_checked(1).and_then(|(kind, number)| {
            let number = number.parse().ok()?;
            match kind {
                "a" => Some(Self::Account(AccountId(number))),
                "f" => Some(Self::Family(FamilyId(number))),
                "c" => Some(Self::Client(ClientKey(number))),
                _ => None,
            }
        });
        known.unwrap_or(Self::Everything)
    }

    /// Many of them in one text of at most `most` bytes; too many are everything.
    pub fn words(many: impl Iterator<Item = Self>, most: usize) -> String {
        let mut text = String::new();
        for ended in many {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&ended.word());
            if text.len() > most {
                return Self::Everything.word();
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, ClientKey, Ended, FamilyId};

    #[test]
    fn what_a_node_tells_another_reads_and_the_unknown_is_everything() {
        for ended in [
            Ended::Account(AccountId(7)),
            Ended::Family(FamilyId(i64::MAX)),
            Ended::Client(ClientKey(1)),
            Ended::Everything,
        ] {
            assert_eq!(Ended::parse(&ended.word()), ended);
        }
        for strange in ["", "x1", "a", "a1b", "é", "7"] {
            assert_eq!(Ended::parse(strange), Ended::Everything, "{strange}");
        }
    }

    #[test]
    fn what_does_not_fit_into_a_text_is_everything() {
        let many = |count| (0..count).map(|n| Ended::Family(FamilyId(n)));
        assert_eq!(Ended::words(many(3), 10), "f0 f1 f2");
        assert_eq!(Ended::words(many(5), 10), "*");
    }
}
