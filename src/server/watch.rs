//! Tasks that must not end: whatever ends one, it is started again.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::{task::JoinHandle, time::sleep};

/// How long a task rests before it is started again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rests {
    /// After its first end; each further one doubles it.
    pub(super) first: Duration,
    /// At most; a task that worked for longer than this begins with the first one again.
    pub(super) longest: Duration,
}

/// What the tasks of a server rest.
const RESTS: Rests = Rests { first: Duration::from_millis(500), longest: Duration::from_mins(1) };

/// A task that ends when this is dropped, and not before.
pub(super) struct Task(JoinHandle<()>);

impl Task {
    /// Starts one that does the work over and over; `told` is called whenever it has to begin anew.
    pub(super) fn start<F: Future<Output = ()> + Send + 'static>(
        task: &'static str,
        work: impl Fn() -> F + Send + 'static,
        told: impl Fn() + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(over(task, RESTS, work, told)))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Does the work over and over: it is not meant to end, and when it panics that is told and it begins anew.
pub(super) async fn over<F: Future<Output = ()>>(
    task: &'static str,
    rests: Rests,
    work: impl Fn() -> F,
    told: impl Fn(),
) {
    let mut rest = rests.first;
    loop {
        let began = Instant::now();
        let ended = AssertUnwindSafe(work()).catch_unwind().await;
        if began.elapsed() > rests.longest {
            rest = rests.first;
        }
        let (panicked, rest_ms) = (ended.is_err(), rest.as_millis());
        told();
        tracing::error!(task, panicked, rest_ms, "a task broke down and is started again");
        sleep(rest).await;
        rest = rests.longest.min(rest * 2);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        sync::atomic::{AtomicU32, Ordering},
        time::Duration,
    };

    use super::{Rests, over};

    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_started_again() {
        let (begun, restarts) = (AtomicU32::new(0), Cell::new(0));
        let (told, mut done) = tokio::sync::mpsc::unbounded_channel();
        let work = || async {
            match begun.fetch_add(1, Ordering::Relaxed) {
                0 => panic!("the first time"),
                1 => {}
                2 => panic!("the third time"),
                _ => {
                    told.send(()).expect("somebody listens");
                    std::future::pending::<()>().await;
                }
            }
        };
        let rests = Rests { first: Duration::from_millis(1), longest: Duration::from_millis(2) };
        tokio::select! {
            () = over("test", rests, work, || restarts.set(restarts.get() + 1)) => unreachable!("it never ends"),
            told = done.recv() => assert_eq!(told, Some(())),
        }
        assert_eq!((begun.load(Ordering::Relaxed), restarts.get()), (4, 3));
    }
}
