//! The cryptography behind `jsonwebtoken`, done by `ring`.
//!
//! HS, RS (PKCS #1 v1.5), PS (PSS), ES256, ES384 and `EdDSA`. RSA keys below 2048 bits do not sign and do
//! not verify.

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    jwk::{EllipticCurve, ThumbprintHash},
    signature::{self, Signer, Verifier},
};
use ring::{
    digest, hmac, rand,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaParameters,
        RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
    },
};

type Made<T> = Result<T, Error>;

/// What `jsonwebtoken` is told to use.
pub(super) static RING: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: rsa_public,
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: ec_public,
        ed_pub_components_from_private_key: ed_public,
        compute_digest: digest_of,
    },
};

/// The shortest modulus taken: 2048 bits, in bytes.
pub(super) const RSA_MIN_BYTES: usize = 256;

struct RingSigner {
    algorithm: Algorithm,
    key: SigningPair,
}

enum SigningPair {
    Hmac(Box<hmac::Key>),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape jsonwebtoken asks for")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Made<Box<dyn JwtSigner>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let bytes = key.as_bytes();
    let key = match algorithm.family() {
        AlgorithmFamily::Hmac => {
            SigningPair::Hmac(Box::new(hmac::Key::new(hmac_of(*algorithm)?, bytes)))
        }
        AlgorithmFamily::Ec => SigningPair::Ecdsa(Box::new(ec_pair(*algorithm, bytes)?.0)),
        AlgorithmFamily::Ed => SigningPair::Ed(Box::new(ed_pair(bytes)?)),
        AlgorithmFamily::Rsa => {
            SigningPair::Rsa(Box::new(rsa_pair(bytes)?), rsa_encoding(*algorithm)?)
        }
    };
    Ok(Box::new(RingSigner { algorithm: *algorithm, key }))
}

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        // ECDSA and RSA blinding need ring's own generator; nothing of it shows in a result but ECDSA's.
        let random = rand::SystemRandom::new();
        match &self.key {
            SigningPair::Hmac(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            SigningPair::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            SigningPair::Ecdsa(pair) => {
                pair.sign(&random, message).map(|signed| signed.as_ref().to_vec()).map_err(refused)
            }
            SigningPair::Rsa(pair, encoding) => {
                let mut signed = vec![0; pair.public().modulus_len()];
                pair.sign(*encoding, &random, message, &mut signed).map_err(refused)?;
                Ok(signed)
            }
        }
    }
}

fn refused(_why_is_never_told: ring::error::Unspecified) -> signature::Error {
    signature::Error::new()
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape jsonwebtoken asks for")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Made<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(RingVerifier { algorithm: *algorithm, key: key.clone() }))
}

