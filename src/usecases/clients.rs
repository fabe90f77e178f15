//! Clients: who they are, what they may, and their secrets.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Ctx, client_assertions, issue::WithRefresh};
use crate::{
    crypto::{key_set::KeySet, secret},
    domain::{
        audit::{Event, EventKind},
        client::{
            AccessForm, Client, ClientId, ClientKey, ClientKind, ClientOptions, GrantType,
            ProviderRule, RedirectUri,
        },
        credential::ClientCredential,
        origin::Origin,
        policy::Policy,
        scope::ScopeSet,
        token::Digest,
    },
    error::{Error, Fault, Outcome, Refusal},
    store::clients::{self, LiveSecret},
};

/// Who a client is, by its id and, if it can keep one, its secret (RFC 6749 §2.3); or by an assertion that it
/// signed, which is then used up, so that the deed must be one that writes.
///
/// Unknown, disabled, and known with a wrong or missing secret are one refusal and the same work. A public
/// client has no secret to show: one that shows any is refused too.
pub fn prove(ctx: &mut Ctx<'_>, shown: &ClientCredential) -> Outcome<Proven> {
    if let Some(assertion) = &shown.assertion {
        let client = client_assertions::prove(ctx, shown.id.as_ref(), assertion)?;
        return Ok(Proven { client, until: None });
    }
    let client = match &shown.id {
        Some(id) => clients::find(ctx.conn, id)?,
        None => None,
    };
    let key = client.as_ref().map_or(ClientKey(0), |client| client.key);
    let live = clients::list_secrets(ctx.conn, key, ctx.now)?;
    let secret = shown.secret.as_ref().filter(|secret| !secret.expose_secret().is_empty());
    let right = is_one_of(secret, &live);
    let Some(client) = client else {
        ctx.tell(Event::new(EventKind::ClientRefused).with("no such client"));
        return Err(Refusal::BadClient.into());
    };
    let proven = match client.kind {
        ClientKind::Confidential => right,
        ClientKind::Public => secret.is_none(),
    };
    if !proven || !client.enabled {
        let why = if client.enabled { "secret" } else { "switched off" };
        ctx.tell(Event::new(EventKind::ClientRefused).at(&client.id).with(why));
        return Err(Refusal::BadClient.into());
    }
    let until = live.iter().filter_map(|(_, end)| *end).min();
    Ok(Proven { client, until })
}

/// A client that has proved itself.
#[derive(Debug)]
pub struct Proven {
    /// The client.
    pub client: Client,
    /// When one of its secrets ends, if one does: then it has to prove itself anew.
    pub until: Option<DateTime<Utc>>,
}

/// Compares with every live secret, and with one that nothing equals, so that the work does not tell how
/// many there are.
fn is_one_of(shown: Option<&SecretString>, live: &[LiveSecret]) -> bool {
    let Some(shown) = shown.map(secret::digest) else { return false };
    let mut right = false;
    let nobodys = Digest([0; 32]);
    for digest in live.iter().map(|(digest, _)| digest).chain([&nobodys]) {
        right |= secret::same(shown, *digest);
    }
    right
}

/// The client, if it may use the grant type.
pub fn permitted(client: &Client, grant: GrantType) -> Outcome<&Client> {
    if client.may(grant) { Ok(client) } else { Err(Refusal::GrantNotAllowed.into()) }
}

/// The client as it is now: it was proven before this transaction began.
pub(super) fn still(ctx: &mut Ctx<'_>, client: &Client) -> Outcome<Client> {
    let client = clients::find_by_key(ctx.conn, client.key)?.filter(|client| client.enabled);
    Ok(client.ok_or(Refusal::BadClient)?)
}

/// Refuses a resource that the client may not ask tokens for (RFC 8707 §2).
pub fn targets(client: &Client, resources: &[String]) -> Outcome<()> {
    let known = |uri: &String| client.options.resources.contains(uri);
    if resources.iter().all(known) { Ok(()) } else { Err(Refusal::BadTarget.into()) }
}

