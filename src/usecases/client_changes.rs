//! Changing what a client is registered for.

use super::{
    Ctx,
    clients::{self, check},
};
use crate::{
    domain::{
        audit::{Event, EventKind},
        client::{AccessForm, Client, ClientId, GrantType, ProviderRule, RedirectUri},
        origin::Origin,
        scope::ScopeSet,
    },
    error::{Outcome, Refusal},
    store::clients as client_store,
};

/// What is to be changed of a client; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ChangeClient {
    /// Its name.
    pub name: Option<String>,
    /// What it may use.
    pub grants: Option<Vec<GrantType>>,
    /// Where it may be sent back to.
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// What it may ask for.
    pub scopes: Option<ScopeSet>,
    /// Whose tokens it may convert.
    pub providers: Option<ProviderRule>,
    /// Whether it may ask for a code without PKCE.
    pub pkce_optional: Option<bool>,
    /// What its access tokens look like.
    pub access_form: Option<AccessForm>,
    /// Whether it is told about other clients' tokens.
    pub introspects: Option<bool>,
    /// Where people may be sent after they have signed out.
    pub post_logout_uris: Option<Vec<RedirectUri>>,
    /// The resources it may ask tokens for.
    pub resources: Option<Vec<String>>,
    /// Where its scripts may run that call us from a browser.
    pub allowed_origins: Option<Vec<Origin>>,
    /// The keys that take the place of those it signs with.
    pub key_set: Option<String>,
}

/// Changes a client, and tells how it is then. Its tokens stay, and when they are refreshed get no more than it
/// may then. Refused is what could not be registered, and a key set for a client that has none.
pub fn change(ctx: &mut Ctx<'_>, id: &ClientId, wish: &ChangeClient) -> Outcome<Client> {
    let mut client = clients::show(ctx, id)?;
    if let Some(text) = &wish.key_set {
        if client.options.key_set.is_none() {
            let text = "how a client proves itself cannot be changed: register another one";
            return Err(Refusal::BadRequest(text).into());
        }
        client.options.key_set = Some(clients::kept_keys(text)?);
    }
    apply(&mut client, wish.clone());
    if client.grants.is_empty() {
        return Err(Refusal::BadRequest("a client needs at least one grant type").into());
    }
    check(&client)?;
    client_store::update(ctx.conn, &client)?;
    ctx.tell(Event::new(EventKind::ClientChanged).at(&client.id));
    Ok(client)
}

fn apply(client: &mut Client, wish: ChangeClient) {
    fn put<T>(place: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *place = value;
        }
    }
    put(&mut client.name, wish.name);
    put(&mut client.grants, wish.grants);
    put(&mut client.redirect_uris, wish.redirect_uris);
    put(&mut client.scopes, wish.scopes);
    put(&mut client.providers, wish.providers);
    let options = &mut client.options;
    put(&mut options.pkce_optional, wish.pkce_optional);
    put(&mut options.access_form, wish.access_form);
    put(&mut options.introspects, wish.introspects);
    put(&mut options.post_logout_uris, wish.post_logout_uris);
    put(&mut options.resources, wish.resources);
    put(&mut options.allowed_origins, wish.allowed_origins);
}
