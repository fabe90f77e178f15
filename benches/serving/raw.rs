//! What the machine can do at all of what a deed cannot do without: rows committed to disk, passwords hashed.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};
use cambio::entropy::{Entropy, OsEntropy};
use diesel::{SqliteConnection, connection::SimpleConnection as _, prelude::*};
use tokio::{runtime::Builder, time};

use crate::{Done, load::Tally};

/// How many share a commit on `SQLite`: as many as clients refresh at a time.
const TOGETHER: usize = 64;

/// What is inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// One row of 32 bytes into a table that has no index.
    Plain,
    /// The two rows that a refresh adds, into tables with the columns and indexes of Cambio's.
    Pair,
}

impl Rows {
    /// The tables, in words that both databases know.
    fn tables(self, bytes: &str) -> String {
        match self {
            Self::Plain => format!("create table if not exists raw (digest {bytes} not null);"),
            Self::Pair => format!(
                "create table if not exists raw_access (digest {bytes} not null primary key, kind text not null, \
                 family_id bigint not null, scope text not null, issued_at bigint not null, expires_at bigint); \
                 create index if not exists raw_access_family on raw_access (family_id); \
                 create index if not exists raw_access_expires on raw_access (expires_at); \
                 create table if not exists raw_refresh (digest {bytes} not null primary key, family_id bigint not null, \
                 issued_at bigint not null, expires_at bigint not null, consumed_at bigint); \
                 create index if not exists raw_refresh_family on raw_refresh (family_id); \
                 create index if not exists raw_refresh_expires on raw_refresh (expires_at);"
            ),
        }
    }
}

/// Bare inserts into a `SQLite` file of their own, [`TOGETHER`] a commit that is synced to disk.
pub fn sqlite_inserts(rows: Rows, beside: &Path, length: Duration) -> Done<Tally> {
    let file = beside.with_extension("raw");
    let mut file = SqliteConnection::establish(file.to_str().ok_or("a path")?)?;
    file.batch_execute("pragma journal_mode = wal; pragma synchronous = full;")?;
    file.batch_execute(&rows.tables("blob"))?;
    let began = Instant::now();
    let mut good = 0_u32;
    while began.elapsed() < length {
        file.batch_execute("begin immediate")?;
        for _ in 0..TOGETHER {
            good += 1;
            let family = i64::from(good % 64);
            let digests = digests();
            match rows {
                Rows::Plain => {
                    diesel::insert_into(raw::table)
                        .values(raw::digest.eq(&digests[0][..]))
                        .execute(&mut file)?;
                }
                Rows::Pair => {
                    diesel::insert_into(raw_access::table)
                        .values((
                            raw_access::digest.eq(&digests[0][..]),
                            raw_access::kind.eq("access"),
                            raw_access::family_id.eq(family),
                            raw_access::scope.eq("read write"),
                            raw_access::issued_at.eq(i64::from(good)),
                            raw_access::expires_at.eq(i64::from(good)),
                        ))
                        .execute(&mut file)?;
                    diesel::insert_into(raw_refresh::table)
                        .values((
                            raw_refresh::digest.eq(&digests[1][..]),
                            raw_refresh::family_id.eq(family),
                            raw_refresh::issued_at.eq(i64::from(good)),
                            raw_refresh::expires_at.eq(i64::from(good)),
                        ))
                        .execute(&mut file)?;
                }
            }
        }
        file.batch_execute("commit")?;
    }
    Ok(Tally { good, length: began.elapsed(), ..Tally::default() })
}

diesel::table! {
    raw (digest) {
        digest -> Binary,
    }
}

diesel::table! {
    raw_access (digest) {
        digest -> Binary,
        kind -> Text,
        family_id -> BigInt,
        scope -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    raw_refresh (digest) {
        digest -> Binary,
        family_id -> BigInt,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

/// Bare inserts on PostgreSQL, one statement and one commit each, on as many connections as clients refresh at a time:
/// the server syncs many commits at once.
pub fn postgres_inserts(rows: Rows, url: &str, length: Duration) -> Done<Tally> {
    let began = Instant::now();
    let good = Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut inserting = tokio::task::JoinSet::new();
        let (first, driver) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(driver);
        first.batch_execute(&rows.tables("bytea")).await?;
        driver.abort();
        for client in 0..TOGETHER {
            inserting.spawn(insert_on_postgres(rows, url.to_owned(), client, length));
        }
        let mut good = 0;
        while let Some(part) = inserting.join_next().await {
            good += part??;
        }
        Done::Ok(good)
    })?;
    Ok(Tally { good, length: began.elapsed(), ..Tally::default() })
}

async fn insert_on_postgres(rows: Rows, url: String, client: usize, length: Duration) -> Done<u32> {
    let (line, driver) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(driver);
    line.batch_execute("set synchronous_commit = on").await?;
    let statement = match rows {
        Rows::Plain => "insert into raw (digest) values ($1)",
        Rows::Pair => {
            "with access as (insert into raw_access values ($1, 'access', $3, 'read write', $4, $4)) \
             insert into raw_refresh values ($2, $3, $4, $4)"
        }
    };
    let insert = line.prepare(statement).await?;
    let family = i64::try_from(client)?;
    let until = time::Instant::now() + length;
    let mut good = 0_u32;
    while time::Instant::now() < until {
        let digests = digests().map(Vec::from);
        let [access, refresh] = &digests;
        match rows {
            Rows::Plain => line.execute(&insert, &[access]).await?,
            Rows::Pair => {
                line.execute(&insert, &[access, refresh, &family, &i64::from(good)]).await?
            }
        };
        good += 1;
    }
    Ok(good)
}

/// Hashes as Cambio makes them by default, on as many threads as it has for them.
pub fn hashes(length: Duration) -> Tally {
    let (good, over) = (AtomicU32::new(0), AtomicBool::new(false));
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..cores().saturating_sub(1).max(1) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) && hash().is_ok() {
                    good.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Whoever parks may be woken for nothing.
        while began.elapsed() < length {
            thread::park_timeout(length.saturating_sub(began.elapsed()));
        }
        over.store(true, Ordering::Relaxed);
    });
    Tally { good: good.into_inner(), length: began.elapsed(), ..Tally::default() }
}

/// 19 MiB, two passes, one lane: the defaults of `[hashing]`.
fn hash() -> Result<(), argon2::Error> {
    let params = Params::new(19 * 1024, 2, 1, Some(32))?;
    let hashing = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hashing.hash_password_into(b"dormouse-teapot-42", b"sixteen bytes ..", &mut [0; 32])
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Of an access and of a refresh token that nobody has.
fn digests() -> [[u8; 32]; 2] {
    let chance: &dyn Entropy = &OsEntropy;
    [chance.bytes(), chance.bytes()]
}
