//! Seals an answer under a secret that we do not keep (R3): who shows the secret again can be given the
//! identical answer, and a copy of the database opens nothing.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, aead::Aead as _};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::error::Fault;

/// One key seals one text only, so the nonce may be fixed.
const NONCE: [u8; 12] = [0; 12];

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

fn cipher(secret: &SecretString, purpose: &str) -> Result<ChaCha20Poly1305, Fault> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes())
        .expand(purpose.as_bytes(), &mut key)
        .map_err(|_length| Fault::internal("a sealing key cannot be derived"))?;
    Ok(ChaCha20Poly1305::new(&key.into()))
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

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
}
