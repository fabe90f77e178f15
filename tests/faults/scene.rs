//! What most faults begin with: emulated providers, a place, a client, a load.

use std::{net::TcpListener, sync::Arc};

use cambio::{
    clock::SystemClock,
    sandbox::{self, Apps, Sandbox},
};
use serde_json::Value;

use crate::{
    callers::{CLIENT, Caller},
    load::Load,
    place::Place,
    server::{self, Server},
};

/// How many times something is done: as the criterion says, or a few.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Whether a few are enough.
    pub quick: bool,
}

impl Scale {
    /// The one or the other.
    pub fn of<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// The emulated providers, in this process: they are not what breaks.
pub async fn emulators() -> Sandbox {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    sandbox::start(listener, Apps::demo(), Arc::new(SystemClock), 1).await.unwrap()
}

/// Starts a server and registers the client; a caller of it with a journal.
pub async fn begin(place: &Place) -> (Server, Load) {
    let (server, _) = Server::start(place).await;
    let load = Load::new(Caller::new(&place.base, &register_client(place)), place.mail());
    (server, load)
}

/// Registers the client that everybody here uses; its secret.
pub fn register_client(place: &Place) -> String {
    let words = ["client", "create", "--name", "faults", "--type", "confidential", "--id", CLIENT];
    secret_of(&server::run(place, &[&words[..], &["--json"]].concat()))
}

/// The secret in what `client create --json` says.
pub fn secret_of(told: &str) -> String {
    let told: Value = serde_json::from_str(told).unwrap();
    told["client_secret"].as_str().unwrap().to_owned()
}
