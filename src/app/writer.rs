//! The writer: many deeds, one commit.
//!
//! `SQLite` has one writer, and an `fsync` costs more than the writing. So the deeds that wait are run one
//! after another in one transaction, a savepoint each, and answered after one commit. Nothing is
//! acknowledged before it is on disk; a deed that refuses or fails drops its own part only.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{Builder, JoinHandle},
    time::Duration,
};

use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use super::lanes::Turn;
use crate::{
    error::Fault,
    meters::{Commits, Meters, Queue, Stopwatch},
    store::{
        AnyConnection,
        open::{Loan, Store},
        transaction,
    },
};

/// Whether the deed's part is kept, and how to answer once the commit has succeeded or failed.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;
/// A deed; it is handed the reason instead of a connection when it cannot be run at all.
type Job = Box<dyn FnOnce(Result<&mut AnyConnection, &Fault>) -> (Part, Answer) + Send>;

/// What becomes of a deed's part of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keep,
    Drop,
}

/// The thread that writes, and its queue.
pub struct Writer {
    patience: Duration,
    meter: Queue,
    queue: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; at most `batch` deeds share a commit, at most `length` wait, none of them longer
    /// than `patience`.
    pub fn start(
        store: Store,
        batch: usize,
        length: usize,
        patience: Duration,
        meters: &Meters,
    ) -> Result<Self, Fault> {
        let (queue, jobs) = bounded::<Job>(length);
        let (meter, commits) = (meters.writer.clone(), meters.commits.clone());
        let thread = Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                for first in &jobs {
                    let waiting = std::iter::once(first).chain(jobs.try_iter());
                    commit_together(&store, waiting, batch.max(1), &commits);
                }
            })
            .map_err(|cause| Fault::because("no thread for the writer", cause))?;
        Ok(Self { patience, meter, queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a deed and waits until it is committed, or dropped.
    pub async fn run<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        deed: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (answer, waiting) = oneshot::channel::<Result<T, E>>();
        let turn = Turn::default();
        let its = turn.clone();
        let busy = || Fault::unavailable("the writer was busy for too long");
        let ticket = self.meter.enter();
        let job: Job = Box::new(move |conn| {
            let outcome = match conn {
                Ok(_) if !its.take() => Err(busy().into()),
                Ok(conn) => {
                    ticket.served();
                    catch_unwind(AssertUnwindSafe(|| deed(conn)))
                        .unwrap_or_else(|_panic| Err(Fault::internal("a deed panicked").into()))
                }
                Err(fault) => Err(Fault::unavailable(fault.to_string()).into()),
            };
            let part = if outcome.is_ok() { Part::Keep } else { Part::Drop };
            let reply: Answer = Box::new(move |committed| {
                let told = match committed {
                    Ok(()) => outcome,
                    Err(what) => outcome.and_then(|_| Err(Fault::unavailable(what).into())),
                };
                // The caller may have hung up; the deed stands all the same.
                let _ = answer.send(told);
            });
            (part, reply)
        });
        let pushed = self.push(job);
        if pushed.is_err() {
            self.meter.turned_away();
        }
        pushed?;
        let Some(done) = turn.answered(waiting, self.patience).await else {
            self.meter.turned_away();
            return Err(busy().into());
        };
        done.unwrap_or_else(|_gone| Err(Fault::internal("the writer is gone").into()))
    }

    fn push(&self, job: Job) -> Result<(), Fault> {
        let Some(queue) = &self.queue else {
            return Err(Fault::unavailable("the writer is closed"));
        };
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Fault::unavailable("the queue of the writer is full"),
            TrySendError::Disconnected(_) => Fault::internal("the writer is gone"),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn commit_together(
    store: &Store,
    mut waiting: impl Iterator<Item = Job>,
    batch: usize,
    commits: &Commits,
) {
    let opened = store.writer().and_then(|mut loan| {
        transaction::begin(&mut loan.any)?;
        Ok(loan)
    });
    let mut loan = match opened {
        Ok(loan) => loan,
        // Whoever waits by now would each wait as long for nothing, one after another.
        Err(fault) => return refuse(waiting, &fault),
    };
    let mut answers = Vec::new();
    for job in waiting.by_ref().take(batch) {
        match run_part(&mut loan.any, job) {
            Ok(answer) => answers.push(answer),
            Err((answer, fault)) => {
                answers.push(answer);
                return abandon(loan, answers, &fault);
            }
        }
    }
    let began = Stopwatch::start();
    let kept = transaction::commit(&mut loan.any);
    commits.took.took(began.elapsed());
    commits.deeds.counted(answers.len());
    match kept {
        Ok(()) => answers.into_iter().for_each(|answer| answer(Ok(()))),
        Err(fault) => abandon(loan, answers, &fault),
    }
}

/// Runs one deed in its savepoint. `Err` when the savepoint itself failed, which dooms the transaction.
fn run_part(conn: &mut AnyConnection, job: Job) -> Result<Answer, (Answer, Fault)> {
    if let Err(fault) = transaction::begin_part(conn) {
        let (_, answer) = job(Err(&fault));
        return Err((answer, fault));
    }
    let (part, answer) = job(Ok(&mut *conn));
    let closed = match part {
        Part::Keep => transaction::keep_part(conn),
        Part::Drop => transaction::drop_part(conn),
    };
    match closed {
        Ok(()) => Ok(answer),
        Err(fault) => Err((answer, fault)),
    }
}

/// Nothing of this transaction is kept: everybody is told, and the connection is not trusted again.
fn abandon(mut loan: Loan, answers: Vec<Answer>, fault: &Fault) {
    loan.broken = transaction::roll_back(&mut loan.any).is_err();
    drop(loan);
    for answer in answers {
        answer(Err(fault.to_string()));
    }
}

/// There is no transaction to run in: the deeds are answered without having run.
fn refuse(jobs: impl Iterator<Item = Job>, fault: &Fault) {
    for job in jobs {
        let (_, answer) = job(Err(fault));
        answer(Ok(()));
    }
}
