//! Events, as they were written down.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Text},
};

use super::{
    AnyConnection, instant, micros, on,
    schema::{audit_events, clients},
};
use crate::{
    domain::{
        account::AccountId,
        audit::{Application, Event, EventKind, Whence, plain},
    },
    error::Fault,
};

diesel::define_sql_function! {
    /// The first of the two that is not null.
    fn coalesce(one: Nullable<Text>, other: Nullable<Text>) -> Nullable<Text>;
}

/// Writes an event down, in the transaction of what it tells of. A client that is known by its key is written down
/// by its id of that moment.
pub fn insert(
    conn: &mut AnyConnection,
    event: &Event,
    (whence, at): (&Whence, DateTime<Utc>),
) -> Result<(), Fault> {
    let (id, key) = match &event.client {
        Some(Application::Id(id)) => (Some(plain(id.as_str())), None),
        Some(Application::Key(key)) => (None, Some(key.0)),
        None => (None, None),
    };
    let by_key =
        || clients::table.filter(clients::id.nullable().eq(key)).select(clients::client_id);
    on!(conn, c => diesel::insert_into(audit_events::table)
        .values((
            audit_events::at.eq(micros(at)),
            audit_events::event.eq(event.kind.word()),
            audit_events::side.eq(whence.side.word()),
            audit_events::principal_id.eq(whence.principal.map(|account| account.0)),
            audit_events::account_id.eq(event.account.map(|account| account.0)),
            audit_events::client_id.eq(coalesce(&id, by_key().single_value())),
            audit_events::detail.eq(plain(&event.detail)),
            audit_events::address.eq(whence.address.map(|address| address.to_string())),
            audit_events::request_id.eq(whence.request.map(hex::encode)),
            audit_events::times.eq(event.times),
        ))
        .execute(c)?);
    Ok(())
}

/// Which events are looked for; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// That an account did, or that were done to it.
    pub account: Option<AccountId>,
    /// About a client.
    pub client: Option<String>,
    /// Of these kinds; none: of any.
    pub kinds: Vec<EventKind>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// With a smaller number than that.
    pub before: Option<i64>,
}

/// An event as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What, in the word it is stored under: a newer version may know more of them.
    pub event: String,
    /// On whose side it began.
    pub side: String,
    /// Whose credential was shown.
    pub principal: Option<i64>,
    /// Whom it is about.
    pub account: Option<i64>,
    /// Which client it is about.
    pub client: Option<String>,
    /// More about it.
    pub detail: String,
    /// From which address.
    pub address: Option<String>,
    /// In which request.
    pub request: Option<String>,
    /// How often.
    pub times: i64,
}

type Columns = (
    i64,
    i64,
    String,
    String,
    Option<i64>,
    Option<i64>,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    i64,
);

fn noted(row: Columns) -> Result<Noted, Fault> {
    let (id, at, event, side, principal, account, client, detail, address, request, times) = row;
    let at = instant(at)?;
    Ok(Noted { id, at, event, side, principal, account, client, detail, address, request, times })
}

/// At most `limit` events, the latest first.
pub fn list(conn: &mut AnyConnection, sought: &Sought, limit: i64) -> Result<Vec<Noted>, Fault> {
    let Sought { account, client, kinds, since, until, before } = sought;
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let since = since.map_or(i64::MIN, micros);
    let until = until.map_or(i64::MAX, micros);
    let rows: Vec<Columns> = on!(conn, c => {
        let mut query = audit_events::table
            .filter(audit_events::at.ge(since))
            .filter(audit_events::at.lt(until))
            .filter(audit_events::id.lt(before.unwrap_or(i64::MAX)))
            .into_boxed();
        if let Some(AccountId(id)) = account {
            let own = audit_events::account_id.eq(*id).or(audit_events::principal_id.eq(*id));
            query = query.filter(own.assume_not_null());
        }
        if let Some(client) = client {
            query = query.filter(audit_events::client_id.eq(client));
        }
        if !words.is_empty() {
            query = query.filter(audit_events::event.eq_any(words.clone()));
        }
        query.order(audit_events::id.desc()).limit(limit).load(c)?
    });
    rows.into_iter().map(noted).collect()
}

/// Deletes at most `limit` events that happened before an instant, and as many of refusals before another.
pub fn prune(
    conn: &mut AnyConnection,
    (before, refused_before): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<usize, Fault> {
    let refusals = EventKind::ALL.iter().filter(|kind| kind.is_refusal());
    let refusals: Vec<&str> = refusals.map(|kind| kind.word()).collect();
    let mut over: Vec<i64> = on!(conn, c => audit_events::table
        .filter(audit_events::at.lt(micros(before)))
        .select(audit_events::id)
        .limit(limit)
        .load(c)?);
    let refused: Vec<i64> = on!(conn, c => audit_events::table
        .filter(audit_events::event.eq_any(refusals.clone()))
        .filter(audit_events::at.lt(micros(refused_before)))
        .select(audit_events::id)
        .limit(limit)
        .load(c)?);
    over.extend(refused);
    Ok(on!(conn, c => diesel::delete(audit_events::table)
        .filter(audit_events::id.eq_any(&over))
        .execute(c)?))
}
