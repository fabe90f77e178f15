//! The keys that sign what others verify: made, rotated, published.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::Value;

use super::Ctx;
use crate::{
    crypto::{
        jwt_key::{Algorithm, SigningKey},
        seal,
    },
    domain::{
        audit::{Event, EventKind},
        signing::{KeyStage, SigningAlgorithm},
    },
    error::{Fault, Outcome, Refusal},
    store::signing_keys::{self, StoredKey},
};

/// What private halves are sealed for.
const PURPOSE: &str = "cambio signing key";

/// How long beyond the life of the last token a retired key stays published.
const OVERLAP: TimeDelta = TimeDelta::hours(1);

/// The keys that tokens may be signed with, as JWKs (RFC 7517 §5).
pub fn published(ctx: &mut Ctx<'_>) -> Outcome<Vec<Value>> {
    sealing(ctx)?;
    let keys = signing_keys::list(ctx.conn, ctx.now)?;
    let read = |key: &StoredKey| {
        serde_json::from_str(&key.public_jwk).map_err(|cause| Fault::because("a stored JWK", cause))
    };
    Ok(keys.iter().map(read).collect::<Result<_, _>>()?)
}

/// Every key, for an operator.
pub fn list(ctx: &mut Ctx<'_>) -> Outcome<Vec<StoredKey>> {
    Ok(signing_keys::list(ctx.conn, ctx.now)?)
}

/// Where there is none, it is an RSA key that is missing.
const NO_KEY: &str = "there is no signing key. RSA keys are brought along: openssl genpkey -algorithm RSA \
                      -pkeyopt rsa_keygen_bits:3072, and cambio keys import";

/// As strong as the other kinds: 128 bits (NIST SP 800-57 part 1, table 2).
const RSA_MIN_BITS: usize = 3072;

/// Sees to it that there is a key that signs and one to follow it, where they are made here. RSA keys are brought
/// along.
pub fn ensure(ctx: &mut Ctx<'_>) -> Outcome<()> {
    if ctx.policy.signing == SigningAlgorithm::Rs256 {
        return Ok(());
    }
    for stage in [KeyStage::Current, KeyStage::Next] {
        if find(ctx, stage)?.is_none() {
            let der = generated(ctx)?;
            insert(ctx, &der, stage)?;
        }
    }
    Ok(())
}

/// The key that signs; made, if there is none yet.
pub(super) fn current(ctx: &mut Ctx<'_>) -> Outcome<SigningKey> {
    let mut found = find(ctx, KeyStage::Current)?;
    if found.is_none() {
        ensure(ctx)?;
        found = find(ctx, KeyStage::Current)?;
    }
    let found = found.ok_or_else(|| Fault::internal(NO_KEY))?;
    let opened = seal::unpack(sealing(ctx)?, PURPOSE, &found.sealed)?;
    let der = opened.ok_or_else(|| {
        Fault::internal("a signing key is sealed under another jwt.signing_key; rotate the keys")
    })?;
    Ok(SigningKey::pkcs8(algorithm(ctx), &der)?.named(found.kid))
}

/// Lets the next key sign, publishes one to follow it, and retires the one that signed so far: it stays
/// published until the last token it signed is over.
pub fn rotate(ctx: &mut Ctx<'_>) -> Outcome<String> {
    ensure(ctx)?;
    if ctx.policy.signing == SigningAlgorithm::Rs256 {
        return follow(ctx, None);
    }
    let der = generated(ctx)?;
    follow(ctx, Some(&der))
}

