//! New passwords: by the old one, or by a mailed link.

use secrecy::SecretString;

use super::{
    Ctx,
    links::{self, OpenLink},
    login::{self, Checked},
    register, restoring, revoke, throttle,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        audit::{Event, EventKind},
        caller::Caller,
        credential::Principal,
        letter::{LetterKind, LinkPurpose},
        password::{self, Password},
        policy::Policy,
    },
    error::{FieldCode, FieldError, Outcome, Refusal},
    store::accounts,
};

/// Stores a new password for somebody who has shown the old one. Every session ends but the one that
/// asks, and that one, too, if the installation wants it so.
pub fn change(ctx: &mut Ctx<'_>, me: &Principal, checked: &Checked, hash: &str) -> Outcome<()> {
    let account = login::unchanged(ctx, checked)?;
    let epoch = accounts::update_password(ctx.conn, account.id, hash)?;
    ctx.tell(Event::new(EventKind::PasswordChanged).of(account.id));
    if !ctx.policy.password_change.ends_own_session {
        revoke::spare(ctx, me, epoch)?;
    }
    tell(ctx, &account)
}

/// What somebody shows of a mailed link.
#[derive(Debug, Clone)]
pub enum PasswordLink {
    /// The account and the token of a link for a new password.
    Reset(AccountId, SecretString),
    /// The token of a restoring link, which names the account.
    Restoring(SecretString),
}

impl PasswordLink {
    fn open(&self, ctx: &mut Ctx<'_>) -> Outcome<OpenLink> {
        match self {
            Self::Reset(id, token) => links::open(ctx, *id, token, LinkPurpose::PasswordReset),
            Self::Restoring(shown) => {
                let (id, token) = restoring::unpack(ctx, shown)?;
                links::open(ctx, id, &token, LinkPurpose::PasswordRestore)
            }
        }
    }
}

/// Whose the link is. It stays good.
pub fn holder_of(ctx: &mut Ctx<'_>, link: &PasswordLink) -> Outcome<Account> {
    Ok(link.open(ctx)?.account)
}

/// Stores a new password for whoever shows the link; every session ends. That it was opened proves the
/// address, and counts as a login: whoever was held up from there is not any more.
pub fn reset(ctx: &mut Ctx<'_>, from: Caller, link: &PasswordLink, hash: &str) -> Outcome<()> {
    let link = link.open(ctx)?;
    let id = link.account.id;
    links::spend(ctx, &link)?;
    accounts::update_password(ctx.conn, id, hash)?;
    ctx.tell(Event::new(EventKind::PasswordReset).of(id));
    accounts::update_proven(ctx.conn, id, ctx.now)?;
    accounts::update_last_login(ctx.conn, id, ctx.now)?;
    throttle::forgive_all(ctx, from, &link.account)?;
    tell(ctx, &link.account)
}

/// A new password as it was typed into its field; once more, where the installation wants that.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// The field.
    pub field: &'static str,
    /// What was typed there.
    pub typed: Password,
    /// What was typed the second time.
    pub again: Option<Password>,
}

impl NewPassword {
    /// One that was typed once.
    pub fn once(field: &'static str, typed: Password) -> Self {
        Self { field, typed, again: None }
    }

    /// What is wrong with it, by the rules for passwords; only when they have nothing to say, whether both
    /// were the same, as djoser orders its complaints.
    pub fn weigh(
        &self,
        policy: &Policy,
        attributes: &[(&'static str, &str)],
    ) -> Result<(), Refusal> {
        let complaints = password::complaints(&policy.passwords, &self.typed, attributes);
        let complaints = complaints.into_iter().map(|code| FieldError::new(self.field, code));
        let complaints: Vec<FieldError> = complaints.collect();
        if !complaints.is_empty() {
            return Err(Refusal::Fields(complaints));
        }
        if self.again.as_ref().is_some_and(|again| !again.is_same(&self.typed)) {
            let error = FieldError::new(FieldError::OBJECT, FieldCode::PasswordMismatch);
            return Err(Refusal::Fields(vec![error]));
        }
        Ok(())
    }
}

fn tell(ctx: &mut Ctx<'_>, account: &Account) -> Outcome<()> {
    if ctx.policy.notices.password_changed {
        register::post(ctx, LetterKind::PasswordChanged, account)?;
    }
    Ok(())
}