/// The scope of a new grant: what was asked for, if the client may. Where nothing was asked for, the default as
/// far as the client may (RFC 6749 §3.3); a client that may have none of it has its own scopes.
pub fn scope_for(policy: &Policy, client: &Client, wanted: Option<&ScopeSet>) -> Outcome<ScopeSet> {
    match wanted.map(|wanted| client.asks(wanted)) {
        None => {
            let default = policy.default_scope.only(&client.scopes);
            Ok(if default.is_empty() { client.scopes.clone() } else { default })
        }
        Some(wanted) if wanted.is_empty() => Err(Refusal::ScopeNotAllowed.into()),
        Some(wanted) if wanted.is_within(&client.scopes) => Ok(wanted),
        Some(_) => Err(Refusal::ScopeNotAllowed.into()),
    }
}

/// Whether a grant to the client comes with a refresh token: only if it could use it.
pub fn refresh_for(client: &Client) -> WithRefresh {
    if client.may(GrantType::RefreshToken) { WithRefresh::Yes } else { WithRefresh::No }
}

/// The origins whose scripts may call: those of clients that are switched on.
pub fn allowed_origins(ctx: &mut Ctx<'_>) -> Outcome<Vec<Origin>> {
    Ok(clients::list_origins(ctx.conn)?)
}

/// What an administrator wants registered.
#[derive(Debug, Clone)]
pub struct RegisterClient {
    /// The id, or `None` to have one drawn.
    pub id: Option<ClientId>,
    /// The secret of a confidential client, or `None` to have one drawn.
    pub secret: Option<SecretString>,
    /// Its name, as shown to people.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// What it may use; empty: conversion and refresh.
    pub grants: Vec<GrantType>,
    /// Where it may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for, or `None` for the installation's default.
    pub scopes: Option<ScopeSet>,
    /// Whose tokens it may convert.
    pub providers: ProviderRule,
    /// How it uses the authorization server.
    pub options: ClientOptions,
}

/// A registered client, and its secret, shown this once.
#[derive(Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// The secret of a confidential client.
    pub secret: Option<SecretString>,
}

/// How many characters a secret may have that an administrator brings along.
const SECRET_LENGTH: RangeInclusive<usize> = 16..=1024;

/// Registers a client. One with a key set signs assertions and gets no secret. Refuses a taken id, a weak secret,
/// a secret for a public client, a key set that is none of public keys, and grant types that the kind of client
/// or its redirect URIs do not allow.
pub fn register(ctx: &mut Ctx<'_>, wish: &RegisterClient) -> Outcome<Registered> {
    let grants = if wish.grants.is_empty() {
        vec![GrantType::ConvertToken, GrantType::RefreshToken]
    } else {
        wish.grants.clone()
    };
    let id = match &wish.id {
        Some(id) => id.clone(),
        None => draw_id(ctx)?,
    };
    let mut client = Client {
        key: ClientKey(0),
        id,
        name: wish.name.clone(),
        kind: wish.kind,
        enabled: true,
        grants,
        scopes: wish.scopes.clone().unwrap_or_else(|| ctx.policy.default_scope.clone()),
        providers: wish.providers.clone(),
        redirect_uris: wish.redirect_uris.clone(),
        options: wish.options.clone(),
        created_at: ctx.now,
    };
    check(ctx, &client)?;
    check_proof(&client, wish.secret.as_ref())?;
    if clients::find(ctx.conn, &client.id)?.is_some() {
        return Err(Refusal::BadRequest("a client with this id exists already").into());
    }
    client.options.key_set = wish.options.key_set.as_deref().map(kept_keys).transpose()?;
    client.key = clients::insert(ctx.conn, &client, ctx.now)?;
    ctx.tell(Event::new(EventKind::ClientCreated).at(&client.id));
    let secret = match (client.kind, &client.options.key_set) {
        (ClientKind::Public, _) | (_, Some(_)) => None,
        (ClientKind::Confidential, None) => Some(new_secret(ctx, client.key, wish.secret.clone())?),
    };
    Ok(Registered { client, secret })
}

