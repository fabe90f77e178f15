//! The Django stack that Cambio replaces, started by its own scripts.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    Done,
    child::{self, Child},
    http, sites,
};

/// How its server runs unless `ORACLE_GUNICORN` says otherwise: so that it waits for providers best.
const GUNICORN: &str = "-k gthread --threads 8";

/// The running stack; it ends when this is dropped.
#[derive(Debug)]
pub struct Oracle {
    /// Where it answers.
    pub target: SocketAddr,
    /// The providers' stand-ins it asks.
    pub emulators: SocketAddr,
    folder: PathBuf,
    run: PathBuf,
    _process: Child,
}

impl Oracle {
    /// Starts the stack and its providers' stand-ins.
    pub fn start(folder: &Path, dir: &Path) -> Done<Self> {
        let (target, emulators) = (child::free_address()?, child::free_address()?);
        let run = dir.join("oracle");
        let gunicorn = env::var_os("ORACLE_GUNICORN").unwrap_or_else(|| GUNICORN.into());
        let mut command = Command::new(folder.join("run.sh"));
        command
            .arg(target.port().to_string())
            .env("ORACLE_RUN", &run)
            .env("ORACLE_PROVIDERS_PORT", emulators.port().to_string())
            .env("ORACLE_GUNICORN", gunicorn);
        let process = Child::start(&mut command, &dir.join("oracle.log"))?;
        child::wait_for(target, "/auth/users/me/", 120)?;
        Ok(Self { target, emulators, folder: folder.to_owned(), run, _process: process })
    }

    /// An access token that is good there.
    pub fn bearer(&self) -> Done<String> {
        sites::access_token(self.target, &conversion(1))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // Its script ends what it started; should it be gone, the process itself is ended next.
        let stop = self.folder.join("stop.sh");
        let _ = Command::new(stop).env("ORACLE_RUN", &self.run).status();
    }
}

/// A token of Google's for one of its own; each client is another person.
pub fn conversion(number: usize) -> Vec<u8> {
    let body = json!({
        "grant_type": "convert_token",
        "client_id": "oracle-conf-plain",
        "client_secret": "plain-secret-0123456789",
        "backend": "google-oauth2",
        "token": format!("ok.bench{number}"),
    });
    http::send("POST", "/auth/convert-token/", ("application/json", &body.to_string()))
}
