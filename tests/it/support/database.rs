//! A database per house: a file, or a copy of a template on the PostgreSQL that `HOUSE_DB` names.
//!
//! Copying takes PostgreSQL longer than most stories take, so a copy is emptied and lent again, by a
//! connection that has learnt its tables and is kept with it. As many copies as stories ran side by side are
//! left behind.

use std::{
    env, future,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
    thread,
};

use cambio::{
    app::App,
    clock::SystemClock,
    config::{Config, Sources},
    entropy::{Entropy, OsEntropy},
    server,
};
use tokio::{
    runtime::{Builder, Handle},
    sync::OnceCell,
};
use tokio_postgres::{Client, Error, NoTls};

/// Where a house keeps its things; PostgreSQL's copy is for others when this is dropped.
pub enum Database {
    /// A file in the house's directory.
    Sqlite(String),
    /// The address of the copy, and who empties it after its house; none does where it is not a copy.
    Postgres { url: String, keeper: Option<Box<Keeper>> },
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
                Self::Postgres { url: beside(&server, &name), keeper: None }
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
        while let Some(keeper) = returned() {
            if keeper.empties(&template.shape).await.unwrap_or(false) {
                return Self::Postgres { url: keeper.url.clone(), keeper: Some(Box::new(keeper)) };
            }
            let drop = format!("drop database if exists {} with (force)", keeper.name);
            connect(&server).await.batch_execute(&drop).await.unwrap();
        }
        let name = fresh_name("house");
        let create =
            format!("create database {name} template {} strategy file_copy", template.name);
        connect(&server).await.batch_execute(&create).await.unwrap();
        let keeper = Keeper::of(beside(&server, &name), name).await;
        Self::Postgres { url: keeper.url.clone(), keeper: Some(Box::new(keeper)) }
    }
}

/// Copies whose houses are gone.
static RETURNED: Mutex<Vec<Keeper>> = Mutex::new(Vec::new());

fn returned() -> Option<Keeper> {
    RETURNED.lock().unwrap().pop()
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { keeper, .. } = self {
            RETURNED.lock().unwrap().extend(keeper.take().map(|keeper| *keeper));
        }
    }
}

/// What every copy is made from, and how its tables look.
struct Template {
    name: String,
    shape: String,
}

/// The tests' own connection to a copy, which outlives the houses that use it.
pub struct Keeper {
    name: String,
    url: String,
    client: Client,
}

/// Where the keepers live: a story's own runtime ends with the story.
static KEEPERS: LazyLock<Handle> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    thread::spawn(move || runtime.block_on(future::pending::<()>()));
    handle
});

impl Keeper {
    async fn of(url: String, name: String) -> Self {
        let at = url.clone();
        let client = KEEPERS.spawn(async move { connect(&at).await }).await.unwrap();
        client.batch_execute(LEARN_TO_EMPTY).await.unwrap();
        Self { name, url, client }
    }

    /// Makes it as it was when it was copied; `false` if a story has changed its tables themselves.
    async fn empties(&self, shape: &str) -> Result<bool, Error> {
        // Whoever still talks to it is of a house that is gone.
        self.client.batch_execute(HANG_UP).await?;
        if shape_of(&self.client).await? != shape {
            return Ok(false);
        }
        self.client.batch_execute("select pg_temp.emptied()").await?;
        Ok(true)
    }
}

/// `pg_terminate_backend` looks only ten times a second whether they are gone.
const HANG_UP: &str = "do $$ begin \
    while (select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where datname = current_database() and pid <> pg_backend_pid()) > 0 \
    loop perform pg_sleep(0.002), pg_stat_clear_snapshot(); end loop; end $$";

/// Rows go one by one and counters are set back: `truncate` would make each table's files anew.
const LEARN_TO_EMPTY: &str = "set session_replication_role = replica; \
    do $$ begin execute (select format( \
    'create function pg_temp.emptied() returns void language plpgsql as %L', \
    format('begin %s end', string_agg(case relkind \
        when 'r' then format('delete from %s;', oid::regclass) \
        else format('perform setval(%L, 1, false);', oid::regclass) end, ' '))) \
    from pg_class where relnamespace = 'public'::regnamespace \
    and relkind in ('r', 'S') and relname <> '__diesel_schema_migrations'); end $$";

/// Tables, columns, indexes, triggers and functions in one text.
async fn shape_of(client: &Client) -> Result<String, Error> {
    let all = "select coalesce(string_agg(it, ',' order by it), '') from ( \
        select format('%s %s %s', attrelid::regclass, attname, atttypid) from pg_attribute \
        join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace \
        union all select tgname::text from pg_trigger where not tgisinternal \
        union all select proname::text from pg_proc where pronamespace = 'public'::regnamespace \
        union all select version from __diesel_schema_migrations) as everything (it)";
    Ok(client.query_one(all, &[]).await?.get(0))
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
    let shape = shape_of(&connect(&beside(server, &name)).await).await.unwrap();
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
