//! A password a person chose, and what makes one acceptable.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret as _, SecretString};

use super::{common_passwords::CommonPasswords, similarity::is_similar};
use crate::error::FieldCode;

/// What a person typed as a password: no normalisation, no truncation, never shown. Blanks at its ends are not
/// part of it.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Most bytes a password may have, whatever the rules say about characters.
    pub const MAX_BYTES: usize = 1024;

    /// A password as typed. Django REST framework cuts blanks at both ends of every text, passwords too; here it is
    /// done in the one place all passwords come through, so that one is the same wherever it was typed.
    pub fn new(typed: impl Into<String>) -> Self {
        let typed = typed.into();
        let cut = typed.trim();
        if cut.len() < typed.len() {
            return Self(SecretString::from(cut));
        }
        Self(SecretString::from(typed))
    }

    /// Whether the other is the same, character for character.
    pub fn is_same(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }

    /// The password in the clear, for hashing and checking.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What this installation asks of a new password. Never asked of one that already exists.
#[derive(Debug, Clone)]
pub struct PasswordRules {
    /// Fewest characters.
    pub min_length: usize,
    /// Most characters; [`Password::MAX_BYTES`] holds besides.
    pub max_length: usize,
    /// Whether the passwords on the list of common ones are refused.
    pub check_common: bool,
    /// Whether passwords of digits only are refused.
    pub check_numeric: bool,
    /// Whether passwords close to an attribute of the account are refused.
    pub check_similar: bool,
    /// How close is too close: 1 is an anagram, 0.7 is Django's figure.
    pub similarity: f64,
    /// The list of common passwords.
    pub common: Arc<CommonPasswords>,
}

impl PasswordRules {
    /// The rules a fresh installation starts with: 8 to 256 characters and every check.
    pub fn standard(common: Arc<CommonPasswords>) -> Self {
        Self {
            min_length: 8,
            max_length: 256,
            check_common: true,
            check_numeric: true,
            check_similar: true,
            similarity: 0.7,
            common,
        }
    }
}

