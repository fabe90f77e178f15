//! Accounts by e-mail: register, activate, send the link again.

use secrecy::SecretString;

use super::Ctx;
use crate::{
    crypto::secret,
    domain::{
        account::{Account, AccountId, AccountState},
        email::Email,
        language::Language,
        letter::{Letter, LetterKind, LinkPurpose},
        policy::Policy,
    },
    error::{FieldCode, FieldError, Outcome, Refusal},
    store::{
        accounts::{self, NO_PASSWORD, NewAccount},
        mail_tokens, outbox,
    },
};

/// What somebody wants registered; the password goes beside it, hashed.
#[derive(Debug, Clone)]
pub struct Register {
    /// The address, which is also the login name.
    pub email: Email,
    /// The name shown, may be empty.
    pub name: String,
    /// The language of the letters, if the request named one.
    pub language: Option<Language>,
}

/// What a registration answers.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The number of the account, or of one that was not made.
    pub id: AccountId,
    /// The address as registered.
    pub email: Email,
    /// The name as registered.
    pub name: String,
}

/// Whether people may register themselves; asked before anything is looked up or hashed for them, so that
/// an installation that takes nobody tells nobody who is in.
pub fn admit(policy: &Policy) -> Result<(), Refusal> {
    if policy.registration.enabled { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// What speaks against an address before any work is done for it: that it is taken, where the
/// installation tells such things.
pub fn complaints(ctx: &mut Ctx<'_>, email: &Email) -> Outcome<Vec<FieldError>> {
    let taken = match accounts::find_by_email(ctx.conn, email)? {
        Some(account) => !has_run_out(ctx, &account),
        None => false,
    };
    if taken && ctx.policy.registration.reveal_existing {
        return Ok(vec![FieldError::new("email", FieldCode::Taken)]);
    }
    Ok(Vec::new())
}

/// Makes a pending account and puts its activation letter into the outbox, both or neither.
///
/// An address that is taken is refused; where that must not be told, nothing is made, the holder of the
/// address gets a letter, and the answer looks like any other.
pub fn register(ctx: &mut Ctx<'_>, wish: &Register, hash: &str) -> Outcome<Welcome> {
    admit(ctx.policy)?;
    if let Some(holder) = accounts::find_by_email(ctx.conn, &wish.email)? {
        if !has_run_out(ctx, &holder) {
            return taken(ctx, wish, &holder);
        }
        // Never activated, and its time is over: the address is free again.
        accounts::delete(ctx.conn, holder.id)?;
    }
    let account = accounts::insert(ctx.conn, &new_account(ctx, wish, hash))?;
    post(ctx, LetterKind::Activation, &account)?;
    Ok(Welcome { id: account.id, email: wish.email.clone(), name: account.name })
}

fn new_account<'a>(ctx: &Ctx<'_>, wish: &'a Register, hash: &'a str) -> NewAccount<'a> {
    NewAccount {
        email: Some(&wish.email),
        email_verified_at: None,
        name: &wish.name,
        first_name: "",
        last_name: "",
        password: hash,
        state: AccountState::Pending,
        language: wish.language,
        created_at: ctx.now,
    }
}

fn taken(ctx: &mut Ctx<'_>, wish: &Register, holder: &Account) -> Outcome<Welcome> {
    if ctx.policy.registration.reveal_existing {
        let complaint = FieldError::new("email", FieldCode::Taken);
        return Err(Refusal::Fields(vec![complaint]).into());
    }
    post(ctx, LetterKind::AlreadyRegistered, holder)?;
    // A number is drawn and given back, so that the answer shows no gap where an account would be.
    let nobody = NewAccount { email: None, ..new_account(ctx, wish, NO_PASSWORD) };
    let unused = accounts::insert(ctx.conn, &nobody)?;
    accounts::delete(ctx.conn, unused.id)?;
    Ok(Welcome { id: unused.id, email: wish.email.clone(), name: wish.name.clone() })
}

fn has_run_out(ctx: &Ctx<'_>, account: &Account) -> bool {
    account.state == AccountState::Pending
        && account.created_at + ctx.policy.lifetimes.activation <= ctx.now
}

/// Activates an account by the link of its letter. The link works once; shown again it is stale until
/// the next login, and then as good as any wrong one.
pub fn activate(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString) -> Outcome<()> {
    let digest = secret::digest(token);
    let account = accounts::find(ctx.conn, id)?.ok_or(Refusal::BadMailToken)?;
    let link = mail_tokens::find(ctx.conn, digest, id, LinkPurpose::Activation)?
        .ok_or(Refusal::BadMailToken)?;
    if link.expires_at <= ctx.now || link.epoch != account.epoch {
        return Err(Refusal::BadMailToken.into());
    }
    match account.state {
        AccountState::Deactivated => Err(Refusal::BadMailToken.into()),
        AccountState::Active if account.last_login.is_some() => Err(Refusal::BadMailToken.into()),
        AccountState::Active => Err(Refusal::StaleMailToken.into()),
        AccountState::Pending => {
            let first = mail_tokens::consume(ctx.conn, digest, ctx.now)?
                && accounts::activate(ctx.conn, id, ctx.now)?;
            if !first {
                return Err(Refusal::StaleMailToken.into());
            }
            if ctx.policy.registration.confirm {
                post(ctx, LetterKind::Confirmation, &account)?;
            }
            Ok(())
        }
    }
}

/// Sends the activation letter again to an account that waits for it. Tells nobody whether it did.
pub fn resend(ctx: &mut Ctx<'_>, email: &Email) -> Outcome<()> {
    let Some(account) = accounts::find_by_email(ctx.conn, email)? else { return Ok(()) };
    let has_password =
        accounts::password_of(ctx.conn, account.id)?.is_some_and(|hash| hash != NO_PASSWORD);
    if account.state == AccountState::Pending && has_password {
        post(ctx, LetterKind::Activation, &account)?;
    }
    Ok(())
}

/// Puts a letter about the account into the outbox; an account without an address gets none.
pub(super) fn post(ctx: &mut Ctx<'_>, kind: LetterKind, account: &Account) -> Outcome<()> {
    let Some(email) = &account.email else { return Ok(()) };
    let letter = Letter {
        kind,
        account: account.id,
        to: email.clone(),
        language: account.language.unwrap_or(ctx.policy.language),
    };
    outbox::insert(ctx.conn, &letter, ctx.now)?;
    ctx.letter_waits = true;
    Ok(())
}
