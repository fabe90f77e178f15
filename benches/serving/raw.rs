//! What the machine can do at all of what a deed cannot do without: rows committed to disk, passwords hashed.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};
use diesel::{
    Connection as _, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _,
};
use tokio::{runtime::Builder, time};

use crate::{Done, load::Tally};

/// How many rows share a commit on `SQLite`: as many as clients refresh at a time.
const TOGETHER: usize = 64;

/// Bare inserts into a `SQLite` file of their own, [`TOGETHER`] of them a commit that is synced to disk.
pub fn sqlite_inserts(beside: &Path, length: Duration) -> Done<Tally> {
    let file = beside.with_extension("raw");
    let mut file = SqliteConnection::establish(file.to_str().ok_or("a path")?)?;
    file.batch_execute(
        "pragma journal_mode = wal; pragma synchronous = full; \
         create table if not exists raw (id integer primary key, digest blob not null)",
    )?;
    let began = Instant::now();
    let mut good = 0;
    while began.elapsed() < length {
        file.batch_execute("begin immediate")?;
        for _ in 0..TOGETHER {
            let inserting = diesel::sql_query("insert into raw (digest) values (randomblob(32))");
            inserting.execute(&mut file)?;
            good += 1;
        }
        file.batch_execute("commit")?;
    }
    Ok(Tally { good, length: began.elapsed(), ..Tally::default() })
}

/// Bare inserts on PostgreSQL, a commit each, on as many connections as clients refresh at a time: the server
/// syncs many commits at once.
pub fn postgres_inserts(url: &str, length: Duration) -> Done<Tally> {
    let began = Instant::now();
    let good = Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut inserting = tokio::task::JoinSet::new();
        let (first, driver) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(driver);
        let table =
            "create table if not exists raw (id bigserial primary key, digest bytea not null)";
        first.batch_execute(table).await?;
        driver.abort();
        for _ in 0..TOGETHER {
            let (client, driver) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
            tokio::spawn(driver);
            inserting.spawn(async move {
                client.batch_execute("set synchronous_commit = on").await?;
                let insert = client.prepare("insert into raw (digest) values ($1)").await?;
                let until = time::Instant::now() + length;
                let mut good = 0;
                while time::Instant::now() < until {
                    client.execute(&insert, &[&vec![7_u8; 32]]).await?;
                    good += 1;
                }
                Ok::<u32, tokio_postgres::Error>(good)
            });
        }
        let mut good = 0;
        while let Some(part) = inserting.join_next().await {
            good += part??;
        }
        Done::Ok(good)
    })?;
    Ok(Tally { good, length: began.elapsed(), ..Tally::default() })
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
