//! simplejwt's tokens: JWTs on the outside, stored like every other token on the inside, so that they end
//! at once with their family.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{
    Ctx,
    login::{self, Checked},
};
use crate::{
    crypto::{
        jwt::{self, BadJwt, Jws},
        jwt_time::{self, BadTime, TimeRule},
        keys::JwtKey,
        secret,
    },
    domain::{
        account::{Account, AccountId},
        credential::{Principal, Scheme, Via},
        grant::How,
        scope::ScopeSet,
        token::{FamilyId, TokenKind},
    },
    error::{Outcome, Refusal, Why},
    store::{accounts, families, groups, tokens},
};

/// A pair as handed to the caller, once.
#[derive(Debug)]
pub struct JwtPair {
    /// The access token.
    pub access: SecretString,
    /// The refresh token.
    pub refresh: SecretString,
}

/// `jwt/create`: a pair for a name and a password.
pub fn by_password(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<JwtPair> {
    let account = login::enter(ctx, checked)?;
    pair(ctx, &account, How::JwtLogin)
}

/// A pair for an account that has proved itself.
pub(super) fn pair(ctx: &mut Ctx<'_>, account: &Account, how: How) -> Outcome<JwtPair> {
    let key = key(ctx)?;
    let end = ctx.now + ctx.policy.lifetimes.jwt_refresh;
    let grant = login::grant(account, None, ScopeSet::default(), how);
    let family = families::insert(ctx.conn, &grant, ctx.now, Some(end))?;
    let access = access(ctx, &key, account, family)?;
    let jti = jti(ctx);
    tokens::insert_refresh(ctx.conn, secret::digest(&jti), family, (ctx.now, end))?;
    let refresh = sign(&key, &claims(ctx, ("refresh", end), &jti, account.id))?;
    Ok(JwtPair { access, refresh })
}

fn key(ctx: &Ctx<'_>) -> Outcome<JwtKey> {
    // Without a key the dialect is off: there is no such call.
    Ok(ctx.keys.jwt.clone().ok_or(Refusal::NotFound)?)
}

fn access(
    ctx: &mut Ctx<'_>,
    key: &JwtKey,
    account: &Account,
    family: FamilyId,
) -> Outcome<SecretString> {
    let end = ctx.now + ctx.policy.lifetimes.jwt_access;
    let jti = jti(ctx);
    let new = tokens::NewToken {
        digest: secret::digest(&jti),
        kind: TokenKind::Jwt,
        family,
        scope: &ScopeSet::default(),
        expires_at: Some(end),
    };
    tokens::insert_access(ctx.conn, &new, ctx.now)?;
    let mut claims = claims(ctx, ("access", end), &jti, account.id);
    // Seed 0: the token lists the groups, sorted.
    claims.insert("groups".to_owned(), json!(groups::list(ctx.conn, account.id)?));
    sign(key, &claims)
}

/// 128 random bits: the token's name, and what its row is found by.
pub(super) fn jti(ctx: &Ctx<'_>) -> SecretString {
    hex::encode(ctx.entropy.bytes::<16>()).into()
}

fn claims(
    ctx: &Ctx<'_>,
    (kind, end): (&str, DateTime<Utc>),
    jti: &SecretString,
    account: AccountId,
) -> Map<String, Value> {
    let jti = secrecy::ExposeSecret::expose_secret(jti);
    [
        ("token_type", json!(kind)),
        ("exp", json!(end.timestamp())),
        ("iat", json!(ctx.now.timestamp())),
        ("jti", json!(jti)),
        ("user_id", json!(account.0.to_string())),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(super) fn sign(key: &JwtKey, claims: &Map<String, Value>) -> Outcome<SecretString> {
    Ok(jwt::sign(claims, &key.signing)?.into())
}

/// Who an access JWT proves to be. Its signature, times and type must hold, and so must its row: a JWT that
/// this installation has no record of could not be ended, and is refused (R11).
pub fn authenticate(ctx: &mut Ctx<'_>, scheme: Scheme, shown: &str) -> Outcome<Principal> {
    let bad = |why| Refusal::BadCredential(scheme, why);
    let key = ctx.keys.jwt.as_ref().ok_or(bad(Why::Unknown))?;
    let claims = verified(key, shown, ctx.now).map_err(bad)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("token_type") != Some("access") {
        return Err(bad(Why::WrongKind).into());
    }
    let jti = text("jti").ok_or(bad(Why::Unknown))?;
    let account = account_of(&claims).ok_or(bad(Why::NoSubject))?;
    recorded(ctx, bad, (account, jti), &[How::JwtLogin, How::SocialLogin])
}

/// What our own records say of an access JWT whose signature and times hold: it must be stored, in a family
/// of that account that came about in one of these ways and stands.
pub(super) fn recorded(
    ctx: &mut Ctx<'_>,
    bad: impl Fn(Why) -> Refusal,
    (account, jti): (AccountId, &str),
    ways: &[How],
) -> Outcome<Principal> {
    match accounts::find(ctx.conn, account)? {
        None => return Err(bad(Why::NoAccount).into()),
        Some(account) if !account.is_active() => return Err(bad(Why::Inactive).into()),
        Some(_) => {}
    }
    let found = tokens::find_access(ctx.conn, secret::digest(&jti.into()))?;
    let found = found.filter(|found| found.kind == TokenKind::Jwt).ok_or(bad(Why::Unknown))?;
    if found.is_over(ctx.now) {
        return Err(bad(Why::Expired).into());
    }
    let family = found.family;
    if !ways.iter().any(|how| how.word() == family.how) {
        return Err(bad(Why::WrongKind).into());
    }
    let same = family.account.as_ref().is_some_and(|owner| owner.id == account);
    if !same || !family.stands() {
        return Err(bad(Why::Revoked).into());
    }
    Ok(Principal {
        account: family.account,
        client: None,
        scope: found.scope,
        family: family.id,
        via: Via::Jwt,
    })
}

/// The claims of a JWT whose signature and times hold.
pub(super) fn verified(
    key: &JwtKey,
    shown: &str,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, Why> {
    let claims = signed(key, shown)?;
    in_time(&claims, now)?;
    Ok(claims)
}

/// The claims of a JWT whose signature holds; when it ends is not looked at.
pub(super) fn signed(key: &JwtKey, shown: &str) -> Result<Map<String, Value>, Why> {
    let unsound = |bad| match bad {
        BadJwt::Signature | BadJwt::Algorithm => Why::Forged,
        _ => Why::Unknown,
    };
    Jws::parse(shown).and_then(|jws| jws.verify(&key.verifying)).map_err(unsound)
}

/// Whether the times of a JWT hold.
pub(super) fn in_time(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Why> {
    // Nodes' clocks differ a little; the end is judged strictly, by the token's row.
    let rule = TimeRule { leeway: 30, max_age: None };
    jwt_time::check(claims, rule, now).map_err(|bad| match bad {
        BadTime::Expired => Why::Expired,
        _ => Why::Unknown,
    })
}

/// The account a token names: as a string, or as a number (older simplejwt).
fn account_of(claims: &Map<String, Value>) -> Option<AccountId> {
    let id = claims.get("user_id")?;
    id.as_i64().or_else(|| id.as_str()?.parse().ok()).map(AccountId)
}
