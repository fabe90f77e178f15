//! Everything this process has logged, at the finest level, to be searched for what must not be there.

use std::{
    cell::Cell,
    io,
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

static LINES: Mutex<String> = Mutex::new(String::new());
static START: Once = Once::new();

thread_local! {
    /// Where the log stood when this test opened its first house: earlier lines are other tests'.
    static OPENED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Begins to listen; the first call counts.
pub fn listen() {
    START.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("trace,spans=off,mio=off,tokio=off,hyper_util=off,h2=off")
            .with_ansi(false)
            .with_writer(|| Writer)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    OPENED.set(OPENED.get().or_else(|| Some(lines().len())));
}

/// All lines since this test began that hold the text. Tests run side by side: search for words only one
/// of them uses.
pub fn lines_with(text: &str) -> Vec<String> {
    let log = lines();
    let all = &log[OPENED.get().unwrap_or_default()..];
    if !all.contains(text) {
        // The common case: no line is looked at by itself.
        return Vec::new();
    }
    all.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

fn lines() -> MutexGuard<'static, String> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_is_logged_is_found() {
    listen();
    tracing::trace!("a needle for the log's own test");
    assert_eq!(lines_with("a needle for the log's own test").len(), 1);
    assert!(lines_with("what nobody has ever said").is_empty());
}
