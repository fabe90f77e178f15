//! What people may see and change of themselves; administrators of everybody.

use super::{
    Ctx, addresses,
    login::{self, Checked},
    names,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        audit::{Event, EventKind},
        credential::Principal,
        email::Email,
        username::Username,
    },
    error::{Fault, Outcome, Refusal},
    store::accounts,
};

/// Whose record is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One's own.
    Own,
    /// That of a number.
    Of(AccountId),
    /// That of something that can be no number.
    Nobodys,
}

/// What is to be changed; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The name shown.
    pub name: Option<String>,
    /// The name to log in with; the account's own is nothing new.
    pub username: Option<Username>,
    /// The address; the account's own is nothing new.
    pub email: Option<Email>,
}

/// The account of a principal. A client that acts for itself has none.
pub fn of(me: &Principal) -> Outcome<&Account> {
    Ok(me.account.as_ref().ok_or(Refusal::NotAllowed)?)
}

/// The accounts somebody may see: its own; an administrator sees all.
pub fn visible(ctx: &mut Ctx<'_>, me: &Account) -> Outcome<Vec<Account>> {
    if me.is_admin {
        return Ok(accounts::list(ctx.conn, AccountId(0), i64::MAX)?);
    }
    Ok(vec![me.clone()])
}

/// The account that is meant, if the principal may see it. One it may not see is not there.
pub fn seen(ctx: &mut Ctx<'_>, me: &Principal, whose: Whose) -> Outcome<Account> {
    let me = of(me)?;
    match whose {
        Whose::Own => Ok(me.clone()),
        Whose::Of(id) if id == me.id => Ok(me.clone()),
        Whose::Of(id) if me.is_admin => Ok(accounts::find(ctx.conn, id)?.ok_or(Refusal::NotFound)?),
        Whose::Of(_) | Whose::Nobodys => Err(Refusal::NotFound.into()),
    }
}

/// Changes the account that is meant, and tells how it is then.
pub fn update(
    ctx: &mut Ctx<'_>,
    me: &Principal,
    whose: Whose,
    change: &Change,
) -> Outcome<Account> {
    let account = seen(ctx, me, whose)?;
    if let Some(name) = &change.name {
        accounts::update_name(ctx.conn, account.id, name)?;
    }
    if let Some(username) = &change.username
        && account.username.as_ref() != Some(username)
    {
        names::rename(ctx, &account, username, "username")?;
    }
    let own = account.email.as_ref().map(Email::key);
    if let Some(email) = change.email.as_ref().filter(|email| Some(email.key()) != own) {
        addresses::ask_proof(ctx, &account, email, "email")?;
    }
    let changed = accounts::find(ctx.conn, account.id)?;
    changed.ok_or_else(|| Fault::internal("an account that was changed is gone").into())
}

/// Deletes the account that is meant with everything that hangs on it. Whoever asks for it has shown its
/// own password for it.
pub fn delete(ctx: &mut Ctx<'_>, me: &Principal, whose: Whose, checked: &Checked) -> Outcome<()> {
    let account = seen(ctx, me, whose)?;
    login::unchanged(ctx, checked)?;
    accounts::delete(ctx.conn, account.id)?;
    ctx.tell(Event::new(EventKind::AccountDeleted).of(account.id));
    Ok(())
}
