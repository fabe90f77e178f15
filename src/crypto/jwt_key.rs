//! Keys that sign and verify JWTs, each tied to the algorithms it may be used with.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, EncodingKey, jwk::EllipticCurve};
use serde_json::{Map, Value};

pub use jsonwebtoken::Algorithm;

use super::{
    fingerprint, jwt,
    ring_jwt::{self, RSA_MIN_BYTES, significant},
};
use crate::error::Fault;

/// A key that signs, with the one algorithm it signs with. Its `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: EncodingKey,
    pub(super) kid: Option<String>,
}

impl SigningKey {
    /// A shared secret, for HS256, HS384 or HS512.
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Self {
        Self { algorithm, key: EncodingKey::from_secret(secret), kid: None }
    }

    /// A private key in PKCS #8 DER; refused when it does not fit the algorithm.
    pub fn pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, Fault> {
        let key = match algorithm.family() {
            AlgorithmFamily::Ec => EncodingKey::from_ec_der(der),
            AlgorithmFamily::Ed => EncodingKey::from_ed_der(der),
            AlgorithmFamily::Rsa => EncodingKey::from_rsa_der(der),
            AlgorithmFamily::Hmac => {
                return Err(Fault::internal("an HMAC key is a secret, not PKCS #8"));
            }
        };
        let made = Self { algorithm, key, kid: None };
        jwt::sign(&Value::Object(Map::new()), &made)?;
        Ok(made)
    }

    /// A new private key in PKCS #8 DER, for ES256 and `EdDSA`.
    pub fn generate(algorithm: Algorithm) -> Result<Vec<u8>, Fault> {
        ring_jwt::generate(algorithm).map_err(|why| Fault::because("a key cannot be made", why))
    }

    /// The name of the key by its public half (RFC 7638).
    pub fn thumbprint(&self) -> Result<String, Fault> {
        let told = |why| Fault::because("the public half of a signing key", why);
        let members = public_members(self.key.as_bytes(), self.algorithm).map_err(told)?;
        let members = members.ok_or_else(|| Fault::internal("a shared secret has no name"))?;
        // The map is sorted, and holds exactly the members that count.
        let text = Value::Object(members).to_string();
        Ok(URL_SAFE_NO_PAD.encode(fingerprint::sha256(text.as_bytes())))
    }

    /// How many bits the modulus of an RSA key has; other kinds have none.
    pub fn rsa_bits(&self) -> Result<Option<usize>, Fault> {
        if self.algorithm.family() != AlgorithmFamily::Rsa {
            return Ok(None);
        }
        let told = |why| Fault::because("the public half of a signing key", why);
        let (modulus, _) = ring_jwt::rsa_public(self.key.as_bytes()).map_err(told)?;
        Ok(Some(significant(&modulus).len() * 8))
    }

    /// The same key, named in the header of what it signs (RFC 7515 §4.1.4).
    #[must_use]
    pub fn named(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// The algorithm it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half as a JWK with `kid`, `alg` and `use` (RFC 7517 §4); none for a shared secret.
    pub fn public_jwk(&self) -> Result<Option<Value>, Fault> {
        let told = |why| Fault::because("the public half of a signing key", why);
        let Some(mut jwk) = public_members(self.key.as_bytes(), self.algorithm).map_err(told)?
        else {
            return Ok(None);
        };
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), format!("{:?}", self.algorithm).into());
        if let Some(kid) = &self.kid {
            jwk.insert("kid".to_owned(), kid.as_str().into());
        }
        Ok(Some(Value::Object(jwk)))
    }
}

/// A key that verifies, with the algorithms we allow it; the token's header never widens them.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

impl VerifyingKey {
    /// A shared secret, for one of HS256, HS384 or HS512.
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Self {
        Self { algorithms: vec![algorithm], key: DecodingKey::from_secret(secret) }
    }

    /// The public key of a JWK (RFC 7517), for those of `allowed` that its `kty`, `crv` and `alg` admit.
    ///
    /// `None` when the key is of no use to us: meant for encryption, of an unknown kind, symmetric,
    /// RSA below 2048 bits, or none of `allowed` fits it.
    pub fn from_jwk(jwk: &Value, allowed: &[Algorithm]) -> Option<Self> {
        let word = |name: &str| jwk.get(name).and_then(Value::as_str);
        if jwk.get("use").is_some_and(|meant| meant != "sig") {
            return None;
        }
        let (fitting, key): (&[Algorithm], _) = match (word("kty")?, word("crv")) {
            ("RSA", _) => (
                &[
                    Algorithm::RS256,
                    Algorithm::RS384,
                    Algorithm::RS512,
                    Algorithm::PS256,
                    Algorithm::PS384,
                    Algorithm::PS512,
                ],
                rsa_key(word("n")?, word("e")?)?,
            ),
            ("EC", Some("P-256")) => (&[Algorithm::ES256], ec_key(word("x")?, word("y")?, 32)?),
            ("EC", Some("P-384")) => (&[Algorithm::ES384], ec_key(word("x")?, word("y")?, 48)?),
            ("OKP", Some("Ed25519")) => (&[Algorithm::EdDSA], ed_key(word("x")?)?),
            _ => return None,
        };
        let named: Option<Algorithm> = match jwk.get("alg") {
            None => None,
            Some(alg) => Some(alg.as_str()?.parse().ok()?),
        };
        let admitted =
            |alg: &Algorithm| fitting.contains(alg) && named.is_none_or(|the_one| the_one == *alg);
        let algorithms: Vec<_> = allowed.iter().copied().filter(admitted).collect();
        (!algorithms.is_empty()).then_some(Self { algorithms, key })
    }
}

