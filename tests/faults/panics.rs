//! F39: a door, or a deed behind it, panics.
//!
//! The shipped program has nothing that could be told to panic. So this one server runs in this process, with a
//! clock and a source of chance that panic on demand.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use cambio::{
    app::App,
    clock::{Clock, SystemClock},
    config::{Config, Sources},
    entropy::{Entropy, OsEntropy},
    server,
};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    callers::{Caller, Heard, hear},
    scene::Scale,
    verdict::Verdict,
};

/// Panics once when it is told to, on the threads whose names begin so.
struct Trap {
    armed: AtomicBool,
    threads: Mutex<&'static str>,
}

impl Trap {
    fn set(&self, threads: &'static str) {
        *self.threads.lock().unwrap() = threads;
        self.armed.store(true, Ordering::SeqCst);
    }

    fn is_set(&self) -> bool {
        self.armed.load(Ordering::SeqCst)
    }

    fn spring(&self) {
        let here = thread::current().name().unwrap_or_default().to_owned();
        let threads = *self.threads.lock().unwrap();
        let springs = here.starts_with(threads) && self.armed.swap(false, Ordering::SeqCst);
        assert!(!springs, "as it was told to");
    }
}

struct Ticking(Arc<Trap>);

impl Clock for Ticking {
    fn now(&self) -> DateTime<Utc> {
        self.0.spring();
        SystemClock.now()
    }
}

struct Drawing(Arc<Trap>);

impl Entropy for Drawing {
    fn fill(&self, into: &mut [u8]) {
        self.0.spring();
        OsEntropy.fill(into);
    }
}

/// Keys that are long enough.
const KEY: &str = "faults-are-found-here-and-not-at-night-1234";

/// A client that registers itself.
async fn register_client(caller: &Caller) -> Heard {
    let call = caller.http().post(format!("{}/oauth/register", caller.base())).bearer_auth(KEY);
    hear(call.json(&json!({ "redirect_uris": ["https://app.example/cb"] }))).await
}

/// F39.
pub async fn handlers(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("house.db").display());
    let overrides = [
        ("database.url", url.as_str()),
        ("jwt.signing_key", KEY),
        ("oauth.registration_token", KEY),
    ];
    let overrides = overrides.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let loaded = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
    let doors = Arc::new(Trap { armed: AtomicBool::new(false), threads: Mutex::new("") });
    let deeds = Arc::new(Trap { armed: AtomicBool::new(false), threads: Mutex::new("") });
    let (clock, chance) = (Ticking(Arc::clone(&doors)), Drawing(Arc::clone(&deeds)));
    let app = App::build(&loaded.config, Arc::new(clock), Arc::new(chance)).unwrap();
    server::migrate(&app).await.unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let running = server::start_bare(&app, &loaded.config, listener).unwrap();
    let caller = Caller::new(&base, "");
    let (mut odd, mut after, mut panicked) = (Vec::new(), 0, 0);
    let (panics, calls) = (scale.of(20, 4), scale.of(500, 100));
    for round in 0..panics {
        let (trap, said) = if round % 2 == 0 {
            doors.set("");
            (&doors, caller.bearer_opens("none").await)
        } else {
            // The deed draws the secret of the client.
            deeds.set("writer");
            (&deeds, register_client(&caller).await)
        };
        panicked += usize::from(!trap.is_set());
        if !said.as_ref().is_ok_and(|said| said.status == 500) {
            odd.push(format!("{round}: {said:?}"));
        }
        deeds.armed.store(false, Ordering::SeqCst);
        for _ in 0..calls {
            let said = caller.bearer_opens("none").await;
            after += usize::from(said.is_ok_and(|said| said.status == 401));
        }
    }
    verdict.exactly("panics", panicked, panics);
    verdict.none("not_answered_500", &odd);
    verdict.exactly("good_answers_afterwards", after, panics * calls);
    let said = register_client(&caller).await.unwrap();
    verdict.exactly("status_of_the_deed_afterwards", said.status.into(), 201);
    running.stop().await;
    verdict
}
