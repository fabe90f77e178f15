//! The load: so many clients, each of which asks again as soon as it has its answer.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime::Builder, task::JoinSet, time};

use crate::{
    Done,
    http::{Line, Said},
};

/// Threads that play the clients. More would only take the server's cores.
const THREADS: usize = 2;

/// Writes a client's next request, given its last answer's body (empty at first).
pub type Script = Box<dyn FnMut(&[u8], &mut Vec<u8>) + Send>;
/// Makes the script of the client of that number.
pub type Scripts = dyn Fn(usize) -> Script + Send + Sync;

/// A load.
pub struct Load<'a> {
    /// Whom it is put on.
    pub target: SocketAddr,
    /// How many clients ask at a time.
    pub clients: usize,
    /// How long they ask before it counts.
    pub warm_up: Duration,
    /// For how long it counts.
    pub length: Duration,
    /// What they ask.
    pub script: &'a Scripts,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Tally {
    /// Answers of the 200s.
    pub good: u32,
    /// How many microseconds each of them took that was asked for while it counted.
    pub micros: Vec<u32>,
    /// Other answers, by status; 0 for connections that broke.
    pub others: BTreeMap<u16, u32>,
    /// For how long it was counted.
    pub length: Duration,
}

impl Tally {
    /// Good answers per second.
    pub fn rate(&self) -> f64 {
        f64::from(self.good) / self.length.as_secs_f64()
    }

    fn take(&mut self, other: Self) {
        self.good += other.good;
        self.micros.extend(other.micros);
        for (status, count) in other.others {
            *self.others.entry(status).or_default() += count;
        }
    }
}

/// Puts the load on and counts.
pub fn run(load: &Load<'_>) -> Done<Tally> {
    let from = Instant::now() + load.warm_up;
    let window = (from, from + load.length);
    let mut tally = Tally { length: load.length, ..Tally::default() };
    let parts = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|first| scope.spawn(move || play(load, first, window))).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    for part in parts {
        tally.take(part.map_err(|_panic| "a client panicked")??);
    }
    tally.micros.sort_unstable();
    Ok(tally)
}

/// Plays every `THREADS`th client on this thread.
fn play(load: &Load<'_>, first: usize, window: (Instant, Instant)) -> Done<Tally> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    // Answers that are under way at the end are waited for, but not without end.
    let patience = load.warm_up + load.length + Duration::from_secs(30);
    runtime.block_on(async {
        let mut clients = JoinSet::new();
        for number in (first..load.clients).step_by(THREADS) {
            clients.spawn(client(load.target, (load.script)(number), window));
        }
        let mut tally = Tally::default();
        time::timeout(patience, async {
            while let Some(part) = clients.join_next().await {
                tally.take(part?);
            }
            Ok(tally)
        })
        .await?
    })
}

async fn client(
    target: SocketAddr,
    mut script: Script,
    (from, until): (Instant, Instant),
) -> Tally {
    let mut tally = Tally::default();
    let (mut line, mut request, mut last) = (None, Vec::new(), Vec::new());
    loop {
        script(&last, &mut request);
        let began = Instant::now();
        let answer = ask(line, target, &request).await;
        let ended = Instant::now();
        if ended >= until {
            return tally;
        }
        let (status, next) = match answer {
            Ok((said, next)) => {
                last = said.body;
                (said.status, next)
            }
            Err(_broken) => {
                time::sleep(Duration::from_millis(10)).await;
                (0, None)
            }
        };
        line = next;
        if ended < from {
            continue;
        }
        if !(200..300).contains(&status) {
            *tally.others.entry(status).or_default() += 1;
            continue;
        }
        tally.good += 1;
        if began >= from {
            tally.micros.push(u32::try_from((ended - began).as_micros()).unwrap_or(u32::MAX));
        }
    }
}

async fn ask(
    line: Option<Line>,
    target: SocketAddr,
    request: &[u8],
) -> std::io::Result<(Said, Option<Line>)> {
    let line = match line {
        Some(line) => line,
        None => Line::open(target).await?,
    };
    line.ask(request).await
}