/// A key set as it is kept: the keys that sign, and no more.
pub(super) fn kept_keys(text: &str) -> Outcome<String> {
    Ok(KeySet::parse(text).map_err(Refusal::BadRequest)?.to_json().to_string())
}

/// What is wrong with a client that is sent back and says nowhere to.
pub const NO_PLACE: &str = "authorization_code needs at least one redirect URI";

/// Whether a client may be as it is, but for how it proves itself.
pub(super) fn check(ctx: &Ctx<'_>, client: &Client) -> Outcome<()> {
    let no = |text| Err(Error::Refused(Refusal::BadRequest(text)));
    if client.options.access_form == AccessForm::Jwt && ctx.keys.sealing.is_none() {
        return no(
            "access tokens are JWTs only where jwt.signing_key is set: set it for this command as for the server",
        );
    }
    let length = client.name.chars().count();
    if !(1..=100).contains(&length) || client.name.chars().any(is_unseen) {
        return no("the name must be 1 to 100 characters, none of them a control character");
    }
    if client.kind == ClientKind::Public {
        if client.options.pkce_optional {
            return no("a public client cannot do without PKCE (RFC 9700 §2.1.1)");
        }
        if client.may(GrantType::ClientCredentials) {
            return no("client_credentials needs a confidential client (RFC 6749 §4.4)");
        }
    }
    if client.may(GrantType::AuthorizationCode) && client.redirect_uris.is_empty() {
        return no(NO_PLACE);
    }
    if !client.options.resources.iter().all(|uri| is_resource(uri)) {
        return no("a resource is an absolute URI without a fragment (RFC 8707 §2)");
    }
    if client.scopes.is_empty() {
        // An empty scope stands for a first-party login; no client must come by one.
        return no("a client needs at least one scope");
    }
    Ok(())
}

/// Control characters, and those that turn the direction of what follows (U+202A to U+202E, U+2066 to U+2069): with
/// them a name on a page could be read as another.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_resource(uri: &str) -> bool {
    let plain = uri.len() <= 2000 && uri.bytes().all(|b| b.is_ascii_graphic());
    plain && Url::parse(uri).is_ok_and(|uri| uri.fragment().is_none())
}

fn check_proof(client: &Client, secret: Option<&SecretString>) -> Outcome<()> {
    let no = |text| Err(Error::Refused(Refusal::BadRequest(text)));
    let is_public = client.kind == ClientKind::Public;
    if is_public && secret.is_some() {
        return no("a public client cannot keep a secret: leave it out, or make it confidential");
    }
    if client.options.key_set.is_some() && (is_public || secret.is_some()) {
        return no("a key set is for a confidential client, in place of its secret");
    }
    check_secret(secret)
}

/// A secret that could not be shown again is none: RFC 6749 appendix A.2 knows printable ASCII alone, and the blanks
/// around a form's values are cut.
fn check_secret(chosen: Option<&SecretString>) -> Outcome<()> {
    let Some(secret) = chosen.map(ExposeSecret::expose_secret) else { return Ok(()) };
    let no = |text| Err(Error::Refused(Refusal::BadRequest(text)));
    if !SECRET_LENGTH.contains(&secret.len()) {
        return no(
            "the secret must have at least 16 characters, 1024 at most; leave it out to have one drawn",
        );
    }
    let printable = secret.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if !printable || secret.trim() != secret {
        return no("the secret must be printable ASCII in one line, without blanks around it");
    }
    Ok(())
}

fn draw_id(ctx: &Ctx<'_>) -> Outcome<ClientId> {
    let bytes: [u8; 12] = ctx.entropy.bytes();
    let id = ClientId::parse(&format!("app-{}", hex::encode(bytes)));
    id.ok_or_else(|| Fault::internal("a drawn client id is not one").into())
}

