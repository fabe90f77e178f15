//! A refresh token is used once (RFC 9700 §4.14.2), whatever the tokens around it look like.
//!
//! A token that was used before ends its whole family, unless it is the immediate predecessor, shown again
//! within the grace: that is a retry, and gets the byte-identical answer (R3).

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Ctx, Verdict, revoke};
use crate::{
    crypto::{seal, secret},
    domain::{
        audit::{Application, Event, EventKind},
        token::{Digest, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::{
        rotations::{self, Rotation},
        tokens::{self, FoundFamily, FoundRefresh, NewToken},
    },
};

/// What the sealed answer of a rotation is sealed for.
const PURPOSE: &str = "cambio refresh answer";

/// A refresh token that somebody shows.
pub(super) struct Shown<'a> {
    /// As it was sent; the answer to it is sealed under it.
    pub(super) token: &'a SecretString,
    /// What it is stored under.
    pub(super) digest: Digest,
    /// What is stored of it.
    pub(super) found: FoundRefresh,
}

/// What its caller is going to be told.
pub(super) struct Told<'a> {
    /// The answer.
    pub(super) answer: Value,
    /// What the new refresh token is stored under the digest of.
    pub(super) successor: &'a SecretString,
    /// When its time is over.
    pub(super) end: DateTime<Utc>,
    /// The access token that comes with it.
    pub(super) access: NewToken<'a>,
    /// Whether the family's other access tokens end.
    pub(super) alone: bool,
}

/// What came of using a refresh token up.
pub(super) enum Turn {
    /// It is used up, and what is to be told is stored.
    Fresh,
    /// It had been used before.
    Again(Verdict<Retold>),
}

/// An answer that was given before.
pub(super) struct Retold(Value);

impl Retold {
    /// A text of it.
    pub(super) fn word(&self, name: &str) -> Outcome<&str> {
        Ok(self.0.get(name).and_then(Value::as_str).ok_or_else(bent)?)
    }

    /// A secret of it.
    pub(super) fn secret(&self, name: &str) -> Outcome<SecretString> {
        Ok(self.word(name)?.into())
    }

    /// A secret that it may do without.
    pub(super) fn perhaps(&self, name: &str) -> Option<SecretString> {
        self.0.get(name).and_then(Value::as_str).map(Into::into)
    }

    /// A number of it.
    pub(super) fn number(&self, name: &str) -> Outcome<i64> {
        Ok(self.0.get(name).and_then(Value::as_i64).ok_or_else(bent)?)
    }
}

/// The refresh token that is stored under a digest; refused as unknown if there is none.
pub(super) fn find<'a>(
    ctx: &mut Ctx<'_>,
    token: &'a SecretString,
    digest: Digest,
) -> Outcome<Shown<'a>> {
    let found = tokens::find_refresh(ctx.conn, digest)?.ok_or(Refusal::BadGrant(Why::Unknown))?;
    Ok(Shown { token, digest, found })
}

/// Uses a refresh token up and stores what takes its place. What is told is sealed under the token itself, for a retry.
///
/// The caller has seen to it that the token is its own and may be used.
pub(super) fn use_up(ctx: &mut Ctx<'_>, shown: &Shown<'_>, told: &Told<'_>) -> Outcome<Turn> {
    if let RefreshStage::Used { .. } = shown.found.stage {
        return Ok(Turn::Again(again(ctx, shown)?));
    }
    if over(&shown.found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let sealed = if ctx.policy.lifetimes.refresh_grace.is_zero() {
        None
    } else {
        let text = json!({ "answer": told.answer, "successor": told.successor.expose_secret() });
        Some(seal::seal(shown.token, PURPOSE, text.to_string().as_bytes())?)
    };
    let rotation = Rotation {
        used: shown.digest,
        sealed: sealed.as_deref(),
        refresh: (secret::digest(told.successor), told.end),
        family: shown.found.family.id,
        access: told.access,
        alone: told.alone,
    };
    if rotations::rotate(ctx.conn, &rotation, ctx.now)? {
        return Ok(Turn::Fresh);
    }
    // Somebody was first, and has committed by now: the token is a used one after all.
    let shown = find(ctx, shown.token, shown.digest)?;
    Ok(Turn::Again(again(ctx, &shown)?))
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
pub(super) fn again(ctx: &mut Ctx<'_>, shown: &Shown<'_>) -> Outcome<Verdict<Retold>> {
    if shown.found.family.stands()
        && let Some((answer, successor)) = answer_to_retry(ctx, shown)?
        && tokens::has_open_refresh(ctx.conn, secret::digest(&successor))?
    {
        return Ok(Verdict::Done(Retold(answer)));
    }
    let FoundFamily { id, account, client, .. } = &shown.found.family;
    let account = account.as_ref().map(|account| account.id);
    ctx.tell(Event {
        account,
        client: client.map(|(key, _)| Application::Key(key)),
        ..Event::new(EventKind::RefreshReused)
    });
    let account = account.map(|account| account.0);
    tracing::warn!(account, family = id.0, "a refresh token was used twice; its family ends");
    revoke::family(ctx, *id)?;
    Ok(Verdict::Refused(Refusal::BadGrant(Why::Used)))
}

/// The answer that a token got when it was used, and its successor, as long as its grace lasts.
fn answer_to_retry(ctx: &Ctx<'_>, shown: &Shown<'_>) -> Outcome<Option<(Value, SecretString)>> {
    let RefreshStage::Used { at, sealed } = &shown.found.stage else {
        return Err(Fault::internal("a used refresh token is not used").into());
    };
    // Another node's clock may be behind, but a clock that was set back does not make the grace longer.
    let in_time = (ctx.now - *at).abs() < ctx.policy.lifetimes.refresh_grace;
    let Some(sealed) = sealed.as_deref().filter(|_| in_time) else { return Ok(None) };
    let Some(text) = seal::open(shown.token, PURPOSE, sealed)? else { return Ok(None) };
    let mut told: Value =
        serde_json::from_slice(&text).map_err(|cause| Fault::because("a sealed answer", cause))?;
    let successor = told.get("successor").and_then(Value::as_str).ok_or_else(bent)?.into();
    let answer = told.get_mut("answer").map(Value::take).ok_or_else(bent)?;
    Ok(Some((answer, successor)))
}

fn bent() -> Fault {
    Fault::internal("a sealed answer cannot be read")
}
