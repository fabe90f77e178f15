//! What a provider tells of a person, made fit to be kept.

use super::{
    answer::Record,
    error::{Flaw, ProviderError},
};
use crate::domain::{
    email::Email,
    provider::{EmailTrust, PersonName, ProviderEmail, Subject},
};

/// The longest name kept, in characters.
const NAME_MAX: usize = 150;

/// An id that the provider writes as a decimal number.
pub(super) fn decimal_subject(told: &Record, member: &str) -> Result<Subject, ProviderError> {
    let id = told.id(member);
    let subject = id.as_deref().and_then(Subject::parse_decimal);
    subject.ok_or(ProviderError::Malformed(Flaw::Subject))
}

/// An id of any form.
pub(super) fn subject(told: &Record, member: &str) -> Result<Subject, ProviderError> {
    let id = told.id(member);
    id.as_deref().and_then(Subject::parse).ok_or(ProviderError::Malformed(Flaw::Subject))
}

/// An address with its trust; one that is no address counts as not told.
pub(super) fn email(told: Option<&str>, trust: EmailTrust) -> Option<ProviderEmail> {
    Some(ProviderEmail { address: Email::parse(told?)?, trust })
}

/// Given, family and whole name; a whole name that is not told is put together.
pub(super) fn name(first: Option<&str>, last: Option<&str>, full: Option<&str>) -> PersonName {
    let [first, last, full] = [first, last, full].map(|part| clean(part.unwrap_or_default()));
    let full = if full.is_empty() { clean(&format!("{first} {last}")) } else { full };
    PersonName { first, last, full }
}

/// Drops control characters, and those that turn the reading direction or take no room (with which
/// one name can be made to look like another), and cuts at 150 characters.
fn clean(told: &str) -> String {
    let kept = told.chars().filter(|c| !c.is_control() && !is_invisible(*c));
    let kept: String = kept.skip_while(|c| c.is_whitespace()).take(NAME_MAX).collect();
    kept.trim_end().to_owned()
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
    )
}

#[cfg(test)]
mod tests {
    use super::{email, name};
    use crate::domain::provider::EmailTrust;
    use proptest::prelude::*;

    #[test]
    fn a_name_cannot_turn_the_text_around_it() {
        let told = name(Some(" A\u{202E}d\0a\n "), Some("👩‍🚀 Лавлейс"), None);
        assert_eq!(told.first, "Ada");
        assert_eq!(told.last, "👩‍🚀 Лавлейс");
        assert_eq!(told.full, "Ada 👩‍🚀 Лавлейс");
    }

    #[test]
    fn nothing_told_is_nothing_kept() {
        assert_eq!(name(None, Some(""), None), crate::domain::provider::PersonName::default());
        assert!(email(None, EmailTrust::Verified).is_none());
        assert!(email(Some("no address"), EmailTrust::Verified).is_none());
    }

    proptest! {
        #[test]
        fn a_name_is_short_and_has_no_control_characters(told in "(\\PC|[\\x00-\\x1f]){0,400}") {
            let name = name(Some(&told), None, None);
            prop_assert!(name.first.chars().count() <= 150);
            prop_assert!(!name.first.chars().any(char::is_control));
            prop_assert_eq!(name.first.trim(), name.first.as_str());
        }
    }
}
