//! OAuth's refresh: a refresh token is used once and replaced by a new pair.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    claims::{self, Occasion},
    issue::{self, Pair, WithRefresh},
    rotation::{self, Turn},
};
use crate::{
    crypto::secret,
    domain::{
        client::Client,
        grant::{Grant, How},
        scope::ScopeSet,
        token::{IssuedTokens, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::tokens::{self, FoundRefresh},
};

/// What a refresh token stands for, if it is the client's and its grant still stands: the scope that may be
/// asked for. Uses nothing up.
pub fn recall(ctx: &mut Ctx<'_>, client: &Client, shown: &SecretString) -> Outcome<ScopeSet> {
    granted(client, &find(ctx, client, shown)?)
}

/// The client's own token, of a grant that stands.
fn find(ctx: &mut Ctx<'_>, client: &Client, shown: &SecretString) -> Outcome<FoundRefresh> {
    let unknown = || Refusal::BadGrant(Why::Unknown);
    let found = tokens::find_refresh(ctx.conn, secret::digest(shown))?.ok_or_else(unknown)?;
    if found.family.client.map(|(key, _)| key) != Some(client.key) {
        // Another client's token: neither used up nor revoked, or anybody could end it.
        return Err(unknown().into());
    }
    if !found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    Ok(found)
}

/// Replaces a refresh token by a new pair.
///
/// Validates, then consumes: a request that is refused uses nothing up.
pub fn rotate(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &SecretString,
    wanted: Option<&ScopeSet>,
) -> Outcome<Verdict<IssuedTokens>> {
    let found = find(ctx, client, shown)?;
    if let RefreshStage::Used { .. } = found.stage {
        // Whatever scope is asked for now: a retry gets the answer of the first try.
        return match rotation::again(ctx, &found, shown)? {
            Verdict::Done(turn) => Ok(Verdict::Done(retry(turn)?)),
            Verdict::Refused(refusal) => Ok(Verdict::Refused(refusal)),
        };
    }
    if rotation::over(&found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let granted = granted(client, &found)?;
    let scope = match wanted {
        None => granted,
        // A blank scope is not a narrow one: RFC 6749 §3.3 knows no empty list.
        Some(wanted) if !wanted.is_empty() && wanted.is_within(&granted) => wanted.clone(),
        Some(_) => return Err(Refusal::ScopeNotAllowed.into()),
    };
    replace(ctx, (client, &found), shown, scope)
}

/// What the grant allows, less what has been taken from the client since.
fn granted(client: &Client, found: &FoundRefresh) -> Outcome<ScopeSet> {
    let granted = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    Ok(granted.only(&client.scopes))
}

fn replace(
    ctx: &mut Ctx<'_>,
    (client, found): (&Client, &FoundRefresh),
    shown: &SecretString,
    scope: ScopeSet,
) -> Outcome<Verdict<IssuedTokens>> {
    let pair = issue::draw(ctx, &grant(client, found, &scope), WithRefresh::Yes)?;
    let id_token = id_token(ctx, (client, found), &scope, &pair)?;
    let answer = IssuedTokens { id_token, ..issue::answer(ctx, pair.clone(), scope) };
    let family = found.family.id;
    match rotation::use_up(ctx, found, shown, &retold(&answer))? {
        Verdict::Done(Turn::Fresh) => {}
        Verdict::Done(turn) => return Ok(Verdict::Done(retry(turn)?)),
        Verdict::Refused(refusal) => return Ok(Verdict::Refused(refusal)),
    }
    // The predecessor's access tokens end with it, as the published contract has it.
    tokens::delete_access_of(ctx.conn, family)?;
    issue::store(ctx, &pair, family, &answer.scope)?;
    if let Some(refresh) = &pair.refresh {
        issue::store_refresh(ctx, refresh, family, rotation::end_of(found))?;
    }
    Ok(Verdict::Done(answer))
}

/// The grant behind a token, as new values are drawn for it.
fn grant(client: &Client, found: &FoundRefresh, scope: &ScopeSet) -> Grant {
    Grant {
        account: found.family.account.as_ref().map(|account| account.id),
        epoch: found.family.epoch,
        client: Some(client.key),
        scope: scope.clone(),
        how: How::AuthorizationCode,
        auth_time: found.family.auth_time,
        resources: found.family.resources.clone(),
        readable: client.readable(),
    }
}

/// OpenID Connect Core §12.2: as the first one, but for the nonce. A grant by other ways than our pages has
/// none.
fn id_token(
    ctx: &mut Ctx<'_>,
    (client, found): (&Client, &FoundRefresh),
    scope: &ScopeSet,
    pair: &Pair,
) -> Outcome<Option<SecretString>> {
    let (Some(account), Some(_)) = (&found.family.account, found.family.auth_time) else {
        return Ok(None);
    };
    let auth_time = found.family.auth_time;
    let occasion = Occasion { client, scope, auth_time, nonce: None, access: &pair.access };
    claims::id_token(ctx, account, &occasion)
}

fn retold(answer: &IssuedTokens) -> Value {
    json!({
        "access": answer.access.expose_secret(),
        "refresh": answer.refresh.as_ref().map(ExposeSecret::expose_secret),
        "expires_in": answer.expires_in,
        "scope": answer.scope.to_string(),
        "id_token": answer.id_token.as_ref().map(ExposeSecret::expose_secret),
    })
}

fn retry(turn: Turn) -> Outcome<IssuedTokens> {
    let bent = || Fault::internal("a sealed answer cannot be read");
    let Turn::Retold(told) = turn else { return Err(bent().into()) };
    let word = |name: &str| told.get(name).and_then(Value::as_str);
    Ok(IssuedTokens {
        access: word("access").ok_or_else(bent)?.into(),
        expires_in: told.get("expires_in").and_then(Value::as_i64).ok_or_else(bent)?,
        scope: word("scope").and_then(ScopeSet::parse).ok_or_else(bent)?,
        refresh: word("refresh").map(Into::into),
        id_token: word("id_token").map(Into::into),
    })
}
