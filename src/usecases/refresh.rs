//! OAuth's refresh: a refresh token is used once and replaced by a new pair.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    claims::{self, Occasion},
    issue::{self, Pair, WithRefresh},
    rotation::{self, Retold, Shown, Told, Turn},
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
    granted(client, &find(ctx, client, shown)?.found)
}

/// The client's own token, of a grant that stands.
fn find<'a>(ctx: &mut Ctx<'_>, client: &Client, shown: &'a SecretString) -> Outcome<Shown<'a>> {
    let shown = rotation::find(ctx, shown, secret::digest(shown))?;
    if shown.found.family.client.map(|(key, _)| key) != Some(client.key) {
        // Another client's token: neither used up nor revoked, or anybody could end it.
        return Err(Refusal::BadGrant(Why::Unknown).into());
    }
    if !shown.found.family.stands() {
        return Err(Refusal::BadGrant(Why::Revoked).into());
    }
    Ok(shown)
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
    let shown = find(ctx, client, shown)?;
    let found = &shown.found;
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
    replace(ctx, client, &shown, scope)
}

/// What the grant allows, less what has been taken from the client or the account since.
fn granted(client: &Client, found: &FoundRefresh) -> Outcome<ScopeSet> {
    let granted = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    issue::within(found.family.account.as_ref(), &granted.only(&client.scopes))
}

fn replace(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &Shown<'_>,
    scope: ScopeSet,
) -> Outcome<Verdict<IssuedTokens>> {
    let found = &shown.found;
    let pair = issue::draw(ctx, &grant(client, found, &scope), WithRefresh::Yes)?;
    let alone = || Fault::internal("a pair has no refresh token");
    let successor = pair.refresh.clone().ok_or_else(alone)?;
    let id_token = id_token(ctx, (client, found), &scope, &pair)?;
    let answer = IssuedTokens { id_token, ..issue::answer(ctx, pair.clone(), scope) };
    let told = Told { answer: told(&answer), successor: &successor };
    if let Turn::Again(verdict) = rotation::use_up(ctx, shown, &told)? {
        return verdict.and_then(|told| retry(&told));
    }
    let family = found.family.id;
    // The predecessor's access tokens end with it, as the published contract has it.
    tokens::delete_access_of(ctx.conn, family)?;
    issue::store(ctx, &pair, family, &answer.scope)?;
    issue::store_refresh(ctx, &successor, family, rotation::end_of(found))?;
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

fn told(answer: &IssuedTokens) -> Value {
    json!({
        "access": answer.access.expose_secret(),
        "refresh": answer.refresh.as_ref().map(ExposeSecret::expose_secret),
        "expires_in": answer.expires_in,
        "scope": answer.scope.to_string(),
        "id_token": answer.id_token.as_ref().map(ExposeSecret::expose_secret),
    })
}

fn retry(told: &Retold) -> Outcome<IssuedTokens> {
    let bent = || Fault::internal("a sealed answer holds an unreadable scope");
    Ok(IssuedTokens {
        access: told.secret("access")?,
        expires_in: told.number("expires_in")?,
        scope: ScopeSet::parse(told.word("scope")?).ok_or_else(bent)?,
        refresh: Some(told.secret("refresh")?),
        id_token: told.perhaps("id_token"),
    })
}