/// Brings along a private key in PKCS #8 PEM. It follows the one that signs; the first one signs at once. Refuses
/// a key of another kind than signs here, and an RSA key of fewer than 3072 bits.
pub fn import(ctx: &mut Ctx<'_>, pem: &SecretString) -> Outcome<String> {
    let der = der_of(pem)?;
    let other = Refusal::BadRequest("the key is none for oauth.signing_algorithm");
    let key = SigningKey::pkcs8(algorithm(ctx), &der).map_err(|_other_kind| other)?;
    if key.rsa_bits()?.is_some_and(|bits| bits < RSA_MIN_BITS) {
        return Err(Refusal::BadRequest("an RSA key needs 3072 bits at least").into());
    }
    let kid = kid_of(ctx, &der)?.0;
    ctx.tell(Event::new(EventKind::KeyImported).with(kid));
    if find(ctx, KeyStage::Current)?.is_none() {
        insert(ctx, &der, KeyStage::Current)?;
        return Ok(kid_of(ctx, &der)?.0);
    }
    if let Some(next) = find(ctx, KeyStage::Next)? {
        let over = (KeyStage::Next, KeyStage::Retired);
        signing_keys::update_stage(ctx.conn, &next.kid, over, Some(ctx.now))?;
    }
    insert(ctx, &der, KeyStage::Next)?;
    Ok(kid_of(ctx, &der)?.0)
}

fn follow(ctx: &mut Ctx<'_>, der: Option<&[u8]>) -> Outcome<String> {
    let met = || Fault::Conflict { what: "the signing keys were rotated meanwhile".to_owned() };
    let (current, next) = (find(ctx, KeyStage::Current)?, find(ctx, KeyStage::Next)?);
    let text = "there is no key to follow: bring one along with cambio keys import";
    let (current, next) = current.zip(next).ok_or(Refusal::BadRequest(text))?;
    let end = ctx.now + ctx.policy.lifetimes.access + OVERLAP;
    let steps = [
        (current.kid, (KeyStage::Current, KeyStage::Retired), Some(end)),
        (next.kid.clone(), (KeyStage::Next, KeyStage::Current), None),
    ];
    for (kid, step, end) in steps {
        if !signing_keys::update_stage(ctx.conn, &kid, step, end)? {
            return Err(met().into());
        }
    }
    if let Some(der) = der {
        insert(ctx, der, KeyStage::Next)?;
    }
    ctx.tell(Event::new(EventKind::KeyRotated).with(next.kid.as_str()));
    Ok(next.kid)
}

fn find(ctx: &mut Ctx<'_>, stage: KeyStage) -> Outcome<Option<StoredKey>> {
    let word = ctx.policy.signing.word();
    let keys = signing_keys::list(ctx.conn, ctx.now)?;
    Ok(keys.into_iter().find(|key| key.algorithm == word && key.stage == stage))
}

fn insert(ctx: &mut Ctx<'_>, der: &[u8], stage: KeyStage) -> Outcome<()> {
    let (kid, public_jwk) = kid_of(ctx, der)?;
    let sealed = seal::pack(sealing(ctx)?, PURPOSE, ctx.entropy, der)?;
    let algorithm = ctx.policy.signing.word().to_owned();
    let created_at = ctx.now;
    let key = StoredKey { kid, algorithm, stage, public_jwk, sealed, created_at };
    Ok(signing_keys::insert(ctx.conn, &key)?)
}

/// The name of a key (RFC 7638), and its public half.
fn kid_of(ctx: &Ctx<'_>, der: &[u8]) -> Outcome<(String, String)> {
    let key = SigningKey::pkcs8(algorithm(ctx), der)?;
    let kid = key.thumbprint()?;
    let jwk = key.named(&kid).public_jwk()?;
    let jwk = jwk.ok_or_else(|| Fault::internal("a signing key without a public half"))?;
    Ok((kid, jwk.to_string()))
}

fn generated(ctx: &Ctx<'_>) -> Outcome<Vec<u8>> {
    Ok(SigningKey::generate(algorithm(ctx))?)
}

fn algorithm(ctx: &Ctx<'_>) -> Algorithm {
    match ctx.policy.signing {
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
    }
}

fn der_of(pem: &SecretString) -> Outcome<Vec<u8>> {
    use secrecy::ExposeSecret as _;

    let lines = pem.expose_secret().lines().map(str::trim);
    let body: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let bad = Refusal::BadRequest("the key is no PKCS #8 PEM (-----BEGIN PRIVATE KEY-----)");
    Ok(STANDARD.decode(body).map_err(|_base64| bad)?)
}

/// Without a key to seal with there is no OpenID Connect.
fn sealing<'a>(ctx: &Ctx<'a>) -> Outcome<&'a SecretString> {
    Ok(ctx.keys.sealing.as_ref().ok_or(Refusal::NotFound)?)
}
