//! What a token is worth at this moment, for whoever is served by it (RFC 7662).

use chrono::{DateTime, Utc};

use super::Ctx;
use crate::{
    domain::{
        account::Account,
        client::{Client, ClientKind},
        scope::ScopeSet,
        token::{Digest, FamilyId, RefreshStage, TokenKind},
    },
    error::{Fault, Outcome, Refusal},
    store::{
        clients,
        tokens::{self, FoundFamily},
    },
};

/// A live token.
#[derive(Debug)]
pub struct Live {
    /// Whether it is an access token, and not a refresh token.
    pub access: bool,
    /// What it allows.
    pub scope: ScopeSet,
    /// When it was issued, where that is known.
    pub issued_at: Option<DateTime<Utc>>,
    /// When its time is over.
    pub expires_at: Option<DateTime<Utc>>,
    /// The client it was given to.
    pub client: Client,
    /// The account it speaks for, if any.
    pub account: Option<Account>,
    /// The resources it is for.
    pub resources: Vec<String>,
    /// The family it belongs to.
    pub family: FamilyId,
}

/// What is told of a token, and when that is over.
#[derive(Debug)]
pub struct Told {
    /// The token.
    pub live: Live,
    /// When its time is over, or that of its whole family.
    pub until: Option<DateTime<Utc>>,
}

/// A token that is live and that the client may know about ([`may_know`]). Everything else is one and the same
/// nothing.
pub fn introspect(ctx: &mut Ctx<'_>, asking: &Client, digest: Digest) -> Outcome<Option<Told>> {
    may_ask(asking)?;
    let told = match find(ctx, digest)? {
        Some(told) if may_know(asking, &told.live)? => Some(told),
        Some(_) | None => None,
    };
    Ok(told)
}

/// Whether the client may know about the token: its own, or anybody's access token if it is a resource server.
pub fn may_know(asking: &Client, live: &Live) -> Outcome<bool> {
    may_ask(asking)?;
    // A resource server is told of access tokens alone: it could take a refresh token for one.
    Ok(live.client.key == asking.key || asking.options.introspects && live.access)
}

/// Who cannot prove who it is must not probe tokens (RFC 7662 §2.1).
fn may_ask(asking: &Client) -> Outcome<()> {
    match asking.kind {
        ClientKind::Confidential => Ok(()),
        ClientKind::Public => Err(Refusal::BadClient.into()),
    }
}

fn find(ctx: &mut Ctx<'_>, digest: Digest) -> Outcome<Option<Told>> {
    if let Some(found) = tokens::find_access(ctx.conn, digest)? {
        if found.kind != TokenKind::Access || found.is_over(ctx.now) {
            return Ok(None);
        }
        let until = found.end();
        let live = (found.scope, Some(found.issued_at), found.expires_at);
        let family = FoundFamily { resources: found.resources, ..found.family };
        return told(ctx, (true, family), live, until);
    }
    let Some(found) = tokens::find_refresh(ctx.conn, digest)? else { return Ok(None) };
    let until = [Some(found.expires_at), found.family.expires_at].into_iter().flatten().min();
    if until.is_some_and(|end| end <= ctx.now) || !matches!(found.stage, RefreshStage::Open) {
        return Ok(None);
    }
    let scope = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    told(ctx, (false, found.family), (scope, None, Some(found.expires_at)), until)
}

type Times = (ScopeSet, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn told(
    ctx: &mut Ctx<'_>,
    (access, family): (bool, FoundFamily),
    (scope, issued_at, expires_at): Times,
    until: Option<DateTime<Utc>>,
) -> Outcome<Option<Told>> {
    let Some((key, _)) = family.client.filter(|_| family.stands()) else { return Ok(None) };
    let client = clients::find_by_key(ctx.conn, key)?;
    let client = client.ok_or_else(|| Fault::internal("a family without its client"))?;
    let FoundFamily { id: family, account, resources, .. } = family;
    let live = Live { access, scope, issued_at, expires_at, client, account, resources, family };
    Ok(Some(Told { live, until }))
}
