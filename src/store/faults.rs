//! What a failure of the database means: a lost race, "try later", or an error of ours.
//!
//! Every failure of the database is ours. A broken unique rule or a lost race is a conflict, which the staircase
//! may answer with a second try; a database that cannot do its work at the moment is "try later".

use diesel::{
    QueryResult,
    result::{
        DatabaseErrorInformation,
        DatabaseErrorKind::{
            CheckViolation, ClosedConnection, ExclusionViolation, ForeignKeyViolation,
            NotNullViolation, ReadOnlyTransaction, RestrictViolation, SerializationFailure,
            UnableToSendCommand, UniqueViolation,
        },
        Error as DieselError,
    },
};

use crate::error::Fault;

/// Runs a statement of `SQLite`.
pub(super) fn sqlite<T>(statement: impl FnOnce() -> QueryResult<T>) -> Result<T, Fault> {
    statement().map_err(|error| by_kind(error, |info| is_passing(info.message())))
}

/// Runs a statement of PostgreSQL.
///
/// The driver has kinds for a few failures and hands on no SQLSTATE; the words are in the language of the server
/// (`lc_messages`), which only its administrator can change. But PostgreSQL points at the place in a statement
/// that it does not understand: what it points at is our error. All else that has no kind is the server's own
/// trouble (a timeout, a deadlock, a shutdown, a full disk, a right that is missing), and may be over later. It
/// also points at the table for whose lock it waited in vain while it read the statement; that is told by its words.
pub(super) fn postgres<T>(statement: impl FnOnce() -> QueryResult<T>) -> Result<T, Fault> {
    let passes = |info: &dyn DatabaseErrorInformation| {
        info.statement_position().is_none() || info.message().contains("canceling statement")
    };
    statement().map_err(|error| by_kind(error, passes))
}

/// A failure by its kind; one without a kind passes if `passes` says so.
fn by_kind(
    error: DieselError,
    passes: impl FnOnce(&dyn DatabaseErrorInformation) -> bool,
) -> Fault {
    let DieselError::DatabaseError(kind, info) = error else {
        return Fault::internal(format!("database: {error}"));
    };
    let what = || format!("database: {}", info.message());
    match kind {
        UniqueViolation | ForeignKeyViolation | SerializationFailure => {
            Fault::Conflict { what: info.constraint_name().unwrap_or("a rule").to_owned() }
        }
        ClosedConnection | ReadOnlyTransaction | UnableToSendCommand => Fault::unavailable(what()),
        CheckViolation | ExclusionViolation | NotNullViolation | RestrictViolation => {
            Fault::internal(what())
        }
        _ if passes(info.as_ref()) => Fault::unavailable(what()),
        _ => Fault::internal(what()),
    }
}

/// Failures of `SQLite` that diesel has no kind for, told by their words: they are compiled in, and English.
fn is_passing(message: &str) -> bool {
    const WORDS: [&str; 4] =
        ["database is locked", "database or disk is full", "disk I/O error", super::moving::AWAY];
    WORDS.iter().any(|words| message.contains(words))
}
