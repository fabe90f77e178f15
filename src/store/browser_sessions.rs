//! Browsers in which somebody is signed in, by the digest of their secret.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, instant, micros, on, schema::browser_sessions};
use crate::{
    domain::{account::AccountId, browser::SESSION_IDLE, token::Digest},
    error::Fault,
};

/// A session as stored.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// Who signed in.
    pub account: AccountId,
    /// The account's epoch then.
    pub epoch: i64,
    /// When.
    pub auth_time: DateTime<Utc>,
    /// When it was last known to be used.
    pub seen_at: DateTime<Utc>,
    /// When it ends, used or not.
    pub expires_at: DateTime<Utc>,
}

/// Stores a session.
pub fn insert(
    conn: &mut AnyConnection,
    digest: Digest,
    session: &StoredSession,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(browser_sessions::table)
        .values((
            browser_sessions::digest.eq(&digest.0[..]),
            browser_sessions::account_id.eq(session.account.0),
            browser_sessions::epoch.eq(session.epoch),
            browser_sessions::auth_time.eq(micros(session.auth_time)),
            browser_sessions::seen_at.eq(micros(session.seen_at)),
            browser_sessions::expires_at.eq(micros(session.expires_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// The session of that digest.
pub fn find(conn: &mut AnyConnection, digest: Digest) -> Result<Option<StoredSession>, Fault> {
    let found: Option<(i64, i64, i64, i64, i64)> = on!(conn, c => browser_sessions::table
        .filter(browser_sessions::digest.eq(&digest.0[..]))
        .select((
            browser_sessions::account_id,
            browser_sessions::epoch,
            browser_sessions::auth_time,
            browser_sessions::seen_at,
            browser_sessions::expires_at,
        ))
        .get_result(c)
        .optional()?);
    let Some((account, epoch, auth_time, seen_at, expires_at)) = found else { return Ok(None) };
    Ok(Some(StoredSession {
        account: AccountId(account),
        epoch,
        auth_time: instant(auth_time)?,
        seen_at: instant(seen_at)?,
        expires_at: instant(expires_at)?,
    }))
}

/// Notes that the session is used.
pub fn touch(conn: &mut AnyConnection, digest: Digest, now: DateTime<Utc>) -> Result<(), Fault> {
    on!(conn, c => diesel::update(browser_sessions::table)
        .filter(browser_sessions::digest.eq(&digest.0[..]))
        .set(browser_sessions::seen_at.eq(micros(now)))
        .execute(c)?);
    Ok(())
}

/// Ends the session.
pub fn delete(conn: &mut AnyConnection, digest: Digest) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(browser_sessions::table)
        .filter(browser_sessions::digest.eq(&digest.0[..]))
        .execute(c)?);
    Ok(())
}

/// How many browsers an account is signed in with.
pub fn count(
    conn: &mut AnyConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<usize, Fault> {
    let live: Vec<i64> = on!(conn, c => browser_sessions::table
        .filter(browser_sessions::account_id.eq(account.0))
        .filter(browser_sessions::expires_at.gt(micros(now)))
        .filter(browser_sessions::seen_at.gt(micros(now - SESSION_IDLE)))
        .select(browser_sessions::seen_at)
        .load(c)?);
    Ok(live.len())
}

/// Ends every session of an account but one.
pub fn delete_others(
    conn: &mut AnyConnection,
    account: AccountId,
    kept: Digest,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(browser_sessions::table)
        .filter(browser_sessions::account_id.eq(account.0))
        .filter(browser_sessions::digest.ne(&kept.0[..]))
        .execute(c)?);
    Ok(())
}

/// Deletes at most `limit` sessions that ended before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => browser_sessions::table
        .filter(browser_sessions::expires_at.lt(micros(before)))
        .order(browser_sessions::expires_at.asc())
        .select(browser_sessions::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(browser_sessions::table)
        .filter(browser_sessions::digest.eq_any(&over))
        .execute(c)?))
}
