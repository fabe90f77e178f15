//! Accounts by e-mail: register, activate, send the link again.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{Ctx, addresses, names, throttle};
use crate::{
    crypto::secret,
    domain::{
        account::{Account, AccountId, AccountState},
        audit::{Event, EventKind},
        email::Email,
        language::Language,
        letter::{Letter, LetterKind, LinkPurpose},
        policy::{Activation, Policy},
        username::Username,
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
    /// The address.
    pub email: Email,
    /// The name to log in with, where one was asked for.
    pub username: Option<Username>,
    /// The name shown, may be empty.
    pub name: String,
    /// The language of the letters, if the request named one.
    pub language: Option<Language>,
    /// When it may log in.
    pub activation: Activation,
}

impl Register {
    /// What its password must not be like.
    pub fn attributes(&self) -> [(&'static str, &str); 3] {
        [
            ("username", self.username.as_ref().map_or("", Username::as_str)),
            ("email address", self.email.as_str()),
            ("name", self.name.as_str()),
        ]
    }
}

/// What a registration answers.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// The number of the account, or of one that was not made.
    pub id: AccountId,
    /// The address as registered.
    pub email: Email,
    /// The user name as registered.
    pub username: Option<Username>,
    /// The name as registered.
    pub name: String,
    /// When it was registered.
    pub at: DateTime<Utc>,
}

/// Whether people may register themselves; asked before anything is looked up or hashed for them, so that
/// an installation that takes nobody tells nobody who is in.
pub fn admit(policy: &Policy) -> Result<(), Refusal> {
    if policy.registration.enabled { Ok(()) } else { Err(Refusal::NotAllowed) }
}

impl Welcome {
    fn new(id: AccountId, wish: &Register, at: DateTime<Utc>) -> Self {
        let Register { email, username, name, .. } = wish.clone();
        Self { id, email, username, name, at }
    }
}

/// What speaks against an address and a user name before any work is done for them: that they are taken,
/// where the installation tells such things, or that the name will not do.
pub fn complaints(
    ctx: &mut Ctx<'_>,
    email: Option<&Email>,
    username: Option<&Username>,
) -> Outcome<Vec<FieldError>> {
    let mut told = Vec::new();
    if let Some(email) = email
        && ctx.policy.registration.reveal_existing
        && holder_of(ctx, email)?.is_some()
    {
        told.push(FieldError::new("email", FieldCode::Taken));
    }
    if let Some(username) = username
        && let Some(code) = names::complaint(ctx, username, email, None)?
    {
        told.push(FieldError::new("username", code));
    }
    Ok(told)
}

/// The account that has the address; one that was never activated in its time gives it up.
fn holder_of(ctx: &mut Ctx<'_>, email: &Email) -> Outcome<Option<Account>> {
    let holder = accounts::find_by_email(ctx.conn, email)?;
    Ok(holder.filter(|holder| !has_run_out(ctx, holder)))
}

/// Makes an account and puts the letter with its link into the outbox, both or neither.
///
/// An address that is taken is refused; where that must not be told, nothing is made, the holder of the
/// address gets a letter, and the answer looks like any other.
pub fn register(ctx: &mut Ctx<'_>, wish: &Register, hash: &str) -> Outcome<Welcome> {
    admit(ctx.policy)?;
    clear_away(ctx, wish)?;
    if let Some(username) = &wish.username
        && let Some(code) = names::complaint(ctx, username, Some(&wish.email), None)?
    {
        return Err(Refusal::Fields(vec![FieldError::new("username", code)]).into());
    }
    if let Some(holder) = accounts::find_by_email(ctx.conn, &wish.email)? {
        return taken(ctx, wish, &holder);
    }
    let account = accounts::insert(ctx.conn, &new_account(ctx, wish, hash))?;
    ctx.tell(Event::new(EventKind::Registered).of(account.id));
    let letter = match wish.activation {
        Activation::First => LetterKind::Activation,
        Activation::Later => LetterKind::Verification,
    };
    // The first letter always goes, and counts.
    throttle::letter(ctx, letter, &wish.email)?;
    post(ctx, letter, &account)?;
    Ok(Welcome::new(account.id, wish, ctx.now))
}

/// Accounts that were never activated in their time give up their address and their name.
fn clear_away(ctx: &mut Ctx<'_>, wish: &Register) -> Outcome<()> {
    let by_email = accounts::find_by_email(ctx.conn, &wish.email)?;
    let by_name = match &wish.username {
        Some(username) => accounts::find_by_username(ctx.conn, username)?,
        None => None,
    };
    for holder in [by_email, by_name].into_iter().flatten() {
        if has_run_out(ctx, &holder) {
            accounts::delete(ctx.conn, holder.id)?;
        }
    }
    Ok(())
}

fn new_account<'a>(ctx: &Ctx<'_>, wish: &'a Register, hash: &'a str) -> NewAccount<'a> {
    NewAccount {
        email: Some(&wish.email),
        email_verified_at: None,
        username: wish.username.as_ref(),
        name: &wish.name,
        first_name: "",
        last_name: "",
        password: hash,
        state: match wish.activation {
            Activation::First => AccountState::Pending,
            Activation::Later => AccountState::Active,
        },
        language: wish.language,
        created_at: ctx.now,
    }
}

