//! A refresh token is used once (RFC 9700 §4.14.2), whatever the tokens around it look like.
//!
//! A token that was used before ends its whole family, unless it is the immediate predecessor, shown again
//! within the grace: that is a retry, and gets the byte-identical answer (R3).

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;

use super::{Ctx, Verdict, revoke};
use crate::{
    crypto::{seal, secret},
    domain::token::RefreshStage,
    error::{Fault, Outcome, Refusal, Why},
    store::tokens::{self, FoundRefresh},
};

/// What the sealed answer of a rotation is sealed for.
const PURPOSE: &str = "cambio refresh answer";

/// What came of using a refresh token up.
pub(super) enum Turn {
    /// It is used up; what was to be told can now be stored.
    Fresh,
    /// It had been used before: this was told then, and is told again.
    Retold(Value),
}

/// Uses a refresh token up. `told` is what its caller is going to be told, with the successor under
/// `refresh`; it is sealed under the token itself, for a retry.
///
/// The caller has seen to it that the token is its own and may be used.
pub(super) fn use_up(
    ctx: &mut Ctx<'_>,
    found: &FoundRefresh,
    shown: &SecretString,
    told: &Value,
) -> Outcome<Verdict<Turn>> {
    if let RefreshStage::Used { .. } = found.stage {
        return again(ctx, found, shown);
    }
    if over(found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let sealed = if ctx.policy.lifetimes.refresh_grace.is_zero() {
        None
    } else {
        Some(seal::seal(shown, PURPOSE, told.to_string().as_bytes())?)
    };
    let digest = secret::digest(shown);
    if tokens::consume_refresh(ctx.conn, digest, ctx.now, sealed.as_deref())? {
        return Ok(Verdict::Done(Turn::Fresh));
    }
    // Somebody was first, and has committed by now: the token is a used one after all.
    let found = tokens::find_refresh(ctx.conn, digest)?.ok_or(Refusal::BadGrant(Why::Unknown))?;
    again(ctx, &found, shown)
}

/// When the family of a token ends, however it is used.
pub(super) fn end_of(found: &FoundRefresh) -> DateTime<Utc> {
    found.family.expires_at.unwrap_or(found.expires_at)
}

/// Whether the token's own time is over, or that of its whole family.
pub(super) fn over(found: &FoundRefresh, now: DateTime<Utc>) -> bool {
    found.expires_at <= now || end_of(found) <= now
}

/// A used token: a retry is answered again, anything else ends the family.
pub(super) fn again(
    ctx: &mut Ctx<'_>,
    found: &FoundRefresh,
    shown: &SecretString,
) -> Outcome<Verdict<Turn>> {
    let RefreshStage::Used { at, sealed } = &found.stage else {
        return Err(Fault::internal("a used refresh token is not used").into());
    };
    if found.family.stands()
        && let Some(text) = answer_to_retry(ctx, (*at, sealed.as_deref()), shown, PURPOSE)?
    {
        let told: Value = serde_json::from_slice(&text)
            .map_err(|cause| Fault::because("a sealed answer", cause))?;
        let successor = told.get("refresh").and_then(Value::as_str);
        if let Some(successor) = successor
            && tokens::has_open_refresh(ctx.conn, secret::digest(&successor.into()))?
        {
            return Ok(Verdict::Done(Turn::Retold(told)));
        }
    }
    revoke::family(ctx, found.family.id)?;
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
