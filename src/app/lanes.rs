//! Lanes: a few threads that take jobs from a bounded queue.
//!
//! Everything that blocks (a query, a hash) runs on a lane of its own kind, so that a flood in one never
//! delays the other. A full queue says so at once instead of growing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::error::Fault;

/// A job: runs once, on whichever thread is free.
type Job = Box<dyn FnOnce() + Send>;

/// Threads and their queue. Dropping it lets the threads finish what is queued, then ends them.
pub struct Lanes {
    name: &'static str,
    patience: Duration,
    queue: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lanes {
    /// Starts `threads` threads behind a queue of `length` jobs, none of which waits longer than `patience`.
    pub fn start(
        name: &'static str,
        threads: usize,
        length: usize,
        patience: Duration,
    ) -> Result<Self, Fault> {
        let (queue, jobs) = bounded::<Job>(length);
        let threads = (0..threads.max(1))
            .map(|_| {
                let jobs = jobs.clone();
                Builder::new().name(name.to_owned()).spawn(move || work(&jobs))
            })
            .collect::<Result<_, _>>()
            .map_err(|cause| Fault::because(format!("no thread for {name}"), cause))?;
        Ok(Self { name, patience, queue: Some(queue), threads })
    }

    /// Queues a job and waits for its answer. A full queue, a job whose turn came too late to be run, and one
    /// that panicked are faults.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, waiting) = oneshot::channel();
        let (queued, patience) = (Instant::now(), self.patience);
        self.push(Box::new(move || {
            let in_time = queued.elapsed() <= patience;
            // The caller may have hung up; the job was done all the same.
            let _ = answer.send(in_time.then(job));
        }))?;
        let done = waiting.await;
        done.map_err(|_gone| Fault::internal(format!("a job of {} panicked", self.name)))?
            .ok_or_else(|| Fault::unavailable(format!("no thread of {} in time", self.name)))
    }

    fn push(&self, job: Job) -> Result<(), Fault> {
        let Some(queue) = &self.queue else {
            return Err(Fault::unavailable(format!("{} is closed", self.name)));
        };
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => {
                Fault::unavailable(format!("the queue of {} is full", self.name))
            }
            TrySendError::Disconnected(_) => Fault::internal(format!("{} is gone", self.name)),
        })
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread survives its jobs' panics; if it died all the same, there is nothing to wait for.
            let _ = thread.join();
        }
    }
}

fn work(jobs: &Receiver<Job>) {
    for job in jobs {
        // One bad job must not take the lane with it; its caller is told by the dropped answer.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}
