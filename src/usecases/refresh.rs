//! OAuth's refresh: a refresh token is used once and replaced by a new pair.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Ctx, Verdict,
    allowed::Allowed,
    issue::{self, WithRefresh},
    rotation::{self, Retold, Shown, Told, Turn},
};
use crate::{
    crypto::secret,
    domain::{
        client::Client,
        reach::narrowed,
        scope::ScopeSet,
        token::{IssuedTokens, RefreshStage},
    },
    error::{Fault, Outcome, Refusal, Why},
    store::tokens::FoundRefresh,
};

/// A refresh token that is the client's, of a grant that stands.
pub struct Recalled<'a> {
    shown: Shown<'a>,
    granted: ScopeSet,
}

impl Recalled<'_> {
    /// The scope that may be asked for.
    pub fn granted(&self) -> &ScopeSet {
        &self.granted
    }
}

/// What is wanted of a rotation: no more than was granted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The scope; all of it where none is named.
    pub scope: Option<ScopeSet>,
    /// The resources; all of them where none is named.
    pub resources: Vec<String>,
}

/// What a refresh token stands for, if it is the client's and its grant still stands. Uses nothing up.
pub fn recall<'a>(
    ctx: &mut Ctx<'_>,
    client: &Client,
    shown: &'a SecretString,
) -> Outcome<Recalled<'a>> {
    let shown = find(ctx, client, shown)?;
    let granted = granted(client, &shown.found)?;
    Ok(Recalled { shown, granted })
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
    Recalled { shown, granted }: &Recalled<'_>,
    wanted: &Wanted,
) -> Outcome<Verdict<IssuedTokens>> {
    let found = &shown.found;
    if let RefreshStage::Used { .. } = found.stage {
        // Whatever is asked for now: a retry gets the answer of the first try.
        return rotation::again(ctx, shown)?.and_then(|told| retry(&told));
    }
    if rotation::over(found, ctx.now) {
        return Err(Refusal::BadGrant(Why::Expired).into());
    }
    let scope = match &wanted.scope {
        None => granted.clone(),
        // A blank scope is not a narrow one: RFC 6749 §3.3 knows no empty list.
        Some(wanted) if !wanted.is_empty() && wanted.is_within(granted) => wanted.clone(),
        Some(_) => return Err(Refusal::ScopeNotAllowed.into()),
    };
    let family = &found.family;
    let audience = narrowed(&family.resources, &wanted.resources, &ctx.policy.issuer);
    let allowed = Allowed {
        client,
        account: family.account.as_ref(),
        scope,
        how: family.how,
        auth_time: family.auth_time,
        resources: &family.resources,
        audience: audience.ok_or(Refusal::BadTarget)?,
        // OpenID Connect Core §12.2: as the first one, but for the nonce.
        nonce: None,
    };
    replace(ctx, shown, &allowed)
}

/// What the grant allows, less what has been taken from the client or the account since.
fn granted(client: &Client, found: &FoundRefresh) -> Outcome<ScopeSet> {
    let granted = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    issue::within(found.family.account.as_ref(), &granted.only(&client.scopes))
}

fn replace(
    ctx: &mut Ctx<'_>,
    shown: &Shown<'_>,
    allowed: &Allowed<'_>,
) -> Outcome<Verdict<IssuedTokens>> {
    let grant = allowed.grant();
    let pair = issue::draw(ctx, &grant, WithRefresh::Yes)?;
    let alone = || Fault::internal("a pair has no refresh token");
    let successor = pair.refresh.clone().ok_or_else(alone)?;
    let id_token = allowed.id_token(ctx, &pair.access)?;
    let answer = IssuedTokens { id_token, ..issue::answer(ctx, pair.clone(), grant.scope.clone()) };
    let told = Told {
        answer: told(&answer),
        successor: &successor,
        end: issue::refresh_end(ctx, rotation::end_of(&shown.found)),
        access: issue::access(ctx, &pair, &grant),
        // The predecessor's access tokens end with it, as the published contract has it.
        alone: true,
    };
    match rotation::use_up(ctx, shown, &told)? {
        Turn::Fresh => Ok(Verdict::Done(answer)),
        Turn::Again(verdict) => verdict.and_then(|told| retry(&told)),
    }
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