/// The members of RFC 7518 §6 and RFC 8037 §2 that describe the public half.
fn public_members(
    pkcs8: &[u8],
    algorithm: Algorithm,
) -> Result<Option<Map<String, Value>>, jsonwebtoken::errors::Error> {
    let text = |bytes: Vec<u8>| Value::String(URL_SAFE_NO_PAD.encode(bytes));
    let members: Vec<(&str, Value)> = match algorithm.family() {
        AlgorithmFamily::Hmac => return Ok(None),
        AlgorithmFamily::Rsa => {
            let (n, e) = ring_jwt::rsa_public(pkcs8)?;
            vec![("kty", "RSA".into()), ("n", text(n)), ("e", text(e))]
        }
        AlgorithmFamily::Ec => {
            let (_, x, y) = ring_jwt::ec_public(pkcs8, algorithm)?;
            let curve = if algorithm == Algorithm::ES384 { "P-384" } else { "P-256" };
            vec![("kty", "EC".into()), ("crv", curve.into()), ("x", text(x)), ("y", text(y))]
        }
        AlgorithmFamily::Ed => {
            let x = ring_jwt::ed_public(pkcs8, &EllipticCurve::Ed25519)?;
            vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(x))]
        }
    };
    Ok(Some(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

fn rsa_key(modulus: &str, exponent: &str) -> Option<DecodingKey> {
    let modulus = URL_SAFE_NO_PAD.decode(modulus).ok()?;
    let exponent = URL_SAFE_NO_PAD.decode(exponent).ok()?;
    let modulus = significant(&modulus);
    (modulus.len() >= RSA_MIN_BYTES)
        .then(|| DecodingKey::from_rsa_raw_components(modulus, significant(&exponent)))
}

fn ec_key(x: &str, y: &str, size: usize) -> Option<DecodingKey> {
    let [one, other] = [x, y].map(|half| URL_SAFE_NO_PAD.decode(half).map(|bytes| bytes.len()));
    (one.ok()? == size && other.ok()? == size).then_some(())?;
    DecodingKey::from_ec_components(x, y).ok()
}

fn ed_key(x: &str) -> Option<DecodingKey> {
    (URL_SAFE_NO_PAD.decode(x).ok()?.len() == 32).then_some(())?;
    DecodingKey::from_ed_components(x).ok()
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, SigningKey, VerifyingKey};
    use crate::crypto::test_keys;
    use serde_json::json;

    const RS: [Algorithm; 1] = [Algorithm::RS256];

    #[test]
    fn a_key_is_of_use_only_for_what_it_is_made_for() {
        let good = test_keys::rsa_jwk("one");
        let with = |name: &str, value: &str| {
            let mut jwk = good.clone();
            jwk[name] = value.into();
            VerifyingKey::from_jwk(&jwk, &RS).is_some()
        };
        assert!(with("use", "sig") && with("alg", "RS256") && with("kid", "other"));
        assert!(!with("use", "enc"));
        assert!(!with("alg", "RS512"));
        assert!(!with("alg", "nonsense"));
        assert!(!with("kty", "oct"));
        assert!(!with("n", "AQAB"));
        assert!(!with("n", "not base64!"));
        assert!(VerifyingKey::from_jwk(&good, &[Algorithm::HS256, Algorithm::ES256]).is_none());
    }

    #[test]
    fn curves_we_do_not_speak_and_points_of_the_wrong_size_are_of_no_use() {
        let half = "A".repeat(43);
        for jwk in [
            json!({"kty": "EC", "crv": "secp256k1", "x": half, "y": half}),
            json!({"kty": "EC", "crv": "P-256", "x": half, "y": "AA"}),
            json!({"kty": "OKP", "crv": "X25519", "x": half}),
            json!({"kty": "oct", "k": half}),
            json!({"kty": 1}),
            json!([]),
        ] {
            let all = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::HS256];
            assert!(VerifyingKey::from_jwk(&jwk, &all).is_none(), "{jwk}");
        }
    }

    #[test]
    fn a_private_key_that_does_not_fit_its_algorithm_is_refused() {
        assert!(SigningKey::pkcs8(Algorithm::ES256, &test_keys::es256_der()).is_ok());
        assert!(SigningKey::pkcs8(Algorithm::ES384, &test_keys::es256_der()).is_err());
        assert!(SigningKey::pkcs8(Algorithm::RS256, &test_keys::es256_der()).is_err());
        assert!(SigningKey::pkcs8(Algorithm::HS256, b"secret").is_err());
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let shown = format!("{:?}", SigningKey::secret(Algorithm::HS256, b"hush"));
        assert!(!shown.contains("hush") && !shown.contains("104, 117"));
    }
}
