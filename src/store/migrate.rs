//! Bringing the tables up to date, under a lock: nodes that start together do it once.

use diesel::{
    connection::SimpleConnection as _,
    migration::{Migration, MigrationSource},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Driver, faults, open::Store};
use crate::error::Fault;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The PostgreSQL advisory lock that a migrating node holds: "cambio" in ASCII.
const LOCK: i64 = 0x6361_6d62_696f;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs every migration that has not run yet and tells their names. Safe to call from several nodes at once.
pub fn run(store: &Store) -> Result<Vec<String>, Fault> {
    let mut loan = store.writer()?;
    loan.take_your_time();
    let done = match &mut loan.any.driver {
        Driver::Sqlite(sqlite) => {
            // As below: another process may be at it.
            faults::sqlite(|| sqlite.batch_execute("pragma busy_timeout = 60000"))?;
            sqlite.immediate_transaction(|c| -> Result<_, Retold> { pending(c, SQLITE) })
        }
        Driver::Postgres(postgres) => {
            // The lock may be held for as long as another node migrates.
            faults::postgres(|| {
                postgres.batch_execute("set statement_timeout = 0; set lock_timeout = 0")?;
                postgres.batch_execute(&format!("select pg_advisory_lock({LOCK})"))
            })?;
            pending(postgres.as_mut(), POSTGRES)
        }
    };
    // The session lock and its settings end with the connection.
    loan.broken = true;
    done.map_err(|failure| Fault::because("the tables cannot be brought up to date", failure.0))
}

/// Undoes every migration: for the tests that prove `down` and `up` to be each other's inverse.
pub fn undo_all(store: &Store) -> Result<(), Fault> {
    let mut loan = store.writer()?;
    loan.take_your_time();
    let undone = match &mut loan.any.driver {
        Driver::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(drop),
        Driver::Postgres(postgres) => postgres.revert_all_migrations(POSTGRES).map(drop),
    };
    undone.map_err(|failure| Fault::because("the tables cannot be taken down", failure))
}

/// The names of all migrations of both backends, in order: the first of the pair is `SQLite`'s.
pub fn names() -> Result<(Vec<String>, Vec<String>), Fault> {
    let of = |migrations: Result<Vec<String>, Failure>| {
        migrations.map_err(|failure| Fault::because("migrations cannot be listed", failure))
    };
    let sqlite = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map(|m| titles(&m));
    let postgres = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).map(|m| titles(&m));
    Ok((of(sqlite)?, of(postgres)?))
}

fn titles<B: diesel::backend::Backend>(migrations: &[Box<dyn Migration<B>>]) -> Vec<String> {
    let mut titles: Vec<String> = migrations.iter().map(|m| m.name().to_string()).collect();
    titles.sort();
    titles
}

/// A failure that diesel's transaction can carry.
struct Retold(Failure);

impl From<diesel::result::Error> for Retold {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

fn pending<B, C>(connection: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, Retold>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let ran = connection.run_pending_migrations(source).map_err(Retold)?;
    Ok(ran.iter().map(ToString::to_string).collect())
}
