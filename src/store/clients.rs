//! Clients and their secrets.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    AnyConnection, instant, micros, on,
    schema::{client_secrets, clients},
    unreadable,
};
use crate::{
    domain::{
        client::{
            AccessForm, Client, ClientId, ClientKey, ClientKind, ClientOptions, GrantType,
            ProviderRule, RedirectUri,
        },
        ended::Ended,
        origin::Origin,
        provider::ProviderName,
        scope::ScopeSet,
        token::Digest,
    },
    error::Fault,
};

/// A client as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct Row {
    id: i64,
    client_id: String,
    name: String,
    kind: String,
    enabled: bool,
    grants: String,
    scopes: String,
    providers: String,
    redirect_uris: String,
    created_at: i64,
    pkce_optional: bool,
    access_form: String,
    introspects: bool,
    post_logout_uris: String,
    resources: String,
    key_set: Option<String>,
    allowed_origins: String,
    secret_in_body: bool,
}

/// The stored form of [`ProviderRule::Any`].
const ANY_PROVIDER: &str = "*";

impl TryFrom<Row> for Client {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let providers = if row.providers == ANY_PROVIDER {
            ProviderRule::Any
        } else {
            ProviderRule::Only(words(&row.providers, ProviderName::parse, "provider name")?)
        };
        Ok(Self {
            key: ClientKey(row.id),
            id: ClientId::parse(&row.client_id).ok_or_else(|| unreadable("client id"))?,
            name: row.name,
            kind: ClientKind::parse(&row.kind).ok_or_else(|| unreadable("client kind"))?,
            enabled: row.enabled,
            grants: words(&row.grants, GrantType::parse, "grant type")?,
            scopes: ScopeSet::parse(&row.scopes).ok_or_else(|| unreadable("scope"))?,
            providers,
            redirect_uris: words(&row.redirect_uris, RedirectUri::parse, "redirect URI")?,
            options: ClientOptions {
                pkce_optional: row.pkce_optional,
                access_form: AccessForm::parse(&row.access_form)
                    .ok_or_else(|| unreadable("form of access tokens"))?,
                introspects: row.introspects,
                post_logout_uris: words(&row.post_logout_uris, RedirectUri::parse, "logout URI")?,
                resources: row.resources.split_whitespace().map(str::to_owned).collect(),
                key_set: row.key_set,
                allowed_origins: words(&row.allowed_origins, Origin::parse, "origin")?,
                secret_in_body: row.secret_in_body,
            },
            created_at: instant(row.created_at)?,
        })
    }
}

fn words<T>(
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    what: &'static str,
) -> Result<Vec<T>, Fault> {
    text.split_whitespace().map(|word| parse(word).ok_or_else(|| unreadable(what))).collect()
}

