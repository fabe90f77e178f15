//! `cambio health`: for container health checks, where no other client is at hand.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::ExitCode,
    time::Duration,
};

use url::Url;

use super::{Failed, say};

const PATIENCE: Duration = Duration::from_secs(3);

/// Asks once. One line of a protocol this old needs no client library.
pub fn run(url: &str) -> Result<ExitCode, Failed> {
    let url = Url::parse(url).map_err(|cause| Failed(format!("{url}: {cause}")))?;
    let (Some(host), "http") = (url.host_str(), url.scheme()) else {
        return Err(Failed("write a plain http address of this machine or network".to_owned()));
    };
    let mut stream = connect(&url)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let path = url.path();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    let ready = head.ends_with(b"200");
    say(if ready { "ready" } else { "not ready" });
    Ok(if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `localhost` has two addresses, and a server listens on one of them.
fn connect(url: &Url) -> Result<TcpStream, Failed> {
    let mut last = Failed(format!("{url}: no address"));
    for address in url.socket_addrs(|| None)? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(cause) => last = Failed(format!("{address}: {cause}")),
        }
    }
    Err(last)
}
