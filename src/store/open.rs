//! Opening connections, and keeping them in r2d2's pools.

use std::{fs, path::Path, sync::Arc, time::Duration};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _,
    sql_query, sql_types::BigInt, sqlite::SqliteConnection,
};
use r2d2::{ManageConnection, Pool, PooledConnection};
use scheduled_thread_pool::ScheduledThreadPool;

use super::{
    AnyConnection, Driver, faults,
    line::{Heard, Line},
    patience::Patience,
    postgres::{SessionLimits, Target},
};
use crate::error::Fault;

/// What the store needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// How many connections serve reads (and, on PostgreSQL, writes).
    pub connections: u32,
    /// Longest wait for a connection, in milliseconds.
    pub acquire_ms: u64,
    /// Longest statement, and longest loan of a connection, on PostgreSQL, in milliseconds.
    pub statement_ms: u64,
    /// Longest wait for a lock, in milliseconds: of a row on PostgreSQL, of the whole file on `SQLite`.
    pub lock_ms: u64,
}

/// Which database is in use; decides how writes are grouped, never what a query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one writer.
    Sqlite,
    /// A server, many writers.
    Postgres,
}

impl Backend {
    /// Its name, as `database.url` begins with it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Pools of connections to one database.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    place: Place,
}

/// A connection on loan from a pool.
pub type Loan = PooledConnection<Manager>;

impl Store {
    /// Prepares the pools. Connects lazily: a database that is down is noticed at the first query.
    pub fn open(options: &StoreOptions) -> Result<Self, Fault> {
        let place = Place::parse(options)?;
        let backend = place.backend();
        let wait = Duration::from_millis(options.acquire_ms);
        // One that waits for a locked file or a silent server does not keep the other pool.
        let openers = Arc::new(ScheduledThreadPool::new(2));
        let pool = |size: u32, place: Place| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .connection_timeout(wait)
                .test_on_check_out(false)
                .error_handler(Box::new(r2d2::NopErrorHandler))
                .thread_pool(Arc::clone(&openers))
                .build_unchecked(Manager { place })
        };
        let writer_count = if backend == Backend::Sqlite { 1 } else { options.connections };
        let writers = pool(writer_count, place.clone());
        let readers = match backend {
            Backend::Sqlite => pool(options.connections, place.clone().for_reading()),
            Backend::Postgres => writers.clone(),
        };
        Ok(Self { backend, readers, writers, place })
    }

    /// Which database is in use.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Each pool by its name, with how many of its connections are at work and at rest.
    pub fn pools(&self) -> Vec<(&'static str, u32, u32)> {
        let state = |name, pool: &Pool<Manager>| {
            let r2d2::State { connections, idle_connections, .. } = pool.state();
            (name, connections.saturating_sub(idle_connections), idle_connections)
        };
        match self.backend {
            Backend::Sqlite => vec![state("read", &self.readers), state("write", &self.writers)],
            Backend::Postgres => vec![state("all", &self.writers)],
        }
    }

    /// A connection for reading; on `SQLite` it refuses to write.
    pub fn reader(&self) -> Result<Loan, Fault> {
        borrow(&self.readers, self.readers.connection_timeout())
    }

    /// A connection for writing; on `SQLite` there is one.
    pub fn writer(&self) -> Result<Loan, Fault> {
        self.writer_within(self.writers.connection_timeout())
    }

    /// The same for somebody who has waited already and has so much patience left.
    pub fn reader_within(&self, patience: Duration) -> Result<Loan, Fault> {
        borrow(&self.readers, patience)
    }

    /// The same for writing.
    pub fn writer_within(&self, patience: Duration) -> Result<Loan, Fault> {
        borrow(&self.writers, patience)
    }

    /// A line on which a PostgreSQL server tells what other nodes have ended; `SQLite` has no such thing.
    pub async fn line(&self, heard: impl Fn(Heard<'_>) + Send + 'static) -> Result<Line, Fault> {
        match &self.place {
            Place::Postgres(target) => Line::open(target, heard).await,
            Place::Sqlite { .. } => Err(Fault::internal("SQLite has no line to listen on")),
        }
    }
}

fn borrow(pool: &Pool<Manager>, patience: Duration) -> Result<Loan, Fault> {
    let loan = pool.get_timeout(patience).map_err(|cause| Fault::Unavailable {
        what: "no database connection in time".to_owned(),
        cause: Some(cause.into()),
    })?;
    if let Some(patience) = &loan.patience {
        patience.begin();
    }
    Ok(loan)
}

/// Where the database is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Sqlite { path: String, lock_ms: u64, reading: bool },
    Postgres(Box<Target>),
}

