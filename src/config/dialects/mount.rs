//! Where a dialect's paths begin.

use serde::Deserialize;

/// The beginning of a dialect's paths: `/`, or `/word` and further words, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Mount(String);

/// First words of paths that belong to other contracts.
const TAKEN: [&str; 8] = ["auth", "health", "users", "token", "jwt", "o", "oauth", "admin"];

impl Mount {
    /// The beginning, without a slash at the end; empty for `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn new(beginning: &'static str) -> Self {
        Self(beginning.trim_end_matches('/').to_owned())
    }
}

impl TryFrom<String> for Mount {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
        let word = |word: &str| !matches!(word, "" | "." | "..") && word.bytes().all(plain);
        let Some(rest) = text.strip_prefix('/') else { return Err("write a path such as /api") };
        let first = rest.split('/').next().unwrap_or_default();
        if TAKEN.contains(&first) {
            return Err("belongs to another contract; write another path such as /api");
        }
        if rest.is_empty() || rest.split('/').all(word) {
            return Ok(Self(text.trim_end_matches('/').to_owned()));
        }
        Err("write a path such as /api, of plain words, without a slash at the end")
    }
}

#[cfg(test)]
mod tests {
    use super::Mount;

    #[test]
    fn calls_stand_below_the_beginning() {
        let path = |text: &str| Mount::try_from(text.to_owned()).map(|mount| mount.0);
        assert_eq!(path("/").as_deref(), Ok(""));
        assert_eq!(path("/api").as_deref(), Ok("/api"));
        assert_eq!(path("/v1/api-2").as_deref(), Ok("/v1/api-2"));
        for bad in ["", "api", "/api/", "//", "/a//b", "/../x", "/{x}", "/a b", "/auth", "/users/x"]
        {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
