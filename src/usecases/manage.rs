//! Accounts, as an administrator handles them.

use super::{Ctx, names};
use crate::{
    domain::{
        account::{Account, AccountId, AccountState},
        audit::{Event, EventKind},
        email::Email,
        language::Language,
        username::Username,
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

/// An account that an administrator wants made.
#[derive(Debug)]
pub struct Create {
    /// Its address.
    pub email: Email,
    /// The name to log in with, if it gets one.
    pub username: Option<Username>,
    /// The name shown, may be empty.
    pub name: String,
    /// The language of its letters, if known.
    pub language: Option<Language>,
}

/// Makes an account that is active at once, its address taken on the administrator's word.
pub fn create(ctx: &mut Ctx<'_>, wish: &Create, hash: &str) -> Outcome<Account> {
    if let Some(username) = &wish.username
        && let Some(code) = names::complaint(ctx, username, Some(&wish.email), None)?
    {
        return Err(Refusal::Fields(vec![FieldError::new("username", code)]).into());
    }
    let new = NewAccount {
        email: Some(&wish.email),
        email_verified_at: Some(ctx.now),
        username: wish.username.as_ref(),
        name: &wish.name,
        first_name: "",
        last_name: "",
        password: hash,
        state: AccountState::Active,
        language: wish.language,
        created_at: ctx.now,
    };
    let account = accounts::insert(ctx.conn, &new).map_err(|fault| match fault {
        Fault::Conflict { .. } => {
            Error::from(Refusal::Fields(vec![FieldError::new("email", FieldCode::Taken)]))
        }
        other => other.into(),
    })?;
    ctx.tell(Event::new(EventKind::AccountCreated).of(account.id));
    Ok(account)
}

/// Lets the account log in, whatever it was before; its address counts as proven.
pub fn activate(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    ctx.tell(Event::new(EventKind::AccountActivated).of(account.id));
    match account.state {
        AccountState::Pending => drop(accounts::activate(ctx.conn, account.id, ctx.now)?),
        AccountState::Active => {}
        AccountState::Deactivated => {
            accounts::update_state(ctx.conn, account.id, AccountState::Active)?;
            accounts::update_proven(ctx.conn, account.id, ctx.now)?;
        }
    }
    find(ctx, which)
}

/// Switches the account off; all its tokens and links are over with the next request.
pub fn deactivate(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_state(ctx.conn, account.id, AccountState::Deactivated)?;
    ctx.tell(Event::new(EventKind::AccountDeactivated).of(account.id));
    find(ctx, which)
}

/// Stores a new password; all tokens and links of the account are over with the next request.
pub fn set_password(ctx: &mut Ctx<'_>, which: &Which, hash: &str) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_password(ctx.conn, account.id, hash)?;
    ctx.tell(Event::new(EventKind::PasswordSet).of(account.id));
    Ok(account)
}

/// Makes the account an administrator.
pub fn make_admin(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::update_admin(ctx.conn, account.id, true)?;
    ctx.tell(Event::new(EventKind::AdminGranted).of(account.id));
    find(ctx, which)
}

/// Deletes the account with everything that hangs on it.
pub fn delete(ctx: &mut Ctx<'_>, which: &Which) -> Outcome<Account> {
    let account = find(ctx, which)?;
    accounts::delete(ctx.conn, account.id)?;
    ctx.tell(Event::new(EventKind::AccountDeleted).of(account.id));
    Ok(account)
}
