//! The mint: every token of every dialect is born here, with a family behind it.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{Ctx, claims};
use crate::{
    crypto::secret,
    domain::{
        account::Account,
        audit::{Application, Event, EventKind},
        grant::Grant,
        scope::{self, ScopeSet},
        token::{FamilyId, IssuedTokens, TokenKind},
    },
    error::{Outcome, Refusal},
    store::{
        accounts, families,
        issues::{self, Issue},
        tokens::{self, NewToken},
    },
};

/// What access tokens begin with.
pub const ACCESS_PREFIX: &str = "cat_";
/// What refresh tokens begin with.
pub const REFRESH_PREFIX: &str = "crt_";

/// Whether a grant comes with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithRefresh {
    /// It can be renewed.
    Yes,
    /// It ends with its access token.
    No,
}

/// Answers a grant with an opaque access token and, if asked for, a refresh token.
pub fn opaque(ctx: &mut Ctx<'_>, grant: &Grant, refresh: WithRefresh) -> Outcome<IssuedTokens> {
    Ok(with_family(ctx, grant, refresh)?.0)
}

/// The same, and the number of the new family.
pub(super) fn with_family(
    ctx: &mut Ctx<'_>,
    grant: &Grant,
    refresh: WithRefresh,
) -> Outcome<(IssuedTokens, FamilyId)> {
    let grant = &Grant { scope: grantable(ctx, grant)?, ..grant.clone() };
    let lifetimes = &ctx.policy.lifetimes;
    let end = ctx.now
        + match refresh {
            WithRefresh::Yes => lifetimes.refresh_absolute,
            // Nothing can come of it once the access token has ended: its row need not be kept.
            WithRefresh::No => lifetimes.access,
        };
    let pair = draw(ctx, grant, refresh)?;
    let refresh = pair.refresh.as_ref();
    let issue = Issue {
        grant,
        end,
        access: access(ctx, &pair, grant),
        refresh: refresh.map(|token| (secret::digest(token), refresh_end(ctx, end))),
    };
    let family = issues::insert(ctx.conn, &issue, ctx.now)?;
    signed_in(ctx, grant);
    Ok((answer(ctx, pair, grant.scope.clone()), family))
}

/// Begins a family. That somebody came in is told with it, whatever the dialect.
pub(super) fn begin(
    ctx: &mut Ctx<'_>,
    grant: &Grant,
    end: Option<DateTime<Utc>>,
) -> Outcome<FamilyId> {
    signed_in(ctx, grant);
    Ok(families::insert(ctx.conn, grant, ctx.now, end)?)
}

fn signed_in(ctx: &mut Ctx<'_>, grant: &Grant) {
    if let Some(account) = grant.account {
        let event = Event::new(EventKind::SignedIn).of(account).with(grant.how.word());
        ctx.tell(Event { client: grant.client.map(Application::Key), ..event });
    }
}

/// The scope of a grant, less what its account may not have: `admin` is for administrators. A client whose scope has
/// nothing left is refused, for an empty one stands for a first-party login.
fn grantable(ctx: &mut Ctx<'_>, grant: &Grant) -> Outcome<ScopeSet> {
    if !grant.scope.has(scope::ADMIN) {
        if grant.client.is_some() && grant.scope.is_empty() {
            return Err(Refusal::ScopeNotAllowed.into());
        }
        return Ok(grant.scope.clone());
    }
    let account = match grant.account {
        Some(id) => accounts::find(ctx.conn, id)?,
        None => None,
    };
    within(account.as_ref(), &grant.scope)
}

/// The same for an account at hand.
pub(super) fn within(account: Option<&Account>, scope: &ScopeSet) -> Outcome<ScopeSet> {
    let is_admin = account.is_some_and(|account| account.is_admin);
    let left = if is_admin { scope.clone() } else { scope.without(scope::ADMIN) };
    if left.is_empty() { Err(Refusal::ScopeNotAllowed.into()) } else { Ok(left) }
}

/// Answers a login with djoser's auth token: 40 hex digits, good until it has not been used for long.
pub fn auth_token(ctx: &mut Ctx<'_>, grant: &Grant) -> Outcome<SecretString> {
    let token = secret::hex40(ctx.entropy);
    let family = begin(ctx, grant, None)?;
    let new = NewToken {
        digest: secret::digest(&token),
        kind: TokenKind::Auth,
        scope: &grant.scope,
        expires_at: ctx.policy.lifetimes.auth_token_idle.map(|idle| ctx.now + idle),
        resources: &[],
    };
    tokens::insert_access(ctx.conn, family, &new, ctx.now)?;
    Ok(token)
}

/// Token values that are not stored yet.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) access: SecretString,
    pub(super) refresh: Option<SecretString>,
}

/// Draws new values.
pub(super) fn draw(ctx: &mut Ctx<'_>, grant: &Grant, refresh: WithRefresh) -> Outcome<Pair> {
    let access = match &grant.readable {
        Some(client) => claims::access_jwt(ctx, client, grant)?,
        None => secret::token(ctx.entropy, ACCESS_PREFIX),
    };
    let refresh = match refresh {
        WithRefresh::Yes => Some(secret::token(ctx.entropy, REFRESH_PREFIX)),
        WithRefresh::No => None,
    };
    Ok(Pair { access, refresh })
}

/// 128 random bits: the name of a JWT.
pub(super) fn jti_of(ctx: &Ctx<'_>) -> SecretString {
    hex::encode(ctx.entropy.bytes::<16>()).into()
}

/// The access token of a pair as it is stored.
pub(super) fn access<'a>(ctx: &Ctx<'_>, pair: &Pair, grant: &'a Grant) -> NewToken<'a> {
    NewToken {
        digest: secret::digest(&pair.access),
        kind: TokenKind::Access,
        scope: &grant.scope,
        expires_at: Some(ctx.now + ctx.policy.lifetimes.access),
        resources: &grant.audience,
    }
}

/// When a refresh token of today ends: when it is idle too long, and with its family at the latest.
pub(super) fn refresh_end(ctx: &Ctx<'_>, family_end: DateTime<Utc>) -> DateTime<Utc> {
    family_end.min(ctx.now + ctx.policy.lifetimes.refresh_idle)
}

/// The answer for the caller.
pub(super) fn answer(ctx: &Ctx<'_>, pair: Pair, scope: ScopeSet) -> IssuedTokens {
    IssuedTokens {
        access: pair.access,
        expires_in: ctx.policy.lifetimes.access.num_seconds(),
        scope,
        refresh: pair.refresh,
        id_token: None,
    }
}
