//! Lanes: a few threads that take jobs from a bounded queue.
//!
//! Everything that blocks (a query, a hash) runs on a lane of its own kind, so that a flood in one never
//! delays the other. A full queue says so at once instead of growing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{Builder, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::error::Fault;

/// A job: runs once, on whichever thread is free.
type Job = Box<dyn FnOnce() + Send>;

/// Threads and their queue. Dropping it lets the threads finish what is queued, then ends them.
pub struct Lanes {
    name: &'static str,
    queue: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lanes {
    /// Starts `threads` threads behind a queue of `length` jobs.
    pub fn start(name: &'static str, threads: usize, length: usize) -> Result<Self, Fault> {
        let (queue, jobs) = bounded::<Job>(length);
        let threads = (0..threads.max(1))
            .map(|_| {
                let jobs = jobs.clone();
                Builder::new().name(name.to_owned()).spawn(move || work(&jobs))
            })
            .collect::<Result<_, _>>()
            .map_err(|cause| Fault::because(format!("no thread for {name}"), cause))?;
        Ok(Self { name, queue: Some(queue), threads })
    }

    /// Queues a job and waits for its answer. A full queue, and a job that panicked, are faults.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, waiting) = oneshot::channel();
        self.push(Box::new(move || {
            // The caller may have hung up; the job was done all the same.
            let _ = answer.send(job());
        }))?;
        waiting.await.map_err(|_gone| Fault::internal(format!("a job of {} panicked", self.name)))
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, Sender::len)
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
