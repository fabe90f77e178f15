//! The oracle's ledger: a line for every answer of success that has arrived in full, appended and synced.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
    time::Instant,
};

use sha2::{Digest as _, Sha256};

/// The file and the thread that writes it.
pub struct Ledger {
    lines: Option<Sender<String>>,
    writer: Option<JoinHandle<usize>>,
    began: Instant,
}

impl Ledger {
    /// Appends to that file.
    pub fn at(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        let (lines, waiting) = channel();
        let writer = thread::spawn(move || write(file, &waiting));
        Self { lines: Some(lines), writer: Some(writer), began: Instant::now() }
    }

    /// Enters that something was handed out; of a secret its digest.
    pub fn enter(&self, what: &str, secret: &str) {
        let (at, digest) = (self.began.elapsed().as_micros(), hex::encode(Sha256::digest(secret)));
        let _ = self.lines.as_ref().unwrap().send(format!("{at} {what} {digest}\n"));
    }

    /// Ends it; how many lines were synced.
    pub fn close(mut self) -> usize {
        self.lines = None;
        self.writer.take().unwrap().join().unwrap()
    }
}

/// Whatever waits is synced together.
fn write(mut file: File, waiting: &Receiver<String>) -> usize {
    let mut count = 0;
    while let Ok(first) = waiting.recv() {
        let lines: Vec<String> = std::iter::once(first).chain(waiting.try_iter()).collect();
        file.write_all(lines.concat().as_bytes()).unwrap();
        file.sync_data().unwrap();
        count += lines.len();
    }
    count
}
