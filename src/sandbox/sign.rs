//! Signed things: good JWTs, and every bad one a test may want to show.
//!
//! JOSE is put together by hand, since no honest library signs what an attacker would.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use ring::{
    digest, hmac,
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::Fault;

/// Which of the demo keys. All three are published with this source: they protect nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyName {
    /// The key in use when a sandbox starts.
    A,
    /// The key it rotates to.
    B,
    /// A key no provider ever published.
    Stranger,
}

impl KeyName {
    /// The `kid` it is published under.
    pub fn kid(self) -> &'static str {
        match self {
            Self::A => "sandbox-a",
            Self::B => "sandbox-b",
            Self::Stranger => "sandbox-stranger",
        }
    }
}

/// How a JWT is signed.
#[derive(Clone)]
pub enum Seal {
    /// RS256 with a demo key (RFC 7518 §3.3).
    Rs256(KeyName),
    /// HS256 under a shared secret (RFC 7518 §3.2).
    Hs256(String),
    /// HS256 with a *public* key as the secret: the attack on software that lets the token choose.
    Hs256PublicKey(KeyName),
    /// `alg: none`, without a signature.
    Unsigned,
}

impl Seal {
    fn alg(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Hs256(_) | Self::Hs256PublicKey(_) => "HS256",
            Self::Unsigned => "none",
        }
    }

    fn kid(&self) -> Option<&'static str> {
        match self {
            Self::Rs256(key) | Self::Hs256PublicKey(key) => Some(key.kid()),
            Self::Hs256(_) | Self::Unsigned => None,
        }
    }
}

/// A JWT before it is minted. Everything in it may be changed, for better or worse.
#[must_use]
pub struct IdToken<'a> {
    keyring: &'a Keyring,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    seal: Seal,
}

impl<'a> IdToken<'a> {
    pub(super) fn new(keyring: &'a Keyring, claims: Map<String, Value>, seal: Seal) -> Self {
        Self { keyring, header: Map::new(), claims, seal: Seal::Unsigned }.seal(seal)
    }

    /// Sets a claim; `null` takes it out.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// Sets a field of the header; `null` takes it out. Comes after [`IdToken::seal`].
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// Chooses how it is signed, and writes `alg`, `kid` and `typ` accordingly.
    pub fn seal(mut self, seal: Seal) -> Self {
        set(&mut self.header, "alg", seal.alg().into());
        set(&mut self.header, "kid", seal.kid().into());
        set(&mut self.header, "typ", "JWT".into());
        self.seal = seal;
        self
    }

    /// Sets `at_hash` for the access token that goes along (OpenID Connect Core §3.1.3.6).
    pub fn for_access_token(self, access_token: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
        let half = hash.as_ref().iter().take(16).copied().collect::<Vec<u8>>();
        self.claim("at_hash", BASE64URL.encode(half))
    }

    /// The compact form (RFC 7515 §7.1).
    ///
    /// # Errors
    /// A [`Fault`] when ring refuses to sign, which it has no reason to.
    pub fn mint(self) -> Result<String, Fault> {
        let part = |map| BASE64URL.encode(Value::Object(map).to_string());
        let signed = format!("{}.{}", part(self.header), part(self.claims));
        let signature = self.keyring.sign(&self.seal, signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64URL.encode(signature)))
    }
}

impl fmt::Debug for IdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken").finish_non_exhaustive()
    }
}

/// A JWT taken apart, its signature found good.
pub(super) struct Verified {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
}

/// The demo keys.
pub(super) struct Keyring {
    a: RsaKeyPair,
    b: RsaKeyPair,
    stranger: RsaKeyPair,
}

impl Keyring {
    pub(super) fn load() -> Result<Self, Fault> {
        let read = |pkcs8| {
            RsaKeyPair::from_pkcs8(pkcs8)
                .map_err(|cause| Fault::internal(format!("a demo key cannot be read: {cause}")))
        };
        Ok(Self {
            a: read(include_bytes!("keys/a.pk8"))?,
            b: read(include_bytes!("keys/b.pk8"))?,
            stranger: read(include_bytes!("keys/stranger.pk8"))?,
        })
    }

