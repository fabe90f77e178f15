//! X: a TCP proxy that delays, slows, holds, cuts, and loses the answer to a commit.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener as Listener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use crate::wire::Wire;

/// How it treats whoever connects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Added to everything, each way.
    pub delay: Duration,
    /// Bytes a second, each way.
    pub rate: Option<usize>,
    /// What becomes of connections.
    pub way: Way,
    /// Goes up whenever every open connection is reset.
    resets: usize,
    /// Goes up whenever every open connection is closed towards the server.
    closings: usize,
}

/// What becomes of connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// They are passed on.
    #[default]
    Open,
    /// New ones are reset.
    Refuse,
    /// They are taken and nothing gets through, without a word, until the way is open again.
    Hole,
}

/// What is done to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// It is passed on; once the answer comes back, that is dropped and the connection reset.
    AnswerLost,
    /// It is passed on, and nothing is heard any more.
    Silence,
    /// It is not passed on, and the connection is reset.
    CommitLost,
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    target: SocketAddr,
    manner: watch::Sender<Manner>,
    strike: Mutex<Option<(Strike, &'static str)>>,
    struck: AtomicUsize,
    open: AtomicUsize,
}

impl Shared {
    /// What is done to the commit of these statements, once.
    fn strike_for(&self, committed: &str) -> Option<Strike> {
        let mut armed = self.strike.lock().unwrap();
        let (strike, words) = (*armed)?;
        committed.contains(words).then(|| {
            *armed = None;
            strike
        })
    }
}

impl Proxy {
    /// Listens on a port of its own and passes on to that one of this machine.
    pub fn before(port: u16) -> Self {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            manner: watch::Sender::new(Manner::default()),
            strike: Mutex::default(),
            struck: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        // A thread of its own: what it delays must not be delayed by the load.
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, serve(listener, serving));
        });
        Self { address, shared }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The same address with this proxy in the place of the server.
    pub fn instead(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).unwrap();
        url.set_port(Some(self.port())).unwrap();
        url.into()
    }

    /// Changes how it treats connections.
    pub fn behave(&self, change: impl FnOnce(&mut Manner)) {
        self.shared.manner.send_modify(change);
    }

    /// Resets every open connection.
    pub fn reset(&self) {
        self.behave(|manner| manner.resets += 1);
    }

    /// Closes every open connection towards whoever opened it, and no more than that.
    pub fn half_close(&self) {
        self.behave(|manner| manner.closings += 1);
    }

    /// Does this to the next commit of something in which a statement with these words was run.
    pub fn arm(&self, strike: Strike, words: &'static str) {
        *self.shared.strike.lock().unwrap() = Some((strike, words));
    }

    /// Leaves commits alone.
    pub fn disarm(&self) {
        *self.shared.strike.lock().unwrap() = None;
    }

    /// How many commits were struck.
    pub fn struck(&self) -> usize {
        self.shared.struck.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }
}

async fn serve(listener: Listener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::task::spawn_local(async move {
            shared.open.fetch_add(1, Ordering::Relaxed);
            pass(client, &shared).await;
            shared.open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn pass(client: TcpStream, shared: &Shared) {
    let mut manner = shared.manner.subscribe();
    let began = *manner.borrow_and_update();
    let reset = || {
        socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    };
    if began.way == Way::Refuse {
        return reset();
    }
    through(&mut manner).await;
    let Ok(server) = TcpStream::connect(shared.target).await else { return reset() };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    // Whatever ends without an end of its own is reset.
    reset();
    let plain = socket2::SockRef::from(&client).try_clone().unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (lost, losing) = watch::channel(None);
    let asked =
        Pump { manner: manner.clone(), strikes: Some((shared, lost)), losing: losing.clone() };
    let answered = Pump { manner: manner.clone(), strikes: None, losing };
    let mut both = std::pin::pin!(async {
        tokio::select! {
            end = asked.run(from_client, to_server) => end,
            end = answered.run(from_server, to_client) => end,
        }
    });
    let over = manner.wait_for(|now| now.resets != began.resets || now.closings != began.closings);
    tokio::select! {
        end = &mut both => {
            if end == End::Closed {
                let _ = plain.set_linger(None);
            }
        }
        changed = over => {
            if changed.is_ok_and(|now| now.closings != began.closings) {
                let _ = plain.shutdown(std::net::Shutdown::Write);
                both.await;
            }
        }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// One side hung up.
    Closed,
    /// It was cut.
    Cut,
}

/// One direction of a connection.
struct Pump<'a> {
    manner: watch::Receiver<Manner>,
    /// Of the direction in which commits go.
    strikes: Option<(&'a Shared, watch::Sender<Option<Strike>>)>,
    losing: watch::Receiver<Option<Strike>>,
}

impl Pump<'_> {
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> End {
        let (mut bytes, mut wire) = (vec![0; 16 * 1024], Wire::default());
        loop {
            let Ok(count @ 1..) = from.read(&mut bytes).await else { return End::Closed };
            through(&mut self.manner).await;
            let struck = *self.losing.borrow();
            match struck {
                Some(Strike::Silence) => continue,
                Some(_) if self.strikes.is_none() => return End::Cut,
                _ => {}
            }
            let piece = &bytes[..count];
            if let Some((shared, lost)) = &self.strikes
                && let Some(committed) = wire.commits(piece)
                && let Some(strike) = shared.strike_for(&committed)
            {
                shared.struck.fetch_add(1, Ordering::Relaxed);
                lost.send_replace(Some(strike));
                if strike == Strike::CommitLost {
                    return End::Cut;
                }
            }
            let Manner { delay, rate, .. } = *self.manner.borrow();
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            let step = rate.map_or(count, |rate| (rate / 10).max(1));
            for part in piece.chunks(step) {
                if to.write_all(part).await.is_err() {
                    return End::Closed;
                }
                if rate.is_some() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// Waits until something gets through.
async fn through(manner: &mut watch::Receiver<Manner>) {
    let _ = manner.wait_for(|now| now.way != Way::Hole).await;
}
