//! Accounts, as an administrator handles them.

use super::Ctx;
use crate::{
    domain::{
        account::{Account, AccountId, AccountState},
        email::Email,
        language::Language,
    },
    error::{Error, Fault, FieldCode, FieldError, Outcome, Refusal},
    store::accounts::{self, NewAccount},
};

/// How an administrator names an account.
#[derive(Debug, Clone)]
pub enum Which {
    /// By its number.
    Id(AccountId),
    /// By its address.
    Email(Email),
}

/// The account so named.
pub fn find(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let found = match which {
        Which::Id(id) => accounts::find(ctx.conn, *id)?,
        Which::Email(email) => accounts::find_by_email(ctx.conn, email)?,
    };
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Accounts after the given number, at most `limit`.
pub fn list(ctx: &mut Ctx<'_>, after: AccountId, limit: i64) -> Outcome<Vec<Account>> {
    Ok(accounts::list(ctx.conn, after, limit)?)
}

/// Makes an account that is active at once, its address taken on the administrator's word.
pub fn create(
    ctx: &mut Ctx<'_>,
    email: &Email,
    (name, language): (&str, Option<Language>),
    hash: &str,
) -> Outcome<Account> {
    let new = NewAccount {
        email: Some(email),
        email_verified_at: Some(ctx.now),
        name,
        first_name: "",
        last_name: "",
        password: hash,
        state: AccountState::Active,
        language,
        created_at: ctx.now,
    };
    accounts::insert(ctx.conn, &new).map_err(|fault| match fault {
        Fault::Conflict { .. } => {
            Error::from(Refusal::Fields(vec![FieldError::new("email", FieldCode::Taken)]))
        }
        other => other.into(),
    })
}

/// Lets the account log in, whatever it was before; its address counts as proven.
pub fn activate(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    match account.state {
        AccountState::Pending => drop(accounts::activate(ctx.conn, account.id, ctx.now)?),
        AccountState::Active => {}
        AccountState::Deactivated => {
            accounts::update_state(ctx.conn, account.id, AccountState::Active)?;
            accounts::update_verified(ctx.conn, account.id, ctx.now)?;
        }
    }
    find(ctx, which)
}

/// Switches the account off; all its tokens and links are over with the next request.
pub fn deactivate(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_state(ctx.conn, account.id, AccountState::Deactivated)?;
    find(ctx, which)
}

/// Stores a new password; all tokens and links of the account are over with the next request.
pub fn set_password(ctx: &mut Ctx<'_>, which: &Which, hash: &str) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_password(ctx.conn, account.id, hash)?;
    Ok(account)
}

/// Makes the account an administrator.
pub fn make_admin(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_admin(ctx.conn, account.id, true)?;
    find(ctx, which)
}

/// Deletes the account with everything that hangs on it.
pub fn delete(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::delete(ctx.conn, account.id)?;
    Ok(account)
}