impl RingVerifier {
    fn holds(&self, message: &[u8], signed: &[u8]) -> Made<()> {
        let wrong = |_why_is_never_told| Error::from(ErrorKind::InvalidSignature);
        if let DecodingKeyKind::RsaModulusExponent { n, e } = self.key.kind() {
            let components = RsaPublicKeyComponents { n: significant(n), e: significant(e) };
            let parameters = rsa_parameters(self.algorithm)?;
            return components.verify(parameters, message, signed).map_err(wrong);
        }
        let bytes = self.key.try_get_as_bytes()?;
        if self.algorithm.family() == AlgorithmFamily::Hmac {
            let key = hmac::Key::new(hmac_of(self.algorithm)?, bytes);
            return hmac::verify(&key, message, signed).map_err(wrong);
        }
        UnparsedPublicKey::new(public_algorithm(self.algorithm)?, bytes)
            .verify(message, signed)
            .map_err(wrong)
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        self.holds(message, signed).map_err(signature::Error::from_source)
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A number without its leading zero bytes, which ring refuses and some providers write.
pub(super) fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.split_at(zeros).1
}

fn unsupported<T>() -> Made<T> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn hmac_of(algorithm: Algorithm) -> Made<hmac::Algorithm> {
    match algorithm {
        Algorithm::HS256 => Ok(hmac::HMAC_SHA256),
        Algorithm::HS384 => Ok(hmac::HMAC_SHA384),
        Algorithm::HS512 => Ok(hmac::HMAC_SHA512),
        _ => unsupported(),
    }
}

fn public_algorithm(algorithm: Algorithm) -> Made<&'static dyn VerificationAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Ok(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Ok(&ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Ok(&ED25519),
        _ => Ok(rsa_parameters(algorithm)?),
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Made<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Ok(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Ok(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&RSA_PSS_2048_8192_SHA512),
        _ => unsupported(),
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Made<&'static dyn RsaEncoding> {
    match algorithm {
        Algorithm::RS256 => Ok(&RSA_PKCS1_SHA256),
        Algorithm::RS384 => Ok(&RSA_PKCS1_SHA384),
        Algorithm::RS512 => Ok(&RSA_PKCS1_SHA512),
        Algorithm::PS256 => Ok(&RSA_PSS_SHA256),
        Algorithm::PS384 => Ok(&RSA_PSS_SHA384),
        Algorithm::PS512 => Ok(&RSA_PSS_SHA512),
        _ => unsupported(),
    }
}

fn rsa_pair(pkcs8: &[u8]) -> Made<RsaKeyPair> {
    let pair = RsaKeyPair::from_pkcs8(pkcs8)
        .map_err(|why| Error::from(ErrorKind::InvalidRsaKey(why.to_string())))?;
    if pair.public().modulus_len() < RSA_MIN_BYTES {
        return Err(ErrorKind::InvalidRsaKey("shorter than 2048 bits".to_owned()).into());
    }
    Ok(pair)
}

fn ec_pair(algorithm: Algorithm, pkcs8: &[u8]) -> Made<(EcdsaKeyPair, EllipticCurve)> {
    let (form, curve): (&'static EcdsaSigningAlgorithm, _) = match algorithm {
        Algorithm::ES256 => (&ECDSA_P256_SHA256_FIXED_SIGNING, EllipticCurve::P256),
        Algorithm::ES384 => (&ECDSA_P384_SHA384_FIXED_SIGNING, EllipticCurve::P384),
        _ => return unsupported(),
    };
    let pair = EcdsaKeyPair::from_pkcs8(form, pkcs8, &rand::SystemRandom::new())
        .map_err(|_why| Error::from(ErrorKind::InvalidEcdsaKey))?;
    Ok((pair, curve))
}

fn ed_pair(pkcs8: &[u8]) -> Made<Ed25519KeyPair> {
    // "Maybe unchecked" also takes PKCS #8 v1, which OpenSSL writes: it holds no public key to check.
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
        .map_err(|_why| ErrorKind::InvalidEddsaKey.into())
}

/// A new private key in PKCS #8.
pub(super) fn generate(algorithm: Algorithm) -> Made<Vec<u8>> {
    let random = rand::SystemRandom::new();
    let made = match algorithm {
        Algorithm::ES256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
        Algorithm::EdDSA => Ed25519KeyPair::generate_pkcs8(&random),
        _ => return unsupported(),
    };
    let made = made.map_err(|_why_is_never_told| Error::from(ErrorKind::InvalidKeyFormat))?;
    Ok(made.as_ref().to_vec())
}

pub(super) fn rsa_public(pkcs8: &[u8]) -> Made<(Vec<u8>, Vec<u8>)> {
    let pair = rsa_pair(pkcs8)?;
    let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
    Ok((components.n, components.e))
}

pub(super) fn ec_public(
    pkcs8: &[u8],
    algorithm: Algorithm,
) -> Made<(EllipticCurve, Vec<u8>, Vec<u8>)> {
    let (pair, curve) = ec_pair(algorithm, pkcs8)?;
    // SEC 1 §2.3.3: 0x04, x, y.
    let Some((_, point)) = pair.public_key().as_ref().split_first() else {
        return Err(ErrorKind::InvalidEcdsaKey.into());
    };
    let (x, y) = point.split_at(point.len() / 2);
    Ok((curve, x.to_vec(), y.to_vec()))
}

pub(super) fn ed_public(pkcs8: &[u8], curve: &EllipticCurve) -> Made<Vec<u8>> {
    match curve {
        EllipticCurve::Ed25519 => Ok(ed_pair(pkcs8)?.public_key().as_ref().to_vec()),
        _ => unsupported(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape jsonwebtoken asks for")]
fn digest_of(data: &[u8], hash: ThumbprintHash) -> Made<Vec<u8>> {
    let algorithm = match hash {
        ThumbprintHash::SHA256 => &digest::SHA256,
        ThumbprintHash::SHA384 => &digest::SHA384,
        ThumbprintHash::SHA512 => &digest::SHA512,
        _ => return unsupported(),
    };
    Ok(digest::digest(algorithm, data).as_ref().to_vec())
}
