//! Where log lines go, and in which form.
//!
//! A line is handed to a thread that writes it. Whoever reads the log may be slow or gone: then lines are lost,
//! and how many is told, but no request waits for it.

use std::{
    io::{self, IsTerminal as _, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::Builder,
    time::Duration,
};

use tracing_subscriber::EnvFilter;

use super::Failed;
use crate::config::log::{Format, Log};

/// How many lines may wait to be written.
const WAITING: usize = 4096;
/// Longest wait for the last lines, when the process ends.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// Sends log lines to standard error from now on. Called once, by the commands that serve; the lines that
/// still wait are written when what it returns is dropped.
pub fn start(options: &Log) -> Result<Desk, Failed> {
    let level = options.level.word();
    // The libraries below us speak only when something is wrong: they do not know what is secret.
    let filter = EnvFilter::new(format!("warn,cambio={level},hyper=error,reqwest=error"));
    let desk = Desk::open(io::stderr(), WAITING)?;
    let slot = desk.slot.clone();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || slot.clone())
        .with_ansi(io::stderr().is_terminal());
    match options.format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
    Ok(desk)
}

/// What the thread that writes is handed.
enum Entry {
    Line(Vec<u8>),
    /// Tell when everything before this is written.
    Done(SyncSender<()>),
}

/// The thread that writes the lines.
pub struct Desk {
    slot: Slot,
}

/// Where lines are handed in, one a write.
#[derive(Clone)]
struct Slot {
    entries: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

impl Desk {
    fn open(out: impl Write + Send + 'static, waiting: usize) -> io::Result<Self> {
        let (entries, handed_in) = sync_channel(waiting);
        let slot = Slot { entries, lost: Arc::default() };
        let lost = Arc::clone(&slot.lost);
        Builder::new().name("log".to_owned()).spawn(move || write_all(out, &handed_in, &lost))?;
        Ok(Self { slot })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let (done, wait) = sync_channel(1);
        if self.slot.entries.try_send(Entry::Done(done)).is_ok() {
            // Whoever does not read does not keep the process.
            let _ = wait.recv_timeout(LAST_WAIT);
        }
    }
}

impl Write for Slot {
    /// Never waits and never fails: a line that nobody takes is counted as lost.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.entries.try_send(Entry::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(mut out: impl Write, handed_in: &Receiver<Entry>, lost: &AtomicU64) {
    for entry in handed_in {
        let gone = lost.swap(0, Ordering::Relaxed);
        // Where nobody reads any more there is no place left to tell that in.
        if gone > 0 {
            let _ = writeln!(out, "{gone} lines of the log are lost: they were not read in time");
        }
        match entry {
            Entry::Line(line) => drop(out.write_all(&line)),
            Entry::Done(done) => drop(done.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{
            Arc, Mutex,
            mpsc::{Receiver, Sender, channel},
        },
    };

    use super::Desk;

    /// Writes as soon as it is let.
    struct Slow {
        written: Arc<Mutex<Vec<u8>>>,
        began: Sender<()>,
        let_go: Receiver<()>,
    }

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.began.send(());
            let _ = self.let_go.recv();
            self.written.lock().expect("a lock").write(line)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_are_not_read_are_lost_and_counted_and_nobody_waits() {
        let (began, begun) = channel();
        let (go, let_go) = channel();
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let slow = Slow { written: Arc::clone(&written), began, let_go };
        let desk = Desk::open(slow, 2).expect("a thread");
        let mut slot = desk.slot.clone();

        slot.write_all(b"one\n").expect("no failure");
        begun.recv().expect("the first line is being written");
        for line in ["two\n", "three\n", "four\n", "five\n"] {
            slot.write_all(line.as_bytes()).expect("no failure");
        }
        drop((go, slot, desk));
        // It ends when the thread does.
        begun.iter().for_each(drop);

        let written = String::from_utf8(written.lock().expect("a lock").clone()).expect("text");
        let told = "one\n2 lines of the log are lost: they were not read in time\ntwo\nthree\n";
        assert_eq!(written, told);
    }

    #[test]
    fn an_outlet_that_is_gone_harms_nobody() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let desk = Desk::open(Gone, 2).expect("a thread");
        for _ in 0..100 {
            desk.slot.clone().write_all(b"a line\n").expect("no failure");
        }
        drop(desk);
    }
}