impl Place {
    pub(super) fn parse(options: &StoreOptions) -> Result<Self, Fault> {
        if let Some(path) = options.url.strip_prefix("sqlite://") {
            let (path, lock_ms) = (path.to_owned(), options.lock_ms);
            return Ok(Self::Sqlite { path, lock_ms, reading: false });
        }
        let limits = SessionLimits {
            statement_ms: options.statement_ms,
            lock_ms: options.lock_ms,
            connect_ms: options.acquire_ms,
        };
        Ok(Self::Postgres(Box::new(Target::parse(&options.url, limits)?)))
    }

    fn backend(&self) -> Backend {
        match self {
            Self::Sqlite { .. } => Backend::Sqlite,
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    fn for_reading(self) -> Self {
        match self {
            Self::Sqlite { path, lock_ms, .. } => Self::Sqlite { path, lock_ms, reading: true },
            postgres @ Self::Postgres(_) => postgres,
        }
    }
}

/// Opens and judges connections for r2d2.
#[derive(Debug)]
pub struct Manager {
    place: Place,
}

/// A pooled connection, and whether it has been seen to be broken.
pub struct Connection {
    /// The connection itself.
    pub any: AnyConnection,
    /// Set when a failure leaves doubt about its state; the pool then throws it away.
    pub broken: bool,
    /// What `SQLite` last said about what others have written.
    version: Option<i64>,
    patience: Option<Patience>,
}

impl Connection {
    /// This loan may take as long as it takes: a migration does.
    pub fn take_your_time(&self) {
        if let Some(patience) = &self.patience {
            patience.suspend();
        }
    }

    /// Whether anybody but this connection has written into the `SQLite` file since it was last asked. A connection
    /// that is asked for the first time does not know, and says yes.
    ///
    /// `data_version` changes when another connection commits, of this process or of any other, and never when
    /// this one does: asked of the only connection that a server writes with, it tells of the command line.
    pub fn others_wrote(&mut self) -> Result<bool, Fault> {
        let Driver::Sqlite(sqlite) = &mut self.any.driver else { return Ok(true) };
        let asking = || sql_query("pragma data_version").get_result::<Version>(sqlite.as_mut());
        let now = faults::sqlite(asking)?.data_version;
        Ok(self.version.replace(now) != Some(now))
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = Fault;

    fn connect(&self) -> Result<Connection, Fault> {
        let opened = match &self.place {
            Place::Sqlite { path, lock_ms, reading } => open_sqlite(path, *lock_ms, *reading)
                .map(|sqlite| (AnyConnection::new(Driver::Sqlite(Box::new(sqlite))), None)),
            Place::Postgres(target) => target.connect().map(|(postgres, patience)| {
                (AnyConnection::new(Driver::Postgres(Box::new(postgres))), Some(patience))
            }),
        };
        let (any, patience) = opened.map_err(|fault| told_whole(&fault))?;
        Ok(Connection { any, broken: false, version: None, patience })
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), Fault> {
        if is_alive(&mut connection.any) {
            return Ok(());
        }
        Err(Fault::unavailable("the connection is dead"))
    }

    /// One that a panic hands back may be in the midst of a transaction, which the next loan would commit.
    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.broken || std::thread::panicking()
    }
}

/// A failure with its causes in its own words: the pool keeps no more than these.
fn told_whole(fault: &Fault) -> Fault {
    let mut text = fault.to_string();
    let mut next = std::error::Error::source(fault);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    Fault::unavailable(text)
}

/// Whether the connection still answers.
pub fn is_alive(conn: &mut AnyConnection) -> bool {
    match &mut conn.driver {
        Driver::Sqlite(sqlite) => sqlite.batch_execute("select 1").is_ok(),
        Driver::Postgres(postgres) => postgres.batch_execute("select 1").is_ok(),
    }
}

pub(super) fn open_sqlite(
    path: &str,
    lock_ms: u64,
    reading: bool,
) -> Result<SqliteConnection, Fault> {
    make_private(Path::new(path))?;
    let mut connection = SqliteConnection::establish(path).map_err(|cause| Fault::Unavailable {
        what: "the SQLite file cannot be opened".to_owned(),
        cause: Some(cause.into()),
    })?;
    faults::sqlite(|| {
        // Before anything that may meet a lock.
        connection.batch_execute(&format!("pragma busy_timeout = {lock_ms}"))?;
        connection.batch_execute(
            "pragma journal_mode = wal; \
             pragma synchronous = full; \
             pragma foreign_keys = on; \
             pragma trusted_schema = off; \
             pragma secure_delete = on; \
             pragma temp_store = memory; \
             pragma cache_size = -1024;",
        )?;
        if reading { connection.batch_execute("pragma query_only = on") } else { Ok(()) }
    })?;
    Ok(connection)
}

/// Makes the file, if it is new, readable by its owner only; `SQLite` gives its journals the same mode.
fn make_private(path: &Path) -> Result<(), Fault> {
    let mut options = fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(Fault::because("the SQLite file cannot be made", cause)),
    }
}
