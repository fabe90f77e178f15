//! Which groups an account is in.

use diesel::prelude::*;

use super::{AnyConnection, on, schema::account_groups};
use crate::{
    domain::{
        account::{AccountId, Group},
        ended::Ended,
    },
    error::Fault,
};

/// The names of the account's groups, sorted.
pub fn list(conn: &mut AnyConnection, id: AccountId) -> Result<Vec<String>, Fault> {
    Ok(on!(conn, c => account_groups::table
        .filter(account_groups::account_id.eq(id.0))
        .order(account_groups::name.asc())
        .select(account_groups::name)
        .load(c)?))
}

/// Puts the account into a group; twice changes nothing.
pub fn insert(conn: &mut AnyConnection, id: AccountId, group: &Group) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    on!(conn, c => diesel::insert_into(account_groups::table)
        .values((account_groups::account_id.eq(id.0), account_groups::name.eq(group.as_str())))
        .on_conflict_do_nothing()
        .execute(c)?);
    Ok(())
}

/// Takes the account out of a group; false if it was not in it.
pub fn delete(conn: &mut AnyConnection, id: AccountId, group: &Group) -> Result<bool, Fault> {
    conn.end(Ended::Account(id));
    let gone = on!(conn, c => diesel::delete(account_groups::table)
        .filter(account_groups::account_id.eq(id.0))
        .filter(account_groups::name.eq(group.as_str()))
        .execute(c)?);
    Ok(gone == 1)
}
