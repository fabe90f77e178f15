//! What an application says it knows of a person: an `id_token` of ours that it was given before.

use super::Ctx;
use crate::{
    crypto::{
        jwt::Jws,
        jwt_key::{Algorithm, VerifyingKey},
    },
    domain::account::AccountId,
    error::Outcome,
    store::signing_keys,
};

/// Whom an `id_token` of ours is about, and for whom it was; however long ago. What is not ours proves nothing.
pub(super) fn read(ctx: &mut Ctx<'_>, hint: &str) -> Outcome<Option<(AccountId, String)>> {
    let Ok(jws) = Jws::parse(hint) else { return Ok(None) };
    let keys = signing_keys::list(ctx.conn, ctx.now)?;
    let Some(key) = keys.iter().find(|key| Some(key.kid.as_str()) == jws.kid()) else {
        return Ok(None);
    };
    let allowed = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];
    let jwk = serde_json::from_str(&key.public_jwk).unwrap_or_default();
    let claims = VerifyingKey::from_jwk(&jwk, &allowed).and_then(|key| jws.verify(&key).ok());
    Ok(claims.and_then(|claims| {
        let word = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
        (word("iss") == Some(&ctx.policy.issuer)).then_some(())?;
        Some((AccountId(word("sub")?.parse().ok()?), word("aud")?.to_owned()))
    }))
}

/// The account that an authorization request means (`id_token_hint`, OpenID Connect Core §3.1.2.1).
pub fn meant(ctx: &mut Ctx<'_>, hint: Option<&str>) -> Outcome<Option<AccountId>> {
    match hint {
        Some(hint) => Ok(read(ctx, hint)?.map(|(account, _)| account)),
        None => Ok(None),
    }
}
