//! Lanes: a few threads that take jobs from a bounded queue.
//!
//! Everything that blocks (a query, a hash) runs on a lane of its own kind, so that a flood in one never
//! delays the other. A full queue says so at once instead of growing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::{sync::oneshot, time::timeout};

use crate::{
    error::Fault,
    meters::{Queue, Ticket},
};

/// A job: runs once, on whichever thread is free.
type Job = Box<dyn FnOnce() + Send>;

/// What is left for a job at least: enough to take a connection that lies ready.
const LEAST: Duration = Duration::from_millis(50);

/// How long a thread has had nothing to do when it rests.
const IDLE: Duration = Duration::from_secs(10);

/// Threads and their queue. Dropping it lets the threads finish what is queued, then ends them.
pub struct Lanes {
    name: &'static str,
    patience: Duration,
    meter: Option<Queue>,
    queue: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lanes {
    /// Starts `threads` threads behind a queue of `length` jobs, none of which waits longer than `patience`. One that has
    /// had nothing to do for a while rests.
    pub fn start(
        name: &'static str,
        (threads, length): (usize, usize),
        patience: Duration,
        rest: fn(),
    ) -> Result<Self, Fault> {
        let (queue, jobs) = bounded::<Job>(length);
        let threads = (0..threads.max(1))
            .map(|_| {
                let jobs = jobs.clone();
                Builder::new().name(name.to_owned()).spawn(move || work(&jobs, rest))
            })
            .collect::<Result<_, _>>()
            .map_err(|cause| Fault::because(format!("no thread for {name}"), cause))?;
        Ok(Self { name, patience, meter: None, queue: Some(queue), threads })
    }

    /// The same, with those counted who wait.
    pub fn counted(mut self, meter: Queue) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Queues a job and waits for its answer. A full queue, a job that no thread takes in time, and one that
    /// panicked are faults.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        self.run_within(|_left| job()).await
    }

    /// The same for a job that waits for something itself and is told how much patience is left for that.
    pub async fn run_within<T: Send + 'static>(
        &self,
        job: impl FnOnce(Duration) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, waiting) = oneshot::channel();
        let turn = Turn::default();
        let its = turn.clone();
        let (began, patience) = (Instant::now(), self.patience);
        let ticket = self.meter.as_ref().map(Queue::enter);
        let pushed = self.push(Box::new(move || {
            if its.take() {
                ticket.into_iter().for_each(Ticket::served);
                let left = patience.saturating_sub(began.elapsed()).max(LEAST);
                // The caller may have hung up; the job was done all the same.
                let _ = answer.send(job(left));
            }
        }));
        if pushed.is_err() {
            self.turn_away();
        }
        pushed?;
        let Some(done) = turn.answered(waiting, self.patience).await else {
            self.turn_away();
            return Err(Fault::unavailable(format!("no thread of {} in time", self.name)));
        };
        done.map_err(|_gone| Fault::internal(format!("a job of {} panicked", self.name)))
    }

    fn turn_away(&self) {
        self.meter.iter().for_each(Queue::turned_away);
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

/// A turn in a queue: taken by the thread that serves or given up by whoever waits, never both. So nobody waits
/// longer behind a thread that is stuck.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn(Arc<AtomicBool>);

impl Turn {
    /// Whether it is still there to be taken.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// The answer; `None` if nobody has begun with it after `patience`, and then nobody will.
    pub(super) async fn answered<T>(
        &self,
        mut waiting: oneshot::Receiver<T>,
        patience: Duration,
    ) -> Option<Result<T, oneshot::error::RecvError>> {
        match timeout(patience, &mut waiting).await {
            Ok(done) => Some(done),
            Err(_elapsed) if self.take() => None,
            Err(_elapsed) => Some(waiting.await),
        }
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

fn work(jobs: &Receiver<Job>, rest: fn()) {
    loop {
        let next = jobs.recv_timeout(IDLE).or_else(|late| match late {
            RecvTimeoutError::Timeout => {
                rest();
                jobs.recv()
            }
            RecvTimeoutError::Disconnected => Err(RecvError),
        });
        let Ok(job) = next else { return };
        // One bad job must not take the lane with it; its caller is told by the dropped answer.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}
