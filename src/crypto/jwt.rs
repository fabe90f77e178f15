//! Signing and verifying JWTs (RFC 7515, 7519). Time is judged elsewhere ([`super::jwt_time`]).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Header;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    json,
    jwt_key::{Algorithm, SigningKey, VerifyingKey},
    ring_jwt::RING,
};
use crate::error::Fault;

/// The longest token looked at, in bytes.
pub const MAX_LEN: usize = 16 * 1024;

/// Why a token is not taken. Says nothing of what the token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadJwt {
    /// Longer than [`MAX_LEN`], or not three base64url parts with a JSON header.
    #[error("not a JWT")]
    Malformed,
    /// The header marks something as critical, or names a type other than JWT.
    #[error("a header that must not be ignored")]
    Header,
    /// The header's algorithm is not one the key is used with.
    #[error("an algorithm that the key is not used with")]
    Algorithm,
    /// The signature does not hold.
    #[error("a signature that does not hold")]
    Signature,
    /// The payload is not a JSON object.
    #[error("a payload that is no JSON object")]
    Claims,
}

/// Gives `jsonwebtoken` its cryptography; calling it again changes nothing.
///
/// Everything here calls it first, so nobody has to remember.
pub fn install() {
    // An error means that it is installed already.
    let _ = RING.install_default();
}

/// Whether a text is a JWS: its first of three parts decodes to a JSON object with a string `alg`.
///
/// Counting dots is not enough: VK's opaque tokens read `vk1.a.…`.
pub fn looks_like_jws(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), 2) = (parts.next(), parts.count()) else { return false };
    decode_object(header).is_some_and(|header| header.get("alg").is_some_and(Value::is_string))
}

/// Signs claims; the header holds `typ`, `alg` and the key's name.
pub fn sign<C: Serialize>(claims: &C, key: &SigningKey) -> Result<String, Fault> {
    sign_as("JWT", claims, key)
}

/// The same for another type of token (RFC 8725 §3.11).
pub fn sign_as<C: Serialize>(typ: &str, claims: &C, key: &SigningKey) -> Result<String, Fault> {
    install();
    let mut header = Header::new(key.algorithm);
    header.typ = Some(typ.to_owned());
    header.kid.clone_from(&key.kid);
    jsonwebtoken::encode(&header, claims, &key.key)
        .map_err(|why| Fault::because("a JWT could not be signed", why))
}

/// Whether the header of a text in the form of a JWT names that type. Nothing is verified.
pub fn is_typed(token: &str, typ: &str) -> bool {
    let header = token.split('.').next().and_then(decode_object);
    let named = header.as_ref().and_then(|header| header.get("typ")).and_then(Value::as_str);
    named.is_some_and(|named| named.eq_ignore_ascii_case(typ))
}

