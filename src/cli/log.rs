//! Where log lines go, and in which form.

use std::io::{self, IsTerminal as _};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{LevelFilter, filter_fn},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    config::log::{Format, Log},
    traces::{self, Traces},
};

/// How many lines may wait to be written.
const WAITING: usize = 4096;

/// Sends log lines to standard error from now on. Called once, by the commands that serve; the lines that
/// still wait are written when what it returns is dropped, as far as that takes no longer than a second.
///
/// Spans go to the traces, if there are any, and into no line.
///
/// A thread writes them: whoever reads the log may be slow or gone. Then lines are lost, but no request waits.
pub fn start(options: &Log, traces: Option<&Traces>) -> WorkerGuard {
    let level = options.level.word();
    // The libraries below us speak only when something is wrong: they do not know what is secret.
    let filter = EnvFilter::new(format!("warn,cambio={level},hyper=error,reqwest=error"));
    let (lines, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING)
        .thread_name("log")
        .finish(io::stderr());
    let Some(traces) = traces else {
        // A layer for nobody would have every callsite asked anew each time: without it, a span
        // that is off costs a few loads.
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(lines)
            .with_ansi(io::stderr().is_terminal());
        match options.format {
            Format::Text => log.init(),
            Format::Json => log.json().flatten_event(true).init(),
        }
        return guard;
    };
    let log =
        tracing_subscriber::fmt::layer().with_writer(lines).with_ansi(io::stderr().is_terminal());
    let log = match options.format {
        Format::Text => log.boxed(),
        Format::Json => log.json().flatten_event(true).boxed(),
    };
    let is_traced = filter_fn(|what| what.is_span() && what.target() == traces::TARGET);
    let traced = tracing_opentelemetry::layer()
        .with_tracer(traces.tracer())
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_filter(is_traced.with_max_level_hint(LevelFilter::INFO));
    tracing_subscriber::registry().with(log.with_filter(filter)).with(traced).init();
    guard
}
