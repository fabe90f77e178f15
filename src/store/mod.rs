//! The store: one set of queries, two databases.
//!
//! A query is written once and expanded for each backend by `on!`; nothing else knows which database is in
//! use, but [`open`] (how to connect), [`migrate`], and [`rotations`] and [`issues`], where round trips count.
//!
//! A row sought by a unique key is read with `get_result`, not `first`: `first` says `limit ?`, and `SQLite`
//! plans a statement anew whenever the value bound to a limit is bound again, which is every time.

pub mod accounts;
pub mod asked_letters;
pub mod audit_events;
pub mod browser_sessions;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod copies;
pub mod device_codes;
pub mod documents;
pub mod families;
mod faults;
pub mod groups;
pub mod identities;
pub mod issues;
pub mod line;
pub mod mail_tokens;
pub mod migrate;
pub mod moving;
pub mod open;
pub mod outbox;
mod patience;
pub mod postgres;
pub mod registration_tokens;
pub mod rotations;
mod schema;
mod server_check;
pub mod signing_keys;
pub mod spent_assertions;
pub mod spent_states;
pub mod sweep;
pub mod throttles;
pub mod tokens;
pub mod transaction;

use chrono::{DateTime, Utc};
use diesel::sqlite::SqliteConnection;

use crate::{domain::ended::Ended, error::Fault};

/// A connection to whichever database is in use, and what its statements have ended since it was last asked.
pub struct AnyConnection {
    driver: Driver,
    ended: Vec<Ended>,
    stage: Stage,
}

/// What has become of the transaction that a deed is to run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It is open, or there is none.
    Settled,
    /// It is opened before the next statement that needs it.
    Awaited,
    /// It is not needed: a statement was committed by itself, or may have been. The deed writes nothing more.
    Done,
}

/// The connection itself.
pub enum Driver {
    /// `SQLite`, in this process.
    Sqlite(Box<SqliteConnection>),
    /// PostgreSQL, over the network.
    Postgres(Box<postgres::PostgresConnection>),
}

impl AnyConnection {
    /// A connection that has done nothing yet.
    pub fn new(driver: Driver) -> Self {
        Self { driver, ended: Vec::new(), stage: Stage::Settled }
    }

    /// The connection itself, for what is no query of ours.
    pub fn driver(&mut self) -> &mut Driver {
        &mut self.driver
    }

    /// What the statements since the last call have ended: of account, family, client or secret, nobody may
    /// rely on what was read before they are committed.
    pub fn take_ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }

    /// Whether a statement of this deed was committed by itself, or may have been: it is not undone by rolling back.
    pub fn has_kept(&self) -> bool {
        self.stage == Stage::Done
    }

    /// Every statement that changes what is remembered elsewhere (`app/principals.rs`) says so here.
    pub fn end(&mut self, ended: Ended) {
        self.ended.push(ended);
    }
}

/// Expands one statement for each backend; a failure becomes a [`Fault`] in the words of that backend. The
/// only `match` on the backend that a query may see. The statement is part of the transaction.
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {{
        $crate::store::transaction::open(&mut *$conn)?;
        $crate::store::before!($conn, $c => $body)
    }};
}
pub(crate) use on;

/// The same for what may as well be done before the transaction: on PostgreSQL each statement sees what was committed
/// when it began, in a transaction or not, so that looking something up needs none.
macro_rules! before {
    ($conn:expr, $c:ident => $body:expr) => {
        match &mut $conn.driver {
            $crate::store::Driver::Sqlite(boxed) => {
                let $c = boxed.as_mut();
                $crate::store::faults::sqlite(|| Ok($body))?
            }
            $crate::store::Driver::Postgres(boxed) => {
                let $c = boxed.as_mut();
                $crate::store::faults::postgres(|| Ok($body))?
            }
        }
    };
}
pub(crate) use before;

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
