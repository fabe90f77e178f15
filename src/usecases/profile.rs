//! What a person may see of itself.

use crate::{
    domain::{account::Account, credential::Principal},
    error::{Outcome, Refusal},
};

/// The account of a principal. A client that acts for itself has none.
pub fn of(me: &Principal) -> Outcome<&Account> {
    Ok(me.account.as_ref().ok_or(Refusal::NotAllowed)?)
}
