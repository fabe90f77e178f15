//! A database per house: a file, or a copy of a template on the PostgreSQL that `HOUSE_DB` names.

use std::{env, path::Path};

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

/// Where a house keeps its things; PostgreSQL's copy goes when this is dropped.
pub enum Database {
    /// A file in the house's directory.
    Sqlite(String),
    /// The address of the copy, the address of the server's own database, and the copy's name.
    Postgres { url: String, server: String, name: String },
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
                Self::Postgres { url: beside(&server, &name), server, name }
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
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| make_template(&server)).await;
        let name = fresh_name("house");
        let client = connect(&server).await;
        let create = format!("create database {name} template {template}");
        client.batch_execute(&create).await.unwrap();
        Self::Postgres { url: beside(&server, &name), server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self::Postgres { server, name, .. } = self else { return };
        let (server, name) = (server.clone(), name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let drop = format!("drop database if exists {name} with (force)");
                connect(&server).await.batch_execute(&drop).await
            })
        });
        let _ = dropping.join();
    }
}

async fn make_template_file() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("template.db");
    make_tables(format!("sqlite://{}", file.display())).await;
    std::fs::read(file).unwrap()
}

async fn make_template(server: &str) -> String {
    let name = fresh_name("template");
    connect(server).await.batch_execute(&format!("create database {name}")).await.unwrap();
    make_tables(beside(server, &name)).await;
    name
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
