//! Rotation: a refresh token is used once and replaced (RFC 9700 §4.14.2).

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    issue::{self, Pair, WithRefresh},
};
use crate::{
    crypto::{seal, secret},
    domain::{
        client::Client,
        scope::ScopeSet,
        token::{IssuedTokens, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::{
        families,
        tokens::{self, FoundRefresh},
    },
};

/// What the sealed answer of a rotation is sealed for.
const PURPOSE: &str = "cambio refresh answer";

/// Replaces a refresh token by a new pair.
///
/// Validates, then consumes: a request that is refused uses nothing up. A token that was used before ends
/// its whole family, unless it is the immediate predecessor, shown again within the grace: that is a
/// retry, and gets the byte-identical answer (R3).
pub fn rotate(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
    wanted: Option<&ScopeSet>,
) -> Outcome<Verdict<IssuedTokens>> {
    let unknown = || Refusal::BadGrant(Why::Unknown);
    let found = tokens::find_refresh(ctx.conn, secret::digest(shown))?.ok_or_else(unknown)?;
    if found.family.client.map(|(key, _)| key) != Some(client.key) {
        // Another client's token: neither used up nor revoked, or anybody could end it.
        return Err(unknown().into());
    }
    if !found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    if let RefreshStage::Used { at, sealed } = &found.stage {
        return again(ctx, &found, shown, (*at, sealed.as_deref()));
    }
    let end = still_open(ctx, &found)?;
    let granted = granted(client, &found)?;
    let scope = match wanted {
        None => granted,
        Some(wanted) if !wanted.is_empty() && wanted.is_within(&granted) => wanted.clone(),
        Some(_) => return Err(Refusal::ScopeNotAllowed.into()),
    };
    replace(ctx, &found, shown, (scope, end))
}

/// The end of a family whose token can still be used.
fn still_open(ctx: &Ctx<'_>, found: &FoundRefresh) -> Outcome<DateTime<Utc>> {
    let end = found.family.expires_at.unwrap_or(found.expires_at);
    if found.expires_at <= ctx.now || end <= ctx.now {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    Ok(end)
}

/// What the grant allows, less what has been taken from the client since.
fn granted(client: &Client, found: &FoundRefresh) -> Outcome<ScopeSet> {
    let granted = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    Ok(granted.only(&client.scopes))
}

fn replace(
    ctx: &mut Ctx<'_>,
    found: &FoundRefresh,
    shown: &SecretString,
    (scope, end): (ScopeSet, DateTime<Utc>),
) -> Outcome<Verdict<IssuedTokens>> {
    let pair = issue::draw(ctx, WithRefresh::Yes);
    let family = found.family.id;
    let sealed = if ctx.policy.lifetimes.refresh_grace.is_zero() {
        None
    } else {
        Some(seal::seal(shown, PURPOSE, retold(ctx, &pair, &scope).to_string().as_bytes())?)
    };
    if !tokens::consume_refresh(ctx.conn, secret::digest(shown), ctx.now, sealed.as_deref())? {
        // Somebody was first, and has committed by now: the token is a used one after all.
        let found = tokens::find_refresh(ctx.conn, secret::digest(shown))?
            .ok_or(Refusal::BadGrant(Why::Unknown))?;
        let RefreshStage::Used { at, sealed } = &found.stage else {
            return Err(Fault::internal("a used refresh token is not used").into());
        };
        return again(ctx, &found, shown, (*at, sealed.as_deref()));
    }
    // The predecessor's access tokens end with it, as the published contract has it.
    tokens::delete_access_of(ctx.conn, family)?;
    issue::store(ctx, &pair, family, &scope)?;
    if let Some(refresh) = &pair.refresh {
        issue::store_refresh(ctx, refresh, family, end)?;
    }
    Ok(Verdict::Done(issue::answer(ctx, pair, scope)))
}

/// A used token: a retry is answered again, anything else ends the family.
fn again(
    ctx: &mut Ctx<'_>,
    found: &FoundRefresh,
    shown: &SecretString,
    (at, sealed): (DateTime<Utc>, Option<&[u8]>),
) -> Outcome<Verdict<IssuedTokens>> {
    if found.family.stands()
        && let Some(text) = answer_to_retry(ctx, (at, sealed), shown, PURPOSE)?
    {
        let tokens = reread(&text)?;
        let successor = tokens.refresh.as_ref().map(secret::digest);
        if let Some(successor) = successor
            && tokens::has_open_refresh(ctx.conn, successor)?
        {
            return Ok(Verdict::Done(tokens));
        }
    }
    families::revoke(ctx.conn, found.family.id, ctx.now)?;
    Ok(Verdict::Refused(Refusal::BadGrant(Why::Used)))
}

/// The answer that a token got when it was used, as long as its grace lasts.
pub(super) fn answer_to_retry(
    ctx: &Ctx<'_>,
    (at, sealed): (DateTime<Utc>, Option<&[u8]>),
    shown: &SecretString,
    purpose: &str,
) -> Outcome<Option<Vec<u8>>> {
    let in_time = ctx.now < at + ctx.policy.lifetimes.refresh_grace;
    match sealed.filter(|_| in_time) {
        Some(sealed) => Ok(seal::open(shown, purpose, sealed)?),
        None => Ok(None),
    }
}

fn retold(ctx: &Ctx<'_>, pair: &Pair, scope: &ScopeSet) -> Value {
    json!({
        "access": pair.access.expose_secret(),
        "refresh": pair.refresh.as_ref().map(ExposeSecret::expose_secret),
        "expires_in": ctx.policy.lifetimes.access.num_seconds(),
        "scope": scope.to_string(),
    })
}

fn reread(text: &[u8]) -> Outcome<IssuedTokens> {
    let bent = || Fault::internal("a sealed answer cannot be read");
    let value: Value =
        serde_json::from_slice(text).map_err(|cause| Fault::because("a sealed answer", cause))?;
    let word = |name: &str| value.get(name).and_then(Value::as_str);
    Ok(IssuedTokens {
        access: word("access").ok_or_else(bent)?.into(),
        expires_in: value.get("expires_in").and_then(Value::as_i64).ok_or_else(bent)?,
        scope: word("scope").and_then(ScopeSet::parse).ok_or_else(bent)?,
        refresh: word("refresh").map(Into::into),
    })
}
