//! The public keys of somebody else, as a JWK set (RFC 7517 §5).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    json,
    jwt::Jws,
    jwt_key::{Algorithm, VerifyingKey},
};

/// With what others may sign for us: no shared secret, nothing unsigned.
pub const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256];

/// Most bytes of a set.
pub const MAX_BYTES: usize = 32 * 1024;

/// Most keys of a set.
const MOST: usize = 20;

/// Members that a public key does not have (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Public keys that verify, and of each its name.
#[derive(Debug)]
pub struct KeySet(Vec<(Value, VerifyingKey)>);

impl KeySet {
    /// Reads a set. Keys for encryption are left out; every other one must be of use for one of
    /// [`ALGORITHMS`], and where there are several each must have a `kid` of its own. The refusal says what
    /// is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let none = "the keys are no JWK set: {\"keys\": [{\"kty\": …}]}, at most 32 KiB";
        let set = (text.len() <= MAX_BYTES).then(|| json::parse_object(text.as_bytes())).flatten();
        let set = set.ok_or(none)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(none)?;
        if keys.iter().any(is_private) {
            return Err("the key set holds a private or a shared key: register public keys alone");
        }
        let signing = keys.iter().filter(|key| key.get("use").is_none_or(|meant| meant != "enc"));
        let read = |key: &Value| Some((key.clone(), VerifyingKey::from_jwk(key, &ALGORITHMS)?));
        let keys: Option<Vec<_>> = signing.map(read).collect();
        let keys = keys.ok_or(
            "every key must be for ES256, EdDSA, RS256 or PS256, RSA ones with 2048 bits at least",
        )?;
        if !(1..=MOST).contains(&keys.len()) {
            return Err("a key set holds 1 to 20 keys that sign");
        }
        let set = Self(keys);
        if set.has_its_names() { Ok(set) } else { Err("each of several keys needs its own kid") }
    }

    fn has_its_names(&self) -> bool {
        let mut names: Vec<Option<&str>> = self.0.iter().map(|(jwk, _)| kid(jwk)).collect();
        let alone = names.len() == 1;
        let odd = self.0.iter().any(|(jwk, _)| jwk.get("kid").is_some() && kid(jwk).is_none());
        names.sort_unstable();
        names.dedup();
        !odd && (alone || names.len() == self.0.len() && !names.contains(&None))
    }

    /// The set as JSON.
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.0.iter().map(|(jwk, _)| jwk).collect::<Vec<_>>() })
    }

    /// The key that a token is to be verified with: that of its `kid`; without one, the only one for its
    /// algorithm.
    pub fn find(&self, jws: &Jws<'_>) -> Option<&VerifyingKey> {
        let fits = |(jwk, key): &&(Value, VerifyingKey)| {
            key.algorithms.contains(&jws.algorithm())
                && jws.kid().is_none_or(|name| kid(jwk) == Some(name))
        };
        let mut fitting = self.0.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some((_, key)), None) => Some(key),
            _ => None,
        }
    }
}

fn kid(jwk: &Value) -> Option<&str> {
    jwk.get("kid").and_then(Value::as_str)
}

fn is_private(jwk: &Value) -> bool {
    PRIVATE.iter().any(|member| jwk.get(member).is_some())
}

/// A key nobody signs with, for the work of verifying where there is no key; none for an algorithm that is not
/// taken at all.
pub fn decoy(algorithm: Algorithm) -> Option<VerifyingKey> {
    // The generators of the curves, and an odd number of 2048 bits.
    let jwk = match algorithm {
        Algorithm::ES256 => json!({
            "kty": "EC", "crv": "P-256",
            "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
            "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        }),
        Algorithm::EdDSA => json!({
            "kty": "OKP", "crv": "Ed25519", "x": "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY",
        }),
        Algorithm::RS256 | Algorithm::PS256 => {
            json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "AQAB" })
        }
        _ => return None,
    };
    VerifyingKey::from_jwk(&jwk, &[algorithm])
}