/// Everything that is wrong with a new password, in the order of Django's validators; empty when it will do.
///
/// `attributes` are the account's own values under their wire names, in the order in which they are compared;
/// only the first that is too similar is named.
pub fn complaints(
    rules: &PasswordRules,
    password: &Password,
    attributes: &[(&'static str, &str)],
) -> Vec<FieldCode> {
    let typed = password.expose();
    if is_too_long(rules, typed) {
        return vec![FieldCode::PasswordTooLong(rules.max_length)];
    }
    let short = typed.chars().count() < rules.min_length;
    let common = rules.check_common && rules.common.contains(typed);
    let numeric = rules.check_numeric && is_numeric(typed);
    [
        similar_attribute(rules, typed, attributes).map(FieldCode::PasswordSimilar),
        short.then_some(FieldCode::PasswordTooShort(rules.min_length)),
        common.then_some(FieldCode::PasswordCommon),
        numeric.then_some(FieldCode::PasswordNumeric),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_too_long(rules: &PasswordRules, typed: &str) -> bool {
    typed.len() > Password::MAX_BYTES || typed.chars().count() > rules.max_length
}

/// Digits of any script, and the other number signs of Unicode as well: fractions make no password stronger.
fn is_numeric(typed: &str) -> bool {
    !typed.is_empty() && typed.chars().all(char::is_numeric)
}

fn similar_attribute(
    rules: &PasswordRules,
    typed: &str,
    attributes: &[(&'static str, &str)],
) -> Option<&'static str> {
    let similar = |(_, value): &&(_, &str)| is_similar(typed, value, rules.similarity);
    rules.check_similar.then(|| attributes.iter().find(similar).map(|(name, _)| *name))?
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Password, PasswordRules, complaints};
    use crate::{domain::common_passwords::CommonPasswords, error::FieldCode};

    fn rules() -> PasswordRules {
        let list = ["password", "12345678", "1234", "ada.lovelace@example.com"];
        PasswordRules::standard(Arc::new(list.into_iter().collect()))
    }

    fn judge(typed: &str) -> Vec<FieldCode> {
        let attributes = [("email", "ada.lovelace@example.com"), ("name", "Ada Lovelace")];
        complaints(&rules(), &Password::new(typed), &attributes)
    }

    #[test]
    fn all_complaints_come_at_once_in_djangos_order() {
        use FieldCode::{PasswordCommon, PasswordNumeric, PasswordSimilar, PasswordTooShort};
        assert_eq!(judge("1234"), [PasswordTooShort(8), PasswordCommon, PasswordNumeric]);
        assert_eq!(judge("Password"), [PasswordCommon]);
        assert_eq!(judge("lovela"), [PasswordSimilar("email"), PasswordTooShort(8)]);
        assert_eq!(judge("ADA.lovelace@example.com"), [PasswordSimilar("email"), PasswordCommon]);
        assert_eq!(judge("4815162342"), [PasswordNumeric]);
        assert_eq!(judge("٤٨١٥١٦٢٣٤٢"), [PasswordNumeric]);
    }

    #[test]
    fn a_sentence_and_a_row_of_pictures_are_good_passwords() {
        for typed in
            ["it rained all day", "🦀🐳🌵🎻🧭🪁🧶🎈", "пятница, тринадцатое", "비밀번호가아닙니다"]
        {
            assert_eq!(judge(typed), [], "{typed}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_up_to_its_limit() {
        let too_long = [FieldCode::PasswordTooLong(256)];
        assert_eq!(judge(&"é".repeat(256)), []);
        assert_eq!(judge(&"é".repeat(257)), too_long);
        let generous = PasswordRules { max_length: 5000, ..rules() };
        let judge = |n| complaints(&generous, &Password::new("🦀".repeat(n)), &[]);
        assert_eq!(judge(256), []);
        assert_eq!(judge(257), [FieldCode::PasswordTooLong(5000)]);
    }

    #[test]
    fn each_check_can_be_switched_off() {
        let lax = PasswordRules {
            min_length: 1,
            check_common: false,
            check_numeric: false,
            check_similar: false,
            ..rules()
        };
        for typed in ["1", "1234", "password", "ada"] {
            assert_eq!(complaints(&lax, &Password::new(typed), &[("name", "ada")]), []);
        }
    }

    #[test]
    fn the_embedded_list_serves_the_rules() {
        let list = CommonPasswords::embedded().expect("the list");
        let rules = PasswordRules::standard(list);
        let found = complaints(&rules, &Password::new("iloveyou"), &[]);
        assert_eq!(found, [FieldCode::PasswordCommon]);
    }

    #[test]
    fn blanks_at_both_ends_are_not_part_of_it_but_those_within_are() {
        for typed in [" a  b ", "a  b\n", "\u{a0}\ta  b", "a  b"] {
            assert_eq!(Password::new(typed).expose(), "a  b");
        }
        assert_eq!(judge("       \n"), [FieldCode::PasswordTooShort(8)]);
    }

    #[test]
    fn a_password_does_not_show_itself() {
        assert!(!format!("{:?}", Password::new("hunter2")).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn judging_never_panics(typed in "\\PC{0,300}", name in "\\PC{0,40}") {
            let _ = complaints(&rules(), &Password::new(typed), &[("name", &name)]);
        }

        #[test]
        fn short_passwords_are_always_told_so(typed in "\\PC{0,7}") {
            prop_assert!(judge(&typed).contains(&FieldCode::PasswordTooShort(8)));
        }

        #[test]
        fn digits_alone_are_never_enough(typed in "[0-9]{1,200}") {
            prop_assert!(judge(&typed).contains(&FieldCode::PasswordNumeric));
        }

        #[test]
        fn letter_case_changes_no_verdict(typed in "[a-zA-Z0-9 ]{0,20}") {
            prop_assert_eq!(judge(&typed.to_lowercase()), judge(&typed.to_uppercase()));
        }
    }
}
