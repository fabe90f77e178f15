//! What changes about an account that is stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::NO_PASSWORD;
use crate::{
    domain::{
        account::{AccountId, AccountState},
        email::Email,
        ended::Ended,
        username::Username,
    },
    error::Fault,
    store::{
        AnyConnection, micros, on,
        schema::{account_groups, accounts},
    },
};

/// Stores another form of the same password (a better hash), unless it was changed meanwhile.
pub fn update_hash(
    conn: &mut AnyConnection,
    id: AccountId,
    (old, new): (&str, &str),
) -> Result<(), Fault> {
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .filter(accounts::password.eq(old))
        .set(accounts::password.eq(new))
        .execute(c)?);
    Ok(())
}

/// Stores a new password and ends every token and link of the account; tells the new epoch.
pub fn update_password(conn: &mut AnyConnection, id: AccountId, hash: &str) -> Result<i64, Fault> {
    conn.end(Ended::Account(id));
    Ok(on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set((accounts::password.eq(hash), accounts::epoch.eq(accounts::epoch + 1)))
        .returning(accounts::epoch)
        .get_result(c)?))
}

/// Moves the account to a state. Leaving [`AccountState::Active`] ends every token and link it has.
pub fn update_state(
    conn: &mut AnyConnection,
    id: AccountId,
    state: AccountState,
) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    let sweep = i64::from(state != AccountState::Active);
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set((accounts::state.eq(state.word()), accounts::epoch.eq(accounts::epoch + sweep)))
        .execute(c)?);
    Ok(())
}

/// Activates a pending account and notes that its address is proven; false if it was not pending.
pub fn activate(
    conn: &mut AnyConnection,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    conn.end(Ended::Account(id));
    let changed = on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .filter(accounts::state.eq(AccountState::Pending.word()))
        .set((
            accounts::state.eq(AccountState::Active.word()),
            accounts::email_verified_at.eq(Some(micros(now))),
        ))
        .execute(c)?);
    Ok(changed == 1)
}

/// Has every other deed that asks for the same wait until this transaction ends. An update that changes
/// nothing, because it means the same to both databases.
pub fn hold(conn: &mut AnyConnection, id: AccountId) -> Result<(), Fault> {
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set(accounts::epoch.eq(accounts::epoch))
        .execute(c)?);
    Ok(())
}

/// Takes from an account everything an unproven stranger may have left on it: password, names and, by the
/// epoch, every token and link. It is then active and its address proven; false if it was proven before.
pub fn wipe(
    conn: &mut AnyConnection,
    id: AccountId,
    (first, last, full): (&str, &str, &str),
    now: DateTime<Utc>,
) -> Result<bool, Fault> {
    conn.end(Ended::Account(id));
    let changed = on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .filter(accounts::email_verified_at.is_null())
        .set((
            accounts::password.eq(NO_PASSWORD),
            accounts::username.eq(None::<String>),
            accounts::username_key.eq(None::<String>),
            accounts::name.eq(full),
            accounts::first_name.eq(first),
            accounts::last_name.eq(last),
            accounts::state.eq(AccountState::Active.word()),
            accounts::email_verified_at.eq(Some(micros(now))),
            accounts::is_admin.eq(false),
            accounts::epoch.eq(accounts::epoch + 1),
            accounts::last_login.eq(None::<i64>),
        ))
        .execute(c)?);
    on!(conn, c => diesel::delete(account_groups::table)
        .filter(account_groups::account_id.eq(id.0))
        .execute(c)?);
    Ok(changed == 1)
}

/// Stores what the person calls itself.
pub fn update_name(conn: &mut AnyConnection, id: AccountId, name: &str) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set(accounts::name.eq(name))
        .execute(c)?);
    Ok(())
}

/// Stores a new address, which is proven; one that is taken is a [`Fault::Conflict`].
pub fn update_email(
    conn: &mut AnyConnection,
    id: AccountId,
    email: &Email,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set((
            accounts::email.eq(Some(email.as_str())),
            accounts::email_key.eq(Some(email.key())),
            accounts::email_verified_at.eq(Some(micros(now))),
        ))
        .execute(c)?);
    Ok(())
}

/// Notes that the account's address is proven, if it has one and that was not known yet.
pub fn update_proven(
    conn: &mut AnyConnection,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    let changed = on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .filter(accounts::email.is_not_null())
        .filter(accounts::email_verified_at.is_null())
        .set(accounts::email_verified_at.eq(Some(micros(now))))
        .execute(c)?);
    if changed > 0 {
        conn.end(Ended::Account(id));
    }
    Ok(())
}

/// Stores a new user name; one that is taken is a [`Fault::Conflict`].
pub fn update_username(
    conn: &mut AnyConnection,
    id: AccountId,
    name: &Username,
) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set((
            accounts::username.eq(Some(name.as_str())),
            accounts::username_key.eq(Some(name.key())),
        ))
        .execute(c)?);
    Ok(())
}

/// Notes a login with a password.
pub fn update_last_login(
    conn: &mut AnyConnection,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Fault> {
    conn.end(Ended::Noted(id));
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set(accounts::last_login.eq(Some(micros(now))))
        .execute(c)?);
    Ok(())
}

/// Makes the account an administrator, or takes that away.
pub fn update_admin(conn: &mut AnyConnection, id: AccountId, is_admin: bool) -> Result<(), Fault> {
    conn.end(Ended::Account(id));
    on!(conn, c => diesel::update(accounts::table)
        .filter(accounts::id.eq(id.0))
        .set(accounts::is_admin.eq(is_admin))
        .execute(c)?);
    Ok(())
}
