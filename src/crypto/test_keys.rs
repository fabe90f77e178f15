//! Keys for tests: one RSA key made for this purpose, others drawn afresh.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair,
    },
};
use serde_json::Value;

use super::jwt_key::{Algorithm, SigningKey};

/// An RSA key of 2048 bits, the same at every call. It protects nothing.
pub(crate) fn rsa_der() -> Vec<u8> {
    let text: String = include_str!("test_keys/rsa_2048.b64").split_whitespace().collect();
    STANDARD.decode(text).expect("base64")
}

/// The same key, ready to sign RS256 under a name.
pub(crate) fn rsa(kid: &str) -> SigningKey {
    SigningKey::pkcs8(Algorithm::RS256, &rsa_der()).expect("a key").named(kid)
}

/// The public half of the same key.
pub(crate) fn rsa_jwk(kid: &str) -> Value {
    rsa(kid).public_jwk().expect("made").expect("public")
}

/// A new P-256 key.
pub(crate) fn es256_der() -> Vec<u8> {
    ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING)
}

/// A new P-384 key.
pub(crate) fn es384_der() -> Vec<u8> {
    ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING)
}

/// A new Ed25519 key.
pub(crate) fn ed25519_der() -> Vec<u8> {
    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key").as_ref().to_vec()
}

fn ecdsa(form: &'static ring::signature::EcdsaSigningAlgorithm) -> Vec<u8> {
    EcdsaKeyPair::generate_pkcs8(form, &SystemRandom::new()).expect("a key").as_ref().to_vec()
}
