//! What is wrong with a setting, and the checks that say so.

use std::{
    fmt::{self, Display},
    ops::RangeInclusive,
};

/// What a section found wrong or risky: the key below the section, and what is wrong with the mend.
pub type Finding = (String, String);

/// A setting that keeps Cambio from starting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The full path of the key, or the variable or file that is wrong as a whole.
    pub key: String,
    /// Where the value came from, in words: a file, a variable.
    pub origin: String,
    /// What is wrong with it, and the mend; never the value of a secret.
    pub text: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.key, self.origin, self.text)
    }
}

/// Complains about a number outside its range.
pub(super) fn within<T>(key: &str, value: T, range: RangeInclusive<T>) -> Option<Finding>
where
    T: PartialOrd + Display + Copy,
{
    let (least, most) = (range.start(), range.end());
    let text = format!("is {value}; write a number from {least} to {most}");
    (!range.contains(&value)).then(|| (key.to_owned(), text))
}

/// Complains when the condition holds.
pub(super) fn complain_if(bad: bool, key: &str, text: &str) -> Option<Finding> {
    bad.then(|| (key.to_owned(), text.to_owned()))
}

/// The findings of one section with the section's name before their keys.
pub(super) fn under(section: &str, findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    findings.into_iter().map(move |(key, text)| (format!("{section}.{key}"), text))
}