#[cfg(test)]
mod tests {
    use super::{ALGORITHMS, KeySet, decoy};
    use crate::crypto::{
        jwt::{BadJwt, Jws, sign},
        jwt_key::{Algorithm, SigningKey},
        test_keys,
    };
    use serde_json::{Value, json};

    fn es256(kid: &str) -> SigningKey {
        let key = SigningKey::pkcs8(Algorithm::ES256, &test_keys::es256_der()).expect("a key");
        key.named(kid)
    }

    fn public(key: &SigningKey) -> Value {
        key.public_jwk().expect("made").expect("public")
    }

    fn set(keys: &[Value]) -> Result<KeySet, &'static str> {
        KeySet::parse(&json!({ "keys": keys }).to_string())
    }

    #[test]
    fn a_key_is_found_by_its_name_and_without_a_name_where_there_is_no_choice() {
        let (one, two, rsa) = (es256("one"), es256("two"), test_keys::rsa("three"));
        let keys = set(&[public(&one), public(&two), public(&rsa)]).expect("a set");
        for key in [&one, &two, &rsa] {
            let token = sign(&json!({}), key).expect("signed");
            let jws = Jws::parse(&token).expect("a JWS");
            assert!(jws.verify(keys.find(&jws).expect("found")).is_ok());
        }
        let nameless = sign(&json!({}), &SigningKey { kid: None, ..one.clone() }).expect("signed");
        assert!(keys.find(&Jws::parse(&nameless).expect("a JWS")).is_none());
        let nameless = sign(&json!({}), &SigningKey { kid: None, ..rsa }).expect("signed");
        assert!(keys.find(&Jws::parse(&nameless).expect("a JWS")).is_some());
        let stranger = sign(&json!({}), &one.named("four")).expect("signed");
        assert!(keys.find(&Jws::parse(&stranger).expect("a JWS")).is_none());
    }

    #[test]
    fn what_is_no_set_of_public_keys_is_not_taken() {
        let good = public(&es256("one"));
        let with = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            jwk
        };
        let nameless = json!({
            "kty": "EC", "crv": "P-256", "x": good["x"], "y": good["y"],
        });
        assert!(set(std::slice::from_ref(&good)).is_ok());
        assert!(set(std::slice::from_ref(&nameless)).is_ok());
        assert!(set(&[good.clone(), with("use", json!("enc"))]).is_ok());
        for keys in [
            vec![],
            vec![with("d", json!("AA"))],
            vec![with("use", json!("enc"))],
            vec![with("alg", json!("HS256"))],
            vec![with("kid", json!(1))],
            vec![good.clone(), good.clone()],
            vec![good.clone(), nameless],
            vec![good.clone(), json!({ "kty": "oct", "k": "AAAA" })],
            vec![good.clone(), json!("key")],
        ] {
            assert!(set(&keys).is_err(), "{keys:?}");
        }
        for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}"] {
            assert!(KeySet::parse(text).is_err(), "{text}");
        }
        assert!(KeySet::parse(&format!("{{\"keys\":[{}]}}", " ".repeat(40_000))).is_err());
    }

    #[test]
    fn there_is_a_decoy_for_every_algorithm_that_is_taken_and_it_verifies_nothing() {
        for algorithm in ALGORITHMS {
            let der = match algorithm {
                Algorithm::ES256 => test_keys::es256_der(),
                Algorithm::EdDSA => test_keys::ed25519_der(),
                _ => test_keys::rsa_der(),
            };
            let key = SigningKey::pkcs8(algorithm, &der).expect("a key");
            let token = sign(&json!({}), &key).expect("signed");
            let decoy = decoy(algorithm).expect("a decoy");
            let verdict = Jws::parse(&token).expect("a JWS").verify(&decoy);
            assert_eq!(verdict.expect_err("no key of anybody"), BadJwt::Signature);
        }
        assert!(decoy(Algorithm::HS256).is_none());
    }
}
