//! A name to log in with, and what makes one acceptable.

use unicode_normalization::UnicodeNormalization as _;

use super::email::Email;
use crate::error::FieldCode;

/// A user name as typed, in the form NFKC (full-width letters are letters) and less the space around it, as Django
/// keeps it. Two that differ by letter case alone are the same
/// ([`Username::key`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Most characters a user name may have.
    pub const MAX: usize = 150;

    /// Reads a name; `None` when it is empty, too long, or holds characters that nobody sees.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed: String = typed.nfkc().collect();
        let name = typed.trim();
        let sound = (1..=Self::MAX).contains(&name.chars().count()) && !name.contains(is_hidden);
        sound.then(|| Self(name.to_owned()))
    }

    /// The name as shown to people.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which the name is unique.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether it could be taken for an address other than the given one.
    ///
    /// Where people log in with either, such a name would answer to somebody else's address.
    pub fn poses_as_email(&self, own: Option<&Email>) -> bool {
        Email::parse(&self.0).is_some_and(|email| own.map(Email::key) != Some(email.key()))
    }
}

/// Control characters, and those that turn the direction of writing or take no room.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What this installation asks of a new user name. Never asked of one that already exists.
#[derive(Debug, Clone)]
pub struct UsernameRules {
    /// The characters it may hold beside letters and digits.
    pub signs: String,
    /// Names that nobody may take, in the form of [`Username::key`].
    pub reserved: Vec<String>,
}

impl UsernameRules {
    /// What is wrong with a new name; `None` when it will do.
    pub fn complaint(&self, name: &Username) -> Option<FieldCode> {
        let legal = |c: char| c.is_alphanumeric() || self.signs.contains(c);
        if !name.as_str().chars().all(legal) {
            return Some(FieldCode::UsernameSigns);
        }
        self.reserved.contains(&name.key()).then_some(FieldCode::Reserved)
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, Username, UsernameRules};
    use crate::error::FieldCode;

    fn name(typed: &str) -> Username {
        Username::parse(typed).expect("a name")
    }

    #[test]
    fn a_name_keeps_its_inner_spaces_and_loses_the_outer_ones() {
        assert_eq!(name("  John Smith ").as_str(), "John Smith");
        assert_eq!(name("JOHN").key(), name("john").key());
    }

    #[test]
    fn the_same_letter_in_another_dress_is_the_same_letter() {
        assert_eq!(name("\u{ff41}dmin").as_str(), "admin");
        assert_eq!(name("e\u{301}cole"), name("\u{e9}cole"));
    }

    #[test]
    fn what_nobody_can_see_makes_no_name() {
        for typed in ["", "  ", "a\0b", "a\nb", "a\u{202e}b", "a\u{200b}b", &"x".repeat(151)] {
            assert_eq!(Username::parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn signs_and_reserved_names_are_refused() {
        let rules = UsernameRules { signs: " .@+-_".to_owned(), reserved: vec!["me".to_owned()] };
        for typed in ["John Smith", "иван_3", "a.b+c@d-e", "김철수"] {
            assert_eq!(rules.complaint(&name(typed)), None, "{typed}");
        }
        assert_eq!(rules.complaint(&name("a/b")), Some(FieldCode::UsernameSigns));
        assert_eq!(rules.complaint(&name("Me")), Some(FieldCode::Reserved));
    }

    #[test]
    fn a_name_in_the_form_of_an_address_must_be_ones_own() {
        let own = Email::parse("ada@example.com").expect("an address");
        assert!(name("eve@example.com").poses_as_email(Some(&own)));
        assert!(name("ada@example.com").poses_as_email(None));
        assert!(!name("ADA@example.com").poses_as_email(Some(&own)));
        assert!(!name("ada").poses_as_email(None));
    }
}
