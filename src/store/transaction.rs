//! Beginning, keeping and dropping what was written.

use diesel::connection::SimpleConnection as _;

use super::{AnyConnection, faults, on};
use crate::error::Fault;

/// Opens a transaction that may write. On `SQLite` it takes the write lock at once: a read transaction
/// that turns into a writing one later would be refused as busy.
pub fn begin(conn: &mut AnyConnection) -> Result<(), Fault> {
    match conn {
        AnyConnection::Sqlite(sqlite) => faults::sqlite(|| sqlite.batch_execute("begin immediate")),
        AnyConnection::Postgres(postgres) => faults::postgres(|| postgres.batch_execute("begin")),
    }
}

/// Lets the statements of this transaction take as long as they take.
pub fn take_time(conn: &mut AnyConnection) -> Result<(), Fault> {
    match conn {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            faults::postgres(|| postgres.batch_execute("set local statement_timeout = 0"))
        }
    }
}

/// Keeps everything since [`begin`]. After it returns the database has it on disk.
pub fn commit(conn: &mut AnyConnection) -> Result<(), Fault> {
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
