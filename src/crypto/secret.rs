//! Secrets that we make: drawn from entropy, stored as digests, compared in constant time.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{domain::token::Digest, entropy::Entropy};

/// The SHA-256 of a secret. Enough for 160 random bits and more; passwords are hashed otherwise.
pub fn digest(secret: &SecretString) -> Digest {
    Digest(Sha256::digest(secret.expose_secret().as_bytes()).into())
}

/// The SHA-256 of a name and the secret that is shown for it, if any; no two pairs have the same.
pub fn digest_of_pair(name: &str, secret: Option<&SecretString>) -> Digest {
    let secret = secret.map_or("", SecretString::expose_secret);
    let mut hash = Sha256::new();
    hash.update(name.len().to_be_bytes());
    hash.update(name.as_bytes());
    hash.update(secret.as_bytes());
    Digest(hash.finalize().into())
}

/// Whether two digests are the same, in constant time.
pub fn same(one: Digest, other: Digest) -> bool {
    one.0.ct_eq(&other.0).into()
}

/// 256 random bits as 43 characters of base64url behind a prefix that tells what it is.
pub fn token(entropy: &dyn Entropy, prefix: &str) -> SecretString {
    let bytes: [u8; 32] = entropy.bytes();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)).into()
}

/// 122 random bits as a UUID of version 4 (RFC 9562 §5.4): the form of seed 2's refresh token.
pub fn uuid(entropy: &dyn Entropy) -> SecretString {
    let bits = u128::from_be_bytes(entropy.bytes());
    let fixed = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let mut text = format!("{fixed:032x}");
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text.into()
}

/// 160 random bits as 40 lower-case hex digits: the form of djoser's auth token.
pub fn hex40(entropy: &dyn Entropy) -> SecretString {
    let bytes: [u8; 20] = entropy.bytes();
    hex::encode(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::uuid;
    use crate::entropy::OsEntropy;
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_uuid_says_that_it_is_random() {
        for _ in 0..50 {
            let uuid = uuid(&OsEntropy).expose_secret().to_owned();
            let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12]);
            assert_eq!(uuid.chars().nth(14), Some('4'));
            assert!(uuid.chars().nth(19).is_some_and(|c| "89ab".contains(c)), "{uuid}");
        }
    }
}
