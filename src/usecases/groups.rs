//! Who is in which group.

use super::Ctx;
use crate::{
    domain::{
        account::{AccountId, Group},
        audit::{Event, EventKind},
    },
    error::{Outcome, Refusal},
    store::{self, accounts},
};

/// Puts an account into a group; twice changes nothing.
pub fn add(ctx: &mut Ctx<'_>, id: AccountId, group: &Group) -> Outcome<()> {
    accounts::find(ctx.conn, id)?.ok_or(Refusal::NotFound)?;
    ctx.tell(Event::new(EventKind::GroupJoined).of(id).with(group.as_str()));
    Ok(store::groups::insert(ctx.conn, id, group)?)
}

/// Takes an account out of a group it is in.
pub fn remove(ctx: &mut Ctx<'_>, id: AccountId, group: &Group) -> Outcome<()> {
    if !store::groups::delete(ctx.conn, id, group)? {
        return Err(Refusal::NotFound.into());
    }
    ctx.tell(Event::new(EventKind::GroupLeft).of(id).with(group.as_str()));
    Ok(())
}

/// The names of an account's groups, sorted.
pub fn list(ctx: &mut Ctx<'_>, id: AccountId) -> Outcome<Vec<String>> {
    accounts::find(ctx.conn, id)?.ok_or(Refusal::NotFound)?;
    Ok(store::groups::list(ctx.conn, id)?)
}
