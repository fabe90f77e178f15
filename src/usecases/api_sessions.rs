//! Seed 2's sessions: a short JWT, and a refresh token that is a UUID, used once and replaced.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    dialect_jwt::{self, Draft},
    login::{self, Checked},
    revoke,
    rotation::{self, Turn},
};
use crate::{
    crypto::secret,
    domain::{account::Account, credential::JwtDialect, grant::How, scope::ScopeSet},
    error::{Fault, Outcome, Refusal, Why},
    store::{
        families,
        tokens::{self, FoundRefresh},
    },
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
    let family = families::insert(ctx.conn, &grant, ctx.now, Some(end))?;
    let (draft, refresh) = draw(ctx, &account)?;
    dialect_jwt::record(ctx, &draft, family)?;
    let idle = end.min(ctx.now + ctx.policy.api.refresh);
    tokens::insert_refresh(ctx.conn, secret::digest(&refresh), family, (ctx.now, idle))?;
    Ok(ApiPair { access: draft.token, refresh })
}

/// A new pair for a refresh token, which is used up.
pub fn renew(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Verdict<ApiPair>> {
    let found = find(ctx, shown)?;
    let account = found.family.account.clone().filter(|_| found.family.stands());
    let account = account.ok_or(Refusal::BadGrant(Why::Revoked))?;
    let (draft, refresh) = draw(ctx, &account)?;
    let told = json!({
        "access": draft.token.expose_secret(),
        "refresh": refresh.expose_secret(),
    });
    match rotation::use_up(ctx, &found, shown, &told)? {
        Verdict::Refused(refusal) => return Ok(Verdict::Refused(refusal)),
        Verdict::Done(Turn::Retold(told)) => return Ok(Verdict::Done(reread(&told)?)),
        Verdict::Done(Turn::Fresh) => {}
    }
    dialect_jwt::record(ctx, &draft, found.family.id)?;
    let idle = rotation::end_of(&found).min(ctx.now + ctx.policy.api.refresh);
    tokens::insert_refresh(ctx.conn, secret::digest(&refresh), found.family.id, (ctx.now, idle))?;
    Ok(Verdict::Done(ApiPair { access: draft.token, refresh }))
}

/// Ends the session of a refresh token, its JWTs included. A token that was used up before ends it, too.
pub fn log_out(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<()> {
    let found = find(ctx, shown)?;
    if !found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    if rotation::over(&found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    revoke::family(ctx, found.family.id)
}

/// A refresh token of this dialect; one of another is not known here.
fn find(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<FoundRefresh> {
    let found = tokens::find_refresh(ctx.conn, secret::digest(shown))?;
    let found = found.filter(|found| found.family.how == How::ApiLogin.word());
    Ok(found.ok_or(Refusal::BadGrant(Why::Unknown))?)
}

fn draw(ctx: &Ctx<'_>, account: &Account) -> Outcome<(Draft, SecretString)> {
    let end = ctx.now + ctx.policy.api.access;
    let draft = dialect_jwt::draft(ctx, JwtDialect::Api, account, (end, None))?;
    Ok((draft, secret::uuid(ctx.entropy)))
}

fn reread(told: &Value) -> Outcome<ApiPair> {
    let word = |name: &str| {
        let word = told.get(name).and_then(Value::as_str).map(SecretString::from);
        word.ok_or_else(|| Fault::internal("a sealed answer cannot be read"))
    };
    Ok(ApiPair { access: word("access")?, refresh: word("refresh")? })
}
