//! Seals an answer under a secret that we do not keep (R3): who shows the secret again can be given the
//! identical answer, and a copy of the database opens nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, aead::Aead as _};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::{entropy::Entropy, error::Fault};

/// One key seals one text only, so the nonce may be fixed.
const NONCE: [u8; 12] = [0; 12];

/// Bytes of the salt in front of a packed text.
const SALT: usize = 16;

/// Encrypts and authenticates `text` under a key derived from `secret`.
///
/// `purpose` separates keys of different uses. A secret must seal at most one text per purpose.
pub fn seal(secret: &SecretString, purpose: &str, text: &[u8]) -> Result<Vec<u8>, Fault> {
    cipher(secret, purpose)?
        .encrypt(&NONCE.into(), text)
        .map_err(|_opaque| Fault::internal("an answer cannot be sealed"))
}

/// Opens what [`seal`] closed; `None` when secret, purpose or seal are not the right ones.
pub fn open(secret: &SecretString, purpose: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    Ok(cipher(secret, purpose)?.decrypt(&NONCE.into(), sealed).ok())
}

/// Seals a text for somebody to keep, under a key of ours: as one word of base64url, each time another.
pub fn pack(
    key: &SecretString,
    purpose: &str,
    entropy: &dyn Entropy,
    text: &[u8],
) -> Result<String, Fault> {
    let salt: [u8; SALT] = entropy.bytes();
    let sealed = seal(key, &salted(purpose, &salt), text)?;
    Ok(URL_SAFE_NO_PAD.encode([salt.as_slice(), &sealed].concat()))
}

/// Opens what [`pack`] closed; `None` when it is not ours.
pub fn unpack(key: &SecretString, purpose: &str, packed: &str) -> Result<Option<Vec<u8>>, Fault> {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(packed) else { return Ok(None) };
    let Some((salt, sealed)) = bytes.split_at_checked(SALT) else { return Ok(None) };
    open(key, &salted(purpose, salt), sealed)
}

/// A salt makes a key of its own for each text: 128 bits, so none comes twice.
fn salted(purpose: &str, salt: &[u8]) -> String {
    format!("{purpose} {}", hex::encode(salt))
}

fn cipher(secret: &SecretString, purpose: &str) -> Result<ChaCha20Poly1305, Fault> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes())
        .expand(purpose.as_bytes(), &mut key)
        .map_err(|_length| Fault::internal("a sealing key cannot be derived"))?;
    Ok(ChaCha20Poly1305::new(&key.into()))
}

#[cfg(test)]
mod tests {
    use super::{open, pack, seal, unpack};
    use crate::entropy::OsEntropy;

    #[test]
    fn only_the_same_secret_and_purpose_open_a_seal() {
        let sealed = seal(&"old".into(), "refresh", b"answer").expect("sealed");
        let opened =
            |secret: &str, purpose: &str| open(&secret.into(), purpose, &sealed).expect("a key");
        assert_eq!(opened("old", "refresh").as_deref(), Some(&b"answer"[..]));
        assert_eq!(opened("new", "refresh"), None);
        assert_eq!(opened("old", "other"), None);
        assert!(!sealed.windows(6).any(|window| window == b"answer"));
    }

    #[test]
    fn a_bent_seal_does_not_open() {
        let mut sealed = seal(&"old".into(), "refresh", b"answer").expect("sealed");
        sealed[0] ^= 1;
        assert_eq!(open(&"old".into(), "refresh", &sealed).expect("a key"), None);
    }

    #[test]
    fn a_packed_text_is_one_word_that_only_the_same_key_reads() {
        let packed = || pack(&"key".into(), "state", &OsEntropy, b"text").expect("packed");
        let (one, other) = (packed(), packed());
        assert_ne!(one, other);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        let read = |key: &str, word: &str| unpack(&key.into(), "state", word).expect("a key");
        assert_eq!(read("key", &one).as_deref(), Some(&b"text"[..]));
        assert_eq!(read("other", &one), None);
        let cut: String = one.chars().skip(4).collect();
        for bent in ["", "A", "not base64!", &cut] {
            assert_eq!(read("key", bent), None, "{bent}");
        }
    }
}
