//! A credential becomes a principal. Every check reads the live state (R11): a revoked family, a new
//! epoch, a deactivated account or a disabled client end a token with the next request.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Ctx, dialect_jwt, jwt};
use crate::{
    crypto::{jwt::is_typed, secret},
    domain::{
        credential::{Credential, Principal, Scheme, Via},
        reach::{Act, is_for},
        token::{Digest, TokenKind},
    },
    error::{Outcome, Refusal, Why},
    store::tokens::{self, FoundToken},
};

/// A principal, and whether the use of its token is worth noting.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who it is.
    pub principal: Principal,
    /// The auth token whose idle time should start anew.
    pub touch: Option<Digest>,
    /// When it has to be asked again at the latest: its time is over then, or its use is to be noted.
    pub until: Option<DateTime<Utc>>,
}

/// How rarely the use of an auth token is written down: after a tenth of its idle time, and after this at the latest.
const TOUCH_EVERY: TimeDelta = TimeDelta::hours(12);

/// Who a credential proves to be. Refuses with [`Refusal::BadCredential`]; the reason is for the log.
pub fn authenticate(ctx: &mut Ctx<'_>, shown: &Credential) -> Outcome<Authenticated> {
    match shown {
        Credential::Bearer(token) => {
            let found = tokens::find_access(ctx.conn, secret::digest(token))?;
            stored(ctx, found, (TokenKind::Access, Via::AccessToken))
        }
        Credential::AuthToken(token) => {
            let digest = secret::digest(token);
            let found = tokens::find_access(ctx.conn, digest)?;
            let rest = ctx.policy.lifetimes.auth_token_idle.map(|idle| TOUCH_EVERY.min(idle / 10));
            let due = found.as_ref().zip(rest).map(|(found, rest)| found.issued_at + rest);
            let stale = due.is_some_and(|due| due < ctx.now);
            let mut authenticated = stored(ctx, found, (TokenKind::Auth, Via::AuthToken))?;
            authenticated.touch = stale.then_some(digest);
            authenticated.until = [authenticated.until, due].into_iter().flatten().min();
            Ok(authenticated)
        }
        Credential::Jwt(shown) if shown.scheme == Scheme::Bearer && is_access(&shown.token) => {
            // Its signature is for others: here it is known as a whole, or not at all.
            let found = tokens::find_access(ctx.conn, secret::digest(&shown.token))?;
            stored(ctx, found, (TokenKind::Access, Via::AccessToken))
        }
        Credential::Jwt(shown) => {
            let (principal, until) = jwt::authenticate(ctx, shown)?;
            Ok(Authenticated { principal, touch: None, until })
        }
        Credential::DialectJwt(dialect, token) => {
            let (principal, until) = dialect_jwt::authenticate(ctx, *dialect, token)?;
            Ok(Authenticated { principal, touch: None, until })
        }
        Credential::Malformed(scheme) => {
            Err(Refusal::BadCredential(*scheme, Why::Malformed).into())
        }
    }
}

fn is_access(token: &SecretString) -> bool {
    is_typed(token.expose_secret(), "at+jwt")
}

/// Refuses the principal that lacks the scope for it ([`Principal::lacks`]).
pub fn permitted(me: &Principal, act: Act) -> Outcome<()> {
    match me.lacks(act) {
        None => Ok(()),
        Some(scope) => Err(Refusal::ScopeMissing(scope).into()),
    }
}

/// Starts the idle time of an auth token anew.
pub fn touch(ctx: &mut Ctx<'_>, digest: Digest) -> Outcome<()> {
    if let Some(idle) = ctx.policy.lifetimes.auth_token_idle {
        tokens::touch(ctx.conn, digest, ctx.now, ctx.now + idle)?;
    }
    Ok(())
}

fn stored(
    ctx: &Ctx<'_>,
    found: Option<FoundToken>,
    (kind, via): (TokenKind, Via),
) -> Outcome<Authenticated> {
    let scheme = match kind {
        TokenKind::Access | TokenKind::Jwt => Scheme::Bearer,
        TokenKind::Auth => Scheme::Token,
    };
    let bad = |why| Refusal::BadCredential(scheme, why);
    let found = found.ok_or(bad(Why::Unknown))?;
    if found.kind != kind {
        return Err(bad(Why::WrongKind).into());
    }
    if found.is_over(ctx.now) {
        return Err(bad(Why::Expired).into());
    }
    if !found.family.stands() {
        return Err(bad(Why::Revoked).into());
    }
    if !is_for(&found.resources, &ctx.policy.issuer) {
        // RFC 8707 §3, RFC 9068 §4: it was asked for to be shown to somebody else.
        return Err(bad(Why::ForeignAudience).into());
    }
    let until = found.end();
    let principal = Principal {
        account: found.family.account,
        client: found.family.client.map(|(key, _)| key),
        scope: found.scope,
        family: found.family.id,
        via,
        reach: found.family.how.reach(),
    };
    Ok(Authenticated { principal, touch: None, until })
}
