//! Beginning, keeping and dropping what was written.

use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query, sql_types::Text};

use super::{AnyConnection, Driver, faults, line, on};
use crate::{domain::ended::Ended, error::Fault};

/// Opens a transaction that may write. On `SQLite` it takes the write lock at once: a read transaction
/// that turns into a writing one later would be refused as busy.
pub fn begin(conn: &mut AnyConnection) -> Result<(), Fault> {
    match &mut conn.driver {
        Driver::Sqlite(sqlite) => faults::sqlite(|| sqlite.batch_execute("begin immediate")),
        Driver::Postgres(postgres) => faults::postgres(|| postgres.batch_execute("begin")),
    }
}

/// Keeps everything since [`begin`]. After it returns the database has it on disk, and has told every node
/// that listens what was taken from somebody.
pub fn commit(conn: &mut AnyConnection) -> Result<(), Fault> {
    tell(conn)?;
    on!(conn, c => c.batch_execute("commit")?);
    Ok(())
}

/// Drops everything since [`begin`].
pub fn roll_back(conn: &mut AnyConnection) -> Result<(), Fault> {
    on!(conn, c => c.batch_execute("rollback")?);
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
    let Driver::Postgres(postgres) = &mut conn.driver else { return Ok(()) };
    let urgent = conn.ended.iter().copied().filter(|ended| ended.is_urgent());
    let words = Ended::words(urgent, line::LONGEST);
    if words.is_empty() {
        return Ok(());
    }
    faults::postgres(|| {
        let telling = sql_query("select pg_notify($1, $2)");
        telling.bind::<Text, _>(line::CHANNEL).bind::<Text, _>(words).execute(postgres.as_mut())
    })?;
    Ok(())
}
