//! The `[server]` section: the listener and its limits.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, de::Error};

use super::{
    cidr::Cidr,
    problem::{Finding, complain_if, within},
};

/// The listener, its limits, and whom it believes about the caller's address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port to listen on. TLS is ended by the proxy in front.
    #[serde(deserialize_with = "socket")]
    pub listen: SocketAddr,
    /// Threads that answer requests; 0 takes as many as there are cores.
    pub workers: usize,
    /// Connections held at a time, over all workers; more wait to be accepted.
    pub max_connections: usize,
    /// Connections of one address at a time; more are closed at once. 0: as many as it likes.
    pub max_connections_per_address: usize,
    /// Seconds until the head of a request must be there.
    pub header_timeout_seconds: u32,
    /// Seconds until the body of a request must be there.
    pub body_timeout_seconds: u32,
    /// Seconds an answer may lie unread before the connection is torn down (Linux).
    pub write_timeout_seconds: u32,
    /// Seconds an idle connection is kept for the next request.
    pub keep_alive_seconds: u32,
    /// Seconds between turning `/health/ready` to 503 and closing the listener, when Cambio is told to stop.
    pub drain_seconds: u32,
    /// Seconds that requests under way are then given.
    pub shutdown_seconds: u32,
    /// Bytes a JSON body may have; longer ones are answered with 413.
    pub json_limit_bytes: usize,
    /// Bytes a form body may have; longer ones are answered with 413.
    pub form_limit_bytes: usize,
    /// Proxies whose `X-Forwarded-For` is believed, as ranges; the rightmost address that is not
    /// one of them is the caller's. Empty believes the connection alone.
    pub trusted_proxies: Vec<Cidr>,
    /// Lets `public_url` be plain http on a host other than this machine: tokens cross the network
    /// in the clear.
    pub allow_insecure_public_url: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            workers: 0,
            max_connections: 4096,
            max_connections_per_address: 64,
            header_timeout_seconds: 5,
            body_timeout_seconds: 10,
            write_timeout_seconds: 10,
            keep_alive_seconds: 15,
            drain_seconds: 5,
            shutdown_seconds: 30,
            json_limit_bytes: 65_536,
            form_limit_bytes: 16_384,
            trusted_proxies: Vec::new(),
            allow_insecure_public_url: false,
        }
    }
}

impl Server {
    /// How many threads answer requests on a machine with so many cores.
    pub fn workers_on(&self, cores: usize) -> usize {
        if self.workers == 0 { cores.max(1) } else { self.workers }
    }

    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            within("workers", self.workers, 0..=1024),
            within("max_connections", self.max_connections, 1..=1_000_000),
            within("max_connections_per_address", self.max_connections_per_address, 0..=1_000_000),
            within("header_timeout_seconds", self.header_timeout_seconds, 1..=300),
            within("body_timeout_seconds", self.body_timeout_seconds, 1..=300),
            within("write_timeout_seconds", self.write_timeout_seconds, 1..=300),
            within("keep_alive_seconds", self.keep_alive_seconds, 0..=3600),
            within("drain_seconds", self.drain_seconds, 0..=300),
            within("shutdown_seconds", self.shutdown_seconds, 0..=600),
            within("json_limit_bytes", self.json_limit_bytes, 1024..=1_048_576),
            within("form_limit_bytes", self.form_limit_bytes, 1024..=1_048_576),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let checks = [
            complain_if(
                self.allow_insecure_public_url,
                "allow_insecure_public_url",
                "passwords and tokens may cross the network in the clear; put TLS in front and \
                 turn it off",
            ),
            complain_if(
                self.trusted_proxies.iter().any(Cidr::is_everything),
                "trusted_proxies",
                "everybody is believed about the caller's address, so limits by address do not \
                 hold; list your proxies alone",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}

/// Reads an address with a port.
fn socket<'de, D: Deserializer<'de>>(text: D) -> Result<SocketAddr, D::Error> {
    parsed(&String::deserialize(text)?)
}

/// The same where there may be none.
pub(super) fn maybe_socket<'de, D: Deserializer<'de>>(
    text: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let text = Option::<String>::deserialize(text)?;
    text.filter(|text| !text.is_empty()).map(|text| parsed(&text)).transpose()
}

fn parsed<E: Error>(text: &str) -> Result<SocketAddr, E> {
    text.parse().map_err(|_unreadable: std::net::AddrParseError| {
        E::custom("write an IP address and a port, such as 127.0.0.1:8000 or [::]:8000")
    })
}
