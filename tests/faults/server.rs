//! The program itself, as a process that can be killed.

use std::{
    fs::{self, File, OpenOptions},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::place::Place;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cambio");

/// A running `cambio serve`; killed when it is dropped.
pub struct Server(Child);

impl Server {
    /// Starts the program and waits for nothing.
    pub fn spawn(place: &Place) -> Self {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(&place.config).arg("serve");
        let child = command.stdin(Stdio::null()).stdout(log(place)).stderr(log(place)).spawn();
        Self(child.unwrap())
    }

    /// Starts the program and tells how long it took to be ready.
    pub async fn start(place: &Place) -> (Self, Duration) {
        let began = Instant::now();
        let mut server = Self::spawn(place);
        while !is_ready(place).await {
            let ended = server.0.try_wait().unwrap();
            let late = began.elapsed() > Duration::from_secs(20);
            assert!(ended.is_none() && !late, "not ready: {ended:?}\n{}", told(place));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        (server, began.elapsed())
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the server has written to its log, over all its lives.
pub fn told(place: &Place) -> String {
    fs::read_to_string(place.log()).unwrap_or_default()
}

/// Runs a command of the program to its end; its standard output.
pub fn run(place: &Place, words: &[&str]) -> String {
    let mut command = Command::new(PROGRAM);
    let done = command.arg("--config").arg(&place.config).args(words).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Whether it answers that it is ready.
pub async fn is_ready(place: &Place) -> bool {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = place.base.trim_start_matches("http://");
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else { return false };
    let ask = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let asked = stream.write_all(ask.as_bytes()).await;
    asked.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}

fn log(place: &Place) -> File {
    OpenOptions::new().create(true).append(true).open(place.log()).unwrap()
}
