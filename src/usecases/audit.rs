//! Events: told by deeds, written with them, read by operators.

use chrono::{DateTime, Utc};

use super::Ctx;
use crate::{
    domain::{
        account::AccountId,
        audit::{Application, Event, Whence},
        client::ClientId,
    },
    error::{Outcome, Refusal},
    store::{
        accounts,
        audit_events::{self, Noted, Sought},
        clients,
    },
};

/// An event that is not written yet, with where it came from and when.
#[derive(Debug, Clone)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// From where it was brought about.
    pub whence: Whence,
    /// When.
    pub at: DateTime<Utc>,
}

impl Ctx<'_> {
    /// Tells an event. It is written with the deed: if that is kept, so is this. Of a deed that is refused only events
    /// of refusals are kept, which are written right after it.
    pub fn tell(&mut self, event: Event) {
        self.told.push(Told { event, whence: self.whence, at: self.now });
    }
}

/// Writes events down.
pub fn write(ctx: &mut Ctx<'_>, told: &[Told]) -> Outcome<()> {
    for Told { event, whence, at } in told {
        audit_events::insert(ctx.conn, event, (whence, *at))?;
    }
    Ok(())
}

/// At most `limit` events, the latest first.
pub fn list(ctx: &mut Ctx<'_>, sought: &Sought, limit: i64) -> Outcome<Vec<Noted>> {
    Ok(audit_events::list(ctx.conn, sought, limit)?)
}

/// The number of the account that has an address; refused if nobody has it.
pub fn account_of(ctx: &mut Ctx<'_>, email: &crate::domain::email::Email) -> Outcome<AccountId> {
    let account = accounts::find_by_email(ctx.conn, email)?;
    Ok(account.map(|account| account.id).ok_or(Refusal::NotFound)?)
}

/// Which client a refusal is about, if there is one of that id: what a stranger made up is not written down.
pub(super) fn known_client(
    ctx: &mut Ctx<'_>,
    id: Option<&ClientId>,
) -> Outcome<Option<Application>> {
    let client = match id {
        Some(id) => clients::find(ctx.conn, id)?,
        None => None,
    };
    Ok(client.map(|client| Application::Id(client.id)))
}
