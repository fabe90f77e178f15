//! Where log lines go, and in which form.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::log::{Format, Log};

/// Sends log lines to standard error from now on. Called once, by the commands that serve.
pub fn start(options: &Log) {
    let level = options.level.word();
    // The libraries below us speak only when something is wrong: they do not know what is secret.
    let filter = EnvFilter::new(format!("warn,cambio={level},hyper=error,reqwest=error"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match options.format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
}
