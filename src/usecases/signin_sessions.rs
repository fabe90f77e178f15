//! Seed 3's sessions: one JWT, which is renewed by itself as long as its session stands.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Ctx, dialect_jwt, issue, jwt,
    login::{self, Checked},
};
use crate::{
    crypto::secret,
    domain::{
        account::Account,
        credential::{JwtDialect, Principal},
        grant::How,
        scope::ScopeSet,
        token::FamilyId,
    },
    error::{Outcome, Why},
    store::tokens,
};

const DIALECT: JwtDialect = JwtDialect::Signin;

/// A session that a JWT is issued in.
struct Session {
    family: FamilyId,
    /// The name by which its JWTs say that they belong to it.
    sid: SecretString,
    end: DateTime<Utc>,
}

/// A JWT for a name and a password.
pub fn sign_in(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<SecretString> {
    let account = login::enter(ctx, checked)?;
    let end = ctx.now + ctx.policy.lifetimes.refresh_absolute.max(ctx.policy.signin.life);
    let grant = login::grant(&account, None, ScopeSet::default(), How::Signin);
    let family = issue::begin(ctx, &grant, Some(end))?;
    let sid = jwt::jti(ctx);
    tokens::insert_refresh(ctx.conn, secret::digest(&sid), family, (ctx.now, end))?;
    issue(ctx, &account, &Session { family, sid, end })
}

/// A new JWT for one that is good, or whose time was over not long ago. Its session must stand, so that
/// neither a logged-out, nor a deactivated, nor a changed account renews anything.
pub fn renew(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<SecretString> {
    let claims = dialect_jwt::signed(ctx, DIALECT, shown)?;
    in_window(ctx, &claims)?;
    let bad = dialect_jwt::bad;
    let sid: SecretString =
        claims.get("sid").and_then(Value::as_str).ok_or(bad(Why::Unknown))?.into();
    let found = tokens::find_refresh(ctx.conn, secret::digest(&sid))?.ok_or(bad(Why::Unknown))?;
    let ours = found.family.how == dialect_jwt::how(DIALECT).word() && found.family.stands();
    let account = found.family.account.filter(|_| ours).ok_or(bad(Why::Revoked))?;
    if dialect_jwt::account_of(DIALECT, &claims) != Some(account.id) {
        return Err(bad(Why::NoSubject).into());
    }
    if found.expires_at <= ctx.now {
        return Err(bad(Why::Expired).into());
    }
    issue(ctx, &account, &Session { family: found.family.id, sid, end: found.expires_at })
}

/// Until when a JWT is good; refused when it is not.
pub fn good_until(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<DateTime<Utc>> {
    who(ctx, shown)?;
    let claims = dialect_jwt::signed(ctx, DIALECT, shown)?;
    let end = claims.get("exp").and_then(Value::as_i64);
    let end = end.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(end.ok_or(dialect_jwt::bad(Why::Malformed))?)
}

fn who(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Principal> {
    Ok(dialect_jwt::authenticate(ctx, DIALECT, shown)?.0)
}

fn issue(ctx: &mut Ctx<'_>, account: &Account, session: &Session) -> Outcome<SecretString> {
    let end = session.end.min(ctx.now + ctx.policy.signin.life);
    let draft = dialect_jwt::draft(ctx, DIALECT, account, (end, Some(&session.sid)))?;
    jwt::record(ctx, &draft, session.family)?;
    Ok(draft.token)
}

/// The times of a JWT hold, or its end is not longer ago than the installation allows.
fn in_window(ctx: &Ctx<'_>, claims: &Map<String, Value>) -> Outcome<()> {
    match jwt::in_time(claims, ctx.now) {
        Ok(()) => Ok(()),
        Err(Why::Expired) if !ctx.policy.signin.window.is_zero() => {
            let then = ctx.now - ctx.policy.signin.window;
            Ok(jwt::in_time(claims, then).map_err(dialect_jwt::bad)?)
        }
        Err(why) => Err(dialect_jwt::bad(why).into()),
    }
}
