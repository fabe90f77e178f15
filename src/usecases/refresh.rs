//! OAuth's refresh: a refresh token is used once and replaced by a new pair.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    issue::{self, Pair, WithRefresh},
    rotation::{self, Retold, Shown, Told, Turn},
};
use crate::{
    crypto::secret,
    domain::{
        client::Client,
        scope::ScopeSet,
        token::{IssuedTokens, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::tokens::{self, FoundRefresh},
};

/// Replaces a refresh token by a new pair.
///
/// Validates, then consumes: a request that is refused uses nothing up.
pub fn rotate(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
    wanted: Option<&ScopeSet>,
) -> Outcome<Verdict<IssuedTokens>> {
    let shown = rotation::find(ctx, shown, secret::digest(shown))?;
    let found = &shown.found;
    if found.family.client.map(|(key, _)| key) != Some(client.key) {
        // Another client's token: neither used up nor revoked, or anybody could end it.
        return Err(Refusal::BadGrant(Why::Unknown).into());
    }
    if !found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    if let RefreshStage::Used { .. } = found.stage {
        // Whatever scope is asked for now: a retry gets the answer of the first try.
        return rotation::again(ctx, &shown)?.and_then(|told| retry(&told));
    }
    if rotation::over(found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let granted = granted(client, found)?;
    let scope = match wanted {
        None => granted,
        // A blank scope is not a narrow one: RFC 6749 §3.3 knows no empty list.
        Some(wanted) if !wanted.is_empty() && wanted.is_within(&granted) => wanted.clone(),
        Some(_) => return Err(Refusal::ScopeNotAllowed.into()),
    };
    replace(ctx, &shown, scope)
}

/// What the grant allows, less what has been taken from the client since.
fn granted(client: &Client, found: &FoundRefresh) -> Outcome<ScopeSet> {
    let granted = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    Ok(granted.only(&client.scopes))
}

fn replace(
    ctx: &mut Ctx<'_>,
    shown: &Shown<'_>,
    scope: ScopeSet,
) -> Outcome<Verdict<IssuedTokens>> {
    let pair = issue::draw(ctx, WithRefresh::Yes);
    let alone = || Fault::internal("a pair has no refresh token");
    let successor = pair.refresh.clone().ok_or_else(alone)?;
    let told = Told { answer: told(ctx, &pair, &scope), successor: &successor };
    if let Turn::Again(verdict) = rotation::use_up(ctx, shown, &told)? {
        return verdict.and_then(|told| retry(&told));
    }
    let family = shown.found.family.id;
    // The predecessor's access tokens end with it, as the published contract has it.
    tokens::delete_access_of(ctx.conn, family)?;
    issue::store(ctx, &pair, family, &scope)?;
    issue::store_refresh(ctx, &successor, family, rotation::end_of(&shown.found))?;
    Ok(Verdict::Done(issue::answer(ctx, pair, scope)))
}

fn told(ctx: &Ctx<'_>, pair: &Pair, scope: &ScopeSet) -> Value {
    json!({
        "access": pair.access.expose_secret(),
        "refresh": pair.refresh.as_ref().map(ExposeSecret::expose_secret),
        "expires_in": ctx.policy.lifetimes.access.num_seconds(),
        "scope": scope.to_string(),
    })
}

fn retry(told: &Retold) -> Outcome<IssuedTokens> {
    let bent = || Fault::internal("a sealed answer holds an unreadable scope");
    Ok(IssuedTokens {
        access: told.secret("access")?,
        expires_in: told.number("expires_in")?,
        scope: ScopeSet::parse(told.word("scope")?).ok_or_else(bent)?,
        refresh: Some(told.secret("refresh")?),
    })
}
