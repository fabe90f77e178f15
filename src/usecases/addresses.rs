//! New addresses. One is believed when somebody has opened the link that was mailed to it, and not before.

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
    store::{accounts, mail_tokens},
};

/// Whether the account may ask for that address: it is neither its own nor, where such things are told,
/// anybody else's.
fn complaint(ctx: &mut Ctx<'_>, account: &Account, new: &Email) -> Outcome<Option<FieldCode>> {
    let own = account.email.as_ref().is_some_and(|email| email.key() == new.key());
    let told = own || ctx.policy.registration.reveal_existing && is_taken(ctx, account, new)?;
    Ok(told.then_some(FieldCode::Taken))
}

/// Whether another account has the address; one that was never activated in its time gives it up.
pub(super) fn is_taken(ctx: &mut Ctx<'_>, account: &Account, new: &Email) -> Outcome<bool> {
    let holder = accounts::find_by_email(ctx.conn, new)?;
    Ok(holder.is_some_and(|holder| holder.id != account.id && !register::has_run_out(ctx, &holder)))
}

/// Mails a link to a new address of somebody who has shown its password. `field` is the name under which
/// an address that will not do is complained of.
pub fn change(
    ctx: &mut Ctx<'_>,
    checked: &Checked,
    new: &Email,
    field: &'static str,
) -> Outcome<()> {
    let account = login::unchanged(ctx, checked)?;
    ask_proof(ctx, &account, new, field)
}

/// Mails a link to a new address of the account. To an address that is somebody else's none goes: the courier
/// drops the letter, so that nothing tells it from any other, the time it takes included.
pub(super) fn ask_proof(
    ctx: &mut Ctx<'_>,
    account: &Account,
    new: &Email,
    field: &'static str,
) -> Outcome<()> {
    if let Some(code) = complaint(ctx, account, new)? {
        return Err(Refusal::Fields(vec![FieldError::new(field, code)]).into());
    }
    links::ask(ctx, LetterKind::EmailChange, account, new)
}

/// The link was opened: the address is proven, and the account's from now on. Its old links end.
pub(super) fn prove(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString) -> Outcome<()> {
    let link = links::open(ctx, id, token, LinkPurpose::EmailChange)?;
    let account = &link.account;
    let new = link.email.as_ref().ok_or(Refusal::BadMailToken)?;
    if is_taken(ctx, account, new)? {
        return Err(Refusal::BadMailToken.into());
    }
    links::spend(ctx, &link)?;
    if let Some(holder) = accounts::find_by_email(ctx.conn, new)?
        && holder.id != account.id
    {
        // Never activated, and its time is over: the address is free again.
        accounts::delete(ctx.conn, holder.id)?;
    }
    accounts::update_email(ctx.conn, id, new, ctx.now)?;
    ctx.tell(Event::new(EventKind::EmailChanged).of(id));
    mail_tokens::delete_all(ctx.conn, id)?;
    follow(ctx, account, new)?;
    if ctx.policy.notices.email_changed {
        register::post(ctx, LetterKind::EmailChanged, account)?;
    }
    Ok(())
}

/// A user name that was the old address becomes the new one: it must not answer to an address that may be
/// somebody else's one day.
fn follow(ctx: &mut Ctx<'_>, account: &Account, new: &Email) -> Outcome<()> {
    let named_so = account.username.as_ref().zip(account.email.as_ref());
    if named_so.is_some_and(|(name, old)| name.key() == old.key())
        && let Some(name) = Username::parse(new.as_str())
    {
        accounts::update_username(ctx.conn, account.id, &name)?;
    }
    Ok(())
}

/// Whoever shows the link names a new address, which is then to be proven. Counts as a login.
pub fn reset(
    ctx: &mut Ctx<'_>,
    (id, token): (AccountId, &SecretString),
    new: &Email,
    field: &'static str,
) -> Outcome<()> {
    let link = links::open(ctx, id, token, LinkPurpose::EmailReset)?;
    ask_proof(ctx, &link.account, new, field)?;
    links::spend(ctx, &link)?;
    accounts::update_last_login(ctx.conn, id, ctx.now)?;
    Ok(())
}
