//! simplejwt's other calls: a new access token for a refresh token, the blacklist, and whether a token is good.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{
    Draft, access, access_of, account_of, key, name_of, record, record_refresh, refresh_token,
    verified,
};
use crate::{
    crypto::{keys::JwtKey, secret},
    domain::{account::Account, token::RefreshStage},
    error::{Outcome, Refusal, Why},
    store::tokens,
    usecases::{
        Ctx, Verdict, revoke,
        rotation::{self, Retold, Shown, Told, Turn},
    },
};

/// What a refresh answers.
#[derive(Debug)]
pub struct Refreshed {
    /// A new access token, with the groups of this moment.
    pub access: SecretString,
    /// A new refresh token, where they rotate.
    pub refresh: Option<SecretString>,
}

/// `jwt/refresh`: a new access token. Where refresh tokens rotate a new one comes with it; the old one is
/// then used up, unless the installation keeps it good.
pub fn refresh(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Verdict<Refreshed>> {
    let key = key(ctx)?;
    let Known { shown, owner } = known(ctx, &key, shown)?;
    if let RefreshStage::Used { .. } = shown.found.stage {
        // Whether or not they rotate by now: it has been used up.
        return rotation::again(ctx, &shown)?.and_then(|told| retry(&told));
    }
    let family = shown.found.family.id;
    let access = access(ctx, &key, owner.id)?;
    if !ctx.policy.jwt_rotation.rotate {
        record(ctx, &access, family)?;
        return Ok(Verdict::Done(Refreshed { access: access.token, refresh: None }));
    }
    let end = rotation::end_of(&shown.found).min(ctx.now + ctx.policy.lifetimes.jwt_refresh);
    let refresh = refresh_token(ctx, &key, owner.id, end)?;
    if ctx.policy.jwt_rotation.blacklist {
        let told = told(&access, &refresh);
        if let Turn::Again(verdict) = rotation::use_up(ctx, &shown, &told)? {
            return verdict.and_then(|told| retry(&told));
        }
    } else {
        record(ctx, &access, family)?;
        record_refresh(ctx, &refresh, family)?;
    }
    Ok(Verdict::Done(Refreshed { access: access.token, refresh: Some(refresh.token) }))
}

fn told<'a>(access: &'a Draft, refresh: &'a Draft) -> Told<'a> {
    let answer = json!({
        "access": access.token.expose_secret(),
        "refresh": refresh.token.expose_secret(),
    });
    Told { answer, successor: &refresh.jti, end: refresh.end, access: access.row(), alone: false }
}

fn retry(told: &Retold) -> Outcome<Refreshed> {
    Ok(Refreshed { access: told.secret("access")?, refresh: Some(told.secret("refresh")?) })
}

/// `jwt/blacklist`: the refresh token is used up for good, and everything that came of the same login ends.
pub fn blacklist(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let key = key(ctx)?;
    let shown = known(ctx, &key, shown)?.shown;
    if !tokens::consume_refresh(ctx.conn, shown.digest, ctx.now, None)? {
        return Err(Refusal::BadGrant(Why::Used).into());
    }
    revoke::end(ctx, &shown.found.family)
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
struct Known<'a> {
    shown: Shown<'a>,
    owner: Account,
}

/// Reads a refresh token: its signature, times and type must hold, its account be active, its family stand.
fn known<'a>(ctx: &mut Ctx<'_>, key: &JwtKey, shown: &'a SecretString) -> Outcome<Known<'a>> {
    let bad = |why| Refusal::BadGrant(why);
    let claims = verified(key, shown.expose_secret(), ctx.now).map_err(bad)?;
    let name = name_of(&claims, "refresh").map_err(bad)?;
    let id = account_of(&claims).ok_or(bad(Why::NoSubject))?;
    let shown = rotation::find(ctx, shown, secret::digest(&name))?;
    let family = &shown.found.family;
    let owner = family.account.clone().filter(|owner| owner.id == id);
    let owner = owner.ok_or(bad(Why::NoAccount))?;
    if !owner.is_active() {
        return Err(Refusal::Inactive.into());
    }
    if !family.stands() {
        return Err(bad(Why::Revoked).into());
    }
    if rotation::over(&shown.found, ctx.now) {
        return Err(bad(Why::Expired).into());
    }
    Ok(Known { shown, owner })
}
