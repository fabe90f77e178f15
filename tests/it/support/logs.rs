//! Everything this process has logged, at the finest level, to be searched for what must not be there.

use std::{
    io,
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

static LINES: Mutex<String> = Mutex::new(String::new());
static START: Once = Once::new();

/// Begins to listen; the first call counts.
pub fn listen() {
    START.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("trace,mio=off,tokio=off,hyper_util=off,h2=off")
            .with_ansi(false)
            .with_writer(|| Writer)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// All lines so far that hold the text. Tests run side by side: search for words only one of them uses.
pub fn lines_with(text: &str) -> Vec<String> {
    let all = lines();
    if !all.contains(text) {
        // The common case, and the log of a whole run is long: no line is looked at by itself.
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
