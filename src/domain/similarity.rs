//! How much two texts overlap: the measure by which Django calls a password too similar.

use std::collections::HashMap;

/// Whether the password is too close to the value, or to one of the value's words.
///
/// The rule of Django's `UserAttributeSimilarityValidator`: both in lower case, the value whole and split at
/// everything that is neither letter, digit nor underscore; at least `limit` overlap is too much. A part so much
/// shorter than the password that it could not reach the limit is passed over.
pub fn is_similar(password: &str, value: &str, limit: f64) -> bool {
    let (password, value) = (password.to_lowercase(), value.to_lowercase());
    let boundary = |c: char| !c.is_alphanumeric() && c != '_';
    !value.is_empty()
        && value.split(boundary).filter(|word| !word.is_empty()).chain([value.as_str()]).any(
            |part| !is_far_shorter(part, &password, limit) && overlap(&password, part) >= limit,
        )
}

/// Twice the characters in common over all characters (`difflib`'s `quick_ratio`): 1 for anagrams, 0 for strangers.
fn overlap(a: &str, b: &str) -> f64 {
    let total = length(a) + length(b);
    if total == 0.0 {
        return 1.0;
    }
    let mut unmatched: HashMap<char, u32> = HashMap::new();
    for c in b.chars() {
        *unmatched.entry(c).or_default() += 1;
    }
    let take = |c: &char| match unmatched.get_mut(c) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    2.0 * count(a.chars().filter(take)) / total
}

fn is_far_shorter(part: &str, password: &str, limit: f64) -> bool {
    let (part, password) = (length(part), length(password));
    password >= 10.0 * part && part < limit / 2.0 * password
}

fn length(text: &str) -> f64 {
    count(text.chars())
}

fn count(items: impl Iterator) -> f64 {
    u32::try_from(items.count()).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::{is_similar, overlap};
    use proptest::prelude::*;

    #[test]
    fn a_word_of_an_address_counts_as_much_as_the_whole() {
        for password in ["ada.lovelace@example.com", "LOVELACE1", "lovelace2024", "examples"] {
            assert!(is_similar(password, "ada.lovelace@example.com", 0.7), "{password}");
        }
        assert!(!is_similar("analytical engine", "ada.lovelace@example.com", 0.7));
    }

    #[test]
    fn nothing_is_similar_to_an_empty_value() {
        assert!(!is_similar("anything at all", "", 0.7));
        assert!(!is_similar("anything at all", "@.", 0.7));
    }

    #[test]
    fn exactly_seven_tenths_is_too_much() {
        // 2 × 7 / 20 in floating point is 0.7 and not a hair less.
        assert!(is_similar("abcdefgxyz", "abcdefg123", 0.7));
        assert!(!is_similar("abcdefwxyz", "abcdefg123", 0.7));
    }

    #[test]
    fn django_agrees() {
        // Answers of UserAttributeSimilarityValidator, Django 5.2.19.
        let cases = [
            ("9철qyB철수", "김철수", false),
            ("aAda_lovelace", "ada_lovelace", true),
            ("x철수", "김철수", false),
            ("O'Bzyez-SmBitz", "O'Brien-Smith", false),
            ("김철수", "김철수", true),
            ("yd철a_lovelaxe", "ada_lovelace", true),
            ("철adwa_lЙovylace", "ada_lovelace", true),
            ("O9'Brien-eSmith", "O'Brien-Smith", true),
            ("OBzBxien-Smith", "O'Brien-Smith", true),
            ("ea", "a", false),
            ("Иван Сидоров", "Иван Сидоров", true),
            ("김철e수", "김철수", true),
            ("Awa", "a", false),
            ("Love1ace", "Ada Lovelace", true),
            ("Ad1 Loveelyc1", "Ada Lovelace", true),
            ("Сидоров", "Иван Сидоров", true),
            ("O'BriznezSq9mith", "O'Brien-Smith", true),
            ("ad철a_Alovelace", "ada_lovelace", true),
            ("zA1수A1", "김철수", false),
            ("y", "a", false),
            ("ada_lo철velace", "ada_lovelace", true),
            ("zda_lozeelac9e", "ada_lovelace", true),
            ("examp철l1", "ada.lovelace@example.com", true),
            ("Ada Lovelzqce", "Ada Lovelace", true),
        ];
        for (password, value, similar) in cases {
            assert_eq!(is_similar(password, value, 0.7), similar, "{password} / {value}");
        }
    }

    proptest! {
        #[test]
        fn overlap_is_symmetric_within_bounds_and_whole_for_equals(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            let ab = overlap(&a, &b);
            prop_assert!((0.0..=1.0).contains(&ab));
            prop_assert!((ab - overlap(&b, &a)).abs() < 1e-12);
            prop_assert!((overlap(&a, &a) - 1.0).abs() < 1e-12);
        }

        #[test]
        fn a_value_is_similar_to_itself_in_any_case(value in "[a-zA-Z0-9]{1,40}") {
            prop_assert!(is_similar(&value.to_uppercase(), &value, 0.7));
        }
    }
}
