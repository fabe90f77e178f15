//! A name and a password. The work is the same whether or not the name is known (R12).

use secrecy::SecretString;

use super::{
    Ctx,
    issue::{self, WithRefresh},
    profile,
};
use crate::{
    domain::{
        account::{Account, AccountId},
        audit::{Event, EventKind},
        client::Client,
        credential::Principal,
        email::Email,
        grant::{Grant, How},
        policy::LoginField,
        scope::ScopeSet,
        token::IssuedTokens,
        username::Username,
    },
    error::{Outcome, Refusal},
    store::accounts,
};

/// What is stored for a name: the account and its password's hash, or nothing.
#[derive(Debug)]
pub struct Known(pub Option<(AccountId, String)>);

/// What is stored for a name; a text that can be none is simply not known.
pub fn look_up(ctx: &mut Ctx<'_>, name: &str, by: LoginField) -> Outcome<Known> {
    let account = match by {
        LoginField::Email => by_email(ctx, name)?,
        LoginField::Username => by_username(ctx, name)?,
        LoginField::Either => match by_email(ctx, name)? {
            Some(account) => Some(account),
            None => by_username(ctx, name)?,
        },
    };
    let Some(account) = account else { return Ok(Known(None)) };
    let hash = accounts::password_of(ctx.conn, account.id)?;
    Ok(Known(hash.map(|hash| (account.id, hash))))
}

fn by_email(ctx: &mut Ctx<'_>, name: &str) -> Outcome<Option<Account>> {
    let Some(email) = Email::parse(name) else { return Ok(None) };
    Ok(accounts::find_by_email(ctx.conn, &email)?)
}

fn by_username(ctx: &mut Ctx<'_>, name: &str) -> Outcome<Option<Account>> {
    let Some(username) = Username::parse(name) else { return Ok(None) };
    Ok(accounts::find_by_username(ctx.conn, &username)?)
}

/// What is stored of whoever shows a credential; a client that acts for itself has no password.
pub fn own(ctx: &mut Ctx<'_>, me: &Principal) -> Outcome<Known> {
    let account = profile::of(me)?;
    let hash = accounts::password_of(ctx.conn, account.id)?;
    Ok(Known(hash.map(|hash| (account.id, hash))))
}

/// A password that was found right, and against what.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Whose it is.
    pub account: AccountId,
    /// The stored form it was checked against.
    pub hash: String,
    /// A better form of the same password, to be stored at this login.
    pub better: Option<String>,
}

/// djoser's login: an auth token.
pub fn by_auth_token(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<SecretString> {
    let account = enter(ctx, checked)?;
    issue::auth_token(ctx, &grant(&account, None, ScopeSet::default(), How::Login))
}

/// The password grant (RFC 6749 §4.3), for clients registered with it.
pub fn by_password_grant(
    ctx: &mut Ctx<'_>,
    checked: &Checked,
    client: &Client,
    wanted: Option<&ScopeSet>,
) -> Outcome<IssuedTokens> {
    let account = enter(ctx, checked)?;
    let scope = super::clients::scope_for(ctx.policy, client, wanted)?;
    let refresh = super::clients::refresh_for(client);
    issue::opaque(ctx, &grant(&account, Some(client), scope, How::Password), refresh)
}

/// The client for itself (RFC 6749 §4.4): no account, no refresh token.
pub fn by_client(
    ctx: &mut Ctx<'_>,
    client: &Client,
    wanted: Option<&ScopeSet>,
    resources: &[String],
) -> Outcome<IssuedTokens> {
    let scope = super::clients::scope_for(ctx.policy, client, wanted)?;
    let grant = Grant {
        account: None,
        epoch: 0,
        client: Some(client.key),
        scope,
        how: How::ClientCredentials,
        auth_time: None,
        resources: resources.to_vec(),
        readable: client.readable(),
    };
    issue::opaque(ctx, &grant, WithRefresh::No)
}

/// A login with a password: it is noted, and a better form of the password is stored.
pub(super) fn enter(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<Account> {
    let account = unchanged(ctx, checked)?;
    if let Some(better) = &checked.better {
        accounts::update_hash(ctx.conn, account.id, (&checked.hash, better))?;
    }
    accounts::update_last_login(ctx.conn, account.id, ctx.now)?;
    Ok(account)
}

/// Between the check of the password and now the world may have changed: reads the account again, and
/// wants it active and its password unchanged.
pub(super) fn unchanged(ctx: &mut Ctx<'_>, checked: &Checked) -> Outcome<Account> {
    let account = accounts::find(ctx.conn, checked.account)?.ok_or(Refusal::BadLogin)?;
    let same = accounts::password_of(ctx.conn, account.id)?.as_ref() == Some(&checked.hash);
    if !account.is_active() || !same {
        ctx.tell(Event::new(EventKind::SignInFailed).of(account.id).with("not active, or changed"));
        return Err(Refusal::BadLogin.into());
    }
    Ok(account)
}

/// A grant to an account at this moment.
pub(super) fn grant(
    account: &Account,
    client: Option<&Client>,
    scope: ScopeSet,
    how: How,
) -> Grant {
    Grant {
        account: Some(account.id),
        epoch: account.epoch,
        client: client.map(|client| client.key),
        scope,
        how,
        auth_time: None,
        resources: Vec::new(),
        readable: client.and_then(Client::readable),
    }
}
