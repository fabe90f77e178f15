//! SHA-256 of texts, and comparison that takes the same time whatever the texts.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq as _;

/// One digest over several texts; where one text ends and the next begins counts too.
pub fn of_all(texts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// The SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The SHA-256 of a text in lower-case hex, as applications hash a nonce.
pub fn sha256_hex(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The left half of the SHA-256 in base64url: `at_hash` (OpenID Connect Core §3.1.3.6).
pub fn at_hash(token: &str) -> String {
    let hash = Sha256::digest(token.as_bytes());
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// The same with SHA-512, as Ed25519 has it.
pub fn at_hash_512(token: &str) -> String {
    let hash = Sha512::digest(token.as_bytes());
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// Whether two texts are equal, without telling by its time where they differ.
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::{at_hash, of_all, same, sha256_hex};

    #[test]
    fn where_a_text_ends_is_part_of_the_digest() {
        assert_ne!(of_all(&[b"ab", b"c"]), of_all(&[b"a", b"bc"]));
        assert_ne!(of_all(&[b"a"]), of_all(&[b"a", b""]));
        assert_eq!(of_all(&[b"a", b"b"]), of_all(&[b"a", b"b"]));
    }

    #[test]
    fn the_example_of_openid_connect_core_a_3() {
        assert_eq!(
            at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }

    #[test]
    fn hex_is_lower_case_and_comparison_is_exact() {
        assert!(sha256_hex("").starts_with("e3b0c442"));
        assert!(same("a", "a") && !same("a", "A") && !same("a", "aa"));
    }
}