/// Words with a space between them.
fn spaced<T>(items: &[T], word: impl Fn(&T) -> &str) -> String {
    items.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Stores a client and tells its row; the key and the creation instant in `client` are ignored. An id that
/// is taken is a [`Fault::Conflict`].
pub fn insert(
    conn: &mut AnyConnection,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<ClientKey, Fault> {
    let providers = providers_of(client);
    let values = (
        clients::client_id.eq(client.id.as_str()),
        clients::name.eq(&client.name),
        clients::kind.eq(client.kind.word()),
        clients::enabled.eq(client.enabled),
        clients::grants.eq(spaced(&client.grants, |grant| grant.word())),
        clients::scopes.eq(client.scopes.to_string()),
        clients::providers.eq(providers),
        clients::redirect_uris.eq(spaced(&client.redirect_uris, RedirectUri::as_str)),
        clients::created_at.eq(micros(now)),
        (
            clients::pkce_optional.eq(client.options.pkce_optional),
            clients::access_form.eq(client.options.access_form.word()),
            clients::introspects.eq(client.options.introspects),
            clients::post_logout_uris
                .eq(spaced(&client.options.post_logout_uris, RedirectUri::as_str)),
            clients::resources.eq(client.options.resources.join(" ")),
            clients::key_set.eq(client.options.key_set.as_deref()),
            clients::allowed_origins.eq(spaced(&client.options.allowed_origins, Origin::as_str)),
            clients::secret_in_body.eq(client.options.secret_in_body),
        ),
    );
    let key = ClientKey(on!(conn, c => diesel::insert_into(clients::table)
        .values(values)
        .returning(clients::id)
        .get_result(c)?));
    conn.end(Ended::Client(key));
    Ok(key)
}

fn providers_of(client: &Client) -> String {
    match &client.providers {
        ProviderRule::Any => ANY_PROVIDER.to_owned(),
        ProviderRule::Only(names) => spaced(names, ProviderName::as_str),
    }
}

/// Holds the client of that id until the transaction is over: whoever else changes it waits, and then finds what
/// this one has made of it.
pub fn hold(conn: &mut AnyConnection, id: &ClientId) -> Result<(), Fault> {
    on!(conn, c => diesel::update(clients::table)
        .filter(clients::client_id.eq(id.as_str()))
        .set(clients::enabled.eq(clients::enabled))
        .execute(c)?);
    Ok(())
}

/// Stores what the client is registered for now; its id, its kind and whether it is switched on stay.
pub fn update(conn: &mut AnyConnection, client: &Client) -> Result<(), Fault> {
    conn.end(Ended::Client(client.key));
    let options = &client.options;
    let values = (
        clients::name.eq(&client.name),
        clients::grants.eq(spaced(&client.grants, |grant| grant.word())),
        clients::scopes.eq(client.scopes.to_string()),
        clients::providers.eq(providers_of(client)),
        clients::redirect_uris.eq(spaced(&client.redirect_uris, RedirectUri::as_str)),
        clients::pkce_optional.eq(options.pkce_optional),
        clients::access_form.eq(options.access_form.word()),
        clients::introspects.eq(options.introspects),
        clients::post_logout_uris.eq(spaced(&options.post_logout_uris, RedirectUri::as_str)),
        clients::resources.eq(options.resources.join(" ")),
        clients::key_set.eq(options.key_set.as_deref()),
        clients::allowed_origins.eq(spaced(&options.allowed_origins, Origin::as_str)),
        clients::secret_in_body.eq(options.secret_in_body),
    );
    on!(conn, c => diesel::update(clients::table)
        .filter(clients::id.eq(client.key.0))
        .set(values)
        .execute(c)?);
    Ok(())
}

/// The client of that public id.
pub fn find(conn: &mut AnyConnection, id: &ClientId) -> Result<Option<Client>, Fault> {
    let row: Option<Row> = on!(conn, c => clients::table
        .filter(clients::client_id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Client::try_from).transpose()
}

/// The client in that row.
pub fn find_by_key(conn: &mut AnyConnection, key: ClientKey) -> Result<Option<Client>, Fault> {
    let row: Option<Row> = on!(conn, c => clients::table
        .filter(clients::id.eq(key.0))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Client::try_from).transpose()
}

/// Every client, in the order of registration.
pub fn list(conn: &mut AnyConnection) -> Result<Vec<Client>, Fault> {
    let rows: Vec<Row> = on!(conn, c => clients::table
        .order(clients::id.asc())
        .select(Row::as_select())
        .load(c)?);
    rows.into_iter().map(Client::try_from).collect()
}

/// The origins of every client that is switched on.
pub fn list_origins(conn: &mut AnyConnection) -> Result<Vec<Origin>, Fault> {
    let rows: Vec<String> = on!(conn, c => clients::table
        .filter(clients::enabled)
        .filter(clients::allowed_origins.ne(""))
        .select(clients::allowed_origins)
        .load(c)?);
    let each = rows.iter().map(|row| words(row, Origin::parse, "origin"));
    Ok(each.collect::<Result<Vec<_>, Fault>>()?.concat())
}

/// Switches the client on or off.
pub fn update_enabled(
    conn: &mut AnyConnection,
    key: ClientKey,
    enabled: bool,
) -> Result<(), Fault> {
    conn.end(Ended::Client(key));
    on!(conn, c => diesel::update(clients::table)
        .filter(clients::id.eq(key.0))
        .set(clients::enabled.eq(enabled))
        .execute(c)?);
    Ok(())
}

/// Deletes the client with its secrets and every token it was given.
pub fn delete(conn: &mut AnyConnection, key: ClientKey) -> Result<(), Fault> {
    conn.end(Ended::Client(key));
    on!(conn, c => diesel::delete(clients::table).filter(clients::id.eq(key.0)).execute(c)?);
    Ok(())
}

/// Stores a secret's digest, good until further notice.
pub fn insert_secret(
    conn: &mut AnyConnection,
    key: ClientKey,
    digest: Digest,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Client(key));
    on!(conn, c => diesel::insert_into(client_secrets::table)
        .values((
            client_secrets::client_key.eq(key.0),
            client_secrets::digest.eq(digest.0.to_vec()),
            client_secrets::created_at.eq(micros(now)),
        ))
        .execute(c)?);
    Ok(())
}

/// Lets every secret the client has end at an instant; one that ends earlier keeps its end.
pub fn expire_secrets(
    conn: &mut AnyConnection,
    key: ClientKey,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Client(key));
    let at = micros(at);
    on!(conn, c => diesel::update(client_secrets::table)
        .filter(client_secrets::client_key.eq(key.0))
        .filter(client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(at)))
        .set(client_secrets::expires_at.eq(Some(at)))
        .execute(c)?);
    Ok(())
}

/// A secret's digest, and when it ends, if it does.
pub type LiveSecret = (Digest, Option<DateTime<Utc>>);

/// The client's live secrets.
pub fn list_secrets(
    conn: &mut AnyConnection,
    key: ClientKey,
    now: DateTime<Utc>,
) -> Result<Vec<LiveSecret>, Fault> {
    let rows: Vec<(Vec<u8>, Option<i64>)> = on!(conn, c => client_secrets::table
        .filter(client_secrets::client_key.eq(key.0))
        .filter(
            client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(micros(now))),
        )
        .select((client_secrets::digest, client_secrets::expires_at))
        .load(c)?);
    let digest =
        |bytes: Vec<u8>| bytes.try_into().map(Digest).map_err(|_long| unreadable("secret digest"));
    rows.into_iter()
        .map(|(bytes, end)| Ok((digest(bytes)?, end.map(instant).transpose()?)))
        .collect()
}

/// Deletes secrets whose overlap is over.
pub fn prune_secrets(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, Fault> {
    Ok(on!(conn, c => diesel::delete(client_secrets::table)
        .filter(client_secrets::expires_at.le(micros(now)))
        .execute(c)?))
}
