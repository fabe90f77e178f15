//! The links of letters: asked for, looked at, used once.

use secrecy::SecretString;

use super::{Ctx, register, throttle};
use crate::{
    crypto::secret,
    domain::{
        account::{Account, AccountId},
        email::Email,
        letter::{LetterKind, LinkPurpose},
        token::Digest,
    },
    error::{Outcome, Refusal},
    store::{
        accounts,
        mail_tokens::{self, MailToken},
        outbox,
    },
};

/// A link that is good at this moment.
#[derive(Debug)]
pub(super) struct OpenLink {
    /// Whose it is.
    pub(super) account: Account,
    /// The new address it proves, where it does.
    pub(super) email: Option<Email>,
    digest: Digest,
}

/// Puts a letter with a link into the outbox. Older links of its purpose end, and older letters of its kind that
/// could not be sent are dropped: nobody finds ten of them when the mail server is back. If there were too many
/// already, nothing happens, and the last link stays good.
pub(super) fn ask(
    ctx: &mut Ctx<'_>,
    kind: LetterKind,
    account: &Account,
    to: &Email,
) -> Outcome<()> {
    if !throttle::letter(ctx, kind, to)? {
        return Ok(());
    }
    if let Some(purpose) = kind.link() {
        // Letters first: a courier that is taking one is waited for, and then the link it has drawn is seen.
        outbox::delete_tried(ctx.conn, account.id, kind)?;
        mail_tokens::delete_of(ctx.conn, account.id, purpose)?;
    }
    register::post_to(ctx, kind, account, to)
}

/// The link of that token, if it is good for the purpose. Refuses with [`Refusal::BadMailToken`] for
/// every reason alike, an account that does not exist among them.
pub(super) fn open(
    ctx: &mut Ctx<'_>,
    id: AccountId,
    token: &SecretString,
    purpose: LinkPurpose,
) -> Outcome<OpenLink> {
    let digest = secret::digest(token);
    // The link first: whether a bad one names an account that is there is not even a matter of time.
    let link = mail_tokens::find(ctx.conn, digest, id, purpose)?.ok_or(Refusal::BadMailToken)?;
    let account = accounts::find(ctx.conn, id)?.ok_or(Refusal::BadMailToken)?;
    let fresh = link.consumed_at.is_none() && link.expires_at > ctx.now;
    let stands = link.epoch == account.epoch && account.is_active();
    if !fresh || !stands || is_outdated(&account, &link, purpose) {
        return Err(Refusal::BadMailToken.into());
    }
    Ok(OpenLink { account, email: link.email, digest })
}

/// Who has logged in since has no need of a reset any more.
fn is_outdated(account: &Account, link: &MailToken, purpose: LinkPurpose) -> bool {
    let reset = match purpose {
        LinkPurpose::PasswordReset
        | LinkPurpose::PasswordRestore
        | LinkPurpose::EmailReset
        | LinkPurpose::UsernameReset => true,
        LinkPurpose::Activation | LinkPurpose::EmailChange => false,
    };
    reset && account.last_login.is_some_and(|login| login > link.asked_at)
}

/// Uses up a link; whoever comes second is refused.
pub(super) fn spend(ctx: &mut Ctx<'_>, link: &OpenLink) -> Outcome<()> {
    if mail_tokens::consume(ctx.conn, link.digest, ctx.now)? {
        return Ok(());
    }
    Err(Refusal::BadMailToken.into())
}
