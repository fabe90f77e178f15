//! A mail server on loopback that catches letters and misbehaves as told.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::{
    cluster::signal,
    post::{Link, link},
};

/// How it treats a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Kind,
    /// Takes those to everybody but this one, at whom it answers this.
    Refuses(String, &'static str),
    /// Takes those to everybody but this one, after whose letter it says nothing more.
    Hangs(String),
}

/// When the process that brings letters is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the letter is handed over.
    Before,
    /// When it is here and nobody has said so.
    Untold,
    /// When it is here and that was said.
    Told,
}

/// A letter that was taken.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its link.
    pub link: Option<Link>,
    /// What no other letter has, and every copy of this one.
    pub message_id: String,
}

#[derive(Default)]
struct State {
    manner: Option<Manner>,
    /// Whom to kill, and when.
    prey: Option<(u32, Stage)>,
    killed: usize,
    letters: BTreeMap<String, Vec<Letter>>,
    tries: BTreeMap<String, usize>,
}

/// The running server.
pub struct MailServer {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    /// Listens on a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<Mutex<State>> = Arc::default();
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&serving);
                thread::spawn(move || converse(stream, &state));
            }
        });
        Self { port, state }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How it treats letters from now on.
    pub fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = Some(manner);
    }

    /// Kills that process when the next letter has come so far.
    pub fn lie_in_wait(&self, pid: u32, stage: Stage) {
        self.state.lock().unwrap().prey = Some((pid, stage));
    }

    /// How often that came about.
    pub fn killed(&self) -> usize {
        self.state.lock().unwrap().killed
    }

    /// The letters to an address.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        self.state.lock().unwrap().letters.get(address).cloned().unwrap_or_default()
    }

    /// How many letters have come, copies included.
    pub fn count(&self) -> usize {
        self.state.lock().unwrap().letters.values().map(Vec::len).sum()
    }

    /// How many have got one.
    pub fn readers(&self) -> usize {
        self.state.lock().unwrap().letters.len()
    }

    /// How often a letter to that address was begun.
    pub fn tries(&self, address: &str) -> usize {
        self.state.lock().unwrap().tries.get(address).copied().unwrap_or(0)
    }
}

fn converse(mut stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    stream.write_all(b"220 here\r\n").ok()?;
    let mut to = String::new();
    while let Some(line) = lines.next() {
        let answer = match line.split([' ', ':']).next()? {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1)?.to_owned();
                let mut state = state.lock().unwrap();
                *state.tries.entry(to.clone()).or_default() += 1;
                match &state.manner {
                    Some(Manner::Refuses(whom, answer)) if *whom == to => answer,
                    _ => "250 2.1.5 fine",
                }
            }
            "DATA" => {
                strike(state, Stage::Before);
                stream.write_all(b"354 go on\r\n").ok()?;
                let mut text = Vec::new();
                // Without its end it is no letter.
                loop {
                    let line = lines.next()?;
                    if line == "." {
                        break;
                    }
                    text.push(line);
                }
                let hangs = Some(Manner::Hangs(to.clone()));
                if state.lock().unwrap().manner == hangs {
                    thread::park_timeout(Duration::from_mins(10));
                    return None;
                }
                take(state, &to, &text.join("\n"));
                strike(state, Stage::Untold);
                let told = stream.write_all(b"250 2.0.0 taken\r\n");
                strike(state, Stage::Told);
                told.ok()?;
                continue;
            }
            "QUIT" => "221 bye",
            _ => "250 2.0.0 fine",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
    Some(())
}

fn take(state: &Mutex<State>, to: &str, text: &str) {
    // Long lines are broken: RFC 2045 §6.7.
    let plain = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    let letter = Letter { link: link(&plain), message_id: id.unwrap_or_default().to_owned() };
    state.lock().unwrap().letters.entry(to.to_owned()).or_default().push(letter);
}

fn strike(state: &Mutex<State>, stage: Stage) {
    let mut state = state.lock().unwrap();
    if let Some((pid, wanted)) = state.prey
        && wanted == stage
    {
        state.prey = None;
        signal(&[pid], "KILL");
        state.killed += 1;
    }
}
