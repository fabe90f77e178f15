//! Token families: one grant, and whether it still stands.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    AnyConnection, micros, on,
    schema::{access_tokens, accounts, families, refresh_tokens},
    unreadable,
};
use crate::{
    domain::{
        account::AccountId, client::ClientKey, ended::Ended, grant::Grant, scope::ScopeSet,
        token::FamilyId,
    },
    error::Fault,
};

/// Stores a new family for a grant.
pub fn insert(
    conn: &mut AnyConnection,
    grant: &Grant,
    now: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<FamilyId, Fault> {
    Ok(FamilyId(on!(conn, c => diesel::insert_into(families::table)
        .values((
            families::account_id.eq(grant.account.map(|id| id.0)),
            families::client_key.eq(grant.client.map(|key| key.0)),
            families::scope.eq(grant.scope.to_string()),
            families::how.eq(grant.how.word()),
            families::epoch.eq(grant.epoch),
            families::created_at.eq(micros(now)),
            families::expires_at.eq(expires_at.map(micros)),
            families::auth_time.eq(grant.auth_time.map(micros)),
            families::resources.eq(grant.resources.join(" ")),
        ))
        .returning(families::id)
        .get_result(c)?)))
}

/// Ends every token of the family; calling it twice changes nothing.
pub fn revoke(conn: &mut AnyConnection, family: FamilyId, now: DateTime<Utc>) -> Result<(), Fault> {
    conn.end(Ended::Family(family));
    on!(conn, c => diesel::update(families::table)
        .filter(families::id.eq(family.0))
        .filter(families::revoked_at.is_null())
        .set(families::revoked_at.eq(Some(micros(now))))
        .execute(c)?);
    Ok(())
}

/// Ends every family that an account gave to a client.
pub fn revoke_of(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Account(account));
    on!(conn, c => diesel::update(families::table)
        .filter(families::account_id.eq(account.0))
        .filter(families::client_key.eq(client.0))
        .filter(families::revoked_at.is_null())
        .set(families::revoked_at.eq(Some(micros(now))))
        .execute(c)?);
    Ok(())
}

/// What an account's grants that may still be of use allow, by client, the oldest first.
pub fn list_live(
    conn: &mut AnyConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<(ClientKey, ScopeSet)>, Fault> {
    let rows: Vec<(Option<i64>, String)> = on!(conn, c => families::table
        .inner_join(accounts::table)
        .filter(families::account_id.eq(account.0))
        .filter(families::client_key.is_not_null())
        .filter(families::revoked_at.is_null())
        .filter(families::epoch.eq(accounts::epoch))
        .filter(families::expires_at.is_null().or(families::expires_at.gt(micros(now))))
        .order(families::id.asc())
        .select((families::client_key, families::scope))
        .load(c)?);
    let scope = |text: &str| ScopeSet::parse(text).ok_or_else(|| unreadable("scope"));
    let keyed = rows.into_iter().filter_map(|(key, text)| Some((ClientKey(key?), text)));
    keyed.map(|(key, text)| Ok((key, scope(&text)?))).collect()
}

/// Ends every family of the account that came about in that way.
pub fn revoke_how(
    conn: &mut AnyConnection,
    account: AccountId,
    how: &str,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Account(account));
    on!(conn, c => diesel::update(families::table)
        .filter(families::account_id.eq(account.0))
        .filter(families::how.eq(how))
        .filter(families::revoked_at.is_null())
        .set(families::revoked_at.eq(Some(micros(now))))
        .execute(c)?);
    Ok(())
}

/// Lifts a family to an account's new epoch, so that it survives the sweep that made it.
pub fn update_epoch(conn: &mut AnyConnection, family: FamilyId, epoch: i64) -> Result<(), Fault> {
    conn.end(Ended::Family(family));
    on!(conn, c => diesel::update(families::table)
        .filter(families::id.eq(family.0))
        .set(families::epoch.eq(epoch))
        .execute(c)?);
    Ok(())
}

/// Ends the refresh tokens of every family that an account gave to a client; access tokens live on.
///
/// The families are marked, not only emptied: on PostgreSQL a rotation under way may put a new token into one
/// that is being emptied, where the deletion does not see it.
pub fn end_refresh_of(
    conn: &mut AnyConnection,
    account: AccountId,
    client: ClientKey,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(families::table)
        .filter(families::account_id.eq(account.0))
        .filter(families::client_key.eq(client.0))
        .filter(families::refresh_ended_at.is_null())
        .set(families::refresh_ended_at.eq(Some(micros(now))))
        .execute(c)?);
    on!(conn, c => diesel::delete(refresh_tokens::table)
        .filter(refresh_tokens::family_id.eq_any(
            families::table
                .filter(families::account_id.eq(account.0))
                .filter(families::client_key.eq(client.0))
                .select(families::id),
        ))
        .execute(c)?);
    Ok(())
}

/// Deletes families that were revoked or ran out before an instant, with their tokens: at most `limit` of
/// those that have an end, and as many of those that live as long as their one token is used.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let before = micros(before);
    let mut over: Vec<i64> = on!(conn, c => families::table
        .filter(families::expires_at.lt(before).or(families::revoked_at.lt(before)))
        .select(families::id)
        .limit(limit)
        .load(c)?);
    let unused: Vec<i64> = on!(conn, c => access_tokens::table
        .inner_join(families::table)
        .filter(access_tokens::expires_at.lt(before))
        .filter(families::expires_at.is_null())
        .select(families::id)
        .limit(limit)
        .load(c)?);
    over.extend(unused);
    on!(conn, c => diesel::delete(access_tokens::table)
        .filter(access_tokens::family_id.eq_any(&over))
        .execute(c)?);
    on!(conn, c => diesel::delete(refresh_tokens::table)
        .filter(refresh_tokens::family_id.eq_any(&over))
        .execute(c)?);
    Ok(on!(conn, c => diesel::delete(families::table)
        .filter(families::id.eq_any(&over))
        .execute(c)?))
}
