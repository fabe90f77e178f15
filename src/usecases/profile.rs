//! What a person may see of itself.

use super::Ctx;
use crate::{
    domain::{
        account::{Account, AccountId},
        credential::Principal,
    },
    error::{Outcome, Refusal},
    store::accounts,
};

/// The accounts somebody may see: its own; an administrator sees all.
pub fn visible(ctx: &mut Ctx<'_>, me: &Account) -> Outcome<Vec<Account>> {
    if me.is_admin {
        return Ok(accounts::list(ctx.conn, AccountId(0), i64::MAX)?);
    }
    Ok(vec![me.clone()])
}

/// The account of a principal. A client that acts for itself has none.
pub fn of(me: &Principal) -> Outcome<&Account> {
    Ok(me.account.as_ref().ok_or(Refusal::NotAllowed)?)
}