fn new_secret(
    ctx: &mut Ctx<'_>,
    key: ClientKey,
    chosen: Option<SecretString>,
) -> Outcome<SecretString> {
    let secret = chosen.unwrap_or_else(|| secret::token(ctx.entropy, "cs_"));
    clients::insert_secret(ctx.conn, key, secret::digest(&secret), ctx.now)?;
    Ok(secret)
}

/// The client that a request names without proving it, if there is one and it is switched on.
pub fn named(ctx: &mut Ctx<'_>, id: Option<&str>) -> Outcome<Option<Client>> {
    let Some(id) = id.and_then(ClientId::parse) else { return Ok(None) };
    Ok(clients::find(ctx.conn, &id)?.filter(|client| client.enabled))
}

/// The client of that text, if it is one's id.
pub(super) fn known(ctx: &mut Ctx<'_>, id: &str) -> Outcome<Option<Client>> {
    match ClientId::parse(id) {
        Some(id) => Ok(clients::find(ctx.conn, &id)?),
        None => Ok(None),
    }
}

/// The client of that id.
pub fn show(ctx: &mut Ctx<'_>, id: &ClientId) -> Outcome<Client> {
    Ok(clients::find(ctx.conn, id)?.ok_or(Refusal::NotFound)?)
}

/// The same, and nobody else changes it before this deed is over.
pub(super) fn hold(ctx: &mut Ctx<'_>, id: &ClientId) -> Outcome<Client> {
    clients::hold(ctx.conn, id)?;
    show(ctx, id)
}

/// Every client.
pub fn list(ctx: &mut Ctx<'_>) -> Outcome<Vec<Client>> {
    Ok(clients::list(ctx.conn)?)
}

/// Longest time an old secret may stay good beside a new one.
pub const MAX_OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Gives a confidential client a new secret; the old ones stay good for the overlap, at most 24 h.
pub fn rotate_secret(
    ctx: &mut Ctx<'_>,
    id: &ClientId,
    overlap: TimeDelta,
    chosen: Option<SecretString>,
) -> Outcome<Registered> {
    let client = hold(ctx, id)?;
    let no = |text| Err(Error::Refused(Refusal::BadRequest(text)));
    if client.kind == ClientKind::Public {
        return no("a public client has no secret to rotate");
    }
    if client.options.key_set.is_some() {
        return no("the client signs with its own keys and has no secret to rotate");
    }
    if overlap < TimeDelta::zero() || overlap > MAX_OVERLAP {
        return no("the overlap must be between 0 and 24 hours");
    }
    check_secret(chosen.as_ref())?;
    clients::expire_secrets(ctx.conn, client.key, ctx.now + overlap)?;
    let secret = new_secret(ctx, client.key, chosen)?;
    ctx.tell(Event::new(EventKind::ClientSecretRotated).at(&client.id));
    Ok(Registered { client, secret: Some(secret) })
}

/// Switches a client on or off. While it is off nothing of it is accepted: no secret, no token.
pub fn switch(ctx: &mut Ctx<'_>, id: &ClientId, enabled: bool) -> Outcome<Client> {
    let client = hold(ctx, id)?;
    clients::update_enabled(ctx.conn, client.key, enabled)?;
    let kind = if enabled { EventKind::ClientEnabled } else { EventKind::ClientDisabled };
    ctx.tell(Event::new(kind).at(&client.id));
    Ok(Client { enabled, ..client })
}

/// Deletes a client with every token it was given.
pub fn delete(ctx: &mut Ctx<'_>, id: &ClientId) -> Outcome<()> {
    let client = hold(ctx, id)?;
    ctx.tell(Event::new(EventKind::ClientDeleted).at(&client.id));
    Ok(clients::delete(ctx.conn, client.key)?)
}
