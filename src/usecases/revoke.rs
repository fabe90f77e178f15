//! Ending tokens before their time.

use secrecy::SecretString;

use super::Ctx;
use crate::{
    crypto::secret,
    domain::{
        account::AccountId,
        audit::{Application, Event, EventKind},
        client::{Client, ClientId, ClientKey},
        credential::{Principal, Via},
        grant::How,
        token::FamilyId,
    },
    error::{Outcome, Refusal},
    store::{
        clients, families,
        tokens::{self, FoundFamily},
    },
};

/// djoser's logout: every auth token of the account ends, whatever credential asked for it; OAuth tokens
/// live on.
pub fn log_out(ctx: &mut Ctx<'_>, me: &Principal) -> Outcome<()> {
    if let Some(account) = &me.account {
        ctx.tell(Event::new(EventKind::SessionEnded).of(account.id).with("auth tokens"));
        families::revoke_how(ctx.conn, account.id, How::Login.word(), ctx.now)?;
    }
    Ok(())
}

/// Ends the very access token that was shown, with its refresh token, if it belongs to the named client;
/// any other credential ends nothing.
pub fn shown_token(ctx: &mut Ctx<'_>, me: &Principal, client: &Client) -> Outcome<()> {
    if me.via == Via::AccessToken && me.client == Some(client.key) {
        let account = me.account.as_ref().map(|account| account.id);
        let event = Event::new(EventKind::SessionEnded).at(&client.id).with("one grant");
        ctx.tell(Event { account, ..event });
        families::revoke(ctx.conn, me.family, ctx.now)?;
    }
    Ok(())
}

/// Ends every token the account gave to the client.
pub fn sessions(ctx: &mut Ctx<'_>, me: &Principal, client: &Client) -> Outcome<()> {
    if let Some(account) = &me.account {
        let event = Event::new(EventKind::SessionEnded).of(account.id).at(&client.id);
        ctx.tell(event.with("all grants"));
        families::revoke_of(ctx.conn, account.id, client.key, ctx.now)?;
    }
    Ok(())
}

/// Ends every refresh token the account gave to the client; access tokens live until their time is over.
pub fn refresh_tokens(ctx: &mut Ctx<'_>, me: &Principal, client: &Client) -> Outcome<()> {
    if let Some(account) = &me.account {
        let event = Event::new(EventKind::SessionEnded).of(account.id).at(&client.id);
        ctx.tell(event.with("refresh tokens"));
        families::end_refresh_of(ctx.conn, account.id, client.key, ctx.now)?;
    }
    Ok(())
}

/// Ends the grant behind a token of the client's own, whatever kind it is (RFC 7009 §2.1). A token nobody
/// knows or another client's ends nothing, and nobody is told.
pub fn by_client(ctx: &mut Ctx<'_>, client: &Client, shown: &SecretString) -> Outcome<()> {
    let digest = secret::digest(shown);
    let access = tokens::find_access(ctx.conn, digest)?.map(|found| found.family);
    let family = match access {
        Some(family) => Some(family),
        None => tokens::find_refresh(ctx.conn, digest)?.map(|found| found.family),
    };
    let own = |family: &FoundFamily| family.client.is_some_and(|(key, _)| key == client.key);
    match family.filter(own) {
        Some(found) => end(ctx, &found),
        None => Ok(()),
    }
}

/// Ends a session or a grant at the wish of whoever has a token of it.
pub(super) fn end(ctx: &mut Ctx<'_>, found: &FoundFamily) -> Outcome<()> {
    ctx.tell(Event {
        account: found.account.as_ref().map(|account| account.id),
        client: found.client.map(|(key, _)| Application::Key(key)),
        ..Event::new(EventKind::SessionEnded).with(found.how.as_str())
    });
    family(ctx, found.id)
}

/// Ends every token that an account gave to a client.
pub(super) fn of_client(ctx: &mut Ctx<'_>, account: AccountId, client: ClientKey) -> Outcome<()> {
    Ok(families::revoke_of(ctx.conn, account, client, ctx.now)?)
}

/// Ends everything that came of one grant.
pub(super) fn family(ctx: &mut Ctx<'_>, family: FamilyId) -> Outcome<()> {
    Ok(families::revoke(ctx.conn, family, ctx.now)?)
}

/// Keeps the session that is shown from the sweep that a new epoch is.
pub(super) fn spare(ctx: &mut Ctx<'_>, me: &Principal, epoch: i64) -> Outcome<()> {
    Ok(families::update_epoch(ctx.conn, me.family, epoch)?)
}

/// The client an account names when it ends what it gave to it.
pub fn named_client(ctx: &mut Ctx<'_>, id: Option<&ClientId>) -> Outcome<Client> {
    let client = match id {
        Some(id) => clients::find(ctx.conn, id)?,
        None => None,
    };
    Ok(client.ok_or(Refusal::UnknownClient)?)
}
