//! The store: one set of queries, two databases.
//!
//! A query is written once and expanded for each backend by `on!`; nothing else knows which database is in
//! use, but [`open`] (how to connect) and [`migrate`].
//!
//! A row sought by a unique key is read with `get_result`, not `first`: `first` says `limit ?`, and `SQLite`
//! plans a statement anew whenever the value bound to a limit is bound again, which is every time.

pub mod accounts;
pub mod clients;
pub mod documents;
pub mod families;
pub mod groups;
pub mod identities;
pub mod mail_tokens;
pub mod migrate;
pub mod open;
pub mod outbox;
pub mod postgres;
mod schema;
mod server_check;
pub mod spent_states;
pub mod tokens;
pub mod transaction;

use chrono::{DateTime, Utc};
use diesel::{
    result::{DatabaseErrorKind, Error as DieselError},
    sqlite::SqliteConnection,
};

use crate::error::{Error, Fault};

/// A connection to whichever database is in use.
pub enum AnyConnection {
    /// `SQLite`, in this process.
    Sqlite(Box<SqliteConnection>),
    /// PostgreSQL, over the network.
    Postgres(Box<postgres::PostgresConnection>),
}

/// Expands one statement for each backend. The only `match` on the backend that a query may see.
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::AnyConnection::Sqlite(boxed) => {
                let $c = boxed.as_mut();
                $body
            }
            $crate::store::AnyConnection::Postgres(boxed) => {
                let $c = boxed.as_mut();
                $body
            }
        }
    };
}
pub(crate) use on;

/// An instant as stored.
fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

/// An instant as it was before it was stored.
fn instant(micros: i64) -> Result<DateTime<Utc>, Fault> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| Fault::internal("the store holds an instant out of range"))
}

/// A word of the store that no longer means anything to us.
fn unreadable(what: &'static str) -> Fault {
    Fault::internal(format!("the store holds an unreadable {what}"))
}

impl From<DieselError> for Fault {
    /// Every failure of the database is ours. A broken unique rule or a lost race is a conflict, which the
    /// staircase may answer with a second try; a database that cannot be reached is "try later".
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind::{
            ClosedConnection, ForeignKeyViolation, ReadOnlyTransaction, SerializationFailure,
            UnableToSendCommand, UniqueViolation,
        };
        match &error {
            DieselError::DatabaseError(
                UniqueViolation | ForeignKeyViolation | SerializationFailure,
                info,
            ) => Self::Conflict { what: info.constraint_name().unwrap_or("a rule").to_owned() },
            DieselError::DatabaseError(
                ClosedConnection | ReadOnlyTransaction | UnableToSendCommand,
                info,
            ) => Self::unavailable(format!("database: {}", info.message())),
            DieselError::DatabaseError(_, info) if passing(info.message()) => {
                Self::unavailable(format!("database: {}", info.message()))
            }
            DieselError::DatabaseError(_, info) => {
                Self::internal(format!("database: {}", info.message()))
            }
            other => Self::internal(format!("database: {other}")),
        }
    }
}

/// Failures the drivers have no kind for, told by the words of `SQLite` and PostgreSQL.
fn passing(message: &str) -> bool {
    const WORDS: [&str; 9] = [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        "deadlock detected",
        "statement timeout",
        "lock timeout",
        "connection closed",
        "terminating connection",
        "the database system is",
    ];
    WORDS.iter().any(|words| message.contains(words))
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        Self::Fault(error.into())
    }
}
