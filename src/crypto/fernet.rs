//! Fernet, the format in which seed 3 encrypts the token of a restoring link.
//!
//! <https://github.com/fernet/spec>: version, time, IV, AES-128-CBC with PKCS #7, HMAC-SHA-256 over all of it.

use aes::{
    Aes128,
    cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use chrono::{DateTime, Utc};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{entropy::Entropy, error::Fault};

/// The one version there is.
const VERSION: u8 = 0x80;
/// Bytes before the encrypted text: version, time and IV.
const HEAD: usize = 1 + 8 + IV;
/// Bytes of the IV.
const IV: usize = 16;
/// Bytes of the HMAC behind the encrypted text.
const TAG: usize = 32;

/// A Fernet key: half of it signs, half of it encrypts. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct FernetKey {
    signing: hmac::Key,
    encryption: [u8; 16],
}

impl std::fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FernetKey(…)")
    }
}

impl FernetKey {
    /// Reads a key: 32 bytes in URL-safe base64.
    pub fn parse(key: &SecretString) -> Option<Self> {
        let bytes = URL_SAFE.decode(key.expose_secret()).ok()?;
        let (signing, encryption) = bytes.split_at_checked(16)?;
        let encryption = encryption.try_into().ok()?;
        Some(Self { signing: hmac::Key::new(hmac::HMAC_SHA256, signing), encryption })
    }

    /// Encrypts and signs a text.
    pub fn seal(&self, text: &[u8], now: DateTime<Utc>, entropy: &dyn Entropy) -> SecretString {
        self.seal_with(text, now, entropy.bytes())
    }

    /// The text of a token; `None` when it is not one of this key. How old it is, is not looked at: what is
    /// inside has an end of its own.
    pub fn open(&self, token: &SecretString) -> Result<Option<Vec<u8>>, Fault> {
        let Ok(bytes) = URL_SAFE.decode(token.expose_secret()) else { return Ok(None) };
        let cut = bytes.len().checked_sub(TAG).and_then(|at| bytes.split_at_checked(at));
        let Some((signed, tag)) = cut else { return Ok(None) };
        if hmac::verify(&self.signing, signed, tag).is_err() || signed.first() != Some(&VERSION) {
            return Ok(None);
        }
        let Some((head, encrypted)) = signed.split_at_checked(HEAD) else { return Ok(None) };
        let iv = head.get(HEAD - IV..).unwrap_or_default();
        let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&self.encryption, iv)
            .map_err(|_length| Fault::internal("an IV of the wrong length"))?;
        // Whoever has the key has signed the padding, so that its error tells nobody anything.
        Ok(cipher.decrypt_padded_vec::<Pkcs7>(encrypted).ok())
    }

    fn seal_with(&self, text: &[u8], now: DateTime<Utc>, iv: [u8; IV]) -> SecretString {
        let cipher = cbc::Encryptor::<Aes128>::new(&self.encryption.into(), &iv.into());
        let mut token = vec![VERSION];
        token.extend_from_slice(&now.timestamp().to_be_bytes());
        token.extend_from_slice(&iv);
        token.extend(cipher.encrypt_padded_vec::<Pkcs7>(text));
        let tag = hmac::sign(&self.signing, &token);
        token.extend_from_slice(tag.as_ref());
        URL_SAFE.encode(token).into()
    }
}

#[cfg(test)]
mod tests {
    use super::FernetKey;
    use crate::entropy::OsEntropy;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE};
    use chrono::DateTime;
    use secrecy::ExposeSecret as _;

    // generate.json of the specification.
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const TOKEN: &str = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    fn key(text: &str) -> FernetKey {
        FernetKey::parse(&text.into()).expect("a key")
    }

    #[test]
    fn the_example_of_the_specification() {
        let iv: [u8; 16] = std::array::from_fn(|n| u8::try_from(n).expect("small"));
        let at = DateTime::parse_from_rfc3339("1985-10-26T01:20:00-07:00").expect("an instant");
        let token = key(KEY).seal_with(b"hello", at.into(), iv);
        assert_eq!(token.expose_secret(), TOKEN);
        assert_eq!(key(KEY).open(&TOKEN.into()).expect("sound").as_deref(), Some(&b"hello"[..]));
    }

    #[test]
    fn a_bent_token_and_one_of_another_key_do_not_open() {
        let opened = |token: &str| key(KEY).open(&token.into()).expect("sound");
        let good = key(KEY).seal(b"text", DateTime::UNIX_EPOCH, &OsEntropy);
        assert_eq!(opened(good.expose_secret()).as_deref(), Some(&b"text"[..]));
        let bytes = URL_SAFE.decode(TOKEN).expect("base64");
        for at in [0, 1, 9, 25, 40, 57, bytes.len() - 1] {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            assert_eq!(opened(&URL_SAFE.encode(bent)), None, "{at}");
        }
        for odd in ["", "gA==", "not base64!", &URL_SAFE.encode([0x80; 57])] {
            assert_eq!(opened(odd), None, "{odd}");
        }
        let other = key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(other.open(&TOKEN.into()).expect("sound"), None);
    }

    #[test]
    fn a_key_has_32_bytes() {
        for odd in ["", "AAAA", "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4"] {
            assert!(FernetKey::parse(&odd.into()).is_none(), "{odd}");
        }
        assert!(!format!("{:?}", key(KEY)).contains("cw_0"));
    }
}
