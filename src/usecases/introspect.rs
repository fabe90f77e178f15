//! What a token is worth at this moment, for whoever is served by it (RFC 7662).

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::Ctx;
use crate::{
    crypto::secret,
    domain::{
        account::Account,
        client::{Client, ClientKind},
        scope::ScopeSet,
        token::{RefreshStage, TokenKind},
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
}

/// A token that is live and that the client may know about: its own, or anybody's access token if it is a
/// resource server.
/// Everything else is one and the same nothing.
pub fn introspect(
    ctx: &mut Ctx<'_>,
    asking: &Client,
    shown: &SecretString,
) -> Outcome<Option<Live>> {
    if asking.kind == ClientKind::Public {
        // Who cannot prove who it is must not probe tokens (RFC 7662 §2.1).
        return Err(Refusal::BadClient.into());
    }
    let digest = secret::digest(shown);
    if let Some(found) = tokens::find_access(ctx.conn, digest)? {
        let good = found.kind == TokenKind::Access && !found.is_over(ctx.now);
        let live = (found.scope, Some(found.issued_at), found.expires_at);
        let family = FoundFamily { resources: found.resources, ..found.family };
        return if good { told(ctx, asking, (true, family), live) } else { Ok(None) };
    }
    let Some(found) = tokens::find_refresh(ctx.conn, digest)? else { return Ok(None) };
    let over = [Some(found.expires_at), found.family.expires_at].into_iter().flatten();
    if over.into_iter().any(|end| end <= ctx.now) || !matches!(found.stage, RefreshStage::Open) {
        return Ok(None);
    }
    let scope = ScopeSet::parse(&found.family.scope)
        .ok_or_else(|| Fault::internal("the store holds an unreadable scope"))?;
    told(ctx, asking, (false, found.family), (scope, None, Some(found.expires_at)))
}

type Times = (ScopeSet, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn told(
    ctx: &mut Ctx<'_>,
    asking: &Client,
    (access, family): (bool, FoundFamily),
    (scope, issued_at, expires_at): Times,
) -> Outcome<Option<Live>> {
    let Some((key, _)) = family.client.filter(|_| family.stands()) else { return Ok(None) };
    // A resource server is told of access tokens alone: it could take a refresh token for one.
    if key != asking.key && !(asking.options.introspects && access) {
        return Ok(None);
    }
    let client = clients::find_by_key(ctx.conn, key)?;
    let client = client.ok_or_else(|| Fault::internal("a family without its client"))?;
    let FoundFamily { account, resources, .. } = family;
    Ok(Some(Live { access, scope, issued_at, expires_at, client, account, resources }))
}
