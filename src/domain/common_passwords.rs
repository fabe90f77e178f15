//! The passwords everybody tries first.

use std::{
    collections::HashSet,
    fmt,
    io::Read as _,
    sync::{Arc, OnceLock},
};

use flate2::read::GzDecoder;

use crate::error::Fault;

/// A list of common passwords.
pub struct CommonPasswords(HashSet<Box<str>>);

impl CommonPasswords {
    /// The list that comes with Cambio; where it is from stands in `common_passwords.md`.
    ///
    /// It is unpacked when it is first asked for, and shared from then on.
    pub fn embedded() -> Result<Arc<Self>, Fault> {
        static SHARED: OnceLock<Arc<CommonPasswords>> = OnceLock::new();
        if let Some(shared) = SHARED.get() {
            return Ok(Arc::clone(shared));
        }
        let unpacked = Arc::new(Self::unpack()?);
        Ok(Arc::clone(SHARED.get_or_init(|| unpacked)))
    }

    fn unpack() -> Result<Self, Fault> {
        let mut text = String::new();
        GzDecoder::new(include_bytes!("common_passwords.txt.gz").as_slice())
            .read_to_string(&mut text)
            .map_err(|e| Fault::because("the embedded list of common passwords is damaged", e))?;
        Ok(text.lines().collect())
    }

    /// Whether the password, lower-cased and trimmed, is on the list.
    pub fn contains(&self, password: &str) -> bool {
        self.0.contains(password.to_lowercase().trim())
    }
}

impl<'a> FromIterator<&'a str> for CommonPasswords {
    /// A list of one's own; its lines must be lower-case.
    fn from_iter<I: IntoIterator<Item = &'a str>>(lines: I) -> Self {
        Self(lines.into_iter().map(|line| Box::from(line.trim())).collect())
    }
}

impl fmt::Debug for CommonPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommonPasswords({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::CommonPasswords;

    #[test]
    fn the_embedded_list_is_long_and_ignores_case_and_surrounding_space() {
        let list = CommonPasswords::embedded().expect("the list");
        assert!(list.0.len() >= 10_000, "{list:?}");
        for common in ["password", "PassWord", " 123456 ", "qwerty", "trustno1"] {
            assert!(list.contains(common), "{common}");
        }
        assert!(!list.contains("correct horse battery staple"));
    }
}
