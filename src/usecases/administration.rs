//! Administrators: who may look after clients from elsewhere than the command line.

use super::authenticate::permitted;
use crate::{
    domain::{account::Account, credential::Principal, reach::Act},
    error::{Outcome, Refusal},
};

/// The administrator behind an access token of the scope `admin`. A token of another kind or scope is not enough,
/// whoever's it is; neither is the scope, once its account administers no longer.
pub fn admitted(me: &Principal) -> Outcome<&Account> {
    permitted(me, Act::Administer)?;
    let administrator = me.account.as_ref().filter(|account| account.is_admin);
    Ok(administrator.ok_or(Refusal::NotAllowed)?)
}
