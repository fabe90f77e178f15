//! Accounts: stored, found and deleted.

mod changes;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    select,
    sql_types::Bool,
};

pub use self::changes::*;
use super::{AnyConnection, instant, micros, on, schema::accounts, unreadable};
use crate::{
    domain::{
        account::{Account, AccountId, AccountState},
        email::Email,
        ended::Ended,
        language::Language,
        username::Username,
    },
    error::Fault,
};

/// An account as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(super) struct Row {
    id: i64,
    email: Option<String>,
    email_verified_at: Option<i64>,
    username: Option<String>,
    name: String,
    first_name: String,
    last_name: String,
    state: String,
    is_admin: bool,
    language: Option<String>,
    epoch: i64,
    last_login: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for Account {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let email = match row.email.as_deref().map(Email::parse) {
            Some(None) => return Err(unreadable("e-mail address")),
            Some(parsed) => parsed,
            None => None,
        };
        let username = match row.username.as_deref().map(Username::parse) {
            Some(None) => return Err(unreadable("user name")),
            Some(parsed) => parsed,
            None => None,
        };
        Ok(Self {
            id: AccountId(row.id),
            email,
            username,
            email_verified_at: row.email_verified_at.map(instant).transpose()?,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            state: AccountState::parse(&row.state).ok_or_else(|| unreadable("account state"))?,
            is_admin: row.is_admin,
            language: row.language.as_deref().and_then(Language::parse),
            epoch: row.epoch,
            last_login: row.last_login.map(instant).transpose()?,
            created_at: instant(row.created_at)?,
        })
    }
}

/// An account about to be stored.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// Its address, if it has one.
    pub email: Option<&'a Email>,
    /// When the address was proven, if it was.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The name to log in with, if it has one.
    pub username: Option<&'a Username>,
    /// The name shown.
    pub name: &'a str,
    /// Given name.
    pub first_name: &'a str,
    /// Family name.
    pub last_name: &'a str,
    /// The hash of its password, or [`NO_PASSWORD`].
    pub password: &'a str,
    /// Where it stands.
    pub state: AccountState,
    /// The language of its letters, if known.
    pub language: Option<Language>,
    /// When it is registered.
    pub created_at: DateTime<Utc>,
}

/// What is stored where there is no password; no check of a password ever succeeds against it.
pub const NO_PASSWORD: &str = "!";

/// Stores an account. An address or user name that is taken is a [`Fault::Conflict`].
pub fn insert(conn: &mut AnyConnection, new: &NewAccount<'_>) -> Result<Account, Fault> {
    let values = (
        accounts::email.eq(new.email.map(Email::as_str)),
        accounts::email_key.eq(new.email.map(Email::key)),
        accounts::email_verified_at.eq(new.email_verified_at.map(micros)),
        accounts::username.eq(new.username.map(Username::as_str)),
        accounts::username_key.eq(new.username.map(Username::key)),
        accounts::name.eq(new.name),
        accounts::first_name.eq(new.first_name),
        accounts::last_name.eq(new.last_name),
        accounts::password.eq(new.password),
        accounts::state.eq(new.state.word()),
        accounts::is_admin.eq(false),
        accounts::language.eq(new.language.map(Language::tag)),
        accounts::epoch.eq(0),
        accounts::created_at.eq(micros(new.created_at)),
    );
    let row: Row = on!(conn, c => diesel::insert_into(accounts::table)
        .values(values)
        .returning(Row::as_select())
        .get_result(c)?);
    row.try_into()
}

/// The account of that number.
pub fn find(conn: &mut AnyConnection, id: AccountId) -> Result<Option<Account>, Fault> {
    let row: Option<Row> = on!(conn, c => accounts::table
        .filter(accounts::id.eq(id.0))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Account::try_from).transpose()
}

/// The account that has the address, in whatever letter case.
pub fn find_by_email(conn: &mut AnyConnection, email: &Email) -> Result<Option<Account>, Fault> {
    let row: Option<Row> = on!(conn, c => accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(Row::as_select())
        .get_result(c)
        .optional()?);
    row.map(Account::try_from).transpose()
}

/// The account of that user name, in whatever letter case.
pub fn find_by_username(
    conn: &mut AnyConnection,
    name: &Username,
) -> Result<Option<Account>, Fault> {
    let row: Option<Row> = on!(conn, c => accounts::table
        .filter(accounts::username_key.eq(name.key()))
        .select(Row::as_select())
        .first(c)
        .optional()?);
    row.map(Account::try_from).transpose()
}

/// Accounts in the order of their numbers, after the given one, at most `limit`.
pub fn list(conn: &mut AnyConnection, after: AccountId, limit: i64) -> Result<Vec<Account>, Fault> {
    let rows: Vec<Row> = on!(conn, c => accounts::table
        .filter(accounts::id.gt(after.0))
        .order(accounts::id.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(c)?);
    rows.into_iter().map(Account::try_from).collect()
}

/// The stored form of the account's password.
pub fn password_of(conn: &mut AnyConnection, id: AccountId) -> Result<Option<String>, Fault> {
    Ok(on!(conn, c => accounts::table
        .filter(accounts::id.eq(id.0))
        .select(accounts::password)
        .get_result(c)
        .optional()?))
}

/// Deletes the account with everything that hangs on it; false if there was none.
pub fn delete(conn: &mut AnyConnection, id: AccountId) -> Result<bool, Fault> {
    conn.end(Ended::Account(id));
    let gone = on!(conn, c => diesel::delete(accounts::table)
        .filter(accounts::id.eq(id.0))
        .execute(c)?);
    Ok(gone == 1)
}

/// Deletes at most `limit` accounts that were registered before an instant and never activated.
pub fn prune_pending(
    conn: &mut AnyConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<usize, Fault> {
    let old: Vec<i64> = on!(conn, c => accounts::table
        // SQLite takes an index of some rows only where the statement itself says which, not by a bound value.
        .filter(sql::<Bool>("state = 'pending'"))
        .filter(accounts::created_at.lt(micros(before)))
        .order(accounts::created_at.asc())
        .select(accounts::id)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(accounts::table)
        .filter(accounts::id.eq_any(&old))
        .filter(accounts::state.eq(AccountState::Pending.word()))
        .execute(c)?))
}

/// Whether any account has been stored.
pub fn any(conn: &mut AnyConnection) -> Result<bool, Fault> {
    Ok(on!(conn, c => select(exists(accounts::table.select(accounts::id))).get_result(c)?))
}
