//! A Cambio of one's own: a server on a free port, its database, its clock, its mail and its providers.

use std::{
    collections::HashMap,
    net::TcpListener,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use cambio::{
    app::App,
    config::{Config, Sources},
    courier::Office,
    entropy::OsEntropy,
    mail::{memory::Memory, transport::Transport},
    sandbox::{self, Apps, Sandbox},
    server::{self, Running},
};
use chrono::TimeDelta;
use reqwest::{Client, Method, redirect::Policy};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    Call, clock::ManualClock, database::Database, described::Described, logs, mailbox::Mailbox,
};

/// A running Cambio with everything it needs, gone when it is dropped.
pub struct House {
    /// The house itself, for what has no door yet.
    pub app: App,
    /// The emulated providers.
    pub sandbox: Sandbox,
    /// Where letters arrive.
    pub mail: Mailbox,
    base: String,
    http: Client,
    described: Option<Described>,
    clock: Arc<ManualClock>,
    config: Config,
    _running: Running,
    database: Arc<Database>,
    dir: Arc<TempDir>,
}

impl House {
    /// Opens a house with the default settings.
    pub async fn open() -> Self {
        Self::with(&[]).await
    }

    /// Opens a house with some settings of its own, by full key.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let database = Arc::new(Database::make(dir.path()).await);
        Self::on(dir, database, Arc::default(), settings).await
    }

    /// Opens a house with the usual limits, which others do without.
    pub async fn open_limited() -> Self {
        Self::with(&[("limits.enabled", "true")]).await
    }

    /// Opens a second node beside this one: the same database and clock, other settings if wished.
    pub async fn second_node(&self, settings: &[(&str, &str)]) -> Self {
        let (dir, database) = (Arc::clone(&self.dir), Arc::clone(&self.database));
        Self::on(dir, database, Arc::clone(&self.clock), settings).await
    }

    /// Opens a house on another database, at the same time of the clock.
    pub async fn elsewhere(&self, database: Database) -> Self {
        Self::on(Arc::clone(&self.dir), Arc::new(database), Arc::clone(&self.clock), &[]).await
    }

    async fn on(
        dir: Arc<TempDir>,
        database: Arc<Database>,
        clock: Arc<ManualClock>,
        settings: &[(&str, &str)],
    ) -> Self {
        logs::listen();
        let sandbox =
            sandbox::start(free_port(), Apps::demo(), Arc::<ManualClock>::clone(&clock), 1)
                .await
                .unwrap();
        let listener = free_port();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = config(&dir, &database, &sandbox, &base, settings);
        let app =
            App::build(&config, Arc::<ManualClock>::clone(&clock), Arc::new(OsEntropy)).unwrap();
        let memory = Memory::default();
        let transport = Transport::memory(&config.mail, memory.clone()).unwrap();
        let office = Office::with_transport(&config, transport).unwrap();
        let running = server::start_bare(&app, &config, listener).unwrap();
        let http = caller();
        Self {
            mail: Mailbox::new(app.clone(), office, memory),
            _running: running,
            described: described(&http, &base, settings).await,
            http,
            database,
            dir,
            app,
            sandbox,
            base,
            clock,
            config,
        }
    }

    /// The address it is reached at, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// The folder it keeps things in.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Its document, if it has one.
    pub fn described(&self) -> Option<&Described> {
        self.described.as_ref()
    }

    /// Its clock.
    pub fn clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.clock)
    }

    /// Lets time pass.
    pub fn forward(&self, by: TimeDelta) {
        self.clock.forward(by);
    }

    /// A call that is sent when it is awaited.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(self.http.request(method, format!("{}{path}", self.base)));
        call.held_against(self.described.clone())
    }

    /// Sends bytes as they are, and reads until the house hangs up.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut line = TcpStream::connect(self.base.trim_start_matches("http://")).await.unwrap();
        line.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends bytes as they are, and hangs up.
    pub async fn hang_up_after(&self, bytes: &[u8]) {
        let mut line = TcpStream::connect(self.base.trim_start_matches("http://")).await.unwrap();
        line.write_all(bytes).await.unwrap();
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `POST`.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// `PUT`.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// `PATCH`.
    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
}

