//! Beginning, keeping and dropping what was written.

use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query, sql_types::Text};

use super::{AnyConnection, Driver, Stage, before, faults, line, on};
use crate::{domain::ended::Ended, error::Fault};

/// Begins a transaction that may write. On `SQLite` it takes the write lock at once: a read transaction
/// that turns into a writing one later would be refused as busy. On PostgreSQL it waits for the first statement that
/// needs one: what is looked up before it, and what is one statement by itself, saves the round trips.
pub fn begin(conn: &mut AnyConnection) -> Result<(), Fault> {
    match &mut conn.driver {
        Driver::Sqlite(sqlite) => faults::sqlite(|| sqlite.batch_execute("begin immediate")),
        Driver::Postgres(_) => {
            conn.stage = Stage::Awaited;
            Ok(())
        }
    }
}

/// Opens the transaction that is waited for, if one is.
pub(super) fn open(conn: &mut AnyConnection) -> Result<(), Fault> {
    match conn.stage {
        Stage::Settled => {}
        Stage::Awaited => {
            conn.stage = Stage::Settled;
            before!(conn, c => c.batch_execute("begin")?);
        }
        // It would not be undone together with what is done already.
        Stage::Done => return Err(Fault::internal("a deed writes after it was committed")),
    }
    Ok(())
}

/// Whether the transaction was opened; it is over with this.
fn end(conn: &mut AnyConnection) -> bool {
    std::mem::replace(&mut conn.stage, Stage::Settled) == Stage::Settled
}

/// Lets the statements of this transaction take as long as they take.
pub fn take_time(conn: &mut AnyConnection) -> Result<(), Fault> {
    open(conn)?;
    match &mut conn.driver {
        Driver::Sqlite(_) => Ok(()),
        Driver::Postgres(postgres) => {
            faults::postgres(|| postgres.batch_execute("set local statement_timeout = 0"))
        }
    }
}

/// Keeps everything since [`begin`]. After it returns the database has it on disk, and has told every node
/// that listens what was taken from somebody.
pub fn commit(conn: &mut AnyConnection) -> Result<(), Fault> {
    tell(conn)?;
    if end(conn) {
        before!(conn, c => c.batch_execute("commit")?);
    }
    Ok(())
}

/// Drops everything since [`begin`]. A failure means that the connection is of no use any more.
pub fn roll_back(conn: &mut AnyConnection) -> Result<(), Fault> {
    let word = if end(conn) { "rollback" } else { "select 1" };
    before!(conn, c => c.batch_execute(word)?);
    Ok(())
}

/// Opens a part of a transaction that can be dropped by itself.
pub fn begin_part(conn: &mut AnyConnection) -> Result<(), Fault> {
    on!(conn, c => c.batch_execute("savepoint part")?);
    Ok(())
}

/// Keeps the part, as far as the whole is kept.
pub fn keep_part(conn: &mut AnyConnection) -> Result<(), Fault> {
    on!(conn, c => c.batch_execute("release part")?);
    Ok(())
}

/// Drops the part; what the transaction did before it stays.
pub fn drop_part(conn: &mut AnyConnection) -> Result<(), Fault> {
    on!(conn, c => c.batch_execute("rollback to part; release part")?);
    Ok(())
}

/// On PostgreSQL the other nodes are told by the transaction itself: they are if it is kept, and only then. What
/// takes nothing from anybody waits for the next beat: transactions that tell something are committed one by one.
fn tell(conn: &mut AnyConnection) -> Result<(), Fault> {
    let Driver::Postgres(_) = &conn.driver else { return Ok(()) };
    let urgent = conn.ended.iter().copied().filter(|ended| ended.is_urgent());
    let words = Ended::words(urgent, line::LONGEST);
    if words.is_empty() {
        return Ok(());
    }
    open(conn)?;
    let Driver::Postgres(postgres) = &mut conn.driver else { return Ok(()) };
    faults::postgres(|| {
        let telling = sql_query("select pg_notify($1, $2)");
        telling.bind::<Text, _>(line::CHANNEL).bind::<Text, _>(words).execute(postgres.as_mut())
    })?;
    Ok(())
}
