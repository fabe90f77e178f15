//! The tie between an account and who its person is at a provider.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::identities};
use crate::{
    domain::{
        account::AccountId,
        provider::{ProviderName, Subject},
    },
    error::Fault,
};

/// The account tied to an identity.
pub fn find(
    conn: &mut AnyConnection,
    provider: &ProviderName,
    subject: &Subject,
) -> Result<Option<AccountId>, Fault> {
    let id: Option<i64> = on!(conn, c => identities::table
        .filter(identities::provider.eq(provider.as_str()))
        .filter(identities::subject.eq(subject.as_str()))
        .select(identities::account_id)
        .get_result(c)
        .optional()?);
    Ok(id.map(AccountId))
}

/// Ties an identity to an account. One that is tied already is a [`Fault::Conflict`].
pub fn insert(
    conn: &mut AnyConnection,
    (provider, subject): (&ProviderName, &Subject),
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(identities::table)
        .values((
            identities::provider.eq(provider.as_str()),
            identities::subject.eq(subject.as_str()),
            identities::account_id.eq(account.0),
            identities::created_at.eq(micros(now)),
        ))
        .execute(c)?);
    Ok(())
}

/// One tie of an account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Tie {
    /// Its number: the `association_id` of the published contract.
    pub id: i64,
    /// The provider's name.
    pub provider: String,
    /// The id there.
    pub subject: String,
}

/// Every tie of the account, oldest first.
pub fn list(conn: &mut AnyConnection, account: AccountId) -> Result<Vec<Tie>, Fault> {
    Ok(on!(conn, c => identities::table
        .filter(identities::account_id.eq(account.0))
        .order(identities::id.asc())
        .select((identities::id, identities::provider, identities::subject))
        .load(c)?))
}

/// Cuts a tie.
pub fn delete(conn: &mut AnyConnection, id: i64) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(identities::table).filter(identities::id.eq(id)).execute(c)?);
    Ok(())
}

/// Cuts every tie of the account.
pub fn delete_all(conn: &mut AnyConnection, account: AccountId) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(identities::table)
        .filter(identities::account_id.eq(account.0))
        .execute(c)?);
    Ok(())
}
