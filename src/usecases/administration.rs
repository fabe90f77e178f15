//! Administrators: who may look after clients from elsewhere than the command line.

use crate::{
    domain::{
        account::Account,
        credential::{Principal, Via},
        scope,
    },
    error::{Outcome, Refusal},
};

/// The administrator behind an access token of the scope `admin`. A token of another kind or scope is not enough,
/// whoever's it is; neither is the scope, once its account administers no longer.
pub fn admitted(me: &Principal) -> Outcome<&Account> {
    if me.via != Via::AccessToken || !me.scope.has(scope::ADMIN) {
        return Err(Refusal::ScopeMissing(scope::ADMIN).into());
    }
    let administrator = me.account.as_ref().filter(|account| account.is_admin);
    Ok(administrator.ok_or(Refusal::NotAllowed)?)
}
