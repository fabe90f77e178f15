//! The `[jwt]` section: the published dialects that hand out JWTs.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// Key and lifetimes of the JWT dialects. Without a key these dialects are off.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jwt {
    /// The HS256 key, 32 bytes or more of good randomness. Changing it ends every JWT.
    pub signing_key: Option<SecretString>,
    /// Seconds an access JWT is good for.
    pub access_lifetime_seconds: u32,
    /// Seconds a refresh JWT is good for.
    pub refresh_lifetime_seconds: u32,
    /// Whether a refresh hands out a new refresh JWT, too.
    pub rotate_refresh_tokens: bool,
    /// Whether the old one is then used up.
    pub blacklist_after_rotation: bool,
}

impl Default for Jwt {
    fn default() -> Self {
        Self {
            signing_key: None,
            access_lifetime_seconds: 300,
            refresh_lifetime_seconds: 86_400,
            rotate_refresh_tokens: false,
            blacklist_after_rotation: true,
        }
    }
}

impl Jwt {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let (access, refresh) = (self.access_lifetime_seconds, self.refresh_lifetime_seconds);
        let key = self.signing_key.as_ref().map(ExposeSecret::expose_secret);
        let checks = [
            key.and_then(|key| weak_key("signing_key", key)),
            within("access_lifetime_seconds", access, 10..=86_400),
            within("refresh_lifetime_seconds", refresh, 60..=31_536_000),
            complain_if(
                refresh < access,
                "refresh_lifetime_seconds",
                "is shorter than access_lifetime_seconds; write as much or more",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}

impl Jwt {
    pub(super) fn warnings(&self) -> Vec<Finding> {
        let text = "a refresh token that was stolen and used is not noticed; turn it on";
        let bad = self.rotate_refresh_tokens && !self.blacklist_after_rotation;
        complain_if(bad, "blacklist_after_rotation", text).into_iter().collect()
    }
}

/// Complains about a key that can be guessed.
pub(super) fn weak_key(name: &str, key: &str) -> Option<Finding> {
    let mend =
        "write 32 random bytes, as `openssl rand -base64 48` prints them, or leave the key out";
    Some((name.to_owned(), format!("{}; {mend}", weakness(key)?)))
}

/// Parts of keys that stand in manuals, templates and examples; every guesser tries them.
const WELL_KNOWN: [&str; 12] = [
    "django-insecure-",
    "changeme",
    "change-me",
    "change_me",
    "changethis",
    "your-256-bit-secret",
    "your-secret-key",
    "your_secret_key",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "a-string-secret-at-least-256-bits-long",
    "abcdefghijklmnop",
    "ayM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
];

/// Why a key can be guessed; `None` for a key that looks random.
///
/// RFC 7518 §3.2 wants a key at least as long as the hash.
fn weakness(key: &str) -> Option<&'static str> {
    let bytes = key.as_bytes();
    let same = |other: &str| key.to_ascii_lowercase().contains(&other.to_ascii_lowercase());
    let repeats = |period: usize| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b);
    if bytes.len() < 32 {
        return Some("is shorter than 32 bytes");
    }
    if WELL_KNOWN.into_iter().any(same) {
        return Some("holds a well-known example key");
    }
    (1..=bytes.len() / 2).any(repeats).then_some("repeats itself")
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn keys_that_can_be_guessed_are_refused() {
        for (key, weak) in [
            ("", "shorter"),
            ("3q2-7wE0x9Vb5c8Zr1Lk4Tn6Yh0Mj2P", "shorter"),
            ("django-insecure-3q2-7wE0x9Vb5c8Zr1Lk4Tn6Yh0Mj2Ps", "well-known"),
            ("Change-Me-please-3q2-7wE0x9Vb5c8Zr1Lk4Tn6", "well-known"),
            ("super-secret-jwt-token-with-at-least-32-characters-long", "well-known"),
            ("abcdefghijklmnopqrstuvwxyz0123456789", "well-known"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats"),
            ("12345678901234567890123456789012", "repeats"),
            ("secretsecretsecretsecretsecretsecret", "repeats"),
        ] {
            assert!(weakness(key).is_some_and(|text| text.contains(weak)), "{key:?}");
        }
    }

    #[test]
    fn random_keys_are_taken() {
        for key in [
            "f4b1c0d29e7a4835b6f10c2d8e9a7b53",
            "Qm9vVGhpcyBpcyBub3Qgc2VjcmV0IQzv9x0lT5u2Wq8=",
            "3q2-7wE0x9Vb5c8Zr1Lk4Tn6Yh0Mj2Ps",
        ] {
            assert_eq!(weakness(key), None, "{key}");
        }
    }
}
