//! Everything this process has logged, at the finest level, to be searched for what must not be there.

use std::{
    io,
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
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
    let all = String::from_utf8_lossy(&lines()).into_owned();
    all.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
