//! What a person has allowed, and ending it.

use super::{Ctx, clients, revoke};
use crate::{
    domain::{
        account::AccountId,
        audit::{Event, EventKind},
        browser::BrowserSession,
        client::Client,
        scope::ScopeSet,
    },
    error::{Outcome, Refusal},
    store::{browser_sessions, clients as client_store, codes, consents, device_codes, families},
};

/// The applications that have access, with what they may do, and the number of browsers.
pub fn list(ctx: &mut Ctx<'_>, account: AccountId) -> Outcome<(Vec<(Client, ScopeSet)>, usize)> {
    let mut granted = consents::list(ctx.conn, account)?;
    for (key, scope) in families::list_live(ctx.conn, account, ctx.now)? {
        match granted.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = known.with(&scope),
            None => granted.push((key, scope)),
        }
    }
    let mut apps = Vec::new();
    for (key, scope) in granted {
        if let Some(client) = client_store::find_by_key(ctx.conn, key)? {
            apps.push((client, scope));
        }
    }
    Ok((apps, browser_sessions::count(ctx.conn, account, ctx.now)?))
}

/// Ends what an application has: its tokens, what is under way, and that it is not asked for again.
pub fn end(ctx: &mut Ctx<'_>, session: &BrowserSession, client: &str) -> Outcome<()> {
    let client = clients::known(ctx, client)?.ok_or(Refusal::UnknownClient)?;
    let account = session.account.id;
    consents::delete(ctx.conn, account, client.key)?;
    ctx.tell(Event::new(EventKind::ConsentWithdrawn).of(account).at(&client.id));
    codes::delete_open(ctx.conn, account, client.key)?;
    device_codes::delete_open(ctx.conn, account, client.key)?;
    revoke::of_client(ctx, account, client.key)
}

/// Signs the person out of every browser but this one.
pub fn end_other_browsers(ctx: &mut Ctx<'_>, session: &BrowserSession) -> Outcome<()> {
    ctx.tell(Event::new(EventKind::SessionEnded).of(session.account.id).with("other browsers"));
    Ok(browser_sessions::delete_others(ctx.conn, session.account.id, session.digest)?)
}
