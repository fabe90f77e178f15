//! New passwords: by the old one, or by a mailed link.

use secrecy::SecretString;

use super::{
    Ctx,
    links::{self, OpenLink},
    login::{self, Checked},
    register, restoring, revoke,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        credential::Principal,
        letter::{LetterKind, LinkPurpose},
        password::{self, Password},
        policy::Policy,
    },
    error::{FieldError, Outcome, Refusal},
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

/// Whose the link for a new password is. The link stays good.
pub fn holder_of(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString) -> Outcome<Account> {
    Ok(links::open(ctx, id, token, LinkPurpose::PasswordReset)?.account)
}

/// Whose the restoring link is. The link stays good.
pub fn holder_of_restoring(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<Account> {
    Ok(restoring_link(ctx, shown)?.account)
}

/// Stores a new password for whoever shows the link; every session ends. That it was opened proves the
/// address, and counts as a login.
pub fn reset(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString, hash: &str) -> Outcome<()> {
    let link = links::open(ctx, id, token, LinkPurpose::PasswordReset)?;
    set_by(ctx, &link, hash)
}

/// The same for whoever shows a restoring link.
pub fn restore(ctx: &mut Ctx<'_>, shown: &SecretString, hash: &str) -> Outcome<()> {
    let link = restoring_link(ctx, shown)?;
    set_by(ctx, &link, hash)
}

fn restoring_link(ctx: &mut Ctx<'_>, shown: &SecretString) -> Outcome<OpenLink> {
    let (id, token) = restoring::unpack(ctx, shown)?;
    links::open(ctx, id, &token, LinkPurpose::PasswordRestore)
}

fn set_by(ctx: &mut Ctx<'_>, link: &OpenLink, hash: &str) -> Outcome<()> {
    let id = link.account.id;
    links::spend(ctx, link)?;
    accounts::update_password(ctx.conn, id, hash)?;
    accounts::update_proven(ctx.conn, id, ctx.now)?;
    accounts::update_last_login(ctx.conn, id, ctx.now)?;
    tell(ctx, &link.account)
}

/// What is wrong with a new password, under the name of its field.
pub fn weigh(
    policy: &Policy,
    (field, password): (&'static str, &Password),
    attributes: &[(&'static str, &str)],
) -> Result<(), Refusal> {
    let complaints = password::complaints(&policy.passwords, password, attributes);
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Refusal::Fields(complaints.into_iter().map(|code| FieldError::new(field, code)).collect()))
}

fn tell(ctx: &mut Ctx<'_>, account: &Account) -> Outcome<()> {
    if ctx.policy.notices.password_changed {
        register::post(ctx, LetterKind::PasswordChanged, account)?;
    }
    Ok(())
}
