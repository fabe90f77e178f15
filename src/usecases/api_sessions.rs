//! Seed 2's sessions: a short JWT, and a refresh token that is a UUID, used once and replaced.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{
    Ctx, Verdict, dialect_jwt, issue,
    jwt::{self, Draft},
    login::{self, Checked},
    revoke,
    rotation::{self, Retold, Shown, Told, Turn},
};
use crate::{
    crypto::secret,
    domain::{account::Account, credential::JwtDialect, grant::How, scope::ScopeSet},
    error::{Outcome, Refusal, Why},
    store::tokens,
};

/// A pair as handed to the caller, once.
#[derive(Debug)]
pub struct ApiPair {
    /// The access JWT.
    pub access: SecretString,
    /// The refresh token.
    pub refresh: SecretString,
}

/// A pair for an address and a password.
pub fn log_in(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<ApiPair> {
    let account = login::enter(ctx, checked)?;
    let life = ctx.policy.lifetimes.refresh_absolute.max(ctx.policy.api.refresh);
    let end = ctx.now + life;
    let grant = login::grant(&account, None, ScopeSet::default(), How::ApiLogin);
    let family = issue::begin(ctx, &grant, Some(end))?;
    let (draft, refresh) = draw(ctx, &account)?;
    jwt::record(ctx, &draft, family)?;
    let idle = end.min(ctx.now + ctx.policy.api.refresh);
    tokens::insert_refresh(ctx.conn, secret::digest(&refresh), family, (ctx.now, idle))?;
    Ok(ApiPair { access: draft.token, refresh })
}

/// A new pair for a refresh token, which is used up.
pub fn renew(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Verdict<ApiPair>> {
    let shown = find(ctx, shown)?;
    let family = &shown.found.family;
    let account = family.account.clone().filter(|_| family.stands());
    let account = account.ok_or(Refusal::BadGrant(Why::Revoked))?;
    let (draft, refresh) = draw(ctx, &account)?;
    let answer = json!({
        "access": draft.token.expose_secret(),
        "refresh": refresh.expose_secret(),
    });
    let told = Told {
        answer,
        successor: &refresh,
        end: rotation::end_of(&shown.found).min(ctx.now + ctx.policy.api.refresh),
        access: draft.row(),
        alone: false,
    };
    if let Turn::Again(verdict) = rotation::use_up(ctx, &shown, &told)? {
        return verdict.and_then(|told| retry(&told));
    }
    Ok(Verdict::Done(ApiPair { access: draft.token, refresh }))
}

/// Ends the session of a refresh token, its JWTs included. A token that was used up before ends it, too.
pub fn log_out(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let found = find(ctx, shown)?.found;
    if !found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    if rotation::over(&found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    revoke::end(ctx, &found.family)
}

/// A refresh token of this dialect; one of another is not known here.
fn find<'a>(ctx: &mut Ctx<'_>, shown: &'a SecretString) -> Outcome<Shown<'a>> {
    let shown = rotation::find(ctx, shown, secret::digest(shown))?;
    if shown.found.family.how == How::ApiLogin {
        return Ok(shown);
    }
    Err(Refusal::BadGrant(Why::Unknown).into())
}

fn draw(ctx: &Ctx<'_>, account: &Account) -> Outcome<(Draft, SecretString)> {
    let end = ctx.now + ctx.policy.api.access;
    let draft = dialect_jwt::draft(ctx, JwtDialect::Api, account, (end, None))?;
    Ok((draft, secret::uuid(ctx.entropy)))
}

fn retry(told: &Retold) -> Outcome<ApiPair> {
    Ok(ApiPair { access: told.secret("access")?, refresh: told.secret("refresh")? })
}
