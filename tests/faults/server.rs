//! The program itself, as a process that can be killed.

use std::{
    fs::{self, File, OpenOptions},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{cluster::signal, place::Place};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cambio");

/// A running `cambio serve`; killed when it is dropped.
pub struct Server(Child);

impl Server {
    /// Starts the program and waits for nothing.
    pub fn spawn(place: &Place) -> Self {
        Self::spawn_under(place, &[])
    }

    /// The same under another program: a tracer, a shell that sets limits.
    pub fn spawn_under(place: &Place, wrapper: &[&str]) -> Self {
        // Nothing is left behind by a run that is cut short.
        let words = [&["setpriv", "--pdeathsig", "KILL"], wrapper, &[PROGRAM]].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg("--config").arg(&place.config).arg("serve");
        command.envs(place.variables.iter().cloned());
        let child = command.stdin(Stdio::null()).stdout(log(place)).stderr(log(place)).spawn();
        Self(child.unwrap())
    }

    /// Starts the program and tells how long it took to be ready.
    pub async fn start(place: &Place) -> (Self, Duration) {
        Self::start_under(place, &[]).await
    }

    /// The same under another program.
    pub async fn start_under(place: &Place, wrapper: &[&str]) -> (Self, Duration) {
        let began = Instant::now();
        let mut server = Self::spawn_under(place, wrapper);
        server.ready(place, began).await;
        (server, began.elapsed())
    }

    /// Waits until it is ready.
    pub async fn ready(&mut self, place: &Place, began: Instant) {
        while !is_ready(place).await {
            let ended = self.0.try_wait().unwrap();
            let late = began.elapsed() > Duration::from_secs(30);
            assert!(ended.is_none() && !late, "not ready: {ended:?}\n{}", told(place));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Tells it to stop.
    pub fn terminate(&self) {
        signal(&[self.pid()], "TERM");
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// KiB of memory it holds.
    pub fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Hundredths of a second of processor time it has used.
    pub fn processor(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// How many files it has open.
    pub fn files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
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

/// Repeats the end of its log to whoever looks into a failure.
pub fn complain(place: &Place) {
    let told = told(place);
    let lines: Vec<&str> = told.lines().filter(|line| !line.contains("warning:")).collect();
    for line in lines.iter().skip(lines.len().saturating_sub(20)) {
        eprintln!("    {line}");
    }
}

/// Runs a command of the program to its end; its standard output.
pub fn run(place: &Place, words: &[&str]) -> String {
    let mut command = Command::new(PROGRAM);
    // On a busy machine a command takes its time to connect; nobody is kept waiting by it.
    command.env("CAMBIO_DATABASE__ACQUIRE_TIMEOUT_MS", "20000");
    command.envs(place.variables.iter().cloned());
    let done = command.arg("--config").arg(&place.config).args(words).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The same, while others go on.
pub async fn run_beside(place: &Place, words: &[&str]) -> String {
    let (place, words): (_, Vec<_>) =
        (place.clone(), words.iter().map(|&w| w.to_owned()).collect());
    let running = tokio::task::spawn_blocking(move || {
        run(&place, &words.iter().map(String::as_str).collect::<Vec<_>>())
    });
    running.await.unwrap()
}

/// Whether it answers that it is ready.
pub async fn is_ready(place: &Place) -> bool {
    get(place, "/health/ready").await == Some(200)
}

/// The status of an answer on a connection of its own; none within five seconds is none.
pub async fn get(place: &Place, path: &str) -> Option<u16> {
    let address = place.base.trim_start_matches("http://");
    let asking = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let ask = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        let mut answer = Vec::new();
        stream.write_all(ask.as_bytes()).await.ok()?;
        stream.read_to_end(&mut answer).await.ok()?;
        std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
    };
    tokio::time::timeout(Duration::from_secs(5), asking).await.ok().flatten()
}

fn log(place: &Place) -> File {
    OpenOptions::new().create(true).append(true).open(place.log()).unwrap()
}
