//! Where a server lives across its deaths: its settings, its database, its mail, its address.

use std::{fs, net::TcpListener, path::PathBuf};

use cambio::sandbox::Sandbox;
use tempfile::TempDir;

use crate::database::Database;

/// Everything that outlives the process.
pub struct Place {
    /// Where the server is reached, without a slash at the end.
    pub base: String,
    /// Its settings.
    pub config: PathBuf,
    /// Its database.
    pub database: Database,
    dir: TempDir,
}

impl Place {
    /// Chooses a free port and writes the settings; the database is empty.
    pub async fn make(sandbox: &Sandbox) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::empty(dir.path()).await;
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let base = format!("http://{address}");
        let config = dir.path().join("cambio.toml");
        let toml = format!(
            "public_url = \"{base}\"\n\
             [server]\nlisten = \"{address}\"\n\
             max_connections_per_address = 0\n[limits]\nenabled = false\n\
             [database]\nurl = \"{}\"\n\
             [log]\nlevel = \"warn\"\n\
             [mail]\ntransport = \"directory\"\ndirectory = \"{}\"\n{}",
            database.url(),
            dir.path().join("mail").display(),
            sandbox.config_fragment(),
        );
        fs::write(&config, toml).unwrap();
        Self { base, config, database, dir }
    }

    /// Where its letters arrive.
    pub fn mail(&self) -> PathBuf {
        self.dir.path().join("mail")
    }

    /// Where it writes its log.
    pub fn log(&self) -> PathBuf {
        self.dir.path().join("log")
    }
}
