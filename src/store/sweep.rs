//! The end of everything that was issued, of everybody at once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    AnyConnection, micros, on,
    schema::{accounts, browser_sessions, codes, device_codes, families, mail_tokens},
    transaction,
};
use crate::{domain::ended::Ended, error::Fault};

/// What a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Accounts, each in a new epoch.
    pub accounts: usize,
    /// Families with all their tokens, those of clients alone included.
    pub families: usize,
    /// Mailed links.
    pub links: usize,
    /// Authorization codes and devices that waited.
    pub codes: usize,
    /// Browsers in which somebody was signed in.
    pub browsers: usize,
}

/// Ends every token, link, code and session there is. Takes as long as it takes, in one transaction.
pub fn everything(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Swept, Fault> {
    transaction::take_time(conn)?;
    let accounts = on!(conn, c => diesel::update(accounts::table)
        .set(accounts::epoch.eq(accounts::epoch + 1))
        .execute(c)?);
    let families = on!(conn, c => diesel::update(families::table)
        .filter(families::revoked_at.is_null())
        .set(families::revoked_at.eq(Some(micros(now))))
        .execute(c)?);
    let links = on!(conn, c => diesel::delete(mail_tokens::table).execute(c)?);
    let codes = on!(conn, c => diesel::delete(codes::table).execute(c)?);
    let devices = on!(conn, c => diesel::delete(device_codes::table).execute(c)?);
    let browsers = on!(conn, c => diesel::delete(browser_sessions::table).execute(c)?);
    conn.end(Ended::Everything);
    Ok(Swept { accounts, families, links, codes: codes + devices, browsers })
}
