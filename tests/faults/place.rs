//! Where a server lives across its deaths: its settings, its database, its mail, its address.

use std::{
    fmt::Display,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
};

use cambio::sandbox::Sandbox;
use tempfile::TempDir;

use crate::proxy::Proxy;

/// Everything of one node that outlives the process. Nodes of one place share the database and the mail.
#[derive(Clone)]
pub struct Place {
    /// Where the server is reached, without a slash at the end.
    pub base: String,
    /// Its settings.
    pub config: PathBuf,
    /// Its database, as the tests reach it.
    pub database: String,
    /// Settings that differ from the file, as variables.
    pub variables: Vec<(String, String)>,
    /// Which node it is.
    number: usize,
    dir: Arc<TempDir>,
}

/// The key that the JWT dialects and the pages need.
const KEY: &str = "faults-are-found-here-and-not-at-night-1234";

impl Place {
    /// A place with an `SQLite` file of its own.
    pub fn with_file(sandbox: &Sandbox) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("house.db").display());
        Self::in_dir(dir, &url, sandbox)
    }

    /// A place on the database of that address.
    pub fn at(database: &str, sandbox: &Sandbox) -> Self {
        Self::in_dir(tempfile::tempdir().unwrap(), database, sandbox)
    }

    fn in_dir(dir: TempDir, database: &str, sandbox: &Sandbox) -> Self {
        let fragment = sandbox.config_fragment();
        let mut place = Self {
            base: String::new(),
            config: dir.path().join("cambio.toml"),
            database: database.to_owned(),
            variables: Vec::new(),
            number: 0,
            dir: Arc::new(dir),
        };
        place.settle();
        let toml = format!(
            "public_url = \"{base}\"\n\
             [server]\ndrain_seconds = 0\nmax_connections_per_address = 0\n\
             [limits]\nenabled = false\n\
             [jwt]\nsigning_key = \"{KEY}\"\n\
             [log]\nlevel = \"warn\"\n\
             [mail]\ntransport = \"directory\"\ndirectory = \"{}\"\n{fragment}",
            place.mail().display(),
            base = place.base,
        );
        fs::write(&place.config, toml).unwrap();
        place.with("DATABASE__URL", database)
    }

    /// The same with one more setting: `SECTION__KEY`.
    pub fn with(mut self, key: &str, value: impl Display) -> Self {
        self.variables.retain(|(known, _)| known != &format!("CAMBIO_{key}"));
        self.variables.push((format!("CAMBIO_{key}"), value.to_string()));
        self
    }

    /// The same with the providers behind a proxy.
    pub fn with_providers_behind(self, proxy: &Proxy, sandbox: &Sandbox) -> Self {
        let there = sandbox.base_url();
        let here = proxy.instead(there);
        let settings = fs::read_to_string(&self.config).unwrap();
        fs::write(&self.config, settings.replace(there, here.trim_end_matches('/'))).unwrap();
        self
    }

    /// The same with letters sent to a mail server on that port.
    pub fn mailing_to(self, port: u16) -> Self {
        self.with("MAIL__TRANSPORT", "smtp")
            .with("MAIL__SMTP__HOST", "127.0.0.1")
            .with("MAIL__SMTP__PORT", port)
            .with("MAIL__SMTP__TLS", "none")
    }

    /// Another node beside it, on the same database.
    pub fn beside(&self) -> Self {
        let mut other = self.clone();
        other.number += 1;
        other.settle();
        other
    }

    /// Takes a free port.
    fn settle(&mut self) {
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        self.base = format!("http://{address}");
        *self = self.clone().with("SERVER__LISTEN", address);
    }

    /// Where its letters arrive.
    pub fn mail(&self) -> PathBuf {
        self.dir.path().join("mail")
    }

    /// A file of that name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where it writes its log.
    pub fn log(&self) -> PathBuf {
        self.file(&format!("log-{}", self.number))
    }

    /// The path of its `SQLite` file, if it has one.
    pub fn database_file(&self) -> Option<&Path> {
        self.database.strip_prefix("sqlite://").map(Path::new)
    }
}