fn taken(ctx: &mut Ctx<'_>, wish: &Register, holder: &Account) -> Outcome<Welcome> {
    if ctx.policy.registration.reveal_existing {
        let complaint = FieldError::new("email", FieldCode::Taken);
        return Err(Refusal::Fields(vec![complaint]).into());
    }
    if throttle::letter(ctx, LetterKind::AlreadyRegistered, &wish.email)? {
        post(ctx, LetterKind::AlreadyRegistered, holder)?;
    }
    ctx.tell(Event::new(EventKind::RegisteredAgain).of(holder.id));
    // A number is drawn and given back, so that the answer shows no gap where an account would be.
    let nobody = NewAccount { email: None, username: None, ..new_account(ctx, wish, NO_PASSWORD) };
    let unused = accounts::insert(ctx.conn, &nobody)?;
    accounts::delete(ctx.conn, unused.id)?;
    Ok(Welcome::new(unused.id, wish, ctx.now))
}

/// Whether the account was never activated, and its time is over.
pub(super) fn has_run_out(ctx: &Ctx<'_>, account: &Account) -> bool {
    account.state == AccountState::Pending
        && account.created_at + ctx.policy.lifetimes.activation <= ctx.now
}

/// Activates an account by the link of its letter. The link works once; shown again it is stale until
/// the next login, and then as good as any wrong one. The link to a new address proves that address here.
pub fn activate(ctx: &mut Ctx<'_>, id: AccountId, token: &SecretString) -> Outcome<()> {
    let digest = secret::digest(token);
    let Some(link) = mail_tokens::find(ctx.conn, digest, id, LinkPurpose::Activation)? else {
        return addresses::prove(ctx, id, token);
    };
    let account = accounts::find(ctx.conn, id)?.ok_or(Refusal::BadMailToken)?;
    if link.expires_at <= ctx.now || link.epoch != account.epoch {
        return Err(Refusal::BadMailToken.into());
    }
    match account.state {
        AccountState::Deactivated => Err(Refusal::BadMailToken.into()),
        // It may log in already; what the link proves is the address.
        AccountState::Active if account.email_verified_at.is_none() => {
            if !mail_tokens::consume(ctx.conn, digest, ctx.now)? {
                return Err(Refusal::StaleMailToken.into());
            }
            ctx.tell(Event::new(EventKind::Activated).of(id));
            Ok(accounts::update_proven(ctx.conn, id, ctx.now)?)
        }
        AccountState::Active if account.last_login.is_some() => Err(Refusal::BadMailToken.into()),
        AccountState::Active => Err(Refusal::StaleMailToken.into()),
        AccountState::Pending => {
            let first = mail_tokens::consume(ctx.conn, digest, ctx.now)?
                && accounts::activate(ctx.conn, id, ctx.now)?;
            if !first {
                return Err(Refusal::StaleMailToken.into());
            }
            ctx.tell(Event::new(EventKind::Activated).of(id));
            if ctx.policy.registration.confirm {
                post(ctx, LetterKind::Confirmation, &account)?;
            }
            Ok(())
        }
    }
}

/// Sends the letter with the link again to an account whose address waits to be proven.
pub(super) fn resend(ctx: &mut Ctx<'_>, email: &Email) -> Outcome<()> {
    let Some(account) = accounts::find_by_email(ctx.conn, email)? else { return Ok(()) };
    let has_password =
        accounts::password_of(ctx.conn, account.id)?.is_some_and(|hash| hash != NO_PASSWORD);
    let letter = match account.state {
        AccountState::Pending => LetterKind::Activation,
        AccountState::Active if account.email_verified_at.is_none() => LetterKind::Verification,
        AccountState::Active | AccountState::Deactivated => return Ok(()),
    };
    if has_password && throttle::letter(ctx, letter, email)? {
        post(ctx, letter, &account)?;
    }
    Ok(())
}

/// Puts a letter about the account into the outbox; an account without an address gets none.
pub(super) fn post(ctx: &mut Ctx<'_>, kind: LetterKind, account: &Account) -> Outcome<()> {
    let Some(email) = &account.email else { return Ok(()) };
    post_to(ctx, kind, account, email)
}

/// The same to any address.
pub(super) fn post_to(
    ctx: &mut Ctx<'_>,
    kind: LetterKind,
    account: &Account,
    to: &Email,
) -> Outcome<()> {
    let letter = Letter {
        kind,
        account: account.id,
        to: to.clone(),
        language: account.language.unwrap_or(ctx.policy.language),
    };
    outbox::insert(ctx.conn, &letter, ctx.now)?;
    ctx.letter_waits = true;
    Ok(())
}
