//! Assertions by which clients proved themselves: each is good once, whichever node it is shown to.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::spent_assertions};
use crate::{domain::token::Digest, error::Fault};

/// Notes that an assertion was used; false if it had been before (RFC 7523 §3, item 7).
pub fn insert(
    conn: &mut AnyConnection,
    digest: Digest,
    expires_at: DateTime<Utc>,
) -> Result<bool, Fault> {
    let first = on!(conn, c => diesel::insert_into(spent_assertions::table)
        .values((
            spent_assertions::digest.eq(&digest.0[..]),
            spent_assertions::expires_at.eq(micros(expires_at)),
        ))
        .on_conflict_do_nothing()
        .execute(c)?);
    Ok(first == 1)
}

/// Deletes at most `limit` assertions whose time was over before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => spent_assertions::table
        .filter(spent_assertions::expires_at.lt(micros(before)))
        .order(spent_assertions::expires_at.asc())
        .select(spent_assertions::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(spent_assertions::table)
        .filter(spent_assertions::digest.eq_any(&over))
        .execute(c)?))
}