/// What houses say of themselves, by the settings that are theirs alone.
static DESCRIBED: LazyLock<Mutex<HashMap<String, Option<Described>>>> =
    LazyLock::new(Mutex::default);

/// How a house works, which changes no word that it says of itself. Were one of these to change a word, its
/// answers would not be those of the document it is held against.
const INNER: [&str; 7] =
    ["cache.", "database.", "hashing.", "limits.", "mail.", "providers.egress.", "server."];

/// What the house says of itself. All of the same settings say the same: one of them is asked.
async fn described(http: &Client, base: &str, settings: &[(&str, &str)]) -> Option<Described> {
    let told = settings.iter().filter(|(key, _)| !INNER.iter().any(|room| key.starts_with(room)));
    let settings = format!("{:?}", told.collect::<Vec<_>>());
    if let Some(known) = DESCRIBED.lock().unwrap().get(&settings) {
        return known.clone();
    }
    let said = http.get(format!("{base}/openapi.json")).send().await.unwrap();
    let said = match said.error_for_status() {
        Ok(said) => Some(Described::new(said.json().await.unwrap())),
        Err(_) => None,
    };
    DESCRIBED.lock().unwrap().insert(settings, said.clone());
    said
}

fn free_port() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).unwrap()
}

/// Somebody who calls from outside and follows no redirect.
#[expect(clippy::disallowed_methods, reason = "a caller from outside, not Cambio's egress")]
pub fn caller() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // No roots of trust: it speaks plain HTTP only, and reading the machine's takes a while.
    Client::builder().tls_certs_only([]).redirect(Policy::none()).no_proxy().build().unwrap()
}

/// A machine that runs many houses at once is slow, which is no story of its own.
const PATIENCE: [(&str, &str); 7] = [
    ("database.acquire_timeout_ms", "30000"),
    ("database.statement_timeout_ms", "30000"),
    ("database.lock_timeout_ms", "30000"),
    ("hashing.wait_ms", "30000"),
    ("providers.egress.connect_timeout_ms", "30000"),
    ("providers.egress.call_timeout_ms", "30000"),
    ("providers.egress.total_timeout_ms", "40000"),
];

fn config(
    dir: &TempDir,
    database: &Database,
    sandbox: &Sandbox,
    base: &str,
    settings: &[(&str, &str)],
) -> Config {
    let port = base.rsplit(':').next().unwrap();
    let file = dir.path().join(format!("house-{port}.toml"));
    std::fs::write(&file, sandbox.config_fragment()).unwrap();
    let ours = [
        ("public_url", base),
        ("server.workers", "1"),
        ("database.url", database.url()),
        ("database.threads", "2"),
        // Stories run side by side on a machine that may be busy: nobody is sent away for that.
        ("database.acquire_timeout_ms", "30000"),
        ("database.statement_timeout_ms", "30000"),
        ("database.lock_timeout_ms", "30000"),
        ("hashing.wait_ms", "30000"),
        ("mail.site_name", "Test House"),
        ("jwt.signing_key", "qZ7xkVn3Tt0sLr9uWb5yHc1mPd8gJe2fAa4iRo6Kw+E="),
    ];
    // A story about limits has those that are usual, and what it sets.
    let limited = settings.iter().any(|(key, _)| key.starts_with("limits."));
    let unlimited = [("limits.enabled", "false"), ("server.max_connections_per_address", "0")];
    let unlimited = unlimited.into_iter().filter(|_| !limited);
    let ours = ours.into_iter().chain(PATIENCE).chain(unlimited);
    let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    // A key that is set to nothing is none.
    let keyless = settings.contains(&("jwt.signing_key", ""));
    let given = ours.chain(settings.iter().copied());
    let given = given.filter(|(key, _)| !(keyless && *key == "jwt.signing_key"));
    let overrides = given.map(pair).collect();
    let sources = Sources { file: Some(file), overrides, env: Vec::new() };
    let loaded = Config::load(&sources);
    let mut config = loaded.unwrap_or_else(|problems| panic!("settings: {problems:?}")).config;
    if !settings.iter().any(|(key, _)| key.starts_with("hashing.")) {
        // No configuration may say this. A story that is about hashing asks for what is usual.
        (config.hashing.memory_kib, config.hashing.iterations) = (64, 1);
    }
    config
}
