//! The tie between an account and who its person is at a provider.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    AnyConnection, accounts, micros, on,
    schema::{accounts as account_table, identities},
};
use crate::{
    domain::{
        account::{Account, AccountId},
        provider::{ProviderName, Subject},
    },
    error::Fault,
};

/// The account tied to an identity.
pub fn find(
    conn: &mut AnyConnection,
    provider: &ProviderName,
    subject: &Subject,
) -> Result<Option<Account>, Fault> {
    let row: Option<accounts::Row> = on!(conn, c => identities::table
        .inner_join(account_table::table)
        .filter(identities::provider.eq(provider.as_str()))
        .filter(identities::subject.eq(subject.as_str()))
        .select(accounts::Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Account::try_from).transpose()
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
