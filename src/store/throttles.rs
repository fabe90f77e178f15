//! How often something was tried, over all nodes and restarts. A key is the digest of what is counted.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};

use super::{AnyConnection, instant, micros, on, schema::throttles};
use crate::{domain::token::Digest, error::Fault};

/// What is counted under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// How many tries.
    pub tries: i64,
    /// When the first of them was.
    pub since: DateTime<Utc>,
    /// When the last was.
    pub last: DateTime<Utc>,
    /// Until when there may be no other.
    pub closed: DateTime<Utc>,
    /// When one was good, if ever.
    pub good: Option<DateTime<Utc>>,
}

type Row = (i64, i64, i64, i64, Option<i64>);

const COLUMNS: (
    throttles::tries,
    throttles::since,
    throttles::last,
    throttles::closed,
    throttles::good,
) = (throttles::tries, throttles::since, throttles::last, throttles::closed, throttles::good);

/// What is counted under the key, which is nobody else's until the transaction ends: of two that come at once, the
/// second sees what the first has counted.
pub fn hold(
    conn: &mut AnyConnection,
    key: Digest,
    network: Option<Digest>,
    now: DateTime<Utc>,
) -> Result<Throttle, Fault> {
    let network = network.map(|digest| digest.0.to_vec());
    let at = micros(now);
    let row: Row = on!(conn, c => diesel::insert_into(throttles::table)
        .values((
            throttles::key.eq(&key.0[..]),
            throttles::network.eq(&network),
            throttles::tries.eq(0),
            throttles::since.eq(at),
            throttles::last.eq(at),
            throttles::closed.eq(at),
        ))
        .on_conflict(throttles::key)
        .do_update()
        // The row must be written to be held.
        .set(throttles::network.eq(excluded(throttles::network)))
        .returning(COLUMNS)
        .get_result(c)?);
    read(row)
}

/// What is counted under the key.
pub fn find(conn: &mut AnyConnection, key: Digest) -> Result<Option<Throttle>, Fault> {
    let row: Option<Row> = on!(conn, c => throttles::table
        .filter(throttles::key.eq(&key.0[..]))
        .select(COLUMNS)
        .get_result(c)
        .optional()?);
    row.map(read).transpose()
}

/// Stores what is counted under a key that is held.
pub fn update(conn: &mut AnyConnection, key: Digest, counted: &Throttle) -> Result<(), Fault> {
    on!(conn, c => diesel::update(throttles::table)
        .filter(throttles::key.eq(&key.0[..]))
        .set((
            throttles::tries.eq(counted.tries),
            throttles::since.eq(micros(counted.since)),
            throttles::last.eq(micros(counted.last)),
            throttles::closed.eq(micros(counted.closed)),
            throttles::good.eq(counted.good.map(micros)),
        ))
        .execute(c)?);
    Ok(())
}

/// Under how many keys of the network, but for that one, there are tries since the instant.
pub fn count_of(
    conn: &mut AnyConnection,
    network: Digest,
    but: Digest,
    after: DateTime<Utc>,
) -> Result<i64, Fault> {
    Ok(on!(conn, c => throttles::table
        .filter(throttles::network.eq(&network.0[..]))
        .filter(throttles::last.ge(micros(after)))
        .filter(throttles::tries.gt(0))
        .filter(throttles::key.ne(&but.0[..]))
        .count()
        .get_result(c)?))
}

/// Deletes at most `limit` keys under which nothing was tried since `before`, and nothing good since `familiar`.
pub fn prune(
    conn: &mut AnyConnection,
    (before, familiar): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<usize, Fault> {
    let (before, familiar) = (micros(before), micros(familiar));
    let over: Vec<Vec<u8>> = on!(conn, c => throttles::table
        .filter(throttles::last.lt(before))
        .filter(throttles::closed.lt(before))
        .filter(throttles::good.is_null().or(throttles::good.lt(familiar)))
        .select(throttles::key)
        .limit(limit)
        .load(c)?);
    // What was tried meanwhile stays.
    Ok(on!(conn, c => diesel::delete(throttles::table)
        .filter(throttles::key.eq_any(&over))
        .filter(throttles::last.lt(before))
        .execute(c)?))
}

fn read((tries, since, last, closed, good): Row) -> Result<Throttle, Fault> {
    Ok(Throttle {
        tries,
        since: instant(since)?,
        last: instant(last)?,
        closed: instant(closed)?,
        good: good.map(instant).transpose()?,
    })
}
