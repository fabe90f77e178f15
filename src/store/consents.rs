//! What people have allowed applications on the consent page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::consents, unreadable};
use crate::{
    domain::{account::AccountId, client::ClientKey, scope::ScopeSet},
    error::Fault,
};

/// What an account has allowed a client.
pub fn find(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
) -> Result<Option<ScopeSet>, Fault> {
    let scope: Option<String> = on!(conn, c => consents::table
        .filter(consents::account_id.eq(account.0))
        .filter(consents::client_key.eq(client.0))
        .select(consents::scope)
        .get_result(c)
        .optional()?);
    scope.map(|text| ScopeSet::parse(&text).ok_or_else(|| unreadable("scope"))).transpose()
}

/// What an account has allowed, in the order of the clients' registration.
pub fn list(
    conn: &mut AnyConnection,
    account: AccountId,
) -> Result<Vec<(ClientKey, ScopeSet)>, Fault> {
    let rows: Vec<(i64, String)> = on!(conn, c => consents::table
        .filter(consents::account_id.eq(account.0))
        .order(consents::client_key.asc())
        .select((consents::client_key, consents::scope))
        .load(c)?);
    let read = |text: &str| ScopeSet::parse(text).ok_or_else(|| unreadable("scope"));
    rows.into_iter().map(|(key, text)| Ok((ClientKey(key), read(&text)?))).collect()
}

/// Stores what an account allows a client, in place of what it allowed before.
pub fn upsert(
    conn: &mut AnyConnection,
    (account, client): (AccountId, ClientKey),
    scope: &ScopeSet,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let words = scope.to_string();
    on!(conn, c => diesel::insert_into(consents::table)
        .values((
            consents::account_id.eq(account.0),
            consents::client_key.eq(client.0),
            consents::scope.eq(&words),
            consents::granted_at.eq(micros(now)),
        ))
        .on_conflict((consents::account_id, consents::client_key))
        .do_update()
        .set((consents::scope.eq(&words), consents::granted_at.eq(micros(now))))
        .execute(c)?);
    Ok(())
}

/// Forgets what an account has allowed a client.
pub fn delete(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(consents::table)
        .filter(consents::account_id.eq(account.0))
        .filter(consents::client_key.eq(client.0))
        .execute(c)?);
    Ok(())
}
