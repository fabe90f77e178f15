//! What the database holds, seen past the server.

use std::path::Path;

use cambio::store::{
    Driver,
    accounts::NO_PASSWORD,
    open::{Store, StoreOptions},
};
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};

use crate::place::Place;

/// A fact by name.
#[derive(Debug, QueryableByName)]
pub struct Fact {
    /// The name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The state, or nothing.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// A number.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
}

/// What is left of a deed that was done in part only, each with a query that counts it.
const HALVES: [(&str, &str); 6] = [
    (
        "pending accounts without a password",
        "from accounts where state = 'pending' and password = '!'",
    ),
    (
        "pending accounts without a letter",
        "from accounts a where state = 'pending' \
         and not exists (select 1 from outbox o where o.account_id = a.id) \
         and not exists (select 1 from mail_tokens m where m.account_id = a.id)",
    ),
    (
        "active accounts without a way in",
        "from accounts a where state = 'active' and password = '!' \
         and not exists (select 1 from identities i where i.account_id = a.id)",
    ),
    (
        "identities without an account",
        "from identities i where not exists (select 1 from accounts a where a.id = i.account_id)",
    ),
    (
        "grants without an access token",
        "from families f where revoked_at is null \
         and not exists (select 1 from access_tokens t where t.family_id = f.id)",
    ),
    (
        "grants without exactly one open refresh token",
        "from families f where revoked_at is null and how = 'convert_token' and 1 <> \
         (select count(*) from refresh_tokens r where r.family_id = f.id and consumed_at is null)",
    ),
];

/// What was done by half; empty when all is well.
pub async fn halves(place: &Place) -> Vec<String> {
    let parts: Vec<String> = HALVES
        .iter()
        .map(|(name, rest)| {
            format!("select '{name}' as name, '' as state, count(*) as number {rest}")
        })
        .collect();
    let facts = ask(place, parts.join(" union all ")).await;
    assert_eq!(facts.len(), HALVES.len());
    assert_eq!(NO_PASSWORD, "!", "the queries say so");
    let bad = facts.iter().filter(|fact| fact.number != 0);
    let mut halves: Vec<String> =
        bad.map(|fact| format!("{} {}", fact.number, fact.name)).collect();
    if place.database_file().is_some() {
        halves.extend(sound(place).await);
    }
    halves
}

/// Every account that has an address: the address, its state, its number.
pub async fn accounts(place: &Place) -> Vec<Fact> {
    let all = "select email as name, state, cast(id as bigint) as number from accounts \
               where email is not null";
    ask(place, all.to_owned()).await
}

/// What `SQLite` itself finds wrong with the file.
async fn sound(place: &Place) -> Vec<String> {
    let checks = "select integrity_check as name, '' as state, 0 as number from \
                  pragma_integrity_check union all \
                  select \"table\", 'breaks a foreign key', rowid from pragma_foreign_key_check";
    let facts = ask(place, checks.to_owned()).await;
    facts.into_iter().filter(|fact| fact.name != "ok").map(|fact| format!("{fact:?}")).collect()
}

/// How many rows a query counts: `from …`.
pub async fn count(place: &Place, rest: &str) -> usize {
    let query = format!("select '' as name, '' as state, count(*) as number {rest}");
    usize::try_from(ask(place, query).await[0].number).unwrap()
}

/// Takes the last migration back.
pub async fn step_back(place: &Place) {
    let url = place.database.clone();
    let back = tokio::task::spawn_blocking(move || {
        let options = StoreOptions {
            url,
            connections: 1,
            acquire_ms: 5000,
            statement_ms: 60_000,
            lock_ms: 5000,
        };
        let store = Store::open(&options).unwrap_or_else(|fault| panic!("{fault}"));
        let mut loan = store.writer().unwrap_or_else(|fault| panic!("{fault}"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let of = |name| FileBasedMigrations::from_path(root.join(name)).unwrap();
        match loan.any.driver() {
            Driver::Sqlite(c) => c.revert_last_migration(of("sqlite")).map(drop).unwrap(),
            Driver::Postgres(c) => {
                c.revert_last_migration(of("postgres")).map(drop).unwrap();
            }
        }
    });
    back.await.unwrap();
}

/// Changes something in an `SQLite` file beside the server.
pub async fn change(file: &Path, statement: impl Into<String>) {
    let (file, statement) = (file.to_owned(), statement.into());
    let changed = tokio::task::spawn_blocking(move || {
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("pragma busy_timeout = 10000").unwrap();
        connection.batch_execute(&statement).unwrap();
    });
    changed.await.unwrap();
}

async fn ask(place: &Place, query: String) -> Vec<Fact> {
    let url = place.database.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let options = StoreOptions {
            url,
            connections: 1,
            acquire_ms: 5000,
            statement_ms: 60_000,
            lock_ms: 5000,
        };
        let store = Store::open(&options).unwrap_or_else(|fault| panic!("{fault}"));
        let mut loan = store.reader().unwrap_or_else(|fault| panic!("{fault}"));
        match loan.any.driver() {
            Driver::Sqlite(c) => sql_query(query).get_results(c.as_mut()),
            Driver::Postgres(c) => sql_query(query).get_results(c.as_mut()),
        }
    });
    asked.await.unwrap().unwrap()
}
