//! Where log lines go, and in which form.

use std::io::{self, IsTerminal as _};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::config::log::{Format, Log};

/// How many lines may wait to be written.
const WAITING: usize = 4096;

/// Sends log lines to standard error from now on. Called once, by the commands that serve; the lines that
/// still wait are written when what it returns is dropped, as far as that takes no longer than a second.
///
/// A thread writes them: whoever reads the log may be slow or gone. Then lines are lost, but no request waits.
pub fn start(options: &Log) -> WorkerGuard {
    let level = options.level.word();
    // The libraries below us speak only when something is wrong: they do not know what is secret.
    let filter = EnvFilter::new(format!("warn,cambio={level},hyper=error,reqwest=error"));
    let (lines, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING)
        .thread_name("log")
        .finish(io::stderr());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .with_ansi(io::stderr().is_terminal());
    match options.format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
    guard
}
