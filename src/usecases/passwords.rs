//! New passwords: by the old one, or by a mailed link.

use secrecy::SecretString;

use super::{
    Ctx, links,
    login::{self, Checked},
    register, revoke,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        credential::Principal,
        email::Email,
        letter::{LetterKind, LinkPurpose},
    },
    error::Outcome,
    store::accounts,
};

/// Stores a new password for somebody who has shown the old one. Every session ends but the one that
/// asks, and that one, too, if the installation wants it so.
pub fn change(ctx: &mut Ctx<'_>, me: &Principal, checked: &Checked, hash: &str) -> Outcome<()> {
    let account = login::unchanged(ctx, checked)?;
    let epoch = accounts::update_password(ctx.conn, account.id, hash)?;
    if !ctx.policy.password_change.ends_own_session {
        revoke::spare(ctx, me, epoch)?;
    }
    tell(ctx, &account)
}

/// Mails a link for a new password. Tells nobody whether it did.
pub fn ask_reset(ctx: &mut Ctx<'_>, email: &Email) -> Outcome<()> {
    if let Some(account) = links::holder(ctx, email)?
        && let Some(address) = &account.email
    {
        links::ask(ctx, LetterKind::PasswordReset, &account, address)?;
    }
    Ok(())
}

/// Whose the link for a new password is. The link stays good.
pub fn holder_of(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString) -> Outcome<Account> {
    Ok(links::open(ctx, id, token, LinkPurpose::PasswordReset)?.account)
}

/// Stores a new password for whoever shows the link; every session ends. That it was opened proves the
/// address, and counts as a login.
pub fn reset(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString, hash: &str) -> Outcome<()> {
    let link = links::open(ctx, id, token, LinkPurpose::PasswordReset)?;
    links::spend(ctx, &link)?;
    accounts::update_password(ctx.conn, id, hash)?;
    accounts::update_proven(ctx.conn, id, ctx.now)?;
    accounts::update_last_login(ctx.conn, id, ctx.now)?;
    tell(ctx, &link.account)
}

fn tell(ctx: &mut Ctx<'_>, account: &Account) -> Outcome<()> {
    if ctx.policy.notices.password_changed {
        register::post(ctx, LetterKind::PasswordChanged, account)?;
    }
    Ok(())
}
