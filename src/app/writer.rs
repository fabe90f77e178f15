//! The writer: many deeds, one commit.
//!
//! `SQLite` has one writer, and an `fsync` costs more than the writing. So the deeds that wait are run one
//! after another in one transaction, a savepoint each, and answered after one commit. Nothing is
//! acknowledged before it is on disk; a deed that refuses or fails drops its own part only.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{Builder, JoinHandle},
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use super::{
    freshness::{BEAT, Freshness},
    lanes::Turn,
};
use crate::{
    domain::ended::Ended,
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
    /// than `patience`. Between commits it looks out for what other processes write into the same file.
    pub fn start(
        (store, fresh): (Store, Arc<Freshness>),
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
                let desk =
                    Desk { store, fresh, jobs, batch: batch.max(1), before: Cell::new(0), commits };
                desk.work();
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

/// Where the writer works.
struct Desk {
    store: Store,
    fresh: Arc<Freshness>,
    jobs: Receiver<Job>,
    batch: usize,
    /// How many shared the last commit.
    before: Cell<usize>,
    commits: Commits,
}

/// How long the writer waits for one more deed, where the last commit had more of them.
const LINGER: Duration = Duration::from_micros(500);

impl Desk {
    fn work(&self) {
        let mut looked = self.fresh.moment();
        loop {
            match self.jobs.recv_timeout(BEAT) {
                Ok(first) => self.commit_together(first),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if looked.is_a_beat_before(self.fresh.moment()) {
                looked = self.fresh.moment();
                if self.fresh.is_wanted() {
                    self.look_out();
                }
            }
        }
    }

    /// Whether another process, the command line for one, has written: whatever was read before does not count then.
    /// If it cannot be told nothing is said, and nothing that is remembered counts before long.
    fn look_out(&self) {
        let asked = self.fresh.moment();
        // Deeds wait meanwhile, and so does whoever ends this house: a connection that takes longer is for the next look.
        let Ok(mut loan) = self.store.writer_within(BEAT) else { return };
        match loan.others_wrote() {
            Ok(others) => {
                if others {
                    self.fresh.end(&[Ended::Everything]);
                }
                self.fresh.trust_from(asked);
            }
            Err(_fault) => loan.broken = true,
        }
    }

    fn commit_together(&self, first: Job) {
        let opened = self.store.writer().and_then(|mut loan| {
            transaction::begin(&mut loan.any)?;
            Ok(loan)
        });
        let mut loan = match opened {
            Ok(loan) => loan,
            // Whoever waits by now would each wait as long for nothing, one after another.
            Err(fault) => {
                return refuse(std::iter::once(first).chain(self.jobs.try_iter()), &fault);
            }
        };
        let (mut answers, mut ended) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(job) = next {
            match run_part(&mut loan.any, job, &mut ended) {
                Ok(answer) => answers.push(answer),
                Err((answer, fault)) => {
                    answers.push(answer);
                    return abandon(loan, answers, &fault);
                }
            }
            next = self.one_more(answers.len());
        }
        self.before.set(answers.len());
        let began = Stopwatch::start();
        let committed = transaction::commit(&mut loan.any);
        self.commits.took.took(began.elapsed());
        self.commits.deeds.counted(answers.len());
        // After the commit and before the answers; a commit that failed may have happened all the same.
        self.fresh.end_here(&ended);
        match committed {
            Ok(()) => answers.into_iter().for_each(|answer| answer(Ok(()))),
            Err(fault) => abandon(loan, answers, &fault),
        }
    }
}

impl Desk {
    /// The next deed of this commit. Those who were answered by the last one come again at about the same time: the
    /// first of them does not go alone, for the others would have to wait for two commits.
    fn one_more(&self, together: usize) -> Option<Job> {
        if together >= self.batch {
            return None;
        }
        let waiting = self.jobs.try_recv().ok();
        if waiting.is_some() || together >= self.before.get() {
            return waiting;
        }
        self.jobs.recv_timeout(LINGER).ok()
    }
}

/// Runs one deed in its savepoint, and notes what it has ended if it is kept. `Err` when the savepoint itself failed,
/// which dooms the transaction.
fn run_part(
    conn: &mut AnyConnection,
    job: Job,
    ended: &mut Vec<Ended>,
) -> Result<Answer, (Answer, Fault)> {
    if let Err(fault) = transaction::begin_part(conn) {
        let (_, answer) = job(Err(&fault));
        return Err((answer, fault));
    }
    // What a deed that was dropped has left behind has ended nothing.
    drop(conn.take_ended());
    let (part, answer) = job(Ok(&mut *conn));
    let closed = match part {
        Part::Keep => {
            ended.append(&mut conn.take_ended());
            transaction::keep_part(conn)
        }
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
