//! New user names.

use secrecy::SecretString;

use super::{
    Ctx, links,
    login::{self, Checked},
    register,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        audit::{Event, EventKind},
        email::Email,
        letter::{LetterKind, LinkPurpose},
        username::Username,
    },
    error::{FieldCode, FieldError, Outcome, Refusal},
    store::accounts,
};

/// Stores a new user name for somebody who has shown the password. `field` is the name under which a name
/// that will not do is complained of.
pub fn change(
    ctx: &mut Ctx<'_>,
    checked: &Checked,
    new: &Username,
    field: &'static str,
) -> Outcome<()> {
    let account = login::unchanged(ctx, checked)?;
    rename(ctx, &account, new, field)
}

/// Stores a new user name for whoever shows the link. Counts as a login.
pub fn reset(
    ctx: &mut Ctx<'_>,
    (id, token): (AccountId, &SecretString),
    new: &Username,
    field: &'static str,
) -> Outcome<()> {
    let link = links::open(ctx, id, token, LinkPurpose::UsernameReset)?;
    rename(ctx, &link.account, new, field)?;
    links::spend(ctx, &link)?;
    accounts::update_last_login(ctx.conn, id, ctx.now)?;
    Ok(())
}

/// Stores a new user name, which must be another than the old one.
pub(super) fn rename(
    ctx: &mut Ctx<'_>,
    account: &Account,
    new: &Username,
    field: &'static str,
) -> Outcome<()> {
    // As with addresses, what one has already is nothing new.
    let complaint = if account.username.as_ref() == Some(new) {
        Some(FieldCode::UsernameTaken)
    } else {
        complaint(ctx, new, account.email.as_ref(), Some(account.id))?
    };
    if let Some(code) = complaint {
        return Err(Refusal::Fields(vec![FieldError::new(field, code)]).into());
    }
    accounts::update_username(ctx.conn, account.id, new)?;
    ctx.tell(Event::new(EventKind::UsernameChanged).of(account.id));
    if ctx.policy.notices.username_changed {
        register::post(ctx, LetterKind::UsernameChanged, account)?;
    }
    Ok(())
}

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