    /// A public key as a JWK (RFC 7517).
    pub(super) fn jwk(&self, key: KeyName, kid: &str) -> Value {
        let PublicKeyComponents::<Vec<u8>> { n, e } = self.pair(key).public().into();
        let (n, e) = (BASE64URL.encode(n), BASE64URL.encode(e));
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e})
    }

    /// Takes apart a JWT signed RS256 by a key that was published at some time.
    pub(super) fn verify(&self, jwt: &str) -> Option<Verified> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let signature = BASE64URL.decode(signature).ok()?;
        let good = [KeyName::A, KeyName::B].into_iter().any(|key| {
            let public = self.pair(key).public_key();
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
                .verify(signed.as_bytes(), &signature)
                .is_ok()
        });
        let header = good.then(|| map(header))??;
        let verified = Verified { claims: map(claims)?, header };
        (verified.header.get("alg")? == "RS256").then_some(verified)
    }

    fn pair(&self, key: KeyName) -> &RsaKeyPair {
        match key {
            KeyName::A => &self.a,
            KeyName::B => &self.b,
            KeyName::Stranger => &self.stranger,
        }
    }

    fn sign(&self, seal: &Seal, text: &[u8]) -> Result<Vec<u8>, Fault> {
        match seal {
            Seal::Rs256(key) => {
                let pair = self.pair(*key);
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
                    .map_err(|cause| Fault::internal(format!("cannot sign: {cause}")))?;
                Ok(signature)
            }
            Seal::Hs256(secret) => Ok(hs256(secret.as_bytes(), text)),
            // The DER form is what a library holds of a key it read from PEM.
            Seal::Hs256PublicKey(key) => Ok(hs256(self.pair(*key).public_key().as_ref(), text)),
            Seal::Unsigned => Ok(Vec::new()),
        }
    }
}

/// The PKCE challenge of a verifier (RFC 7636 §4.2, S256).
pub(super) fn s256(verifier: &str) -> String {
    BASE64URL.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

fn hs256(secret: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text).as_ref().to_vec()
}

fn map(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
}

fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        map.remove(name);
        return;
    }
    map.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Map<String, Value> {
        json!({"sub": "1"}).as_object().unwrap().clone()
    }

    #[test]
    fn a_minted_token_holds_under_the_published_key() {
        let keyring = Keyring::load().unwrap();
        let jwt = IdToken::new(&keyring, claims(), Seal::Rs256(KeyName::B)).mint().unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let jwk = keyring.jwk(KeyName::B, "b");
        let part = |name: &str| BASE64URL.decode(jwk[name].as_str().unwrap()).unwrap();
        ring::signature::RsaPublicKeyComponents { n: part("n"), e: part("e") }
            .verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed.as_bytes(),
                &BASE64URL.decode(signature).unwrap(),
            )
            .unwrap();
        assert_eq!(keyring.verify(&jwt).unwrap().claims, claims());
    }

    #[test]
    fn the_attacks_do_not_pass_the_sandbox_itself() {
        let keyring = Keyring::load().unwrap();
        for seal in [
            Seal::Unsigned,
            Seal::Rs256(KeyName::Stranger),
            Seal::Hs256PublicKey(KeyName::A),
            Seal::Hs256("secret".to_owned()),
        ] {
            let jwt = IdToken::new(&keyring, claims(), seal).mint().unwrap();
            assert!(keyring.verify(&jwt).is_none());
        }
    }

    #[test]
    fn header_and_claims_are_open_to_every_change() {
        let keyring = Keyring::load().unwrap();
        let jwt = IdToken::new(&keyring, claims(), Seal::Rs256(KeyName::A))
            .claim("nonce", "n")
            .claim("sub", Value::Null)
            .header("kid", "unheard-of")
            .header("jku", "http://127.0.0.1:1/")
            .mint()
            .unwrap();
        let read = keyring.verify(&jwt).unwrap();
        assert_eq!(Value::Object(read.claims), json!({"nonce": "n"}));
        assert_eq!(read.header["kid"], "unheard-of");
        assert_eq!(read.header["jku"], "http://127.0.0.1:1/");
    }

    #[test]
    fn the_challenge_of_rfc_7636_appendix_b_comes_out() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(s256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
