//! simplejwt's tokens: JWTs on the outside, stored like every other token on the inside, so that they end
//! at once with their family.

mod refresh;

pub use self::refresh::{Refreshed, blacklist, refresh, verify};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::{
    Ctx, issue,
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
        credential::{Principal, ShownJwt, Via},
        grant::How,
        scope::{NO_SCOPE, ScopeSet},
        token::{FamilyId, TokenKind},
    },
    error::{Outcome, Refusal, Why},
    store::{
        accounts, groups,
        tokens::{self, FoundToken, NewToken},
    },
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
    let family_end = if ctx.policy.jwt_rotation.rotate {
        end.max(ctx.now + ctx.policy.lifetimes.refresh_absolute)
    } else {
        end
    };
    let grant = login::grant(account, None, ScopeSet::default(), how);
    let family = issue::begin(ctx, &grant, Some(family_end))?;
    let access = access(ctx, &key, account.id)?;
    let refresh = refresh_token(ctx, &key, account.id, end)?;
    record(ctx, &access, family)?;
    record_refresh(ctx, &refresh, family)?;
    Ok(JwtPair { access: access.token, refresh: refresh.token })
}

fn key(ctx: &Ctx<'_>) -> Outcome<JwtKey> {
    // Without a key the dialect is off: there is no such call.
    Ok(ctx.keys.jwt.clone().ok_or(Refusal::NotFound)?)
}

/// A JWT that is signed and not recorded yet; without its record it opens nothing.
pub(super) struct Draft {
    /// The JWT.
    pub(super) token: SecretString,
    jti: SecretString,
    end: DateTime<Utc>,
}

impl Draft {
    /// An access JWT as it is recorded.
    pub(super) fn row(&self) -> NewToken<'_> {
        NewToken {
            digest: secret::digest(&self.jti),
            kind: TokenKind::Jwt,
            scope: &NO_SCOPE,
            expires_at: Some(self.end),
            resources: &[],
        }
    }
}

/// Signs claims, with an end and a name.
pub(super) fn draft(
    ctx: &Ctx<'_>,
    key: &JwtKey,
    mut claims: Map<String, Value>,
    end: DateTime<Utc>,
) -> Outcome<Draft> {
    let jti = jti(ctx);
    claims.insert("exp".to_owned(), json!(end.timestamp()));
    claims.insert("jti".to_owned(), json!(jti.expose_secret()));
    Ok(Draft { token: jwt::sign(&claims, &key.signing)?.into(), jti, end })
}

/// Records an access JWT.
pub(super) fn record(ctx: &mut Ctx<'_>, draft: &Draft, family: FamilyId) -> Outcome<()> {
    Ok(tokens::insert_access(ctx.conn, family, &draft.row(), ctx.now)?)
}

/// Records a refresh JWT.
fn record_refresh(ctx: &mut Ctx<'_>, draft: &Draft, family: FamilyId) -> Outcome<()> {
    let times = (ctx.now, draft.end);
    Ok(tokens::insert_refresh(ctx.conn, secret::digest(&draft.jti), family, times)?)
}

fn access(ctx: &mut Ctx<'_>, key: &JwtKey, account: AccountId) -> Outcome<Draft> {
    let mut claims = claims(ctx, "access", account);
    // Seed 0: the token lists the groups, sorted.
    claims.insert("groups".to_owned(), json!(groups::list(ctx.conn, account)?));
    draft(ctx, key, claims, ctx.now + ctx.policy.lifetimes.jwt_access)
}

fn refresh_token(
    ctx: &Ctx<'_>,
    key: &JwtKey,
    account: AccountId,
    end: DateTime<Utc>,
) -> Outcome<Draft> {
    draft(ctx, key, claims(ctx, "refresh", account), end)
}

/// 128 random bits: the token's name, and what its row is found by.
pub(super) fn jti(ctx: &Ctx<'_>) -> SecretString {
    issue::jti_of(ctx)
}

fn claims(ctx: &Ctx<'_>, kind: &str, account: AccountId) -> Map<String, Value> {
    [
        ("token_type", json!(kind)),
        ("iat", json!(ctx.now.timestamp())),
        ("user_id", json!(account.0.to_string())),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Who an access JWT proves to be. Its signature, times and type must hold, and so must its row: a JWT that
/// this installation has no record of could not be ended, and is refused (R11). If its groups are not
/// those of the account any more, the credential is marked outdated.
pub fn authenticate(ctx: &mut Ctx<'_>, shown: &ShownJwt) -> Outcome<(Principal, End)> {
    let bad = |why| Refusal::BadCredential(shown.scheme, why);
    let key = ctx.keys.jwt.as_ref().ok_or(bad(Why::Unknown))?;
    let claims = verified(key, shown.token.expose_secret(), ctx.now).map_err(bad)?;
    let (found, owner) = access_of(ctx, &claims)?.map_err(bad)?;
    if claims.get("groups") != Some(&json!(groups::list(ctx.conn, owner.id)?)) {
        shown.mark_outdated();
    }
    Ok(principal(found, owner))
}

/// When a token's time is over, if ever.
type End = Option<DateTime<Utc>>;

/// Who a recorded access JWT is of, and when its time is over.
pub(super) fn principal(found: FoundToken, owner: Account) -> (Principal, End) {
    let end = found.end();
    let principal = Principal {
        account: Some(owner),
        client: None,
        scope: found.scope,
        family: found.family.id,
        via: Via::Jwt,
        reach: found.family.how.reach(),
    };
    (principal, end)
}

/// The record of an access JWT and the account it speaks for, or why it does not count.
fn access_of(
    ctx: &mut Ctx<'_>,
    claims: &Map<String, Value>,
) -> Outcome<Result<(FoundToken, Account), Why>> {
    let name = match name_of(claims, "access") {
        Ok(name) => name,
        Err(why) => return Ok(Err(why)),
    };
    let Some(id) = account_of(claims) else { return Ok(Err(Why::NoSubject)) };
    recorded(ctx, (id, &name), &[How::JwtLogin, How::SocialLogin])
}

/// What our own records say of an access JWT whose signature and times hold: it must be there, in a family
/// of that account that came about in one of these ways and stands.
pub(super) fn recorded(
    ctx: &mut Ctx<'_>,
    (id, name): (AccountId, &SecretString),
    ways: &[How],
) -> Outcome<Result<(FoundToken, Account), Why>> {
    let account = match accounts::find(ctx.conn, id)? {
        None => return Ok(Err(Why::NoAccount)),
        Some(account) if !account.is_active() => return Ok(Err(Why::Inactive)),
        Some(account) => account,
    };
    let found = tokens::find_access(ctx.conn, secret::digest(name))?;
    let Some(found) = found.filter(|found| found.kind == TokenKind::Jwt) else {
        return Ok(Err(Why::Unknown));
    };
    if found.is_over(ctx.now) {
        return Ok(Err(Why::Expired));
    }
    if !ways.contains(&found.family.how) {
        return Ok(Err(Why::WrongKind));
    }
    let same = found.family.account.as_ref().is_some_and(|owner| owner.id == id);
    if !same || !found.family.stands() {
        return Ok(Err(Why::Revoked));
    }
    Ok(Ok((found, account)))
}

/// The `jti` of a token of that type.
fn name_of(claims: &Map<String, Value>, kind: &str) -> Result<SecretString, Why> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("token_type") != Some(kind) {
        return Err(Why::WrongKind);
    }
    text("jti").map(Into::into).ok_or(Why::Unknown)
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
