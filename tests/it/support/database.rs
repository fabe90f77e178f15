//! A database per house: a file, or a copy of a template on the PostgreSQL that `HOUSE_DB` names.
//!
//! Copying takes PostgreSQL longer than most stories take, so a copy is emptied and lent again. As many as
//! stories ran side by side are left behind.

use std::{env, path::Path, sync::Mutex};

use cambio::{
    app::App,
    clock::SystemClock,
    config::{Config, Sources},
    entropy::{Entropy, OsEntropy},
    server,
};
use std::sync::Arc;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

/// Where a house keeps its things; PostgreSQL's copy is for others when this is dropped.
pub enum Database {
    /// A file in the house's directory.
    Sqlite(String),
    /// The address of the copy, and its name.
    Postgres { url: String, name: String },
}

impl Database {
    /// Makes an empty one with all its tables.
    pub async fn make(dir: &Path) -> Self {
        match env::var_os("HOUSE_DB") {
            None => Self::copied_file(&dir.join("house.db")).await,
            Some(server) => Self::copy(server.into_string().unwrap()).await,
        }
    }

    /// Makes an empty one without any tables.
    pub async fn empty(dir: &Path) -> Self {
        match env::var_os("HOUSE_DB") {
            None => Self::Sqlite(format!("sqlite://{}", dir.join("house.db").display())),
            Some(server) => {
                let (server, name) = (server.into_string().unwrap(), fresh_name("empty"));
                let create = format!("create database {name}");
                connect(&server).await.batch_execute(&create).await.unwrap();
                Self::Postgres { url: beside(&server, &name), name }
            }
        }
    }

    /// Whether the tests run on PostgreSQL.
    pub fn is_postgres() -> bool {
        env::var_os("HOUSE_DB").is_some()
    }

    /// Its `database.url`.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite(url) | Self::Postgres { url, .. } => url,
        }
    }

    /// Making the tables takes longer than most stories, so that is done once.
    async fn copied_file(to: &Path) -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        std::fs::write(to, TEMPLATE.get_or_init(make_template_file).await).unwrap();
        Self::Sqlite(format!("sqlite://{}", to.display()))
    }

    async fn copy(server: String) -> Self {
        static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| make_template(&server)).await;
        while let Some(name) = returned() {
            let url = beside(&server, &name);
            if emptied(&url, &template.shape).await {
                return Self::Postgres { url, name };
            }
            let drop = format!("drop database if exists {name} with (force)");
            connect(&server).await.batch_execute(&drop).await.unwrap();
        }
        let name = fresh_name("house");
        let create =
            format!("create database {name} template {} strategy file_copy", template.name);
        connect(&server).await.batch_execute(&create).await.unwrap();
        Self::Postgres { url: beside(&server, &name), name }
    }
}

/// Copies whose houses are gone.
static RETURNED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn returned() -> Option<String> {
    RETURNED.lock().unwrap().pop()
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { name, .. } = self {
            RETURNED.lock().unwrap().push(name.clone());
        }
    }
}

/// What every copy is made from, and how its tables look.
struct Template {
    name: String,
    shape: String,
}

/// Makes it as it was when it was copied; `false` if a story has changed its tables themselves.
async fn emptied(url: &str, shape: &str) -> bool {
    let client = connect(url).await;
    // Whoever still talks to it is of a house that is gone.
    client.batch_execute(HANG_UP).await.unwrap();
    if shape_of(&client).await != shape {
        return false;
    }
    client.batch_execute(EMPTY).await.unwrap();
    true
}

const HANG_UP: &str = "select pg_terminate_backend(pid, 5000) from pg_stat_activity \
    where datname = current_database() and pid <> pg_backend_pid()";

/// Rows go one by one and counters are set back: `truncate` would make each table's files anew.
const EMPTY: &str = "set session_replication_role = replica; \
    do $$ declare it regclass; begin \
    for it in select oid from pg_class where relnamespace = 'public'::regnamespace \
    and relkind = 'r' and relname <> '__diesel_schema_migrations' \
    loop execute format('delete from %s', it); end loop; \
    for it in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S' \
    loop perform setval(it, 1, false); end loop; end $$";

/// Tables, columns, indexes, triggers and functions in one text.
async fn shape_of(client: &Client) -> String {
    let all = "select coalesce(string_agg(it, ',' order by it), '') from ( \
        select format('%s %s %s', attrelid::regclass, attname, atttypid) from pg_attribute \
        join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace \
        union all select tgname::text from pg_trigger where not tgisinternal \
        union all select proname::text from pg_proc where pronamespace = 'public'::regnamespace \
        union all select version from __diesel_schema_migrations) as everything (it)";
    match client.query_one(all, &[]).await {
        Ok(row) => row.get(0),
        Err(error) => error.to_string(),
    }
}

async fn make_template_file() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("template.db");
    make_tables(format!("sqlite://{}", file.display())).await;
    std::fs::read(file).unwrap()
}

async fn make_template(server: &str) -> Template {
    let name = fresh_name("template");
    connect(server).await.batch_execute(&format!("create database {name}")).await.unwrap();
    make_tables(beside(server, &name)).await;
    let shape = shape_of(&connect(&beside(server, &name)).await).await;
    // Nobody may be connected to what is copied.
    connect(&beside(server, &name)).await.batch_execute(HANG_UP).await.unwrap();
    Template { name, shape }
}

/// Nothing holds the database once this is done: it can be copied.
async fn make_tables(url: String) {
    let patience = ("database.acquire_timeout_ms".to_owned(), "30000".to_owned());
    let overrides = vec![("database.url".to_owned(), url), patience];
    let loaded = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
    let app = App::build(&loaded.config, Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap();
    server::migrate(&app).await.unwrap();
}

/// A name nobody else uses on that server.
fn fresh_name(what: &str) -> String {
    let entropy: &dyn Entropy = &OsEntropy;
    format!("cambio_{what}_{}", hex::encode(entropy.bytes::<8>()))
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.into()
}

/// A connection of the tests' own.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
