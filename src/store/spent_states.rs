//! Sign-ins at a provider's page that have come back: each comes back once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AnyConnection, micros, on, schema::spent_states};
use crate::{domain::token::Digest, error::Fault};

/// Notes that a state has come back; false if it had before (R1).
pub fn insert(
    conn: &mut AnyConnection,
    digest: Digest,
    expires_at: DateTime<Utc>,
) -> Result<bool, Fault> {
    let first = on!(conn, c => diesel::insert_into(spent_states::table)
        .values((
            spent_states::digest.eq(&digest.0[..]),
            spent_states::expires_at.eq(micros(expires_at)),
        ))
        .on_conflict_do_nothing()
        .execute(c)?);
    Ok(first == 1)
}

/// Deletes at most `limit` states whose time was over before an instant.
pub fn prune(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<usize, Fault> {
    let over: Vec<Vec<u8>> = on!(conn, c => spent_states::table
        .filter(spent_states::expires_at.lt(micros(before)))
        .order(spent_states::expires_at.asc())
        .select(spent_states::digest)
        .limit(limit)
        .load(c)?);
    Ok(on!(conn, c => diesel::delete(spent_states::table)
        .filter(spent_states::digest.eq_any(&over))
        .execute(c)?))
}
