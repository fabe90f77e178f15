//! The JWTs of seeds 2 and 3: other claims than simplejwt's, recorded and ended like every token.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::{
    Ctx,
    jwt::{self, Draft},
};
use crate::{
    crypto::keys::JwtKey,
    domain::{
        account::{Account, AccountId},
        credential::{JwtDialect, Principal, Scheme},
        email::Email,
        grant::How,
        username::Username,
    },
    error::{Outcome, Refusal, Why},
};

/// Signs a JWT for an account; `sid` names the session it can be renewed by, where it can.
pub(super) fn draft(
    ctx: &Ctx<'_>,
    dialect: JwtDialect,
    account: &Account,
    (end, sid): (DateTime<Utc>, Option<&SecretString>),
) -> Outcome<Draft> {
    let mut claims = own_claims(ctx, dialect, account);
    if let Some(sid) = sid {
        claims.insert("sid".to_owned(), json!(sid.expose_secret()));
    }
    jwt::draft(ctx, key(ctx, dialect)?, claims, end)
}

/// Who a JWT of the dialect proves to be, and when its time is over.
pub(super) fn authenticate(
    ctx: &mut Ctx<'_>,
    dialect: JwtDialect,
    shown: &SecretString,
) -> Outcome<(Principal, Option<DateTime<Utc>>)> {
    let claims = signed(ctx, dialect, shown)?;
    jwt::in_time(&claims, ctx.now).map_err(bad)?;
    let account = account_of(dialect, &claims).ok_or(bad(Why::NoSubject))?;
    let jti = claims.get("jti").and_then(Value::as_str).ok_or(bad(Why::Unknown))?;
    let (found, owner) =
        jwt::recorded(ctx, (account, &jti.into()), &[how(dialect)])?.map_err(bad)?;
    Ok(jwt::principal(found, owner))
}

/// The claims of a JWT that this dialect has signed; when it ends is not looked at.
///
/// Where one key serves several dialects, the claims tell them apart.
pub(super) fn signed(
    ctx: &Ctx<'_>,
    dialect: JwtDialect,
    shown: &SecretString,
) -> Outcome<Map<String, Value>> {
    let key = key(ctx, dialect).map_err(|_off| bad(Why::Unknown))?;
    let claims = jwt::signed(key, shown.expose_secret()).map_err(bad)?;
    let fits = match dialect {
        JwtDialect::Api => !claims.contains_key("token_type") && claims.contains_key("username"),
        JwtDialect::Signin => claims.contains_key("role") && claims.contains_key("userid"),
    };
    if fits { Ok(claims) } else { Err(bad(Why::WrongKind).into()) }
}

/// The account that the claims name, in the form that the dialect writes it in.
pub(super) fn account_of(dialect: JwtDialect, claims: &Map<String, Value>) -> Option<AccountId> {
    let id = match dialect {
        JwtDialect::Api => claims.get("user_id")?.as_i64(),
        JwtDialect::Signin => claims.get("userid")?.as_str()?.parse().ok(),
    };
    id.map(AccountId)
}

/// How a session of the dialect comes about.
pub(super) fn how(dialect: JwtDialect) -> How {
    match dialect {
        JwtDialect::Api => How::ApiLogin,
        JwtDialect::Signin => How::Signin,
    }
}

/// A refusal of such a JWT; the reason is for the log.
pub(super) fn bad(why: Why) -> Refusal {
    Refusal::BadCredential(Scheme::Bearer, why)
}

/// The name by which these dialects call an account: its user name, or else its address.
pub fn name_of(account: &Account) -> &str {
    let email = || account.email.as_ref().map_or("", Email::as_str);
    account.username.as_ref().map_or_else(email, Username::as_str)
}

fn own_claims(ctx: &Ctx<'_>, dialect: JwtDialect, account: &Account) -> Map<String, Value> {
    let claims = match dialect {
        JwtDialect::Api => {
            [("user_id", json!(account.id.0)), ("username", json!(name_of(account)))]
        }
        JwtDialect::Signin => {
            [("role", json!(ctx.policy.signin.role)), ("userid", json!(account.id.0.to_string()))]
        }
    };
    claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Without a key the dialect is off: there is no such call.
fn key<'a>(ctx: &Ctx<'a>, dialect: JwtDialect) -> Outcome<&'a JwtKey> {
    let key = match dialect {
        JwtDialect::Api => &ctx.keys.api,
        JwtDialect::Signin => &ctx.keys.signin,
    };
    Ok(key.as_ref().ok_or(Refusal::NotFound)?)
}
