//! Looking at and cutting the tie between an account and a provider.

use super::Ctx;
pub use crate::store::identities::Tie;
use crate::{
    domain::{
        account::Account,
        audit::{Event, EventKind},
        provider::ProviderName,
    },
    error::{Outcome, Refusal},
    store::{
        accounts::{self, NO_PASSWORD},
        identities,
    },
};

/// The account's ties to providers, oldest first.
pub fn ties(ctx: &mut Ctx<'_>, account: &Account) -> Outcome<Vec<Tie>> {
    Ok(identities::list(ctx.conn, account.id)?)
}

/// Cuts the account's tie of that provider and number. The last way to log in is not cut.
///
/// A tie of somebody else looks exactly like one that does not exist.
pub fn disconnect(
    ctx: &mut Ctx<'_>,
    account: &Account,
    provider: &ProviderName,
    association: i64,
) -> Outcome<()> {
    // Two ties cut at once would each be taken for not the last one.
    accounts::hold(ctx.conn, account.id)?;
    let ties = identities::list(ctx.conn, account.id)?;
    let mine = ties.iter().any(|tie| tie.id == association && tie.provider == provider.as_str());
    if !mine {
        return Err(Refusal::NotFound.into());
    }
    let password = accounts::password_of(ctx.conn, account.id)?;
    let has_password = password.is_some_and(|hash| hash != NO_PASSWORD);
    if ties.len() == 1 && !has_password {
        return Err(Refusal::LastLogin.into());
    }
    ctx.tell(Event::new(EventKind::ProviderUnlinked).of(account.id).with(provider.as_str()));
    Ok(identities::delete(ctx.conn, association)?)
}
