//! Seed 0's templates: a text per language of programming, for the editor of that project.

use chrono::{DateTime, Utc};

/// A template as it is kept.
#[derive(Debug, Clone)]
pub struct Template {
    /// The language it is for.
    pub language: TemplateLanguage,
    /// Its text.
    pub text: String,
    /// When it was stored.
    pub updated_at: DateTime<Utc>,
}

/// The name of a language, as that project writes it (`c++`, `python3`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateLanguage(String);

impl TemplateLanguage {
    /// Reads a name: 1 to 32 of `A-Z a-z 0-9 + # . _ -`.
    pub fn parse(name: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"+#._-".contains(&b);
        ((1..=32).contains(&name.len()) && name.bytes().all(legal)).then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateLanguage;

    #[test]
    fn languages_have_short_plain_names() {
        for name in ["c", "c++", "C#", "f.90", "objective-c", "x_1", &"a".repeat(32)] {
            assert!(TemplateLanguage::parse(name).is_some(), "{name}");
        }
        for name in ["", "a b", "a/b", "ä", "a\0", &"a".repeat(33)] {
            assert!(TemplateLanguage::parse(name).is_none(), "{name}");
        }
    }
}
