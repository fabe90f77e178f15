//! The program as a server: started, watched, told to stop.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// Longest wait for anything a server does.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; killed when it is dropped.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Process {
    /// Starts it; both its outputs are read.
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (told, lines) = channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
            let told = told.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    let _ = told.send(line.unwrap());
                }
            });
        }
        Self { child, lines, said: Vec::new() }
    }

    /// Starts it with nobody at the other end of its outputs.
    pub fn unheard(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        Self { child, lines: channel().1, said: Vec::new() }
    }

    /// Starts it with somebody at the other end who does not read.
    pub fn unread(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Self { child: command.spawn().unwrap(), lines: channel().1, said: Vec::new() }
    }

    /// Waits for a line that holds the text; everything said so far, that line included.
    pub fn says(&mut self, text: &str) -> String {
        while !self.said.iter().any(|line| line.contains(text)) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.said.push(line),
                Err(_) => panic!("never said {text:?}, but\n{}", self.said.join("\n")),
            }
        }
        self.said.join("\n")
    }

    /// Everything it said; for one that has ended.
    pub fn said(&mut self) -> String {
        self.said.extend(self.lines.iter());
        self.said.join("\n")
    }

    /// Waits until it answers at `base` that it is ready.
    pub async fn ready(&mut self, base: &str) {
        let began = Instant::now();
        while ask(base).await != Some(200) {
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() || began.elapsed() > PATIENCE {
                let said: Vec<_> = self.lines.try_iter().collect();
                panic!("not ready: {ended:?}\n{}", said.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// SIGTERM.
    pub fn tell_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits for its end; its exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of `/health/ready`, if there is a server.
async fn ask(base: &str) -> Option<u16> {
    let answer = crate::support::house::caller().get(format!("{base}/health/ready")).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
