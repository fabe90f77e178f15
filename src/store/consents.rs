//! What people have allowed applications on the consent page.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::consents, unreadable};
use crate::{
    domain::{account::AccountId, client::ClientKey, scope::ScopeSet},
    error::Fault,
};

/// What somebody has allowed: for which scope, and at which resources. Consents of before resources were noted name
/// none.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// What for.
    pub scope: ScopeSet,
    /// Where.
    pub resources: Vec<String>,
}

/// What an account has allowed a client.
pub fn find(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
) -> Result<Option<Consent>, Fault> {
    let row: Option<(String, String)> = on!(conn, c => consents::table
        .filter(consents::account_id.eq(account.0))
        .filter(consents::client_key.eq(client.0))
        .select((consents::scope, consents::resources))
        .get_result(c)
        .optional()?);
    row.map(|(scope, resources)| {
        Ok(Consent {
            scope: ScopeSet::parse(&scope).ok_or_else(|| unreadable("scope"))?,
            resources: resources.split_whitespace().map(str::to_owned).collect(),
        })
    })
    .transpose()
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

/// Holds what an account has allowed a client until the transaction is over; nothing at first.
pub fn hold(
    conn: &mut AnyConnection,
    (account, client): (AccountId, ClientKey),
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(consents::table)
        .values((
            consents::account_id.eq(account.0),
            consents::client_key.eq(client.0),
            consents::scope.eq(""),
            consents::granted_at.eq(micros(now)),
        ))
        .on_conflict((consents::account_id, consents::client_key))
        .do_update()
        .set(consents::granted_at.eq(micros(now)))
        .execute(c)?);
    Ok(())
}

/// Stores what an account allows a client, in place of what it allowed before.
pub fn upsert(
    conn: &mut AnyConnection,
    (account, client): (AccountId, ClientKey),
    consent: &Consent,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let (words, places) = (consent.scope.to_string(), consent.resources.join(" "));
    on!(conn, c => diesel::insert_into(consents::table)
        .values((
            consents::account_id.eq(account.0),
            consents::client_key.eq(client.0),
            consents::scope.eq(&words),
            consents::granted_at.eq(micros(now)),
            consents::resources.eq(&places),
        ))
        .on_conflict((consents::account_id, consents::client_key))
        .do_update()
        .set((
            consents::scope.eq(&words),
            consents::granted_at.eq(micros(now)),
            consents::resources.eq(&places),
        ))
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