/// A token taken apart, its signature not yet verified: nothing in it is to be believed.
#[derive(Debug)]
pub struct Jws<'t> {
    algorithm: Algorithm,
    kid: Option<String>,
    message: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Jws<'t> {
    /// Takes a compact JWS apart (RFC 7515 §7.1).
    ///
    /// Refuses `crit` (we understand no extension, §4.1.11) and a `typ` other than JWT. A key or an
    /// address of a key in the header (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
    pub fn parse(token: &'t str) -> Result<Self, BadJwt> {
        Self::parse_as("JWT", token)
    }

    /// The same for a token that may say in `typ` what it is for, too (RFC 8725 §3.11).
    pub fn parse_as(typ: &str, token: &'t str) -> Result<Self, BadJwt> {
        if token.len() > MAX_LEN {
            return Err(BadJwt::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(BadJwt::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(BadJwt::Malformed)?;
        if payload.contains('.') {
            return Err(BadJwt::Malformed);
        }
        let header = decode_object(header).ok_or(BadJwt::Malformed)?;
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(BadJwt::Malformed)?;
        let algorithm = algorithm.parse().map_err(|_unknown| BadJwt::Algorithm)?;
        if header.contains_key("crit") || !is_of(typ, header.get("typ")) {
            return Err(BadJwt::Header);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(BadJwt::Malformed),
        };
        Ok(Self { algorithm, kid, message, payload, signature })
    }

    /// The name of the key it claims to be signed with.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm it claims to be signed with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What it claims, believed by nobody: only to find out whose key is to be tried.
    pub fn unverified(&self) -> Option<Map<String, Value>> {
        decode_object(self.payload)
    }

    /// The claims, when the signature holds under this key with one of the key's algorithms.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Map<String, Value>, BadJwt> {
        install();
        if !key.algorithms.contains(&self.algorithm) {
            return Err(BadJwt::Algorithm);
        }
        let message = self.message.as_bytes();
        match jsonwebtoken::crypto::verify(self.signature, message, &key.key, self.algorithm) {
            Ok(true) => decode_object(self.payload).ok_or(BadJwt::Claims),
            Ok(false) | Err(_) => Err(BadJwt::Signature),
        }
    }
}

/// RFC 7519 §5.1: absent, `JWT` or that type, in any letter case.
fn is_of(own: &str, typ: Option<&Value>) -> bool {
    match typ {
        None => true,
        Some(Value::String(typ)) => {
            typ.eq_ignore_ascii_case("JWT") || typ.eq_ignore_ascii_case(own)
        }
        Some(_) => false,
    }
}

fn decode_object(part: &str) -> Option<Map<String, Value>> {
    json::parse_object(&URL_SAFE_NO_PAD.decode(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::{BadJwt, Jws, install, looks_like_jws, sign};
    use crate::crypto::{
        jwt_key::{Algorithm, SigningKey, VerifyingKey},
        test_keys,
    };
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn verified(token: &str, key: &VerifyingKey) -> Result<Map<String, Value>, BadJwt> {
        Jws::parse(token)?.verify(key)
    }

    fn with_header(token: &str, header: &Value) -> String {
        let (_, rest) = token.split_once('.').expect("a JWT");
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[test]
    fn what_each_algorithm_signs_it_verifies_and_no_other_key_does() {
        let keys = [
            SigningKey::pkcs8(Algorithm::RS256, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::RS384, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::RS512, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::PS256, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::PS384, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::PS512, &test_keys::rsa_der()),
            SigningKey::pkcs8(Algorithm::ES256, &test_keys::es256_der()),
            SigningKey::pkcs8(Algorithm::ES384, &test_keys::es384_der()),
            SigningKey::pkcs8(Algorithm::EdDSA, &test_keys::ed25519_der()),
        ];
        let keys = keys.map(|key| key.expect("a key"));
        for (one, key) in keys.iter().enumerate() {
            let token = sign(&json!({"a": 1}), key).expect("signed");
            for (other, shown) in keys.iter().enumerate() {
                let jwk = shown.public_jwk().expect("made").expect("public");
                let verifying = VerifyingKey::from_jwk(&jwk, &[shown.algorithm()]).expect("usable");
                assert_eq!(verified(&token, &verifying).is_ok(), one == other);
            }
        }
    }

    #[test]
    fn a_shared_secret_signs_and_verifies() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let token =
                sign(&json!({"a": 1}), &SigningKey::secret(algorithm, b"s")).expect("signed");
            let claims = verified(&token, &VerifyingKey::secret(algorithm, b"s")).expect("good");
            assert_eq!(claims["a"], 1);
            let other = VerifyingKey::secret(algorithm, b"t");
            assert_eq!(verified(&token, &other), Err(BadJwt::Signature));
        }
    }

    #[test]
    fn an_unsigned_token_is_refused_however_none_is_spelt() {
        let key = VerifyingKey::secret(Algorithm::HS256, b"s");
        let token = sign(&json!({}), &SigningKey::secret(Algorithm::HS256, b"s")).expect("signed");
        for alg in ["none", "None", "nOnE", ""] {
            let forged = with_header(&token, &json!({"alg": alg}));
            assert_eq!(verified(&forged, &key), Err(BadJwt::Algorithm));
            let stripped = forged.rsplit_once('.').expect("parts").0.to_owned() + ".";
            assert!(verified(&stripped, &key).is_err());
        }
    }

    #[test]
    fn the_public_key_is_no_shared_secret() {
        let jwk = test_keys::rsa_jwk("one");
        let key = VerifyingKey::from_jwk(&jwk, &[Algorithm::RS256]).expect("usable");
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().expect("n")).expect("bytes");
        for secret in [modulus.as_slice(), jwk.to_string().as_bytes()] {
            let forged = sign(&json!({}), &SigningKey::secret(Algorithm::HS256, secret));
            assert_eq!(verified(&forged.expect("signed"), &key), Err(BadJwt::Algorithm));
        }
    }

    #[test]
    fn headers_that_must_not_be_ignored_are_refused() {
        let token = sign(&json!({}), &SigningKey::secret(Algorithm::HS256, b"s")).expect("signed");
        for (header, wanted) in [
            (json!({"alg": "HS256", "crit": ["exp"]}), BadJwt::Header),
            (json!({"alg": "HS256", "crit": null}), BadJwt::Header),
            (json!({"alg": "HS256", "typ": "at+jwt"}), BadJwt::Header),
            (json!({"alg": "HS256", "typ": 1}), BadJwt::Header),
            (json!({"alg": "HS256", "kid": 1}), BadJwt::Malformed),
            (json!({"alg": 1}), BadJwt::Malformed),
            (json!({}), BadJwt::Malformed),
            (json!([]), BadJwt::Malformed),
        ] {
            let odd = with_header(&token, &header);
            assert_eq!(Jws::parse(&odd).expect_err("refused"), wanted, "{header}");
        }
    }

    #[test]
    fn a_jwt_has_three_parts_and_no_padding() {
        let token = sign(&json!({}), &SigningKey::secret(Algorithm::HS256, b"s")).expect("signed");
        let key = VerifyingKey::secret(Algorithm::HS256, b"s");
        assert!(verified(&token, &key).is_ok());
        for odd in [format!("{token}."), format!("{token}.x"), format!("{token}="), String::new()] {
            assert!(verified(&odd, &key).is_err(), "{odd}");
        }
        assert!(Jws::parse(&"a".repeat(20_000)).is_err());
    }

    #[test]
    fn claims_must_be_an_object() {
        let key = SigningKey::secret(Algorithm::HS256, b"s");
        let token = sign(&json!([1]), &key).expect("signed");
        let verdict = verified(&token, &VerifyingKey::secret(Algorithm::HS256, b"s"));
        assert_eq!(verdict, Err(BadJwt::Claims));
    }

    #[test]
    fn a_jws_is_known_by_its_header_not_by_its_dots() {
        let token = sign(&json!({}), &SigningKey::secret(Algorithm::HS256, b"s")).expect("signed");
        assert!(looks_like_jws(&token));
        for opaque in ["vk1.a.xyz", "ya29.a0Af_x.y", "a.b.c", "..", "ok.ada", "eyJhbGciOjF9.e30.x"]
        {
            assert!(!looks_like_jws(opaque), "{opaque}");
        }
    }

    #[test]
    fn installing_twice_changes_nothing() {
        install();
        install();
    }

    proptest! {
        #[test]
        fn nothing_that_is_shown_panics(token in "[A-Za-z0-9_.\\-]{0,80}|\\PC{0,40}") {
            looks_like_jws(&token);
            let _ = verified(&token, &VerifyingKey::secret(Algorithm::HS256, b"s"));
        }
    }
}
