//! simplejwt's other calls: a new access token for a refresh token, the blacklist, and whether a token is good.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{access, access_of, account_of, key, name_of, refresh_token, verified};
use crate::{
    crypto::{keys::JwtKey, seal, secret},
    domain::{
        account::Account,
        token::{Digest, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::tokens::{self, FoundRefresh},
    usecases::{Ctx, Verdict, revoke, rotation},
};

/// What a refresh answers.
#[derive(Debug)]
pub struct Refreshed {
    /// A new access token, with the groups of this moment.
    pub access: SecretString,
    /// A new refresh token, where they rotate.
    pub refresh: Option<SecretString>,
}

/// What the sealed answer of a rotation is sealed for.
const PURPOSE: &str = "cambio jwt refresh answer";

/// `jwt/refresh`: a new access token. Where refresh tokens rotate a new one comes with it; the old one is
/// then used up, unless the installation keeps it good. Shown again it ends its family, but for a retry
/// within the grace, which gets the identical answer.
pub fn refresh(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Verdict<Refreshed>> {
    let key = key(ctx)?;
    let known = known(ctx, &key, shown)?;
    if let RefreshStage::Used { at, sealed } = &known.found.stage {
        let sealed = sealed.as_deref();
        return again(ctx, &known.found, shown, (*at, sealed));
    }
    let access = access(ctx, &key, known.owner.id, known.found.family.id)?;
    let refresh = if ctx.policy.jwt_rotation.rotate {
        Some(successor(ctx, &key, &known, shown, &access)?)
    } else {
        None
    };
    Ok(Verdict::Done(Refreshed { access, refresh }))
}

/// A new refresh token in the place of the one that is shown.
fn successor(
    ctx: &mut Ctx<'_>,
    key: &JwtKey,
    known: &Known,
    shown: &SecretString,
    access: &SecretString,
) -> Outcome<SecretString> {
    let found = &known.found;
    let limit = found.family.expires_at.unwrap_or(found.expires_at);
    let end = limit.min(ctx.now + ctx.policy.lifetimes.jwt_refresh);
    let (refresh, name) = refresh_token(ctx, key, known.owner.id, (found.family.id, end))?;
    if ctx.policy.jwt_rotation.blacklist {
        let sealed = if ctx.policy.lifetimes.refresh_grace.is_zero() {
            None
        } else {
            let told = json!({
                "access": access.expose_secret(),
                "refresh": refresh.expose_secret(),
                "name": name.expose_secret(),
            });
            Some(seal::seal(shown, PURPOSE, told.to_string().as_bytes())?)
        };
        if !tokens::consume_refresh(ctx.conn, known.digest, ctx.now, sealed.as_deref())? {
            // Somebody was first, and has committed by now: tried again, the deed finds the token used.
            return Err(Fault::Conflict { what: "a refresh token used twice".to_owned() }.into());
        }
    }
    Ok(refresh)
}

/// A used token: a retry is answered again, anything else ends the family.
fn again(
    ctx: &mut Ctx<'_>,
    found: &FoundRefresh,
    shown: &SecretString,
    used: (DateTime<Utc>, Option<&[u8]>),
) -> Outcome<Verdict<Refreshed>> {
    if let Some(text) = rotation::answer_to_retry(ctx, used, shown, PURPOSE)? {
        let told: Value = serde_json::from_slice(&text)
            .map_err(|cause| Fault::because("a sealed answer", cause))?;
        let word = |name: &str| told.get(name).and_then(Value::as_str).map(SecretString::from);
        if let (Some(access), Some(refresh), Some(name)) =
            (word("access"), word("refresh"), word("name"))
            && tokens::has_open_refresh(ctx.conn, secret::digest(&name))?
        {
            return Ok(Verdict::Done(Refreshed { access, refresh: Some(refresh) }));
        }
    }
    revoke::family(ctx, found.family.id)?;
    Ok(Verdict::Refused(Refusal::BadGrant(Why::Used)))
}

/// `jwt/blacklist`: the refresh token is used up for good, and everything that came of the same login ends.
pub fn blacklist(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let key = key(ctx)?;
    let known = known(ctx, &key, shown)?;
    if !tokens::consume_refresh(ctx.conn, known.digest, ctx.now, None)? {
        return Err(Refusal::BadGrant(Why::Used).into());
    }
    revoke::family(ctx, known.found.family.id)
}

/// `jwt/verify`: whether an access or a refresh token is good at this moment. A refresh token that was used
/// up is refused as [`Why::Used`].
pub fn verify(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let key = key(ctx)?;
    let bad = |why| Refusal::BadGrant(why);
    let claims = verified(&key, shown.expose_secret(), ctx.now).map_err(bad)?;
    if name_of(&claims, "access").is_ok() {
        access_of(ctx, &claims)?.map_err(bad)?;
        return Ok(());
    }
    let name = name_of(&claims, "refresh").map_err(bad)?;
    let found = tokens::find_refresh(ctx.conn, secret::digest(&name))?;
    if found.is_some_and(|found| matches!(found.stage, RefreshStage::Used { .. })) {
        return Err(bad(Why::Used).into());
    }
    known(ctx, &key, shown).map(drop)
}

/// A refresh token that has a row, of a family that stands.
struct Known {
    found: FoundRefresh,
    owner: Account,
    digest: Digest,
}

/// Reads a refresh token: its signature, times and type must hold, its account be active, its family stand.
fn known(ctx: &mut Ctx<'_>, key: &JwtKey, shown: &SecretString) -> Outcome<Known> {
    let bad = |why| Refusal::BadGrant(why);
    let claims = verified(key, shown.expose_secret(), ctx.now).map_err(bad)?;
    let name = name_of(&claims, "refresh").map_err(bad)?;
    let id = account_of(&claims).ok_or(bad(Why::NoSubject))?;
    let digest = secret::digest(&name);
    let found = tokens::find_refresh(ctx.conn, digest)?.ok_or(bad(Why::Unknown))?;
    let owner = found.family.account.clone().filter(|owner| owner.id == id);
    let owner = owner.ok_or(bad(Why::NoAccount))?;
    if !owner.is_active() {
        return Err(Refusal::Inactive.into());
    }
    if !found.family.stands() {
        return Err(bad(Why::Revoked).into());
    }
    if found.expires_at <= ctx.now {
        return Err(bad(Why::Expired).into());
    }
    Ok(Known { found, owner, digest })
}
