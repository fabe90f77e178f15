//! The names people log in with: whether a new one will do.

use super::{Ctx, register};
use crate::{
    domain::{account::AccountId, email::Email, username::Username},
    error::{FieldCode, Outcome},
    store::accounts,
};

/// What is wrong with a user name for an account with that address; `None` when it will do. Whose
/// account it is matters: one's own name is not taken.
pub(super) fn complaint(
    ctx: &mut Ctx<'_>,
    name: &Username,
    email: Option<&Email>,
    own: Option<AccountId>,
) -> Outcome<Option<FieldCode>> {
    if let Some(code) = ctx.policy.names.rules.complaint(name) {
        return Ok(Some(code));
    }
    if name.poses_as_email(email) {
        return Ok(Some(FieldCode::UsernamePoses));
    }
    let holder = accounts::find_by_username(ctx.conn, name)?;
    let taken =
        holder.is_some_and(|holder| Some(holder.id) != own && !register::has_run_out(ctx, &holder));
    Ok(taken.then_some(FieldCode::UsernameTaken))
}
