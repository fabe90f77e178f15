//! Load, kill, restart, look; again and again on one database.

use std::{
    io::Write as _,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use cambio::{
    clock::SystemClock,
    sandbox::{self, Apps, Sandbox},
};
use serde_json::Value;

use crate::{
    callers::{CLIENT, Caller},
    database::Database,
    journal::{Journal, below},
    load::Load,
    place::Place,
    post::Post,
    server::{self, Server},
    verify::{self, Findings},
};

/// How long a start may take until the server is ready.
const READY: Duration = Duration::from_secs(2);

/// Plays that many rounds and complains about everything that was lost, at the end.
pub async fn play(rounds: usize) {
    let sandbox = emulators().await;
    let place = Place::make(&sandbox).await;
    let (mut server, first) = Server::start(&place).await;
    let load = Load {
        caller: Caller::new(&place.base, &register_client(&place)),
        journal: Arc::new(Mutex::new(Journal::default())),
        post: Arc::new(Mutex::new(Post::new(place.mail()))),
    };
    let (mut found, mut starts) = (Findings::default(), vec![first]);
    let began = Instant::now();
    for _ in 0..rounds {
        let life = Duration::from_millis(u64::try_from(200 + below(1800)).unwrap());
        work_until_killed(server, &load, life).await;
        let (again, took) = Server::start(&place).await;
        server = again;
        starts.push(took);
        found.add(verify::fresh(&load, &place).await);
        load.journal().killing = false;
    }
    found.add(verify::all(&load).await);
    sum_up(&load, &found, &starts, began.elapsed());
    judge(&load, &found, &starts, &place);
    server.kill();
    sandbox.stop().await;
}

/// The emulated providers, in this process: they are not what is killed.
pub async fn emulators() -> Sandbox {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    sandbox::start(listener, Apps::demo(), Arc::new(SystemClock), 1).await.unwrap()
}

fn register_client(place: &Place) -> String {
    let words = ["client", "create", "--name", "crash", "--type", "confidential", "--id", CLIENT];
    let told = server::run(place, &[&words[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(&told).unwrap();
    told["client_secret"].as_str().unwrap().to_owned()
}

async fn work_until_killed(server: Server, load: &Load, life: Duration) {
    let killer = async {
        tokio::time::sleep(life).await;
        load.journal().killing = true;
        server.kill();
    };
    tokio::join!(load.work(), killer);
}

fn sum_up(load: &Load, found: &Findings, starts: &[Duration], took: Duration) {
    let journal = load.journal();
    let backend = if Database::is_postgres() { "PostgreSQL" } else { "SQLite" };
    let acknowledged: Vec<String> =
        journal.acknowledged.iter().map(|(what, count)| format!("{count} {what}")).collect();
    let mut sorted = starts.to_vec();
    sorted.sort();
    let (middle, slowest) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    tell(&format!(
        "{backend}: {rounds} kills in {took:.0?}\n  acknowledged: {acknowledged}; put off: {put_off}\n  \
         under way when the server died: {happened} had happened, {undone} had not\n  \
         afterwards {shown} tokens and logins worked, {dead} ended tokens stayed ended, {letters} letters\n  \
         lost: {lost}; done by half: {halves}; ready again after {middle:.0?}, {slowest:.0?} at most",
        rounds = starts.len() - 1,
        acknowledged = acknowledged.join(", "),
        put_off = journal.put_off,
        happened = found.happened,
        undone = found.undone,
        shown = found.shown,
        dead = found.dead,
        letters = load.post.lock().unwrap().count(),
        lost = found.lost.len(),
        halves = found.halves.len(),
    ));
}

/// Writes past the test harness, which keeps to itself what a test that passes prints.
pub fn tell(text: &str) {
    writeln!(std::io::stderr(), "{text}").unwrap();
}

fn judge(load: &Load, found: &Findings, starts: &[Duration], place: &Place) {
    let journal = load.journal();
    let log = server::told(place);
    let first = |all: &[String]| all.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.lost.is_empty(), "lost: {}\n{log}", first(&found.lost));
    assert!(found.halves.is_empty(), "done by half: {}\n{log}", first(&found.halves));
    assert!(journal.oddities.is_empty(), "odd answers: {}\n{log}", first(&journal.oddities));
    assert!(starts.iter().all(|took| *took <= READY), "slow starts: {starts:?}\n{log}");
    for what in ["registrations", "activations", "logins", "conversions", "rotations"] {
        assert!(journal.acknowledged.contains_key(what), "no {what} at all\n{log}");
    }
}
