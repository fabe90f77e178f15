//! Clients that register themselves (RFC 7591) and look after that (RFC 7592), where the operator lets them.

use secrecy::SecretString;

use super::{
    Ctx,
    client_changes::{self, ChangeClient},
    clients::{self, RegisterClient, Registered},
};
use crate::{
    crypto::secret,
    domain::{
        caller::Caller,
        client::{Client, ClientId, ClientKind, GrantType, ProviderRule},
        credential::{ClientCredential, Scheme, ShownIn},
        scope::{self, ScopeSet},
        token::Digest,
    },
    error::{Outcome, Refusal, Why},
    store::{clients as client_store, registration_tokens},
};

/// What registration tokens begin with.
pub const TOKEN_PREFIX: &str = "crg_";

/// What nobody may have that nobody knows: people are asked on our own pages.
const GRANTS: [GrantType; 2] = [GrantType::AuthorizationCode, GrantType::RefreshToken];

/// The scopes of OpenID Connect, which tell of a person who allows it.
const OPENID: &str = "openid profile email groups";

/// A client that registered itself.
#[derive(Debug)]
pub struct Welcomed {
    /// The client, and its secret.
    pub registered: Registered,
    /// With what it looks after its registration; stored as a digest alone.
    pub token: SecretString,
}

/// What a client wants to be instead.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Everything it says of itself, defaults for what it leaves out.
    pub wish: ChangeClient,
    /// The kind of client it says it is.
    pub kind: ClientKind,
    /// The secret it has, if it repeats it.
    pub secret: Option<SecretString>,
}

/// Whether clients may register themselves here, and the initial access token is the right one.
pub fn admit(ctx: &mut Ctx<'_>, shown: Option<&SecretString>) -> Outcome<()> {
    let kept = initial_token(ctx, shown)?;
    matches(shown, Some(kept))
}

/// Registers a client for whoever shows the initial access token. It may send people to our pages, and no more:
/// other grant types, `admin` and what only an administrator decides are refused.
pub fn register(
    ctx: &mut Ctx<'_>,
    shown: Option<&SecretString>,
    wish: &RegisterClient,
) -> Outcome<Welcomed> {
    admit(ctx, shown)?;
    let mut wish = wish.clone();
    if wish.grants.is_empty() {
        wish.grants = vec![GrantType::AuthorizationCode];
    }
    let scopes = wish.scopes.get_or_insert_with(|| default_scope(ctx));
    check(ctx, &wish.grants, scopes)?;
    wish.providers = ProviderRule::Only(Vec::new());
    let registered = clients::register(ctx, &wish)?;
    let token = secret::token(ctx.entropy, TOKEN_PREFIX);
    registration_tokens::insert(ctx.conn, registered.client.key, secret::digest(&token))?;
    Ok(Welcomed { registered, token })
}

/// The client, for whoever shows its registration token.
pub fn show(
    ctx: &mut Ctx<'_>,
    id: Option<&ClientId>,
    shown: Option<&SecretString>,
) -> Outcome<Client> {
    initial_token(ctx, shown)?;
    let client = match id {
        Some(id) => client_store::find(ctx.conn, id)?.filter(|client| client.enabled),
        None => None,
    };
    let kept = match &client {
        Some(client) => registration_tokens::find(ctx.conn, client.key)?,
        None => None,
    };
    matches(shown, kept)?;
    Ok(client.ok_or(Refusal::BadCredential(Scheme::Bearer, Why::Unknown))?)
}

/// Puts what a client says of itself in place of what it said before, within the same bounds. How it proves
/// itself stays.
pub fn replace(
    ctx: &mut Ctx<'_>,
    id: Option<&ClientId>,
    shown: Option<&SecretString>,
    new: &Replacement,
) -> Outcome<Client> {
    let client = show(ctx, id, shown)?;
    let signs = client.options.key_set.is_some();
    if client.kind != new.kind || signs != new.wish.key_set.is_some() {
        let text = "how a client proves itself cannot be changed: register another one";
        return Err(Refusal::BadRequest(text).into());
    }
    if let Some(secret) = &new.secret {
        let id = Some(client.id.clone());
        let secret = Some(secret.clone());
        // Nobody guesses here: whoever asks has shown the registration's token.
        let from = Caller::NOBODY;
        let shown = ClientCredential { id, secret, assertion: None, shown_in: ShownIn::Body, from };
        let wrong = Refusal::BadRequest("client_secret is not the secret of this client");
        clients::prove(ctx, &shown).map_err(|_which| wrong)?;
    }
    let mut wish = new.wish.clone();
    let grants = wish.grants.get_or_insert_with(|| vec![GrantType::AuthorizationCode]).clone();
    let scopes = wish.scopes.get_or_insert_with(|| default_scope(ctx)).clone();
    check(ctx, &grants, &scopes)?;
    client_changes::change(ctx, &client.id, &wish)
}

/// Ends a registration, with every token of the client.
pub fn delete(
    ctx: &mut Ctx<'_>,
    id: Option<&ClientId>,
    shown: Option<&SecretString>,
) -> Outcome<()> {
    let client = show(ctx, id, shown)?;
    clients::delete(ctx, &client.id)
}

fn default_scope(ctx: &Ctx<'_>) -> ScopeSet {
    ctx.policy.default_scope.without(scope::ADMIN)
}

fn check(ctx: &Ctx<'_>, grants: &[GrantType], scopes: &ScopeSet) -> Outcome<()> {
    if !grants.iter().all(|grant| GRANTS.contains(grant)) {
        let text = "clients register themselves for authorization_code and refresh_token alone";
        return Err(Refusal::BadRequest(text).into());
    }
    let openid = ScopeSet::parse(OPENID).unwrap_or_default();
    if !scopes.is_within(&default_scope(ctx).with(&openid)) {
        return Err(Refusal::ScopeNotAllowed.into());
    }
    Ok(())
}

/// The initial access token. Without one nobody registers here, whatever is shown; who shows nothing is asked
/// for a token all the same.
fn initial_token(ctx: &Ctx<'_>, shown: Option<&SecretString>) -> Outcome<Digest> {
    shown.ok_or(Refusal::NoCredential)?;
    Ok(ctx.policy.initial_access.ok_or(Refusal::NotAllowed)?)
}

/// Whether the token is the one that is kept; it is compared with something in any case.
fn matches(shown: Option<&SecretString>, kept: Option<Digest>) -> Outcome<()> {
    let shown = shown.ok_or(Refusal::NoCredential)?;
    let right = secret::same(secret::digest(shown), kept.unwrap_or(Digest([0; 32])));
    let unknown = Refusal::BadCredential(Scheme::Bearer, Why::Unknown);
    if right && kept.is_some() { Ok(()) } else { Err(unknown.into()) }
}
